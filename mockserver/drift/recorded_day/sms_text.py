"""SMS texts without what is private: codes, numbers, addresses and links become placeholders."""

from __future__ import annotations

import re

_LONGEST = 1600

_PRIVATE = re.compile(
    r"""
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+                              # a mail address
    | (?<=://)\S+                                             # what follows the scheme of a link
    | \+?\d(?:[\s().-]{0,2}\d){2,}                            # a number of three digits or more
    | \b(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z\d_-]{5,}  # letters and digits, as in a token
    """,
    re.VERBOSE,
)
_BRACES = str.maketrans("{}", "()")
_CODE = "\x00"


def anonymous(text: str, code: str | None) -> str:
    """Return a text for a scenario: the code becomes `{code}`, any other private part `{other}`.

    Without a code, nothing becomes `{code}`, so that the SMS of the scenario has none, either.
    """
    rest = text.translate(_BRACES).replace(_CODE, "")
    if code:
        rest = _spelled(code).sub(_CODE, rest)
    rest = _PRIVATE.sub("{other}", rest)
    return rest.replace(_CODE, "{code}")[:_LONGEST]


def _spelled(code: str) -> re.Pattern[str]:
    """Return a pattern of a code in a text, which may be split: `123-456` for 123456."""
    characters = [re.escape(character) for character in code.translate(_BRACES) if character.isalnum()]
    return re.compile(r"[\s-]?".join(characters) or re.escape(code.translate(_BRACES)))
