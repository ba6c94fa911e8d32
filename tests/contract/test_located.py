from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract import located
from mockserver.contract.located import LocatedError, Place, parse, read


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def _each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    loader = getattr(yaml, request.param)
    monkeypatch.setattr(located, "LOADER", loader)


def messages(text: str) -> list[str]:
    with pytest.raises(LocatedError) as caught:
        parse(text, "f.yaml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("# nothing", None),
        ("~", None),
        ("Null", None),
        ("'null'", "null"),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("off", "off"),
        ("12", 12),
        ("-012", -12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        (".inf", ".inf"),
        ("1.2.3", "1.2.3"),
        ("2025-05-17", "2025-05-17"),
        ("'12'", "12"),
        ("|\n  12\n", "12\n"),
        ("{200: a, -: b}", {"200": "a", "-": "b"}),
        ("'true': a", {"true": "a"}),
        ("a:\n- 1\n- b: []\n", {"a": [1, {"b": []}]}),
        ("a: &x [1]\nb: *x\nc: &x 2\nd: *x", {"a": [1], "b": [1], "c": 2, "d": 2}),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
@pytest.mark.usefixtures("_each_parser")
def test_yaml_becomes_plain_data(text: str, data: object) -> None:
    assert parse(text, "f.yaml").data == data


def test_a_date_stays_text() -> None:
    assert yaml.safe_load("2025-05-17") == date(2025, 5, 17)
    assert parse("2025-05-17", "f.yaml").data == "2025-05-17"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\ufeff")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc<~0", max_size=3), inner),
    max_leaves=20,
)


@given(JSON)
def test_json_is_read_as_what_it_means(value: Any) -> None:
    assert parse(json.dumps(value, ensure_ascii=False), "f.yaml").data == value


@given(st.text("ab: -[]{}&*!#|>'\"%@`\n\t\\,?~<1.\x00\x85\ud800", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(LocatedError):
        parse(text, "f.yaml").place("/a/0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "f.yaml:2:1: duplicate key a in this mapping"),
        ("a: !!str 1", "f.yaml:1:4: tags such as tag:yaml.org,2002:str are not supported"),
        ("a: !secret {}", "f.yaml:1:4: tags such as !secret are not supported"),
        ("!k a: 1", "f.yaml:1:1: tags such as !k are not supported"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "f.yaml:3:3: merge keys (<<) are not supported: write the fields out"),
        ("true: 1", 'f.yaml:1:1: a key must be text: write "true" in quotes'),
        ("~: 1", 'f.yaml:1:1: a key must be text: write "~" in quotes'),
        ("1.5: 1", 'f.yaml:1:1: a key must be text: write "1.5" in quotes'),
        ("? [a]\n: 1", "f.yaml:1:3: a key must be text, not a mapping or a sequence"),
        ("a: &x b\n*x : 1", "f.yaml:2:1: a key must be text, not an alias"),
        ("a: *x", "f.yaml:1:4: no value above this line is anchored as &x"),
        ("a: &x [*x]", "f.yaml:1:8: no value above this line is anchored as &x"),
        ("a: 1\n---\nb: 1", "f.yaml:2:1: a second YAML document: a file must contain only one"),
        ("a: 1e999", "f.yaml:1:4: the number is too large"),
        ("a: " + "9" * 5000, "f.yaml:1:4: the number is too large"),
        ("a: é\x00", "f.yaml:1:5: a control character or a lone surrogate"),
        ("a: \ud800", "f.yaml:1:4: a control character or a lone surrogate"),
        ("[" * 101 + "]" * 101, "f.yaml:1:101: nested deeper than 100 levels"),
        (
            "a: &x " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 41 + "*x" + "]" * 41,
            "f.yaml:2:45: nested deeper than 100 levels",
        ),
        ("a: &x [" + "1," * 999 + "]\nb: [" + "*x," * 201 + "]", "f.yaml:2:599: more than 200000 values"),
    ],
)
@pytest.mark.usefixtures("_each_parser")
def test_what_json_cannot_hold_is_refused(text: str, message: str) -> None:
    (found,) = messages(text)
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b: c\n", "1:5: a colon cannot be here: put the value in quotes, or check the indentation"),
        ("a: [1, 2\nb: 3\n", "2:2: a list in brackets needs a comma or a closing bracket here"),
        ("a: {x: 1\nb: 2\n", "2:2: a mapping in braces needs a comma or a closing brace here"),
        ("a:\n\t- b\n", "2:1: a tab cannot indent a line: use spaces"),
        ("[a]\nb = 1\n", "2:1: this is TOML: write it as YAML, such as `name: value`"),
        ("a: 1\nb: 'x\nc: 1\n", "2:4: a quotation mark that begins here is never closed"),
        ("- a\nb: 1\n", "2:1: this line does not continue the list above it: check the indentation"),
        ("a: 'x' y\n", "1:8: this does not continue the mapping above it: check the indentation and the quotation"),
        ("a: @x\n", "1:4: no value can begin with @: put the value in quotes, or remove the character"),
        ("a: [b, , c]\n", "1:8: no value can begin with ,: put the value in quotes, or remove the character"),
        ("a: [\n", "2:1: a value is missing here"),
        # The two parsers disagree by one column.
        ('a: "\\q"\n', " an unknown character after a backslash: write two backslashes, or use single quotes"),
        ('a: "\\xZZ"\n', "1:7: a character code after a backslash needs more hexadecimal digits"),
        ("a: 1\nb\nc: 1\n", "3:1: a colon is missing after this key"),
        ("{a: 1} b\n", "1:8: nothing can follow a complete value: check the indentation"),
        ("a: |x\n  b\n", "1:5: only a line break can follow | or > and its indicator"),
        ("a: & b\n", "1:5: an anchor needs a name: put a value that begins with & in quotes"),
        ("a: * b\n", "1:5: an alias needs a name: put a value that begins with * in quotes"),
        ("a: !<x y\n", "1:7: put a value that begins with ! in quotes"),
    ],
)
@pytest.mark.usefixtures("_each_parser")
def test_a_syntax_error_is_told_with_its_place_in_plain_words(text: str, message: str) -> None:
    (found,) = messages(text)
    assert found.startswith("f.yaml:")
    assert f":{message}" in found


