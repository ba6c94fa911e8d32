"""Serving a scenario whose files change."""

import os
from asyncio import Event, get_running_loop
from collections.abc import Callable, Iterable
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send
from watchfiles import Change, awatch

from mockserver.contract import LocatedError
from mockserver.control.errors import ControlError
from mockserver.scenario.error import ScenarioError
from mockserver.serving.report import Reloads
from mockserver.serving.setup import Mock


class Current:
    """The application that answers now. Between two requests another one may take its place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the application of this moment, until the answer is complete."""
        await self.app(scope, receive, send)


class Watch:
    """Plays a scenario anew when one of its files has changed; if it is broken then, the last good one goes on.

    `make` makes a mock in the place of the one before. Raises LocatedError.
    """

    def __init__(self, mock: Mock, make: Callable[..., Mock], reloads: Reloads) -> None:
        self.app = Current(mock.app)
        self._mock = mock
        self._make = make
        self._reloads = reloads
        self._files = _all_real(mock.scenario.files)

    async def run(self, stopping: Event) -> None:
        """Watch until the event is set. The files are watched from the first step on."""
        while not stopping.is_set():
            folders = self._folders()
            # Once they are watched: what has changed between reading the files and now is not missed.
            get_running_loop().call_soon(self.reload)
            # An editor may write another file and rename it, so it is the folders that are watched.
            async for _ in awatch(*folders, watch_filter=self._concerns, stop_event=stopping, recursive=False):
                self.reload()
                if not self._folders() <= folders:
                    break

    def reload(self) -> None:
        """Read the scenario anew, and play it if it is another one and good."""
        try:
            mock = self._make(before=self._mock)
        except (LocatedError, ControlError) as error:
            if isinstance(error, ScenarioError):
                self._files |= _all_real(error.files)
            self._reloads.refused(error)
            return
        before, self._files = self._mock.scenario, _all_real(mock.scenario.files)
        if mock.scenario.data != before.data:
            self._mock, self.app.app = mock, mock.app
            self._reloads.loaded(before, mock.scenario)

    def _folders(self) -> set[Path]:
        return {file.parent for file in self._files if file.parent.is_dir()}

    def _concerns(self, _: Change, path: str) -> bool:
        return _real(path) in self._files


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))


def _all_real(files: Iterable[Path]) -> frozenset[Path]:
    return frozenset(map(_real, files))
