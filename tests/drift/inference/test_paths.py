"""Groups of requests for unknown paths."""

from __future__ import annotations

import pytest

from mockserver.drift.inference.paths import VARIABLE, Group, Unmatched, groups, loosened
from mockserver.traffic import Exchange
from tests.drift.inference.evidence import V3, request

SURE, LIKELY = {"demo"}, {"12", "ds", "us", "wa", "de"}


def unmatched(path: str, method: str = "GET") -> Unmatched:
    url = f"http://service.test/gateway{V3.prefix}{path}"
    return Unmatched(V3, path, Exchange(request(url=url, method=method), None, 0, 1.0))


def paths(*requested: str) -> dict[str, int]:
    """The paths of the groups, with `*` for what varies, and the number of their requests."""
    found = groups(map(unmatched, requested), SURE, LIKELY)
    return {"/".join(part or "*" for part in group.path): len(group.requests) for group in found}


@pytest.mark.parametrize(
    ("segment", "varies"),
    [
        ("demo", True),
        ("700001", True),
        ("01234567-89ab-cdef-0123-456789abcdef", True),
        ("us", False),
        ("Demo", False),
        ("7a", False),
        ("us-ds", False),
    ],
)
def test_a_sure_value_and_an_identifier_vary_even_if_seen_once(segment: str, varies: bool) -> None:
    assert paths(f"/orders/{segment}") == {"orders/*" if varies else f"orders/{segment}": 1}


@pytest.mark.parametrize(
    ("requested", "merged"),
    [
        (["/prices/us", "/prices/de"], {"prices/*": 2}),
        (["/prices/us", "/prices/de", "/prices/us"], {"prices/*": 3}),
        (["/prices/us", "/prices/all"], {"prices/us": 1, "prices/all": 1}),
        (["/prices/us", "/stock/de"], {"prices/us": 1, "stock/de": 1}),
        (["/prices/us", "/prices/de/all"], {"prices/us": 1, "prices/de/all": 1}),
        (["/prices/us", "/prices/12"], {"prices/*": 2}),
        (["/prices/us/ds", "/prices/de/ds", "/prices/us/wa"], {"prices/*/*": 3}),
        (["/prices/us/ds", "/prices/us/wa", "/prices/de/ds"], {"prices/*/*": 3}),
        (["/prices/7/ds", "/prices/us/ds"], {"prices/*/ds": 2}),
        (["/prices/us/ds", "/prices/de/ds", "/prices/all/wa"], {"prices/*/ds": 2, "prices/all/wa": 1}),
        (["/prices/us/ds", "/prices/de/wa"], {"prices/us/ds": 1, "prices/de/wa": 1}),
        (["/prices/us-ds", "/prices/de-wa"], {"prices/*": 2}),
        (["/prices/us-ds", "/prices/de_wa"], {"prices/us-ds": 1, "prices/de_wa": 1}),
        (["/prices/us-ds", "/prices/de"], {"prices/us-ds": 1, "prices/de": 1}),
        (["/prices/us-x", "/prices/de-y"], {"prices/us-x": 1, "prices/de-y": 1}),
        (["/prices/%75s", "/prices/us"], {"prices/us": 2}),
        ([], {}),
    ],
)
def test_paths_merge_in_which_several_likely_values_stand_at_one_place(
    requested: list[str], merged: dict[str, int]
) -> None:
    assert paths(*requested) == merged


def test_requests_with_another_method_are_another_group() -> None:
    found = groups([unmatched("/prices/us"), unmatched("/prices/de", "PUT")], SURE, LIKELY)
    assert [(group.method, group.path) for group in found] == [("GET", ("prices", "us")), ("PUT", ("prices", "de"))]


def group(*path: str) -> Group:
    return Group(V3, "GET", path, ())


def test_the_segments_that_vary_are_read_by_their_position() -> None:
    one = unmatched("/prices/a%20b/all/7")
    assert group("prices", VARIABLE, "all", VARIABLE).variables(one.exchange.request) == {"1": "a b", "3": "7"}


@pytest.mark.parametrize(
    ("method", "path", "has"),
    [
        ("GET", "/prices/us", True),
        ("GET", "/%70rices/us", True),
        ("PUT", "/prices/us", False),
        ("GET", "/stock/us", False),
        ("GET", "/prices", False),
        ("GET", "/prices/us/ds", False),
    ],
)
def test_a_group_has_the_requests_of_its_path(method: str, path: str, has: bool) -> None:
    assert group("prices", VARIABLE).has(method, path) is has


def test_the_template_names_what_varies() -> None:
    assert group("prices", VARIABLE, "all").template({"1": "country"}) == "/prices/{country}/all"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("prices", "us"), [("prices", VARIABLE)]),
        (("prices", "us", "ds"), [("prices", VARIABLE, "ds"), ("prices", "us", VARIABLE)]),
        (("prices", "us-ds"), [("prices", VARIABLE)]),
        (("prices", "us-x"), []),
        (("prices", VARIABLE), []),
    ],
)
def test_one_more_likely_value_may_vary(path: tuple[str, ...], found: list[tuple[str, ...]]) -> None:
    assert [each.path for each in loosened(group(*path), LIKELY)] == found
