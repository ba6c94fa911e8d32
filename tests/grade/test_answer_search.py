from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from mockserver.findings import Skip
from mockserver.grade.answer_search import search
from mockserver.testing import Wanted
from tests.least_order import LEAST_ORDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.grade.answer_search import Searched
    from mockserver.testing import Server, SmsOnline

    Client = Callable[["Caller"], object]

WANTED = Wanted("documented", allow_violations=True)
"""A world in which there are orders."""


class RefusedError(Exception):
    """The service has said no."""


class Caller:
    """Calls V3, and takes whatever the contract allows."""

    def __init__(self, world: SmsOnline) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self._numbers = f"{world.base_url}/numbers/{world.user_id}"
        self._key = world.api_key

    def send(self, method: str, path: str, **fields: str) -> Any:
        given = {"apiKey": self._key, **fields}
        query, body = (given, None) if method == "GET" else (None, given)
        answer = self.session.request(method, f"{self._numbers}{path}", params=query, json=body).json()
        if not answer["ok"]:
            raise RefusedError(answer["errorMessage"])
        return answer["body"]

    def order(self) -> str:
        wanted = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "99", "m": "", "n": ""}
        return str(self.send("PUT", "/order", **wanted)["orderId"])

    def inventory(self) -> list[Any]:
        return list(self.send("GET", "/inventory/5"))

    def look(self, order: str) -> Any:
        return next(iter(self.send("GET", f"/order/{order}")), None)


EMPTY = 'v3.getInventory answers 200 {"ok":true,"body":[]}'


def attempt(client: Client) -> Callable[[SmsOnline], str]:
    """Let a client run, which ends well if the service says no."""

    def attempt(world: SmsOnline) -> str:
        caller = Caller(world)
        try:
            client(caller)
        except RefusedError:
            return ""
        except Exception as error:
            return f"exited with {type(error).__name__}"
        finally:
            caller.session.close()
        return ""

    return attempt


def found(server: Server, client: Client, wanted: Wanted = WANTED, **options: Any) -> Searched:
    return search(server, wanted, attempt(client), **options)


def good(caller: Caller) -> None:
    for item in caller.inventory():
        str(item)


def expects_a_text(caller: Caller) -> None:
    for item in caller.inventory():
        if item["status"] == "completed":
            len(item["sms"])


def expects_an_order(caller: Caller) -> None:
    caller.inventory()[0]


def expects_known_words(caller: Caller) -> None:
    for item in caller.inventory():
        {"waiting": 0, "completed": 1, "refunded": 2, "expired": 3}[item["status"]]


def expects_short_ids(caller: Caller) -> None:
    int(caller.order()).to_bytes(8, signed=True)


def expects_numbers(caller: Caller) -> None:
    order = f"{float(caller.order()):.0f}"
    try:
        caller.look(order)
    except RefusedError as refusal:
        raise LookupError(order) from refusal


def expects_success_at_first(caller: Caller) -> None:
    try:
        caller.inventory()
    except RefusedError as refusal:
        raise LookupError from refusal
    caller.inventory()


def order_of(order_id: str) -> dict[str, Any]:
    """The least answer to an order, with this id."""
    return {
        "orderId": order_id,
        "phoneNumber": "0",
        "expiredAtUTC": "2000-01-01 00:00:00",
        "purchasePrice": 0,
    }


@pytest.mark.parametrize(
    ("client", "operation", "body"),
    [
        (expects_a_text, "v3.getInventory", [{**LEAST_ORDER, "status": "completed", "sms": None}]),
        (expects_an_order, "v3.getInventory", []),
        (expects_known_words, "v3.getInventory", [{**LEAST_ORDER, "status": "a"}]),
        (expects_short_ids, "v3.orderNumber", order_of("9999999999999999999")),
    ],
)
def test_a_weakness_is_found_and_shrinks_to_the_least_body(
    server: Server, client: Client, operation: str, body: object
) -> None:
    [weakness] = found(server, client).weaknesses
    told = (weakness.operation, weakness.status, weakness.body)
    assert told == (operation, 200, {"ok": True, "body": body})


def test_the_order_is_there_that_is_answered(server: Server) -> None:
    first, *_ = found(server, expects_numbers, examples=1).weaknesses
    assert (first.operation, first.body) == ("v3.orderNumber", {"ok": True, "body": order_of("00")})


def test_the_same_seed_finds_the_same_in_a_call_that_is_not_the_last(server: Server) -> None:
    first, second = (found(server, expects_success_at_first, seed=7) for _ in range(2))
    assert first.tries == second.tries
    assert [(each.nth, each.told) for each in first.weaknesses] == [(1, each.told) for each in second.weaknesses] != []


def test_a_client_that_takes_everything_has_no_weakness(server: Server) -> None:
    searched = found(server, good, examples=10)
    assert (searched.weaknesses, searched.skipped) == ((), ())


def test_a_client_that_fails_anyway_is_not_searched(server: Server) -> None:
    searched = found(server, lambda caller: caller.inventory()[5])
    reason = "the command exited with IndexError although no response was changed"
    assert searched == ((), 1, (Skip("every response", reason),))


def test_what_the_time_did_not_suffice_for_is_told(server: Server) -> None:
    searched = found(server, expects_an_order, seconds=0)
    reason = "the 0 seconds were used up after 0 runs of the command"
    assert searched == ((), 1, (Skip("v3.getInventory", reason),))


def test_a_client_that_does_not_do_the_same_each_time_is_told(server: Server) -> None:
    failures = iter([LookupError()])

    def unsteady(caller: Caller) -> None:
        if not caller.inventory() and (failure := next(failures, None)):
            raise failure

    searched = found(server, unsteady)
    reason = "the command is flaky: it failed, then survived the same response"
    assert (searched.weaknesses, searched.skipped) == ((), (Skip("v3.getInventory", reason),))


def test_a_client_that_looks_less_often_this_time_is_answered_at_its_last_look(server: Server) -> None:
    looks = iter([5])

    def busy(caller: Caller) -> None:
        for _ in range(next(looks, 3)):
            caller.inventory()[0]

    [weakness] = found(server, busy, examples=1).weaknesses
    assert weakness.told == EMPTY


def test_a_weakness_becomes_a_finding_with_its_evidence(server: Server) -> None:
    [weakness] = found(server, expects_an_order).weaknesses
    finding = weakness.finding(seed=3)
    assert (finding.code, finding.level, finding.seed) == ("client.answer", "error", 3)
    assert finding.message == "the command exited with IndexError when v3.getInventory answers 200"
    assert finding.got == '{"ok":true,"body":[]}'
    [exchange] = finding.exchanges
    assert exchange.answer is not None
    assert (exchange.operation, exchange.answer.json) == ("v3.getInventory", weakness.body)
