"""The handlers of the control API for worlds: their creation, reset, snapshots, scenarios and clocks."""

from typing import Any

from mockserver.control.context import ControlCall, ControlContext, ControlReply, slot
from mockserver.control.errors import ControlError
from mockserver.control.views import clock_view, opened_view, world_view
from mockserver.control.world_factory import WorldChoice
from mockserver.domain.clock import LAST
from mockserver.domain.settlement import settle
from mockserver.simulation.units import duration

_MASK = "***"


def list_worlds(_: ControlCall, context: ControlContext) -> ControlReply:
    """`listWorlds`."""
    worlds = [world_view(each) for each in context.worlds]
    return ControlReply(200, {"worlds": worlds, "limits": context.worlds.limits._asdict()})


def create_world(call: ControlCall, context: ControlContext) -> ControlReply:
    """`createWorld`."""
    body = call.body
    if "snapshot" in body:
        from mockserver.control import snapshot  # takes as long to import as all other handlers

        made, strict = snapshot.read(body["snapshot"], context.world_factory)
        opened = context.world_factory.adopt(made)
    else:
        opened, strict = context.world_factory.open(_choice(body), body.get("userId"), body.get("apiKey")), True
    opened.strict = body["strictness"] == "strict" if "strictness" in body else strict
    opened.publish("world", {"done": "created"})
    return ControlReply(201, opened_view(opened))


def show_world(call: ControlCall, context: ControlContext) -> ControlReply:
    """`showWorld`."""
    return ControlReply(200, world_view(slot(call, context)))


def change_world(call: ControlCall, context: ControlContext) -> ControlReply:
    """`changeWorld`."""
    changed = slot(call, context)
    changed.strict = call.body["strictness"] == "strict"
    changed.publish("world", {"done": "changed", "strictness": call.body["strictness"]})
    return ControlReply(200, world_view(changed))


def delete_world(call: ControlCall, context: ControlContext) -> ControlReply:
    """`deleteWorld`."""
    removed = slot(call, context)
    if removed.permanent:
        raise ControlError(409, f"the mock was started with the world {removed.id}: reset it instead of deleting it")
    context.worlds.remove(removed)
    removed.publish("world", {"done": "deleted"})
    return ControlReply(200, {"done": f"world {removed.id} deleted"})


def reset_world(call: ControlCall, context: ControlContext) -> ControlReply:
    """`resetWorld`."""
    again = slot(call, context)
    context.world_factory.replay(again)
    again.publish("world", {"done": "reset"})
    return ControlReply(200, world_view(again))


def fork_world(call: ControlCall, context: ControlContext) -> ControlReply:
    """`forkWorld`."""
    copy = context.world_factory.fork(slot(call, context))
    copy.publish("world", {"done": "forked", "from": call.path["world"]})
    return ControlReply(201, opened_view(copy))


def take_snapshot(call: ControlCall, context: ControlContext) -> ControlReply:
    """`takeSnapshot`."""
    from mockserver.control import snapshot

    return ControlReply(200, snapshot.write(slot(call, context)))


def restore_snapshot(call: ControlCall, context: ControlContext) -> ControlReply:
    """`restoreSnapshot`."""
    from mockserver.control import snapshot

    restored = slot(call, context)
    made, strict = snapshot.read(call.body, context.world_factory)
    context.world_factory.put(restored, made)
    restored.strict = strict
    restored.publish("world", {"done": "restored"})
    return ControlReply(200, world_view(restored))


def show_scenario(call: ControlCall, context: ControlContext) -> ControlReply:
    """`showScenario`."""
    origin = slot(call, context).origin
    accounts = [{**account, **_masks(account)} for account in origin.data.get("accounts", ())]
    return ControlReply(
        200, {"name": origin.scenario, "seed": origin.seed, "data": {**origin.data, "accounts": accounts}}
    )


def load_scenario(call: ControlCall, context: ControlContext) -> ControlReply:
    """`loadScenario`."""
    played = slot(call, context)
    context.world_factory.play(played, _choice(call.body))
    played.publish("world", {"done": "scenario", "scenario": played.origin.scenario})
    return ControlReply(200, opened_view(played))


def _choice(body: Any) -> WorldChoice:
    return WorldChoice(**{name: body[name] for name in WorldChoice._fields if name in body})


def _masks(account: dict[str, Any]) -> dict[str, Any]:
    masks = {"key": _MASK, "keys": [_MASK] * len(account.get("keys", ()))}
    return {name: mask for name, mask in masks.items() if name in account}


_MODES = {"real": 1, "manual": 0}


def show_clock(call: ControlCall, context: ControlContext) -> ControlReply:
    """`showClock`."""
    return ControlReply(200, clock_view(slot(call, context).world.clock))


def set_clock(call: ControlCall, context: ControlContext) -> ControlReply:
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


def advance_clock(call: ControlCall, context: ControlContext) -> ControlReply:
    """`advanceClock`."""
    advanced = slot(call, context)
    clock, by = advanced.world.clock, duration(call.body["by"])
    if clock.now() + by > LAST:
        raise ControlError(409, f"{call.body['by']} would take the clock beyond the year 9998")
    clock.advance(by)
    settle(advanced.world)
    advanced.publish("clock", clock_view(clock))
    return ControlReply(200, clock_view(clock))
