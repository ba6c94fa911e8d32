"""The control API on the wire: what is read, what is refused, and that neither breaks it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.control.operations import HANDLERS, document
from mockserver.simulation.limits import WorldLimits
from mockserver.simulation.worlds import HOME, Worlds
from mockserver.web.app import create_app
from tests.conftest import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from tests.web.conftest import Answer, Wire

UPLOAD = 2000


@pytest.fixture
def app(start: Callable[[str], Any]) -> Starlette:
    worlds = Worlds(start("default").world, limits=WorldLimits(upload=UPLOAD))
    worlds.find(HOME).permanent = True
    return create_app(SERVICES(), worlds)


@pytest.fixture
def post(app: Starlette, wire: Wire) -> Callable[..., Answer]:
    """POSTs these chunks to `/worlds`, or to another path, or by another method."""

    def post(*chunks: bytes, path: bytes = b"/worlds", method: str = "POST", **options: Any) -> Answer:
        return wire(app, method, b"/__mock__" + path, *chunks, **options)

    return post


def nested(depth: int) -> bytes:
    return b'{"variables": ' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)


def deep(depth: int) -> bytes:
    return b'{"scenario": {"description": "Deep.", "restock": ' + b'{"a":' * depth + b"1" + b"}" * (depth + 2)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is empty"),
        (b"nothing", "the body is not valid JSON"),
        (b"{", "the body is not valid JSON"),
        (b"[]", "createWorld: body must be an object"),
        (b"null", "createWorld: body must be an object"),
        (b'{"seed": NaN}', "the body is not valid JSON"),
        (b'{"seed": 1, "seed": 2}', 'the body has the field "seed" twice'),
        (b'{"scenario": "a\\u0000b"}', "createWorld: body.scenario must be"),
        (b'{"variables": {"a": "\\u0000"}}', "createWorld: body.variables.a must match"),
        (b'{"scenario": "\\ud800"}', "the body is not valid JSON"),
        (b'{"scenario": "\xff"}', "the body is not valid JSON"),
        (b'{"seed": 9007199254740992}', "createWorld: body.seed must be at most 9007199254740991"),
        (b'{"seed": 1' + b"0" * 400 + b"}", "the body is not valid JSON: number is infinity"),
        (b'{"seed": 1' + b"0" * 30 + b"}", "createWorld: body.seed must be at most 9007199254740991"),
        (b'{"seed": -1}', "createWorld: body.seed must be at least 0"),
        (b'{"seed": 1.5}', "createWorld: body.seed must be an integer"),
        (b'{"seed": true}', "createWorld: body.seed must be an integer"),
        (b'{"apiKey": "abc"}', "createWorld: body.apiKey"),
        (b'{"apiKey": "four four"}', "createWorld: body.apiKey"),
        (b'{"userId": "../up"}', "createWorld: body.userId"),
        (b'{"userId": "demo\\n"}', "createWorld: body.userId"),
        (b'{"sed": 1}', "createWorld: body.sed is not known to the control API, did you mean seed?"),
        (nested(250), "createWorld: body.variables"),
        (nested(320), "createWorld: body.variables"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_its_reason(
    post: Callable[..., Answer], body: bytes, reason: str
) -> None:
    answer = post(body)
    assert (answer.status, answer.body["error"][: len(reason)]) == (400, reason)


@pytest.mark.parametrize("depth", [2, 50, 190, 195])
def test_what_is_nested_but_not_too_deep_is_refused_for_its_sense(post: Callable[..., Answer], depth: int) -> None:
    assert post(deep(depth)).status == 422


@pytest.mark.parametrize("depth", [50, 150, 190])
@pytest.mark.parametrize("field", ["scenario", "clock", "readings"])
def test_a_deep_choice_is_refused_for_its_names(post: Callable[..., Answer], field: str, depth: int) -> None:
    answer = post(nested(depth).replace(b"variables", field.encode()))
    told = f"createWorld: body.{field}.a is not known to the control API"
    assert (answer.status, answer.body["error"][: len(told)]) == (400, told)


@pytest.mark.parametrize("kind", [b"text/plain", b"application/x-www-form-urlencoded", b"", b"application/jsonp"])
def test_only_json_is_read(post: Callable[..., Answer], kind: bytes) -> None:
    answer = post(b"{}", headers=[(b"content-type", kind)])
    assert (answer.status, answer.body["error"].partition(",")[0]) == (400, "send content-type: application/json")


def test_a_body_that_is_said_to_be_too_long_is_refused(post: Callable[..., Answer]) -> None:
    length = (b"content-length", str(UPLOAD + 1).encode())
    answer = post(b" " * (UPLOAD + 1), headers=[(b"content-type", b"application/json"), length])
    assert (answer.status, answer.body["error"]) == (
        413,
        f"the body is longer than {UPLOAD} bytes, which is the limit `upload`",
    )


def test_a_body_that_grows_too_long_is_refused(post: Callable[..., Answer]) -> None:
    assert post(*[b" " * 100] * (UPLOAD // 100), b" ").status == 413


def test_a_body_of_just_the_limit_is_read(post: Callable[..., Answer]) -> None:
    assert post(b"{}", b" " * (UPLOAD - 2)).status == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", b"", 404),
        ("GET", b"/", 404),
        ("GET", b"/worlds/", 404),
        ("GET", b"/worlds//journal", 404),
        ("GET", b"/worlds/nowhere", 404),
        ("GET", b"/worlds/..%2Fdefault", 404),
        ("GET", b"/worlds/default%00", 400),
        ("GET", b"/worlds/%ff", 400),
        ("GET", b"/worlds/%zz", 400),
        ("GET", b"/worlds/Default", 404),
        ("GET", b"/worlds/default/journal?limit=0", 400),
        ("GET", b"/worlds/default/journal?limit=10001", 400),
        ("GET", b"/worlds/default/journal?limit=1&limit=2", 400),
        ("GET", b"/worlds/default/journal?limt=1", 400),
        ("GET", b"/worlds/default/journal?after=99999999999999999999999999", 200),
        ("GET", b"/worlds/default/journal?operation=%00", 400),
        ("GET", b"/worlds/default/journal?operation=[", 404),
        ("GET", b"/worlds/default/journal?path=[", 200),
        ("GET", b"/worlds/default/journal?operation=%ff", 400),
        ("DELETE", b"/worlds/default/faults/99999999999999999999999999", 404),
        ("DELETE", b"/worlds/default/faults/x", 400),
        ("DELETE", b"/worlds/default/faults/-1", 400),
        ("DELETE", b"/worlds", 405),
        ("OPTIONS", b"/worlds", 405),
        ("TRACE", b"/worlds", 405),
    ],
)
def test_a_strange_target_has_a_plain_answer(
    post: Callable[..., Answer], method: str, path: bytes, status: int
) -> None:
    assert post(path=path, method=method).status == status


def test_a_method_that_is_not_there_is_told_which_are(post: Callable[..., Answer]) -> None:
    assert post(path=b"/worlds", method="DELETE").headers[b"allow"] == b"GET, POST"


def test_a_typing_error_is_answered_with_what_was_meant(post: Callable[..., Answer]) -> None:
    assert "did you mean /__mock__/worlds?" in post(path=b"/world", method="GET").body["error"]


def test_the_document_describes_every_handler() -> None:
    waiting = {"showContract", "showDocument", "waitForCalls", "followWorld", "followAll"}
    assert {operation.id for operation in document().operations.values()} == {*HANDLERS, *waiting}


def test_the_document_is_served(post: Callable[..., Answer]) -> None:
    assert post(path=b"/openapi.json", method="GET").body["openapi"] == "3.1.0"


def test_no_answer_is_kept_by_a_cache(post: Callable[..., Answer]) -> None:
    assert post(path=b"/worlds", method="GET").headers[b"cache-control"] == b"no-store"


def test_a_bug_is_answered_without_its_cause(
    post: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("inner workings")

    monkeypatch.setattr("mockserver.web.control.HANDLERS", {**HANDLERS, "listWorlds": broken})
    answer = post(path=b"/worlds", method="GET")
    assert (answer.status, "inner" in json.dumps(answer.body), "ZeroDivisionError" in caplog.text) == (500, False, True)


def test_a_bug_is_answered_500_with_its_cause(post: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LookupError("open-sesame")

    monkeypatch.setattr("mockserver.web.control.HANDLERS", {**HANDLERS, "listWorlds": broken})
    answer = post(path=b"/worlds", method="GET")
    assert (answer.status, answer.body["error"].startswith("this is a bug: LookupError at ")) == (500, True)
