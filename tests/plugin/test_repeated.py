"""Tests that run several times: in scenarios, with readings, with Hypothesis; and tests without a socket."""

from __future__ import annotations

from importlib.util import find_spec
from textwrap import dedent

import pytest

from tests.plugin.runs import PLUGIN, run

pytest_plugins = ["pytester"]


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


@pytest.mark.parametrize(
    ("marker", "test", "problem"),
    [
        ('scenarios("late-sms")', "def test_it(): pass", "its markers require the fixture smsonline: add it to*"),
        ("scenarios()", "def test_it(smsonline): pass", "@pytest.mark.smsonline_scenarios: pass at least one name"),
        ('readings("expiri")', "def test_it(smsonline): pass", "*there is no reading expiri, did you mean expiry[?]"),
        (
            'scenarios("late-sms")',
            "@pytest.mark.usefixtures('smsonline')\nclass TestIt(TestCase):\n    def test_it(self): pass",
            "@pytest.mark.smsonline_scenarios cannot repeat a test of unittest.TestCase: *",
        ),
    ],
    ids=["no fixture", "no name", "an unknown reading", "unittest"],
)
def test_a_marker_that_cannot_repeat_its_test_is_an_error_of_it(
    suite: pytest.Pytester, marker: str, test: str, problem: str
) -> None:
    tests = f"from unittest import TestCase\n@pytest.mark.smsonline_{marker}\n{test}\ndef test_other(): pass"
    result = run(suite, tests)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([problem])


def test_all_readings_have_every_value(suite: pytest.Pytester) -> None:
    from mockserver.contract import readings

    tests = '@pytest.mark.smsonline_readings("all")\ndef test_it(smsonline): pass'
    run(suite, tests).assert_outcomes(passed=sum(len(reading.values) for reading in readings().values()))


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
