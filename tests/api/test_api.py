"""The service by its documents: which are played, by which readings, and how each says no."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from mockserver.api.api import OPERATIONS, Api, ApiError, ServedContracts, served
from mockserver.contract import FailureBody, contract, load, vocabulary
from mockserver.domain.clock import MINUTE
from mockserver.serving.setup import Settings, set_up
from tests.conftest import SERVICES, V3, InProcess
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from mockserver.contract.parts import Schema

HEAD = "overlay: 1.0.0\ninfo: {title: A test, version: '1'}\n"
SMALL = Path(__file__).parents[1] / "contract" / "small.yaml"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    return tmp_path / "overlay.yaml"


def corrected(overlay: Path, text: str) -> V3:
    """Short calls of V3 by this overlay."""
    overlay.write_text(HEAD + text)
    app = set_up("default", settings=Settings(overlays=(overlay,))).app
    return V3(httpx.Client(transport=InProcess(app), base_url="http://mock"))


# What is played


def test_all_documents_are_played_below_prefixes_of_their_own() -> None:
    assert [api.document.prefix for api in SERVICES().apis] == ["/v3", "/cs"]


def test_the_documents_are_known_by_name() -> None:
    assert [*SERVICES().documents] == ["v3", "v2"]


def test_an_operation_without_a_use_case_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    left = {name: do for name, do in OPERATIONS.items() if name not in ("look", "balance")}
    monkeypatch.setattr("mockserver.api.api.OPERATIONS", left)
    with pytest.raises(ApiError, match=r"^no use case for balance, look of the vocabulary: see mockserver/api/"):
        served(contract())


def test_a_document_that_does_not_say_how_it_fails_is_not_played() -> None:
    with pytest.raises(ApiError, match=r"^small has no failure responses: add x-failures$"):
        Api(load(SMALL))


# By which readings


def test_the_service_is_loaded_once_for_the_same_readings() -> None:
    services = ServedContracts()
    assert services({"expiry": "kept", "failures": "status"}) is services({"failures": "status", "expiry": "kept"})


def test_without_readings_the_usual_rules_hold() -> None:
    assert ServedContracts()().rules == DEFAULT


def test_the_rules_of_an_overlay_hold(overlay: Path) -> None:
    overlay.write_text(f"{HEAD}x-rules: {{lifetime: 15m}}\nactions: []\n")
    assert ServedContracts([overlay])().rules.lifetime == 15 * MINUTE


@pytest.mark.parametrize(("readings", "expiry"), [({}, "refunded"), ({"expiry": "kept"}, "kept")])
def test_the_readings_of_an_overlay_hold_unless_others_are_chosen(
    overlay: Path, readings: dict[str, object], expiry: str
) -> None:
    overlay.write_text(f"{HEAD}x-readings: {{expiry: refunded}}\nactions: []\n")
    service = ServedContracts([overlay])(readings)
    assert (service.readings["expiry"], service.rules.expiry) == (expiry, expiry)


# How it says no

EXPECTED = {
    "UNAUTHORIZED": [401, 401],
    "FORBIDDEN": [403, 403],
    "PRICE_CHANGED": [222, 200],
    "INVALID_REQUEST": [400, 400],
    "NOT_FOUND": [404, 404],
    "METHOD_NOT_ALLOWED": [405, 405],
    "CONTENT_TOO_LARGE": [413, 413],
    "UNSUPPORTED_MEDIA_TYPE": [415, 415],
    "INTERNAL_ERROR": [500, 500],
}


@pytest.mark.parametrize("reason", vocabulary().reasons)
def test_what_the_table_does_not_name_is_a_business_failure_in_a_200(reason: str) -> None:
    assert [api.fail(reason).status for api in SERVICES().apis] == EXPECTED.get(reason, [200, 200])


def test_a_detail_follows_the_words_of_a_failure() -> None:
    assert [api.fail("INVALID_REQUEST", "the body is empty").body for api in SERVICES().apis] == [
        {"ok": False, "errorMessage": "INVALID_REQUEST: the body is empty"},
        {"error": True, "message": "INVALID_REQUEST: the body is empty"},
    ]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("NO_NUMBERS", "NO_NUMBERS"),
        ("PRICE_CHANGED", "Additional user action required"),
        ("UNAVAILABLE", "Please try again later"),
    ],
)
def test_a_failure_has_the_words_of_its_document(reason: str, words: str) -> None:
    assert [[*api.fail(reason).body.values()][1] for api in SERVICES().apis] == [words, words]


def test_a_failure_of_any_status_has_the_shape_of_its_document() -> None:
    assert [api.failure(418, "a teapot") for api in SERVICES().apis] == [
        FailureBody(418, {"ok": False, "errorMessage": "a teapot"}),
        FailureBody(418, {"error": True, "message": "a teapot"}),
    ]


def test_who_is_refused_for_the_price_may_be_told_the_new_one(overlay: Path) -> None:
    v3 = corrected(
        overlay,
        "extends: v3.yaml\n"
        "actions:\n"
        "- target: $.components.schemas\n"
        "  update:\n"
        "    NewPrice:\n"
        "      type: object\n"
        "      required: [ok]\n"
        "      properties:\n"
        "        ok: {type: boolean, const: false}\n"
        "        quote: {$ref: '#/components/schemas/Quote', x-when: failure.offer as offer}\n"
        "- target: $['x-failures'].reasons.PRICE_CHANGED\n"
        "  update: {schema: {$ref: '#/components/schemas/NewPrice'}}\n",
    )
    answer = v3.order(maximumPrice="1").json()
    assert answer == {"ok": False, "quote": v3.get("/numbers/{user}/lookup/12/any/ds").json()["body"]}


def test_a_failure_may_be_a_text(overlay: Path) -> None:
    text = "x-failures: {reasons: {ORDER_NOT_FOUND: {status: 404, media: text/html, text: <h1>Gone</h1>}}}"
    answer = corrected(overlay, f"actions:\n- target: $\n  update: {{{text}}}\n").get("/numbers/{user}/order/99")
    assert (answer.status_code, answer.headers["content-type"], answer.text) == (
        404,
        "text/html; charset=utf-8",
        "<h1>Gone</h1>",
    )


PROBLEM = (
    "actions:\n- target: $['x-failures'].reasons.ORDER_NOT_FOUND\n"
    "  update: {status: 404, media: application/problem+json}\n"
)


def test_the_problem_of_a_failure_is_checked(overlay: Path) -> None:
    overlay.write_text(HEAD + PROBLEM)
    operation = contract(overlays=[overlay]).documents["v3"].operations["getOrder"]
    body = {"ok": False, "errorMessage": ""}
    assert [found.path for found in operation.check_answer(404, body, "application/problem+json")] == [
        ("body", "errorMessage")
    ]


def test_a_failure_may_be_a_problem_in_json(overlay: Path) -> None:
    answer = corrected(overlay, PROBLEM).get("/numbers/{user}/order/99")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json() == {"ok": False, "errorMessage": "ORDER_NOT_FOUND"}


# Operations of which nothing is known


def unmodelled(responses: str) -> str:
    return (
        "extends: v3.yaml\nactions:\n- target: $.paths\n  update:\n    /weather/{userId}:\n      get:\n"
        "        operationId: getWeather\n        x-unmodelled: true\n        x-effect: reads\n"
        "        x-provenance: {level: observed, source: a test}\n        parameters:\n"
        "        - {$ref: '#/components/parameters/userId'}\n        - {$ref: '#/components/parameters/apiKey'}\n"
        f"        responses: {responses}\n"
    )


def test_an_operation_that_means_nothing_answers_what_was_seen(overlay: Path) -> None:
    schema: Schema = {"type": "object"}
    content = f"content: {{application/json: {{schema: {schema}, example: {{sun: true}}}}}}"
    answer = corrected(overlay, unmodelled(f"{{'200': {{description: Seen., {content}}}}}")).get("/weather/{user}")
    assert (answer.status_code, answer.json()) == (200, {"sun": True})


def test_an_operation_that_means_nothing_and_answers_nothing_answers_nothing(overlay: Path) -> None:
    answer = corrected(overlay, unmodelled("{'204': {description: Nothing.}}")).get("/weather/{user}")
    assert (answer.status_code, answer.content) == (204, b"")
