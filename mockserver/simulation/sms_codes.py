"""Finding the code in the text of an SMS, as people find it: in many languages, and not in a price or a date."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_RUN = re.compile(r"(?<![A-Za-z\d])(?:[A-Z]{1,3}-)?([+(]?\d[\d ()-]*\d)(?![A-Za-z\d])")
"""Digits with spaces and dashes inside, such as `123 456`; a prefix such as that of `G-123456` is no part of a code."""
_DIGITS = range(4, 9)
_GROUPED = re.compile(r"\d+(?:[ -]\d{2,})*")
_DATE = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d|[0-3]\d-[01]\d-(?:19|20)\d\d")
_YEAR = re.compile(r"(?:19|20)\d\d")

_WORDS = (
    "code|código|codigo|codice|kod|kód|pin|otp|password|token|hasło|passwort|contraseña|senha"
    "|код|пароль|κωδικ|קוד|رمز|كود|کد|कोड|কোড|รหัส|mã|验证码|驗證碼|校验码|动态码|密码|コード|番号|인증번호|코드"
)
_WORD = re.compile(_WORDS, re.IGNORECASE)
_MONEY = r"[$€£¥₽₹₩₴₺₫฿]|(?:USD|EUR|GBP|RUB|UAH|JPY|INR|CNY|PLN|SEK|BRL|Rs|руб|грн|kr|zł)\b"  # noqa: RUF001 - several languages
_UNIT = r"sec|min|hour|day|hr|сек|мин|час|дн|stund|tag|jour|heure|dia|hora|giorn|ore\b|分|秒|小时|時間|분|초|%"
_BEFORE = re.compile(rf"(?:/|\d[.:,]|(?:{_MONEY}|\b(?:call|tel|phone|тел)\b\.?:?)\s*)$", re.IGNORECASE)
_NEAR = 20
"""Characters before a candidate that may tell what it is."""
_AFTER = re.compile(rf"[.,:]?\d|/|\s*(?:{_MONEY}|{_UNIT})", re.IGNORECASE)


class _Candidate(NamedTuple):
    """Digits that may be a code, and their place in the text."""

    code: str
    start: int
    end: int


def code_in(text: str) -> str | None:
    """Return the code in a text, as digits without spaces and dashes; None if there is none.

    Of several, it is the one that is nearest to a word for code, or else the first.
    """
    candidates = list(_candidates(text))
    words = [match.span() for match in _WORD.finditer(text)]

    def distance(candidate: _Candidate) -> int:
        gaps = (max(begin - candidate.end, candidate.start - end, 0) for begin, end in words)
        return min(gaps, default=0)

    found = min(candidates, key=distance, default=None)
    return found.code if found else None


def _candidates(text: str) -> Iterator[_Candidate]:
    for match in _RUN.finditer(text):
        run, (start, end) = match[1].rstrip(" (-"), match.span(1)
        digits = "".join(str(unicodedata.digit(char)) for char in run if char.isdigit())
        end = start + len(run)
        if len(digits) not in _DIGITS or not _GROUPED.fullmatch(run) or _is_date(run):
            continue
        if not _BEFORE.search(text[max(0, start - _NEAR) : start]) and not _AFTER.match(text[end:]):
            yield _Candidate(digits, start, end)


def _is_date(run: str) -> bool:
    return bool(_DATE.fullmatch(run) or _YEAR.fullmatch(run))
