"""Compare the proxy with a bare pass-through of uvicorn and httpx: a GET of an order, in front of the same mock.

The third column is the mock without a proxy. All servers are loaded in turn in one run. The benchmark prints the
medians and their ratios: `alone` is the latency of sequential requests, p50 and p99 are the latencies under load. The
proxy checks requests and responses, redacts and records; `--no-record` disables the recording.

    python -m benchmarks.proxy [--seconds 3] [--rounds 5] [--no-record]
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from benchmarks.load import Load, client, load
from benchmarks.serve import BALANCE, MOCK, Server, running

NAMES = ("proxy", "bare pass-through", "no proxy")
ALONE = 200
"""The number of sequential requests."""


def bare(upstream: str) -> Callable[..., Awaitable[None]]:
    """Return a minimal ASGI application that passes requests on."""
    through = httpx.AsyncClient(base_url=upstream)

    async def app(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[..., Any]) -> None:
        url = f"{scope['path']}?{scope['query_string'].decode()}"
        headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
        async with through.stream(scope["method"], url, headers=headers, content=(await receive())["body"]) as answer:
            kept = [(name, value) for name, value in answer.headers.raw if name.lower() != b"date"]
            await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
            async for chunk in answer.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    return app


def servers(upstream: str, record: Path | None) -> tuple[Server, Server]:
    """Return the proxy and the bare pass-through in front of a server."""
    command = [sys.executable, "-c", "from mockserver.cli import main; main()", "proxy", "-q", f"--upstream={upstream}"]
    recording = [f"--record={record}"] if record else []
    return (
        Server(NAMES[0], lambda port: [*command, *recording, f"--port={port}"], BALANCE, str),
        Server(
            NAMES[1],
            lambda port: [sys.executable, "-m", "benchmarks.proxy", "--bare", upstream, "--port", str(port)],
            BALANCE,
            str,
        ),
    )


def alone(base: str, path: str) -> float:
    """Return the median latency of sequential requests in milliseconds."""
    latencies = []
    with httpx.Client(base_url=base) as http:
        for _ in range(ALONE):
            begun = time.perf_counter()
            http.get(path).raise_for_status()
            latencies.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(latencies)


def measure(rounds: int, seconds: float, record: Path | None) -> dict[str, dict[str, float]]:
    """Return the medians of every figure by server."""
    with ExitStack() as stack:
        mock = stack.enter_context(running(MOCK))
        path = MOCK.prepare(mock.base)
        runs = [stack.enter_context(running(server)) for server in servers(mock.base, record)]
        named = dict(zip(NAMES, (*runs, mock), strict=True))
        loads: dict[str, list[Load]] = {name: [] for name in named}
        frugality: dict[str, list[float]] = {name: [] for name in named}
        latencies: dict[str, list[float]] = {name: [] for name in named}
        for _ in range(rounds):
            for name, run in named.items():
                latencies[name].append(alone(run.base, path))
                busy = run.busy()
                done = load(run.base + path, seconds)
                loads[name].append(done)
                frugality[name].append(done.requests / (run.busy() - busy))
        memory = {name: run.memory() for name, run in named.items()}
        launches = {name: run.launch for name, run in named.items()}
    return {
        name: {
            "requests/s": statistics.median(one.rate for one in done),
            "per CPU s": statistics.median(frugality[name]),
            "alone ms": statistics.median(latencies[name]),
            "p50 ms": statistics.median(one.p50 for one in done),
            "p99 ms": statistics.median(one.p99 for one in done),
            "launch s": launches[name],
            "memory MB": memory[name],
        }
        for name, done in loads.items()
    }


def main() -> None:
    """Print the table, or run the bare pass-through with --bare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3, help="seconds of load in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-record", action="store_true")
    parser.add_argument("--bare", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        app: Any = bare(options.bare)
        uvicorn.run(app, port=options.port, access_log=False, log_level="warning", lifespan="off")
        return
    with tempfile.TemporaryDirectory() as directory:
        record = None if options.no_record else Path(directory) / "load.jsonl"
        figures = measure(options.rounds, options.seconds, record)
    names = "".join(f"{name:>19}" for name in NAMES)
    sys.stdout.write(f"{'':12}{names}{'proxy / bare':>16}{'added by proxy':>16}{'by bare':>9}   (client: {client()})\n")
    for figure in figures[NAMES[0]]:
        proxy, passing, direct = (figures[name][figure] for name in NAMES)
        added = f"{proxy - direct:>16.2f}{passing - direct:>9.2f}" if figure.endswith("ms") else ""
        values = "".join(f"{value:>19,.2f}" for value in (proxy, passing, direct))
        sys.stdout.write(f"{figure:12}{values}{proxy / passing:>16.2f}{added}\n")


if __name__ == "__main__":
    main()
