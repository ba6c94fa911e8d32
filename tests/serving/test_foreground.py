"""Where the mock listens, and what is said when it cannot."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from mockserver.serving import foreground


def test_port_0_takes_a_free_one() -> None:
    with closing(foreground.listen("127.0.0.1", 0)) as listener:
        assert listener.getsockname()[1] > 0


def test_a_listening_socket_says_that_it_is_tcp() -> None:
    with closing(foreground.listen("127.0.0.1", 0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_listening_socket_has_a_url() -> None:
    with closing(foreground.listen("127.0.0.1", 0)) as listener:
        assert foreground.url(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_the_url_of_an_ipv6_address_has_brackets() -> None:
    try:
        listener = foreground.listen("::1", 0)
    except foreground.AddressError:
        pytest.skip("this machine has no IPv6 loopback")
    with closing(listener):
        assert foreground.url(listener) == f"http://[::1]:{listener.getsockname()[1]}"


def test_a_port_that_is_taken_is_told_with_a_way_out() -> None:
    with closing(foreground.listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            foreground.AddressError, match=rf"^127\.0\.0\.1:{port} is in use: .*--port \(0 takes a free"
        ):
            foreground.listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.1", "is not an address of this machine: choose another with --host"),
        ("", "cannot be listened on"),
        ("x" * 70, "is not a host name: choose another with --host"),
        ("a..b", "is not a host name: choose another with --host"),
    ],
    ids=["another machine", "nothing", "too long", "dots"],
)
def test_an_address_that_cannot_be_listened_on_is_told_with_its_reason(host: str, reason: str) -> None:
    with pytest.raises(foreground.AddressError, match=reason):
        foreground.listen(host, 0)
