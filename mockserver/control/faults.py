"""The handlers of the control API for the faults of a world."""

from typing import Any

from mockserver.contract import LocatedError
from mockserver.control.context import ControlCall, ControlContext, ControlReply, slot
from mockserver.control.errors import ControlError
from mockserver.scenario.error import path
from mockserver.scenario.load import take
from mockserver.simulation.faults import section
from mockserver.simulation.faults.state import Fault, Faults
from mockserver.simulation.worlds import WorldSlot


def list_faults(call: ControlCall, context: ControlContext) -> ControlReply:
    """`listFaults`."""
    found = slot(call, context).faults
    views = [_view(number, fault, found) for number, fault in found.items()] if found is not None else []
    return ControlReply(200, {"faults": views})


def add_fault(call: ControlCall, context: ControlContext) -> ControlReply:
    """`addFault`."""
    changed = slot(call, context)
    limit = context.worlds.limits.faults
    if changed.faults is not None and len(changed.faults) >= limit:
        raise ControlError(
            409, f"the world has {limit} faults, which is the limit: remove some, or raise it with --limit"
        )
    _check(dict(call.body), changed, context)
    if changed.faults is None:
        changed.faults = Faults((), changed.origin.seed, changed.world.clock.now())
    held = changed.faults
    [fault] = section.parse([dict(call.body)], held.next + 1)
    number = held.add(fault)
    changed.publish("fault", {"done": "added", "number": number + 1, "name": fault.name})
    return ControlReply(201, _view(number, fault, held))


def clear_faults(call: ControlCall, context: ControlContext) -> ControlReply:
    """`clearFaults`."""
    changed = slot(call, context)
    removed = [number for number, _ in changed.faults.items()] if changed.faults is not None else []
    for number in removed:
        _remove(changed, number)
    return ControlReply(200, {"done": f"{len(removed)} faults removed"})


def remove_fault(call: ControlCall, context: ControlContext) -> ControlReply:
    """`removeFault`."""
    changed, number = slot(call, context), call.path["fault"]
    if changed.faults is None or number - 1 not in dict(changed.faults.items()):
        raise ControlError(404, f"there is no fault {number} in this world")
    _remove(changed, number - 1)
    return ControlReply(200, {"done": f"fault {number} removed"})


def _remove(changed: WorldSlot, number: int) -> None:
    if changed.faults is not None:
        changed.faults.remove(number)
        changed.publish("fault", {"done": "removed", "number": number + 1})


def _check(fault: dict[str, Any], changed: WorldSlot, context: ControlContext) -> None:
    """Raise ControlError(422) for a fault that would be invalid in a scenario."""
    data = {**changed.origin.data, "faults": [fault]}
    try:
        take(data, "the fault", context.world_factory.fixtures.catalogue)
    except LocatedError as error:
        problems = [
            f"{path(problem.pointer.removeprefix('/faults/0')).removeprefix('$.')}: {problem.message}"
            for problem in error.problems
        ]
        raise ControlError(422, f"the fault is invalid: {problems[0]}", problems) from None


def _view(number: int, fault: Fault, held: Faults) -> dict[str, Any]:
    return {
        "number": number + 1,
        "name": fault.name,
        "fault": dict(fault.source),
        "matched": held.matched[number],
        "acted": held.acted[number],
    }
