"""Reads what the stand-in answers by the corrected contract: all of it fits, and says what the model knows."""

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from mockserver.contract import ABSENT, Contract, Operation, broken, contract
from mockserver.contract.operation import AnswerFacts
from mockserver.traffic import Request
from mockserver.traffic.calls import Known, Unknown, match
from tests.standin import vendor
from tests.standin.flows import FLOWS, Flow
from tests.standin.model import Model
from tests.standin.records import COUNTRIES, SERVICES, Order
from tests.standin.test_standin import StandinWorld
from tests.standin.web import Holder

OVERLAY = Path(__file__).parent / "vendor.yaml"

Facts = dict[str, Any]


class Truth(NamedTuple):
    """What the model knew when an answer came: accounts by user id, orders by id, as facts."""

    accounts: dict[str, Facts]
    orders: dict[str, Facts]


class Exchange(NamedTuple):
    """A request, its answer, and what was true then."""

    request: httpx.Request
    response: httpx.Response
    truth: Truth


class Understood(NamedTuple):
    """What the contract says of an exchange."""

    operation: Operation
    user: str
    violations: tuple[object, ...]
    unread: tuple[object, ...]
    values: Facts
    reading: AnswerFacts
    truth: Truth


class Recorder(httpx.HTTPTransport):
    """Carries requests, and keeps what came and went."""

    def __init__(self, truth: Callable[[], Truth]) -> None:
        super().__init__()
        self.exchanges: list[Exchange] = []
        self._truth = truth

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request."""
        response = super().handle_request(request)
        response.read()
        self.exchanges.append(Exchange(request, response, self._truth()))
        return response


class Standin(NamedTuple):
    """A running stand-in: a client of its test handles, and what holds its model."""

    http: httpx.Client
    holder: Holder


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """Run a stand-in whose model can be looked at."""
    holder = Holder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vendor, "Holder", lambda: holder)
        server = vendor.create_server()
    listener = vendor.listen(0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    with httpx.Client(base_url=vendor.url_of(listener), trust_env=False, timeout=10) as http:
        yield Standin(http, holder)
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def corrected() -> Contract:
    """Load the contract as the overlay corrects it."""
    return contract(overlays=[OVERLAY])


@pytest.fixture(scope="module")
def recorded(standin: Standin) -> Callable[[Flow], list[Exchange]]:
    """Return a function that plays a flow, once, and returns its exchanges."""
    known: dict[str, list[Exchange]] = {}

    def play(flow: Flow) -> list[Exchange]:
        if flow.name not in known:
            world = StandinWorld(standin.http, flow.balance, flow.charges)
            recorder = Recorder(lambda: truth_of(standin.holder.model))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(httpx, "Client", partial(httpx.Client, transport=recorder))
                flow(world)
            known[flow.name] = recorder.exchanges
        return known[flow.name]

    return play


@pytest.fixture
def understood(
    request: pytest.FixtureRequest, recorded: Callable[[Flow], list[Exchange]], corrected: Contract
) -> list[Understood]:
    """Return what the contract says of each exchange of a flow that has an operation."""
    seen = (understand(corrected, exchange) for exchange in recorded(request.param))
    return [each for each in seen if each is not None]


def truth_of(model: Model) -> Truth:
    """Return what a model knows, by the names of the vocabulary."""
    accounts = {user: account_facts(model, user) for user in model.accounts}
    return Truth(accounts, {order.id: order_facts(order, model.now) for order in model.orders.values()})


def account_facts(model: Model, user: str) -> Facts:
    """Return what is true of the money of an account, by the names of the vocabulary."""
    account = model.accounts[user]
    coupons = model.coupons_of(account)
    return {
        "id": account.user,
        "balance": account.balance,
        "charges": account.charges,
        "usable_coupons": sum(not coupon.used for coupon in coupons),
        "bonuses": sum(coupon.received for coupon in coupons),
    }


def order_facts(order: Order, now: int) -> Facts:
    """Return what is true of an order, by the names of the vocabulary."""
    return {
        "id": order.id,
        "country": {"code": order.country, "name": COUNTRIES[order.country].name},
        "service": {"code": order.service, "name": SERVICES[order.service]},
        "carrier": order.carrier,
        "phone": order.phone,
        "price": order.price,
        "state": order.state(now).value,
        "ordered_at": order.bought * 1000,
        "expires_at": order.ends * 1000,
        "messages": [
            {"text": message.text, "code": message.code, "received_at": message.at * 1000} for message in order.messages
        ],
    }


def matched(loaded: Contract, exchange: Exchange) -> Known | Unknown | None:
    """Return the operation that an exchange is for."""
    return match(loaded.documents.values(), Request(exchange.request.method, str(exchange.request.url)))


def json_of(content: bytes) -> object:
    """Return what the JSON of a body says, ABSENT if it is none."""
    try:
        return json.loads(content)
    except ValueError:
        return ABSENT


def understand(loaded: Contract, exchange: Exchange) -> Understood | None:
    """Return what the contract says of an exchange; None if it has no operation."""
    known = matched(loaded, exchange)
    if not isinstance(known, Known):
        return None
    operation, (request, response, truth) = known.operation, exchange
    query = tuple(request.url.params.multi_items())
    arguments = operation.read(known.path_params, query, json_of(request.content))
    values, unread = operation.values(arguments)
    content_type, body = response.headers.get("content-type", ""), json_of(response.content)
    reading = operation.read_answer(response.status_code, body, content_type)
    answered = operation.check_answer(response.status_code, body, content_type)
    asked = operation.check_request(arguments)
    if broken(asked):
        assert reading.refused is not None
        expected = operation.refusal(each.path for each in broken(asked)) or "INVALID_REQUEST"
        assert reading.refused.reason in (expected, "UNAUTHORIZED")
        asked, unread = (), ()
    user = arguments.user or ""
    return Understood(operation, user, (*asked, *answered), (*unread, *reading.unread), values, reading, truth)


every_flow = pytest.mark.parametrize("understood", FLOWS, indirect=True, ids=lambda flow: flow.name)


@every_flow
def test_nothing_breaks_the_contract(understood: list[Understood]) -> None:
    assert [str(violation) for each in understood for violation in each.violations] == []


@every_flow
def test_everything_is_read(understood: list[Understood]) -> None:
    assert [f"{each.operation.name} {unread}" for each in understood for unread in each.unread] == []


@every_flow
def test_every_refusal_has_its_reason(understood: list[Understood]) -> None:
    refusals = [(each.operation.name, each.reading.refused) for each in understood if not each.reading.granted]
    assert [name for name, refused in refusals if refused is None or refused.reason == "?"] == []


@every_flow
def test_every_success_tells_something(understood: list[Understood]) -> None:
    assert [each.operation.name for each in understood if each.reading.granted and not each.reading.facts] == []


@every_flow
def test_the_money_is_that_of_the_model(understood: list[Understood]) -> None:
    told = [(each.truth.accounts[each.user], each.reading.facts.get("account", {})) for each in understood]
    assert [{name: shown[name] for name in truth if name in shown} for truth, shown in told] == [
        {name: truth[name] for name in truth if name in shown} for truth, shown in told
    ]


@every_flow
def test_the_orders_are_those_of_the_model(understood: list[Understood]) -> None:
    told = [(each.truth.orders[order["id"]], order) for each in understood for order in orders_of(each)]
    assert [part_of(*each) for each in told] == [order for _, order in told]


def orders_of(each: Understood) -> list[Facts]:
    """Return what an answer says of orders; one that it gives no id is the one that was asked for."""
    facts = each.reading.facts
    shown = [*facts.get("orders", ()), *([facts["order"]] if "order" in facts else ())]
    return [{"id": each.values.get("order"), **order} for order in shown]


def part_of(truth: Any, facts: Any) -> Any:
    """Return as much of the truth as the facts tell of."""
    if isinstance(facts, dict):
        return {name: part_of(truth[name], value) for name, value in facts.items()}
    if isinstance(facts, list):
        return [part_of(*pair) for pair in zip(truth, facts, strict=True)]
    return truth


def test_what_is_found_nowhere_is_answered_as_the_contract_says(
    recorded: Callable[[Flow], list[Exchange]], corrected: Contract
) -> None:
    everything = [exchange for flow in FLOWS for exchange in recorded(flow)]
    strays = [(known, each) for each in everything if isinstance(known := matched(corrected, each), Unknown)]
    wrong = [
        known.document.check_failure(response.status_code, json_of(response.content), response.headers["content-type"])
        for known, (_, response, _) in strays
    ]
    assert (len(strays), [each for each in wrong if each]) == (3, [])


def test_all_operations_are_met(recorded: Callable[[Flow], list[Exchange]], corrected: Contract) -> None:
    found = [matched(corrected, exchange) for flow in FLOWS for exchange in recorded(flow)]
    met = {known.operation.name for known in found if isinstance(known, Known)}
    assert met == {each.name for document in corrected.documents.values() for each in document.operations.values()}
