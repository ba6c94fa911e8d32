"""Journal entries with their API keys redacted, their contract violations, and their views in the control API."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote_to_bytes

from mockserver.contract import ABSENT, Violation
from mockserver.domain.clock import Instant
from mockserver.simulation.journal import Header, JournalEntry, ServedExchange
from mockserver.simulation.worlds import Worlds
from mockserver.traffic import Answer, Request
from mockserver.traffic import Exchange as Traffic
from mockserver.traffic.redaction import Redactor


def redactor(exchange: ServedExchange, worlds: Worlds) -> Redactor:
    """Return the redactor of the API keys in an exchange."""
    return _redactor(frozenset(_keys(exchange, worlds)))


def text_without_keys(text: str, worlds: Worlds) -> str:
    """Return a text, such as a path, with the API keys of all worlds redacted."""
    return _redactor(frozenset(_secrets_in(text.encode(errors="surrogatepass"), worlds))).text(text)


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
    yield from _secrets_in(content, worlds)


def _secrets_in(content: bytes, worlds: Worlds) -> Iterator[str]:
    plain = unquote_to_bytes(content)
    secrets = [*worlds.keys, worlds.token] if worlds.token else worlds.keys
    return (key for key in secrets if key.encode(errors="surrogatepass") in plain)


@lru_cache(256)
def _redactor(keys: frozenset[str]) -> Redactor:
    return Redactor(keys)


ORIGIN = "http://smsonline-mock"
"""The base of absolute URLs for a request without a host."""

REQUEST, ANSWER = "request", "answer"


class Break(NamedTuple):
    """A violation of one side of an exchange."""

    side: str
    violation: Violation


class JournalRecord:
    """An entry of a journal. Its views are computed on demand, because most entries are only searched."""

    def __init__(self, entry: JournalEntry, worlds: Worlds) -> None:
        self.number, self.exchange = entry
        self._worlds = worlds

    @property
    def operation(self) -> str:
        """The name of the operation, empty if the path has none."""
        return self.exchange.operation.name if self.exchange.operation else ""

    @cached_property
    def traffic(self) -> Traffic:
        """The redacted exchange as traffic."""
        return redactor(self.exchange, self._worlds).exchange(_traffic(self.exchange))

    @cached_property
    def account(self) -> str | None:
        """The user id in the request, redacted because a client may have sent its API key there."""
        user = self.exchange.user
        return user and redactor(self.exchange, self._worlds).text(user)

    @cached_property
    def breaks(self) -> tuple[Break, ...]:
        """The contract violations of the request and of the response."""
        return (*self.breaks_of_request, *self._redact(_response_breaks(self.exchange)))

    @cached_property
    def breaks_of_request(self) -> tuple[Break, ...]:
        """The contract violations of the request, which were found when it was served."""
        return self._redact(Break(REQUEST, violation) for violation in self.exchange.violations)

    def _redact(self, breaks: Iterable[Break]) -> tuple[Break, ...]:
        if not (found := tuple(breaks)):
            return ()
        keys = redactor(self.exchange, self._worlds)
        return tuple(_redacted(each, keys) for each in found)

    def mentions(self, text: str) -> bool:
        """Whether a text, such as an order id, is a value anywhere in the request or the response."""
        request, answer, *_ = _traffic(self.exchange)
        return (
            text in request.path.split("/")
            or any(value == text for _, value in request.query)
            or _holds(request.json, text)
            or (answer is not None and _holds(answer.json, text))
        )

    @property
    def line(self) -> str:
        """The exchange on one line: number, method, path, operation and status."""
        status = self.exchange.status or "no answer"
        request = self.traffic.request
        return f"#{self.number} {request.method} {request.path} ({self.operation or 'no operation'}) {status}"


def records(entries: Iterable[JournalEntry], worlds: Worlds) -> Iterator[JournalRecord]:
    """Yield a record for each entry."""
    return (JournalRecord(entry, worlds) for entry in entries)


def time(at: Instant) -> str:
    """Return a time in the format of RFC 3339."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(record: JournalRecord) -> dict[str, Any]:
    """Return a record as the control API shows it."""
    exchange, (request, answer, *_) = record.exchange, record.traffic
    path, _, query = request.url.removeprefix(_base(exchange)).partition("?")
    return {
        "number": record.number,
        "world": exchange.world,
        "operation": record.operation,
        "method": request.method,
        "path": path,
        "query": query,
        "account": record.account,
        "status": exchange.status,
        "request": _message(request.headers, request.body),
        "answer": _message(answer.headers, answer.body) if answer else _message((), b""),
        "violations": [violation_shown(record.number, each) for each in record.breaks],
        "faults": list(exchange.faults),
        "rules": list(exchange.rules),
        "at": None if exchange.at is None else time(exchange.at),
        "began": time(exchange.began),
        "milliseconds": max(0.0, exchange.took),
    }


def violation_shown(number: int, found: Break) -> dict[str, Any]:
    """Return a violation as the control API shows it."""
    violation = found.violation
    return {
        "exchange": number,
        "side": found.side,
        "level": str(violation.level),
        "operation": violation.operation,
        "place": violation.place,
        "rule": violation.rule,
        "message": violation.message,
        "where": violation.where,
    }


def _response_breaks(exchange: ServedExchange) -> Iterator[Break]:
    if exchange.operation is None or not exchange.status:
        return
    headers = _headers(exchange.answer_headers)
    content_type = next((value for name, value in headers if name == "content-type"), "")
    for violation in exchange.operation.check_answer(exchange.status, exchange.body, content_type, headers):
        yield Break(ANSWER, violation)


def _traffic(exchange: ServedExchange) -> Traffic:
    lost = not exchange.status
    query = exchange.query.decode("latin-1")
    return Traffic(
        request=Request(
            exchange.method,
            f"{_base(exchange)}{quote(exchange.path, safe=_SAFE)}{'?' if query else ''}{quote(query, safe=_SAFE)}",
            _headers(exchange.headers),
            exchange.content or b"",
        ),
        answer=None if lost else Answer(exchange.status, _headers(exchange.answer_headers), exchange.answer),
        started=exchange.began,
        duration=exchange.took,
        operation=exchange.operation.name if exchange.operation else "",
        notes={
            "world": exchange.world,
            "at": None if exchange.at is None else time(exchange.at),
            "faults": list(exchange.faults),
            "rules": list(exchange.rules),
        },
    )


_SAFE = "%/?#[]@!$&'()*+,;=:-._~"


def _base(exchange: ServedExchange) -> str:
    host = next((value.decode("latin-1") for name, value in exchange.headers if name == b"host"), "")
    return f"http://{host}" if host else ORIGIN


def _headers(headers: Sequence[Header]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _message(headers: Sequence[tuple[str, str]], body: bytes) -> dict[str, Any]:
    return {"headers": [list(header) for header in headers], "body": body.decode(errors="replace")}


def _redacted(found: Break, redactor: Redactor) -> Break:
    violation = found.violation
    place, message = redactor.text(violation.place), redactor.text(violation.message)
    return found._replace(violation=violation._replace(place=place, message=message))


def _holds(data: object, text: str) -> bool:
    rest = [data]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            rest += part.values()
        elif isinstance(part, list):
            rest += part
        elif part is not ABSENT and str(part) == text:
            return True
    return False
