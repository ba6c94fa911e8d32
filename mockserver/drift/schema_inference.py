"""What values look like, learned one value after another: a schema without having seen one."""

from __future__ import annotations

from typing import Any

MAXIMUM_NAMES = 60
"""An object with more different names than this is taken to be a table whose keys are data."""
KEPT = 5
"""How many different scalars are kept as examples."""

_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


class Shape:
    """The types of the values that were added, their members and items, and some examples."""

    def __init__(self) -> None:
        self.times = 0
        self.examples: list[Any] = []
        self._types: dict[str, None] = {}
        self._objects = 0
        self._members: dict[str, Shape] = {}
        self._items: Shape | None = None

    def add(self, value: Any) -> None:
        """Learn from a value."""
        self.times += 1
        self._types[_NAMES.get(type(value), "null")] = None
        if isinstance(value, dict):
            self._objects += 1
            for name, member in value.items():
                if name in self._members or len(self._members) <= MAXIMUM_NAMES:
                    self._members.setdefault(name, Shape()).add(member)
        elif isinstance(value, list):
            self._items = self._items or Shape()
            for item in value:
                self._items.add(item)
        elif value not in self.examples and len(self.examples) < KEPT:
            self.examples.append(value)

    @property
    def types(self) -> list[str]:
        """The types of the values, as JSON Schema names them; integers are numbers, too."""
        return [name for name in self._types if name != "integer" or "number" not in self._types]

    def schema(self) -> dict[str, Any]:
        """Return a schema that all these values fit. What every object had is required."""
        types = self.types
        schema: dict[str, Any] = {"type": types[0] if len(types) == 1 else types} if types else {}
        if self._members and len(self._members) <= MAXIMUM_NAMES:
            required = [name for name, member in self._members.items() if member.times == self._objects]
            schema |= {"required": required} if required else {}
            schema["properties"] = {name: member.schema() for name, member in self._members.items()}
        if self._items is not None and self._items.times:
            schema["items"] = self._items.schema()
        return schema
