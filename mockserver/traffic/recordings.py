"""Reading recorded traffic in any supported format: HAR, JSON Lines, VCR cassettes, the journal of the mock.

Exchanges are redacted as they are read. They are read one by one: only a cassette is held in memory as a whole. An
entry that cannot be read is left out, and told.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from mockserver.contract.arguments import bearer
from mockserver.traffic.calls import match
from mockserver.traffic.exchange import CutOffError, RecordingError, UnreadableEntry, header, without_unknown_bodies
from mockserver.traffic.keyring import Keyring
from mockserver.traffic.redaction import REDACTED, secret_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path
    from typing import IO

    from mockserver.contract import Document
    from mockserver.traffic.exchange import Exchange, Request
    from mockserver.traffic.file_format import RecordingFormat

KEY_IN_URL = "key_in_url"
"""The note of an exchange whose URL contains one of the given keys."""


def read(
    path: Path,
    keys: Collection[str] = (),
    unreadable: list[UnreadableEntry] | None = None,
    keyring: Keyring | None = None,
) -> Iterator[Exchange]:
    """Read the exchanges of a file, in the order of the file. The file may be compressed with gzip.

    The `keys` are redacted, and so are the secrets of all exchanges that the `keyring` has seen; those of the file are
    added to it. An exchange whose URL contains one of the `keys`, in a parameter of any name, has the note
    `key_in_url`. If a body is unknown, the note `left_out` lists its side, `request` or `answer`. An exchange without a
    time has the modification time of the file. Entries that cannot be read are added to `unreadable`. Raises
    RecordingError if no entry can be read, or the file breaks off, and CutOffError if it is truncated.
    """
    keyring = keyring or Keyring(secrets=keys)
    for exchange in _raw(path, [] if unreadable is None else unreadable):
        noted = without_unknown_bodies(exchange)
        if keys and any(key in unquote_plus(noted.request.url) for key in keys):
            noted = noted._replace(notes={**noted.notes, KEY_IN_URL: True})
        keyring.see(noted)
        yield keyring.redactor.exchange(noted)


def keys_of(path: Path, documents: Collection[Document]) -> frozenset[str]:
    """Return the API keys in a file's requests to the service, which are secrets.

    For a truncated file, the keys of its complete exchanges are returned. Raises RecordingError.
    """
    found: set[str] = set()
    with suppress(CutOffError):
        for exchange in _raw(path, []):
            if match(documents, exchange.request):
                found |= carried_keys(exchange.request)
    return frozenset(found)


def _raw(path: Path, unreadable: list[UnreadableEntry]) -> Iterator[Exchange]:
    """Read exchanges without redaction."""
    used = False
    try:
        for entry in _entries(path):
            if isinstance(entry, UnreadableEntry):
                unreadable.append(entry)
            else:
                used = True
                yield entry
    except CutOffError as error:
        raise CutOffError(f"{path}: {error}") from None
    except EOFError:
        raise CutOffError(f"{path}: the gzip file ends in the middle; it was cut off") from None
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, zlib.error) as error:
        raise RecordingError(f"{path}: {error}") from None
    if unreadable and not used:
        raise RecordingError(f"{path}: {unreadable[0].place}: {unreadable[0].reason}")


def _entries(path: Path) -> Iterator[Exchange | UnreadableEntry]:
    from mockserver.traffic import file_format

    stamp = int(path.stat().st_mtime * 1000)
    reader = _reader(file_format.detect(path))
    with file_format.opened(path) as file:
        yield from reader(file, stamp)


def carried_keys(request: Request) -> frozenset[str]:
    """Return the API keys in a request: in parameters and fields with a credential name, and in `Authorization`."""
    names = secret_names()
    body = request.json
    members = body.items() if isinstance(body, Mapping) else ()
    found = [value for name, value in (*request.query, *members) if name in names and isinstance(value, str)]
    return frozenset([*found, bearer(header(request.headers, "authorization")) or ""]) - {"", REDACTED}


def _reader(recorded: RecordingFormat) -> Callable[[IO[bytes], int], Iterator[Exchange | UnreadableEntry]]:
    from mockserver.traffic import archive, cassette
    from mockserver.traffic.file_format import RecordingFormat

    readers: Mapping[RecordingFormat, Callable[[IO[bytes], int], Iterator[Exchange | UnreadableEntry]]] = {
        RecordingFormat.HAR: archive.read,
        RecordingFormat.JOURNAL: archive.read_journal,
        RecordingFormat.CASSETTE: cassette.read,
        RecordingFormat.LINES: _read_lines,
    }
    return readers[recorded]


def _read_lines(file: IO[bytes], _: int) -> Iterator[Exchange | UnreadableEntry]:
    from mockserver.traffic import jsonl

    try:
        yield from jsonl.entries(file)
    except jsonl.CutOffLineError as error:
        raise CutOffError(str(error)) from None
