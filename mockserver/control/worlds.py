"""Making, showing, copying and removing worlds."""

from typing import Any

from mockserver.control.context import Call, Desk, Reply, sandbox
from mockserver.control.errors import Trouble
from mockserver.control.views import opened_view, world_view
from mockserver.control.world_factory import Choice

_MASK = "***"


def list_worlds(_: Call, desk: Desk) -> Reply:
    """`listWorlds`."""
    worlds = [world_view(each) for each in desk.worlds]
    return Reply(200, {"worlds": worlds, "limits": desk.worlds.limits._asdict()})


def create_world(call: Call, desk: Desk) -> Reply:
    """`createWorld`."""
    body = call.body
    if "snapshot" in body:
        from mockserver.control import snapshot  # with its library, takes as long to import as all other handlers

        made, strict = snapshot.read(body["snapshot"], desk.maker)
        opened = desk.maker.adopt(made)
    else:
        opened, strict = desk.maker.open(_choice(body), body.get("userId"), body.get("apiKey")), True
    opened.strict = body["strictness"] == "strict" if "strictness" in body else strict
    opened.publish("world", {"done": "created"})
    return Reply(201, opened_view(opened))


def show_world(call: Call, desk: Desk) -> Reply:
    """`showWorld`."""
    return Reply(200, world_view(sandbox(call, desk)))


def change_world(call: Call, desk: Desk) -> Reply:
    """`changeWorld`."""
    changed = sandbox(call, desk)
    changed.strict = call.body["strictness"] == "strict"
    changed.publish("world", {"done": "changed", "strictness": call.body["strictness"]})
    return Reply(200, world_view(changed))


def delete_world(call: Call, desk: Desk) -> Reply:
    """`deleteWorld`."""
    removed = sandbox(call, desk)
    if removed.permanent:
        raise Trouble(409, f"the mock was started with the world {removed.id}, which stays: reset it instead")
    desk.worlds.remove(removed)
    removed.publish("world", {"done": "deleted"})
    return Reply(200, {"done": f"the world {removed.id} is gone"})


def reset_world(call: Call, desk: Desk) -> Reply:
    """`resetWorld`."""
    again = sandbox(call, desk)
    desk.maker.replay(again)
    again.publish("world", {"done": "reset"})
    return Reply(200, world_view(again))


def fork_world(call: Call, desk: Desk) -> Reply:
    """`forkWorld`."""
    copy = desk.maker.fork(sandbox(call, desk))
    copy.publish("world", {"done": "forked", "from": call.path["world"]})
    return Reply(201, opened_view(copy))


def take_snapshot(call: Call, desk: Desk) -> Reply:
    """`takeSnapshot`."""
    from mockserver.control import snapshot

    return Reply(200, snapshot.write(sandbox(call, desk)))


def restore_snapshot(call: Call, desk: Desk) -> Reply:
    """`restoreSnapshot`."""
    from mockserver.control import snapshot

    restored = sandbox(call, desk)
    made, strict = snapshot.read(call.body, desk.maker)
    desk.maker.put(restored, made)
    restored.strict = strict
    restored.publish("world", {"done": "restored"})
    return Reply(200, world_view(restored))


def show_scenario(call: Call, desk: Desk) -> Reply:
    """`showScenario`."""
    origin = sandbox(call, desk).origin
    accounts = [{**account, **_masks(account)} for account in origin.data.get("accounts", ())]
    return Reply(200, {"name": origin.scenario, "seed": origin.seed, "data": {**origin.data, "accounts": accounts}})


def load_scenario(call: Call, desk: Desk) -> Reply:
    """`loadScenario`."""
    played = sandbox(call, desk)
    desk.maker.play(played, _choice(call.body))
    played.publish("world", {"done": "scenario", "scenario": played.origin.scenario})
    return Reply(200, opened_view(played))


def _choice(body: Any) -> Choice:
    return Choice(**{name: body[name] for name in Choice._fields if name in body})


def _masks(account: dict[str, Any]) -> dict[str, Any]:
    masks = {"key": _MASK, "keys": [_MASK] * len(account.get("keys", ()))}
    return {name: mask for name, mask in masks.items() if name in account}
