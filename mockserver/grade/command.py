"""A shell command: run it to its end and leave no process behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from signal import Signals
from threading import Lock, Thread, Timer
from typing import IO, TYPE_CHECKING, NamedTuple

from mockserver.traffic.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Process = subprocess.Popen[bytes]

OUTPUT = 64 * 1024
"""Bytes of output that are kept: the last ones."""
NOT_RUN = frozenset({126, 127, 9009})
"""Exit codes of a shell that cannot run or find the command: 126 and 127 on Unix, 9009 on Windows."""

_GRACE = 1.0
"""Seconds that a process has to end by itself before it is killed."""
_SIGNALLED = 128
"""A shell adds this to the number of the signal that killed its command."""


_NAMES = r"[\w-]*(?:key|token|secret|password|passwd|credential)s?"
_GIVEN_SECRET = re.compile(
    rf"""((?<![\w-]){_NAMES}=|(?<!\S)--?{_NAMES}\s+)(?!["']?\$)('[^']*'|"[^"]*"|[^\s'";|&]+)""", re.IGNORECASE
)
"""A variable or an option with the name of a secret, and its value unless that is a variable of the shell."""


def without_secrets(command: str) -> str:
    """Return a command with the values of secret variables and options redacted: `API_KEY=[redacted] ./client`."""
    return _GIVEN_SECRET.sub(lambda match: f"{match[1]}{REDACTED}", command)


class Completed(NamedTuple):
    """A finished command.

    `code` is its exit code, or the negative number of the signal that killed it. `seconds` is its real time. `output`
    is the end of what it printed on both streams, from the beginning of a line. `timed_out` is true if it was killed
    after its timeout.
    """

    code: int
    seconds: float
    output: str = ""
    timed_out: bool = False

    def is_among(self, codes: Collection[int]) -> bool:
        """Whether the command ended by itself with one of these exit codes."""
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
        """How the command ended, as a clause such as `exited with 1`."""
        if self.timed_out:
            return f"did not end within {self.seconds:.0f} seconds"
        return f"exited with {self.exit}" if self.exit == str(self.code) else f"was killed by {self.exit}"

    def tail(self, lines: int = 20) -> str:
        """Return the last lines of the output."""
        return "\n".join(self.output.splitlines()[-lines:])


class Running:
    """The commands running in all threads. Any thread can stop them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._processes: set[Process] = set()
        self._stopped = False

    def stop(self) -> None:
        """Stop all commands. A command added later is stopped at once."""
        with self._lock:
            self._stopped = True
            processes = [*self._processes]
        for process in processes:
            _stop_process(process)

    def add(self, process: Process) -> None:
        """Add a started command."""
        with self._lock:
            self._processes.add(process)
            stopped = self._stopped
        if stopped:
            _stop_process(process)

    def discard(self, process: Process) -> None:
        """Remove a finished command."""
        with self._lock:
            self._processes.discard(process)


def run(command: str, environment: Mapping[str, str], timeout: float, running: Running | None = None) -> Completed:
    """Run a command to its end, or for `timeout` seconds.

    `environment` extends the environment of this process. All processes that the command started are stopped, unless
    they left its session (on Windows, its process tree).
    """
    running = Running() if running is None else running
    began = time.monotonic()
    process = _start(command, environment)
    output = _Tail(process)
    timer = _Timer(timeout, process)
    try:
        running.add(process)
        process.wait()
    finally:
        timer.cancel()
        _stop_process(process)
        running.discard(process)
    seconds = time.monotonic() - began
    return Completed(process.returncode, seconds, output.text(), timer.is_over)


class _Timer(Timer):
    """Stops a process after `seconds`."""

    def __init__(self, seconds: float, process: Process) -> None:
        super().__init__(seconds, self._expire)
        self.is_over = False
        self._process = process
        self.start()

    def _expire(self) -> None:
        self.is_over = True
        _stop_process(self._process)


class _Tail(Thread):
    """Reads the output of a process and keeps its end."""

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
        """Return the kept output as text. Processes that hold the stream after the command ended are not waited for."""
        self.join(_GRACE)
        # The rest of a line could begin in the middle of a key, which could not be redacted.
        kept = self._kept.partition(b"\n")[2] if self._is_cut else self._kept
        return kept.decode(errors="replace")


def _start(command: str, environment: Mapping[str, str]) -> Process:
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

    def _stop_process(process: Process) -> None:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)  # noqa: S603, S607
        process.wait()

else:

    def _stop_process(process: Process) -> None:
        """Stop a process and its session: SIGTERM first, then SIGKILL."""
        for signal in (Signals.SIGTERM, Signals.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):  # the latter is how macOS says the same of zombies
                os.killpg(process.pid, signal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
