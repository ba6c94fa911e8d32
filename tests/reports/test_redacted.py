"""What leaves through the door of every report."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mockserver.reports import FORMATS, github, show, write
from mockserver.reports.redacted import LIMIT, clean, printable
from mockserver.traffic import Answer
from mockserver.traffic.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.findings import Run
    from mockserver.traffic import Exchange

KEY = "sk-live-7f3a91c2d4"
REDACTOR = Redactor([KEY])
SPELLINGS = [KEY, f"apiKey={KEY}", f'{{"apiKey": "{KEY}"}}', quote(KEY, safe="").replace("-", "%2D"), f"Bearer {KEY}"]


def _printed(run: Run) -> str:
    out = io.StringIO()
    show(run, Console(file=out, width=200), REDACTOR)
    return out.getvalue()


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", FORMATS)
def test_no_file_holds_a_key(name: str, spelling: str, say: Callable[[str], Run], tmp_path: Path) -> None:
    (path,) = write(say(spelling), [name], tmp_path, REDACTOR)

    assert KEY not in path.read_text().replace("%2D", "-")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_console_shows_no_key(spelling: str, say: Callable[[str], Run]) -> None:
    assert KEY not in _printed(say(spelling)).replace("%2D", "-")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_annotation_holds_a_key(spelling: str, say: Callable[[str], Run]) -> None:
    assert KEY not in "".join(github.commands(say(spelling), REDACTOR)).replace("%2D", "-")


def test_a_key_that_is_known_by_its_name_alone_is_redacted(say: Callable[[str], Run], tmp_path: Path) -> None:
    written = write(say(f"http://h/v3/x?apiKey={KEY}"), list(FORMATS), tmp_path)

    assert not [path for path in written if KEY in path.read_text()]


@pytest.mark.parametrize(
    "curl",
    [
        """curl 'http://h/v3/x?apiKey='"$SMSONLINE_API_KEY"'&a=1'""",
        """curl -X PUT --data-raw '{"apiKey": "'"$SMSONLINE_API_KEY"'", "country": "12"}' http://h/v3/x""",
        """curl --data-raw key="$SMSONLINE_API_KEY"'&x=1' http://h/v3/x""",
    ],
)
def test_a_command_can_still_be_run(curl: str, run: Run) -> None:
    cleaned = clean(run._replace(findings=(run.findings[0]._replace(curl=curl),)), REDACTOR)

    assert cleaned.findings[0].curl == curl


def test_a_key_in_a_command_that_has_the_variable_too_is_redacted(run: Run) -> None:
    curl = f"""curl --data-raw '{{"apiKey": "'"$SMSONLINE_API_KEY"'", "m": "{KEY}"}}' http://h/v3/x"""
    cleaned = clean(run._replace(findings=(run.findings[0]._replace(curl=curl),)), REDACTOR)

    assert KEY not in cleaned.findings[0].curl


def test_a_finding_keeps_its_fingerprint(run: Run) -> None:
    cleaned = clean(run, REDACTOR)

    assert [each.fingerprint for each in cleaned.findings] == [each.fingerprint for each in run.findings]


def test_a_run_that_has_nothing_to_hide_is_not_changed(run: Run) -> None:
    cleaned = clean(run, REDACTOR)

    assert cleaned._replace(coverage=run.coverage) == run
    assert cleaned.coverage.data() == run.coverage.data()


@pytest.mark.parametrize("text", [f"<b>\x1b[31m\r\n{KEY}\u202e", "\x00" * 5000, "x" * 5000])
def test_cleaning_twice_is_cleaning_once(text: str, say: Callable[[str], Run]) -> None:
    once = clean(say(text), REDACTOR)
    twice = clean(once, REDACTOR)

    assert twice._replace(coverage=once.coverage) == once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("one\ntwo\tthree", "one\ntwo\tthree"),
        ("one\r\ntwo", "one\\r\ntwo"),
        ("\x00\x07\x85", "\\x00\\x07\\x85"),
        ("\ud800 alone", "\\ud800 alone"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("ünïcode → 😀", "ünïcode → 😀"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    shown = printable("x" * 1_000_000)

    assert shown.endswith("x… (cut: 1,000,000 characters in all)")
    assert len(shown) == LIMIT


@given(st.text(st.characters()))
def test_a_printable_text_can_be_encoded_and_has_no_control_characters(text: str) -> None:
    shown = printable(text)

    assert shown.encode().decode() == shown
    assert not [character for character in shown if ord(character) < 32 and character not in "\n\t"]


def test_a_body_is_shown_without_its_coding(run: Run, exchange: Exchange) -> None:
    headers = (("content-type", "text/plain"), ("Content-Encoding", "gzip"), ("content-length", "25"))
    coded = exchange._replace(answer=Answer(200, headers, gzip.compress(b"hello")), notes={"world": "x"})
    cleaned = clean(run._replace(findings=(run.findings[0]._replace(exchanges=(coded,)),)), REDACTOR)

    assert cleaned.findings[0].exchanges[0].answer == Answer(200, (("content-type", "text/plain"),), b"hello")


def test_notes_of_an_exchange_are_not_shown(run: Run, exchange: Exchange) -> None:
    noted = exchange._replace(notes={"world": "x"})
    cleaned = clean(run._replace(findings=(run.findings[0]._replace(exchanges=(noted,)),)), REDACTOR)

    assert cleaned.findings[0].exchanges[0] == exchange._replace(notes={})


def test_a_key_at_the_cut_is_redacted_first(run: Run) -> None:
    text = "x" * (LIMIT - 5) + KEY
    cleaned = clean(run._replace(target=text), REDACTOR)

    assert KEY[:5] not in cleaned.target
