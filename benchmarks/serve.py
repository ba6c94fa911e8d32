"""Compare the mock with a plain Starlette route that returns canned JSON: a GET of an order through the whole pipeline.

A third server is the mock with a hundred rules and a hundred faults that do not match. All servers are launched, loaded
and measured in turn in one run. The benchmark prints the medians and their ratios. If other programs use the machine,
compare the requests per second of processor time.

    python -m benchmarks.serve [--seconds 3] [--rounds 5]
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Load, client, load

HERE = Path(__file__).parent
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server to measure: its command for a port, and the function that returns the path to load."""

    name: str
    command: Callable[[int], list[str]]
    ready: str
    prepare: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: its process, its base URL, and the seconds from its launch to its first 200."""

    process: "subprocess.Popen[bytes]"
    base: str
    launch: float

    def memory(self) -> float:
        """Return the resident memory in megabytes (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def busy(self) -> float:
        """Return the seconds of processor time that the server has used (Linux)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _order(base: str) -> str:
    body = {"apiKey": "demo-key", "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "100"}
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{base}/v3/numbers/demo/order",
        json.dumps({**body, "m": "", "n": ""}).encode(),
        {"content-type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        order_id = json.load(answer)["body"]["orderId"]
    return f"/v3/numbers/demo/order/{order_id}?apiKey=demo-key"


def _serve(scenario: str) -> Callable[[int], list[str]]:
    mock = [sys.executable, "-c", "from mockserver.cli import main; main()", "serve", "-q", f"--scenario={scenario}"]
    return lambda port: [*mock, f"--port={port}"]


BALANCE = "/v3/customers/demo/balance?apiKey=demo-key"
MOCK = Server("smsonline-mock", _serve("default"), BALANCE, _order)
LOADED = Server("100 faults, rules", _serve(str(HERE / "loaded.yaml")), BALANCE, _order)
PLAIN = Server(
    "plain Starlette",
    lambda port: [sys.executable, str(HERE / "plain.py"), str(port)],
    "/v3/numbers/demo/order/1?apiKey=demo-key",
    lambda _: "/v3/numbers/demo/order/1?apiKey=demo-key",
)


@contextmanager
def running(server: Server) -> Iterator[Running]:
    """Launch a server and wait for its first 200; stop it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    begun = time.perf_counter()
    process = subprocess.Popen(server.command(port), stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _await(base + server.ready, begun + PATIENCE)
        yield Running(process, base, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait()


def _await(url: str, deadline: float) -> None:
    while True:
        try:
            with urllib.request.urlopen(url):  # noqa: S310
                return
        except urllib.error.URLError:
            if time.perf_counter() > deadline:
                raise
            time.sleep(0.002)


SERVERS = (MOCK, LOADED, PLAIN)


def measure(rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Return the medians of every figure by server."""
    launches: dict[str, list[float]] = {server.name: [] for server in SERVERS}
    for _ in range(rounds):
        for server in SERVERS:
            with running(server) as run:
                launches[server.name].append(run.launch)
    with ExitStack() as stack:
        runs = [(server, stack.enter_context(running(server))) for server in SERVERS]
        pairs = [(server, run, server.prepare(run.base)) for server, run in runs]
        loads: dict[str, list[Load]] = {server.name: [] for server, _, _ in pairs}
        frugality: dict[str, list[float]] = {server.name: [] for server, _, _ in pairs}
        for _ in range(rounds):
            for server, run, path in pairs:
                busy = run.busy()
                done = load(run.base + path, seconds)
                loads[server.name].append(done)
                frugality[server.name].append(done.requests / (run.busy() - busy))
        memory = {server.name: run.memory() for server, run, _ in pairs}
    return {
        name: {
            "requests/s": statistics.median(one.rate for one in done),
            "per CPU s": statistics.median(frugality[name]),
            "p50 ms": statistics.median(one.p50 for one in done),
            "p99 ms": statistics.median(one.p99 for one in done),
            "launch s": statistics.median(launches[name]),
            "memory MB": memory[name],
        }
        for name, done in loads.items()
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3, help="seconds of load in each round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    figures = measure(options.rounds, options.seconds)
    mock, loaded, plain = (figures[server.name] for server in SERVERS)
    names = "".join(f"{server.name:>19}" for server in SERVERS)
    sys.stdout.write(f"{'':12}{names}{'mock / plain':>16}{'loaded / mock':>16}   (client: {client()})\n")
    for name in mock:
        values = "".join(f"{row[name]:>19,.2f}" for row in (mock, loaded, plain))
        sys.stdout.write(f"{name:12}{values}{mock[name] / plain[name]:>16.2f}{loaded[name] / mock[name]:>16.2f}\n")


if __name__ == "__main__":
    main()
