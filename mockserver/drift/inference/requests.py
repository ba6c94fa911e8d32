"""The arguments in the requests of an operation, found by the values that they share with known records."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import vocabulary
from mockserver.drift.inference.bodies import split
from mockserver.drift.inference.encodings import Encoding, decoded, json_type
from mockserver.drift.inference.knowledge import KEYS, Knowledge, fields_of
from mockserver.drift.inference.scope import tells
from mockserver.traffic.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mockserver.contract.vocabulary import Argument
    from mockserver.traffic import Request
    from mockserver.traffic.calls import Call

ENOUGH = 2
"""How many requests must have a value before it becomes the argument that nothing else is."""
Spot = tuple[str, ...]
"""The place of a value in a request: `("path", "2")`, `("query", name)`, `("body", name, …)`."""


class Bound(NamedTuple):
    """The argument or the credential at a place of a request, and how it is written. `words` are those of the wire.

    If the place holds a text of several values, there is one for each value: `template` is the whole text with the
    names of the arguments, and `part` the number of this value in it.
    """

    spot: Spot
    argument: str = ""
    credential: str = ""
    encoding: Encoding | None = None
    words: Mapping[str, Any] | None = None
    template: str = ""
    part: int | None = None

    def of(self, value: Any) -> Any:
        """Return what stands for the argument in the value of its place; None if the value has another form."""
        if self.part is None:
            return value
        _, tokens = split({self.part: value}) if isinstance(value, str) else ((), {})
        return tokens[self.part][self.part] if tokens and self.part < len(tokens[self.part]) else None


class Sent(NamedTuple):
    """The values at one place of the requests, or one part of its texts, by the number of the request.

    `between` is the punctuation of the texts, and `part` the number of the part.
    """

    spot: Spot
    values: Mapping[int, Any]
    between: tuple[str, ...] = ()
    part: int | None = None

    @property
    def kind(self) -> str:
        """The JSON type of the values; a string if they differ."""
        kinds = {json_type(value) for value in self.values.values()}
        return next(iter(kinds)) if len(kinds) == 1 else "string"


def sent(requests: Sequence[Request], segments: Callable[[Request], Mapping[str, str]]) -> list[Sent]:
    """Return the values of requests by their places. `segments` returns the variable parts of a path by name."""
    found: defaultdict[Spot, dict[int, Any]] = defaultdict(dict)
    for number, request in enumerate(requests):
        for name, value in segments(request).items():
            found["path", name][number] = value
        for name, value in request.query:
            found["query", name][number] = value
        if isinstance(request.json, dict):
            for spot, value in _members(request.json, ("body",)):
                found[spot][number] = value
    return [Sent(spot, values) for spot, values in found.items()]


def with_path(columns: Sequence[Sent], calls: Sequence[Call]) -> list[Sent]:
    """Return columns, and those of the parameters that the contract reads from the paths of calls."""
    found: defaultdict[str, dict[int, Any]] = defaultdict(dict)
    for number, call in enumerate(calls):
        for name, value in (call.read.path if call.read else {}).items():
            found[name][number] = str(value)
    return [*columns, *(Sent(("path", name), values) for name, values in found.items())]


def _members(value: Mapping[str, Any], spot: Spot) -> Iterator[tuple[Spot, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _members(inner, (*spot, name))
        elif not isinstance(inner, list):
            yield (*spot, name), inner


def credential(column: Sent, knowledge: Knowledge) -> str:
    """Return which credential a column holds: `key`, `user` or none."""
    values = set(column.values.values())
    if values == {REDACTED}:
        return "key"
    users = set(knowledge.domain("account.id"))
    return "user" if values and values <= users else ""


def bind(
    columns: Sequence[Sent],
    arguments: Mapping[str, Argument],
    knowledge: Knowledge,
    expected: Callable[[str, int], Sequence[Any]],
) -> list[Bound]:
    """Return the arguments that columns hold.

    `expected` returns the possible values of an argument in a request, by what its response or later ones show; empty
    if that is unknown. A column gets an argument if it alone has it, and it has no other. The texts of a column may
    consist of several arguments. An argument that is a part of a text is never the whole text.
    """
    scores = [
        (score, column, argument, encoding)
        for column in (*columns, *(part for column in columns for part in parts(column)))
        for argument, described in arguments.items()
        for score, encoding in [_score(column, argument, described, knowledge, expected)]
        if encoding is not None
    ]
    found: list[Bound] = []
    for score, column, argument, encoding in sorted(scores, key=lambda each: -each[0]):
        rivals = [each for each in scores if each[0] == score and (each[1] is column) != (each[2] == argument)]
        if rivals or any(_overlap(each, column) or each.argument == argument for each in found):
            continue
        found.append(Bound(column.spot, argument, encoding=encoding, part=column.part))
    in_parts = {(each.spot, each.argument) for each in found if each.part is not None}
    found = [*(each for each in found if each.part is None), *_templates(columns, arguments, found)]
    left = _left_over(columns, arguments, found)
    return [*found, *(each for each in left if (each.spot, each.argument) not in in_parts)]


def _overlap(bound: Bound, column: Sent) -> bool:
    return bound.spot == column.spot and (None in (bound.part, column.part) or bound.part == column.part)


def parts(column: Sent) -> Iterator[Sent]:
    """Yield the parts of the texts of a column that all have the same punctuation."""
    texts = {number: value for number, value in column.values.items() if isinstance(value, str)}
    between, tokens = split(texts) if len(texts) == len(column.values) else ((), {})
    for part in range(len(between) + 1 if between else 0):
        yield Sent(column.spot, {number: each[part] for number, each in tokens.items()}, between, part)


def _templates(columns: Sequence[Sent], arguments: Mapping[str, Argument], found: Sequence[Bound]) -> Iterator[Bound]:
    """Yield the arguments in texts of which every part is known: it is an argument, or always the same.

    A part that is left is the text argument that nothing else is, if there is one of each.
    """
    for column in columns:
        by_part: dict[int | None, Bound] = {
            each.part: each for each in found if each.spot == column.spot and each.part is not None
        }
        if not by_part:
            continue
        pieces = list(parts(column))
        open_ = [piece for piece in pieces if piece.part not in by_part and len(set(piece.values.values())) > 1]
        missing = [
            name
            for name, each in arguments.items()
            if each.type.name == "text" and name not in {bound.argument for bound in found}
        ]
        if len(open_) == len(missing) == 1:
            by_part[open_[0].part] = Bound(column.spot, missing[0], encoding=Encoding("string"), part=open_[0].part)
        elif open_:
            continue
        yield from templated(pieces, list(by_part.values()))


def templated(pieces: Sequence[Sent], found: Sequence[Bound]) -> Iterator[Bound]:
    """Yield the arguments in the parts of a text with the template of the text. The other parts never vary."""
    names = {each.part: f"{{{each.argument}}}" for each in found}
    texts = [names.get(piece.part) or next(iter(piece.values.values())) for piece in pieces]
    template = "".join(f"{text}{mark}" for text, mark in zip(texts, (*pieces[0].between, ""), strict=True))
    yield from (each._replace(template=template) for each in found)


def _left_over(columns: Sequence[Sent], arguments: Mapping[str, Argument], found: Sequence[Bound]) -> Iterator[Bound]:
    """Yield the only required argument that has no place, if there is one value without a meaning in every request."""
    missing = [
        name for name, each in arguments.items() if each.required and name not in {bound.argument for bound in found}
    ]
    count = max((len(column.values) for column in columns), default=0)
    free = [column for column in columns if column.spot not in {bound.spot for bound in found}]
    is_only = len(missing) == len(free) == 1 and len(free[0].values) == count >= ENOUGH
    if is_only and (encoding := only_encoding(free[0], arguments[missing[0]])):
        yield Bound(free[0].spot, missing[0], encoding=encoding)


def only_encoding(column: Sent, argument: Argument) -> Encoding | None:
    """Return the only format of an argument in which all values of a column can be read; None if there are several."""
    found = [
        {encoding for encoding, _ in decoded(argument.type, value, column.kind, exact=False)}
        for value in dict.fromkeys(column.values.values())
        if value not in ("", None)
    ]
    common = set.intersection(*found) if found else set()
    usual = Encoding(column.kind)
    if argument.type.name == "text" and usual in common:
        return usual
    return next(iter(common)) if len(common) == 1 else None


def _score(
    column: Sent,
    argument: str,
    described: Argument,
    knowledge: Knowledge,
    expected: Callable[[str, int], Sequence[Any]],
) -> tuple[int, Encoding | None]:
    """Return how many different values agree with an argument, and its format; None if it is not that argument."""
    known = domain(argument, knowledge)
    facts: defaultdict[Encoding, dict[int, Any]] = defaultdict(dict)
    given = {number: value for number, value in column.values.items() if value not in ("", None)}
    for number, value in given.items():
        for encoding, fact in decoded(described.type, value, column.kind, exact=False):
            facts[encoding][number] = fact
    best: tuple[int, Encoding | None] = (0, None)
    for encoding, read in facts.items():
        wanted = {number: expected(argument, number) for number in read}
        if len(read) < len(given) or any(fact not in (wanted[number] or known) for number, fact in read.items()):
            continue
        shown = {fact for number, fact in read.items() if wanted[number]}
        agreed = set(read.values())
        score = 2 * len(shown) + len(agreed)
        is_shown = shown == agreed and (len(given) > 1 or all(_is_named(fact) for fact in shown))
        if score > best[0] and (tells(agreed, len(given)) or is_shown):
            best = score, encoding
    return best


def _is_named(fact: Any) -> bool:
    """Return whether a fact is a text with letters, which few other things would be."""
    return isinstance(fact, str) and not fact.isdigit()


def domain(argument: str, knowledge: Knowledge) -> set[Any]:
    """Return the values that an argument may have, as other traffic shows them."""
    known: set[Any] = set()
    for record, fields in vocabulary().records.items():
        for name in fields:
            keys = KEYS.get(argument, ())
            if name == argument and name in fields_of(record):
                known |= set(knowledge.domain(f"{record}.{name}"))
            elif name == argument and len(keys) == 1:
                known |= set(knowledge.domain(f"{record}.{name}.{keys[0]}"))
        if record == argument:
            known |= {value for key in KEYS.get(record, ()) for value in knowledge.domain(f"{record}.{key}")}
    if argument == "carrier":
        known |= set(knowledge.domain("carrier.name"))
    if argument == "coupon":
        known |= set(knowledge.domain("coupon.code"))
    return known
