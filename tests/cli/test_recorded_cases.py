"""Small recordings that programs write, each with one oddity: what `drift` and `grade` make of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from mockserver.cli import main
from mockserver.contract import Found, contract
from tests.drift.conftest import DEMO, Service

if TYPE_CHECKING:
    from mockserver.scenario.fixtures import Fixtures

CASES = Path(__file__).parents[1] / "cases"
SOUND = "46 facts confirmed, 0 contradicted, 0 new, in 3 exchanges of 3."
FOREIGN = "46 facts confirmed, 0 contradicted, 0 new, in 3 exchanges of 4."
UNKNOWN = "4 facts confirmed, 0 contradicted, 0 new, in 3 exchanges of 3."
ONE = "24 facts confirmed, 0 contradicted, 0 new, in 1 exchanges of 1."
DAY = "75 facts confirmed, 0 contradicted, 0 new, in 5 exchanges of 5."


def run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(main, [command, "--no-color", *map(str, arguments)])


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("har/sound.har", SOUND),
        ("har/all-on-one-line.har", SOUND),
        ("har/schema-before-log.har", SOUND),
        ("har/base64-in-lines.har", SOUND),
        ("har/base64-that-is-none.har", SOUND),
        ("har/foreign-not-base64.har", FOREIGN),
        ("har/foreign-without-response.har", FOREIGN),
        ("har/no-response.har", FOREIGN),
        ("har/no-status.har", FOREIGN),
        ("har/preflight.har", FOREIGN),
        ("har/bodies-in-files.har", UNKNOWN),
        ("har/bodies-left-out.har", UNKNOWN),
        ("har/utf-16.har", "23 facts confirmed, 0 contradicted, 0 new, in 1 exchanges of 1."),
        ("cassettes/ruby-binary.yml", ONE),
        ("cassettes/go-vcr.yaml", ONE),
        ("cassettes/last-is-broken.yaml", ONE),
        ("jsonl/in-order.jsonl", DAY),
        ("jsonl/out-of-order.jsonl", DAY),
    ],
)
def test_a_sound_recording_shows_no_drift(name: str, verdict: str) -> None:
    result = run("drift", CASES / name)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, verdict), result.output


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("har/no-response.har", "1 requests had no response."),
        ("har/no-status.har", "1 requests had no response."),
        ("har/foreign-without-response.har", "1 request is for another service."),
        ("har/preflight.har", "1 request is a preflight of a browser."),
        ("har/bodies-in-files.har", "4 bodies are not in the recording."),
        ("har/bodies-left-out.har", "3 bodies are not in the recording."),
    ],
)
def test_what_says_nothing_about_the_contract_is_told(name: str, remark: str) -> None:
    assert remark in run("drift", CASES / name).stdout.splitlines()


@pytest.mark.parametrize("name", [path.name for path in sorted(CASES.glob("har/*")) if path.name[:4] != "new-"])
def test_a_recorder_s_oddities_are_not_the_client_s(name: str) -> None:
    assert "Grade A" in run("grade", CASES / "har" / name).output


def test_unknown_bodies_are_told_in_a_grade() -> None:
    assert (
        "bodies-in-files.har: 4 bodies are not in the recording."
        in run("grade", CASES / "har/bodies-in-files.har").output
    )


def test_a_broken_interaction_is_named_and_is_no_cut() -> None:
    output = run("drift", CASES / "cassettes/last-is-broken.yaml").stderr
    assert output.endswith("left out 1 entry that cannot be read: interaction 2: response.status is missing\n")


@pytest.mark.parametrize("command", ["drift", "grade"])
@pytest.mark.parametrize(
    ("started", "problem"),
    [
        (-99_999_999_999_999_999, "the value is less than the minimum of 0"),
        (99_999_999_999_999_999, "the value is greater than the maximum of 253402300799999"),
        (253_402_300_800_000, "the value is greater than the maximum of 253402300799999"),
    ],
)
def test_a_time_that_cannot_be_is_named(tmp_path: Path, command: str, started: int, problem: str) -> None:
    text = (CASES / "jsonl/started-too-early.jsonl").read_text()
    (tmp_path / "a.jsonl").write_text(text.replace("-99999999999999999", str(started)))
    result = run(command, tmp_path / "a.jsonl")
    assert (result.exit_code, f"line 1: started: {problem}" in result.stderr) == (2, True), result.output


def test_a_bad_line_costs_itself_only(tmp_path: Path) -> None:
    lines = (CASES / "jsonl/in-order.jsonl").read_text()
    (tmp_path / "a.jsonl").write_text((CASES / "jsonl/started-too-early.jsonl").read_text() + lines + "{]\n")
    result = run("drift", tmp_path / "a.jsonl")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, DAY), result.output
    assert "left out 2 entries that cannot be read: line 1: started: " in result.stderr
    assert "line 7: this is not JSON" in result.stderr


def test_several_files_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    lines = (CASES / "jsonl/in-order.jsonl").read_text().splitlines(keepends=True)
    for name, some in (("early.jsonl", lines[::2]), ("late.jsonl", lines[1::2])):
        (tmp_path / name).write_text("".join(some))
    result = run("drift", tmp_path / "late.jsonl", tmp_path / "early.jsonl")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, DAY), result.output


def test_a_new_operation_without_a_body_is_proposed_as_that(tmp_path: Path) -> None:
    run("drift", CASES / "har/new-without-body.har", "--propose", tmp_path / "seen.yaml")
    new = contract(overlays=[tmp_path / "seen.yaml"]).documents["v3"].route("DELETE", "/numbers/demo/order/1")
    assert isinstance(new, Found)
    assert new.operation.answers[204].schema is None


def test_a_new_operation_without_a_body_is_served(tmp_path: Path, shipped: Fixtures) -> None:
    text = (CASES / "har/new-without-body.har").read_text()
    (tmp_path / "a.har").write_text(re.sub(r'("DELETE","url":"[^"]*)', r"\1?apiKey=demo-key", text))
    run("drift", tmp_path / "a.har", "--propose", tmp_path / "seen.yaml")
    service = Service(shipped, tmp_path, {}, (tmp_path / "seen.yaml",))
    answer = service.client.delete(f"{service.base}/v3/numbers/{DEMO.user}/order/1?apiKey={DEMO.key}")
    assert (answer.status_code, answer.content) == (204, b"")


def proposed(name: str, tmp_path: Path) -> tuple[Result, str]:
    """Run `drift --propose` on a case, and return what it writes."""
    result = run("drift", CASES / name, "--propose", tmp_path / "proposed.yaml")
    return result, (tmp_path / "proposed.yaml").read_text()


def test_two_fields_in_common_seen_once_are_no_renaming(tmp_path: Path) -> None:
    result, _ = proposed("jsonl/two-fields-in-common.jsonl", tmp_path)
    assert "is called" not in result.stdout
    verified = run("verify", "--suite", "examples", "--overlay", tmp_path / "proposed.yaml")
    assert verified.exit_code == 0, verified.output


def test_the_example_of_a_new_operation_is_an_answer_that_succeeded(tmp_path: Path) -> None:
    _, overlay = proposed("jsonl/refusal-comes-first.jsonl", tmp_path)
    assert "code: 32" not in overlay
    assert "price: '16'" in overlay


def test_a_key_in_an_answer_is_in_no_overlay(tmp_path: Path) -> None:
    _, overlay = proposed("jsonl/key-in-an-answer.jsonl", tmp_path)
    assert [key for key in ("1111", "2222", "3333") if key in overlay] == []


def test_workflow_commands_in_a_recording_are_muted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    lines = run("drift", CASES / "jsonl/workflow-commands.jsonl").stdout.splitlines()
    assert lines[0].startswith("::stop-commands::")
    assert [line for line in lines[1:-1] if line.strip().startswith("::")] == []