def test_nesting_as_deep_as_allowed_is_read() -> None:
    assert parse("[" * 100 + "]" * 100, "f.yaml").data != []


def test_all_problems_are_reported_at_once() -> None:
    assert messages("a: 1\na: !x 2\nb: {c: 1, c: 2}\n? []\n") == [
        "f.yaml:2:1: duplicate key a in this mapping",
        "f.yaml:2:4: tags such as !x are not supported",
        "f.yaml:3:11: duplicate key c in this mapping",
        "f.yaml:4:3: a key must be text, not a mapping or a sequence",
    ]


TEXT = """\
a:
  b/c: 1
  d:
  - x
  - {e: 2}
f: &anchor
  g: [3]
h: *anchor
"""


@pytest.mark.parametrize(
    ("pointer", "of_value", "of_key"),
    [
        ("", (1, 1), (1, 1)),
        ("/a", (2, 3), (1, 1)),
        ("/a/b~1c", (2, 8), (2, 3)),
        ("/a/d", (4, 3), (3, 3)),
        ("/a/d/0", (4, 5), (4, 5)),
        ("/a/d/1/e", (5, 9), (5, 6)),
        ("/h", (8, 4), (8, 1)),
        ("/h/g/0", (7, 7), (7, 7)),
        ("/a/d/9/e", (4, 3), (3, 3)),
        ("/h/z", (6, 4), (6, 1)),
        ("/nowhere/at/all", (1, 1), (1, 1)),
    ],
)
@pytest.mark.usefixtures("_each_parser")
def test_a_pointer_has_a_place(pointer: str, of_value: tuple[int, int], of_key: tuple[int, int]) -> None:
    located = parse(TEXT, "f.yaml")
    assert located.place(pointer) == Place("f.yaml", *of_value)
    assert located.place(pointer, key=True) == Place("f.yaml", *of_key)


def test_a_place_in_an_empty_file_is_its_beginning() -> None:
    assert parse("", "f.yaml").place("/a") == Place("f.yaml", 1, 1)


def test_a_file_is_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1")
    assert str(read(path).place("/a")) == f"{path}:1:4"


def test_a_file_can_be_named_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1")
    assert str(read(path, "b.yaml").place("/a")) == "b.yaml:1:4"


def test_a_missing_file_is_a_located_error(tmp_path: Path) -> None:
    with pytest.raises(LocatedError, match=r"^gone\.yaml: cannot be read: No such file or directory$"):
        read(tmp_path / "gone.yaml", "gone.yaml")


def test_a_path_that_is_none_is_a_located_error() -> None:
    with pytest.raises(LocatedError, match="cannot be read: embedded null byte"):
        read(Path("a\0b"))


def test_bytes_that_are_not_utf8_have_a_place(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\nb: \xff")
    with pytest.raises(LocatedError, match=r"^a\.yaml:2:4: a byte that is not UTF-8$"):
        read(path, "a.yaml")
