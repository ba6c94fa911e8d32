"""What a server adds to the scope of a request."""

TRANSPORT = "smsonline_mock.transport"
"""The extension of a scope in which a server hands over its transport, so that a fault can break the connection."""

STOPPING = "smsonline_mock.stopping"
"""Where the state of a scope has the asyncio.Event that a server sets when it stops, so that no fault holds it up."""
