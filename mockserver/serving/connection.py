"""A uvicorn connection that passes its transport to the application, and ignores offers of another protocol."""

from asyncio import BaseTransport
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from mockserver.web.message import TRANSPORT, Header

App = Callable[..., Awaitable[None]]
_OFFER = (b"upgrade", b"http2-settings")
"""The header fields with which a client offers another protocol (RFC 9110, section 7.8; RFC 7540, section 3.2)."""


class _Connection(AutoHTTPProtocol):  # type: ignore[misc,valid-type] # uvicorn chooses the class at import
    app: App

    def connection_made(self, transport: BaseTransport) -> None:
        """Add the transport to the scope of every request of the connection."""
        super().connection_made(transport)
        self.app = _with_transport(self.app, transport)


def _with_transport(app: App, transport: BaseTransport) -> App:
    extensions = {TRANSPORT: transport}

    def call(scope: dict[str, Any], receive: object, send: object) -> Awaitable[None]:
        scope["extensions"] = extensions
        return app(scope, receive, send)

    return call


try:
    import httptools
except ImportError:  # h11 ignores offers of another protocol
    Connection = _Connection
else:

    class Connection(_Connection):  # type: ignore[no-redef]
        """A uvicorn connection that serves a request with an offer of another protocol as if it had none.

        The parser treats the data after the head of such a request as the other protocol. The request is therefore
        parsed again without the offer. JDK's HttpClient and `curl --http2` offer HTTP/2 with every request.
        """

        parser: httptools.HttpRequestParser

        def data_received(self, data: bytes) -> None:
            """Parse received data."""
            self._unset_keepalive_if_required()
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                if not self._is_offered():
                    return  # CONNECT: the data is for another server
                head = b"".join(_head(self.parser.get_method(), self.url, self.parser.get_http_version(), self.headers))
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                self.data_received(head + data[offer.args[0] :])
            except httptools.HttpParserError:
                message = "Invalid HTTP request received."
                self.logger.warning(message)
                self.send_400_response(message)

        def on_headers_complete(self) -> None:
            """Start the response, unless the head will be parsed again."""
            if not self._is_offered():
                super().on_headers_complete()

        def on_message_complete(self) -> None:
            """End the request, unless it will be parsed again."""
            if not self._is_offered():
                super().on_message_complete()

        def _is_offered(self) -> bool:
            offered: bool = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
            return offered


def _head(method: bytes, url: bytes, version: str, headers: list[Header]) -> Iterator[bytes]:
    """Yield the head of a request without its offer of another protocol."""
    yield b"%s %s HTTP/%s\r\n" % (method, url, version.encode())
    for name, value in headers:
        if name == b"connection":
            value = b", ".join(token for token in value.split(b",") if token.strip().lower() not in _OFFER)
        if name not in _OFFER and value:
            yield b"%s: %s\r\n" % (name, value)
    yield b"\r\n"
