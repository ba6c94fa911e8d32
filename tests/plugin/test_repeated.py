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
