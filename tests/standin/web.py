"""The HTTP side that both versions of the stand-in's API share: reading requests, writing answers, formats."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.standin.model import Model
from tests.standin.records import Account, Fault, RefusedError

JSON = "application/json"
LONGEST = 1_000_000
"""Bytes of a body that is still read."""
UNAUTHORIZED_PAGE = "<html><head><title>Sign in</title></head><body><h1>Who are you?</h1></body></html>"


class Holder:
    """Holds the present model, so that a test can start with a new one."""

    def __init__(self) -> None:
        self.model = Model()

    def reset(self) -> None:
        """Forget everything."""
        self.model = Model()


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request: who asks, and everything that was given in path, query or body."""

    model: Model
    account: Account
    given: Mapping[str, object]

    def text(self, name: str) -> str:
        """Read a required text."""
        value = self.given.get(name)
        if not isinstance(value, str) or "\0" in value:
            raise RefusedError(Fault.BAD_REQUEST)
        return value

    def text_or(self, name: str, default: str) -> str:
        """Read an optional text."""
        return self.text(name) if name in self.given else default

    def coupon(self) -> str | None:
        """Read the coupon of a payment, if one is given."""
        return self.text_or("couponCode", "") or None

    def whole(self, name: str) -> int:
        """Read a required whole number written in digits."""
        if not re.fullmatch(r"\d{1,12}", self.text(name)):
            raise RefusedError(Fault.BAD_REQUEST)
        return int(self.text(name))

    def whole_or(self, name: str, default: int) -> int:
        """Read an optional whole number written in digits."""
        return self.whole(name) if name in self.given else default

    def dollars(self, name: str) -> int:
        """Read a required amount of dollars with up to two decimals, as cents."""
        matched = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,2}))?", self.text(name))
        if matched is None:
            raise RefusedError(Fault.BAD_REQUEST)
        return int(matched[1]) * 100 + int((matched[2] or "0").ljust(2, "0"))

    def flag(self, name: str, default: bool) -> bool:
        """Read an optional boolean."""
        value = self.given.get(name, default)
        if not isinstance(value, bool):
            raise RefusedError(Fault.BAD_REQUEST)
        return value


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: where it is found and what it does."""

    method: str
    path: str
    run: Callable[[Call], object]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one version names the credentials and writes its answers."""

    user: str
    key: str
    success: Callable[[object], object]
    failure: Callable[[RefusedError], Response]


def dollars(cents: int) -> str:
    """Write cents as dollars, e.g. 16 as `0.16`."""
    return f"{cents // 100}.{cents % 100:02d}"


def stamp(seconds: int) -> str:
    """Write a time as the documented answers do."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def iso(seconds: int) -> str:
    """Write a time in ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def percent(part: int, whole: int) -> int:
    """Tell how many percent a part is; nothing of nothing is 0."""
    return round(100 * part / whole) if whole else 0


def split_pair(text: str) -> tuple[str, str]:
    """Read `12-ds` as country and service."""
    country, dash, service = text.partition("-")
    if not dash:
        raise RefusedError(Fault.BAD_REQUEST)
    return country, service


def routes(dialect: Dialect, operations: tuple[Operation, ...], holder: Holder) -> list[Route]:
    """Make the routes of one version; operations that share a path share a route, so that `Allow` is complete."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [
        Route(path, _endpoint(dialect, methods, holder), methods=list(methods)) for path, methods in by_path.items()
    ]


def _endpoint(
    dialect: Dialect, methods: dict[str, Operation], holder: Holder
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        operation = methods["GET" if request.method == "HEAD" else request.method]
        try:
            given = await _given(request)
            user, key = (str(given.get(name, "")) for name in (dialect.user, dialect.key))
            account = holder.model.authenticate(user, key)
            return JSONResponse(dialect.success(operation.run(Call(holder.model, account, given))))
        except RefusedError as refused:
            if refused.fault is Fault.NO_KEY:
                return HTMLResponse(UNAUTHORIZED_PAGE, status_code=401)
            return dialect.failure(refused)

    return endpoint


async def _given(request: Request) -> dict[str, object]:
    """Collect the parameters: the query of a GET, the JSON body of anything else, and the path."""
    if request.method in {"GET", "HEAD"}:
        query = {name: request.query_params.getlist(name) for name in request.query_params}
        return {**{name: each[0] if len(each) == 1 else each for name, each in query.items()}, **request.path_params}
    content = await request.body()
    if len(content) > LONGEST or request.headers.get("content-type", JSON).partition(";")[0] != JSON:
        raise RefusedError(Fault.BAD_REQUEST)
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RefusedError(Fault.BAD_REQUEST) from error
    if not isinstance(body, dict):
        raise RefusedError(Fault.BAD_REQUEST)
    return {**body, **request.path_params}
