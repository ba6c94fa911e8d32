"""The report of all tests."""

from __future__ import annotations

import json
import sys
from textwrap import dedent

import pytest

from tests.conftest import operations
from tests.plugin.runs import COUNTED, PLUGIN, WORKERS, run

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("workers", [(), WORKERS], ids=["one", "two"])
def test_a_report_is_of_all_processes(suite: pytest.Pytester, workers: tuple[str, ...]) -> None:
    result = run(suite, COUNTED, "--smsonline-report", "out", *workers)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(
        [
            f"5 tests, 5 calls, 1 of {operations('v3')} operations covered, 1 warning, would have cost $0.64",
            "The report is in *out",
        ]
    )
    written = json.loads((suite.path / "out" / "pytest.json").read_text())
    assert (written["tool"]["command"], len(written["suites"]), written["statement"]["spent"]) == ("pytest", 5, 64)


def test_behaviour_is_reported_and_fails_no_test(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline(clock="manual")
    @pytest.mark.parametrize("n", range(2))
    def test_it(smsonline, n):
        order(smsonline)
        smsonline.clock.advance("30m")
        httpx.get(f"{smsonline.base_url}/customers/{smsonline.user_id}/balance", params={"apiKey": smsonline.api_key})
    """
    result = run(suite, dedent(tests), "--smsonline-report", "out")
    result.assert_outcomes(passed=2)
    [finding] = json.loads((suite.path / "out" / "pytest.json").read_text())["findings"]
    assert finding["code"] == "client.abandons-order"
    assert finding["curl"] == "pytest 'test_it.py::test_it[0]' --smsonline-scenario default --smsonline-seed 1"
    assert finding["message"].endswith("In 2 tests: test_it.py::test_it[0], test_it.py::test_it[1].")


@pytest.mark.parametrize("missing", ["jinja2", "junitparser"])
def test_a_report_wants_its_libraries_before_the_run(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    result = run(suite, "def test_it(smsonline): pass", "--smsonline-report", "out")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--smsonline-report needs {missing}: pip install 'smsonline-mock[[]pytest[]]'"])


def test_a_report_that_cannot_be_written_fails_the_run(suite: pytest.Pytester) -> None:
    suite.path.joinpath("out").write_text("in the way")
    result = run(suite, "def test_it(smsonline): pass", "--smsonline-report", "out")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["Exit: the report of --smsonline-report cannot be written: *File exists*"])


def test_without_being_asked_nothing_is_reported(suite: pytest.Pytester) -> None:
    run(suite, "def test_it(smsonline): pass").stdout.no_fnmatch_line("*operations covered*")


def test_without_being_asked_nothing_is_judged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = """
    import sys
    def test_a(smsonline): pass
    def test_b(): assert not {"mockserver.judge", "mockserver.findings", "mockserver.reports"} & set(sys.modules)
    """
    pytester.makepyfile(dedent(tests))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=2)
