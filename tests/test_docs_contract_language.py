"""The page about contract documents: its tables and the schema are current, and its example does what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from click.testing import CliRunner, Result

from mockserver.cli import main
from mockserver.contract import Contract, contract
from mockserver.verify import SUITES
from tests.contract_runs.served import served
from tools.build_contract_docs import OVERLAY, PAGE, page, schema_text

ROOT = Path(__file__).parents[1]
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLE = next(block for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL) if "overlay: 1.0.0" in block)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a file."""
    path = tmp_path_factory.mktemp("overlay") / "known.yaml"
    path.write_text(EXAMPLE)
    return path


@pytest.fixture(scope="module")
def corrected(known: Path) -> Contract:
    """The contract that the example corrects."""
    return contract(overlays=(known,))


def verified(overlay: Path, *options: str, **environment: str) -> Result:
    """Verify with an overlay, in this process."""
    return CliRunner(env=environment).invoke(main, ["verify", "--strict", "--overlay", str(overlay), *options])


def test_the_tables_are_those_of_the_vocabulary() -> None:
    assert page(TEXT) == TEXT


def test_the_schema_of_overlays_is_that_of_the_vocabulary() -> None:
    assert OVERLAY.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize(
    "text", [EXAMPLE, (ROOT / "tests" / "standin" / "vendor.yaml").read_text()], ids=["page", "vendor"]
)
def test_an_overlay_keeps_to_the_schema(text: str) -> None:
    validator = jsonschema_rs.validator_for(json.loads(OVERLAY.read_bytes()))
    assert [error.message for error in validator.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("lifetime:", "lifetmie:"), ("x-unit: dollars", "x-unit: dolars"), ("remove: true", "remve: true")],
)
def test_a_slip_breaks_the_schema(right: str, wrong: str) -> None:
    validator = jsonschema_rs.validator_for(json.loads(OVERLAY.read_bytes()))
    assert validator.is_valid(yaml.safe_load(EXAMPLE))
    assert not validator.is_valid(yaml.safe_load(EXAMPLE.replace(right, wrong)))


def test_the_example_changes_the_rule(corrected: Contract) -> None:
    assert corrected.rules["lifetime"] == "15m"


def test_the_example_changes_the_refusal(corrected: Contract) -> None:
    failures = corrected.documents["v3"].failures
    assert failures is not None
    assert failures.write("REFUND_NOT_ALLOWED").status == 409
    assert 409 in corrected.documents["v3"].by_purpose["refund"].answers


def test_the_example_is_read_by_its_names(corrected: Contract) -> None:
    look = corrected.documents["v3"].by_purpose["look"]
    item = {"orderId": "1", "cost": "0.16", "status": "done"}
    order = look.read_answer(200, {"ok": True, "body": [item]}).facts["order"]
    assert (order["id"], order["price"], order["state"]) == ("1", 16, "completed")


def test_verify_finds_nothing_where_the_example_is_served(known: Path) -> None:
    suites = [f"--suite={suite}" for suite in SUITES if suite != "schema"]  # which the test below runs
    account = {"SMSONLINE_USER_ID": "demo", "SMSONLINE_API_KEY": "demo-key"}
    with served("default", "--overlay", str(known)) as url:
        done = verified(known, "--url", url, *suites, **account)
    assert (done.exit_code, "Nothing found in " in done.stdout) == (0, True), done.stdout


def test_verify_finds_nothing_on_the_mock_that_the_example_changes(known: Path) -> None:
    done = verified(known)
    assert (done.exit_code, "Nothing found in " in done.stdout) == (0, True), done.stdout
