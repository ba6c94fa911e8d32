"""Finding secrets in texts, however they are spelled: by value, and by the name in front of them."""

from __future__ import annotations

import re
from base64 import b64encode
from json import JSONDecoder
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


MARK = b"[redacted]"
"""What stands for a secret."""

Edit = tuple[int, int, bytes]
"""A span of data, from start to end, and what comes in its place."""

_SHORT = 6
"""A secret of fewer bytes is looked for only as a word of its own: it would be found all over otherwise."""

_LAYERS = 3
"""How many spellings may lie over each other, such as a percent-encoded URL in a JSON string."""


class Secrets:
    """Some secret texts, in every spelling.

    A spelling is the text itself, base64 of anything that holds it, any of its characters percent-encoded or escaped
    as in JSON, `+` for a space, and up to three of them over each other.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take the secrets; empty ones are left out."""
        plain = {secret.encode(errors="surrogatepass") for secret in secrets} - {b""}
        words = {secret for secret in plain if len(secret) < _SHORT}
        parts = (plain - words).union(*(_base64(secret) for secret in plain - words))
        self._found = re.compile(
            b"|".join(
                [
                    re.escape(MARK),
                    *(b"(%s)" % re.escape(part) for part in sorted(parts, key=_longest_first)),
                    *(rb"(?<![0-9A-Za-z])(%s)(?![0-9A-Za-z])" % re.escape(word) for word in sorted(words)),
                ]
            )
        )
        self._parts = (*parts, *words)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def hide(self, data: bytes) -> bytes:
        """Return the data with `MARK` in the place of each secret; the same object if there is none."""
        if not self._parts or not (_SIGNS.search(data) or self._are_in(data)):
            return data
        spans = [span for reading in _readings(data) for span in self._spans(reading)]
        return replaced(data, [(start, end, MARK) for start, end in _merged(spans)]) if spans else data

    def _spans(self, reading: _Reading) -> Iterator[tuple[int, int]]:
        text, starts = reading
        if self._are_in(text):
            for match in self._found.finditer(text):
                if match.lastindex:
                    yield starts[match.start()], starts[match.end()]

    def _are_in(self, text: bytes) -> bool:
        """Tell, much faster than `_found` would, whether to look for secrets in a text."""
        for part in self._parts:  # noqa: SIM110 - half the time of any()
            if part in text:
                return True
        return False


def replaced(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the data with all edits made; they are in order and do not overlap."""
    if not edits:
        return data
    pieces: list[bytes] = []
    at = 0
    for start, end, replacement in edits:
        pieces += [data[at:start], replacement]
        at = end
    return b"".join([*pieces, data[at:]])


def from_json(data: bytes) -> bytes:
    """Return what a text with the escapes of JSON spells."""
    return _JSON.sub(_character, data)


class _Reading(NamedTuple):
    """A text that other data spells. `starts` says for each byte, and for the end, where its spelling begins there."""

    text: bytes
    starts: Sequence[int]


def _readings(data: bytes) -> list[_Reading]:
    """Return the data, and everything that it may be the spelling of."""
    readings = [_Reading(data, range(len(data) + 1))]
    layer, seen = readings, {data}
    for _ in range(_LAYERS):
        above, layer = layer, []
        for reading in above:
            for sign, piece, meaning in _SPELLINGS:
                if sign in reading.text and (read := _unspelled(reading, piece, meaning)).text not in seen:
                    layer.append(read)
                    seen.add(read.text)
        if not layer:
            break
        readings += layer
    return readings


def _unspelled(reading: _Reading, piece: re.Pattern[bytes], meaning: Callable[[re.Match[bytes]], bytes]) -> _Reading:
    text, outer = reading
    pieces: list[bytes] = []
    starts: list[int] = []
    at = 0
    for match in piece.finditer(text):
        start, end = match.span()
        meant = meaning(match)
        pieces += [text[at:start], meant]
        starts += outer[at:start]
        starts += [outer[start]] * len(meant)
        at = end
    return _Reading(b"".join([*pieces, text[at:]]), [*starts, *outer[at:]])


_JSON = re.compile(
    rb'\\(?:(["\\/bfnrt])|u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))'
)
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _character(escape: re.Match[bytes]) -> bytes:
    sign, high, low, unit = escape.groups()
    if sign:
        return _CONTROLS.get(sign, sign)
    code = int(unit, 16) if unit else 0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)
    return chr(code).encode(errors="surrogatepass")


_SPELLINGS: tuple[tuple[bytes, re.Pattern[bytes], Callable[[re.Match[bytes]], bytes]], ...] = (
    (b"%", re.compile(rb"%([0-9a-fA-F]{2})"), lambda match: bytes([int(match[1], 16)])),
    (b"\\", _JSON, _character),
    (b"+", re.compile(rb"\+"), lambda _: b" "),
)
"""The sign of a spelling, a piece of it, and what that means."""

_SIGNS = re.compile(rb"[%\\+]")


def _base64(secret: bytes) -> set[bytes]:
    """Return what base64 has of a secret, whatever stands before and after it: three texts, or six with base64url."""
    found = set()
    # A letter of base64 is six bits: the first and the last ones may hold bits of the neighbours too.
    for before, first in enumerate((0, 2, 3)):
        last = (before + len(secret)) * 8 // 6
        found.add(b64encode(bytes(before) + secret)[first:last])
    return found | {part.translate(bytes.maketrans(b"+/", b"-_")) for part in found}


def _longest_first(part: bytes) -> tuple[int, bytes]:
    return -len(part), part


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


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


class SecretNames:
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
