"""A dialect is only made from handlers and failures that match its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.spec import load
from mockserver.dialects import v2, v3
from mockserver.dialects.dialect import Dialect, DialectError, Rejection
from mockserver.dialects.every import dialects
from mockserver.dialects.v2 import failures as v2_failures
from mockserver.dialects.v2 import handlers as v2_handlers
from mockserver.dialects.v3 import failures as v3_failures
from mockserver.dialects.v3 import handlers as v3_handlers
from mockserver.domain.refusal import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.dialects.dialect import Handler, Handlers

DOCUMENT = load("v3")
STATUSES = v3_failures.STATUSES


def make(handlers: Handlers, statuses: Mapping[Reason | Rejection, int] = STATUSES) -> Dialect:
    return Dialect(DOCUMENT, handlers, statuses, v3_failures.failure_body)


def without(*names: str) -> dict[str, Handler]:
    return {name: handler for name, handler in v3_handlers.HANDLERS.items() if name not in names}


def test_an_operation_without_a_handler_is_an_error() -> None:
    with pytest.raises(DialectError, match=r"^v3: operation getOrder of v3\.yaml has no handler$"):
        make(without("getOrder"))


def test_a_handler_without_an_operation_is_an_error() -> None:
    with pytest.raises(DialectError, match=r"^v3: handler sendMoney has no operation$"):
        make({**v3_handlers.HANDLERS, "sendMoney": v3_handlers.get_order})


def test_a_misspelt_handler_is_told_the_operation_that_was_meant() -> None:
    with pytest.raises(DialectError, match="handler getOrdr has no operation, did you mean getOrder"):
        make({**without("getOrder"), "getOrdr": v3_handlers.get_order})


def test_everything_that_is_wrong_is_reported_at_once() -> None:
    statuses: dict[Reason | Rejection, int] = {**STATUSES}
    del statuses[Rejection.BROKEN]
    handlers = {**without("getOrder", "getPopular"), "getOrdr": v3_handlers.get_order}
    with pytest.raises(DialectError) as error:
        make(handlers, statuses)
    assert str(error.value).split("; ") == [
        "v3: operation getOrder of v3.yaml has no handler",
        "operation getPopular of v3.yaml has no handler",
        "handler getOrdr has no operation, did you mean getOrder?",
        "failure BROKEN has no status",
    ]


@pytest.mark.parametrize("failure", [*Reason, *Rejection], ids=lambda failure: failure.name)
def test_a_failure_without_a_status_is_an_error(failure: Reason | Rejection) -> None:
    statuses = {known: status for known, status in STATUSES.items() if known is not failure}
    with pytest.raises(DialectError, match=f"^v3: failure {failure.name} has no status$"):
        make(v3_handlers.HANDLERS, statuses)


@pytest.mark.parametrize(
    ("handlers", "count"), [(v3_handlers.HANDLERS, 18), (v2_handlers.HANDLERS, 12)], ids=["v3", "v2"]
)
def test_every_operation_has_a_handler_of_its_own(handlers: Handlers, count: int) -> None:
    assert len(set(handlers.values())) == count


def test_all_dialects_are_spoken_below_prefixes_of_their_own() -> None:
    assert [dialect.document.prefix for dialect in dialects()] == ["/v3", "/cs"]


def test_a_detail_follows_the_code_of_a_failure() -> None:
    reply = v3.dialect().fail(Rejection.INVALID_REQUEST, "the body is empty")
    assert (reply.status, reply.body) == (400, {"ok": False, "errorMessage": "INVALID_REQUEST: the body is empty"})


def test_a_failure_of_v2_has_its_own_words() -> None:
    reply = v2.dialect().fail(Reason.NO_NUMBERS)
    assert (reply.status, reply.body) == (200, {"error": True, "message": "NO_NUMBERS"})


EXPECTED = {
    Reason.UNAUTHORIZED: (401, 401),
    Reason.FORBIDDEN: (403, 403),
    Reason.PRICE_CHANGED: (222, 200),
    Rejection.INVALID_REQUEST: (400, 400),
    Rejection.UNKNOWN_PATH: (404, 404),
    Rejection.WRONG_METHOD: (405, 405),
    Rejection.TOO_LARGE: (413, 413),
    Rejection.WRONG_TYPE: (415, 415),
    Rejection.BROKEN: (500, 500),
}


@pytest.mark.parametrize("failure", [*Reason, *Rejection], ids=lambda failure: failure.name)
def test_what_the_table_does_not_name_is_a_business_failure_in_a_200(failure: Reason | Rejection) -> None:
    assert (STATUSES[failure], v2_failures.STATUSES[failure]) == EXPECTED.get(failure, (200, 200))
