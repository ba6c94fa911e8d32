"""`smsonline-mock drift`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner, Result

from mockserver.cli import main
from mockserver.drift.console import CODES
from mockserver.findings import codes
from tests.drift.conftest import DEMO, Service, day

if TYPE_CHECKING:
    from mockserver.scenario.fixtures import Fixtures

RECORDED = Path(__file__).parents[1] / "traffic/recorded"
UNKNOWN_FIELD: dict[str, Any] = {
    "started": 1_750_000_000_000,
    "duration": 1,
    "request": {"method": "GET", "url": "http://service.test/v3/numbers/demo/countries?apiKey=planted-key-0123"},
    "answer": {
        "status": 200,
        "headers": [["content-type", "application/json"]],
        "body": '{"ok":true,"body":[{"cShort":"1","country":"A","carriers":["any"],"note":"planted-key-0123"}]}',
    },
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["drift", *map(str, arguments)])


@pytest.fixture
def drifting(tmp_path: Path) -> Path:
    """A recording with one field that the contract does not know; it holds a key twice."""
    (tmp_path / "drifting.jsonl").write_text(json.dumps(UNKNOWN_FIELD) + "\n")
    return tmp_path / "drifting.jsonl"


@pytest.mark.parametrize("name", ["mitmproxy.har", "chromium.har", "firefox.har", "vcrpy.yaml", "vcrpy.json"])
def test_traffic_that_agrees_ends_with_0(name: str) -> None:
    result = run(RECORDED / name)
    assert (result.exit_code, "0 contradicted, 0 new" in result.stdout) == (0, True), result.output


def test_drift_ends_with_1_and_is_told(drifting: Path) -> None:
    result = run(drifting)
    assert result.exit_code == 1
    assert "0 contradicted, 1 new, in 1 exchanges of 1" in result.stdout


def test_quiet_tells_the_verdict_only(drifting: Path) -> None:
    assert len(run(drifting, "-q").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ('{"log": {"entries": [{}]}}', "entry 1: request is missing: it must be an object"),
        ('{"log": {"entries": []}}', "no exchange matches an operation"),
    ],
)
def test_what_cannot_be_compared_ends_with_2(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "bad.har").write_text(content)
    result = run(tmp_path / "bad.har")
    assert (result.exit_code, message in result.stderr) == (2, True), result.output


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--reading", "expire=kept"], "did you mean expiry?"),
        (["--overlay", "none.yaml"], "none.yaml: cannot be read"),
        (["--report", "htlm"], "did you mean html?"),
        (["--propose", "/none/of/it.yaml"], "cannot be written"),
    ],
    ids=["reading", "overlay", "report", "propose"],
)
def test_a_wrong_option_ends_with_2(drifting: Path, option: list[str], message: str) -> None:
    result = run(drifting, *option)
    assert (result.exit_code, message in result.stderr) == (2, True), result.output


def test_a_file_that_was_cut_off_is_used_as_far_as_it_goes(drifting: Path) -> None:
    drifting.write_text(drifting.read_text() + '{"started": 1, "requ')
    result = run(drifting)
    assert "line 2: the file ends within this line; it was cut off; the exchanges before it are used" in result.stderr
    assert "1 new" in result.stdout


def test_no_key_is_in_any_file(drifting: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(
        drifting, "--report", "json,junit,sarif,har,html", "--report-dir", out, "--propose", tmp_path / "o.yaml"
    )
    written = [*out.iterdir(), tmp_path / "o.yaml"]
    assert len(written) == 6
    assert [path.name for path in written if b"planted" in path.read_bytes()] == []
    assert "planted" not in result.output


def test_a_report_has_what_was_found(drifting: Path, tmp_path: Path) -> None:
    run(drifting, "--report", "json", "--report-dir", tmp_path)
    (found,) = json.loads((tmp_path / "drift.json").read_text())["findings"]
    assert (found["code"], found["operation"]) == ("drift.new", "v3.getCountries")


def test_without_the_extra_the_command_says_what_to_install(drifting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mockserver.traffic.archive", raising=False)
    monkeypatch.setitem(sys.modules, "ijson", None)
    result = run(drifting)
    assert (result.exit_code, "pip install 'smsonline-mock[contracts]' (ijson is missing)" in result.stderr) == (
        2,
        True,
    )


def test_every_difference_has_a_code_that_is_explained() -> None:
    assert set(CODES.values()) <= set(codes())


def test_what_is_proposed_takes_the_drift_away(drifting: Path, tmp_path: Path) -> None:
    assert run(drifting, "--propose", tmp_path / "o.yaml").exit_code == 1
    assert run(drifting, "--overlay", tmp_path / "o.yaml").exit_code == 0


def test_a_day_of_a_service_with_readings_of_its_own(shipped: Fixtures, tmp_path: Path) -> None:
    chosen: dict[str, object] = {"failures": "status", "expiry": "refunded", "discount": "shown"}
    service = Service(shipped, tmp_path, chosen, ())
    day(service)
    assert run(service.recorded(), "--propose", tmp_path / "o.yaml").exit_code == 1
    assert yaml.safe_load((tmp_path / "o.yaml").read_text())["x-readings"] == chosen
    assert run(service.recorded(), *(f"--reading={name}={value}" for name, value in chosen.items())).exit_code == 0
    assert DEMO.key not in service.recorded().read_text()


def test_a_name_in_an_answer_is_no_workflow_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.dumps(UNKNOWN_FIELD).replace("note", "n\\\\n::error::hi")
    (tmp_path / "hostile.jsonl").write_text(told)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    first, *_, last = run(tmp_path / "hostile.jsonl").stdout.splitlines()
    assert last == f"::{first.removeprefix('::stop-commands::')}::"


def test_no_secret_of_another_exchange_is_proposed(tmp_path: Path) -> None:
    """The key of the same request, that of a later one, and a secret that only an answer names."""
    told = '{"ok":true,"body":{"echo":"key-of-ann-1111","api_secret":"secret-of-ann-3333","other":"key-of-bob-2222"}}'
    new = "http://service.test/v3/numbers/ann/session?token=key-of-ann-1111"
    bob = "http://service.test/v3/numbers/bob/countries?apiKey=key-of-bob-2222"
    answer = UNKNOWN_FIELD["answer"]
    lines = [
        UNKNOWN_FIELD | {"request": {"method": "GET", "url": new}, "answer": answer | {"body": told}},
        UNKNOWN_FIELD | {"request": {"method": "GET", "url": bob}},
        UNKNOWN_FIELD,
    ]
    recording = tmp_path / "secrets.jsonl"
    recording.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = run(recording, "--propose", tmp_path / "seen.yaml", "--report", "json", "--report-dir", tmp_path)
    written = [path.read_text() for path in tmp_path.iterdir() if path != recording]
    assert not [text for text in (result.output, *written) for key in ("1111", "2222", "3333") if key in text]


def test_the_schema_of_a_secret_is_proposed(tmp_path: Path) -> None:
    """Its name stands in the schema, too. What form the hidden value has is unknown."""
    body = '{"ok":true,"body":[{"cShort":"1","country":"A","carriers":["any"],"api_secret":"planted-3333"}]}'
    recording = tmp_path / "secret.jsonl"
    recording.write_text(json.dumps(UNKNOWN_FIELD | {"answer": UNKNOWN_FIELD["answer"] | {"body": body}}) + "\n")
    run(recording, "--propose", tmp_path / "seen.yaml")
    proposed = (tmp_path / "seen.yaml").read_text()
    assert re.search(r"api_secret:\n +type: string\n +x-made-up: true\n", proposed)
