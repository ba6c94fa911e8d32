"""`serve` over TLS, and real clients that trust its throw-away authority."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest
import trustme
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.contract import contract
from mockserver.serving.tls import own
from tests.cli.test_cli import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

BALANCE = "/v3/customers/demo/balance?apiKey=demo-key"
VENDORS = [host for document in contract().documents.values() for host in document.hosts]


class Trusted(NamedTuple):
    """The URL of a mock, and the file with its authority."""

    url: str
    authority: str


@pytest.fixture(scope="module")
def mock() -> Iterator[Trusted]:
    """A mock with a throw-away certificate, in a process of its own."""
    with serving("/", "-q", "--tls") as served:
        yield Trusted(*served.lines)
        served.stop()
        assert not Path(served.lines[1]).exists()


@pytest.mark.parametrize("host", [*VENDORS, "localhost", "127.0.0.1"])
def test_a_client_that_trusts_the_authority_is_answered(mock: Trusted, host: str) -> None:
    trusting = ssl.create_default_context(cafile=mock.authority)
    address = urlsplit(mock.url)
    with (
        socket.create_connection((address.hostname, address.port or 0), timeout=20) as plain,
        trusting.wrap_socket(plain, server_hostname=host) as connection,
    ):
        connection.sendall(f"GET {BALANCE} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")


CLIENTS = {
    "curl": (["curl", "-sSf", "--http2"], "CURL_CA_BUNDLE"),
    "node": (["node", "-e", "fetch(process.argv[1]).then(r => process.exit(r.status - 200))"], "NODE_EXTRA_CA_CERTS"),
    "python": ([sys.executable, "-c", "import sys, urllib.request as u; u.urlopen(sys.argv[1])"], "SSL_CERT_FILE"),
}


@pytest.mark.parametrize(("command", "variable"), CLIENTS.values(), ids=CLIENTS)
def test_a_variable_makes_a_client_trust_it(mock: Trusted, command: list[str], variable: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    environment = {**os.environ, variable: mock.authority}
    subprocess.run([*command, mock.url + BALANCE], env=environment, check=True, timeout=60, stdout=subprocess.DEVNULL)  # noqa: S603


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate and its key."""
    issued = trustme.CA().issue_cert("mock.test")
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def test_a_certificate_of_ones_own_is_taken(files: tuple[Path, Path]) -> None:
    assert own(*files) == (*files, None)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--tls-cert", "cert.pem"], "cert.pem: no certificate with its key in PEM"),
        (["--tls-cert", "key.pem", "--tls-key", "key.pem"], "key.pem and key.pem: no certificate with its key in PEM"),
        (["--tls-cert", "none.pem"], "none.pem cannot be read: No such file or directory"),
        (["--tls-key", "key.pem"], "--tls-key requires --tls-cert FILE"),
        (["--tls", "--tls-cert", "cert.pem"], "--tls makes a certificate: omit it or --tls-cert"),
    ],
)
def test_what_cannot_be_served_so_is_told(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    monkeypatch.chdir(files[0].parent)
    result = CliRunner().invoke(main, ["serve", "--port", "0", *options])
    assert (result.exit_code, says in result.stderr) == (2, True)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--tls"])
    assert (result.exit_code, "pip install 'smsonline-mock[tls]'" in result.stderr) == (2, True)
