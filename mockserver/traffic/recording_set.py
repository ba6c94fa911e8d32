"""Several recordings as one: their exchanges in the order of time, without the secrets of any of them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import repeat
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import finalize

from mockserver.traffic import parts
from mockserver.traffic.exchange import LATEST, CutOffError, RecordingError
from mockserver.traffic.keyring import Keyring
from mockserver.traffic.parts import Head
from mockserver.traffic.recordings import read
from mockserver.traffic.redaction import Redactor
from mockserver.traffic.timeline import BUDGET, Timeline, Timelines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from mockserver.traffic.exchange import Exchange, UnreadableEntry

_TOLD = 3
"""The maximum number of unreadable entries of a file that are told one by one."""


class Recordings(NamedTuple):
    """The exchanges of several files in the order of time, and what the user should know about the files.

    `remarks` say which entries could not be read, and which files end too early. `cut_off` is whether a file does.
    `files` are the names of the recordings.
    """

    exchanges: Iterable[Exchange]
    remarks: tuple[str, ...] = ()
    cut_off: bool = False
    files: tuple[str, ...] = ()

    def save(self, path: Path) -> None:
        """Write the exchanges as a part. Raises PartError."""
        parts.write(path, Head(self.files, self.remarks, self.cut_off), self.exchanges)


def read_all(
    paths: Collection[Path], keys: Iterable[str] = (), *, are_parts: bool = False, jobs: int = 1
) -> Recordings:
    """Read recordings as `read` does, or parts, and sort their exchanges by time.

    A secret of any exchange is hidden in all others. `jobs` is the maximum number of processes; each reads one file at
    a time. A recording that breaks off is used up to there. Raises RecordingError for a file of which nothing can be
    read.
    """
    given = frozenset(keys)
    with ExitStack() as files, _workers(min(jobs, len(paths))) as (run, are_others):
        spools = [*_spools(files, len(paths))] if are_others else repeat(None)
        read = _read_part if are_parts else _read_recording
        found = [*run(partial(read, keys=given, budget=BUDGET // max(len(paths), 1)), paths, spools)]
        keyring = Keyring()
        for each in found:
            keyring.learn(each.secrets)
        timelines = Timelines(run(partial(_hidden, keys=given, secrets=keyring.secrets), found))
        finalize(timelines, files.pop_all().close)
    heads = [each.head for each in found]
    return Recordings(
        timelines,
        tuple(remark for head in heads for remark in head.remarks),
        any(head.cut_off for head in heads),
        tuple(file for head in heads for file in head.files),
    )


@contextmanager
def _workers(jobs: int) -> Iterator[tuple[Callable[..., Iterable[Any]], bool]]:
    """Yield a function such as `map` that uses so many processes, and whether they are others than this one."""
    if jobs <= 1:
        yield map, False
        return
    try:
        with ProcessPoolExecutor(jobs, initializer=signal, initargs=(SIGINT, SIG_IGN)) as pool:
            yield pool.map, True
    except BrokenProcessPool:
        raise RecordingError("a process that read a file was killed: is there enough memory for all --jobs?") from None


def _spools(files: ExitStack, count: int) -> Iterator[Path]:
    """Yield the paths of temporary files for the exchanges that other processes have read."""
    directory = files.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
    yield from (Path(directory, str(number)) for number in range(count))


class _ReadFile(NamedTuple):
    """What was read from a file: its exchanges, what is to be said about them, and their secrets, the latest last.

    `until` is the latest start of the exchanges that were read before the last of these secrets was known.
    """

    timeline: Timeline
    head: Head
    secrets: tuple[str, ...] = ()
    until: int = -1


def _read_part(path: Path, spool: Path | None, *, keys: Collection[str], budget: int) -> _ReadFile:
    head, exchanges = parts.read(path)
    if keys:
        exchanges = map(Redactor(keys, names=()).exchange, exchanges)
    return _ReadFile(Timeline(exchanges, budget, spool), head)


def _read_recording(path: Path, spool: Path | None, *, keys: Collection[str], budget: int) -> _ReadFile:
    keyring = Keyring(secrets=keys)
    reading = _Reading(path, keys, keyring)
    timeline = Timeline(reading.exchanges(), budget, spool)
    head = Head((path.name,), tuple(reading.remarks), reading.cut_off)
    return _ReadFile(timeline, head, keyring.secrets, reading.until)


def _hidden(found: _ReadFile, *, keys: Collection[str], secrets: Collection[str]) -> Timeline:
    """Return the exchanges of a file without any secret, also those that only later exchanges or other files carry."""
    are_known = {*secrets} <= {*found.secrets}
    if not are_known or found.until >= 0:
        keyring = Keyring(secrets=keys)
        keyring.learn(secrets)
        found.timeline.change(keyring.redactor.exchange, found.until if are_known else LATEST)
    return found.timeline


class _Reading:
    """The reading of one recording: remarks about what could not be read, and whether the file is cut off."""

    def __init__(self, path: Path, keys: Collection[str], keyring: Keyring) -> None:
        self.remarks: list[str] = []
        self.cut_off = False
        self.until = -1
        self._path = path
        self._keys = keys
        self._keyring = keyring

    def exchanges(self) -> Iterator[Exchange]:
        """Yield the exchanges up to where the file breaks off. Raises RecordingError if there are none."""
        unreadable: list[UnreadableEntry] = []
        latest = learned = -1
        try:
            for exchange in read(self._path, self._keys, unreadable, self._keyring):
                if learned != self._keyring.learned:
                    learned, self.until = self._keyring.learned, latest
                latest = max(latest, exchange.started)
                yield exchange
        except RecordingError as error:
            if latest < 0 and not isinstance(error, CutOffError):
                raise
            self.cut_off = True
            self.remarks.append(f"{error}; the exchanges before it are used")
        if unreadable:
            self.remarks.append(_left_out(self._path, unreadable))


def _left_out(path: Path, unreadable: Collection[UnreadableEntry]) -> str:
    told = "; ".join(f"{entry.place}: {entry.reason}" for entry in list(unreadable)[:_TOLD])
    count = "1 entry" if len(unreadable) == 1 else f"{len(unreadable)} entries"
    return f"{path}: left out {count} that cannot be read: {told}{'; …' if len(unreadable) > _TOLD else ''}"
