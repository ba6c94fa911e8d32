"""The rules of the service in a world: lifetimes, and choices where the documentation is ambiguous."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mockserver.domain.clock import Duration
from mockserver.domain.refusal import Reason


class Rules(NamedTuple):
    """The rules of a world; durations are milliseconds. `contracts/vocabulary.yaml` has the defaults and provenance.

    - `lifetime`: how long a number waits for its SMS
    - `renewal`: how much a request for another SMS adds to the lifetime; None if the lifetime starts again
    - `refund_window`: how long after its purchase an order can be refunded
    - `expiry`: whether the money of an order that ends without an SMS is `kept`, `refunded` with the order or `repaid`
    - `another_sms`: whether another SMS is `free` or `charged`
    - `above_maximum`: the reason for refusing an order whose price is above its maximum
    - `discount`: whether prices are shown before the discount (`applied` later) or after it (`shown`)
    - `payment_lifetime`: how long an invoice or a wallet can be paid
    - `wallets`: whether wallets are `apart` from the invoices or `listed` among them
    - `counted`: whether statistics count every order with an SMS as completed (`by_sms`), or count orders `by_state`
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
        """Return the rules of a contract, given all values by name; `milliseconds` parses a duration such as `20m`."""
        durations = ("lifetime", "renewal", "refund_window", "payment_lifetime")
        read = {
            name: None if value == "anew" else milliseconds(value) if name in durations else value
            for name, value in values.items()
        }
        read["above_maximum"] = Reason[values["above_maximum"]]
        return cls(**read)  # type: ignore[arg-type]  # the contract has checked names and values
