"""Reading recorded traffic in any supported format: HAR, JSON Lines, VCR cassettes, the journal of the mock.

Exchanges are redacted as they are read. They are read one by one: only a cassette is held in memory as a whole.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from mockserver.contract.arguments import bearer
from mockserver.traffic.calls import match
from mockserver.traffic.exchange import CutOffError, RecordingError, header
from mockserver.traffic.redaction import Redactor, shipped_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from mockserver.contract import Document
    from mockserver.traffic.exchange import Exchange, Request
    from mockserver.traffic.keyring import Keyring

_HEAD = 64 * 1024
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


KEY_IN_URL = "key_in_url"
"""The note of an exchange whose URL contains one of the given keys."""


class RecordingFormat(StrEnum):
    """The format of a recording."""

    HAR = "HAR"
    JOURNAL = "journal of the mock"
    CASSETTE = "VCR cassette"
    LINES = "JSON Lines"


_FORMAT_BY_KEY = {
    "log": RecordingFormat.HAR,
    "exchanges": RecordingFormat.JOURNAL,
    "recorded": RecordingFormat.JOURNAL,
    "interactions": RecordingFormat.CASSETTE,
    "http_interactions": RecordingFormat.CASSETTE,
    "version": RecordingFormat.CASSETTE,
    "recorded_with": RecordingFormat.CASSETTE,
}
"""The format by the first key of the file; any other key means JSON Lines."""


def read(path: Path, keys: Collection[str] = (), keyring: Keyring | None = None) -> Iterator[Exchange]:
    """Read the exchanges of a file, in order. The file may be compressed with gzip.

    The `keys` are redacted, and with a `keyring` the secrets of all exchanges that it has seen. An exchange whose URL
    contains one of the `keys`, in a parameter of any name, has the note `key_in_url`. If the recorder has omitted a
    body, the note `left_out` lists `request` or `answer`. An exchange without a time has the modification time of the
    file. Raises RecordingError at the first unreadable exchange, and CutOffError if the file is truncated.
    """
    given = frozenset(keys)
    for exchange in _raw(path):
        noted = exchange
        if any(key in unquote_plus(exchange.request.url) for key in given):
            noted = exchange._replace(notes={**exchange.notes, KEY_IN_URL: True})
        if keyring is not None:
            keyring.see(exchange)
        redactor = keyring.redactor if keyring else _redactor(carried_keys(exchange.request) | given)
        yield redactor.exchange(noted)


def keys_of(path: Path, documents: Collection[Document]) -> frozenset[str]:
    """Return the API keys in a file's requests to the service, which are secrets.

    For a truncated file, the keys of its complete exchanges are returned. Raises RecordingError.
    """
    found: set[str] = set()
    with suppress(CutOffError):
        for exchange in _raw(path):
            if match(documents, exchange.request):
                found |= carried_keys(exchange.request)
    return frozenset(found)


def _raw(path: Path) -> Iterator[Exchange]:
    """Read exchanges without redaction."""
    try:
        stamp = int(path.stat().st_mtime * 1000)
        with path.open("rb") as raw:
            compressed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0)
            file: Any = gzip.GzipFile(fileobj=raw) if compressed else raw
            yield from _reader(file)(file, stamp)
    except CutOffError as error:
        raise CutOffError(f"{path}: {error}") from None
    except EOFError:
        raise CutOffError(f"{path}: the gzip file ends in the middle; it was cut off") from None
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise RecordingError(f"{path}: {error}") from None


def carried_keys(request: Request) -> frozenset[str]:
    """Return the API keys in a request: in parameters and fields with a credential name, and in `Authorization`."""
    names = shipped_names()
    body = request.json
    members = body.items() if isinstance(body, Mapping) else ()
    found = [value for name, value in (*request.query, *members) if name in names and isinstance(value, str)]
    return frozenset([*found, bearer(header(request.headers, "authorization")) or ""]) - {""}


@lru_cache(maxsize=64)
def _redactor(keys: frozenset[str]) -> Redactor:
    return Redactor(keys)


def _reader(file: IO[bytes]) -> Callable[[IO[bytes], int], Iterator[Exchange]]:
    from mockserver.traffic import archive, cassette

    readers: Mapping[RecordingFormat, Callable[[IO[bytes], int], Iterator[Exchange]]] = MappingProxyType(
        {
            RecordingFormat.HAR: archive.read,
            RecordingFormat.JOURNAL: archive.read_journal,
            RecordingFormat.CASSETTE: cassette.read,
            RecordingFormat.LINES: _read_lines,
        }
    )
    return readers[_format(file)]


def _format(file: IO[bytes]) -> RecordingFormat:
    """Detect the format from the first key of the file, and seek to its first byte after a byte order mark."""
    from mockserver.traffic import archive

    head = file.read(_HEAD)
    start = len(_BOM) if head.startswith(_BOM) else 0
    file.seek(start)
    text = head[start:].lstrip()
    if not text:
        raise RecordingError("the file is empty")
    if not text.startswith(b"{"):
        return RecordingFormat.CASSETTE
    return _FORMAT_BY_KEY.get(archive.first_key(text), RecordingFormat.LINES)


def _read_lines(file: IO[bytes], _: int) -> Iterator[Exchange]:
    from mockserver.traffic import jsonl

    try:
        yield from jsonl.read(file)
    except jsonl.CutOffLineError as error:
        raise CutOffError(str(error)) from None
    except jsonl.LinesError as error:
        raise RecordingError(str(error)) from None
