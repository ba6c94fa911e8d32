"""The pytest plugin: a world of the mock for each test. `docs/pytest.md` shows how to use it.

Each run of pytest imports this module. To stay fast, it imports the rest of the package only when it is used.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from starlette.types import ASGIApp

    from mockserver.testing.aggregation import Aggregation
    from mockserver.testing.handle import SmsOnline
    from mockserver.testing.server import Server, Wanted


class ContractWarning(pytest.PytestWarning):
    """A client sent a name that the contract does not know."""


class _Setting(NamedTuple):
    help: str
    metavar: str
    files: bool = False


_SETTINGS: Mapping[str, _Setting] = {
    "scenario": _Setting("default scenario of the tests: a shipped one, or a YAML file", "NAME"),
    "seed": _Setting("default seed of the tests", "NUMBER"),
    "url": _Setting("use the mock at this URL; SMSONLINE_MOCK_TOKEN has its token", "URL"),
    "overlay": _Setting("correct the contract with this overlay; may be repeated", "FILE", files=True),
    "report": _Setting("write a report of all tests to this folder: findings, coverage, cost", "DIR"),
}

_MARKERS = (
    "smsonline(scenario=, seed=, clock=, readings=, ...): configure the world of the fixture smsonline",
    "smsonline_scenarios(*names): run the test once in each of these scenarios",
    "smsonline_readings(*names): run the test once for each value of these readings, or of all readings with 'all'",
)

_SCENARIO, _READINGS = "smsonline scenario", "smsonline readings"
"""Parameters that markers add to a test. The blank keeps them apart from function arguments."""

_WITHOUT_WORLD = "its markers require the fixture smsonline: add it to the test's arguments"

_world: pytest.StashKey[SmsOnline] = pytest.StashKey()
_failed: pytest.StashKey[bool] = pytest.StashKey()
_told: pytest.StashKey[bool] = pytest.StashKey()
_server: pytest.StashKey[Server] = pytest.StashKey()
_tally: pytest.StashKey[Aggregation] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command-line options, and an ini option for each."""
    group = parser.getgroup("smsonline", "smsonline-mock")
    for name, (text, metavar, files) in _SETTINGS.items():
        group.addoption(f"--smsonline-{name}", metavar=metavar, help=text, action="append" if files else "store")
        kind: Literal["paths", "string"] = "paths" if files else "string"
        parser.addini(f"smsonline_{name}", text, type=kind)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and check the options."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    _check_environment()
    seed = _setting(config, "seed")
    if seed and not seed.isdecimal():
        raise pytest.UsageError(f"smsonline seed must be a whole number, not {seed!r}")
    if _setting(config, "report"):
        _check_extra()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize a test with the scenarios and readings of its markers. Invalid ones fail its setup."""
    if names := _names(metafunc.definition, "smsonline_scenarios"):
        _parametrize(metafunc, _SCENARIO, {str(name): name for name in names})
    if names := _names(metafunc.definition, "smsonline_readings"):
        _parametrize(metafunc, _READINGS, _choices(names))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose markers have invalid arguments."""
    if wrong := dict.fromkeys(_misuses(item)):
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test whose client broke the contract, in any world that is open: a fixture may share it among tests."""
    item.stash[_told] = False
    result = yield
    server = item.config.stash.get(_server, None)
    with _without_traceback():
        broken = "\n".join(filter(None, (world.report_violations() for world in server.worlds))) if server else ""
    if broken:
        item.stash[_told] = True
        pytest.fail(broken, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the failure report of the world to a failed test."""
    report = yield
    if call.when == "teardown" or _world not in item.stash:
        return report
    item.stash[_failed] |= call.excinfo is not None
    if report.failed and not item.stash.get(_told, False):
        from mockserver.testing.failure_report import failure_report

        report.sections.append(("smsonline", failure_report(item.stash[_world])))
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Merge the results of a pytest-xdist worker."""
    counted = getattr(node, "workeroutput", {}).get("smsonline")
    if counted:
        from mockserver.testing.aggregation import Aggregation

        node.config.stash.setdefault(_tally, Aggregation()).merge(counted)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report. A pytest-xdist worker sends its results to the controller instead."""
    tally = session.config.stash.get(_tally, None)
    if tally is None:
        return
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["smsonline"] = tally.pack()
        return
    try:
        tally.write(_report(session.config), session.config.rootpath.name)
    except OSError as error:
        pytest.exit(f"the report of --smsonline-report cannot be written: {error}", pytest.ExitCode.USAGE_ERROR)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print a summary of the report in one line."""
    if _tally in config.stash:
        terminalreporter.write_sep("-", "smsonline")
        terminalreporter.write_line(config.stash[_tally].summary_line())
        terminalreporter.write_line(f"The report is in {_report(config)}")


@pytest.fixture(scope="session")
def smsonline_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The mock of this session. It runs in a thread, or at the URL of `--smsonline-url`."""
    from mockserver.testing.server import Server

    url, overlays = _setting(pytestconfig, "url"), _overlays(pytestconfig)
    if url and overlays:
        raise pytest.UsageError("smsonline overlay applies to the mock in this process: omit it or smsonline url")
    with _without_traceback():
        server = Server.elsewhere(url) if url else Server.here(overlays)
    server.usual = _usual(pytestconfig)
    if _setting(pytestconfig, "report"):
        from mockserver.testing.aggregation import Aggregation

        server.tally = pytestconfig.stash.setdefault(_tally, Aggregation())
    pytestconfig.stash[_server] = server
    with server:
        yield server
    del pytestconfig.stash[_server]


