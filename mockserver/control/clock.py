"""The clock of a world: reading it, setting it, letting time pass."""

from mockserver.control.context import Call, Desk, Reply, sandbox
from mockserver.control.errors import Trouble
from mockserver.control.views import clock_view
from mockserver.domain.clock import LAST
from mockserver.domain.settlement import settle
from mockserver.scenario.units import duration

_MODES = {"real": 1, "manual": 0}


def show_clock(call: Call, desk: Desk) -> Reply:
    """`showClock`."""
    return Reply(200, clock_view(sandbox(call, desk).world.clock))


def set_clock(call: Call, desk: Desk) -> Reply:
    """`setClock`."""
    [(name, value)] = call.body.items()
    changed = sandbox(call, desk)
    clock = changed.world.clock
    settle(changed.world)
    if name == "step":
        clock.run(pace=0, step=duration(value))
    else:
        clock.run(pace=_MODES.get(value, value), step=0)
    changed.publish("clock", clock_view(clock))
    return Reply(200, clock_view(clock))


def advance_clock(call: Call, desk: Desk) -> Reply:
    """`advanceClock`."""
    advanced = sandbox(call, desk)
    clock, by = advanced.world.clock, duration(call.body["by"])
    if clock.now() + by > LAST:
        raise Trouble(409, f"{call.body['by']} would take the clock beyond the year 9998")
    clock.advance(by)
    settle(advanced.world)
    advanced.publish("clock", clock_view(clock))
    return Reply(200, clock_view(clock))
