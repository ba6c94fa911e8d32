"""The mock with the world of the suites, steered by its control API: its beginning, its clock, its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from mockserver.contract import contract
from mockserver.traffic import Request
from mockserver.traffic.calls import STATES, TRANSITIONS
from mockserver.traffic.coverage import Coverage
from mockserver.traffic.redaction import Redactor
from mockserver.verify import StartedApp, in_process
from mockserver.verify.context import Context, RunSettings
from mockserver.verify.guard import Guard
from mockserver.verify.requests import JSON
from mockserver.verify.target import AsgiTransport, HttpTransport
from mockserver.verify.worlds import world

if TYPE_CHECKING:
    from mockserver.verify.target import App, Message

WORLD = world("market")
CONTROL = "http://mock/__mock__/worlds/default"


class SteeredMock:
    """A stage for suites: an application of the mock that was started with the scenario of the world."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._carrier = AsgiTransport(app)

    def context(self) -> Context:
        """Return what a suite works with on this stage."""
        held = contract()
        documents = held.documents.values()
        coverage = Coverage(documents, STATES, TRANSITIONS)
        return Context(
            "steered", RunSettings(in_process(self.begin, documents), held, (), 1, Guard(), coverage, Redactor())
        )

    def begin(self, scenario: str) -> StartedApp:
        """Begin the world anew."""
        assert scenario == WORLD.scenario
        self._ask("POST", "/reset")
        return StartedApp(self._app, self.advance)

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self._ask("POST", "/clock/advance", by=f"{milliseconds // 1000}s")

    def ledger(self) -> Any:
        """Return the balances by user, and the rules of money that are broken."""
        return self._ask("GET", "/ledger")

    def _ask(self, method: str, path: str, **body: Any) -> Any:
        answer = self._carrier.carry(Request(method, CONTROL + path, JSON, orjson.dumps(body) if body else b""))
        assert answer
        assert answer.status == 200, answer.body
        return answer.json


def relay(url: str) -> App:
    """Return an application that passes requests on to a server, over a socket."""
    carrier = HttpTransport()

    async def relayed(scope: Message, receive: Any, send: Any) -> None:
        path, query = scope["raw_path"].decode(), scope["query_string"].decode()
        headers = tuple((name.decode(), value.decode()) for name, value in scope["headers"] if name != b"host")
        body = (await receive())["body"]
        answer = carrier.carry(Request(scope["method"], f"{url}{path}{query and '?'}{query}", headers, body))
        if answer is None:
            return
        named = [(name.encode(), value.encode()) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": named})
        await send({"type": "http.response.body", "body": answer.body})

    return relayed
