"""What a proposal claims, that is states otherwise than the contract, and the vendor contradicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.vendors.statements import OPEN, Key, Statement, Statements, fits, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Wrong(NamedTuple):
    """A statement of the proposal that the vendor contradicts."""

    key: Key
    stated: str
    true: str

    @property
    def kind(self) -> str:
        """What it is that is wrong."""
        if self.stated.startswith("gone "):
            return "called gone, but there"
        part = "a refusal" if self.key.purpose[:1] == "!" else self.key.place.partition(".")[0].partition(" ")[0]
        wanting = "not there" if self.true == "there is none" else "otherwise"
        return f"{part}: {wanting}"

    def __str__(self) -> str:
        return f"{self.key}: stated {self.stated}, true {self.true}"


def wrong(plain: Statements, true: Statements, stated: Statements) -> Iterator[Wrong]:
    """Yield the wrong claims of a proposal; `plain` is what the contract states, `true` what the vendor does."""
    yield from _Claims(plain, true, stated)


class _Claims:
    def __init__(self, plain: Statements, true: Statements, stated: Statements) -> None:
        self._plain, self._true, self._stated = plain, true, stated

    def __iter__(self) -> Iterator[Wrong]:
        """Yield what the proposal claims, that is states otherwise than the contract, and the vendor contradicts."""
        for key, stated in self._stated.items():
            plain, true = self._plain.get(key), self._true.get(key)
            if key.purpose == "rules" or key.purpose[:1] == "!":
                allowed = (plain and plain.meaning, true and true.meaning, OPEN if true else None)
                if stated.meaning not in allowed:
                    yield Wrong(key, stated.meaning, true.meaning if true else "there is none")
            elif plain is None or stated.meaning != plain.meaning:
                yield from self._wrong_meaning(key, stated, true)
            else:
                yield from self._wrong_form(key, stated, plain, true)
        for key, plain in self._plain.items():
            if key not in self._stated and (true := self._true.get(key)) and self._is_gone(key):
                yield Wrong(key, f"gone (was {plain.meaning})", true.meaning)

    def _wrong_meaning(self, key: Key, stated: Statement, true: Statement | None) -> Iterator[Wrong]:
        route = Key(key.document, key.purpose, "route")
        if key.place.startswith("request path") and self._stated.get(route) != self._true.get(route):
            return  # positions in different paths cannot be compared
        if true is None:
            known = self._below_open(key, self._true) or self._is_item(key)
            if stated.meaning != OPEN or not known:
                yield Wrong(key, stated.meaning if stated.meaning != OPEN else "a field", "there is none")
        elif stated.meaning not in (OPEN, true.meaning):
            yield Wrong(key, stated.meaning, true.meaning)
        elif stated.meaning == true.meaning:
            yield from self._wrong_form(key, stated, None, true)

    def _wrong_form(
        self, key: Key, stated: Statement, plain: Statement | None, true: Statement | None
    ) -> Iterator[Wrong]:
        if true is None or true.meaning != stated.meaning:
            return
        for value, text in stated.form.items():
            if text not in (true.form.get(value, text), plain and plain.form.get(value)):
                yield Wrong(key, f"{value} as {text}", true.form[value])

    def _is_gone(self, key: Key) -> bool:
        """Whether the proposal has the operation, but nothing at this place, nor leaves it open."""
        route = Key(key.document, key.purpose, "route")
        if route not in self._stated or self._below_open(key, self._stated):
            return False
        return not (key.place.startswith("request path") and self._stated[route] != self._true.get(route))

    def _below_open(self, key: Key, stated: Statements) -> bool:
        """Whether a place that holds this one is stated without a meaning."""
        return any(
            other.meaning == OPEN
            for end in range(len(key.place))
            if (other := stated.get(key._replace(place=key.place[:end]))) and key.place[end] in ".[{"
        )

    def _is_item(self, key: Key) -> bool:
        """Whether the place is that of an item of a list or of a keyed object of the vendor."""
        steps = steps_of(key.place)
        return any(
            other.purpose == key.purpose and "{}" in other.place and fits(other.place, steps) for other in self._true
        )
