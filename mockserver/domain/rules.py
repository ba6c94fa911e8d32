"""How the vendor decides where its documentation can be understood in several ways."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mockserver.domain.refusal import Reason


class Rules(NamedTuple):
    """What holds in a world.

    `expiry_refunds`: an order whose time is over without an SMS is paid back by itself; else it stays charged.
    `another_sms_charged`: asking for another SMS costs the order's price again; else nothing.
    `above_maximum`: why an order whose price is above its maximum is refused.
    `discount_shown`: customers are shown prices with their discount; else the list prices. They pay with it anyway.
    """

    expiry_refunds: bool = False
    another_sms_charged: bool = False
    above_maximum: Reason = Reason.PRICE_CHANGED
    discount_shown: bool = False

    @classmethod
    def of(cls, changes: Mapping[str, Any]) -> "Rules":
        """The default rules with these changes by name; a reason is given by its code.

        Raises KeyError for a rule, ValueError for a reason that there is not.
        """
        return cls(**{name: type(cls._field_defaults[name])(value) for name, value in changes.items()})


DEFAULT = Rules()
