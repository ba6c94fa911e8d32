from __future__ import annotations

import gc
import socket
import subprocess
import sys
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from mockserver.testing import Server, SteeringError
from mockserver.testing.control_client import ControlClient
from tests.testing.conftest import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")

DEAR = """
description: Discord is dear.
variables: {price: 77}
accounts: [{userId: me, key: my-key, balance: 500}]
catalogue: [{country: "12", service: ds, price: "${price}"}]
"""
TOKEN = "let-me-in"


def price(server: Server, **arguments: Any) -> int:
    with server.open(**arguments) as world:
        client = Client(world)
        price: int = client.order().json()["body"]["purchasePrice"]
        client.close()
        return price


def test_a_scenario_may_be_a_file(server: Server, tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text(DEAR)
    assert price(server, scenario=tmp_path / "dear.yaml") == 77


def test_a_variable_of_a_file_is_given(server: Server, tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text(DEAR)
    assert price(server, scenario=str(tmp_path / "dear.yaml"), variables={"price": 78}) == 78


def test_what_is_wrong_with_a_file_is_told_with_its_place(server: Server, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(DEAR.replace("balance", "blance"))
    with pytest.raises(SteeringError, match=r"wrong\.yaml:4:.*did you mean balance\?"):
        server.open(scenario=tmp_path / "wrong.yaml")


def test_a_scenario_may_be_data(server: Server) -> None:
    data = {"description": "Poor.", "accounts": [{"userId": "me", "key": "my-key", "balance": 3}]}
    with server.open(scenario=data) as world:
        assert (world.balance, world.is_inline) == (3, True)


def test_faults_of_the_beginning_act(server: Server) -> None:
    with server.open(faults=[{"when": {"operation": "v3.orderNumber"}, "then": {"status": 503}}]) as world:
        client = Client(world)
        assert client.order().status_code == 503
        client.close()


def test_a_misspelt_scenario_is_told(server: Server) -> None:
    with pytest.raises(SteeringError, match="did you mean late-sms"):
        server.open(scenario="late-smss")


def test_a_misspelt_argument_is_told(server: Server) -> None:
    with pytest.raises(TypeError, match="there is no argument scenaro, did you mean scenario"):
        server.open(scenaro="late-sms")


def test_the_same_seed_gives_the_same_order_ids(server: Server) -> None:
    def ordered(seed: int) -> str:
        with server.open(seed=seed) as world:
            client = Client(world)
            order_id = client.ordered()
            client.close()
            return order_id

    assert (ordered(7) == ordered(7), ordered(7) == ordered(8)) == (True, False)


def test_who_needs_no_socket_loads_no_server() -> None:
    program = (
        "import sys; from mockserver.testing import Server\n"
        "with Server.here() as server, server.open() as world: world.balance\n"
        "print('uvicorn' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout == "False\n"


def test_the_collector_is_as_it_was() -> None:
    with Server.here():
        assert gc.isenabled()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A mock in a process of its own, which wants a token."""
    program = "from mockserver.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "-q", "--token", TOKEN]
    with Popen(command, stdout=PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def elsewhere(address: str, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("SMSONLINE_MOCK_TOKEN", TOKEN)
    return Server.elsewhere(f"{address}/")


def test_a_mock_elsewhere_is_used_as_one_here(elsewhere: Server) -> None:
    with elsewhere.open(scenario="late-sms", seed=7, clock="manual") as world:
        client = Client(world)
        order_id = client.ordered()
        client.close()
        world.deliver_sms(order_id, code="123456")
        world.journal.assert_called("v3.orderNumber", times=1)
        assert (world.orders[0].state, world.base_url) == ("completed", f"{elsewhere.url}/v3")


def test_a_mock_elsewhere_has_no_application_here(elsewhere: Server) -> None:
    assert elsewhere.app is None


def test_waiting_elsewhere_ends_in_time(elsewhere: Server) -> None:
    with elsewhere.open() as world, pytest.raises(AssertionError, match="journal is empty"):
        world.journal.wait_for("v3.orderNumber", within="10ms")


def test_a_mock_that_wants_a_token_says_where_it_belongs(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMSONLINE_MOCK_TOKEN", raising=False)
    with pytest.raises(SteeringError, match="SMSONLINE_MOCK_TOKEN"):
        Server.elsewhere(address)


def test_nobody_there_is_told_with_what_to_do() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(SteeringError, match=rf"no mock answers at {url} .*smsonline-mock serve"):
            Server.elsewhere(url)


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "file:///etc/passwd", "http://", ""])
def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(SteeringError, match="is not the URL of a mock"):
        Server.elsewhere(url)


class Stranger:
    """Leads to some other server."""

    def send(self, *_: object) -> tuple[int, bytes]:
        """Answer as a web server does that knows nothing of this."""
        return 404, b"<h1>Not found</h1>"

    def together(self, task: Callable[[], T]) -> T:
        """Do it."""
        return task()


def test_another_server_is_told() -> None:
    with pytest.raises(SteeringError, match=r"404 from /__mock__/openapi\.json is not a response of smsonline-mock"):
        ControlClient(Stranger())
