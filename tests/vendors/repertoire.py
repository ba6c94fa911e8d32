"""A client that does all it can by any contract: it knows the vocabulary, and nothing of the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract import vocabulary
from mockserver.contract.reader import get
from mockserver.traffic.exchange import facts_of
from mockserver.verify.requests import write
from tests.vendors.world import ACCOUNTS, BASE, Account, World

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.contract.reader import Facts
    from mockserver.traffic import Exchange

SECOND, MINUTE = 1000, 60_000
STEP = 1_013
"""The time between two requests, in milliseconds."""
HARRIET, INGRID, JONAS = ACCOUNTS
PLACES = (
    ("66", "any", "ds"),
    ("66", "deepnet", "go"),
    ("83", "any", "go"),
    ("91", "any", "wa"),
    ("104", "trentino", "zz"),
)


class Client:
    """A customer who uses one generation of the API of a vendor, and the exchanges of all that it asked."""

    def __init__(self, world: World, document: str, exchanges: list[Exchange]) -> None:
        self._world = world
        self._document = world.contract.documents[document]
        self._exchanges = exchanges

    def knows(self, purpose: str) -> bool:
        """Whether the document has the operation."""
        return purpose in self._document.by_purpose

    def call(self, purpose: str, account: Account = HARRIET, **arguments: Any) -> Facts:
        """Ask for something, if the document has it; answers the facts, none if it was refused."""
        operation = self._document.by_purpose.get(purpose)
        if operation is None:
            return {}
        known = vocabulary().purposes[purpose].arguments.items()
        asked = {**{name: each.default for name, each in known if each.default}, **arguments}
        supported = {name: value for name, value in asked.items() if operation.takes(name)}
        written = operation.arguments(purpose, supported, account.user, account.key)
        request = write(operation, BASE + self._document.prefix, written.path, written.query, written.body)
        self._world.advance(STEP)
        exchange = self._world.exchange(request)
        self._exchanges.append(exchange)
        return facts_of(operation, exchange.answer).facts if exchange.answer else {}

    def order(self, place: tuple[str, str, str], account: Account = HARRIET, **more: Any) -> str:
        """Order a number; answers the id of the order, which is that of none if it was refused."""
        country, carrier, service = place
        most = {"maximum": 5000, "m": "", "n": "", **more}
        facts = self.call("order", account, country=country, carrier=carrier, service=service, **most)
        return str(get(facts, "order.id") or "999999999")

    def quote(self, place: tuple[str, str, str], account: Account = HARRIET) -> Facts:
        """Ask for a price; answers the offer."""
        country, carrier, service = place
        offer: Facts = self.call("quote", account, country=country, carrier=carrier, service=service).get("offer", {})
        return offer


def record(*overlays: Path) -> list[Exchange]:
    """The exchanges of a day with the vendor that overlays describe."""
    world = World(*overlays)
    exchanges: list[Exchange] = []
    clients = [Client(world, name, exchanges) for name in world.contract.documents]
    for client in clients:
        _look_around(client)
    for client in clients:
        _buy(client, world)
    for client in clients:
        _pay(client, world)
    for client in clients:
        _refused(client)
    for client in clients:
        _list(client)
    world.advance(3 * 60 * MINUTE)
    for client in clients:
        _list(client)
        client.call("balance", INGRID)
    return exchanges


def _look_around(client: Client) -> None:
    for account in ACCOUNTS:
        client.call("balance", account)
    client.call("countries")
    for country, carrier in (("66", "any"), ("66", "deepnet"), ("83", "any"), ("91", "any"), ("104", "trentino")):
        client.call("services", country=country, carrier=carrier)
    for place in PLACES:
        client.quote(place)
    client.quote(PLACES[0], INGRID)
    for service in ("ds", "zz"):
        client.call("country_stats", service=service)
    client.call("favourites")
    for place in (PLACES[2], PLACES[4], PLACES[2]):
        client.call("toggle_favourite", country=place[0], service=place[2])
        client.call("favourites")
    client.call("coupons")
    client.call("coupons", INGRID)


def _buy(client: Client, world: World) -> None:
    """Buy numbers: one that gets its SMS, others that are refunded, that end, and for which a second SMS is asked."""
    offer = client.quote(PLACES[0])
    first = client.order(PLACES[0], maximum=offer.get("price", 99), m=offer.get("m", ""), n=offer.get("n", ""))
    client.call("look", order=first)
    client.call("another", order=first)
    client.call("balance")
    silent = client.order(PLACES[3])
    client.call("look", order=silent)
    client.call("inventory", expired=4)
    client.call("orders")
    world.advance(12 * SECOND)
    client.call("look", order=first)
    world.advance(9 * SECOND)
    client.call("look", order=first)
    client.call("refund", order=first)
    client.call("balance")
    client.call("refund", order=silent)
    client.call("look", order=silent)
    client.call("balance")
    client.call("another", order=first)
    client.call("balance")
    client.call("look", order=first)
    world.advance(23 * SECOND)
    client.call("look", order=first)
    left = client.order(PLACES[3])
    cheap = client.order(PLACES[4], failover=False)
    other = client.order(PLACES[1], INGRID)
    client.call("balance")
    client.call("balance", INGRID)
    client.call("inventory", expired=4)
    for place in (PLACES[2], PLACES[0]):
        client.order(place)
    world.advance(MINUTE)
    client.call("look", INGRID, order=other)
    for minutes in (7, 3, 4, 3, 4, 5, 6):
        client.call("look", order=left)
        world.advance(minutes * MINUTE)
    client.call("look", order=left)
    client.call("look", order=cheap)
    client.call("another", order=first)
    client.call("balance")
    client.call("inventory", expired=4)
    client.call("refund", order=left)
    client.call("balance")
    client.call("look", order=left)
    for state in ("waiting", "completed", "refunded", "expired"):
        client.call("orders", state=state)
    client.call("orders", country="66", service="ds")
    client.call("orders", expires_from=world.now - 40 * MINUTE, expires_through=world.now - 10 * MINUTE)
    client.call("popular")


def _pay(client: Client, world: World) -> None:
    amounts = (600, 1700, 2300, 3100)
    client.call("invoice", amount=amounts[0], coupon="SPRING12")
    paid = client.call("wallet", amount=amounts[1], currency="USDT", network="TRON")
    odd = client.call("wallet", amount=amounts[2], currency="USDT", network="BSC")
    late = client.call("wallet", amount=amounts[3], currency="USDT", network="ETH")
    client.call("card_invoice", amount=4400, coupon="CARD35")
    for minutes in (0, 10, 25, 35):
        world.advance(minutes * MINUTE)
        for each in (paid, odd, late):
            client.call("transaction", payment=get(each, "payment.id") or "none")
        client.call("invoices")
        client.call("balance")
    client.call("coupons")


def _refused(client: Client) -> None:
    """Ask for what is refused, for every reason that a client can provoke."""
    for purpose, account in (
        ("balance", Account(HARRIET.user, "no-such-key-99")),
        ("countries", Account("nobody", HARRIET.key)),
    ):
        client.call(purpose, account)
    client.call("balance", Account(INGRID.user, HARRIET.key))
    client.call("look", order="not-a-number")
    for unknown in ("look", "refund", "another"):
        client.call(unknown, order="987654321")
    client.order(PLACES[0], maximum=3)
    client.order(("66", "any", "ig"))
    client.order(PLACES[0], JONAS)
    for place in (("999", "any", "ds"), ("66", "any", "qq"), ("66", "nobody", "ds")):
        client.order(place)
        client.quote(place)
    client.call("services", country="999")
    client.call("services", country="66", carrier="nobody")
    client.call("country_stats", service="qq")
    client.call("toggle_favourite", country="999", service="ds")
    for amount, coupon in ((700, "NO-SUCH"), (800, "SPENT8")):
        client.call("invoice", amount=amount, coupon=coupon)
    client.call("card_invoice", amount=900, coupon="SPRING12")
    client.call("wallet", amount=1000, currency="USDT", network="BTC")
    client.call("transaction", payment="no-such-payment")
    client.call("balance", JONAS)


def _list(client: Client) -> None:
    client.call("balance")
    client.call("inventory", expired=20)
    client.call("orders")
    client.call("invoices")
    client.call("coupons")
    client.call("popular")
    client.call("statistics")
    client.call("statistics", since=1_749_945_600_000, through=1_750_032_000_000 - 1)
    client.call("statistics", since=1_640_995_200_000, through=1_672_531_200_000 - 1)
    client.call("services", country="66")
