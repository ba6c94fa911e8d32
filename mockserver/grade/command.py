"""A command, run through the shell to its end: nothing of it is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from signal import Signals
from threading import Lock, Thread, Timer
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Process = subprocess.Popen[bytes]

OUTPUT = 64 * 1024
"""So many bytes of what a command prints are kept: the last ones."""
NOT_RUN = frozenset({126, 127, 9009})
"""How a shell exits that may not run the command or does not find it, on Unix, and on Windows (the last one)."""

_GRACE = 1.0
"""Seconds that a command has to end by itself before it is killed."""
_SIGNALLED = 128
"""A shell exits with this and the number of the signal that has killed its command."""


class Completed(NamedTuple):
    """How a command ended.

    `code` is its exit code, negative for the signal that killed it. `output` is the end of what it printed on both
    streams, from the beginning of a line. `timed_out` says that it was killed after `seconds`.
    """

    code: int
    seconds: float
    output: str = ""
    timed_out: bool = False

    def is_among(self, codes: Collection[int]) -> bool:
        """Whether it ended by itself, with one of these exit codes."""
        return not self.timed_out and self.code in codes

    @property
    def exit(self) -> str:
        """The exit code, the name of the signal, or `timeout`."""
        if self.timed_out:
            return "timeout"
        number = -self.code if self.code < 0 else self.code - _SIGNALLED
        return Signals(number).name if number in set(Signals) else str(self.code)

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        if self.timed_out:
            return f"did not end within {self.seconds:.0f} seconds"
        return f"exited with {self.exit}" if self.exit == str(self.code) else f"was killed by {self.exit}"

    def tail(self, lines: int = 20) -> str:
        """The last lines that it printed."""
        return "\n".join(self.output.splitlines()[-lines:])


class Running:
    """Commands that run in any thread, so that all can be ended from another one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._processes: set[Process] = set()
        self._stopped = False

    def stop(self) -> None:
        """End them all; one that begins later is ended at once."""
        with self._lock:
            self._stopped = True
            processes = [*self._processes]
        for process in processes:
            _end(process)

    def add(self, process: Process) -> None:
        """Take a command that has begun."""
        with self._lock:
            self._processes.add(process)
            stopped = self._stopped
        if stopped:
            _end(process)

    def discard(self, process: Process) -> None:
        """Forget a command that has ended."""
        with self._lock:
            self._processes.discard(process)


def run(command: str, environment: Mapping[str, str], timeout: float, running: Running | None = None) -> Completed:
    """Run a command to its end, for so many seconds at most.

    `environment` is set beside our own. Whatever the command has started ends with it, as far as it has not left the
    command's session (on Windows: the tree of its processes).
    """
    running = Running() if running is None else running
    began = time.monotonic()
    process = _started(command, environment)
    output = _Tail(process)
    timer = _Timer(timeout, process)
    try:
        running.add(process)
        process.wait()
    finally:
        timer.cancel()
        _end(process)
        running.discard(process)
    seconds = time.monotonic() - began
    return Completed(process.returncode, seconds, output.text(), timer.is_over)


class _Timer(Timer):
    """Ends a process after so many seconds."""

    def __init__(self, seconds: float, process: Process) -> None:
        super().__init__(seconds, self._ring)
        self.is_over = False
        self._process = process
        self.start()

    def _ring(self) -> None:
        self.is_over = True
        _end(self._process)


class _Tail(Thread):
    """Reads what a process prints, and keeps the end of it."""

    def __init__(self, process: Process) -> None:
        super().__init__(daemon=True)
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        self._stream: IO[bytes] = process.stdout
        self._kept = b""
        self._is_cut = False
        self.start()

    def run(self) -> None:
        with self._stream as stream:
            while chunk := os.read(stream.fileno(), OUTPUT):
                printed = self._kept + chunk
                self._is_cut = self._is_cut or len(printed) > OUTPUT
                self._kept = printed[-OUTPUT:]

    def text(self) -> str:
        """The end of it, as text; who still holds the stream after its process has ended is not waited for."""
        self.join(_GRACE)
        # The rest of a line could begin in the middle of a key, which nobody could hide.
        kept = self._kept.partition(b"\n")[2] if self._is_cut else self._kept
        return kept.decode(errors="replace")


def _started(command: str, environment: Mapping[str, str]) -> Process:
    return subprocess.Popen(  # noqa: S602 - the user's own command, as the user's own shell would run it
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **environment},
        start_new_session=True,
    )


if sys.platform == "win32":

    def _end(process: Process) -> None:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)  # noqa: S603, S607
        process.wait()

else:

    def _end(process: Process) -> None:
        """End a process and all of its session: in peace, or else by force."""
        for signal in (Signals.SIGTERM, Signals.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):  # the latter is how macOS says the same of zombies
                os.killpg(process.pid, signal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
