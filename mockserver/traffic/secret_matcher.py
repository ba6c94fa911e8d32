"""Replacing secrets in texts, in any encoding: by their values, and by the names in front of them."""

from __future__ import annotations

import re
from base64 import b64encode
from json import JSONDecoder
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


MARK = b"[redacted]"
"""The replacement of a secret."""

Edit = tuple[int, int, bytes]
"""The start and end of a span of data, and its replacement."""

_SHORT = 6
"""A secret with fewer bytes matches only as a whole word: it would match too often otherwise."""

_LAYERS = 3
"""The maximum number of nested encodings, such as a percent-encoded URL in a JSON string."""


class Secrets:
    """A set of secret texts, matched in every encoding.

    The encodings are the plain text, base64 of any text that contains it, percent-encoding or JSON escapes of any of
    its characters, and `+` for a space, up to three levels deep.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take the secrets. Empty ones are ignored."""
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
        """Return the data with each secret replaced by `MARK`; the same object if there is no secret."""
        if not self._parts or not (_SIGNS.search(data) or self._are_in(data)):
            return data
        spans = [span for decoding in _decodings(data) for span in self._spans(decoding)]
        return replaced(data, [(start, end, MARK) for start, end in _merged(spans)]) if spans else data

    def _spans(self, decoding: _Decoding) -> Iterator[tuple[int, int]]:
        text, starts = decoding
        if self._are_in(text):
            for match in self._found.finditer(text):
                if match.lastindex:
                    yield starts[match.start()], starts[match.end()]

    def _are_in(self, text: bytes) -> bool:
        """Return quickly whether a text may contain secrets, before the slow match by `_found`."""
        for part in self._parts:  # noqa: SIM110 - twice as fast as any()
            if part in text:
                return True
        return False


