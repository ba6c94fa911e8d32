from __future__ import annotations

import json
import socket
import subprocess
import sys
from importlib.util import find_spec
from subprocess import PIPE, Popen
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

# pytester forgets what a run has imported: what is imported here is not imported again for each of them.
import mockserver.pytest_plugin
import mockserver.serving.background
import mockserver.serving.setup
import mockserver.testing.aggregation
import mockserver.testing.asgi_bridge
import mockserver.testing.failure_report
import mockserver.testing.judgement
import mockserver.web.control  # noqa: F401
from tests.conftest import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "mockserver.pytest_plugin", "-p", "no:cacheprovider")

CLIENT = """
from functools import partial
import httpx
import pytest

def order(world, put=partial(httpx.put, verify=False), **changes):
    body = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}
    body |= {"apiKey": world.api_key, **changes}
    return put(f"{world.base_url}/numbers/{world.user_id}/order", json=body)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a client to import; pytest runs there with the plugin, and no others: they take seconds to load."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(client=CLIENT)
    pytester.syspathinsert()
    return pytester


def run(suite: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    suite.makepyfile(test_it=f"from client import *\n\n{tests}")
    return suite.runpytest_inprocess(*PLUGIN, "-W", "default", *options)


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


SHOWING = "def test_it(smsonline): assert False, (smsonline.scenario, smsonline.seed)"


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


def test_wrong_markers_are_errors_of_the_collection(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline(sceanrio="x")
    def test_a(smsonline): pass

    @pytest.mark.smsonline("late-sms")
    def test_b(smsonline): pass

    @pytest.mark.smsonline(seed="7")
    def test_c(smsonline): pass
    """
    result = run(suite, dedent(tests))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    lines = [
        "ERROR: test_it.py::test_a: @pytest.mark.smsonline: there is no argument sceanrio, did you mean scenario?",
        "test_it.py::test_b: @pytest.mark.smsonline: pass its arguments by name",
        "test_it.py::test_c: @pytest.mark.smsonline: seed must be a whole number, not '7'",
    ]
    result.stderr.fnmatch_lines(lines, consecutive=True)


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


def test_a_seed_that_is_no_number_is_refused(suite: pytest.Pytester) -> None:
    result = run(suite, SHOWING, "--smsonline-seed", "x")
    result.stderr.fnmatch_lines(["ERROR: smsonline seed must be a whole number, not 'x'"])


BREAKING = """
def test_it(smsonline):
    order(smsonline, maximumPrice="0.2")
"""


def test_a_client_that_breaks_the_contract_fails_at_teardown(suite: pytest.Pytester) -> None:
    result = run(suite, BREAKING)
    result.assert_outcomes(passed=1, errors=1)
    lines = ["the client broke the contract:", "  #1 v3.orderNumber: body.maximumPrice must match *", "rerun: pytest *"]
    result.stdout.fnmatch_lines(lines)


def test_a_client_may_be_allowed_to(suite: pytest.Pytester) -> None:
    run(suite, f"@pytest.mark.smsonline(allow_violations=True)\n{BREAKING.strip()}").assert_outcomes(passed=1)


def test_a_test_that_failed_fails_once(suite: pytest.Pytester) -> None:
    result = run(suite, BREAKING + "    assert False\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*- smsonline -*", "error: #1 v3.orderNumber: *", "rerun: pytest test_it.py::test_it *"]
    )


def test_a_test_that_is_expected_to_fail_may_fail_so(suite: pytest.Pytester) -> None:
    run(suite, f"@pytest.mark.xfail\n{BREAKING.strip()}\n    assert False\n").assert_outcomes(xfailed=1)


def test_unknown_names_are_warnings(suite: pytest.Pytester) -> None:
    result = run(suite, "def test_it(smsonline): order(smsonline, colour='red')")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*ContractWarning: #1 v3.orderNumber: body.colour is not known*"])


def test_a_failed_test_shows_no_key(suite: pytest.Pytester) -> None:
    tests = """
    def test_it(smsonline):
        key = smsonline.api_key
        order(smsonline)
        open("key", "w").write(key)
        del key
        assert False
    """
    result = run(suite, dedent(tests))
    result.stdout.fnmatch_lines(["*(v3.orderNumber) 200*", "*[[]redacted[]]*"])
    assert suite.path.joinpath("key").read_text() not in result.stdout.str()


