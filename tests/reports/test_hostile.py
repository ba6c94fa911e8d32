"""Whatever a server puts into its answers, a report stays well-formed and obeys none of it."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from rich.console import Console

from mockserver.data import directory
from mockserver.reports import FORMATS, github, show, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.findings import Run

HOSTILE = {
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;",
    "cdata": "]]><!-- --><?xml?>",
    "template": "{{ 7 * 7 }}{% raw %}{# #}",
    "rich": "[bold red][/nothing] [link=http://evil]x[/link] :smile:",
    "workflow": "x\n::error file=a::b\n::set-output name=x::y\n::add-mask::a",
    "lines": "a\r\nb\rc\u2028d\u0085e\n\n",
    "control": "".join(map(chr, range(32))) + "\x7f\x1b]0;title\x07",
    "surrogates": "\ud800\udfff\ud83d",
    "direction": "\u202e\u2066abc",
    "markdown": "`a` **b** | c | [d](e)",
    "long": "x<" * 50_000,
    "empty": "",
    "path": "/etc/../v3.yaml#%20?x",
}


class Tags(HTMLParser):
    """Collects the tags of a page, and the attributes that could run or load something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.active += [
            f"{tag} {name}"
            for name, value in attrs
            if name.startswith("on") or (name in {"src", "href", "srcset"} and not (value or "").startswith("#"))
        ]


def _schema(path: Path) -> Any:
    return orjson.loads(path.read_bytes())


REPORT = jsonschema_rs.validator_for(_schema(directory("contracts") / "report.schema.json"))
SARIF = jsonschema_rs.validator_for(_schema(Path(__file__).with_name("sarif-2.1.0.schema.json")), validate_formats=True)


def check_json(content: bytes) -> None:
    REPORT.validate(orjson.loads(content))


def check_sarif(content: bytes) -> None:
    SARIF.validate(orjson.loads(content))


def check_junit(content: bytes) -> None:
    first = next(iter(JUnitXml.fromstring(content)))
    assert len(list(first)) == 4  # two findings, one accepted, one left out


def check_html(content: bytes) -> None:
    page = Tags()
    page.feed(content.decode())
    assert page.active == []
    assert not page.tags & {"script", "img", "iframe", "link", "object", "form"}


def check_har(content: bytes) -> None:
    assert len(orjson.loads(content)["log"]["entries"]) == 3


CHECKS: dict[str, Callable[[bytes], None]] = {
    "json": check_json,
    "sarif": check_sarif,
    "junit": check_junit,
    "har": check_har,
    "html": check_html,
}


def test_every_format_is_checked() -> None:
    assert set(CHECKS) == set(FORMATS)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", FORMATS)
def test_a_report_stays_well_formed(name: str, text: str, say: Callable[[str], Run], tmp_path: Path) -> None:
    (path,) = write(say(text), [name], tmp_path)

    CHECKS[name](path.read_bytes())


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(text=st.text(st.characters(), max_size=30))
def test_a_report_stays_well_formed_whatever_it_says(text: str, say: Callable[[str], Run], tmp_path: Path) -> None:
    for name, path in zip(FORMATS, write(say(text), list(FORMATS), tmp_path), strict=True):
        CHECKS[name](path.read_bytes())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_an_annotation_is_one_command_on_one_line(text: str, say: Callable[[str], Run]) -> None:
    commands = list(github.commands(say(text)))

    assert all(len(command.splitlines()) == 1 and command.startswith("::error ") for command in commands)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_console_prints_no_control_characters(text: str, say: Callable[[str], Run]) -> None:
    out = io.StringIO()
    show(say(text), Console(file=out, width=100))

    assert not [character for character in out.getvalue() if ord(character) < 32 and character != "\n"]


def test_the_console_prints_markup_as_it_is(say: Callable[[str], Run]) -> None:
    out = io.StringIO()
    show(say(HOSTILE["rich"]), Console(file=out, width=300))

    assert HOSTILE["rich"] in out.getvalue()


def test_no_text_is_longer_than_the_limit(say: Callable[[str], Run], tmp_path: Path) -> None:
    (path,) = write(say(HOSTILE["long"]), ["json"], tmp_path)

    assert len(path.read_bytes()) < 400_000
