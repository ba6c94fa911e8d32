from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.cli.targets import app_factory
from mockserver.contract import contract
from mockserver.verify import Plan, in_process, verify
from mockserver.verify.examples import differences, misnamed

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.findings import Run
    from mockserver.verify import StartedApp
    from mockserver.verify.target import App, Message

ORDERS = "$.components.schemas.OrderItem"
WORD = """
- {target: $.components.schemas.OrderStatus.enum, update: done}
- {target: $.components.schemas.OrderStatus, update: {x-words: {completed: done}}}
"""
RENAMED = f"""
- {{target: {ORDERS}.properties, update: {{cost: {{x-renamed-from: purchasePrice}}}}}}
- {{target: {ORDERS}.properties.purchasePrice, remove: true}}
- {{target: "{ORDERS}.required[?@ == 'purchasePrice']", remove: true}}
"""
REFUSAL = "\n- {target: \"$['x-failures'].reasons.REFUND_NOT_ALLOWED\", update: {status: 409}}\n"
OVERLAYS = {
    "a word": f"actions:{WORD}",
    "a name": f"actions:{RENAMED}",
    "a refusal": f"actions:{REFUSAL}",
    "a lifetime": "x-rules: {lifetime: 15m}\nactions: []",
    "a lifetime that has passed": "x-rules: {lifetime: 1m}\nactions: []",
    "a refund window": "x-rules: {refund_window: 1m}\nactions: []",
    "wallets among the invoices": "x-rules: {wallets: listed}\nactions: []",
    "a reading": "x-readings: {expiry: refunded, completed-word: complete}\nactions: []",
    "all": f"x-rules: {{lifetime: 15m}}\nactions:{WORD}{RENAMED}{REFUSAL}",
}


def examined(folder: Path, overlay: str, replaced: tuple[bytes, bytes] = (b"", b"")) -> Run:
    """Run the suite on the mock by an overlay; one text is replaced by another in all its responses."""
    path = folder / "known.yaml"
    path.write_text(f"overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nextends: v3.yaml\n{overlay}\n")
    corrected = contract(overlays=(path,))
    begin = app_factory({}, (path,))

    def spoilt(app: App) -> App:
        async def call(scope: Message, receive: Any, send: Any) -> None:
            async def send_replaced(message: Any) -> None:
                await send({**message, "body": message["body"].replace(*replaced)} if "body" in message else message)

            await app(scope, receive, send_replaced)

        return call

    def start(scenario: str) -> StartedApp:
        started = begin(scenario)
        return started._replace(app=spoilt(started.app)) if all(replaced) else started

    return verify(in_process(start, corrected.documents.values()), Plan(corrected, suites=("examples",)))


def rules(example: Any, got: Any, *, values: bool = True, whole: bool = True) -> list[str]:
    return [difference.rule for difference in differences(example, got, values=values, whole=whole)]


@pytest.mark.parametrize(
    ("example", "got", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["example-value"]),
        ({"a": 1}, {"a": "1"}, ["example-shape"]),
        ({"a": True}, {"a": 1}, ["example-shape"]),
        ({"a": 1}, {}, ["example-shape"]),
        ({"a": 1}, {"a": 1, "b": 2}, ["example-shape"]),
        ([1], [1, 2], ["example-value"]),
        ({"a": "comp…"}, {"a": "completed"}, []),
        ({"a": "comp…"}, {"a": "expired"}, ["example-value"]),
        ({"a": None}, {"a": None}, []),
    ],
)
def test_an_answer_is_compared_value_for_value(example: Any, got: Any, found: list[str]) -> None:
    assert rules(example, got) == found


def test_a_page_that_was_cut_allows_more_fields() -> None:
    assert rules({"a": 1}, {"a": 1, "b": 2}, whole=False) == []


@pytest.mark.parametrize(
    ("example", "got", "found"),
    [
        ({"a": 1}, {"a": 7, "b": 2}, []),
        ({"a": 1}, {"a": "7"}, ["example-shape"]),
        ([{"a": 1}], [{"a": 7}, {"a": 8}], []),
        ([{"a": 1}], [{"a": 7}, {}], ["example-shape"]),
        ([[1, "a"]], [[7, "b"], [8, "c"]], []),
        ([], [1], []),
        ({"a": None}, {"a": "text"}, []),
    ],
)
def test_elsewhere_an_answer_is_compared_by_its_shape(example: Any, got: Any, found: list[str]) -> None:
    assert rules(example, got, values=False, whole=False) == found


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"offer": {"service": {"code": "ds", "name": "Discord"}}}, 0),
        ({"offer": {"service": {"code": "ds", "name": "Telegram"}}}, 1),
        ({"offer": {"service": {"code": "tg", "name": "Telegram"}}}, 0),
        ({"orders": [{"country": {"code": "12", "name": "Russia"}}]}, 1),
        ({"offer": {"service": {"code": "ds"}}}, 0),
    ],
)
def test_a_code_has_the_documented_name(facts: Any, found: int) -> None:
    assert len(list(misnamed(facts))) == found


@pytest.mark.parametrize("overlay", OVERLAYS.values(), ids=OVERLAYS)
def test_nothing_is_found_on_the_mock_that_an_overlay_changes(overlay: str, tmp_path: Path) -> None:
    run = examined(tmp_path, overlay)
    assert ([str(finding) for finding in run.findings], run.suites[0].cases > 6) == ([], True)


@pytest.mark.parametrize("overlay", [OVERLAYS["a refusal"], OVERLAYS["a name"]], ids=["a refusal", "a name"])
def test_a_value_that_no_overlay_changes_is_compared(overlay: str, tmp_path: Path) -> None:
    run = examined(tmp_path, overlay, (b'"url":"https://pay.', b'"url":"https://sly.'))
    assert "example.value" in {finding.code for finding in run.findings}


def test_a_value_that_may_follow_from_a_changed_rule_is_not_compared(tmp_path: Path) -> None:
    run = examined(tmp_path, OVERLAYS["a lifetime"], (b'"url":"https://pay.', b'"url":"https://sly.'))
    skipped = [skip.what for skip in run.suites[0].skipped]
    assert ([finding.code for finding in run.findings], "the documented values" in skipped) == ([], True)


def test_a_shape_is_compared_even_if_a_rule_is_changed(tmp_path: Path) -> None:
    run = examined(tmp_path, OVERLAYS["a lifetime"], (b'"amount":', b'"amounts":'))
    assert "example.shape" in {finding.code for finding in run.findings}
