"""The HTTP side of the second stand-in: what both versions need to read requests and to write responses."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, Router

from tests.secondvendor.goods import DISCOUNTS
from tests.secondvendor.refusal import No, Why
from tests.secondvendor.shop import Account, Shop, TopUp

LARGEST = 1_000_000
"""Bytes of a body."""

Refuse = Callable[[No], Response]


@dataclass
class Desk:
    """Where the present shop is, so that a test can open a new one."""

    shop: Shop


@dataclass(frozen=True)
class Ask:
    """A request of an account, with what was given in its path, its query and its body."""

    shop: Shop
    account: Account
    given: Mapping[str, Any]

    def text(self, name: str, default: str | None = None, pattern: str = r"[^\0]{1,64}") -> str:
        """Return a text; without a default it is required."""
        value = self.given.get(name, default)
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.DOTALL | re.ASCII):
            raise No(Why.UNREADABLE)
        return value

    def number(self, name: str, default: int | None = None, digits: int = 14) -> int:
        """Return a whole number; in a path or a query it is text."""
        value = self.given.get(name, default)
        if isinstance(value, str) and re.fullmatch(rf"[0-9]{{1,{digits}}}", value, re.ASCII):
            return int(value)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and 0 <= value < 10**digits and value == int(value):
            return int(value)
        raise No(Why.UNREADABLE)

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean."""
        value = self.given.get(name, default)
        if not isinstance(value, bool):
            raise No(Why.UNREADABLE)
        return value

    def cents(self, name: str) -> int:
        """Return dollars with up to two decimals as cents; none is too little."""
        whole, _, part = self.text(name, pattern=r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,2})?").partition(".")
        cents = int(whole) * 100 + int(part.ljust(2, "0"))
        if not cents:
            raise No(Why.UNREADABLE)
        return cents


Operation = tuple[str, str, Callable[[Ask], object]]
"""The method, the path, and what it does; what comes out of it is the body of the response."""


@dataclass(frozen=True)
class Version:
    """One version of the API: the names of its credentials, and how it refuses."""

    user: str
    key: str
    bearer: bool
    refuse: Refuse

    def router(self, operations: tuple[Operation, ...], desk: Desk) -> Router:
        """Return the routes of the version."""
        paths: dict[str, dict[str, Callable[[Ask], object]]] = {}
        for method, path, run in operations:
            paths.setdefault(path, {})[method] = run
        routes = [Route(path, self._endpoint(runs, desk), methods=list(runs)) for path, runs in paths.items()]
        return Router(routes, redirect_slashes=False)

    def _endpoint(
        self, runs: dict[str, Callable[[Ask], object]], desk: Desk
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                given = await _given(request)
                account = desk.shop.enter(str(given.get(self.user, given.get("user", ""))), self._key(request, given))
                run = runs["GET" if request.method == "HEAD" else request.method]
                return JSONResponse(run(Ask(desk.shop, account, given)))
            except No as no:
                return self.refuse(no)

        return endpoint

    def _key(self, request: Request, given: Mapping[str, Any]) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if self.bearer and self.key not in given and scheme.lower() == "bearer":
            return token.strip()
        return str(given.get(self.key, ""))


async def _given(request: Request) -> dict[str, Any]:
    query: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        query[name] = None if name in query else value
    return {**await _body(request), **query, **request.path_params}


async def _body(request: Request) -> dict[str, Any]:
    if request.method in ("GET", "HEAD"):
        return {}
    content = await request.body()
    if len(content) > LARGEST:
        raise No(Why.TOO_LARGE)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise No(Why.NOT_JSON)
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise No(Why.UNREADABLE) from None
    if not isinstance(body, dict):
        raise No(Why.UNREADABLE)
    return body


async def lost(_: Request, error: Exception) -> Response:
    """Answer a path or a method that there is not."""
    assert isinstance(error, HTTPException)
    page = "<h1>Nothing here</h1>" if error.status_code == 404 else "<h1>Not like this</h1>"
    return HTMLResponse(page, error.status_code, headers=error.headers)


def dollars(cents: int) -> str:
    """Write cents as `0.16`."""
    return f"{cents / 100:.2f}"


def utc(milliseconds: int) -> str:
    """Write a time as the documented answers do."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def ratio(percent: int) -> str:
    """Write a percentage as a fraction."""
    return str(percent / 100)


def page(top_up: TopUp) -> str:
    """Return where a top-up is paid."""
    return f"https://pay.cryptomus.com/pay/{uuid.uuid5(uuid.NAMESPACE_URL, top_up.id)}"


def address(top_up: TopUp) -> str:
    """Return the address of a wallet."""
    return f"T{top_up.id.replace('-', '').upper()}"


def label(discount: int) -> str:
    """Write a discount."""
    return f"-{discount}%" if discount else "0%"


def tiers() -> list[list[object]]:
    """Write all discounts."""
    return [[charges, (100 - percent) / 100 if percent else 1, label(percent)] for charges, percent in DISCOUNTS]
