"""Which keys an exchange could show, and what hides them.

To look for every key of every world in every spelling would take long. What is looked for so are the keys of the
exchange's own world, the one that it carried, and those of other worlds that stand in it as they are; whatever stands
where a key belongs is hidden anyway.
"""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from mockserver.simulation.exchange import ServedExchange
from mockserver.simulation.worlds import Worlds
from mockserver.traffic.redaction import Redactor


def redactor(exchange: ServedExchange, worlds: Worlds) -> Redactor:
    """What hides the keys of an exchange."""
    return _redactor(frozenset(_keys(exchange, worlds)))


def text_without_keys(text: str, worlds: Worlds) -> str:
    """A text, such as a path, without the keys of any world."""
    return _redactor(frozenset(_standing_in(text.encode(errors="surrogatepass"), worlds))).text(text)


def _keys(exchange: ServedExchange, worlds: Worlds) -> Iterator[str]:
    if exchange.key:
        yield exchange.key
    if exchange.world is not None and exchange.world in worlds:
        yield from worlds.find(exchange.world).world.keys
    headers = b"\n".join(value for _, value in exchange.headers)
    user = (exchange.user or "").encode(errors="surrogatepass")
    content = b"\n".join(
        (user, exchange.path.encode(), exchange.query, headers, exchange.content or b"", exchange.answer)
    )
    yield from _standing_in(content, worlds)


def _standing_in(content: bytes, worlds: Worlds) -> Iterator[str]:
    plain = unquote_to_bytes(content)
    secrets = [*worlds.keys, worlds.token] if worlds.token else worlds.keys
    return (key for key in secrets if key.encode(errors="surrogatepass") in plain)


@lru_cache(256)
def _redactor(keys: frozenset[str]) -> Redactor:
    return Redactor(keys)
