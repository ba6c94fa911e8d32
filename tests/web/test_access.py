"""Who may speak to the mock: hosts, pages of other sites, tokens."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.simulation.worlds import Worlds
from mockserver.web.access import AccessGuard, guard, hostname
from mockserver.web.app import create_app
from tests.conftest import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from tests.web.conftest import Answer, Wire

JSON = (b"content-type", b"application/json")
LOCAL = guard("127.0.0.1")
PUBLIC = guard("0.0.0.0", token="s3cret-token")  # noqa: S104 - nothing listens there
HOST = (b"host", b"127.0.0.1:8080")


@pytest.fixture
def guarded(start: Callable[[str], Any]) -> Callable[[AccessGuard], Starlette]:
    """Makes an application that a guard stands before."""

    def make(guard: AccessGuard) -> Starlette:
        return create_app(SERVICES(), Worlds(start("default").world), guard=guard)

    return make


@pytest.fixture
def ask(guarded: Callable[[AccessGuard], Starlette], wire: Wire) -> Callable[..., Answer]:
    """Sends a request with these headers to a mock with a guard."""

    def ask(
        guard: AccessGuard, *headers: tuple[bytes, bytes], method: str = "GET", path: bytes = b"/__mock__/worlds"
    ) -> Any:
        return wire(guarded(guard), method, path, headers=headers)

    return ask


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "LocalHost:8080",
        "127.0.0.1",
        "127.0.0.1:1",
        "[::1]",
        "[::1]:8080",
        "mock.localhost:8080",
    ],
)
def test_a_name_of_this_machine_is_answered(host: str) -> None:
    assert LOCAL.wrong_host([(b"host", host.encode())]) == ""


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":8080",
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evillocalhost",
        "localhost.",
        "127.0.0.1.",
        "127.1",
        "0x7f000001",
        "[::1",
        "[::ffff:127.0.0.1]",
        "::1",
        "localhost@evil.example",
        "evil.example#localhost",
        "0.0.0.0",  # noqa: S104 - nothing listens there
        "localhost,evil.example",
        "\xff",
    ],
)
def test_any_other_name_is_not(host: str) -> None:
    assert LOCAL.wrong_host([(b"host", host.encode("latin-1"))]).startswith("this mock does not answer for the host")


def test_a_request_without_a_host_is_refused() -> None:
    assert "--allow-host NAME" in LOCAL.wrong_host([])


def test_the_refusal_says_how_to_allow_a_host() -> None:
    assert LOCAL.wrong_host([(b"host", b"Mock.Test:80")]).endswith("start it with --allow-host mock.test")


@pytest.mark.parametrize("allowed", ["mock.test", "MOCK.test", "*"])
def test_a_host_can_be_allowed(allowed: str) -> None:
    assert guard("127.0.0.1", [allowed]).wrong_host([(b"host", b"Mock.test:80")]) == ""


@pytest.mark.parametrize(("host", "name"), [("a:1", "a"), ("[2001:db8::1]:1", "2001:db8::1"), ("[", ""), ("", "")])
def test_a_hostname_is_without_its_port(host: str, name: str) -> None:
    assert hostname(host) == name


@pytest.mark.parametrize("path", [b"/__mock__/worlds", b"/v3/numbers/demo/popular", b"/cs/getBalance", b"/livez/x"])
def test_a_rebound_name_is_refused_everywhere(ask: Callable[..., Answer], path: bytes) -> None:
    assert ask(LOCAL, (b"host", b"evil.example"), path=path).status == 421


@pytest.mark.parametrize(
    "headers",
    [
        [(b"origin", b"https://evil.example")],
        [(b"origin", b"null")],
        [(b"origin", b"http://127.0.0.1:9999")],
        [(b"origin", b"http://127.0.0.1")],
        [(b"origin", b"http://[")],
        [(b"sec-fetch-site", b"cross-site")],
        [(b"sec-fetch-site", b"same-site")],
        [(b"sec-fetch-site", b"CROSS-SITE")],
        [(b"origin", b"http://127.0.0.1:8080"), (b"sec-fetch-site", b"cross-site")],
    ],
)
def test_a_page_of_another_site_may_not_steer(ask: Callable[..., Answer], headers: list[tuple[bytes, bytes]]) -> None:
    assert ask(LOCAL, HOST, *headers).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"origin", b"http://127.0.0.1:8080")],
        [(b"sec-fetch-site", b"same-origin")],
        [(b"sec-fetch-site", b"none")],
    ],
)
def test_any_other_client_may(ask: Callable[..., Answer], headers: list[tuple[bytes, bytes]]) -> None:
    assert ask(LOCAL, HOST, *headers).status == 200


@pytest.mark.parametrize("path", [b"/__mock__/worlds", b"/__mock__/openapi.json", b"/__mock__/nothing"])
def test_a_page_learns_nothing_from_a_preflight(ask: Callable[..., Answer], path: bytes) -> None:
    preflight = [(b"origin", b"https://evil.example"), (b"access-control-request-method", b"POST")]
    assert ask(LOCAL, HOST, *preflight, method="OPTIONS", path=path).status == 403


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
@pytest.mark.parametrize("origin", [b"https://evil.example", b"http://127.0.0.1:8080"])
def test_no_answer_has_cors_headers(ask: Callable[..., Answer], method: str, origin: bytes) -> None:
    headers = ask(LOCAL, HOST, JSON, (b"origin", origin), method=method).headers
    assert not [name for name in headers if name.startswith(b"access-control")]


@pytest.mark.parametrize(
    "header",
    [
        [],
        [(b"authorization", b"Bearer wrong")],
        [(b"authorization", b"Bearer ")],
        [(b"authorization", b"Bearer")],
        [(b"authorization", b"s3cret-token")],
        [(b"authorization", b"Basic s3cret-token")],
        [(b"authorization", b"Bearer s3cret-token-and-more")],
        [(b"authorization", b"Bearer s3cret-toke")],
        [(b"authorization", b"Bearer S3CRET-TOKEN")],
        [(b"authorization", b"Bearer \xff\xfe")],
    ],
)
def test_without_its_token_nobody_steers(ask: Callable[..., Answer], header: list[tuple[bytes, bytes]]) -> None:
    assert ask(PUBLIC, HOST, *header).status == 401


@pytest.mark.parametrize("scheme", [b"Bearer", b"bearer", b"BEARER"])
def test_with_its_token_everybody_does(ask: Callable[..., Answer], scheme: bytes) -> None:
    assert ask(PUBLIC, HOST, (b"authorization", scheme + b" s3cret-token")).status == 200


def test_who_lacks_the_token_is_told_the_scheme(ask: Callable[..., Answer]) -> None:
    assert ask(PUBLIC, HOST).headers[b"www-authenticate"] == b"Bearer"


@pytest.mark.parametrize("path", [b"/__mock__/nothing", b"/__mock__/openapi.json", b"/__mock__/worlds/default"])
def test_without_the_token_nothing_is_learnt(ask: Callable[..., Answer], path: bytes) -> None:
    assert ask(PUBLIC, HOST, path=path).status == 401


def test_a_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    PUBLIC.unauthorised([(b"authorization", b"Bearer given")])
    assert compared == [(b"given", b"s3cret-token")]


def test_the_token_is_in_no_refusal(ask: Callable[..., Answer]) -> None:
    assert b"s3cret" not in ask(PUBLIC, HOST, (b"authorization", b"Bearer wrong")).content


def test_the_service_itself_wants_no_token(ask: Callable[..., Answer]) -> None:
    path = b"/v3/customers/demo/balance?apiKey=demo-key"
    assert ask(PUBLIC, HOST, path=path).status == 200


def test_a_mock_for_other_machines_without_a_token_is_not_steered(ask: Callable[..., Answer]) -> None:
    closed = guard("0.0.0.0")  # noqa: S104 - nothing listens there
    answer = ask(closed, HOST, (b"authorization", b"Bearer s3cret-token"))
    assert (answer.status, answer.body["error"]) == (
        403,
        "the control API is closed on 0.0.0.0: start the mock with --token",
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_mock_for_this_machine_alone_wants_no_token(host: str) -> None:
    assert guard(host).unauthorised([]) == ""
