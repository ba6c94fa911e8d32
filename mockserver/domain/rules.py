"""The rules of the service in a world: lifetimes, and what is decided one way or another."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mockserver.domain.clock import Duration
from mockserver.domain.refusal import Reason


class Rules(NamedTuple):
    """The rules of a world. Their usual values, and how each is known, are in `contracts/vocabulary.yaml`.

    `lifetime`: how long a number waits for its SMS. `renewal`: what asking for another SMS adds to its time; None if
    the lifetime begins anew. `refund_window`: how long after its purchase a number can be returned. `expiry`: whether
    the money of an order that ends without an SMS is `kept`, `refunded` with the order or `repaid`. `another_sms`:
    whether another SMS is `free` or `charged`. `above_maximum`: why an order is refused whose price is above its
    maximum. `discount`: whether prices are shown before the discount (`applied` later) or after it (`shown`).
    `payment_lifetime`: how long an invoice or a wallet can be paid. `wallets`: whether wallets stand `apart` from the
    invoices or are `listed` among them. `counted`: whether statistics count what ever received an SMS as completed
    (`by_sms`), or every order `by_state`.
    """

    lifetime: Duration
    renewal: Duration | None
    refund_window: Duration
    expiry: str
    another_sms: str
    above_maximum: Reason
    discount: str
    payment_lifetime: Duration
    wallets: str
    counted: str

    @classmethod
    def of(cls, values: Mapping[str, str], milliseconds: Callable[[str], Duration]) -> "Rules":
        """The rules as a contract has them, all by name; `milliseconds` reads a duration such as `20m`."""
        durations = ("lifetime", "renewal", "refund_window", "payment_lifetime")
        read = {
            name: None if value == "anew" else milliseconds(value) if name in durations else value
            for name, value in values.items()
        }
        read["above_maximum"] = Reason[values["above_maximum"]]
        return cls(**read)  # type: ignore[arg-type]  # the contract has checked names and values
