"""Observers of a proxy: a recording of its exchanges on disk, and a summary that counts them."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Protocol

from mockserver.contract import Severity
from mockserver.traffic import har, jsonl
from mockserver.traffic.calls import is_preflight
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mockserver.contract import Document, Violation
    from mockserver.proxy.proxied_exchange import ProxiedExchange
    from mockserver.traffic import Exchange


_private = partial(os.open, mode=0o600)


class RecordingFileError(OSError):
    """A recording file is unusable. The text says why."""


class Recording(Protocol):
    """A file that exchanges are written to."""

    def write(self, exchange: Exchange) -> None:
        """Write an exchange. Raises OSError."""

    def close(self) -> None:
        """Complete and close the file. Raises OSError."""


class Lines:
    """A JSON Lines file, opened for appending. When `write` returns, the exchange is in the file."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "ab", buffering=0, opener=_private)  # noqa: SIM115 - open until close()

    def write(self, exchange: Exchange) -> None:
        """Append an exchange. Raises OSError."""
        self._file.write(b"".join(jsonl.write([exchange])))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Archive:
    """A HAR file, written on close. Until then, a JSON Lines file beside it holds the exchanges."""

    def __init__(self, path: Path, version: str) -> None:
        self._path, self._version = path, version
        self._beside = path.with_name(f"{path.name}.jsonl")
        self._lines = Lines(self._beside)

    def write(self, exchange: Exchange) -> None:
        """Write an exchange. Raises OSError."""
        self._lines.write(exchange)

    def close(self) -> None:
        """Write the archive. Raises OSError."""
        self._lines.close()
        with (
            self._beside.open("rb") as recorded,
            open(self._path, "x", encoding="utf-8", opener=_private) as archive,
        ):
            har.write(jsonl.read(recorded), archive, self._version)
        self._beside.unlink()


def open_recording(path: Path, version: str = "") -> Recording:
    """Open a recording. A `.jsonl` file is appended to; a `.har` file must not exist.

    `version` is the version of this program. Raises RecordingFileError.
    """
    if path.suffix not in (".jsonl", ".har"):
        raise RecordingFileError(f"{path} is not a recording file: name it NAME.jsonl or NAME.har")
    if path.suffix == ".har" and path.exists():
        raise RecordingFileError(f"{path} exists, and a HAR file cannot be appended to: choose another name")
    try:
        return Lines(path) if path.suffix == ".jsonl" else Archive(path, version)
    except OSError as error:
        raise RecordingFileError(f"{path} cannot be written: {error.strerror or error}") from None


_Rule = tuple[str, str, str]


class TrafficSummary:
    """Counts exchanges, responses by operation, and violations by rule."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.coverage = Coverage(documents)
        self.exchanges = self.stopped = self.failed = self.preflights = self.unknown = 0
        self._violations: dict[_Rule, Violation] = {}
        self._times: Counter[_Rule] = Counter()

    def add(self, proxied: ProxiedExchange) -> tuple[Violation, ...]:
        """Count an exchange. Return its new violations: those of rules that were not broken before."""
        exchange = proxied.exchange
        self.exchanges += 1
        self.stopped += bool(proxied.stopped)
        self.failed += bool(proxied.failure)
        preflight = is_preflight(exchange.request)
        self.preflights += preflight
        self.unknown += not exchange.operation and not preflight
        if exchange.operation and exchange.answer and not proxied.failure:
            self.coverage.answer(exchange.operation, exchange.answer.status)
        new = []
        for violation in proxied.violations:
            rule = (violation.operation, violation.pointer, violation.general_place)
            if rule not in self._times:
                self._violations[rule] = violation
                new.append(violation)
            self._times[rule] += 1
        return tuple(new)

    @property
    def broken(self) -> bool:
        """Whether a request or response broke the contract."""
        return any(violation.level is Severity.ERROR for violation in self._violations.values())

    def summary(self) -> Iterator[str]:
        """Yield the lines of the summary."""
        counts = {
            "stopped": self.stopped,
            "failed": self.failed,
            "preflights": self.preflights,
            "without a known operation": self.unknown,
        }
        others = "".join(f", {what}: {count}" for what, count in counts.items() if count)
        yield f"exchanges: {self.exchanges}{others}"
        ratios = self.coverage.ratios()
        met = ", ".join(f"{ratios[name].met} of {ratios[name].total} {name}" for name in ("operations", "answers"))
        yield f"covered: {met}"
        if not self._times:
            yield "nothing broke the contract"
        for rule, times in self._times.most_common():
            yield f"{times} times: {self._violations[rule].general}"
