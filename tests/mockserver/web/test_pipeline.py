"""From a request to its answer: what breaks, what is observed, and when time passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.spec import load
from mockserver.dialects import v2, v3
from mockserver.dialects.dialect import Dialect, Reply
from mockserver.dialects.v2.failures import STATUSES as V2_STATUSES
from mockserver.dialects.v2.failures import failure_body as v2_failure
from mockserver.dialects.v2.handlers import HANDLERS as V2_HANDLERS
from mockserver.dialects.v3.failures import STATUSES as V3_STATUSES
from mockserver.dialects.v3.failures import failure_body as v3_failure
from mockserver.dialects.v3.handlers import HANDLERS as V3_HANDLERS
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from mockserver.web.message import Request
from mockserver.web.pipeline import Pipeline

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from mockserver.dialects.dialect import Call
    from mockserver.domain.world import World
    from mockserver.simulation.exchange import Exchange
    from tests.conftest import ContractKeeper, Mock
    from tests.mockserver.web.conftest import Wire

BALANCE = b"/v3/customers/demo/balance?apiKey=demo-key"
ANSWERS = {
    BALANCE: {"ok": False, "errorMessage": "INTERNAL_ERROR: this is a bug of the mock, see its log"},
    b"/cs/getBalance?userId=demo&key=demo-key": {
        "error": True,
        "message": "INTERNAL_ERROR: this is a bug of the mock, see its log",
    },
}


def raising(call: Call, world: World) -> Reply:
    raise LookupError("deep inside")


def unwritable(call: Call, world: World) -> Reply:
    return Reply(200, {"ok": True, "body": object()})


@pytest.fixture(params=[raising, unwritable])
def broken(request: pytest.FixtureRequest, mock: Mock, keeper: ContractKeeper) -> Starlette:
    """A mock whose getBalance is broken in both dialects."""
    dialects = [
        Dialect(load("v3"), {**V3_HANDLERS, "getBalance": request.param}, V3_STATUSES, v3_failure),
        Dialect(load("v2"), {**V2_HANDLERS, "getBalance": request.param}, V2_STATUSES, v2_failure),
    ]
    return create_app(dialects, Worlds(mock.world), [keeper])


@pytest.mark.parametrize(("target", "body"), ANSWERS.items(), ids=["v3", "v2"])
def test_a_broken_handler_is_answered_500_in_the_words_of_its_dialect(
    broken: Starlette, wire: Wire, target: bytes, body: dict[str, object]
) -> None:
    answer = wire(broken, "GET", target)
    assert (answer.status, answer.body) == (500, body)


def test_a_broken_handler_is_logged_with_its_cause(
    broken: Starlette, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire(broken, "GET", BALANCE)
    [record] = caplog.records
    assert record.getMessage() == "the mock broke at GET /v3/customers/demo/balance"
    assert record.exc_info


def test_a_broken_handler_does_not_let_the_key_into_the_log(
    broken: Starlette, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire(broken, "GET", BALANCE)
    assert "demo-key" not in caplog.text


def test_a_broken_handler_breaks_nothing_else(broken: Starlette, wire: Wire) -> None:
    wire(broken, "GET", BALANCE)
    assert wire(broken, "GET", b"/v3/numbers/demo/popular?apiKey=demo-key").status == 200


# Observers


def observed(mock: Mock, request: Request) -> Exchange:
    """The one exchange that an observer sees of a request."""
    seen: list[Exchange] = []
    dialect = v3.dialect() if request.path.startswith("/v3") else v2.dialect()
    Pipeline(dialect, Worlds(mock.world), [seen.append])(request)
    [exchange] = seen
    return exchange


def test_an_observer_sees_the_answer_of_an_operation(mock: Mock) -> None:
    exchange = observed(mock, Request("GET", "/cs/getBalance", b"userId=demo&key=demo-key", []))
    assert exchange.operation is not None
    assert (exchange.operation.name, exchange.status, exchange.path) == ("v2.getBalance", 200, "/cs/getBalance")


def test_an_observer_sees_what_leads_nowhere(mock: Mock) -> None:
    exchange = observed(mock, Request("GET", "/v3/nothing", b"", []))
    assert (exchange.dialect, exchange.operation, exchange.status) == ("v3", None, 404)


def test_an_observer_sees_how_a_request_breaks_the_contract(mock: Mock) -> None:
    exchange = observed(mock, Request("GET", "/v3/numbers/demo/inventory/x", b"apiKey=demo-key", []))
    assert [violation.place for violation in exchange.violations] == ["path.limit"]


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/v3/customers/demo/balance", b"apiKey=demo-key", []),
        Request("GET", "/v3/customers/demo/balance", b"", [(b"authorization", b"Bearer demo-key")]),
        Request("GET", "/v3/numbers/demo/inventory/x", b"apiKey=demo-key", []),
        Request("GET", "/v3/nothing", b"apiKey=demo-key", []),
        Request(
            "PUT", "/v3/numbers/demo/order", b"", [(b"content-type", b"application/json")], b'{"apiKey":"demo-key"}'
        ),
    ],
    ids=["answered", "bearer", "refused", "unknown", "in the body"],
)
def test_an_observer_never_sees_the_key(mock: Mock, request_: Request) -> None:
    exchange = observed(mock, request_)
    assert "demo-key" not in repr((exchange.path, exchange.body, exchange.violations))


# Time


def test_what_is_due_happens_before_the_answer(mock: Mock) -> None:
    order = mock.v3.order().json()["body"]["orderId"]
    mock.advance("5s")
    assert mock.v3.item(order)["status"] == "completed"


@pytest.mark.parametrize(("key", "ticks"), [("demo-key", 1), ("nope", 0)])
def test_the_clock_ticks_once_for_every_request_that_is_let_in(mock: Mock, key: str, ticks: int) -> None:
    mock.world.clock.run(step=250)
    before = mock.world.clock.now()
    mock.v3.get("/customers/{user}/balance", apiKey=key)
    assert mock.world.clock.now() - before == ticks * 250


def test_an_answer_is_json_of_the_stated_length(mock: Mock) -> None:
    answer = mock.v3.get("/customers/{user}/balance")
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.content)
