"""What a test wants of its world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Data = Mapping[str, Any]

NOTHING: Data = MappingProxyType({})


class Wanted(NamedTuple):
    """Where a world begins, and how strictly its user is judged.

    `scenario` is the name of a shipped one, a file, or a scenario as data; `clock` is as scenarios write it, such as
    `manual` or `{"step": "5s"}`; of `readings` and `variables`, values by name; `faults` as scenarios write them.
    With `strict`, a request that breaks the contract is refused. Unless `allow_violations`, it fails the test, too.
    """

    scenario: str | Path | Data = "default"
    seed: int | None = None
    clock: str | Data | None = None
    readings: Data = NOTHING
    variables: Data = NOTHING
    faults: Sequence[Data] = ()
    strict: bool = True
    allow_violations: bool = False

    def beside(self, folder: Path) -> Wanted:
        """The same, with a scenario file that is named as seen from a folder."""
        if isinstance(self.scenario, str | Path) and is_file(self.scenario):
            return self._replace(scenario=folder / self.scenario)
        return self


def is_file(scenario: str | Path) -> bool:
    """Whether a scenario is a file: names of shipped ones have neither a suffix nor a folder."""
    path = Path(scenario)
    return bool(path.suffix) or len(path.parts) > 1


def misuses(arguments: Data) -> Iterator[str]:
    """Find what is wrong with these fields of a Wanted, in words."""
    for name, value in arguments.items():
        if name not in _KINDS:
            from mockserver.contract.messages import did_you_mean

            hint = did_you_mean(name, _KINDS) or f"; there are {', '.join(_KINDS)}"
            yield f"there is no argument {name}{hint}"
        elif value is None and name in _OPTIONAL:
            continue
        elif not isinstance(value, _KINDS[name]) or (name == "seed" and isinstance(value, bool)):
            yield f"{name} must be {_WORDS[_KINDS[name]]}, not {value!r}"


_KINDS: Mapping[str, Any] = {
    "scenario": (str, Path, Mapping),
    "seed": int,
    "clock": (str, Mapping),
    "readings": Mapping,
    "variables": Mapping,
    "faults": (list, tuple),
    "strict": bool,
    "allow_violations": bool,
}
_OPTIONAL = ("seed", "clock")
_WORDS: Mapping[Any, str] = {
    (str, Path, Mapping): "a name, a file or a dict",
    (str, Mapping): "a text or a dict",
    int: "a whole number",
    Mapping: "a dict",
    (list, tuple): "a list",
    bool: "True or False",
}
