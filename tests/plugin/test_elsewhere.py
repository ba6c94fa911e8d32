"""A mock that runs elsewhere."""

from __future__ import annotations

import socket
import sys
from subprocess import PIPE, Popen
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tests.plugin.runs import COUNTED, WORKERS, run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["pytester"]


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
    result.assert_outcomes(passed=4, failed=1)
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
