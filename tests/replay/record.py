"""Records the whole repertoire of a stand-in's client: by our proxy, by mitmproxy as HAR, or by vcrpy.

    python -m tests.replay.record second har tests/replay/recordings/second.har.gz

mitmproxy and vcrpy are no dependencies of the project: put `mitmdump` on the PATH, and vcrpy on the PYTHONPATH, for
example from a virtual environment that is thrown away afterwards. A file whose name ends in `.gz` is packed.
"""

import argparse
import gzip
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.replay.vendors import VENDORS, Vendor
from tests.secondvendor.processes import COMMAND, process


@contextmanager
def _proxy(url: str, file: Path) -> Iterator[str]:
    """Record JSON Lines by our own proxy."""
    options = ("--upstream", url, "--port", "0", "--record", file, "--allow-orders", "--allow-payments", "-q")
    with process(*COMMAND, "proxy", *options) as (proxied, running):
        yield proxied
        running.terminate()
        running.communicate(timeout=20)


@contextmanager
def _mitmproxy(url: str, file: Path) -> Iterator[str]:
    """Record HAR by mitmproxy."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["mitmdump", "-q", "--mode", f"reverse:{url}", "--listen-host", "127.0.0.1", "-p", str(port)]
    running = subprocess.Popen([*words, "--set", f"hardump={file}"])  # noqa: S603 - our own words
    try:
        while running.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=30)


@contextmanager
def _vcrpy(url: str, file: Path) -> Iterator[str]:
    """Record a cassette by vcrpy, in this process."""
    import vcr  # type: ignore[import-not-found,import-untyped,unused-ignore]

    def of_the_service(request: Any) -> Any:
        return None if request.path.startswith(("/backstage", "/_test")) else request

    with vcr.use_cassette(str(file), record_mode="all", before_record_request=of_the_service):
        yield url


RECORDERS: dict[str, Callable[[str, Path], Any]] = {"jsonl": _proxy, "har": _mitmproxy, "cassette": _vcrpy}
SUFFIXES = {"jsonl": ".jsonl", "har": ".har", "cassette": ".yaml"}


def record(vendor: Vendor, kind: str, file: Path) -> None:
    """Play all flows of a vendor's client, and record them."""
    with (
        process(*vendor.command) as (url, _),
        httpx.Client(base_url=url, trust_env=False, timeout=10) as http,
        RECORDERS[kind](url, file) as entrance,
    ):
        for flow in vendor.flows:
            vendor.at_home(http, flow, entrance)


def main() -> None:
    """Write a recording."""
    parser = argparse.ArgumentParser(description="Record the repertoire of a stand-in's client.")
    parser.add_argument("vendor", choices=VENDORS)
    parser.add_argument("kind", choices=RECORDERS)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        plain = Path(directory) / f"day{SUFFIXES[given.kind]}"
        record(VENDORS[given.vendor], given.kind, plain)
        content = plain.read_bytes()
    packed = given.file.suffix == ".gz"
    given.file.write_bytes(gzip.compress(content, mtime=0) if packed else content)
    sys.stdout.write(f"{given.file}: {len(content)} bytes\n")


if __name__ == "__main__":
    main()
