"""Bad clients, each a small change of the good one with requests.

It is also a command: `python bad.py NAME COUNTRY SERVICE MAXIMUM_CENTS`.
"""

# mypy: disable-error-code="misc, valid-type"
from __future__ import annotations

import runpy
import sys
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

GOOD = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "python-requests" / "client.py"))
Client, NoCode, main = itemgetter("Client", "NoCode", "main")(GOOD)


class Impatient(Client):
    """Polls without a break."""

    first_poll = longest_poll = 0.5


class Deaf(Client):
    """Does not hear how long it is to wait after 429."""

    def _respite(self, _: Any, failures: int) -> float:
        return float(self.back_off * 2.0 ** (failures - 1))


class Stubborn(Client):
    """Calls again at once after 5xx."""

    back_off = 0.01


class Forgetful(Client):
    """Orders again when an answer is lost, and has a look at what there is only at the end."""

    unknown_before: set[str] | None = None

    def _new_order(self, _: Any, before: set[str]) -> None:
        self.unknown_before = before

    def order(self, offer: Any) -> str:
        order = str(super().order(offer))
        if self.unknown_before is not None:
            for item in self._inventory():
                if item.id not in {*self.unknown_before, order}:
                    self.refund(item.id)
        return order


class Careless(Client):
    """Leaves its money with numbers that are dead."""

    def refund(self, _: str) -> bool:
        return True


class Greedy(Client):
    """Wants its money back when it has the code."""

    def wait_for_code(self, order: str, patience: float) -> Any:
        code = super().wait_for_code(order, patience)
        if code:
            self._with_sms.discard(order)
            self.refund(order)
        return code


class Hasty(Client):
    """Asks for another SMS before the first one."""

    def wait_for_code(self, order: str, patience: float) -> Any:
        with suppress(NoCode):
            self._send("PATCH", *self._numbers, "order", order, "requestAnother", read=str)
        return super().wait_for_code(order, patience)


class Inert(Client):
    """Never asks for a price again."""

    first_quote: Any = None

    def quote(self, offer: Any) -> Any:
        self.first_quote = self.first_quote or super().quote(offer)
        return self.first_quote


class Pushy(Client):
    """Does not wait for new numbers."""

    restock_pause = 5.0


class Spendthrift(Client):
    """Pays up to its maximum, whatever the quote was."""

    def _wanted(self, offer: Any, quote: Any) -> dict[str, str]:
        return {**super()._wanted(offer, quote), "maximumPrice": str(offer.most)}


class Talkative(Client):
    """Tells somebody else about its orders, and about its key."""

    def order(self, offer: Any) -> str:
        order = super().order(offer)
        elsewhere = self._base_url.replace("127.0.0.1", "localhost").removesuffix("/v3")
        with suppress(requests.RequestException):
            self._session.get(f"{elsewhere}/ordered", params={"order": order, "key": self._key}, timeout=5)
        return str(order)


class Anxious(Client):
    """Reads the balance with every look at an order."""

    def _item(self, order: str) -> Any:
        with suppress(NoCode):
            self._persist(lambda: self._send("GET", "customers", self._numbers[1], "balance", read=dict))
        return super()._item(order)


class Floating(Client):
    """Takes a price for a fraction."""

    def _wanted(self, offer: Any, quote: Any) -> dict[str, str]:
        return {**super()._wanted(offer, quote), "maximumPrice": f"{quote.price:.2f}"}


class Terse(Client):
    """Leaves out what it takes for granted."""

    def _wanted(self, offer: Any, quote: Any) -> dict[str, str]:
        return {name: value for name, value in super()._wanted(offer, quote).items() if name != "carrier"}


class Verbose(Client):
    """Sends a field that nobody has asked for."""

    def _wanted(self, offer: Any, quote: Any) -> dict[str, str]:
        return {**super()._wanted(offer, quote), "operator": offer.carrier}


class Lost(Client):
    """Looks for prices where there are none."""

    def quote(self, offer: Any) -> Any:
        with suppress(NoCode):
            self._send("GET", *self._numbers, "prices", offer.country, read=dict)
        return super().quote(offer)


class Nostalgic(Client):
    """Reads the balance as it did in V2."""

    def order(self, offer: Any) -> str:
        url = f"{self._base_url.removesuffix('/v3')}/cs/getBalance"
        with suppress(requests.RequestException):
            self._session.get(url, params={"userId": self._numbers[1], "key": self._key}, timeout=5)
        return str(super().order(offer))


class Bad(NamedTuple):
    """A client, the code of the rule that it breaks, and the scenario in which that shows, with this carrier."""

    client: type[Any]
    code: str
    scenario: str = "default"
    carrier: str = "any"


BAD: Mapping[str, Bad] = {
    "impatient": Bad(Impatient, "client.polls-too-fast"),
    "deaf": Bad(Deaf, "client.no-backoff", "rate-limited"),
    "stubborn": Bad(Stubborn, "client.no-backoff", "flaky"),
    "forgetful": Bad(Forgetful, "client.orders-again", "lost-answers"),
    "careless": Bad(Careless, "client.abandons-order", "no-sms"),
    "greedy": Bad(Greedy, "client.refunds-after-sms"),
    "hasty": Bad(Hasty, "client.another-too-early"),
    "inert": Bad(Inert, "client.stale-quote", "price-moves"),
    "pushy": Bad(Pushy, "client.no-numbers-too-fast", "out-of-stock"),
    "spendthrift": Bad(Spendthrift, "client.failover-price", "failover", "tmobile"),
    "talkative": Bad(Talkative, "client.key-leak"),
    "anxious": Bad(Anxious, "client.balance-polling", "no-sms"),
    "floating": Bad(Floating, "client.request"),
    "terse": Bad(Terse, "client.request"),
    "verbose": Bad(Verbose, "client.unknown-name"),
    "lost": Bad(Lost, "client.path"),
    "nostalgic": Bad(Nostalgic, "client.deprecated"),
}


if __name__ == "__main__":
    bad = BAD[sys.argv[1]]
    sys.exit(main(["--carrier", bad.carrier, *sys.argv[2:]], bad.client))
