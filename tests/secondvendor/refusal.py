"""Why the second stand-in refuses a request."""

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.secondvendor.shop import Offer


class Why(Enum):
    """Why a request is refused."""

    UNREADABLE = auto()
    TOO_LARGE = auto()
    NOT_JSON = auto()
    NOBODY = auto()
    SOMEBODY_ELSE = auto()
    SLOW_DOWN = auto()
    SOLD_OUT = auto()
    REPRICED = auto()
    POOR = auto()
    NO_ORDER = auto()
    FINAL = auto()
    SILENT = auto()
    OVER = auto()
    NO_COUNTRY = auto()
    NO_SERVICE = auto()
    NO_CARRIER = auto()
    NO_COUPON = auto()
    NO_COIN = auto()
    NO_WALLET = auto()


class No(Exception):  # noqa: N818 - the vendor says no, nothing went wrong
    """A refusal; a changed price comes with the new offer."""

    def __init__(self, why: Why, offer: "Offer | None" = None) -> None:
        super().__init__(why.name)
        self.why = why
        self.offer = offer
