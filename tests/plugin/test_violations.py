"""What a client does wrong fails or warns its test, and shows no key."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from tests.plugin.runs import run

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

BREAKING = """
def test_it(smsonline):
    order(smsonline, maximumPrice="0.2")
"""


def test_a_client_that_breaks_the_contract_fails_its_test(suite: pytest.Pytester) -> None:
    result = run(suite, BREAKING)
    result.assert_outcomes(failed=1)
    lines = ["the client broke the contract:", "  #1 v3.orderNumber: body.maximumPrice must match *", "rerun: pytest *"]
    result.stdout.fnmatch_lines(lines)


def test_a_client_that_is_refused_before_the_check_fails_too(suite: pytest.Pytester) -> None:
    tests = """
    url = "{0.base_url}/numbers/{0.user_id}/order".format

    def test_form(smsonline):
        form = {"apiKey": smsonline.api_key}
        assert httpx.put(url(smsonline), data=form, verify=False).status_code == 415

    def test_path(smsonline):
        assert httpx.get(f"{url(smsonline)}s?apiKey={smsonline.api_key}", verify=False).status_code == 404
    """
    result = run(suite, dedent(tests))
    result.assert_outcomes(failed=2)
    lines = ["  #1 v3.orderNumber: send content-type: application/json, not application/x-www-form-urlencoded *"]
    result.stdout.fnmatch_lines([*lines, "  #1 v3: no operation of v3 has this path, did you mean */order[?]*"])


def test_a_client_may_be_allowed_to(suite: pytest.Pytester) -> None:
    run(suite, f"@pytest.mark.smsonline(allow_violations=True)\n{BREAKING.strip()}").assert_outcomes(passed=1)


SHARED = """
@pytest.fixture(scope="module")
def world(smsonline_server):
    with smsonline_server.open() as world:
        yield world

def test_right(world): order(world)
def test_wrong(world): order(world, maximumPrice="0.2")
def test_right_again(world): order(world)
"""


def test_in_a_world_of_several_tests_the_right_one_is_blamed(suite: pytest.Pytester) -> None:
    result = run(suite, SHARED, "-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*::test_wrong FAILED*"])


LATE = """
@pytest.fixture
def client(smsonline):
    yield smsonline
    order(smsonline, maximumPrice="0.2")

def test_it(client): pass
"""


def test_what_a_fixture_does_at_its_end_is_an_error(suite: pytest.Pytester) -> None:
    run(suite, LATE).assert_outcomes(passed=1, errors=1)


UNMATCHED = """
def test_it(smsonline):
    httpx.get(f"{smsonline.base_url}/customers/{smsonline.user_id}/balance?api_key=wro" "ng-key", verify=False)
    [exchange] = smsonline.unmatched
    assert exchange.status == 200
"""


def test_a_failed_test_shows_the_requests_that_reached_no_account(suite: pytest.Pytester) -> None:
    result = run(suite, UNMATCHED)
    result.assert_outcomes(failed=1)
    lines = [
        "unmatched: 1 request reached no account",
        "  #* GET /v3/customers/*/balance (v3.getBalance) 401",
        "      the key was sent as api_key in the query: send it as apiKey in the query",
    ]
    result.stdout.fnmatch_lines(lines, consecutive=True)
    result.stdout.no_fnmatch_line("*wrong-key*")


def test_a_test_that_failed_fails_once(suite: pytest.Pytester) -> None:
    result = run(suite, BREAKING + "    assert False\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*- smsonline -*", "error: #1 v3.orderNumber: *", "rerun: pytest test_it.py::test_it *"]
    )


def test_a_test_that_is_expected_to_fail_may_fail_so(suite: pytest.Pytester) -> None:
    run(suite, f"@pytest.mark.xfail\n{BREAKING.strip()}\n    assert False\n").assert_outcomes(xfailed=1)


def test_a_test_that_is_strictly_expected_to_fail_may_break_the_contract(suite: pytest.Pytester) -> None:
    run(suite, f"@pytest.mark.xfail(strict=True)\n{BREAKING.strip()}\n").assert_outcomes(xfailed=1)


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
