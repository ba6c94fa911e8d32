"""Which texts of a request could be an API key, whatever it asks for."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import orjson

from mockserver.web.message import Request


def texts(request: Request) -> Iterator[str]:
    """The bearer token, the values of the query, and the texts at the top of a JSON body."""
    if request.bearer:
        yield request.bearer
    for _, value in parse_qsl(request.query.decode("latin-1")):
        yield value
    try:
        body = orjson.loads(request.body or b"null")
    except orjson.JSONDecodeError:
        return
    if isinstance(body, dict):
        yield from (value for value in body.values() if isinstance(value, str))
