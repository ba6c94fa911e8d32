"""The study of an operation's responses: which list each array is, and what each value means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract import vocabulary
from mockserver.drift.inference.bodies import items, key_column, leaves, lists
from mockserver.drift.inference.column_meaning import ColumnMeanings, common_encoding
from mockserver.drift.inference.encodings import Encoding, decoded
from mockserver.drift.inference.knowledge import KEYS, fields_of
from mockserver.drift.inference.meaning import Each, Value, names_in
from mockserver.drift.inference.order_details import count, messages, states
from mockserver.drift.inference.payment_states import payment_words
from mockserver.drift.inference.scope import Resolver, Scope, asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract.vocabulary import Type
    from mockserver.drift.inference.bodies import Column, Instance, Node
    from mockserver.drift.inference.knowledge import Entity
    from mockserver.drift.inference.meaning import Meaning, Path
    from mockserver.drift.inference.order_states import StateWords
    from mockserver.drift.inference.scope import Evidence

CREATES = ("orders", "pays")
"""The effects of requests that create records."""
ENOUGH = 3
"""How often a value must have been seen before it gets a meaning because nothing else is left for it."""
GROUND = "the only value here that the contract expects and nothing shows"
_LEFT_OVER = ("ratio", "time", "integer", "money")
"""The types of values that get a meaning because nothing else is left. Texts fit everything."""


class Study:
    """The meanings of the places in the responses of one operation, by path."""

    def __init__(self, evidence: Evidence, root: Node, prior: Mapping[Path, str], state_words: StateWords) -> None:
        """Take the calls and what is known, and the shape of the bodies.

        `prior` are the names in the contract by path: they decide between rivals. `state_words` are the words for
        states in the document.
        """
        self.root = root
        self.meanings: dict[Path, Meaning] = {}
        self.lessons: list[tuple[Column, Value, Scope]] = []
        self.texts: list[Node] = []
        self.lists: dict[str, tuple[str, Scope]] = {}
        self._evidence = evidence
        self._prior = prior
        self._state_words = state_words
        self._resolver = Resolver(evidence)
        self._columns = ColumnMeanings(evidence, prior)
        self._scope = Scope({}, 1)

    def run(self) -> dict[Path, Meaning]:
        """Return the meanings."""
        purposes = {call.purpose: vocabulary().purposes[call.purpose] for call in self._evidence.calls if call.purpose}
        types = vocabulary().names_of(purposes)
        records = {
            name: type_.name for name, type_ in types.items() if type_.name in vocabulary().records and not type_.many
        }
        scope = Scope(records, 1, contexts=self._contexts(types))
        sources = {name: type_.name for name, type_ in types.items() if type_.name in vocabulary().records}
        sources.pop("account", None)
        self._scope = scope
        self._study(self.root, scope, sources)
        return self.meanings

    def teach(self) -> None:
        """Add the facts that the responses show by their meanings to what is known.

        A record that a request creates has the arguments of the request.
        """
        for column, value, within in self.lessons:
            self._learn(column, value, within)
        for node in self.texts:
            self._evidence.knowledge.note("message.text", node.distinct)
        for (name, place), context in self._scope.contexts.items():
            call, whose = self._evidence.calls[int(place[0])], self._scope.entity(name, place)
            if (
                call.effect not in CREATES
                or name in call.arguments
                or whose is None
                or whose.record in ("account", "order")
            ):
                continue
            knowledge = self._evidence.knowledge
            knowledge.issue(whose, call.at)
            for field_, value in context.items():
                if not knowledge.values(whose, field_, call.at):
                    knowledge.learn(whose, field_, value, call.at)

    def entity(self, name: str, number: int) -> Entity | None:
        """Return the record that a name of the result means in the response to a call; None if it is unknown."""
        return self._scope.entity(name, (number,))

    def items(self, source: str, number: int) -> list[Entity]:
        """Return the records in a list of the response to a call that are known."""
        variable, scope = self.lists.get(source, ("", None))
        if scope is None:
            return []
        return [
            whose for (name, place), whose in scope.entities.items() if name == variable and int(place[0]) == number
        ]

    @property
    def state_words(self) -> Mapping[str, Any]:
        """The word for each state that responses of the document have shown."""
        return {**self._state_words.before, **self._state_words.shown}

    def _contexts(self, types: Mapping[str, Type]) -> dict[tuple[str, Instance], Mapping[str, Any]]:
        found: dict[tuple[str, Instance], Mapping[str, Any]] = {}
        for number, call in enumerate(self._evidence.calls):
            for name, type_ in types.items():
                if type_.name in vocabulary().records:
                    context = asked(name, type_.name, call.arguments)
                    account = self._evidence.accounts.get(number)
                    if name == "account" and account:
                        context = {"id": account}
                    found[name, (number,)] = context
        return found

    def _study(self, node: Node, scope: Scope, sources: Mapping[str, str]) -> None:
        columns = [leaf.column() for leaf in leaves(node) if leaf.cells]
        for name, record in scope.names.items():
            self._resolver.resolve(name, record, scope, columns)
        self._study_columns(columns, scope)
        for inner in lists(node):
            self._bind(inner, scope, sources)
        self._study_rest(node, columns, scope)

    def _study_columns(self, columns: Sequence[Column], scope: Scope) -> None:
        for column in columns:
            if column.cells and (meaning := self._columns.of(column, scope)):
                self.meanings[column.node.path] = meaning
                if isinstance(meaning, Value) and (meaning.encoding or meaning.words):
                    self.lessons.append((column, meaning, scope))

    def _learn(self, column: Column, meaning: Value, scope: Scope) -> None:
        """Add the facts that a column shows."""
        name, _, field_ = meaning.name.partition(".")
        if name not in scope.names:
            return
        type_ = fields_of(scope.names[name])[field_]
        words = {word: name for name, word in (meaning.words or {}).items()}
        knowledge = self._evidence.knowledge
        add = knowledge.suppose if meaning.ground else knowledge.learn
        for place, value in column.cells.items():
            whose = scope.entity(name, place)
            if whose is None:
                continue
            if value in words:
                add(whose, field_, words[value], self._evidence.at(place))
                continue
            for encoding, fact in decoded(type_, value, column.node.kind):
                if encoding == meaning.encoding:
                    add(whose, field_, fact, self._evidence.at(place))

    def _bind(self, node: Node, scope: Scope, sources: Mapping[str, str]) -> None:
        """Find out which list of the vocabulary an array, or an object keyed by data, is."""
        if node.item is None:
            return
        best: tuple[int, Each, Study, Scope] | None = None
        for source, record in self._sources(scope, sources):
            variable = record if record not in scope.names else f"one_{record}"
            single = source in scope.names
            inner = Scope(
                {**scope.names, source if single else variable: record}, scope.depth + 1, contexts=scope.contexts
            )
            if source in sources and not single:
                inner.contexts = {**scope.contexts, **{
                    (variable, place): context for (name, place), context in scope.contexts.items() if name == source
                }}  # fmt: skip
            trial = Study(self._evidence, self.root, self._prior, self._state_words)
            key = trial.enter(node, inner, scope, source if single else variable, record)
            own = {
                path: meaning
                for path, meaning in trial.meanings.items()
                if isinstance(meaning, Value)
                and any(each.startswith(f"{source if single else variable}.") for each in names_in(meaning.name))
            }
            score = len(own) + bool(key)
            if single and (max(node.lengths.values()) > 1 or score < 2):
                continue
            each = Each(source, "" if single else variable, record, key, node.times)
            if score and (best is None or score > best[0]):
                best = score, each, trial, inner
        sms = messages(node, scope, self._evidence)
        if best is not None and best[0] > len(sms):
            self.meanings[node.path] = best[1]
            self.meanings |= best[2].meanings
            self.lessons += best[2].lessons
            self.texts += best[2].texts
            self.lists |= {**best[2].lists, best[1].source: (best[1].variable, best[3])}
        else:
            self.meanings |= sms
            texts = [path for path, each in sms.items() if isinstance(each, Value) and each.name == "message.text"]
            self.texts += [inner for inner in node.walk() if inner.path in texts]

    def enter(self, node: Node, inner: Scope, outer: Scope, variable: str, record: str) -> str:
        """Study the items of a list. Return the name of the key if the items are keyed by it."""
        assert node.item is not None  # noqa: S101 - only lists with items are bound
        for (name, place), whose in outer.entities.items():
            for item in items(node, place):
                inner.entities.setdefault((name, item), whose)
        columns = [leaf.column() for leaf in leaves(node.item) if leaf.cells]
        keys = [key_column(node)] if node.keys else []
        names = set(node.keys.values())
        fitting = (
            each for each in KEYS.get(record, ()) if names <= set(map(str, self._resolver.domain(f"{record}.{each}")))
        )
        self._resolver.resolve(variable, record, inner, [*keys, *columns])
        self._study_items(node.item, inner, variable, record, columns)
        key = next(fitting, "") or self._name_of(keys[0], inner, variable) if names else ""
        return f"{variable}.{key}" if key else ""

    def _name_of(self, keys: Column, scope: Scope, variable: str) -> str:
        """Return the field of the records in a keyed object that its keys are, such as the name; empty if none is."""
        meaning = self._columns.of(keys, scope)
        is_own = isinstance(meaning, Value) and meaning.name.startswith(f"{variable}.") and not meaning.words
        return meaning.name.partition(".")[2] if is_own and isinstance(meaning, Value) else ""

    def _study_items(self, item: Node, inner: Scope, variable: str, record: str, columns: Sequence[Column]) -> None:
        self._study_columns(columns, inner)
        sources = {
            f"{variable}.{name}": type_.name
            for name, type_ in vocabulary().records[record].items()
            if type_.many and type_.name in vocabulary().records
        }
        for deeper in lists(item):
            self._bind(deeper, inner, sources)
        self._study_rest(item, columns, inner)

    def _study_rest(self, node: Node, columns: Sequence[Column], scope: Scope) -> None:
        """Find the counts of lists and the states of orders, which need the meanings of the lists beside them."""
        for column in columns:
            path = column.node.path
            if path in self.meanings or not column.cells:
                continue
            found = (
                count(column, node, self.meanings)
                or self._resolver.separated(column, scope)
                or states(column, node, scope, self._evidence, self.meanings, self._state_words)
                or payment_words(column, scope, self._evidence)
            )
            if found:
                self.meanings[path] = found
                if isinstance(found, Value):
                    self.lessons.append((column, found, scope))
        for column, value in self._left_over(columns, scope):
            self.meanings[column.node.path] = value
            self.lessons.append((column, value, scope))

    def _left_over(self, columns: Sequence[Column], scope: Scope) -> list[tuple[Column, Value]]:
        """Return the only column that can hold a fact which the contract expects in the response, and nothing else has.

        The column must fit no other missing fact, and have been seen often enough.
        """
        found = {
            name for meaning in self.meanings.values() if isinstance(meaning, Value) for name in names_in(meaning.name)
        }
        stated = {name for each in self._prior.values() for name in names_in(each)}
        missing = {
            f"{name}.{field_}": type_
            for name, record in scope.names.items()
            for field_, type_ in fields_of(record).items()
            if f"{record}.{field_}" in stated and f"{name}.{field_}" not in found
        }
        open_ = [column for column in columns if column.cells and column.node.path not in self.meanings]
        pages = [column for column in open_ if all(map(_is_url, column.cells.values()))]
        urls = [name for name in missing if name.endswith(".url")]
        if len(pages) == len(urls) == 1:
            return [(pages[0], Value(urls[0], Encoding("string"), None, 0, GROUND))]
        fits = [
            (column, name, encoding)
            for column in open_
            for name, type_ in missing.items()
            for encoding in [common_encoding(type_, column.cells.values(), column.node.kind)]
            if encoding is not None
        ]
        return [
            (column, Value(name, encoding, None, 0, GROUND))
            for column, name, encoding in _only_matches(fits)
            if len(column.cells) >= ENOUGH and missing[name].name in _LEFT_OVER
        ]

    def _sources(self, scope: Scope, sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        yield from sources.items()
        for name, record in scope.names.items():
            for field_, type_ in vocabulary().records[record].items():
                if type_.many and type_.name in vocabulary().records and f"{name}.{field_}" not in sources:
                    yield f"{name}.{field_}", type_.name


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("https://")


def _only_matches(fits: Sequence[tuple[Column, str, Encoding]]) -> list[tuple[Column, str, Encoding]]:
    """Return the pairs of columns and facts that are left when each certain pair is taken out.

    A pair is certain if the column fits nothing else, and is the only such column for the fact.
    """
    found: list[tuple[Column, str, Encoding]] = []
    left = list(fits)
    while True:
        single = [each for each in left if sum(other[0] is each[0] for other in left) == 1]
        sure = [each for each in single if sum(other[1] == each[1] for other in single) == 1]
        if not sure:
            return found
        found += sure
        left = [each for each in left if not any(each[0] is other[0] or each[1] == other[1] for other in sure)]