def test_scenarios_are_one_line(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline_scenarios("late-sms", "out-of-stock")
    def test_it(smsonline, request):
        assert smsonline.scenario in request.node.name
    """
    result = run(suite, dedent(tests), "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*::test_it[[]late-sms[]] PASSED*", "*::test_it[[]out-of-stock[]] PASSED*"])


def test_readings_are_one_line(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline(readings={"discount": "shown"})
    @pytest.mark.smsonline_readings("expiry")
    def test_it(smsonline):
        assert order(smsonline).status_code == 200
    """
    result = run(suite, dedent(tests), "-v")
    result.stdout.fnmatch_lines(["*::test_it[[]expiry=kept[]] PASSED*", "*::test_it[[]expiry=refunded[]] PASSED*"])


def test_scenarios_and_readings_are_multiplied(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.smsonline_scenarios("late-sms", "no-sms")
    @pytest.mark.smsonline_readings("expiry")
    @pytest.mark.parametrize("n", range(2))
    def test_it(smsonline, n):
        assert smsonline.scenario in ("late-sms", "no-sms")
    """
    run(suite, dedent(tests)).assert_outcomes(passed=8)


def test_scenarios_are_for_those_who_ask_for_a_world(suite: pytest.Pytester) -> None:
    result = run(suite, '@pytest.mark.smsonline_scenarios("late-sms")\ndef test_it(): pass')
    assert "test_it: its markers require the fixture smsonline: add it" in result.stdout.str() + result.stderr.str()


def test_all_readings_have_every_value(suite: pytest.Pytester) -> None:
    from mockserver.contract import readings

    tests = '@pytest.mark.smsonline_readings("all")\ndef test_it(smsonline): pass'
    run(suite, tests).assert_outcomes(passed=sum(len(reading.values) for reading in readings().values()))


def test_a_misspelt_reading_is_an_error_of_the_collection(suite: pytest.Pytester) -> None:
    result = run(suite, '@pytest.mark.smsonline_readings("expiri")\ndef test_it(smsonline): pass')
    assert "there is no reading expiri, did you mean expiry?" in result.stdout.str() + result.stderr.str()


def test_the_application_needs_no_socket(suite: pytest.Pytester) -> None:
    tests = """
    import asyncio

    async def main(world, app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            assert (await order(world, client.put)).status_code == 200

    def test_it(smsonline, smsonline_app):
        asyncio.run(main(smsonline, smsonline_app))
        smsonline.journal.assert_called("v3.orderNumber", times=1)
    """
    run(suite, dedent(tests)).assert_outcomes(passed=1)


def test_anyio_runs_a_test_on_both_loops(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.anyio
    async def test_it(smsonline, smsonline_app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(smsonline_app)) as client:
            assert (await order(smsonline, client.put)).status_code == 200
        assert len(await smsonline.journal.wait_for_async("v3.orderNumber")) == 1
    """
    loops = 1 + (find_spec("trio") is not None)
    run(suite, dedent(tests), "-p", "anyio.pytest_plugin").assert_outcomes(passed=loops)


@pytest.mark.skipif(find_spec("pytest_asyncio") is None, reason="pytest-asyncio is not installed")
def test_pytest_asyncio_runs_a_test(suite: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.asyncio
    async def test_it(smsonline):
        async with httpx.AsyncClient() as client:
            assert (await order(smsonline, client.put)).status_code == 200
        assert len(await smsonline.journal.wait_for_async("v3.orderNumber")) == 1
    """
    suite.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    suite.makepyfile(test_it=f"from client import *\n{dedent(tests)}")
    suite.runpytest_subprocess(*PLUGIN, "-p", "pytest_asyncio.plugin").assert_outcomes(passed=1)


def test_hypothesis_has_a_world_for_each_example(suite: pytest.Pytester) -> None:
    tests = """
    from hypothesis import HealthCheck, given, settings, strategies

    @settings(max_examples=5, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(strategies.integers(0, 3))
    def test_it(smsonline, count):
        with smsonline.fresh() as world:
            for _ in range(count):
                order(world)
            assert len(world.orders) == count

    @settings(max_examples=5, deadline=None, database=None)
    @given(strategies.integers(0, 3))
    def test_without_a_function_scoped_fixture(smsonline_server, count):
        with smsonline_server.open(clock="manual") as world:
            assert world.orders == []
    """
    run(suite, dedent(tests)).assert_outcomes(passed=2)


COUNTED = """
import pytest

@pytest.mark.parametrize("n", range(4))
def test_order(smsonline, n):
    order(smsonline)

def test_broken(smsonline):
    order(smsonline, maximumPrice="0.2")
"""


WORKERS = ("-p", "xdist.plugin", "-n", "2")


@pytest.mark.parametrize("workers", [(), WORKERS], ids=["one", "two"])
def test_a_report_is_of_all_processes(suite: pytest.Pytester, workers: tuple[str, ...]) -> None:
    result = run(suite, COUNTED, "--smsonline-report", "out", *workers)
    result.assert_outcomes(passed=5, errors=1)
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


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a mock in a process of its own; its token is in the environment."""
    monkeypatch.setenv("SMSONLINE_MOCK_TOKEN", "let-me-in")
    program = "from mockserver.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "-q"]
    with Popen(command, stdout=PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def test_workers_share_a_mock_elsewhere(suite: pytest.Pytester, elsewhere: str) -> None:
    result = run(suite, COUNTED, "--smsonline-url", elsewhere, "--smsonline-report", "out", *WORKERS)
    result.assert_outcomes(passed=5, errors=1)
    result.stdout.fnmatch_lines(["5 tests, 5 calls, *would have cost $0.64"])


def test_the_application_of_a_mock_elsewhere_is_skipped(suite: pytest.Pytester, elsewhere: str) -> None:
    result = run(suite, "def test_it(smsonline_app): pass", "--smsonline-url", elsewhere)
    result.assert_outcomes(skipped=1)


def test_a_mock_that_is_gone_is_told_without_a_traceback(suite: pytest.Pytester, elsewhere: str) -> None:
    tests = """
    def test_it(smsonline):
        smsonline.close()
        smsonline._is_open = True
    """
    result = run(suite, dedent(tests), "--smsonline-url", elsewhere)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["there is no world *"])


def test_nobody_elsewhere_is_told_without_a_traceback(suite: pytest.Pytester) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        result = run(suite, "def test_it(smsonline): pass", "--smsonline-url", url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"no mock answers at {url} *: start one with smsonline-mock serve"])


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
