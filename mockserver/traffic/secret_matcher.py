"""Secret texts by their values: where they are in a decoded text."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from ahocorasick_rs import BytesAhoCorasick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mockserver.traffic.decodings import Decoding

MARK = b"[redacted]"
"""The replacement of a secret."""

Edit = tuple[int, int, bytes]
"""The start and end of a span of data, and its replacement."""

SHORT = 6
"""A secret with fewer bytes matches only as a whole word: it would match too often otherwise."""


_SHARE = 100
"""Parts are looked for one by one until this share of all parts is new; then all are compiled again."""


class Secrets:
    """A set of secret texts, each matched as it is and in base64 of any text that contains it.

    All are found in one scan of a text, however many they are.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take the secrets. Empty ones are ignored."""
        self._parts: dict[bytes, bool] = {}
        self._matcher = BytesAhoCorasick([])
        self._added: list[bytes] = []
        self.with_spaces = False
        for secret in secrets:
            self.add(secret)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, secret: str) -> None:
        """Add a secret."""
        plain = secret.encode(errors="surrogatepass")
        is_word = len(plain) < SHORT
        self.with_spaces |= b" " in plain
        if plain:
            parts = dict.fromkeys({plain} if is_word else {plain, *_base64(plain)}, is_word)
            self._added += parts.keys() - self._parts.keys()
            self._parts |= parts

    def edits(self, decoding: Decoding) -> Iterator[Edit]:
        """Yield the spans of the original data that hold a secret."""
        text = decoding.text
        for start, end in self._occurrences(text):
            is_inside = self._parts[text[start:end]] and _continues(text, start, end)
            if not is_inside and not _is_in_mark(text, start, end):
                yield *decoding.span(start, end), MARK

    def _occurrences(self, text: bytes) -> Iterator[tuple[int, int]]:
        if len(self._added) * _SHARE > len(self._parts):
            self._matcher, self._added = BytesAhoCorasick([*self._parts]), []
        for _, start, end in self._matcher.find_matches_as_indexes(text, overlapping=True):
            yield start, end
        for part in self._added:
            if part in text:
                yield from _occurrences(part, text)


def replaced(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the data with all edits applied; the same object if there are none. The first of overlapping ones wins."""
    if not edits:
        return data
    merged = _merged(edits)
    pieces: list[bytes] = []
    at = 0
    for start, end, replacement in merged:
        pieces += [data[at:start], replacement]
        at = end
    return b"".join([*pieces, data[at:]]) if merged else data


def _occurrences(part: bytes, text: bytes) -> Iterator[tuple[int, int]]:
    at = text.find(part)
    while at >= 0:
        yield at, at + len(part)
        at = text.find(part, at + 1)


def _continues(text: bytes, start: int, end: int) -> bool:
    """Return whether a word continues before or after a span."""
    around = text[max(start - 1, 0) : start], text[end : end + 1]
    return any(byte.isalnum() for byte in around)


def _is_in_mark(text: bytes, start: int, end: int) -> bool:
    mark = text.find(MARK, max(end - len(MARK), 0), start + len(MARK))
    return 0 <= mark <= start


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


def _merged(edits: Sequence[Edit]) -> Sequence[Edit]:
    """Return the edits in order, with overlapping ones merged."""
    merged: list[Edit] = []
    for start, end, replacement in sorted(edits, key=lambda edit: edit[0]):
        if merged and start < merged[-1][1]:
            first, last, kept = merged[-1]
            merged[-1] = first, max(end, last), kept
        elif start < end:
            merged.append((start, end, replacement))
    return merged
