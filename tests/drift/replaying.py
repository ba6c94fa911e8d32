"""A service that plays a scenario, a recording of what a client did there, and the replay of such a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import httpx
import orjson

from mockserver.api.api import ServedContracts
from mockserver.contract.overlays import effective
from mockserver.control.world_factory import WorldFactory
from mockserver.scenario.load import load
from mockserver.simulation.worlds import Worlds
from mockserver.traffic import jsonl
from mockserver.traffic.calls import Call, calls
from mockserver.traffic.exchange import Answer, Exchange, Request
from mockserver.traffic.recordings import read
from mockserver.traffic.redaction import REDACTED
from mockserver.web.app import create_app
from tests.conftest import START, InProcess

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures

BASE = "http://service.test"

LONGEST_CODE = 4
"""The most characters of a code of a country or a service, which stays as it is."""

REPLACED = frozenset(
    (
        *(
            "phone",
            "ordered_at",
            "expires_at",
            "received_at",
            "created_at",
            "issued_at",
            "text",
            "code_of_sms",
            "m",
            "n",
        ),
        *("session", "page", "url", "address", "units", "payment_id", "stripe_id", "cryptomus_id", "referral"),
        *("vip_telegram", "tiers", "popularity"),
    )
)
"""The facts that a scenario of a recording replaces or leaves out."""


class Stage:
    """The mock with a scenario and overlays; its clock is moved by hand if it stands still."""

    def __init__(self, shipped: Fixtures, scenario: str, overlays: tuple[Path, ...] = ()) -> None:
        services = ServedContracts(overlays)
        worlds = Worlds()
        factory = WorldFactory(worlds, shipped, lambda: START, services)
        self.scenario = load(scenario, shipped.catalogue)
        self.slot = factory.begin(self.scenario, None)
        self.keys = {
            account["userId"]: account.get("key") or account["keys"][0] for account in self.scenario.data["accounts"]
        }
        self.readings = effective(self.scenario.data.get("readings", {}), overlays)
        self.served = services(self.readings)
        self.documents = self.served.documents
        app = create_app(self.served, worlds, (), world_factory=factory, services=services)
        self.client = httpx.Client(transport=InProcess(app), base_url=BASE)

    def call(self, document: str, name: str, user: str, **values: Any) -> dict[str, Any]:
        """Call an operation for a purpose, with arguments by the vocabulary; answers the facts it tells."""
        operation = self.documents[document].by_purpose[name]
        path, query, body, _ = operation.arguments(name, values, user, self.keys[user])
        filled = operation.path.format(**{part: quote(str(value), safe="") for part, value in path.items()})
        content = None if operation.body is None else body
        try:
            answer = self.client.request(
                operation.method, f"{self.documents[document].prefix}{filled}", params=query, json=content
            )
            return operation.read_answer(answer.status_code, answer.json()).facts
        except (ConnectionError, httpx.TransportError, ValueError):
            return {}

    def advance(self, seconds: float) -> None:
        self.slot.world.clock.advance(int(seconds * 1000))

    def recorded(self, path: Path) -> Path:
        """The recording of all that was called so far: the journal as JSON Lines."""
        answer = self.client.get(f"/__mock__/worlds/{self.slot.id}/journal/lines")
        assert answer.status_code == 200, answer.text
        path.write_bytes(answer.content)
        return path


def replayed(recording: Path, send: Any, keys: Mapping[str, str], users: Iterable[str]) -> Iterator[Exchange]:
    """Send the requests of a recording again, in order: with these keys, and with the ids that came instead."""
    remembered: dict[str, str] = {}
    for exchange, user in zip(read(recording), users, strict=True):
        request = _again(exchange.request, keys.get(user, "nobody's-key"), remembered)
        answer = send(request)
        if exchange.answer and answer:
            _remember(exchange.answer.json, answer.json, remembered)
        yield exchange._replace(request=request, answer=answer)


def through(client: httpx.Client) -> Any:
    """Returns a function that sends a request by a client, and answers None if the answer is lost."""

    def send(request: Request) -> Answer | None:
        try:
            answer = client.request(
                request.method, request.url, content=request.body, headers=[*request.headers], timeout=10
            )
        except (ConnectionError, httpx.TransportError):
            return None
        return Answer(answer.status_code, tuple(answer.headers.items()), answer.content)

    return send


def _again(request: Request, key: str, remembered: Mapping[str, str]) -> Request:
    parts = urlsplit(request.url)

    def now(text: Any) -> Any:
        return key if text == REDACTED else remembered.get(text, text) if isinstance(text, str) else text

    path = "/".join(quote(now(unquote(part)), safe="") for part in parts.path.split("/"))
    query = urlencode([(name, now(value)) for name, value in parse_qsl(parts.query, keep_blank_values=True)])
    body = request.body
    if isinstance(request.json, dict):
        body = orjson.dumps({name: now(value) for name, value in request.json.items()})
    content_type = [(name, value) for name, value in request.headers if name.lower() == "content-type"]
    return Request(request.method, f"{path}?{query}" if query else path, tuple(content_type), body)


def _remember(before: Any, now: Any, remembered: dict[str, str]) -> None:
    if isinstance(before, dict) and isinstance(now, dict):
        for name in before.keys() & now.keys():
            _remember(before[name], now[name], remembered)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for old, new in zip(before, now, strict=True):
            _remember(old, new, remembered)
    elif isinstance(before, str) and isinstance(now, str) and before != now and len(before) > LONGEST_CODE:
        remembered[before] = now


def told(stage: Stage, exchanges: Iterable[Exchange]) -> list[Call]:
    """The calls among exchanges, read under the contract of a stage."""
    return [*calls(stage.documents.values(), exchanges)]


def facts(call: Call) -> tuple[Any, ...]:
    """What a call tells that a scenario must repeat."""
    return call.purpose, call.outcome, call.status, call.refusal, call.code, call.retry_after, _kept(call.facts, call)


def _kept(value: Any, call: Call, name: str = "") -> Any:
    if isinstance(value, dict):
        kept = {
            part: _kept(each, call, part)
            for part, each in value.items()
            if part not in REPLACED and not (name in ("payment", "payments") and part == "id")
        }
        if name in ("latest", "messages"):
            kept["code"] = value.get("code") is not None
        if call.purpose in ("popular", "country_stats"):
            kept.pop("orders", None) if name == "offers" else None
        return kept
    if isinstance(value, list):
        items = [_kept(each, call, name) for each in value]
        return items if name == "messages" else sorted(items, key=repr)
    return round(value, 6) if isinstance(value, float) else value


def lines(exchanges: Iterable[Exchange], path: Path) -> Path:
    path.write_bytes(b"".join(jsonl.write(exchanges)))
    return path
