"""Reading streams of server-sent events in process."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.types import ASGIApp, Message


class Heard(NamedTuple):
    """A server-sent event."""

    id: int
    kind: str
    data: dict[str, Any]


def heard(app: ASGIApp, path: str, headers: Sequence[tuple[bytes, bytes]] = ()) -> list[str]:
    """What a stream said until it ended."""
    return asyncio.run(_listen(app, path, headers))


def events(texts: Iterable[str]) -> list[Heard]:
    """The events in what a stream said; comments are read over."""
    blocks = [block for block in "".join(texts).split("\n\n") if block and not block.startswith(":")]
    fields = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    return [Heard(int(field["id"]), field["event"], json.loads(field["data"])) for field in fields]


async def _listen(app: ASGIApp, path: str, headers: Sequence[tuple[bytes, bytes]]) -> list[str]:
    target, _, query = f"/__mock__{path}".partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "path": target,
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), *headers],
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }
    said: list[str] = []
    ended = asyncio.Event()

    async def receive() -> Message:
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message.get("body", b"").decode())

    await app(scope, receive, send)
    return said
