"""Redact a run before it is reported, escape its unprintable characters and truncate its long texts."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from mockserver.findings import Finding
from mockserver.traffic.coverage import Coverage
from mockserver.traffic.exchange import Exchange, header
from mockserver.traffic.redaction import KEY_VARIABLE, REDACTED

if TYPE_CHECKING:
    from mockserver.findings import Run
    from mockserver.traffic.exchange import Headers
    from mockserver.traffic.redaction import Redactor

LIMIT = 4000
"""Maximum length of a text in a report, in characters. Longer texts are truncated and marked."""

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, and line ends other than \n
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"  # line separators and directional controls
    "\ud800-\udfff\ufeff\ufffe\uffff]"  # not allowed in UTF-8 or XML
)


def clean(run: Run, redactor: Redactor) -> Run:
    """Return a run that is safe to report.

    Each text is redacted, escaped and truncated. Bodies of exchanges are decoded from their content coding, and are
    UTF-8. Notes of exchanges are removed.
    """
    coverage = Coverage.of_data(_clean(run.coverage.data(), redactor))
    cleaned: Run = _clean(run._replace(coverage=Coverage()), redactor)
    return cleaned._replace(coverage=coverage)


def printable(text: str, limit: int = LIMIT) -> str:
    """Return a text with unprintable characters escaped (`\\x1b`), truncated to `limit` characters."""
    shown = _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
    if len(shown) <= limit:
        return shown
    mark = f"… (cut: {len(text):,} characters in all)"
    return shown[: limit - len(mark)] + mark


def _clean(value: Any, redactor: Redactor) -> Any:
    match value:
        case Enum():
            return value
        case str():
            return printable(redactor.text(value))
        case bytes():
            return _clean(value.decode(errors="replace"), redactor).encode()
        case Finding():
            curl = printable(_command(value.curl, redactor))
            return Finding(*(_clean(part, redactor) for part in value._replace(curl="")))._replace(curl=curl)
        case Exchange():
            return type(value)(*(_clean(part, redactor) for part in _decoded(redactor.exchange(value))))
        case dict():
            return {_clean(key, redactor): _clean(part, redactor) for key, part in value.items()}
        case list():
            return [_clean(part, redactor) for part in value]
        case tuple():
            parts = (_clean(part, redactor) for part in value)
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        case _:
            return value


def _command(curl: str, redactor: Redactor) -> str:
    """Redact a command, but keep the shell variable that replaces the key."""
    variable = f"""'"${KEY_VARIABLE}"'"""
    return redactor.text(curl.replace(variable, REDACTED)).replace(REDACTED, variable)


def _decoded(exchange: Exchange) -> Exchange:
    request, answer = exchange.request, exchange.answer
    return exchange._replace(
        request=request._replace(headers=_without_coding(request.headers), body=request.content),
        answer=answer and answer._replace(headers=_without_coding(answer.headers), body=answer.content),
        notes={},
    )


def _without_coding(headers: Headers) -> Headers:
    """Drop the content coding header and the length, which is that of the coded body."""
    if header(headers, "content-encoding") is None:
        return headers
    return tuple(pair for pair in headers if pair[0].lower() not in {"content-encoding", "content-length"})