@pytest.fixture
def smsonline(request: pytest.FixtureRequest, smsonline_server: Server) -> Iterator[SmsOnline]:
    """The world of this test: an account, and the vendor's side of it."""
    node = request.node
    wanted = _wanted(node, smsonline_server.usual)
    with _without_traceback():
        world = smsonline_server.begin(wanted, node.nodeid)
    node.stash[_world], node.stash[_failed] = world, False
    yield world
    with _without_traceback():
        broken = world.close()
    if node.stash[_failed]:
        return
    for violation in world.violations:
        if violation.level == "warning" and not wanted.allow_violations:
            node.warn(ContractWarning(str(violation)))
    if broken:
        pytest.fail(broken, pytrace=False)


@pytest.fixture
def smsonline_app(smsonline_server: Server) -> ASGIApp:
    """The mock as an ASGI application with the same worlds, such as for `httpx.ASGITransport`."""
    if smsonline_server.app is None:
        pytest.skip("smsonline_app requires the mock in this process, but --smsonline-url is set")
    return smsonline_server.app


@contextmanager
def _without_traceback() -> Iterator[None]:
    """Fail a test with the error message of the mock, without a traceback."""
    from mockserver.contract import LocatedError
    from mockserver.testing.control_client import SteeringError

    try:
        yield
    except (SteeringError, LocatedError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _setting(config: pytest.Config, name: str) -> str:
    """Return a setting of the command line, or else of the ini file; an empty string if it is not set."""
    return config.getoption(f"--smsonline-{name}") or str(config.getini(f"smsonline_{name}") or "")


def _overlays(config: pytest.Config) -> list[Path]:
    given = config.getoption("--smsonline-overlay")
    return [config.invocation_params.dir / file for file in given] if given else config.getini("smsonline_overlay")


def _check_environment() -> None:
    """Raise UsageError for variables of the environment that look like settings of the mock and are none."""
    if any(name.startswith("SMSONLINE_MOCK_") for name in os.environ):
        from mockserver.cli.serve import serve
        from mockserver.cli.settings import unknown_variables

        if unknown := list(unknown_variables(serve, os.environ)):
            raise pytest.UsageError("\n".join(unknown))


def _check_extra() -> None:
    """Raise UsageError if packages for writing the report are missing."""
    from importlib.util import find_spec

    if missing := [name for name in ("jinja2", "junitparser") if find_spec(name) is None]:
        raise pytest.UsageError(
            f"the report of --smsonline-report needs {' and '.join(missing)}: pip install 'smsonline-mock[pytest]'"
        )


def _report(config: pytest.Config) -> Path:
    return config.invocation_params.dir / _setting(config, "report")


def _usual(config: pytest.Config) -> Wanted:
    from mockserver.testing.server import Wanted

    usual = Wanted()
    if scenario := config.getoption("--smsonline-scenario"):
        usual = usual._replace(scenario=scenario).beside(config.invocation_params.dir)
    elif scenario := config.getini("smsonline_scenario"):
        usual = usual._replace(scenario=scenario).beside(config.rootpath)
    seed = _setting(config, "seed")
    return usual._replace(seed=int(seed)) if seed else usual


def _wanted(node: pytest.Item, usual: Wanted) -> Wanted:
    """Return the settings of a test: its parameters, its markers (the closest first), then the defaults."""
    wanted, folder = usual, node.path.parent
    for mark in reversed(list(node.iter_markers("smsonline"))):
        wanted = wanted._replace(**mark.kwargs)
        if "scenario" in mark.kwargs:
            wanted = wanted.beside(folder)
    params = node.callspec.params if hasattr(node, "callspec") else {}
    if _SCENARIO in params:
        wanted = wanted._replace(scenario=params[_SCENARIO]).beside(folder)
    return wanted._replace(readings={**wanted.readings, **params.get(_READINGS, {})})


def _misuses(item: pytest.Item) -> Iterator[str]:
    """Yield what is wrong with the markers of a test."""
    for mark in item.iter_markers("smsonline"):
        from mockserver.testing.server import misuses

        for problem in (*misuses(mark.kwargs), *(("pass its arguments by name",) if mark.args else ())):
            yield f"@pytest.mark.smsonline: {problem}"
    # On a class or a module it may be meant for other tests.
    if not _has_world(item) and any(mark.name == "smsonline" for mark in item.own_markers):
        yield _WITHOUT_WORLD
    for marker in ("smsonline_scenarios", "smsonline_readings"):
        if item.get_closest_marker(marker) is None:
            continue
        from unittest import TestCase

        if not _has_world(item):
            yield _WITHOUT_WORLD
        elif not _names(item, marker):
            yield f"@pytest.mark.{marker}: pass at least one name"
        elif issubclass(getattr(item, "cls", None) or object, TestCase):
            yield f"@pytest.mark.{marker} cannot repeat a test of unittest.TestCase: write the test as a function"
    yield from map("@pytest.mark.smsonline_readings: {}".format, _unknown_readings(_names(item, "smsonline_readings")))


def _has_world(item: pytest.Item) -> bool:
    return "smsonline" in getattr(item, "fixturenames", ())


def _unknown_readings(names: tuple[str, ...]) -> Iterator[str]:
    if names:
        from mockserver.contract import did_you_mean, readings

        known = readings()
        for name in names:
            if name not in known and name != "all":
                hint = did_you_mean(name, known) or f"; the readings are {', '.join(known)}"
                yield f"there is no reading {name}{hint}"


def _names(node: pytest.Item, marker: str) -> tuple[str, ...]:
    mark = node.get_closest_marker(marker)
    return mark.args if mark is not None else ()


def _parametrize(metafunc: pytest.Metafunc, name: str, values: Mapping[str, object]) -> None:
    """Add a parameter that the fixture reads and the test function does not take."""
    if "smsonline" in metafunc.fixturenames and values:
        metafunc.fixturenames.append(name)
        metafunc.parametrize(name, list(values.values()), ids=list(values))


def _choices(names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return the values of these readings by a test ID such as `expiry=refund`. Unknown readings are left out."""
    from mockserver.contract import readings

    known = readings()
    chosen = known if "all" in names else filter(known.__contains__, names)
    return {f"{name}={value}": {name: value} for name in chosen for value in known[name].values}
