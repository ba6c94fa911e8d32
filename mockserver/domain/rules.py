"""How the vendor decides, where nothing but its vocabulary says so."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mockserver.domain.clock import DAY, HOUR, MINUTE, Duration
from mockserver.domain.refusal import Reason


class Rules(NamedTuple):
    """What holds in a world; `contracts/vocabulary.yaml` says what is known of each rule.

    `lifetime`: how long a number waits for its SMS. `renewal`: what asking for another SMS adds to its time; None if
    the lifetime begins anew. `refund_window`: how long after its purchase a number can be returned. `expiry`: whether
    the money of an order that ends without an SMS is `kept`, `refunded` with the order or `repaid`. `another_sms`:
    whether another SMS is `free` or `charged`. `above_maximum`: why an order is refused whose price is above its
    maximum. `discount`: whether prices are shown before the discount (`applied` later) or after it (`shown`).
    `payment_lifetime`: how long an invoice or a wallet can be paid. `wallets`: whether wallets stand `apart` from the
    invoices or are `listed` among them. `counted`: whether statistics count what ever received an SMS as completed
    (`by_sms`), or every order `by_state`.
    """

    lifetime: Duration = 20 * MINUTE
    renewal: Duration | None = None
    refund_window: Duration = 7 * DAY
    expiry: str = "kept"
    another_sms: str = "free"
    above_maximum: Reason = Reason.PRICE_CHANGED
    discount: str = "applied"
    payment_lifetime: Duration = HOUR
    wallets: str = "apart"
    counted: str = "by_sms"

    @classmethod
    def of(cls, values: Mapping[str, str], milliseconds: Callable[[str], Duration]) -> "Rules":
        """The rules as a contract has them; `milliseconds` reads a duration such as `20m`."""
        durations = ("lifetime", "renewal", "refund_window", "payment_lifetime")
        read = {
            name: None if value == "anew" else milliseconds(value) if name in durations else value
            for name, value in values.items()
        }
        if "above_maximum" in read:
            read["above_maximum"] = Reason[values["above_maximum"]]
        return cls(**read)  # type: ignore[arg-type]  # the contract has checked names and values


DEFAULT = Rules()
