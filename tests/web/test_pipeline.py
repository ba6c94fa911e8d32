"""From a request to its answer: what breaks, what is observed, and when time passes."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from mockserver.api.api import OPERATIONS
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from mockserver.web.message import HttpRequest
from mockserver.web.pipeline import Pipeline
from tests.conftest import SERVICES

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from mockserver.api.api import OperationCall, Result
    from mockserver.simulation.journal import ServedExchange
    from tests.conftest import ContractKeeper, Mock
    from tests.web.conftest import Wire

COUNTRIES = b"/v3/numbers/demo/countries?apiKey=demo-key"
BUG = re.compile(r"INTERNAL_ERROR: this is a bug: (Lookup|Type)Error at [\w/]+\.py:\d+")
"""The error and where it was raised, without its text."""
ANSWERS = {
    COUNTRIES: {"ok": False, "errorMessage": BUG},
    b"/cs/getCountries?userId=demo&key=demo-key": {"error": True, "message": BUG},
}


def raising(call: OperationCall) -> Result:
    raise LookupError("deep inside")


def unwritable(call: OperationCall) -> Result:
    return {"countries": [SimpleNamespace(code=object(), name="Atlantis", carriers=[])]}


@pytest.fixture(params=[raising, unwritable])
def broken(
    request: pytest.FixtureRequest, mock: Mock, keeper: ContractKeeper, monkeypatch: pytest.MonkeyPatch
) -> Starlette:
    """A mock whose list of countries is broken in every generation."""
    monkeypatch.setattr("mockserver.api.api.OPERATIONS", {**OPERATIONS, "countries": request.param})
    return create_app(SERVICES(), Worlds(mock.world), [keeper])


@pytest.mark.parametrize(("target", "body"), ANSWERS.items(), ids=["v3", "v2"])
def test_a_broken_handler_is_answered_500_in_the_words_of_its_generation(
    broken: Starlette, wire: Wire, target: bytes, body: dict[str, object]
) -> None:
    answer = wire(broken, "GET", target)
    bug = BUG.search(answer.content.decode())
    assert bug
    expected = {name: bug[0] if value is BUG else value for name, value in body.items()}
    assert (answer.status, answer.body) == (500, expected)


def test_a_broken_handler_is_logged_with_its_cause(
    broken: Starlette, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire(broken, "GET", COUNTRIES)
    [record] = caplog.records
    assert record.getMessage() == "the mock failed at GET /v3/numbers/demo/countries"
    assert record.exc_info


def test_a_broken_handler_does_not_let_the_key_into_the_log(
    broken: Starlette, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire(broken, "GET", COUNTRIES)
    assert "demo-key" not in caplog.text


def test_a_broken_handler_breaks_nothing_else(broken: Starlette, wire: Wire) -> None:
    wire(broken, "GET", COUNTRIES)
    assert wire(broken, "GET", b"/v3/numbers/demo/popular?apiKey=demo-key").status == 200


# Observers


def observed(mock: Mock, request: HttpRequest) -> ServedExchange:
    """The one exchange that an observer sees of a request."""
    seen: list[ServedExchange] = []
    [api] = (api for api in SERVICES().apis if request.path.startswith(api.document.prefix))
    Pipeline(api, Worlds(mock.world), [seen.append])(request)
    [exchange] = seen
    return exchange


def test_an_observer_sees_the_answer_of_an_operation(mock: Mock) -> None:
    exchange = observed(mock, HttpRequest("GET", "/cs/getBalance", b"userId=demo&key=demo-key", []))
    assert exchange.operation is not None
    assert (exchange.operation.name, exchange.status, exchange.path) == ("v2.getBalance", 200, "/cs/getBalance")


def test_an_observer_sees_what_leads_nowhere(mock: Mock) -> None:
    exchange = observed(mock, HttpRequest("GET", "/v3/nothing", b"", []))
    assert (exchange.document, exchange.operation, exchange.status) == ("v3", None, 404)


def test_an_observer_sees_how_a_request_breaks_the_contract(mock: Mock) -> None:
    exchange = observed(mock, HttpRequest("GET", "/v3/numbers/demo/inventory/x", b"apiKey=demo-key", []))
    assert [violation.place for violation in exchange.violations] == ["path.limit"]


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("GET", "/v3/customers/demo/balance", b"apiKey=demo-key", []),
        HttpRequest("GET", "/v3/customers/demo/balance", b"", [(b"authorization", b"Bearer demo-key")]),
        HttpRequest("GET", "/v3/numbers/demo/inventory/x", b"apiKey=demo-key", []),
        HttpRequest("GET", "/v3/nothing", b"apiKey=demo-key", []),
        HttpRequest(
            "PUT", "/v3/numbers/demo/order", b"", [(b"content-type", b"application/json")], b'{"apiKey":"demo-key"}'
        ),
    ],
    ids=["answered", "bearer", "refused", "unknown", "in the body"],
)
def test_an_observer_never_sees_the_key(mock: Mock, request_: HttpRequest) -> None:
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
