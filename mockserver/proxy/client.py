"""The client's side of a call."""

from __future__ import annotations

from asyncio import Queue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mockserver.proxy.asgi import Message, Receive


class Client:
    """Reads the body of a request as it comes, and notices when the client goes away."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        # One chunk waits at most: a client is not faster than the server that its body goes to.
        self._messages: Queue[Message] = Queue(maxsize=1)

    async def listen(self) -> None:
        """Hand over the body; return when the client has gone."""
        while (message := await self._receive())["type"] != "http.disconnect":
            await self._messages.put(message)

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the body, chunk by chunk, while somebody listens."""
        more = True
        while more:
            message = await self._messages.get()
            more = message.get("more_body", False)
            if chunk := message.get("body", b""):
                yield chunk
