"""The context, the calls and the replies of the control API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.contract import Document, did_you_mean
from mockserver.contract.messages import brief
from mockserver.control.errors import ControlError
from mockserver.control.world_factory import WorldFactory
from mockserver.simulation.worlds import Readings, Worlds, WorldSlot


class ControlContext(NamedTuple):
    """The worlds, the factory of new worlds, and the contract documents that the mock serves.

    `read` returns these documents for readings other than the server's own.
    """

    worlds: Worlds
    world_factory: WorldFactory
    documents: Sequence[Document]
    read: Callable[[Readings], Sequence[Document]]


class ControlCall(NamedTuple):
    """A valid request to the control API, with its arguments coerced."""

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]


class ControlReply(NamedTuple):
    """A response as data; a body that is not JSON is bytes and has its own content type."""

    status: int
    body: object
    content_type: str = "application/json"


Handler = Callable[[ControlCall, ControlContext], ControlReply]


def slot(call: ControlCall, context: ControlContext) -> WorldSlot:
    """Return the world that the path names, and mark it as used. Raises ControlError(404)."""
    name = call.path["world"]
    try:
        found = context.worlds.find(name)
    except KeyError:
        nearest = did_you_mean(name, (each.id for each in context.worlds))
        hint = nearest or ": it may have been deleted, or idle for too long"
        raise ControlError(404, f"there is no world {brief(name)}{hint}") from None
    found.used = context.world_factory.wall()
    return found
