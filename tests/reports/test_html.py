"""The page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from mockserver.reports import html
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from mockserver.findings import Run

VOID = {"meta", "input", "wbr"}


class Outline(HTMLParser):
    """Keeps the text of a page, its ids and links, and the tags that are not closed as they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "aria-labelledby"}:
                self.links += [each.removeprefix("#") for each in (value or "").split()]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag of SVG that closes itself."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(run: Run) -> Outline:
    outline = Outline()
    outline.feed(html.render(run, strict=False).decode())
    return outline


@pytest.mark.parametrize("fixture", ["run", "clean_run"])
def test_every_tag_is_closed(fixture: str, request: pytest.FixtureRequest) -> None:
    outline = read(request.getfixturevalue(fixture))

    assert (outline.open, outline.wrong) == ([], [])


@pytest.mark.parametrize("fixture", ["run", "clean_run"])
def test_every_link_leads_to_a_part_of_the_page(fixture: str, request: pytest.FixtureRequest) -> None:
    outline = read(request.getfixturevalue(fixture))

    assert set(outline.links) <= set(outline.ids)


def test_no_id_comes_twice(run: Run) -> None:
    ids = read(run).ids

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "said",
    [
        "1 error, 1 warning, 1 note in 4,310 cases in 29.6 s.",
        'body.body[0].price must be an integer, got "16"',
        'apiKey=\'"$SMSONLINE_API_KEY"',
        "v3.yaml:1012",
        '{"ok":true,"body":[{"orderId":"1","price":"16"}]}',
        "The connection ended without a response.",
        "0123456789abcdef",
        "Spent $0.36",
        "$0.20 lost",
        "no order is known",
        "the key is read before the path",
        "not listed",
    ],
)
def test_the_page_shows_it(said: str, run: Run) -> None:
    assert said in read(run).text


def test_the_drawing_is_xml(run: Run) -> None:
    drawing = re.search("<svg.*?</svg>", html.render(run, strict=False).decode(), re.DOTALL)

    assert drawing
    assert ET.fromstring(drawing[0]).tag == "svg"  # noqa: S314 - our own


def test_a_page_without_states_has_no_drawing(clean_run: Run) -> None:
    assert b"<svg" not in html.render(clean_run, strict=False)


def test_the_page_forbids_itself_to_load_or_run_anything(clean_run: Run) -> None:
    assert b"content=\"default-src 'none'; style-src 'unsafe-inline';" in html.render(clean_run, strict=False)


def test_the_matrix_has_a_column_for_each_status_that_is_listed_or_was_met(run: Run) -> None:
    assert html.matrix(run.coverage).columns == (200, 222, 400, 401, 403, 404, 413, 415, 418, 500)


def test_a_cell_of_the_matrix_stands_in_the_column_of_its_status(run: Run) -> None:
    matrix = html.matrix(run.coverage)

    for _, rows in matrix.groups:
        for row in rows:
            cells = zip(matrix.columns, row.cells, strict=True)
            assert all(answer is None or answer.status == status for status, answer in cells)


def test_operations_are_grouped_by_document() -> None:
    coverage = Coverage()
    for operation in ("v3.a", "v2.a", "v3.b", ""):
        coverage.answer(operation, 200)

    groups = {name: [row.operation for row in rows] for name, rows in html.matrix(coverage).groups}
    assert groups == {"v3": ["v3.a", "v3.b"], "v2": ["v2.a"], "": [""]}
