"""The places and formats of arguments in the requests of an operation, other than those in the contract."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mockserver.contract import ABSENT, vocabulary
from mockserver.contract.arguments import coercion
from mockserver.contract.parts import types
from mockserver.contract.routing import parameter_name, segments
from mockserver.contract.vocabulary import OPERATION, Type
from mockserver.drift.inference import refusal_reasons, requests
from mockserver.drift.inference.encodings import decoded
from mockserver.drift.inference.knowledge import KEYS, entity, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract import Operation
    from mockserver.contract.vocabulary import Argument
    from mockserver.drift.inference.encodings import Encoding
    from mockserver.drift.inference.knowledge import Entity, Knowledge
    from mockserver.drift.inference.paths import Group
    from mockserver.drift.inference.requests import Bound, Sent
    from mockserver.drift.inference.study import Study
    from mockserver.traffic.calls import Call


def open_arguments(operation: Operation, calls: Sequence[Call]) -> Mapping[str, Argument]:
    """Return the arguments that no call has at their place in the contract."""
    return {
        name: described
        for name, described in _arguments(calls).items()
        if not any(_has(operation, name, call) for call in calls)
    }


def _arguments(calls: Sequence[Call]) -> Mapping[str, Argument]:
    """Return the arguments that the purposes of calls take."""
    return {
        name: described
        for purpose in {call.purpose for call in calls if call.purpose}
        for name, described in vocabulary().purposes[purpose].arguments.items()
    }


def _of(purpose: str) -> Mapping[str, Argument]:
    return vocabulary().purposes[purpose].arguments


def _old_names(operation: Operation, group: Group) -> Mapping[str, str]:
    """Return the names of the parameters at the positions of a path; empty if its fixed segments are others."""
    stated = segments(operation.path)
    if len(stated) != len(group.path):
        return {}
    names = [parameter_name(segment) for segment in stated]
    fixed = all(name or part == segment for name, part, segment in zip(names, group.path, stated, strict=True))
    return {str(position): name for position, name in enumerate(names) if name} if fixed else {}


def _schema_at(operation: Operation, spot: tuple[str, ...]) -> Any:
    """Return the schema of a place of requests in the contract; None if it has none."""
    if spot[0] != "body":
        return next((each.schema for each in operation.parameters if (each.place, each.name) == spot), None)
    schema: Any = operation.body_schema
    for name in spot[1:]:
        schema = schema.get("properties", {}).get(name) if schema else None
    return schema


def _are_valid(schema: Any, column: Sent) -> bool:
    """Return whether all values of a column conform to a schema of the contract, whose parameters are texts."""
    validator = jsonschema_rs.Draft202012Validator({k: v for k, v in schema.items() if not k.startswith("x-")})
    read = coercion(types(schema)) if column.spot[0] != "body" else None
    return all(
        validator.is_valid(read(value) if read and isinstance(value, str) else value)
        for value in column.values.values()
    )


class ArgumentPlaces:
    """Finds the places and formats of arguments by what is known of records."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def stated(self, operation: Operation, group: Group, columns: Sequence[Sent]) -> list[Bound]:
        """Return the arguments that stand where the contract has them, though the path or the method is another one."""
        names = _old_names(operation, group)
        takes = {OPERATION, *(name for purpose in operation.purposes for name in _of(purpose))}
        found = []
        for column in columns:
            spot = ("path", names.get(column.spot[1], "")) if column.spot[0] == "path" else column.spot
            argument = next((name for name in takes if operation.spot(name) == spot), "")
            schema = _schema_at(operation, spot)
            if argument and schema is not None and _are_valid(schema, column):
                found.append(requests.Bound(column.spot, argument))
        return found

    def restated(
        self, operation: Operation, calls: Sequence[Call], columns: Sequence[Sent], study: Study
    ) -> list[Bound]:
        """Return the arguments that stand at their places in the contract, but in another format.

        They break the contract there, and can be read in one format only; or what they mean is known from the response.
        """
        wrong = {path for call in calls for path, _ in refusal_reasons.broken(call)}
        arguments = _arguments(calls)
        found = []
        for column in columns:
            argument = next((name for name in arguments if operation.spot(name) == column.spot), "")
            if not argument or arguments[argument].type.name not in ("money", "time", "deadline", "ratio"):
                continue
            encoding = requests.only_encoding(column, arguments[argument]) if column.spot in wrong else None
            encoding = encoding or self._by_record(column, argument, arguments[argument], calls, study)
            if encoding is not None:
                found.append(requests.Bound(column.spot, argument, encoding=encoding))
            elif column.spot in wrong and argument == "maximum":
                found += self._limits(column, calls)
        return found

    def _limits(self, column: Sent, calls: Sequence[Call]) -> Iterator[Bound]:
        """Yield the maximum price in texts with a number: several times it is the price, and never below it."""
        pieces = list(requests.parts(column))
        varying = [piece for piece in pieces if len(set(piece.values.values())) > 1]
        if len(varying) != 1:
            return
        (piece,) = varying
        read: defaultdict[Encoding, dict[int, Any]] = defaultdict(dict)
        for number, text in piece.values.items():
            for encoding, fact in decoded(Type("money"), text, exact=False):
                read[encoding][number] = fact
        for encoding, facts in read.items():
            prices = {
                number: self._knowledge.values(entity("offer", "", calls[number].offer), "price", calls[number].at)
                for number in facts
            }
            equal = {fact for number, fact in facts.items() if fact in prices[number]}
            below = any(prices[number] and fact < min(prices[number]) for number, fact in facts.items())
            if len(facts) == len(piece.values) and len(equal) > 1 and not below:
                bound = requests.Bound(column.spot, "maximum", encoding=encoding, part=piece.part)
                yield from requests.templated(pieces, [bound])

    def _by_record(
        self, column: Sent, argument: str, described: Argument, calls: Sequence[Call], study: Study
    ) -> Encoding | None:
        """Return the format of an argument whose values the contract reads otherwise than its record shows them."""
        read = {number: call.arguments.get(argument) for number, call in enumerate(calls)}
        pairs = [
            (value, wanted[0], read[number])
            for number, value in column.values.items()
            if len(wanted := self.expected(calls, study, argument, number)) == 1
        ]
        if len({value for value, _, _ in pairs}) < 2 or any(fact == wanted for _, wanted, fact in pairs):
            return None
        fits = [
            {encoding for encoding, fact in decoded(described.type, value, column.kind, exact=False) if fact == wanted}
            for value, wanted, _ in pairs
        ]
        common = set.intersection(*fits)
        return next(iter(common)) if len(common) == 1 else None

    def expected(self, calls: Sequence[Call], study: Study, argument: str, number: int) -> Sequence[Any]:
        """Return the possible values of an argument by the records in the response: all of a list must agree."""
        call = calls[number]
        purpose = vocabulary().purposes[call.purpose]
        for name, type_ in purpose.result.items():
            if type_.name not in vocabulary().records:
                continue
            if type_.many:
                found = [self._shown(whose, argument, call.at) for whose in study.items(name, number)]
                return found[0] if found and all(each == found[0] for each in found) and len(found[0]) == 1 else ()
            whose = study.entity(name, number)
            if whose is None:
                continue
            keys = KEYS.get(argument, ())
            if argument == name and keys:
                return self._knowledge.values(whose, keys[0], call.at)
            if found_ := self._shown(whose, argument, call.at):
                return found_
        return ()

    def _shown(self, whose: Entity, argument: str, at: int) -> Sequence[Any]:
        """Return the possible values of the field of a record that has the name of an argument."""
        fields, keys = fields_of(whose.record), KEYS.get(argument, ())
        if argument in fields:
            return self._knowledge.values(whose, argument, at)
        if len(keys) == 1 and f"{argument}.{keys[0]}" in fields:
            return self._knowledge.values(whose, f"{argument}.{keys[0]}", at)
        return ()

    def by_words(
        self, columns: Sequence[Sent], arguments: Mapping[str, Argument], calls: Sequence[Call], study: Study
    ) -> list[Bound]:
        """Return the arguments that are words for states: those of the records that the responses list."""
        found = []
        for column in columns:
            meant = {word: state for state, word in study.state_words.items() if isinstance(word, str)}
            for argument, described in arguments.items():
                if (
                    described.type.name != "state"
                    or not column.values.keys()
                    or not set(column.values.values()) <= meant.keys()
                ):
                    continue
                shown = {number: self.expected(calls, study, argument, number) for number in column.values}
                agreed = [number for number, states in shown.items() if list(states) == [meant[column.values[number]]]]
                if agreed and not any(states and number not in agreed for number, states in shown.items()):
                    found.append(requests.Bound(column.spot, argument, words=study.state_words))
        return found if len(found) == 1 else []

    def applied(self, calls: Sequence[Call], columns: Sequence[Sent], bounds: Sequence[Bound]) -> list[Call]:
        """Return calls with the arguments that were found at new places."""
        by_spot = {column.spot: column for column in columns}
        known = {
            argument: described.type
            for purpose in vocabulary().purposes.values()
            for argument, described in purpose.arguments.items()
        }
        changed = []
        for number, call in enumerate(calls):
            arguments = dict(call.arguments)
            for bound in bounds:
                column = by_spot.get(bound.spot)
                if not bound.argument or column is None or number not in column.values:
                    continue
                value = bound.of(column.values[number])
                if bound.words is not None:
                    fact = {wire: word for word, wire in bound.words.items()}.get(value, ABSENT)
                elif bound.encoding is None:
                    fact = call.operation.read_argument(bound.argument, value) if call.operation else ABSENT
                else:
                    facts = dict(decoded(known[bound.argument], value, column.kind, exact=False))
                    fact = facts.get(bound.encoding, ABSENT)
                if fact is not ABSENT:
                    arguments[bound.argument] = fact
            changed.append(call if arguments == call.arguments else call._replace(arguments=arguments))
        return changed


def is_stated(operation: Operation, spot: requests.Spot) -> bool:
    """Return whether the contract has something at a place of a request."""
    if spot[0] == "body":
        schema: Any = operation.body_schema or {}
        for name in spot[1:]:
            schema = schema.get("properties", {}).get(name)
            if schema is None:
                return False
        return True
    return any((each.place, each.name) == spot for each in operation.parameters)


def _has(operation: Operation, argument: str, call: Call) -> bool:
    """Return whether a request has an argument at its place in the contract. A default does not count."""
    spot = operation.spot(argument) if operation.takes(argument) and call.read is not None else None
    if spot is None or call.read is None:
        return False
    request = call.exchange.request
    holder: Any = {"path": call.read.path, "query": dict(request.query), "body": request.json}
    for step in spot:
        holder = holder.get(step) if isinstance(holder, dict) else None
    return holder is not None
