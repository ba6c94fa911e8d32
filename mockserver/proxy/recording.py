"""Observers of a proxy: a recording of its exchanges on disk, and a summary that counts them."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Protocol

from mockserver.contract import Severity
from mockserver.traffic import har, jsonl
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mockserver.contract import Document, Violation
    from mockserver.proxy.proxied_exchange import ProxiedExchange
    from mockserver.traffic import Exchange


_private = partial(os.open, mode=0o600)


class RecordingFileError(OSError):
    """Nothing can be recorded there. The text says why."""


class Recording(Protocol):
    """Where exchanges are kept."""

    def write(self, exchange: Exchange) -> None:
        """Keep an exchange. Raises OSError."""

    def close(self) -> None:
        """Finish the file. Raises OSError."""


class Lines:
    """A file of JSON Lines. Each exchange is in it, whole, when `write` returns; what was in it before stays."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "ab", buffering=0, opener=_private)  # noqa: SIM115 - open as long as the recording

    def write(self, exchange: Exchange) -> None:
        """Append an exchange. Raises OSError."""
        self._file.write(b"".join(jsonl.write([exchange])))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Archive:
    """A file of HAR, written when the recording is closed; until then its exchanges are in JSON Lines beside it."""

    def __init__(self, path: Path, version: str) -> None:
        self._path, self._version = path, version
        self._beside = path.with_name(f"{path.name}.jsonl")
        self._lines = Lines(self._beside)

    def write(self, exchange: Exchange) -> None:
        """Keep an exchange. Raises OSError."""
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
    """Begin to record in a file: `.jsonl` is continued if it is there, `.har` must not be there yet.

    `version` is that of the program. Raises RecordingError.
    """
    if path.suffix not in (".jsonl", ".har"):
        raise RecordingFileError(f"{path}: a recording is called NAME.jsonl or NAME.har")
    if path.suffix == ".har" and path.exists():
        raise RecordingFileError(f"{path} is there already: an archive cannot be continued, choose another name")
    try:
        return Lines(path) if path.suffix == ".jsonl" else Archive(path, version)
    except OSError as error:
        raise RecordingFileError(f"{path} cannot be written: {error.strerror or error}") from None


_Rule = tuple[str, str, str]


class TrafficSummary:
    """Counts exchanges, answers by operation, and how often which rule was broken."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.coverage = Coverage(documents)
        self.exchanges = self.stopped = self.failed = self.unknown = 0
        self._violations: dict[_Rule, Violation] = {}
        self._times: Counter[_Rule] = Counter()

    def add(self, proxied: ProxiedExchange) -> tuple[Violation, ...]:
        """Count what has passed. Returns the violations that are new: of a rule that was not broken there before."""
        exchange = proxied.exchange
        self.exchanges += 1
        self.stopped += bool(proxied.stopped)
        self.failed += bool(proxied.failure)
        self.unknown += not exchange.operation
        if exchange.operation and exchange.answer and not proxied.failure:
            self.coverage.answer(exchange.operation, exchange.answer.status)
        new = []
        for violation in proxied.violations:
            rule = (violation.operation, violation.pointer, violation.place)
            if rule not in self._times:
                self._violations[rule] = violation
                new.append(violation)
            self._times[rule] += 1
        return tuple(new)

    @property
    def broken(self) -> bool:
        """Whether anything broke the contract."""
        return any(violation.level is Severity.ERROR for violation in self._violations.values())

    def summary(self) -> Iterator[str]:
        """Yield lines that tell people all of it."""
        counts = {"stopped": self.stopped, "failed": self.failed, "of no known operation": self.unknown}
        others = "".join(f", {what}: {count}" for what, count in counts.items() if count)
        yield f"exchanges: {self.exchanges}{others}"
        ratios = self.coverage.ratios()
        met = ", ".join(f"{ratios[name].met} of {ratios[name].total} {name}" for name in ("operations", "answers"))
        yield f"covered: {met}"
        if not self._times:
            yield "nothing broke the contract"
        for rule, times in self._times.most_common():
            yield f"{times} times: {self._violations[rule]}"
