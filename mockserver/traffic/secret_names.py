"""Names of secrets: where their values are in a text, in every notation that puts a name before a value."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from html import unescape
from json import JSONDecodeError, JSONDecoder, loads
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus, unquote_to_bytes

from mockserver.traffic.secret_matcher import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockserver.traffic.decodings import Decoding
    from mockserver.traffic.secret_matcher import Edit


class _Value(NamedTuple):
    """The start of a value. `end` finds its end, `read` decodes it. Its replacement gets the quote at `quote`."""

    start: int
    end: Callable[[int], int]
    read: Callable[[str], str]
    quote: tuple[int, int] = (0, 0)


# Possessive quantifiers and a maximum length of names keep the time linear for hostile texts.
_PAIR = re.compile(rb"""(?<![^\s&?#;,:="'<>(){}\[\]/])([^\s&?#;,:="'<>(){}\[\]/]{1,200}+)\]?=""")
_TO_AMPERSAND = re.compile(rb"[^&]*")
_TO_WHITESPACE = re.compile(rb"""(?:[^&\s"'#<>\\]|\\[^"'\s])*+""")

_MEMBER = re.compile(rb"""(["'])((?:[^"'\\]|\\.){1,200}+)\1\s*+:\s*+""", re.DOTALL)
_QUOTED = re.compile(rb"'(?:[^'\\]|\\.)*+'?", re.DOTALL)
_BARE = re.compile(rb"[^\s,;}\]]*")
_JSON_VALUE = JSONDecoder(strict=False, parse_int=str, parse_float=str)

_LINE = re.compile(rb"(?<![0-9A-Za-z_-])([0-9A-Za-z_-]{1,200}+): *+(?:(?:basic|bearer|digest|token) +)?", re.IGNORECASE)
_TO_END = re.compile(rb"""[^\r\n"'\\]*""")

_ELEMENT = re.compile(rb"<((?:[\w.-]{1,100}:)?([\w.-]{1,200}+))(?:\s[^<>]*+)?>")
_TAG = re.compile(rb"<[\w?][^<>]*+>")
_ATTRIBUTE = re.compile(rb"""\s(?:[\w.-]{1,100}:)?([\w.-]{1,200}+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")

_PART = re.compile(
    rb"""\sname="?([^";\r\n]{1,200}+)"?[^\r\n]{0,1000}+(?:\r?\n[^\r\n]{1,1000}+){0,20}+\r?\n\r?\n""", re.IGNORECASE
)
_TO_BOUNDARY = re.compile(rb"(?:(?!\r?\n--).)*+", re.DOTALL)


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
        return _normal_name(name) in self._names

    def may_be_in(self, text: bytes) -> bool:
        """Return quickly whether a text may contain one of the names, before it is searched."""
        if not self._shortest or not (b"=" in text or b":" in text or b"<" in text):
            return False
        normal = _normal(text)
        for name in self._shortest:  # noqa: SIM110 - twice as fast as any()
            if name in normal:
                return True
        return False

    def edits(self, decoding: Decoding, *, is_form: bool = False) -> Iterator[Edit]:
        """Yield the spans of the original data that hold a value. In a form, a value ends at the next `&`."""
        for value, end in self._found(decoding.text, is_form=is_form):
            first, last = decoding.span(value.start, end)
            is_apart = decoding.span(*value.quote)[1] <= first
            quote = decoding.original(*value.quote) if is_apart else b""
            yield first, last, quote + MARK + quote

    def values(self, text: bytes, *, is_form: bool = False) -> Iterator[str]:
        """Yield the values of the names, decoded."""
        for value, end in self._found(text, is_form=is_form):
            yield value.read(text[value.start : end].decode("utf-8", "replace"))

    def _found(self, text: bytes, *, is_form: bool) -> Iterator[tuple[_Value, int]]:
        """Find the values and their ends. Those nested in another value of the same notation are skipped."""
        if not self.may_be_in(unquote_to_bytes(text) if is_form else text):
            return
        notations = (self._pairs(text, is_form=is_form),) if is_form else self._notations(text)
        for values in notations:
            done = 0
            for value in values:
                if value.start >= done:
                    done = value.end(value.start)
                    if text[value.start : done].replace(MARK, b"") not in _EMPTY_VALUES:
                        yield value, done

    def _notations(self, text: bytes) -> Iterator[Iterator[_Value]]:
        yield self._pairs(text, is_form=False)
        yield self._members(text)
        yield self._lines(text)
        if b"<" in text:
            yield self._elements(text)
            yield self._attributes(text)
        if b"ame=" in text:
            yield self._parts(text)

    def _pairs(self, text: bytes, *, is_form: bool) -> Iterator[_Value]:
        to_end = _TO_AMPERSAND if is_form else _TO_WHITESPACE
        for match in _PAIR.finditer(text):
            if _normal(unquote_to_bytes(match[1]) if is_form else match[1]) in self._names:
                yield _Value(match.end(), partial(_matched, to_end, text), unquote_plus)

    def _lines(self, text: bytes) -> Iterator[_Value]:
        for match in _LINE.finditer(text):
            if _normal(match[1]) in self._headers:
                yield _Value(match.end(), partial(_matched, _TO_END, text), str.strip)

    def _members(self, text: bytes) -> Iterator[_Value]:
        latin = text.decode("latin-1")
        for match in _MEMBER.finditer(text):
            if _normal(match[2]) in self._names:
                yield _Value(match.end(), partial(_value_end, text, latin), _scalar, match.span(1))

    def _elements(self, text: bytes) -> Iterator[_Value]:
        unclosed: set[bytes] = set()
        for match in _ELEMENT.finditer(text):
            if _normal(match[2]) in self._names and not match[0].endswith(b"/>"):
                yield _Value(match.end(), partial(_element_end, text, match[1], unclosed), _content)

    def _attributes(self, text: bytes) -> Iterator[_Value]:
        for tag in _TAG.finditer(text):
            for match in _ATTRIBUTE.finditer(text, *tag.span()):
                if _normal(match[1]) in self._names:
                    start, end = match.span(match.lastindex or 0)
                    yield _Value(start, partial(_same, end), unescape)

    def _parts(self, text: bytes) -> Iterator[_Value]:
        for match in _PART.finditer(text):
            if _normal(match[1]) in self._names:
                yield _Value(match.end(), partial(_matched, _TO_BOUNDARY, text), str)


_EMPTY_VALUES = (b"", b"null", b"None", b'""', b"''")


def _scalar(text: str) -> str:
    try:
        value = loads(text)
    except JSONDecodeError:
        return text.strip("\"'")
    return value if isinstance(value, str) else "" if isinstance(value, dict | list | bool) else text


def _content(text: str) -> str:
    data = _CDATA.fullmatch(text)
    return data[1] if data else unescape(text).strip()


_CDATA = re.compile(r"\s*<!\[CDATA\[(.*?)\]\]>\s*", re.DOTALL)


def _same(end: int, _: int) -> int:
    return end


def _element_end(text: bytes, name: bytes, unclosed: set[bytes], at: int) -> int:
    """Return the end of an element's content: its closing tag; without one, the next tag."""
    end = -1 if name in unclosed else text.find(b"</" + name, at)
    if end < 0:
        unclosed.add(name)
        end = text.find(b"<", at)
    return end if end >= 0 else len(text)


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


_LOWER = bytes(range(256)).lower()


def _normal(name: bytes) -> bytes:
    return name.translate(_LOWER, b"-_")


@lru_cache(maxsize=1024)
def _normal_name(name: str) -> bytes:
    return _normal(name.encode(errors="surrogatepass"))
