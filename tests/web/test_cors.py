"""Web pages as clients: of an allowed origin, of another one, and of the mock's own."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from mockserver.serving.setup import Mock, Settings, set_up
from mockserver.web.access import guard
from tests.asgi import respond
from tests.web.conftest import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "http://page.test:3000"
BALANCE = "http://localhost/v3/customers/demo/balance?apiKey=demo-key"
FOREIGN = [
    {"origin": "http://evil.test"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://evil.test", "sec-fetch-site": "cross-site"},
]
PREFLIGHT = {"access-control-request-method": "PUT", "access-control-request-headers": "content-type"}


def mock(*origins: str) -> Mock:
    return set_up("default", settings=Settings(guard("127.0.0.1", origins=origins)))


@pytest.fixture(scope="module")
def closed() -> Mock:
    """A mock that no page may use."""
    return mock()


@pytest.fixture(scope="module")
def allowing() -> Mock:
    """A mock that pages of one origin may use."""
    return mock(PAGE)


def ask(mock: Mock, headers: dict[str, str], method: str = "GET", url: str = BALANCE) -> httpx.Response:
    return respond(mock.app, httpx.Request(method, url, headers=headers))


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("origins", [(), (PAGE,)], ids=["closed", "allowing"])
def test_a_page_of_another_site_changes_nothing(headers: dict[str, str], origins: tuple[str, ...]) -> None:
    served = mock(*origins)
    answer = ask(served, headers)
    assert (answer.status_code, "--cors" in answer.text, len(served.home.journal)) == (403, True, 0)


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "none"}, {"origin": "http://localhost"}], ids=str)
def test_the_mocks_own_page_and_other_clients_are_served(closed: Mock, headers: dict[str, str]) -> None:
    assert ask(closed, headers).status_code == 200


def test_a_page_of_an_allowed_origin_can_read_the_answer(allowing: Mock) -> None:
    answer = ask(allowing, {"origin": PAGE, "sec-fetch-site": "cross-site"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)


def test_a_preflight_of_an_allowed_origin_is_granted(allowing: Mock) -> None:
    answer = ask(allowing, {"origin": PAGE, **PREFLIGHT}, "OPTIONS", "http://localhost/v3/numbers/demo/order")
    granted = [answer.headers[f"access-control-allow-{name}"] for name in ("origin", "headers")]
    assert (answer.status_code, granted) == (200, [PAGE, "content-type"])
    assert "PUT" in answer.headers["access-control-allow-methods"]


def test_a_preflight_of_another_origin_is_refused(allowing: Mock) -> None:
    assert ask(allowing, {"origin": "http://evil.test", **PREFLIGHT}, "OPTIONS").status_code == 403


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_all_pages_may_be_allowed(headers: dict[str, str]) -> None:
    assert ask(mock("*"), headers).status_code == 200


@pytest.mark.parametrize("origins", [(), (PAGE,), ("*",)])
def test_the_control_api_is_never_open_to_a_page_of_another_site(origins: tuple[str, ...]) -> None:
    answer = ask(mock(*origins), {"origin": PAGE}, url="http://localhost/__mock__/worlds")
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)


@pytest.fixture(scope="module")
def address(allowing: Mock) -> Iterator[tuple[str, int]]:
    """Host and port of the mock that allows a page."""
    with serving(allowing.app) as address:
        yield address


@pytest.mark.parametrize(
    ("origin", "status", "allowed"), [(PAGE, b" 200 ", True), ("http://evil.test", b" 403 ", False)]
)
def test_a_page_is_served_over_a_socket(address: tuple[str, int], origin: str, status: bytes, allowed: bool) -> None:
    lines = f"GET /v3/customers/demo/balance?apiKey=demo-key HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\n\r\n"
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(lines.encode())
        received = connection.recv(65536)
    assert (status in received, f"access-control-allow-origin: {PAGE}".encode() in received) == (True, allowed)
