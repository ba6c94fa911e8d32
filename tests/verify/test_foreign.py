"""A document of its own, with names that nobody has seen before, is as good as those that are shipped."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from mockserver.cli.targets import app_factory
from mockserver.contract import contract, document
from mockserver.verify import Plan, in_process, lifecycle, verify

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.contract import Contract
    from mockserver.verify import StartedApp
    from mockserver.verify.target import App, Message

NAMES = {
    "orderId": "ref",
    "phoneNumber": "number",
    "purchasePrice": "cost",
    "expiredAtUTC": "until",
    "orderedAtUTC": "since",
    "sShort": "kind",
    "cShort": "land",
    "errorMessage": "reason",
    "apiKey": "token",
    "maximumPrice": "most",
    "couponCode": "promotion",
}


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contract:
    """The contract with a third document."""
    for path in document.SHIPPED.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    text = (tmp_path / "v3.yaml").read_text().replace("api-x.smsonline.cloud/v3", "lab.example/lab")
    for name, other in NAMES.items():
        text = re.sub(rf"\b{name}\b", other, text)
    (tmp_path / "lab.yaml").write_text(text)
    monkeypatch.setattr(document, "SHIPPED", tmp_path)
    return contract()


@pytest.mark.parametrize("suite", ["equivalence", "lifecycle", "safety"])
@pytest.mark.parametrize("documents", [("v3", "v2", "lab"), ("lab",)])
def test_nothing_is_found_on_the_sound_mock(
    three: Contract, documents: tuple[str, ...], suite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "SESSIONS", 1)
    held = three._replace(documents={name: three.documents[name] for name in documents})
    run = verify(in_process(app_factory({}), held.documents.values()), Plan(held, suites=(suite,)))
    assert ([str(finding) for finding in run.findings], run.interrupted) == ([], "")


def test_what_it_states_differently_is_found(three: Contract) -> None:
    sound = app_factory({})

    def begin(scenario: str) -> StartedApp:
        started = sound(scenario)
        return started._replace(app=richer(started.app))

    run = verify(in_process(begin, three.documents.values()), Plan(three, suites=("equivalence",)))
    assert ("equivalence.account", "lab.getBalance") in {(each.code, each.operation) for each in run.findings}


def richer(app: App) -> App:
    """The mock, whose third document shows a cent more."""

    async def spoilt(scope: Message, receive: object, send: object) -> None:
        if not scope["path"].startswith("/lab") or not scope["path"].endswith("/balance"):
            await app(scope, receive, send)  # type: ignore[arg-type]
            return
        parts: list[Message] = []

        async def keep(message: Message) -> None:
            parts.append(message)

        await app(scope, receive, keep)  # type: ignore[arg-type]
        body = json.loads(parts[1]["body"])
        body["body"]["balance"] += 1
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})  # type: ignore[operator]

    return spoilt
