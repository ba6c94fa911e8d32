"""Parts: the exchanges of recordings in a file of their own, redacted and in the order of time, to be merged later.

A part is JSON Lines in gzip. The first line has the version, and the names and remarks of the recordings.
"""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from mockserver.traffic import jsonl
from mockserver.traffic.exchange import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import IO

    from mockserver.traffic.exchange import Exchange

VERSION = 1
"""The version of the format. It changes with every change of the format that an older reader would misunderstand."""

_NAME = "smsonline-mock drift"
_START = b'{"part":"' + _NAME.encode()
_SPEED = 3
"""The compression level of gzip: higher ones take longer than reading the recording."""


class PartError(RecordingError):
    """A file is not a part that can be merged. The text has the file and the reason."""


class Head(NamedTuple):
    """What a part says about the recordings in it: their names, remarks about them, and whether one was cut off."""

    files: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    cut_off: bool = False


def write(path: Path, head: Head, exchanges: Iterable[Exchange]) -> None:
    """Write a part. The exchanges are redacted, and in the order of time. Raises PartError."""
    first = {"part": _NAME, "version": VERSION, **head._asdict()}
    try:
        with path.open("wb") as raw, gzip.GzipFile("", "wb", _SPEED, raw, mtime=0) as file:
            file.write(orjson.dumps(first, option=orjson.OPT_APPEND_NEWLINE))
            file.writelines(jsonl.write(exchanges))
    except OSError as error:
        raise PartError(f"{path}: cannot be written: {error.strerror or error}") from None
    except TypeError as error:
        raise PartError(f"{path}: cannot be written: {error}") from None


def read(path: Path) -> tuple[Head, Iterator[Exchange]]:
    """Return what a part says about its recordings, and its exchanges. Raises PartError, also while it is read."""
    with _opened(path) as file:
        head = _head(path, file.readline())
    return head, _exchanges(path)


def is_part(start: bytes) -> bool:
    """Return whether a file that starts with these bytes, without gzip, is a part."""
    return start.startswith(_START)


def _head(path: Path, line: bytes) -> Head:
    if not is_part(line):
        raise PartError(f"{path}: this is no part that drift --save has written: a recording is read without --merge")
    try:
        data: dict[str, Any] = orjson.loads(line)
        version = data["version"]
        if version == VERSION:
            return Head(tuple(map(str, data["files"])), tuple(map(str, data["remarks"])), bool(data["cut_off"]))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise PartError(f"{path}: the first line of the part is damaged; save it again") from None
    raise PartError(
        f"{path}: this part has version {version}, but this program merges version {VERSION}: save it again with the"
        " same program"
    )


def _exchanges(path: Path) -> Iterator[Exchange]:
    with _opened(path) as file:
        file.readline()
        try:
            yield from jsonl.read(file)
        except jsonl.LinesError as error:
            raise PartError(f"{path}: {error}; save the part again") from None


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as raw:
            is_packed = raw.peek(2).startswith(b"\x1f\x8b")
            yield gzip.GzipFile(fileobj=raw) if is_packed else raw  # type: ignore[misc]
    except EOFError:
        raise PartError(f"{path}: the part ends in the middle; save it again") from None
    except OSError as error:
        raise PartError(f"{path}: cannot be read: {error.strerror or error}") from None
    except zlib.error as error:
        raise PartError(f"{path}: the part is damaged: {error}; save it again") from None
