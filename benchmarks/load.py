"""Load one URL over keep-alive connections, with wrk if it is installed, else with an asyncio client."""

import asyncio
import re
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 16
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True, slots=True)
class Load:
    """The result of a load: the requests, the rate in requests per second, and latencies in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float


def load(url: str, seconds: float) -> Load:
    """Send GET requests for this many seconds. Raises RuntimeError if a response is not 200."""
    return _wrk(url, seconds) if shutil.which("wrk") else asyncio.run(_client(url, seconds))


def client() -> str:
    """Return the name of the client that `load` uses."""
    return "wrk" if shutil.which("wrk") else "asyncio"


def _wrk(url: str, seconds: float) -> Load:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency", url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    if "Non-2xx" in text:
        raise RuntimeError(text)
    requests = re.search(r"(\d+) requests in", text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    percentiles = {share: float(n) * _UNITS[unit] for share, n, unit in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)", text)}
    if requests is None or rate is None:
        raise RuntimeError(text)
    return Load(int(requests[1]), float(rate[1]), percentiles["50"], percentiles["99"])


async def _client(url: str, seconds: float) -> Load:
    parts = urlsplit(url)
    request = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n".encode()
    latencies: list[float] = []
    end = time.perf_counter() + seconds

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while (begun := time.perf_counter()) < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.partition(b"\r\n")[0]:
                raise RuntimeError(head.decode())
            length = re.search(rb"content-length: (\d+)", head.lower())
            await reader.readexactly(int(length[1]) if length else 0)
            latencies.append((time.perf_counter() - begun) * 1e3)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    cuts = statistics.quantiles(latencies, n=100)
    return Load(len(latencies), len(latencies) / seconds, cuts[49], cuts[98])
