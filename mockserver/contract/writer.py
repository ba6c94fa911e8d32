"""Writing results as JSON by a plan: each plan is compiled once to a Python expression."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from mockserver.contract.plan import Choice, Leaf, When
from mockserver.contract.pointer import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.contract.plan import Constant, Count, Each, Items, MadeUp, Node, Object, Path, Text

    MakeUp = Callable[[MadeUp, int, tuple[object, ...]], Any]


def compiled(node: Node, make_up: MakeUp) -> Callable[[Any], Any]:
    """Return a function that writes results by a plan.

    The values of a result are attributes, by their dotted names. `make_up` generates a value without a meaning: it
    takes the node, `result.seed`, and the identity of the value's owner. The function returns ABSENT if nothing is
    written.
    """
    compiler = _Compiler(make_up)
    source = f"lambda result: {compiler.expression(node, {})}"
    function: Callable[[Any], Any] = eval(source, compiler.constants)  # noqa: S307 - built from vocabulary names only
    return function


class _Compiler:
    """Compiles a plan to an expression over `result` and `constants`."""

    def __init__(self, make_up: MakeUp) -> None:
        self.constants: dict[str, Any] = {
            "ABSENT": ABSENT,
            "first": _first,
            "make_up": make_up,
            "one": _one,
            "present": _present,
        }
        self._names = count()

    def expression(self, node: Node, variables: Mapping[str, str]) -> str:
        """Return the expression of a node; `variables` are the Python names of enclosing array items."""
        writer: Callable[..., str] = getattr(self, f"_{type(node).__name__.lower()}")
        return writer(node, variables)

    def _constant(self, node: Constant, _: Mapping[str, str]) -> str:
        return self._value(node.value)

    def _text(self, node: Text, variables: Mapping[str, str]) -> str:
        first, *others = map(repr, node.pieces)
        leaves = [self._leaf(leaf, variables) for leaf in node.leaves]
        return f"({first}{''.join(f' + str({value}) + {piece}' for value, piece in zip(leaves, others, strict=True))})"

    def _madeup(self, node: MadeUp, variables: Mapping[str, str]) -> str:
        identity = "".join(f"{self._path(path, variables)}, " for path in node.identity)
        return f"make_up({self._value(node)}, result.seed, ({identity}))"

    def _object(self, node: Object, variables: Mapping[str, str]) -> str:
        fields = (f"{name!r}: {self.expression(field, variables)}" for name, field in node.fields.items())
        body = f"{{{', '.join(fields)}}}"
        return f"present({body})" if any(map(_may_be_absent, node.fields.values())) else body

    def _items(self, node: Items, variables: Mapping[str, str]) -> str:
        return f"[{', '.join(self.expression(item, variables) for item in node.items)}]"

    def _when(self, node: When, variables: Mapping[str, str]) -> str:
        condition = self._path(node.path, variables)
        if node.variable:
            name = self._name("t")
            variables, condition = {**variables, node.variable: name}, f"({name} := {condition})"
        value = self.expression(node.node, variables)
        return f"({value} if {condition} else {self._value(node.missing)})"

    def _count(self, node: Count, variables: Mapping[str, str]) -> str:
        return f"len({self._path(node.path, variables)} or ())"

    def _choice(self, node: Choice, variables: Mapping[str, str]) -> str:
        return f"first({', '.join(f'lambda: {self.expression(branch, variables)}' for _, branch in node.branches)})"

    def _leaf(self, leaf: Leaf, variables: Mapping[str, str]) -> str:
        value, write = self._path(leaf.path, variables), leaf.format.write
        if not leaf.path.optional:
            return value if write is None else f"{self._value(write)}({value})"
        found = self._name("t")
        written = found if write is None else f"{self._value(write)}({found})"
        return f"({self._value(leaf.missing)} if ({found} := {value}) is None else {written})"

    def _each(self, node: Each, variables: Mapping[str, str]) -> str:
        name = self._name("v")
        known = {**variables, node.variable: name}
        item = self.expression(node.item, known)
        path = self._path(node.path, variables)
        items = f"({path} or ())" if node.many else f"one({path})"
        if node.separator:
            return f"{node.separator!r}.join(str({item}) for {name} in {items})"
        if node.key is None:
            return f"[{item} for {name} in {items}]"
        return f"{{{self._leaf(node.key, known)}: {item} for {name} in {items}}}"

    def _path(self, path: Path, variables: Mapping[str, str]) -> str:
        """Return the expression of a value. It evaluates to None if a part of the path is missing."""

        def walk(value: str, position: int) -> str:
            if position == len(path.parts):
                return value
            part = path.parts[position]
            if position - 1 not in path.optional:
                return walk(f"{value}.{part}", position + 1)
            found = self._name("t")
            return f"(None if ({found} := {value}) is None else {walk(f'{found}.{part}', position + 1)})"

        root = path.parts[0]
        return walk(variables.get(root, f"result.{root}"), 1)

    def _name(self, kind: str) -> str:
        return f"{kind}{next(self._names)}"

    def _value(self, value: Any) -> str:
        if value is None or value is ABSENT or type(value) in (bool, int, str):
            return "ABSENT" if value is ABSENT else repr(value)
        name = self._name("c")
        self.constants[name] = value
        return name


def _may_be_absent(node: Node) -> bool:
    match node:
        case Leaf(missing=missing):
            return missing is ABSENT
        case When(_, node, missing):
            return missing is ABSENT or _may_be_absent(node)
        case Choice():
            return True
    return False


def _present(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not ABSENT}


def _one(item: Any) -> tuple[Any, ...]:
    return () if item is None else (item,)


def _first(*branches: Callable[[], Any]) -> Any:
    """Return the first value that is not ABSENT."""
    return next((value for branch in branches if (value := branch()) is not ABSENT), ABSENT)
