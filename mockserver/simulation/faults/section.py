"""What the section `faults` of a scenario means. Loaded for scenarios that have one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mockserver.contract import ABSENT
from mockserver.simulation.faults import effects
from mockserver.simulation.faults.effects import Cause
from mockserver.simulation.faults.state import Condition, Fault, Moment
from mockserver.simulation.units import duration

Section = dict[str, Any]

_EARLY = frozenset({"latency", "status", "rateLimit", "reset"})
"""Effects that come before the handler unless the scenario says otherwise."""


def faults(section: Iterable[Section], first: int = 1) -> list[Fault]:
    """The faults of a section without misfits, in their order; one without a name has its number, from `first` on."""
    return [_fault(fault, number) for number, fault in enumerate(section, first)]


def _fault(fault: Section, number: int) -> Fault:
    [(kind, value)] = fault["then"].items()
    usual = Moment.BEFORE if kind in _EARLY else Moment.AFTER
    return Fault(
        name=fault.get("name", f"fault {number}"),
        when=_condition(fault.get("when", {})),
        moment=Moment(fault.get("at", usual)),
        cause=_CAUSES[kind](value),
        source=fault,
    )


def _condition(when: Section) -> Condition:
    return Condition(
        operations=tuple(globs(when)) or ("*",),
        account=when.get("account"),
        start=duration(when.get("from", "")),
        end=duration(when["until"]) if "until" in when else None,
        nth=when.get("nth"),
        every=when.get("every"),
        probability=when.get("probability"),
        times=when.get("times"),
    )


def globs(when: Section) -> list[str]:
    """The globs of a condition on operations; none lets all through."""
    given: str | list[str] = when.get("operation", [])
    return [given] if isinstance(given, str) else given


def _latency(value: Any) -> Cause:
    if isinstance(value, str):
        return effects.Uniform(duration(value), duration(value))
    if "uniform" in value:
        return effects.Uniform(*map(duration, value["uniform"]))
    return effects.Lognormal(duration(value["lognormal"]["median"]), value["lognormal"]["sigma"])


def _status(value: Any) -> Cause:
    if isinstance(value, int):
        return effects.ErrorAnswer(value)
    headers = tuple(value.get("headers", {}).items())
    return effects.ErrorAnswer(value["status"], value.get("text", ""), value.get("body", ABSENT), headers)


_CAUSES: Mapping[str, Callable[[Any], Cause]] = {
    "latency": _latency,
    "status": _status,
    "rateLimit": lambda value: effects.RateLimit(value["limit"], duration(value["window"])),
    "reset": lambda _: effects.Disconnect(reset=True),
    "empty": lambda value: effects.Disconnect(reset=False) if value == "response" else effects.Empty(),
    "cut": effects.Cut,
    "malformed": lambda _: effects.Malformed(),
    "drip": lambda value: effects.SlowBody(value["bytes"], duration(value["every"])),
    "contentType": effects.ContentType,
    "omit": effects.Omit,
    "retype": lambda value: effects.Retype(value["field"], value["as"] or "null"),
}
