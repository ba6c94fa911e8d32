"""Making, showing, copying and removing worlds."""

from typing import Any

from mockserver.control.context import Call, Context, Reply, slot
from mockserver.control.errors import ControlError
from mockserver.control.views import opened_view, world_view
from mockserver.control.world_factory import Choice

_MASK = "***"


def list_worlds(_: Call, context: Context) -> Reply:
    """`listWorlds`."""
    worlds = [world_view(each) for each in context.worlds]
    return Reply(200, {"worlds": worlds, "limits": context.worlds.limits._asdict()})


def create_world(call: Call, context: Context) -> Reply:
    """`createWorld`."""
    body = call.body
    if "snapshot" in body:
        from mockserver.control import snapshot  # with its library, takes as long to import as all other handlers

        made, strict = snapshot.read(body["snapshot"], context.maker)
        opened = context.maker.adopt(made)
    else:
        opened, strict = context.maker.open(_choice(body), body.get("userId"), body.get("apiKey")), True
    opened.strict = body["strictness"] == "strict" if "strictness" in body else strict
    opened.publish("world", {"done": "created"})
    return Reply(201, opened_view(opened))


def show_world(call: Call, context: Context) -> Reply:
    """`showWorld`."""
    return Reply(200, world_view(slot(call, context)))


def change_world(call: Call, context: Context) -> Reply:
    """`changeWorld`."""
    changed = slot(call, context)
    changed.strict = call.body["strictness"] == "strict"
    changed.publish("world", {"done": "changed", "strictness": call.body["strictness"]})
    return Reply(200, world_view(changed))


def delete_world(call: Call, context: Context) -> Reply:
    """`deleteWorld`."""
    removed = slot(call, context)
    if removed.permanent:
        raise ControlError(409, f"the mock was started with the world {removed.id}, which stays: reset it instead")
    context.worlds.remove(removed)
    removed.publish("world", {"done": "deleted"})
    return Reply(200, {"done": f"the world {removed.id} is gone"})


def reset_world(call: Call, context: Context) -> Reply:
    """`resetWorld`."""
    again = slot(call, context)
    context.maker.replay(again)
    again.publish("world", {"done": "reset"})
    return Reply(200, world_view(again))


def fork_world(call: Call, context: Context) -> Reply:
    """`forkWorld`."""
    copy = context.maker.fork(slot(call, context))
    copy.publish("world", {"done": "forked", "from": call.path["world"]})
    return Reply(201, opened_view(copy))


def take_snapshot(call: Call, context: Context) -> Reply:
    """`takeSnapshot`."""
    from mockserver.control import snapshot

    return Reply(200, snapshot.write(slot(call, context)))


def restore_snapshot(call: Call, context: Context) -> Reply:
    """`restoreSnapshot`."""
    from mockserver.control import snapshot

    restored = slot(call, context)
    made, strict = snapshot.read(call.body, context.maker)
    context.maker.put(restored, made)
    restored.strict = strict
    restored.publish("world", {"done": "restored"})
    return Reply(200, world_view(restored))


def show_scenario(call: Call, context: Context) -> Reply:
    """`showScenario`."""
    origin = slot(call, context).origin
    accounts = [{**account, **_masks(account)} for account in origin.data.get("accounts", ())]
    return Reply(200, {"name": origin.scenario, "seed": origin.seed, "data": {**origin.data, "accounts": accounts}})


def load_scenario(call: Call, context: Context) -> Reply:
    """`loadScenario`."""
    played = slot(call, context)
    context.maker.play(played, _choice(call.body))
    played.publish("world", {"done": "scenario", "scenario": played.origin.scenario})
    return Reply(200, opened_view(played))


def _choice(body: Any) -> Choice:
    return Choice(**{name: body[name] for name in Choice._fields if name in body})


def _masks(account: dict[str, Any]) -> dict[str, Any]:
    masks = {"key": _MASK, "keys": [_MASK] * len(account.get("keys", ()))}
    return {name: mask for name, mask in masks.items() if name in account}
