"""Finding the values of names in texts: in queries and forms, in JSON, in header lines."""

from __future__ import annotations

import re
from json import JSONDecoder
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from mockserver.traffic.secret_matcher import MARK, from_json, replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.traffic.secret_matcher import Edit

_PAIR = re.compile(rb"""(?<![^\s&?#;,:="'<>(){}\[\]/])([^\s&?#;,:="'<>(){}\[\]/]{1,200}+)=""")
_TO_AMPERSAND = re.compile(rb"[^&]*")
_TO_BLANK = re.compile(rb"""(?:[^&\s"'#<>\\]|\\[^"'\s])*+""")

# Repetitions are possessive, and names have a longest length: a hostile text takes linear time.
_MEMBER = re.compile(rb"""(["'])((?:[^"'\\]|\\.){1,200}+)\1\s*+:\s*+""", re.DOTALL)
_QUOTED = re.compile(rb"'(?:[^'\\]|\\.)*+'?", re.DOTALL)
_BARE = re.compile(rb"[^\s,;}\]]*")
_JSON_VALUE = JSONDecoder(strict=False, parse_int=str, parse_float=str)

_LINE = re.compile(rb"(?<![0-9A-Za-z_-])([0-9A-Za-z_-]{1,200}+): *+(?:(?:basic|bearer|digest|token) +)?", re.IGNORECASE)
_TO_END = re.compile(rb"""[^\r\n"'\\]*""")


class Names:
    """Some names whose values are secret. Case, `-` and `_` make no difference in a name.

    A value that is empty or null stays, since it hides nothing.
    """

    def __init__(self, names: Iterable[str], headers: Iterable[str]) -> None:
        """Take the names; `headers` are those of them that are looked for as `name: value` too."""
        self._names = frozenset(_normal(name.encode()) for name in names)
        self._headers = frozenset(_normal(name.encode()) for name in headers) & self._names
        self._shortest = [name for name in self._names if not any(other in name for other in self._names - {name})]

    def __bool__(self) -> bool:
        return bool(self._names)

    def __contains__(self, name: str) -> bool:
        return _normal(name.encode(errors="surrogatepass")) in self._names

    def hide_in_form(self, data: bytes) -> bytes:
        """Return a query or a form with `MARK` for the values; a value ends at the next `&`."""
        return self._hide_pairs(data, _TO_AMPERSAND) if self.may_be_in(data) else data

    def hide(self, data: bytes) -> bytes:
        """Return a text with `MARK` for the values of all pairs, JSON members and header lines in it."""
        if not self.may_be_in(data):
            return data
        return self._hide_lines(self._hide_members(self._hide_pairs(data, _TO_BLANK)))

    def may_be_in(self, data: bytes) -> bool:
        """Tell, much faster than by reading it, whether a text may have one of the names."""
        if not self._shortest or (b"=" not in data and b":" not in data):
            return False
        if b"%" in data or b"\\" in data:
            return True
        normal = _normal(data)
        for name in self._shortest:  # noqa: SIM110 - half the time of any()
            if name in normal:
                return True
        return False

    def _hide_pairs(self, data: bytes, to_end: re.Pattern[bytes]) -> bytes:
        found = (
            (match.end(), MARK)
            for match in _PAIR.finditer(data)
            if _normal(_unescaped(unquote_to_bytes(match[1]))) in self._names
        )
        return _hidden(data, found, lambda start: _matched(to_end, data, start))

    def _hide_lines(self, data: bytes) -> bytes:
        found = ((match.end(), MARK) for match in _LINE.finditer(data) if _normal(match[1]) in self._headers)
        return _hidden(data, found, lambda start: _matched(_TO_END, data, start))

    def _hide_members(self, data: bytes) -> bytes:
        text = data.decode("latin-1")
        found = (
            (match.end(), match[1] + MARK + match[1])
            for match in _MEMBER.finditer(data)
            if _normal(_unescaped(match[2])) in self._names
        )
        return _hidden(data, found, lambda start: _value_end(data, text, start))


_NOTHING = (b"", b"null", b"None", b'""', b"''")


def _hidden(data: bytes, found: Iterable[tuple[int, bytes]], end_of: Callable[[int], int]) -> bytes:
    """Replace values, each found as its start and what comes in its place; not what is in another one."""
    edits: list[Edit] = []
    done = 0
    for start, replacement in found:
        if start >= done:
            done = end_of(start)
            if data[start:done] not in (*_NOTHING, replacement):
                edits.append((start, done, replacement))
    return replaced(data, edits)


def _matched(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match else at


def _value_end(data: bytes, text: str, at: int) -> int:
    """Return where a value ends in JSON, or in what Python shows of it; `text` is the data as Latin-1."""
    if data.startswith(MARK, at):
        return at + len(MARK)
    first = data[at : at + 1]
    if first == b"'":
        return _matched(_QUOTED, data, at)
    if first not in (b'"', b"{", b"["):
        return _matched(_BARE, data, at)
    try:
        return _JSON_VALUE.raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        return len(data)


def _unescaped(name: bytes) -> bytes:
    return from_json(name) if b"\\" in name else name


_LOWER = bytes(range(256)).lower()


def _normal(name: bytes) -> bytes:
    return name.translate(_LOWER, b"-_")
