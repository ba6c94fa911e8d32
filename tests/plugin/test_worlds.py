"""The world of a test: as markers, options and the ini file say; and nothing is loaded without need."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

from tests.plugin.runs import PLUGIN, SHOWING, run

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("module", ["mockserver.pytest_plugin", "mockserver.testing"])
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    heavy = ("starlette", "uvicorn", "yaml", "hypothesis", "schemathesis", "faker", "jsonschema_rs", "contracts")
    program = (
        f"import sys, pytest; before = set(sys.modules); import {module};"
        f"print([name for name in {heavy} if name in sys.modules and name not in before])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout == "[]\n"


def test_a_run_without_the_fixture_loads_nothing_heavy(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("import sys\ndef test_it(): assert not {'starlette', 'yaml', 'contracts'} & set(sys.modules)")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=1)


def test_each_test_has_a_world_of_its_own(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.parametrize("n", range(3))
    def test_order(smsonline, n):
        assert order(smsonline).status_code == 200
        assert len(smsonline.orders) == 1
    """
    run(suite, dedent(tests)).assert_outcomes(passed=3)


def test_a_marker_says_what_the_world_is_like(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline(
        scenario="late-sms", seed=7, clock="manual", readings={"expiry": "refunded"}, strict=False,
        faults=[{"then": {"status": 503}}],
    )
    def test_order(smsonline):
        assert (smsonline.scenario, smsonline.seed, smsonline.clock.now) == ("late-sms", 7, smsonline.clock.now)
        assert (order(smsonline).status_code, len(smsonline.faults)) == (503, 1)
    """
    run(suite, dedent(tests)).assert_outcomes(passed=1)


def test_a_nearer_marker_wins(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline(scenario="late-sms", seed=7)
    class TestLate:
        @pytest.mark.smsonline(seed=8)
        def test_order(self, smsonline):
            assert (smsonline.scenario, smsonline.seed) == ("late-sms", 8)
    """
    run(suite, dedent(tests)).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ((), "('no-sms', 5)"),
        (("--smsonline-scenario", "late-sms"), "('late-sms', 5)"),
        (("--smsonline-seed", "6"), "('no-sms', 6)"),
    ],
)
def test_an_option_comes_before_the_ini_file(suite: pytest.Pytester, options: tuple[str, ...], shown: str) -> None:
    suite.makeini("[pytest]\nsmsonline_scenario = no-sms\nsmsonline_seed = 5\n")
    run(suite, SHOWING, *options).stdout.fnmatch_lines([f"*AssertionError: {shown}*"])


def test_a_marker_comes_before_an_option(suite: pytest.Pytester) -> None:
    marked = f'@pytest.mark.smsonline(scenario="instant")\n{SHOWING}'
    run(suite, marked, "--smsonline-scenario", "late-sms").stdout.fnmatch_lines(["*AssertionError: ('instant', *"])


def test_a_scenario_file_is_named_as_seen_from_the_test(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline(scenario="poor.yaml")
    def test_it(smsonline):
        assert smsonline.balance == 3
    """
    suite.path.joinpath("poor.yaml").write_text(
        "description: Poor.\naccounts: [{userId: a, key: my-key, balance: 3}]\n"
    )
    run(suite, dedent(tests)).assert_outcomes(passed=1)


def test_wrong_markers_are_errors_of_their_tests(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline(sceanrio="x")
    def test_a(smsonline): pass

    @pytest.mark.smsonline("late-sms")
    def test_b(smsonline): pass

    @pytest.mark.smsonline(seed="7")
    def test_c(smsonline): pass

    def test_d(smsonline): pass

    @pytest.mark.smsonline(seed=7)
    def test_e(): pass

    @pytest.mark.smsonline(seed=7)
    class TestSome:
        def test_f(self): pass
    """
    result = run(suite, dedent(tests))
    result.assert_outcomes(passed=2, errors=4)
    lines = [
        "*ERROR at setup of test_a*",
        "@pytest.mark.smsonline: there is no argument sceanrio, did you mean scenario?",
        "*ERROR at setup of test_b*",
        "@pytest.mark.smsonline: pass its arguments by name",
        "*ERROR at setup of test_c*",
        "@pytest.mark.smsonline: seed must be a whole number, not '7'",
        "*ERROR at setup of test_e*",
        "its markers require the fixture smsonline: add it to the test's arguments",
    ]
    result.stdout.fnmatch_lines(lines, consecutive=True)


def test_worlds_that_cannot_be_are_told_without_a_traceback(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline(scenario="late-smss")
    def test_a(smsonline): pass

    @pytest.mark.smsonline(scenario="nothing.yaml")
    def test_b(smsonline): pass

    @pytest.mark.smsonline(faults=[{}])
    def test_c(smsonline): pass
    """
    result = run(suite, dedent(tests))
    result.assert_outcomes(errors=3)
    lines = ["*did you mean late-sms?*", "*nothing.yaml: cannot be read: No such file*", "addFault: *then*"]
    result.stdout.fnmatch_lines(lines)
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*another exception occurred*")


def test_a_seed_that_is_no_number_is_refused(suite: pytest.Pytester) -> None:
    result = run(suite, SHOWING, "--smsonline-seed", "x")
    result.stderr.fnmatch_lines(["ERROR: smsonline seed must be a whole number, not 'x'"])


def test_an_unknown_setting_in_the_environment_is_a_usage_error(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSONLINE_MOCK_PRT", "1")
    result = run(suite, "def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no setting SMSONLINE_MOCK_PRT, did you mean SMSONLINE_MOCK_PORT[?]"])


def test_settings_of_the_environment_are_known(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSONLINE_MOCK_PORT", "1")
    run(suite, "def test_it(): pass").assert_outcomes(passed=1)


def test_markers_and_fixtures_are_listed(suite: pytest.Pytester) -> None:
    run(suite, "", "--markers").stdout.fnmatch_lines(["@pytest.mark.smsonline(*", "@pytest.mark.smsonline_scenarios(*"])
    run(suite, "", "--fixtures").stdout.fnmatch_lines(["smsonline_server*", "smsonline *"])


OVERLAY = """\
overlay: 1.0.0
info: {title: What we saw, version: '1'}
x-readings: {failures: status}
actions: [{target: $.info, update: {summary: As we saw it}}]
"""


@pytest.mark.parametrize("ini", [False, True], ids=["option", "ini"])
def test_an_overlay_corrects_the_contract_of_the_mock(suite: pytest.Pytester, ini: bool) -> None:
    suite.path.joinpath("seen.yaml").write_text(OVERLAY)
    tests = """
    import httpx
    def test_it(smsonline):
        url = f"{smsonline.base_url}/numbers/{smsonline.user_id}/order/99"
        assert httpx.get(url, params={"apiKey": smsonline.api_key}).status_code == 404
    """
    if ini:
        suite.makeini("[pytest]\nsmsonline_overlay = seen.yaml\n")
    run(suite, dedent(tests), *(() if ini else ("--smsonline-overlay", "seen.yaml"))).assert_outcomes(passed=1)
