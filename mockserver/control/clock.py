"""The clock of a world: reading it, setting it, letting time pass."""

from mockserver.control.context import Context, ControlCall, ControlReply, slot
from mockserver.control.errors import ControlError
from mockserver.control.views import clock_view
from mockserver.domain.clock import LAST
from mockserver.domain.settlement import settle
from mockserver.simulation.units import duration

_MODES = {"real": 1, "manual": 0}


def show_clock(call: ControlCall, context: Context) -> ControlReply:
    """`showClock`."""
    return ControlReply(200, clock_view(slot(call, context).world.clock))


def set_clock(call: ControlCall, context: Context) -> ControlReply:
    """`setClock`."""
    [(name, value)] = call.body.items()
    changed = slot(call, context)
    clock = changed.world.clock
    settle(changed.world)
    if name == "step":
        clock.run(pace=0, step=duration(value))
    else:
        clock.run(pace=_MODES.get(value, value), step=0)
    changed.publish("clock", clock_view(clock))
    return ControlReply(200, clock_view(clock))


def advance_clock(call: ControlCall, context: Context) -> ControlReply:
    """`advanceClock`."""
    advanced = slot(call, context)
    clock, by = advanced.world.clock, duration(call.body["by"])
    if clock.now() + by > LAST:
        raise ControlError(409, f"{call.body['by']} would take the clock beyond the year 9998")
    clock.advance(by)
    settle(advanced.world)
    advanced.publish("clock", clock_view(clock))
    return ControlReply(200, clock_view(clock))
