"""Reading recorded traffic in any supported format: HAR, JSON Lines, VCR cassettes, the journal of the mock.

Exchanges are redacted as they are read. They are read one by one: only a cassette is held in memory as a whole. An
entry that cannot be read is left out, and told.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from mockserver.contract.arguments import bearer
from mockserver.traffic.calls import match
from mockserver.traffic.exchange import CutOffError, RecordingError, UnreadableEntry, header, without_unknown_bodies
from mockserver.traffic.keyring import Keyring
from mockserver.traffic.redaction import REDACTED, secret_names
from mockserver.traffic.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path
    from typing import IO

    from mockserver.contract import Document
    from mockserver.traffic.exchange import Exchange, Request
    from mockserver.traffic.file_format import RecordingFormat

KEY_IN_URL = "key_in_url"
"""The note of an exchange whose URL contains one of the given keys."""

_TOLD = 3
"""The maximum number of unreadable entries of a file that are told one by one."""


class Recordings(NamedTuple):
    """The exchanges of several files in the order of time, and what the user should know about the files.

    `remarks` say which entries could not be read, and which files end too early. `cut_off` is whether a file does.
    """

    exchanges: Iterable[Exchange]
    remarks: tuple[str, ...] = ()
    cut_off: bool = False


def read_all(paths: Iterable[Path], keys: Iterable[str] = ()) -> Recordings:
    """Read files as `read` does, and sort their exchanges by time.

    A file that breaks off is used up to there. Raises RecordingError for a file of which nothing can be read.
    """
    remarks: list[str] = []
    cut_off: list[Path] = []
    given = frozenset(keys)
    run = _Run(Keyring(secrets=given))

    def exchanges() -> Iterator[Exchange]:
        for path in paths:
            unreadable: list[UnreadableEntry] = []
            used = 0
            try:
                for exchange in read(path, given, unreadable, run.keyring):
                    used += 1
                    run.add(exchange)
                    yield exchange
            except CutOffError as error:
                cut_off.append(path)
                remarks.append(f"{error}; the exchanges before it are used")
            except RecordingError as error:
                if not used:
                    raise
                cut_off.append(path)
                remarks.append(f"{error}; the exchanges before it are used")
            if unreadable:
                remarks.append(_left_out(path, unreadable))

    timeline = Timeline(exchanges())
    return Recordings(_WithoutSecrets(timeline, run), tuple(remarks), bool(cut_off))


class _Run:
    """The secrets of all files so far, and the exchanges that were read before the last of them was known."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._secrets = 0
        self._latest = 0
        self.until = 0

    def add(self, exchange: Exchange) -> None:
        """Add an exchange that has been read. `until` is the latest start before the last secret was known."""
        self._latest = max(self._latest, exchange.started)
        if self._secrets != self.keyring.learned:
            self._secrets, self.until = self.keyring.learned, self._latest


class _WithoutSecrets:
    """Exchanges without the secrets of other exchanges. A secret may appear before the request that carries it."""

    def __init__(self, exchanges: Iterable[Exchange], run: _Run) -> None:
        self._exchanges = exchanges
        self._run = run

    def __iter__(self) -> Iterator[Exchange]:
        redactor, until = self._run.keyring.redactor, self._run.until
        for exchange in self._exchanges:
            yield redactor.exchange(exchange) if exchange.started <= until else exchange


def _left_out(path: Path, unreadable: Collection[UnreadableEntry]) -> str:
    told = "; ".join(f"{entry.place}: {entry.reason}" for entry in list(unreadable)[:_TOLD])
    count = "1 entry" if len(unreadable) == 1 else f"{len(unreadable)} entries"
    return f"{path}: left out {count} that cannot be read: {told}{'; …' if len(unreadable) > _TOLD else ''}"


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
