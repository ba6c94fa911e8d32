"""The file format of a recording, its compression and its character encoding, detected from the content."""

from __future__ import annotations

import codecs
import gzip
import io
from contextlib import contextmanager
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any

import ijson  # type: ignore[import-untyped]

from mockserver.traffic import parts
from mockserver.traffic.exchange import RecordingError, UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_GZIP = b"\x1f\x8b"
_CHUNK = 64 * 1024

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The encoding by the byte order mark. The mark of UTF-32 begins like that of UTF-16."""


class RecordingFormat(StrEnum):
    """The format of a recording."""

    HAR = "HAR"
    JOURNAL = "journal of the mock"
    CASSETTE = "VCR cassette"
    LINES = "JSON Lines"


_SIGNS = {
    ("log", "start_map"): RecordingFormat.HAR,
    ("exchanges", "start_array"): RecordingFormat.JOURNAL,
    ("interactions", "start_array"): RecordingFormat.CASSETTE,
    ("http_interactions", "start_array"): RecordingFormat.CASSETTE,
    ("request", "start_map"): RecordingFormat.LINES,
}
"""The format by a member of the first object in the file. Other members may come first."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file as UTF-8 without a byte order mark. It may be compressed with gzip, and in UTF-16 or UTF-32."""
    with path.open("rb") as raw:
        file: Any = gzip.GzipFile(fileobj=raw) if raw.peek(2).startswith(_GZIP) else raw
        head = file.peek(4)
        encoding = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)
        yield io.BufferedReader(_Transcoded(file, encoding), _CHUNK) if encoding else file


class _Transcoded(io.RawIOBase):
    """A file in another encoding, as UTF-8. An incomplete character at the end is dropped."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left and (chunk := self._file.read(_CHUNK)):
            self._left = self._decoder.decode(chunk).encode(errors="replace")
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def detect(path: Path) -> RecordingFormat:
    """Return the format of a file. Raises RecordingError if it is empty, or an object of another kind."""
    with opened(path) as file:
        start = b""
        while not start and (line := file.readline(_CHUNK)):
            start = line.strip()
    if not start:
        raise RecordingError("the file is empty")
    if parts.is_part(start):
        raise RecordingError("this is a part that drift --save has written: merge it with drift --merge")
    if not start.startswith(b"{"):
        return RecordingFormat.CASSETTE
    with opened(path) as file:
        try:
            found = next(filter(None, map(_sign, ijson.parse(file, multiple_values=True))))
        except (ijson.JSONError, UnicodeDecodeError, StopIteration):
            return RecordingFormat.LINES
    if isinstance(found, RecordingFormat):
        return found
    if start.endswith(b"}"):
        return RecordingFormat.LINES
    raise UnknownFormatError


_END = ("", "end_map")


def _sign(parsed: tuple[str, str, object]) -> RecordingFormat | tuple[str, str] | None:
    """Return the format that a parser event shows, `_END` at the end of the first object, or nothing."""
    prefix, event, _ = parsed
    return _SIGNS.get((prefix, event)) or (_END if (prefix, event) == _END else None)
