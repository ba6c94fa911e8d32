"""Recordings: exchanges on disk, as they complete. What comes here is redacted already."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Protocol

from mockserver.traffic import har, lines

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.traffic import Exchange

_private = partial(os.open, mode=0o600)


class RecordingError(OSError):
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
        self._file.write(b"".join(lines.write([exchange])))

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
            har.write(lines.read(recorded), archive, self._version)
        self._beside.unlink()


def open_recording(path: Path, version: str = "") -> Recording:
    """Begin to record in a file: `.jsonl` is continued if it is there, `.har` must not be there yet.

    `version` is that of the program. Raises RecordingError.
    """
    if path.suffix not in (".jsonl", ".har"):
        raise RecordingError(f"{path}: a recording is called NAME.jsonl or NAME.har")
    if path.suffix == ".har" and path.exists():
        raise RecordingError(f"{path} is there already: an archive cannot be continued, choose another name")
    try:
        return Lines(path) if path.suffix == ".jsonl" else Archive(path, version)
    except OSError as error:
        raise RecordingError(f"{path} cannot be written: {error.strerror or error}") from None