def replaced(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the data with all edits applied. The edits must be in order and must not overlap."""
    if not edits:
        return data
    pieces: list[bytes] = []
    at = 0
    for start, end, replacement in edits:
        pieces += [data[at:start], replacement]
        at = end
    return b"".join([*pieces, data[at:]])


def from_json(data: bytes) -> bytes:
    """Return a text with its JSON escapes decoded."""
    return _JSON.sub(_character, data)


class _Decoding(NamedTuple):
    """A decoded text. `starts` has, for each byte and for the end, the offset of its encoding in the original data."""

    text: bytes
    starts: Sequence[int]


def _decodings(data: bytes) -> list[_Decoding]:
    """Return the data, and all texts that it may be an encoding of."""
    decodings = [_Decoding(data, range(len(data) + 1))]
    layer, seen = decodings, {data}
    for _ in range(_LAYERS):
        above, layer = layer, []
        for outer in above:
            for sign, piece, decode in _ENCODINGS:
                if sign in outer.text and (inner := _decoded(outer, piece, decode)).text not in seen:
                    layer.append(inner)
                    seen.add(inner.text)
        if not layer:
            break
        decodings += layer
    return decodings


def _decoded(outer: _Decoding, piece: re.Pattern[bytes], decode: Callable[[re.Match[bytes]], bytes]) -> _Decoding:
    text, origins = outer
    pieces: list[bytes] = []
    starts: list[int] = []
    at = 0
    for match in piece.finditer(text):
        start, end = match.span()
        character = decode(match)
        pieces += [text[at:start], character]
        starts += origins[at:start]
        starts += [origins[start]] * len(character)
        at = end
    return _Decoding(b"".join([*pieces, text[at:]]), [*starts, *origins[at:]])


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


_ENCODINGS: tuple[tuple[bytes, re.Pattern[bytes], Callable[[re.Match[bytes]], bytes]], ...] = (
    (b"%", re.compile(rb"%([0-9a-fA-F]{2})"), lambda match: bytes([int(match[1], 16)])),
    (b"\\", _JSON, _character),
    (b"+", re.compile(rb"\+"), lambda _: b" "),
)
"""For each encoding: a character that indicates it, the pattern of an encoded unit, and a function that decodes it."""

_SIGNS = re.compile(rb"[%\\+]")


def _base64(secret: bytes) -> set[bytes]:
    """Return the base64 of a secret inside any longer text, without the characters that depend on its neighbours.

    These are three texts, or six with base64url.
    """
    found = set()
    # A base64 character encodes six bits: the first and the last may contain bits of the neighbours.
    for before, first in enumerate((0, 2, 3)):
        last = (before + len(secret)) * 8 // 6
        found.add(b64encode(bytes(before) + secret)[first:last])
    return found | {part.translate(bytes.maketrans(b"+/", b"-_")) for part in found}


def _longest_first(part: bytes) -> tuple[int, bytes]:
    return -len(part), part


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, with overlapping spans merged."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


_PAIR = re.compile(rb"""(?<![^\s&?#;,:="'<>(){}\[\]/])([^\s&?#;,:="'<>(){}\[\]/]{1,200}+)=""")
_TO_AMPERSAND = re.compile(rb"[^&]*")
_TO_WHITESPACE = re.compile(rb"""(?:[^&\s"'#<>\\]|\\[^"'\s])*+""")

# Possessive quantifiers and a maximum length of names keep the time linear for hostile texts.
_MEMBER = re.compile(rb"""(["'])((?:[^"'\\]|\\.){1,200}+)\1\s*+:\s*+""", re.DOTALL)
_QUOTED = re.compile(rb"'(?:[^'\\]|\\.)*+'?", re.DOTALL)
_BARE = re.compile(rb"[^\s,;}\]]*")
_JSON_VALUE = JSONDecoder(strict=False, parse_int=str, parse_float=str)

_LINE = re.compile(rb"(?<![0-9A-Za-z_-])([0-9A-Za-z_-]{1,200}+): *+(?:(?:basic|bearer|digest|token) +)?", re.IGNORECASE)
_TO_END = re.compile(rb"""[^\r\n"'\\]*""")


class SecretNames:
    """A set of names whose values are secret. Case, `-` and `_` are ignored in names.

    An empty or null value is kept, since it is not a secret.
    """

    def __init__(self, names: Iterable[str], headers: Iterable[str]) -> None:
        """Take the names. `headers` are the names that are matched in header lines, `name: value`, too."""
        self._names = frozenset(_normal(name.encode()) for name in names)
        self._headers = frozenset(_normal(name.encode()) for name in headers) & self._names
        self._shortest = [name for name in self._names if not any(other in name for other in self._names - {name})]

    def __bool__(self) -> bool:
        return bool(self._names)

    def __contains__(self, name: str) -> bool:
        return _normal(name.encode(errors="surrogatepass")) in self._names

    def hide_in_form(self, data: bytes) -> bytes:
        """Return a query or a form with the values replaced by `MARK`. A value ends at the next `&`."""
        return self._hide_pairs(data, _TO_AMPERSAND) if self.may_be_in(data) else data

    def hide(self, data: bytes) -> bytes:
        """Return a text with the values of all its pairs, JSON members and header lines replaced by `MARK`."""
        if not self.may_be_in(data):
            return data
        return self._hide_lines(self._hide_members(self._hide_pairs(data, _TO_WHITESPACE)))

    def may_be_in(self, data: bytes) -> bool:
        """Return quickly whether a text may contain one of the names, before it is searched."""
        if not self._shortest or (b"=" not in data and b":" not in data):
            return False
        if b"%" in data or b"\\" in data:
            return True
        normal = _normal(data)
        for name in self._shortest:  # noqa: SIM110 - twice as fast as any()
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


_EMPTY_VALUES = (b"", b"null", b"None", b'""', b"''")


def _hidden(data: bytes, found: Iterable[tuple[int, bytes]], end_of: Callable[[int], int]) -> bytes:
    """Replace values, each given by its start and its replacement. Values nested in another value are skipped."""
    edits: list[Edit] = []
    done = 0
    for start, replacement in found:
        if start >= done:
            done = end_of(start)
            if data[start:done] not in (*_EMPTY_VALUES, replacement):
                edits.append((start, done, replacement))
    return replaced(data, edits)


def _matched(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match else at


def _value_end(data: bytes, text: str, at: int) -> int:
    """Return the end of a value in JSON or in the repr of Python data. `text` is the data decoded as Latin-1."""
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
