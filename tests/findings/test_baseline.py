from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import LocatedError
from mockserver.findings import Finding, Severity, apply, baseline

if TYPE_CHECKING:
    from pathlib import Path


def finding(operation: str) -> Finding:
    return Finding("answer.body", Severity.ERROR, "schema", operation, "type", "a message")


ONE, TWO = finding("v3.getOrder"), finding("v3.getBalance")


def test_what_is_written_is_accepted_when_it_is_read(tmp_path: Path) -> None:
    baseline.write(tmp_path / "known.yaml", [ONE, TWO])
    assert apply([ONE, TWO], baseline.read(tmp_path / "known.yaml")).new == ()


def test_what_is_not_in_the_baseline_is_new() -> None:
    sorted_ = apply([ONE, TWO], {ONE.fingerprint: ""})
    assert (sorted_.new, sorted_.accepted) == ((TWO,), (ONE,))


def test_what_nobody_found_any_more_is_told() -> None:
    assert apply([TWO], {ONE.fingerprint: "", TWO.fingerprint: ""}).unseen == (ONE.fingerprint,)


def test_reasons_stay_when_a_baseline_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    baseline.write(path, [ONE, TWO], {ONE.fingerprint: "told the vendor"})
    assert baseline.read(path) == {ONE.fingerprint: "told the vendor", TWO.fingerprint: ""}


def test_a_fingerprint_of_digits_alone_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text('accepted:\n- {fingerprint: "1234567890123456"}\n')
    assert baseline.read(path) == {"1234567890123456": ""}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", r"known\.yaml:1:1: a baseline must be a mapping with the list `accepted`"),
        ("accepted:\n- 7\n", r"known\.yaml:2:3: /accepted/0: must be a mapping"),
        ("accepted:\n- {fingerprint: abc}\n", "sixteen hexadecimal digits"),
        ("accepted:\n- {fingerprint: 1234567890123456}\n", "in quotes"),
        ("accepted:\n- {finger: x}\n", "there is no field finger, did you mean fingerprint?"),
        ('accepted:\n- {fingerprint: "0123456789abcdef", why: 7}\n', "why must be a string"),
        ("accepted: [", "known.yaml"),
    ],
)
def test_what_is_no_baseline_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "known.yaml").write_text(text)
    with pytest.raises(LocatedError, match=message):
        baseline.read(tmp_path / "known.yaml")
