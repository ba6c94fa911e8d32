"""Where requests lead: operations, unknown paths, wrong methods, health."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from mockserver.contract import load
from mockserver.serving.setup import Settings, set_up
from mockserver.web.access import guard
from tests.web.conftest import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract import Operation
    from tests.conftest import Mock
    from tests.web.conftest import Snapshot, Wire

DOCUMENTS = {name: load(name) for name in ("v3", "v2")}
OPERATIONS = [
    pytest.param(DOCUMENTS[name].prefix, operation, id=operation.name)
    for name in DOCUMENTS
    for operation in DOCUMENTS[name].operations.values()
]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")

every_operation = pytest.mark.parametrize(("prefix", "operation"), OPERATIONS)


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[str, int]]:
    """Host and port of a mock with a list of hosts."""
    with serving(set_up("default", settings=Settings(guard("127.0.0.1"))).app) as address:
        yield address


def path(prefix: str, operation: Operation) -> str:
    examples = {parameter.name: str(parameter.example) for parameter in operation.parameters}
    return prefix + operation.path.format(**examples)


@every_operation
def test_an_operation_answers_at_its_path(mock: Mock, prefix: str, operation: Operation) -> None:
    answer = mock.client.request(operation.method, path(prefix, operation), json={} if operation.body else None)
    assert answer.status_code == 401


@every_operation
def test_a_wrong_method_is_answered_405_with_the_right_ones(mock: Mock, prefix: str, operation: Operation) -> None:
    here = path(prefix, operation)
    answers = {method: mock.client.request(method, here) for method in METHODS if method != operation.method}
    assert {(answer.status_code, answer.headers["allow"]) for answer in answers.values()} == {(405, operation.method)}


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (
            "/v3/customers/demo/balance",
            {"ok": False, "errorMessage": "METHOD_NOT_ALLOWED: this path allows GET, not DELETE"},
        ),
        ("/cs/getBalance", {"error": True, "message": "METHOD_NOT_ALLOWED: this path allows GET, not DELETE"}),
    ],
)
def test_a_wrong_method_is_told_in_the_words_of_its_generation(mock: Mock, url: str, body: dict[str, object]) -> None:
    assert mock.client.delete(url).json() == body


UNKNOWN = [
    "",
    "/",
    "//",
    "/nothing",
    "/customers",
    "/customers/demo",
    "/customers/demo/balance/",
    "/customers//balance",
    "//customers/demo/balance",
    "/customers/demo/balance/more",
    "/CUSTOMERS/demo/balance",
    "/customers%2Fdemo%2Fbalance",
    "/customers/demo/%62alance",
    "/v3/customers/demo/balance",
]


@pytest.mark.parametrize("below", UNKNOWN)
def test_an_unknown_path_of_v3_is_answered_404_in_its_words(mock: Mock, below: str) -> None:
    answer = mock.client.get(f"http://mock/v3{below}")
    assert (answer.status_code, answer.json()["ok"]) == (404, False)
    assert answer.json()["errorMessage"].startswith("NOT_FOUND: no operation of v3 has this path")


@pytest.mark.parametrize("below", ["", "/", "/getbalance", "/getBalance/", "/checkout", "/customers/demo/balance"])
def test_an_unknown_path_of_v2_is_answered_404_in_its_words(mock: Mock, below: str) -> None:
    answer = mock.client.get(f"http://mock/cs{below}")
    assert (answer.status_code, answer.json()["error"]) == (404, True)
    assert answer.json()["message"].startswith("NOT_FOUND: no operation of v2 has this path")


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("/v3/customers/demo/balanc", "did you mean /v3/customers/{userId}/balance?"),
        ("/v3/numbers/demo/popula", "did you mean /v3/numbers/{userId}/popular?"),
        ("/cs/getBalnce", "did you mean /cs/getBalance?"),
    ],
)
def test_a_misspelt_path_is_told_the_one_that_was_meant(mock: Mock, url: str, hint: str) -> None:
    assert hint in mock.client.get(url).text


@pytest.mark.parametrize("target", ["/", "/nothing", "/v33/customers/demo/balance", "/V3/customers/demo/balance", "/c"])
def test_outside_every_generation_the_answer_names_the_prefixes(mock: Mock, target: str) -> None:
    answer = mock.client.get(target)
    assert answer.status_code == 404
    assert answer.json() == {
        "error": f"there is nothing at {target}: the API is under /v3 and /cs, and the control API is under /__mock__"
    }


@pytest.mark.parametrize("url", ["/livez", "/readyz"])
def test_health_is_answered_without_a_key(mock: Mock, url: str) -> None:
    answer = mock.client.get(url)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "probe",
    [
        b"GET /readyz HTTP/1.0\r\n\r\n",
        b"OPTIONS /livez HTTP/1.0\r\n\r\n",
        b"GET /readyz HTTP/1.1\r\nHost: 10.42.0.7:8080\r\nConnection: close\r\n\r\n",
        b"HEAD /livez HTTP/1.1\r\nHost: localhost.\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: [::ffff:127.0.0.1]:8080\r\nConnection: close\r\n\r\n",
    ],
    ids=["HTTP/1.0 without a host", "OPTIONS", "the address of a pod", "a dot at the end", "IPv4 in IPv6"],
)
def test_health_is_answered_for_any_host(guarded: tuple[str, int], probe: bytes) -> None:
    with socket.create_connection(guarded, timeout=20) as connection:
        connection.sendall(probe)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")


# A path is taken as it was sent: a server decodes it before the application sees it, and must not change its meaning.


@pytest.mark.parametrize(
    ("target", "decoded"),
    [
        (b"/v3%2Fabc/customers/demo/balance?apiKey=demo-key", "/v3/abc/customers/demo/balance"),
        (b"/v3%2Fcustomers/demo/balance?apiKey=demo-key", "/v3/customers/demo/balance"),
        (b"/%763/customers/demo/balance?apiKey=demo-key", "/v3/customers/demo/balance"),
        (b"*", "*"),
        (b"nothing", "nothing"),
    ],
)
def test_an_encoded_slash_is_no_slash(mock: Mock, wire: Wire, target: bytes, decoded: str) -> None:
    assert wire(mock.app, "GET", target, decoded=decoded).status == 404


@pytest.mark.parametrize(
    ("user", "status"),
    [
        (b"demo", 200),
        (b"%64emo", 200),
        (b"demo%2F", 403),
        (b"demo%20", 403),
        (b"demo+", 403),
        (b"%00", 403),
        (b"demo%00", 403),
    ],
)
def test_a_path_parameter_is_decoded_once(mock: Mock, wire: Wire, user: bytes, status: int) -> None:
    assert wire(mock.app, "GET", b"/v3/customers/%s/balance?apiKey=demo-key" % user).status == status


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        (b"%ff", "the percent-encoded bytes are not UTF-8"),
        (b"%ed%a0%80", "the percent-encoded bytes are not UTF-8"),
        (b"%zz", "a % is not followed by two hexadecimal digits"),
        (b"%", "a % is not followed by two hexadecimal digits"),
        (b"\xff", "a character outside ASCII is not percent-encoded"),
        ("ü".encode(), "a character outside ASCII is not percent-encoded"),
    ],
)
def test_a_broken_path_is_answered_400(mock: Mock, wire: Wire, user: bytes, reason: str) -> None:
    answer = wire(mock.app, "GET", b"/v3/customers/%s/balance?apiKey=demo-key" % user)
    assert (answer.status, answer.failure) == (400, f"INVALID_REQUEST: the path is malformed: {reason}")


def test_a_path_without_its_raw_form_is_encoded_again(mock: Mock, wire: Wire) -> None:
    answer = wire(mock.app, "GET", b"", decoded="/v3/customers/de mo/balance")
    assert answer.status == 401


@pytest.mark.parametrize("url", ["/v3/nothing", "/cs/nothing", "/nothing", "/v3/customers/demo/balance"])
def test_a_request_that_leads_nowhere_changes_nothing(mock: Mock, snapshot: Snapshot, url: str) -> None:
    before = snapshot(mock.world)
    mock.client.put(url, json={"apiKey": "demo-key"})
    assert snapshot(mock.world) == before
