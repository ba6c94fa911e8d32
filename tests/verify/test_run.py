from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import orjson
import pytest

from mockserver.cli.targets import app_factory
from mockserver.contract import contract
from mockserver.contract import readings as known
from mockserver.findings import ExitCode, Severity
from mockserver.verify import SUITES, Plan, Target, in_process, lifecycle, verify
from mockserver.verify.lifecycle import Workflow
from mockserver.verify.worlds import MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mockserver.contract import Contract, Document
    from mockserver.findings import Run
    from mockserver.verify import StartedApp
    from mockserver.verify.session import Session
    from mockserver.verify.target import App, Message

QUICK = ("examples", "equivalence", "safety")
OTHERS = {name: [*reading.values][1:] for name, reading in known().items()}
"""The choices of every reading but the default."""


@pytest.fixture(scope="module")
def sound(mock_target: Target, held: Contract) -> Callable[[str], Run]:
    """Runs a suite on the sound mock, once for all tests."""
    return cache(lambda suite: verify(mock_target, Plan(held, suites=(suite,))))


@pytest.mark.parametrize("suite", SUITES)
def test_nothing_is_found_on_the_sound_mock(sound: Callable[[str], Run], suite: str) -> None:
    run = sound(suite)
    assert [str(finding) for finding in run.findings] == []
    assert run.suites[0].cases > 0


def found_under(readings: dict[str, object], *suites: str) -> list[str]:
    """What suites find on the sound mock that has readings."""
    held = contract(readings)
    target = in_process(app_factory(readings), held.documents.values())
    return [str(finding) for finding in verify(target, Plan(held, suites=suites)).findings]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in OTHERS.items() for value in values])
def test_a_life_under_a_reading_breaks_no_rule(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "SESSIONS", 5)
    assert found_under({name: value}, "lifecycle") == []


def test_nothing_is_found_on_the_sound_mock_under_all_readings_but_the_defaults() -> None:
    assert found_under({name: values[0] for name, values in OTHERS.items()}, *QUICK) == []


def _wallet_before_invoice(session: Session, via: str) -> None:
    ann = session.person("ann")
    session.pay(ann, via, "wallet", 500)
    session.pay(ann, via, "invoice", 500)
    session.wait(MINUTE)
    session.agree(ann)


def test_nothing_is_found_on_the_sound_mock_that_lists_wallets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "WORKFLOWS", [Workflow(_wallet_before_invoice, ("wallet", "invoice"))])
    monkeypatch.setattr(lifecycle, "SESSIONS", 1)
    path = tmp_path / "listed.yaml"
    overlay = {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "extends": "v3.yaml", "actions": []}
    path.write_bytes(orjson.dumps({**overlay, "x-rules": {"wallets": "listed"}}))
    held = contract(overlays=(path,))
    target = in_process(app_factory({}, (path,)), held.documents.values())
    found = verify(target, Plan(held, suites=("lifecycle",))).findings
    assert [str(finding) for finding in found] == []


def spoilt(documents: Mapping[str, Document], path: str, body: bytes) -> Target:
    """The mock, whose answers at a path are these bytes."""
    begin = app_factory({})

    def spoil(app: App) -> App:
        async def spoilt(scope: Message, receive: object, send: object) -> None:
            if not scope["path"].endswith(path):
                await app(scope, receive, send)  # type: ignore[arg-type]
                return
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
            await send({"type": "http.response.body", "body": body})  # type: ignore[operator]

        return spoilt

    def anew(scenario: str) -> StartedApp:
        started = begin(scenario)
        return started._replace(app=spoil(started.app))

    return in_process(anew, documents.values())


def test_the_same_seed_finds_the_same(held: Contract, plan: Plan) -> None:
    target = spoilt(held.documents, "/getBalance", b'{"error":false,"body":7}')
    only = plan._replace(contract=held._replace(documents={"v2": held.documents["v2"]}), suites=("lifecycle", "schema"))
    once, again = (verify(target._replace(bases={"v2": target.bases["v2"]}), only) for _ in range(2))
    assert [f.fingerprint for f in once.findings] == [f.fingerprint for f in again.findings]
    assert [f.curl for f in once.findings] == [f.curl for f in again.findings]
    assert once.cases == again.cases


def test_a_finding_points_to_the_line_of_the_contract(documents: Mapping[str, Document], plan: Plan) -> None:
    target = spoilt(documents, "/coupons", b'{"ok":true,"body":7}')
    run = verify(target, plan._replace(suites=("examples",)))
    found = next(finding for finding in run.findings if finding.code == "answer.body")
    line = documents["v3"].path.read_text().splitlines()[found.place.line - 1 if found.place else 0]
    assert (found.operation, found.level, line.strip()) == ("v3.getCoupons", Severity.ERROR, "type: object")


def test_what_several_suites_find_is_told_once(documents: Mapping[str, Document], plan: Plan) -> None:
    run = verify(spoilt(documents, "/balance", b"no JSON"), plan._replace(suites=QUICK))
    fingerprints = [finding.fingerprint for finding in run.findings]
    assert len(fingerprints) == len(set(fingerprints)) > 0


def test_what_the_baseline_accepts_is_no_finding(documents: Mapping[str, Document], plan: Plan) -> None:
    target = spoilt(documents, "/coupons", b'{"ok":true,"body":7}')
    first = verify(target, plan._replace(suites=("examples",)))
    known = {finding.fingerprint: "" for finding in first.findings} | {"0" * 16: ""}
    second = verify(target, plan._replace(suites=("examples",), baseline=known))
    assert second.exit_code() is ExitCode.CLEAN
    assert [finding.fingerprint for finding in second.accepted] == [finding.fingerprint for finding in first.findings]
    assert second.stale == ("0" * 16,)


def test_a_run_in_process_has_no_statement_of_money(sound: Callable[[str], Run]) -> None:
    assert sound("examples").statement is None


def test_every_operation_state_and_transition_is_met(sound: Callable[[str], Run]) -> None:
    ratios = sound("lifecycle").coverage.ratios()
    assert [ratios[name].share for name in ("operations", "states", "transitions")] == [1, 1, 1]
