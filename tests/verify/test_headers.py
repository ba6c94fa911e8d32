"""Headers that an overlay gives: the mock sends them, and verify asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from mockserver.cli.targets import app_factory
from mockserver.contract import contract
from mockserver.traffic import Request, calls
from mockserver.traffic.coverage import Coverage
from mockserver.traffic.redaction import Redactor
from mockserver.verify import in_process
from mockserver.verify.context import Context, RunSettings
from mockserver.verify.guard import Guard
from mockserver.verify.worlds import world

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.findings import Finding
    from mockserver.traffic import Exchange

SEEN = {"level": "observed", "source": "a test"}
PLAN = {"required": True, "x-provenance": SEEN, "schema": {"type": "string", "const": "basic"}}
OVERLAY = {
    "overlay": "1.0.0",
    "info": {"title": "Headers", "version": "1"},
    "extends": "v3.yaml",
    "actions": [
        {
            "target": "$.paths['/customers/{userId}/balance'].get.responses['200']",
            "update": {"headers": {"X-Plan": PLAN}},
        },
        {
            "target": "$['x-failures'].reasons.UNAUTHORIZED",
            "update": {"headers": {"WWW-Authenticate": "Bearer"}, "x-provenance": {"level": "assumed"}},
        },
    ],
}


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("headers") / "headers.json"
    path.write_bytes(orjson.dumps(OVERLAY))
    return path


def sent(overlay: Path, served: tuple[Path, ...], key: str = "") -> tuple[Exchange, list[Finding]]:
    """The exchange of one request to the mock, which is served with these overlays, and what is found in it."""
    held = contract(overlays=(overlay,))
    documents = held.documents.values()
    coverage = Coverage(documents, calls.STATES, calls.TRANSITIONS)
    target = in_process(app_factory({}, served), documents)
    context = Context("test", RunSettings(target, held, (), 1, Guard(), coverage, Redactor([]), pause=0))
    desk = world("desk")
    context.begin(desk.scenario, desk.accounts)
    operation = held.documents["v3"].by_purpose["balance"]
    user = desk.account("demo")
    url = f"{context.base('v3')}/customers/{user.user}/balance?apiKey={key or user.key}"
    return context.send(Request("GET", url), operation), list(context.result(0).findings)


@pytest.mark.parametrize("key", ["", "wrong"])
def test_the_mock_sends_the_headers_of_its_contract(overlay: Path, key: str) -> None:
    assert sent(overlay, (overlay,), key)[1] == []


@pytest.mark.parametrize(
    ("key", "message", "provenance"),
    [
        ("", "headers.X-Plan is required", "observed"),
        ("wrong", "headers.WWW-Authenticate is required", "assumed"),
    ],
)
def test_a_missing_header_is_a_finding_with_its_provenance(
    overlay: Path, key: str, message: str, provenance: str
) -> None:
    [finding] = sent(overlay, (), key)[1]
    assert (finding.code, finding.message, finding.provenance) == ("answer.header", message, provenance)


def test_a_response_without_a_header_is_read(overlay: Path) -> None:
    assert sent(overlay, ())[0].notes == {}
