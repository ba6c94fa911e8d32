"""What a request says, in terms of its operation."""

from __future__ import annotations

from typing import Any, NamedTuple

from mockserver.contract.absent import ABSENT


class Credentials(NamedTuple):
    """Where an operation takes its credentials: a place, `path`, `query` or `body`, and a name in it."""

    user: tuple[str, str] | None = None
    key: tuple[str, str] | None = None


NOWHERE = Credentials()


class Arguments(NamedTuple):
    """What a request says: its path, query and body as values.

    A query parameter that was given several times is the list of its values. Without a body, `body` is `ABSENT`.
    """

    path: dict[str, Any]
    query: dict[str, Any]
    body: Any = ABSENT
    credentials: Credentials = NOWHERE

    @property
    def user(self) -> str | None:
        """The user id, wherever the operation takes it; None if it is missing or not a string."""
        return self._text(self.credentials.user)

    @property
    def key(self) -> str | None:
        """The API key, wherever the operation takes it; None if it is missing or not a string."""
        return self._text(self.credentials.key)

    def _text(self, spot: tuple[str, str] | None) -> str | None:
        if spot is None:
            return None
        place, name = spot
        values = getattr(self, place)
        value = values.get(name) if type(values) is dict else None
        return value if isinstance(value, str) else None


def bearer(authorization: str | None) -> str | None:
    """Return the key of the value of an `Authorization` header, if it is a bearer token."""
    scheme, _, key = (authorization or "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None
