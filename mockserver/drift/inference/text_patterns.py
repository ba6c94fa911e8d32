"""Regular expressions for texts that all have the same form, such as `92%`, `12-ds` or `2025-06-15T15:06:40Z`."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from mockserver.traffic.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Sequence

_RUNS = re.compile(r"[0-9]+|[A-Za-z]+|[^0-9A-Za-z]")
MAXIMUM_RUNS = 40
"""The maximum number of runs of digits or letters, and of other characters, in a text that has a form."""


def pattern(texts: Sequence[str]) -> str:
    """Return an anchored regular expression that matches all texts; empty if they have no form in common.

    Texts have a form if they contain digits or punctuation at the same places. A run of letters is fixed if all texts
    have the same one. The form of a hidden secret is unknown.
    """
    if any(REDACTED in text for text in texts):
        return ""
    split = [_RUNS.findall(text) for text in texts]
    if not split or not 0 < len(split[0]) <= MAXIMUM_RUNS or len({tuple(map(_kind, runs)) for runs in split}) > 1:
        return ""
    columns = list(zip(*split, strict=True))
    if all(_kind(column[0]) == "letters" for column in columns):
        return ""
    return "^" + "".join(map(_expression, columns)) + "$"


def _kind(run: str) -> str:
    if run.isascii() and run.isdigit():
        return "digits"
    return "letters" if run.isascii() and run.isalpha() else run


def _expression(column: Sequence[str]) -> str:
    kind = _kind(column[0])
    if kind == "digits":
        return "[0-9]+"
    same = all(one == other for one, other in pairwise(column)) and (len(column) > 1 or len(column[0]) == 1)
    return re.escape(column[0]) if kind != "letters" or same else "[A-Za-z]+"
