"""Overlay files: which document they change, which readings they choose, what is wrong with them and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import Confidence, DocumentError, OverlayFileError, contract, load
from mockserver.contract.overlays import effective

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "overlay: 1.0.0\ninfo: {title: A test, version: '1'}\n"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "overlay.yaml"


def titled(title: str, more: str = "") -> str:
    return f"{HEAD}{more}actions:\n- target: $.info\n  update: {{title: {title}}}\n"


def test_an_overlay_without_a_document_changes_all(written: Path) -> None:
    written.write_text(titled("Changed"))
    assert [load(name, overlays=[written]).title for name in ("v3", "v2")] == ["Changed", "Changed"]


@pytest.mark.parametrize(
    "text",
    [titled("Changed", "extends: https://example.com/v2.yaml\n"), f"{titled('Changed')}  x-document: v2\n"],
    ids=["extends", "x-document"],
)
def test_an_overlay_for_one_document_leaves_the_others(written: Path, text: str) -> None:
    written.write_text(text)
    assert [load(name, overlays=[written]).title == "Changed" for name in ("v3", "v2")] == [False, True]


def test_later_overlays_win(tmp_path: Path) -> None:
    paths = [tmp_path / "first.yaml", tmp_path / "second.yaml"]
    for path in paths:
        path.write_text(titled(path.stem))
    assert load("v3", overlays=paths).title == "second"


@pytest.mark.parametrize(
    ("chosen", "expected"), [({}, "refunded"), ({"expiry": "kept"}, "kept")], ids=["the overlay's", "the caller's"]
)
def test_readings_come_from_the_overlay_unless_the_caller_chooses(
    written: Path, chosen: dict[str, object], expected: str
) -> None:
    written.write_text(titled("Changed", "x-readings: {expiry: refunded}\n"))
    assert effective(chosen, [written])["expiry"] == expected


def test_the_readings_of_an_overlay_change_the_document(written: Path) -> None:
    written.write_text(titled("Changed", "x-readings: {completed-word: complete}\n"))
    assert "complete" in load("v3", overlays=[written]).schema("OrderStatus")["enum"]


def test_an_overlay_may_change_nothing_but_rules(written: Path) -> None:
    written.write_text(f"{HEAD}x-rules: {{lifetime: 15m}}\nactions: []\n")
    assert contract(overlays=[written]).rules["lifetime"] == "15m"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("lifetme: 15m", r"overlay\.yaml:3:11: /x-rules/lifetme: .*there is no rule lifetme, did you mean lifetime\?"),
        ("lifetime: short", r"overlay\.yaml:3:11: .*lifetime must be a duration such as 20m, not \"short\""),
        ("renewal: never", r"overlay\.yaml:3:11: .*renewal must be anew, or a duration such as 5m, not \"never\""),
        ("expiry: refund", r"overlay\.yaml:3:11: .*expiry must be kept, refunded or repaid, did you mean refunded\?"),
    ],
    ids=["no such rule", "no duration", "no renewal", "no such word"],
)
def test_a_wrong_rule_of_an_overlay_has_its_place_there(written: Path, rule: str, message: str) -> None:
    written.write_text(f"{HEAD}x-rules: {{{rule}}}\nactions: []\n")
    with pytest.raises(DocumentError, match=message):
        contract(overlays=[written])


def test_a_path_is_corrected_without_code(written: Path) -> None:
    operation = (
        "{get: {operationId: getPopular, x-operation: popular, responses: {'200': {description: Yes.}}, x-provenance: "
        "{level: observed, source: a test, date: '2026-01-02', count: 3}, "
        "parameters: [{$ref: '#/components/parameters/userId'}]}}"
    )
    written.write_text(
        f"{HEAD}actions:\n"
        f"- {{target: $.paths, update: {{'/popular/{{userId}}': {operation}}}}}\n"
        "- {target: '$.paths[''/numbers/{userId}/popular'']', remove: true}\n"
    )
    popular = load("v3", overlays=[written]).operations["getPopular"]
    assert (popular.path, popular.provenance.level) == ("/popular/{userId}", Confidence.OBSERVED)
    assert (popular.provenance.date, popular.provenance.times) == ("2026-01-02", 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1\n", r"overlay\.yaml:1:1: .*object"),
        (HEAD, r"overlay\.yaml:1:1: .*actions"),
        (f"{HEAD}actions:\n- {{target: $.info}}\n", r"overlay\.yaml:4:3: "),
        (f"{HEAD}actions:\n- {{target: '$[', update: 1}}\n", r"overlay\.yaml:4:3: /actions/0: \$\[ is not a JSONPath"),
        (titled("x", "x-readings: {expire: kept}\n"), r"overlay\.yaml:3:22: .*there is no reading .* mean expiry\?"),
    ],
    ids=["no mapping", "no actions", "nothing to do", "no path", "no such reading"],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(written: Path, text: str, message: str) -> None:
    written.write_text(text)
    with pytest.raises(OverlayFileError, match=message):
        load("v3", overlays=[written])


def test_what_an_overlay_makes_wrong_has_its_place_there(written: Path) -> None:
    written.write_text(f"{HEAD}actions:\n- target: $.components.schemas.OrderStatus\n  update: {{type: text}}\n")
    with pytest.raises(DocumentError, match=r"overlay\.yaml:5:12: .*makes v3 invalid at .*type must be"):
        load("v3", overlays=[written])
