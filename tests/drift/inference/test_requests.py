"""The arguments in requests, by the values that they share with known records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.contract.vocabulary import Argument, Type
from mockserver.drift.inference.encodings import Encoding
from mockserver.drift.inference.knowledge import Entity, Knowledge
from mockserver.drift.inference.requests import Bound, Sent, bind, credential, only_encoding, parts, sent
from mockserver.traffic.redaction import REDACTED
from tests.drift.inference.evidence import order, request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TEXT = Argument(Type("text"))
FREE = Argument(Type("text"), "", True)
MONEY = Argument(Type("money"))
COUNTRIES, SERVICES = ("12", "16", "44"), ("ds", "wa", "tg")
A, B = ("query", "a"), ("query", "b")


def known() -> Knowledge:
    """Three countries, three services and two orders."""
    knowledge = Knowledge()
    for record, codes in (("country", COUNTRIES), ("service", SERVICES)):
        for code in codes:
            knowledge.learn(Entity(record, "", (code,)), "code", code, 0)
    for number in ("700001", "700002"):
        knowledge.learn(order(number), "id", number, 0)
    return knowledge


def columns(**values: Sequence[Any]) -> list[Sent]:
    return [Sent(("query", name), dict(enumerate(column))) for name, column in values.items()]


def unknown(_argument: str, _number: int) -> Sequence[Any]:
    return ()


def bound(
    sent_: Sequence[Sent],
    arguments: Mapping[str, Argument],
    expected: Callable[[str, int], Sequence[Any]] = unknown,
) -> dict[str, Bound]:
    return {each.argument: each for each in bind(sent_, arguments, known(), expected)}


PLACE = {"country": TEXT, "service": TEXT}


def test_values_are_found_by_their_places() -> None:
    requests = [
        request({"a": {"b": 1}, "c": [1]}, "http://service.test/v3/x?q=1&q=2"),
        request([1], "http://service.test/v3/y?q="),
    ]
    assert sent(requests, lambda each: {"0": each.path[-1]}) == [
        Sent(("path", "0"), {0: "x", 1: "y"}),
        Sent(("query", "q"), {0: "2", 1: ""}),
        Sent(("body", "a", "b"), {0: 1}),
    ]


@pytest.mark.parametrize(
    ("values", "kind"), [([1, 2], "integer"), ([1, 0.5], "string"), (["1"], "string"), ([1, "1"], "string")]
)
def test_values_of_different_types_are_read_as_texts(values: list[Any], kind: str) -> None:
    assert columns(a=values)[0].kind == kind


@pytest.mark.parametrize(
    ("values", "name"),
    [([REDACTED], "key"), (["demo", "demo"], "user"), (["demo", REDACTED], ""), (["demo", "x"], ""), ([], "")],
)
def test_a_column_of_hidden_values_is_the_key_and_one_of_users_the_user(values: list[str], name: str) -> None:
    knowledge = Knowledge()
    knowledge.note("account.id", ["demo"])
    assert credential(Sent(A, dict(enumerate(values))), knowledge) == name


def test_an_argument_has_the_values_of_known_records() -> None:
    assert bound(columns(a=["12", "16"], b=["ds", "wa"]), PLACE) == {
        "country": Bound(A, "country", encoding=Encoding("string")),
        "service": Bound(B, "service", encoding=Encoding("string")),
    }


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"a": ["12"]}, id="one short value"),
        pytest.param({"a": ["12", "99"]}, id="an unknown value"),
        pytest.param({"a": ["12", "16"], "b": ["12", "16"]}, id="two columns"),
        pytest.param({"a": ["", None]}, id="no values"),
        pytest.param({"a": ["12ds", "16wa"]}, id="no punctuation"),
        pytest.param({"a": ["12-ds", "16_wa"]}, id="different punctuation"),
    ],
)
def test_nothing_is_concluded_without_evidence(values: dict[str, list[Any]]) -> None:
    assert bound(columns(**values), {"country": FREE}) == {}


def test_a_value_that_a_response_contradicts_is_another_argument() -> None:
    assert bound(columns(a=["12", "16"]), {"country": FREE}, lambda *_: ["44"]) == {}


def test_what_responses_show_decides_between_columns() -> None:
    shown = ["12", "16"]
    found = bound(columns(a=["12", "16"], b=["16", "12"]), {"country": FREE}, lambda _, number: [shown[number]])
    assert found == {"country": Bound(A, "country", encoding=Encoding("string"))}


def test_texts_of_several_arguments_have_a_template() -> None:
    assert bound(columns(a=["12-ds", "16-wa"]), PLACE) == {
        "country": Bound(A, "country", encoding=Encoding("string"), template="{country}-{service}", part=0),
        "service": Bound(A, "service", encoding=Encoding("string"), template="{country}-{service}", part=1),
    }


def test_a_part_that_never_varies_stands_in_the_template() -> None:
    found = bound(columns(a=["v1:12/ds", "v1:16/wa"]), PLACE)
    assert {each.template for each in found.values()} == {"v1:{country}/{service}"}


def test_a_part_without_known_values_is_the_only_text_that_is_missing() -> None:
    found = bound(columns(a=["12-x", "16-y"]), {"country": TEXT, "m": FREE})
    assert {name: (each.part, each.template) for name, each in found.items()} == {
        "country": (0, "{country}-{m}"),
        "m": (1, "{country}-{m}"),
    }


@pytest.mark.parametrize(
    ("texts", "arguments"),
    [
        pytest.param(["12-x", "16-y"], {"country": TEXT}, id="an open part and no argument"),
        pytest.param(["12-x-1", "16-y-2"], {"country": TEXT, "m": FREE}, id="two open parts"),
        pytest.param(["12-x", "16-y"], {"country": TEXT, "m": FREE, "n": FREE}, id="two missing arguments"),
        pytest.param(["x-1", "y-2"], {"country": FREE, "m": FREE}, id="no known part"),
        pytest.param(["12-16", "16-12"], {"country": FREE}, id="two parts for one argument"),
        pytest.param(["12-ds", 16], {"country": FREE, "service": FREE}, id="not only texts"),
    ],
)
def test_texts_with_an_unknown_part_have_no_arguments(texts: list[Any], arguments: dict[str, Argument]) -> None:
    assert bound(columns(a=texts), arguments) == {}


def test_an_argument_that_has_a_place_of_its_own_is_not_in_a_text_too() -> None:
    assert bound(columns(a=["12-x", "16-y"], b=["12", "16"]), {"country": TEXT}) == {}


@pytest.mark.parametrize(
    ("part", "value", "found"),
    [
        (None, "12-ds", "12-ds"),
        (0, "12-ds", "12"),
        (1, "12-ds", "ds"),
        (2, "12-ds", None),
        (0, "12", None),
        (0, 5, None),
    ],
)
def test_a_part_of_a_value_stands_for_the_argument(part: int | None, value: Any, found: Any) -> None:
    assert Bound(A, "country", part=part).of(value) == found


def test_the_parts_of_texts_are_columns_with_their_punctuation() -> None:
    (column,) = columns(a=["12-ds", "16-wa"])
    assert list(parts(column)) == [
        Sent(A, {0: "12", 1: "16"}, ("-",), 0),
        Sent(A, {0: "ds", 1: "wa"}, ("-",), 1),
    ]


def test_the_only_required_argument_without_a_place_is_the_only_value_without_a_meaning() -> None:
    assert bound(columns(a=["12", "16"], b=["0.50", "1.25"]), {"country": TEXT, "amount": MONEY}) == {
        "country": Bound(A, "country", encoding=Encoding("string")),
        "amount": Bound(B, "amount", encoding=Encoding("string", ("x-unit", "dollars"))),
    }


@pytest.mark.parametrize(
    ("values", "arguments"),
    [
        pytest.param({"b": ["0.50"]}, {"amount": MONEY}, id="a single request"),
        pytest.param({"b": ["0.50", "1.25"], "c": ["0.50", "1.25"]}, {"amount": MONEY}, id="two values"),
        pytest.param({"b": ["0.50", "1.25"]}, {"amount": MONEY, "other": MONEY}, id="two arguments"),
        pytest.param({"b": ["soon", "late"]}, {"amount": MONEY}, id="another type"),
        pytest.param({"b": [50, 125]}, {"amount": MONEY}, id="several formats"),
        pytest.param({"b": ["0.50", "1.25"]}, {"amount": Argument(Type("money"), 0, True)}, id="not required"),
    ],
)
def test_a_left_value_is_no_argument_if_it_might_be_another(
    values: dict[str, list[Any]], arguments: dict[str, Argument]
) -> None:
    assert bound(columns(**values), arguments) == {}


@pytest.mark.parametrize(
    ("type_", "values", "encoding"),
    [
        ("money", ["0.50", "1"], Encoding("string", ("x-unit", "dollars"))),
        ("money", [50, 125], None),
        ("money", ["much"], None),
        ("money", ["", None], None),
        ("money", [], None),
        ("money", ["0.50", ""], Encoding("string", ("x-unit", "dollars"))),
        ("text", ["bsc", "eth"], Encoding("string")),
        ("time", [1_750_000_000, "2025-06-15T15:06:40Z"], None),
        ("time", ["2025-06-15T15:06:40Z"], Encoding("string", ("x-time", "iso"))),
    ],
)
def test_the_only_format_in_which_all_values_can_be_read(
    type_: str, values: list[Any], encoding: Encoding | None
) -> None:
    assert only_encoding(Sent(A, dict(enumerate(values))), Argument(Type(type_))) == encoding
