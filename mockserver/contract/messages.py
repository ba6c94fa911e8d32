"""How values and choices are written in messages: on one line, and short."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ROOT = Path(__file__).parents[2]


def brief(value: object, limit: int = 60) -> str:
    """Write a value as JSON on one line, cut at this many characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=_type_name)
        if not text.isprintable():
            text = json.dumps(value, default=_type_name)
    except (ValueError, TypeError, RecursionError):  # JSON cannot hold it: circular, a key that is not text, ...
        text = _type_name(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _type_name(value: object) -> str:
    return f"<{type(value).__name__}>"


def choice(words: Sequence[str]) -> str:
    """Write `a`, `a or b`, `a, b or c`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nothing"


def bug(error: BaseException) -> str:
    """Name an unexpected error by its type and the line that raised it. Its text is left out: it may hold a secret."""
    import traceback  # takes milliseconds to import, and is needed for errors only

    raised = traceback.extract_tb(error.__traceback__)[-1]
    file = Path(raised.filename)
    place = file.relative_to(_ROOT) if file.is_relative_to(_ROOT) else Path(*file.parts[-2:])
    return f"this is a bug: {type(error).__name__} at {place.as_posix()}:{raised.lineno}"


def did_you_mean(word: object, known: Iterable[str], near: float = 0.6) -> str:
    """Return `, did you mean X?` for the known word nearest to this one, or nothing if none is near, from 0 to 1."""
    from difflib import get_close_matches  # takes milliseconds to import, and is needed for errors only

    nearest = get_close_matches(str(word), list(known), n=1, cutoff=near)
    return f", did you mean {nearest[0]}?" if nearest else ""
