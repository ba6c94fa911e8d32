"""A run with one of everything, as the suites would give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import Place, load
from mockserver.findings import Exclusion, Finding, Line, Run, Severity, Skip, Statement, SuiteResult
from mockserver.traffic import Answer, Exchange, Request
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSITIONS = [("waiting", "completed"), ("waiting", "refunded"), ("completed", "completed"), ("completed", "waiting")]
V3 = load("v3")


@pytest.fixture
def exchange() -> Exchange:
    """A polled order, redacted."""
    return Exchange(
        Request("GET", "http://127.0.0.1:8080/v3/numbers/demo/order/1?apiKey=[redacted]", (("accept", "*/*"),)),
        Answer(200, (("content-type", "application/json"),), b'{"ok":true,"body":[{"orderId":"1","price":"16"}]}'),
        1_750_000_000_000,
        1.25,
        "v3.getOrder",
    )


@pytest.fixture
def finding(exchange: Exchange) -> Finding:
    """A finding with all its parts."""
    return Finding(
        "answer.body",
        Severity.ERROR,
        "schema",
        "v3.getOrder",
        "body",
        'body.body[0].price must be an integer, got "16"',
        '{"type": "integer"}',
        '"16"',
        "/components/schemas/OrderItem/properties/price",
        Place("v3.yaml", 1012, 9),
        "documented",
        "curl 'http://127.0.0.1:8080/v3/numbers/demo/order/1?apiKey='\"$SMSONLINE_API_KEY\"",
        4711,
        (exchange,),
    )


@pytest.fixture
def run(finding: Finding) -> Run:
    """An error, a warning without evidence, a note whose answer was lost; something accepted, skipped and left out."""
    lost = finding.exchanges[0]._replace(answer=None)
    warning = Finding(
        "answer.status",
        Severity.WARNING,
        "safety",
        "v2.getBalance",
        "key",
        "An unknown key was answered 403.",
        "401",
        "403",
    )
    note = finding._replace(level=Severity.NOTE, suite="safety", provenance="assumed", check="lost", exchanges=(lost,))
    accepted = finding._replace(check="known")
    coverage = Coverage([V3], ("waiting", "completed", "refunded"), TRANSITIONS)
    coverage.answer("v3.getOrder", 200)
    coverage.answer("v3.getOrder", 418)
    coverage.state("waiting")
    coverage.transition("waiting", "completed")
    coverage.transition("refunded", "waiting")
    return Run(
        version="0.1.0",
        target="http://127.0.0.1:8080",
        suites=(
            SuiteResult("examples", 60, 0.4),
            SuiteResult("schema", 4120, 18.2, (finding, accepted), (Skip("v3.getOrder", "no order is known"),)),
            SuiteResult("safety", 130, 1.1, (warning, note)),
        ),
        seed=4711,
        started=1_750_000_000_000,
        seconds=29.6,
        findings=(note, finding, warning),
        coverage=coverage,
        accepted=(accepted,),
        stale=("0123456789abcdef",),
        statement=Statement((Line("1", "v3.orderNumber", 16, 16, "refunded"), Line("2", "v2.purchase", 20)), 50),
        exclusions=(Exclusion("ignored_auth", "*", "the key is read before the path"),),
    )


@pytest.fixture
def clean_run(run: Run) -> Run:
    """The run without anything to tell."""
    return run._replace(
        suites=(SuiteResult("examples", 60, 0.4),),
        findings=(),
        accepted=(),
        stale=(),
        statement=None,
        exclusions=(),
        coverage=Coverage(),
    )


@pytest.fixture
def say(run: Run, finding: Finding, exchange: Exchange) -> Callable[[str], Run]:
    """Makes a run that holds a text wherever a run can hold one."""

    def say(text: str) -> Run:
        content = text.encode("utf-8", "replace")
        headers = (("x-said", text), (text, "x"))
        said = exchange._replace(
            request=Request(text, f"http://h/{text}", headers, content),
            answer=Answer(200, headers, content),
            operation=text,
            notes={text: text},
        )
        loud = Finding(
            text,
            Severity.ERROR,
            text,
            text,
            text,
            text,
            text,
            text,
            text,
            Place(text, 3, 4),
            "assumed",
            text,
            1,
            (said,),
        )
        coverage = Coverage([V3], (text,), ((text, "waiting"),))
        coverage.answer(text, 200)
        coverage.state(text)
        coverage.transition("waiting", text)
        return run._replace(
            version=text,
            target=text,
            suites=(SuiteResult(text, 1, 0.1, (loud,), (Skip(text, text),)),),
            findings=(loud, finding._replace(suite=text, message=text)),
            accepted=(loud,),
            stale=(text,),
            coverage=coverage,
            statement=Statement((Line(text, text, 16, 0, text),), 50, text),
            exclusions=(Exclusion(text, text, text),),
            interrupted=text,
        )

    return say
