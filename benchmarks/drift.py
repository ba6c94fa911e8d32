"""Measure `smsonline-mock drift` over a large recording: megabytes per processor second, and the peak of its memory.

The recording repeats the day of a client at the mock, with new order ids, UUIDs, keys and times in every repetition. A
polling client gets the same response several times. The command is a process of its own, so that its start counts.

    python -m benchmarks.drift                             # 50 MB as JSON Lines and as HAR
    python -m benchmarks.drift --megabytes 200 --jobs 2    # in two files, on two processes
    python -m benchmarks.drift --polls 1 --keys 1000       # no response twice, and many keys
    python -m benchmarks.drift --redact                    # only redaction, with 1, 5, 50 and 1000 keys
"""

import argparse
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

from rich.console import Console
from rich.table import Table

from mockserver.scenario import fixtures
from mockserver.traffic import REDACTED, Exchange, Redactor, har, jsonl
from tests.drift.conftest import DEMO, Service, day

MEGABYTE = 1_000_000
DAY = 24 * 60 * 60 * 1000
FORMATS = {"JSON Lines": "jsonl", "HAR": "har"}

_KEY = re.compile(re.escape(DEMO.key.encode()))
_ORDER = re.compile(rb'(?<=["/=])[1-9]\d{6}(?=["&/ ]|$)')
_UUID = re.compile(rb"\b([0-9a-f]{8})(?=(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_DATE = re.compile(rb"\b2025-\d\d-\d\d\b")


class Cost(NamedTuple):
    """What a command took: seconds of all processors and of the clock, and the peak of memory of a process in MB."""

    cpu: float
    elapsed: float
    peak: float


def days(polls: int, keys: int) -> Iterator[Exchange]:
    """Yield the exchanges of a day again and again. A request that reads is made `polls` times."""
    with TemporaryDirectory() as directory:
        service = Service(fixtures.load(), Path(directory), {}, ())
        day(service)
        recorded = [*_with_keys(jsonl.read(service.recorded().read_bytes().splitlines()))]
    for number in count():
        for exchange in recorded:
            fresh = _fresh(exchange, number, keys)
            for poll in range(polls if exchange.request.method == "GET" else 1):
                yield fresh._replace(started=fresh.started + poll)


def _with_keys(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield the exchanges of the journal with the key that it hides."""
    for each in exchanges:
        request = each.request
        body = request.body.replace(REDACTED.encode(), DEMO.key.encode())
        yield each._replace(request=request._replace(url=request.url.replace(REDACTED, DEMO.key), body=body))


def _fresh(exchange: Exchange, number: int, keys: int) -> Exchange:
    def fresh(data: bytes) -> bytes:
        data = _KEY.sub(lambda key: b"%b-of-day-%d" % (key[0], number % keys), data)
        data = _ORDER.sub(lambda order: b"%d" % (int(order[0]) + number * 10_000), data)
        data = _UUID.sub(lambda part: b"%08x" % (int(part[1], 16) + number & 0xFFFFFFFF), data)
        return _DATE.sub(lambda date: _later(date[0].decode(), number).encode(), data)

    request, answer = exchange.request, exchange.answer
    return exchange._replace(
        request=request._replace(url=fresh(request.url.encode()).decode(), body=fresh(request.body)),
        answer=answer and answer._replace(body=fresh(answer.body)),
        started=exchange.started + number * DAY,
    )


def _later(date: str, number: int) -> str:
    return (datetime.fromisoformat(date).replace(tzinfo=UTC) + timedelta(days=number)).date().isoformat()


def record(path: Path, size: int, exchanges: Iterator[Exchange]) -> None:
    """Write exchanges until the file has at least this size."""
    if path.suffix == ".jsonl":
        with path.open("wb") as file:
            while file.tell() < size:
                file.writelines(jsonl.write([next(exchanges)]))
    else:
        with path.open("w", encoding="utf-8") as text:
            har.write(_until(text, size, exchanges), text)


def _until(file: IO[str], size: int, exchanges: Iterator[Exchange]) -> Iterator[Exchange]:
    for exchange in exchanges:
        yield exchange
        if file.tell() >= size:
            return


def cost(command: Sequence[str | Path]) -> Cost:
    """Run a command and return what it took."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - this benchmark has made the command
    elapsed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, elapsed, after.ru_maxrss * 1024 / MEGABYTE)


def measured(directory: Path, options: argparse.Namespace) -> Iterator[tuple[str, float, Cost]]:
    """Yield the cost of `drift` for each format, with the size of the recording in megabytes."""
    for name, suffix in FORMATS.items():
        exchanges = days(options.polls, options.keys)
        files = [directory / f"part{number}.{suffix}" for number in range(options.files)]
        for file in files:
            record(file, options.megabytes * MEGABYTE // len(files), exchanges)
        size = sum(file.stat().st_size for file in files) / MEGABYTE
        jobs = ["--jobs", str(options.jobs)] if options.jobs > 1 else []
        yield name, size, cost([sys.executable, "-m", "mockserver", "drift", *files, *jobs])
        for file in files:
            file.unlink()


def redacted(many: Iterable[int], exchanges: Sequence[Exchange]) -> Iterator[tuple[int, float]]:
    """Yield the megabytes per second of redaction, for each number of known keys."""
    size = sum(map(len, jsonl.write(exchanges))) / MEGABYTE
    for number in many:
        redactor = Redactor(f"another-key-{key:05}-{key * 7919}" for key in range(number))
        start = time.process_time()
        for exchange in exchanges:
            redactor.exchange(exchange)
        yield number, size / (time.process_time() - start)


def main() -> None:
    """Print a table of the costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--files", type=int, default=1, help="how many files the recording has; by default 1")
    parser.add_argument("--jobs", type=int, default=1, help="the processes of `drift`")
    parser.add_argument("--polls", type=int, default=5, help="how often a client gets the same response; by default 5")
    parser.add_argument("--keys", type=int, default=5, help="after how many days a key comes again; by default 5")
    parser.add_argument("--redact", action="store_true", help="measure only redaction, by the number of keys")
    options = parser.parse_args()
    options.files = max(options.files, options.jobs)
    if options.redact:
        source = days(options.polls, options.keys)
        exchanges = [next(source) for _ in range(5000)]
        table = Table("keys", "MB per processor second", box=None)
        for number, speed in redacted((1, 5, 50, 1000), exchanges):
            table.add_row(f"{number}", f"{speed:.1f}")
    else:
        headings = ("format", "MB", "processor s", "elapsed s", "MB per processor second", "peak MB")
        table = Table(*headings, box=None)
        with TemporaryDirectory() as directory:
            for name, size, spent in measured(Path(directory), options):
                figures = (size, spent.cpu, spent.elapsed, size / spent.cpu, spent.peak)
                table.add_row(name, *(f"{figure:.1f}" for figure in figures))
    for column in table.columns[1 if not options.redact else 0 :]:
        column.justify = "right"
    Console().print(table)


if __name__ == "__main__":
    main()
