"""What a flow needs of the server that it runs against."""

from typing import Protocol


class World(Protocol):
    """A server with one fresh account, and the means to let things happen to it.

    Nothing else happens in it: time stands still between two calls of `advance`, prices and stock stay as they are.
    The catalogue is always the same: country 12 (tmobile, att) sells ds for 16 cents, go for 25 and wa for 40,
    country 16 (vodafone, o2) sells ds for 30 and tg for 55, country 174 sells wa for 70. These are list prices,
    every carrier has 50 numbers of each, and the carrier `any` means all carriers of a country.
    """

    @property
    def v3_url(self) -> str:
        """The base URL of V3, without a slash at its end."""
        ...

    @property
    def v2_url(self) -> str:
        """The base URL of V2, without a slash at its end."""
        ...

    @property
    def user(self) -> str:
        """The user id of the account."""
        ...

    @property
    def key(self) -> str:
        """The key of the account."""
        ...

    def advance(self, seconds: int) -> None:
        """Let time pass, and everything happen that is due by then."""
        ...

    def deliver_sms(self, order_id: str, text: str, code: str) -> None:
        """Let an SMS arrive at a running order."""
        ...

    def settle(self, payment_id: str, status: str) -> None:
        """End an open payment: `paid` in full, or `cancel`. The id is the one that the API shows."""
        ...

    def set_offer(self, country: str, service: str, price_cents: int | None = None, stock: int | None = None) -> None:
        """Change the list price of an offer, or how many numbers EACH carrier of the country has left of it."""
        ...

    def second_account(self) -> tuple[str, str]:
        """Make one more account with some money; answer its user id and key."""
        ...

    def coupon(self, code: str, percentage: int, target: str) -> str:
        """Give the account a coupon for payments by `crypto` or `card`; answer its code, `code` if possible."""
        ...
