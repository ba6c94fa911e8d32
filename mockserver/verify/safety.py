"""The suite `safety`: wrong keys, other people's orders, wrong methods, malformed and oversized requests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mockserver.contract import ABSENT, Found, NotFound
from mockserver.contract.parts import types
from mockserver.traffic import Request, header
from mockserver.traffic.spending import READS
from mockserver.verify.assertions import granted, judge, refusing
from mockserver.verify.customer import MOST, OrderArguments, UnusableResponseError
from mockserver.verify.guard import DeniedError
from mockserver.verify.requests import SampleCall, credentials, sample
from mockserver.verify.session import BUYING, Session
from mockserver.verify.smoke import look_around
from mockserver.verify.worlds import world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mockserver.contract import Document, Operation
    from mockserver.traffic import Exchange
    from mockserver.verify.context import Context
    from mockserver.verify.target import Account

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")
NOBODY = "no-such-key"
MISFITS = ("INVALID_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "CONTENT_TOO_LARGE")
"""The reasons to refuse a malformed request."""
HUGE = 2 * 1024 * 1024
"""The length of an oversized field, in characters. No operation accepts a body of this size."""
LONG = 5000
"""The length of a string that is too long for any parameter but fits into a URL, in characters."""

BODIES: Mapping[str, bytes] = {
    "no body": b"",
    "a truncated body": b'{"%s": ',
    "an array as its body": b"[]",
    "a string as its body": b'"text"',
    "null as its body": b"null",
    "bytes that are not UTF-8": b'{"%s": "\xff"}',
    "a number that is not JSON": b'{"%s": NaN}',
    "two JSON texts": b"{}{}",
    "deep nesting": b'{"%s":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
}
"""Bodies that are malformed for every operation. `%s` stands for the name of one of its fields."""

VALUES = ("", "\x00", "../../etc/passwd", "a" * LONG, "' OR '1'='1", "%00", "\u202e\U0001f4a9", "-1", "1e999", "{}")
"""Unusual strings for every parameter."""


def run(context: Context) -> None:
    """Run the checks of the suite."""
    accounts = context.accounts[:2]
    if context.has_app_factory:
        market = world("market")
        context.begin(market.scenario, market.accounts)
        accounts = (market.account("ann"), market.account("bob"))
    calls = [_sample(context, operation) for operation in _operations(context)]
    _attempt(context, lambda: _keys(context, calls, accounts))
    if context.setting.guard.remote:
        context.skip("methods, malformed and oversized requests", "they are not sent to a remote server")
        context.skip("other users' orders", "they are not placed on a remote server")
        return
    _attempt(context, lambda: _methods(context))
    _attempt(context, lambda: _paths(context))
    if accounts:
        authorized = [call.by(accounts[0].user, accounts[0].key) for call in calls]
        _attempt(context, lambda: _bearers(context, calls, accounts[0]))
        _attempt(context, lambda: _malformed(context, authorized, accounts[0]))
        _attempt(context, lambda: _values(context, authorized))
    if len(accounts) > 1:
        for via in context.documents:
            _attempt(context, partial(_other_user, context, via, accounts))
    else:
        context.skip("other users' orders", "no second account is given")


def _attempt(context: Context, check: Callable[[], None]) -> None:
    """Run a check. If a request is denied or a response is unusable, skip the rest of it."""
    try:
        check()
    except DeniedError as error:
        context.skip("a request", str(error))
    except UnusableResponseError as error:
        context.skip(str(error), "its response broke the contract")


def _operations(context: Context) -> Iterator[Operation]:
    for document in context.documents.values():
        for operation in document.operations.values():
            if operation.effect == READS or not context.setting.guard.remote:
                yield operation


def _sample(context: Context, operation: Operation) -> SampleCall:
    return sample(operation, context.base(operation.document.name))


def _keys(context: Context, calls: list[SampleCall], accounts: Sequence[Account]) -> None:
    """Call every operation without a key, with an unknown key, and with the key of another user."""
    user = accounts[0].user if accounts else "nobody"
    for call in calls:
        for key, rule in ((None, "key-needed"), ("", "key-needed"), (NOBODY, "key-known")):
            _expect_denied(context, call.by(user, key), rule, "key-refused-properly", "UNAUTHORIZED")
        forbidden = [(one.user, other.key) for one, other in zip(accounts, reversed(accounts), strict=True)]
        if context.has_app_factory:
            forbidden.append(world("market").account("eve"))  # a blocked account
        for own, key in forbidden:
            if (own, key) not in accounts:
                _expect_denied(context, call.by(own, key), "key-of-user", "user-refused-properly", "FORBIDDEN")


def _bearers(context: Context, calls: list[SampleCall], account: Account) -> None:
    """Call every operation that accepts a bearer token, with the key only in that token."""
    for call in calls:
        if _takes_bearer(call.operation):
            context.case()
            request = call.by(account.user, None).request()
            headers = (*request.headers, ("authorization", f"Bearer {account.key}"))
            answer = context.send(request._replace(headers=headers), call.operation).answer
            status, refused = answer.status if answer else 0, refusing(call.operation.document, "UNAUTHORIZED")
            wanted = f"any status except {refused}"
            context.expect("bearer-taken", status != refused, call.operation.name, expected=wanted, got=status)


def _takes_bearer(operation: Operation) -> bool:
    try:
        scheme = operation.document.resolve("/components/securitySchemes/bearer")
    except KeyError:
        return False
    return any(name == scheme.get("x-stands-in-for") for _, name in credentials(operation, "key"))


def _expect_denied(context: Context, call: SampleCall, rule: str, properly: str, reason: str) -> None:
    """Expect a call to be refused (`rule`), with the status of this reason (`properly`)."""
    context.case()
    status = refusing(call.operation.document, reason)
    exchange = context.send(call.request(), call.operation)
    name = call.operation.name
    got = exchange.answer.status if exchange.answer else 0
    _expect_key_hidden(context, call, exchange)
    if context.expect(rule, not granted(call.operation, exchange), name, expected=status, got=got):
        context.expect(properly, got in (status, 0), name, expected=status, got=got)


def _expect_key_hidden(context: Context, call: SampleCall, exchange: Exchange) -> None:
    """Expect that the response does not contain the key of the request."""
    for place, name in credentials(call.operation, "key"):
        key = getattr(call, place).get(name)
        leaked = bool(key) and exchange.answer is not None and str(key).encode() in exchange.answer.content
        context.expect("key-not-told", not leaked, call.operation.name)


def _methods(context: Context) -> None:
    """Request every path with the methods that it does not have."""
    for document in context.documents.values():
        routes: dict[str, dict[str, Operation]] = {}
        for operation in document.operations.values():
            routes.setdefault(operation.path, {})[operation.method] = operation
        for known in routes.values():
            some = next(iter(known.values()))
            call = _sample(context, some)
            for method in METHODS:
                if method not in known:
                    context.case()
                    request = call._replace(body=ABSENT).request()._replace(method=method)
                    _expect_wrong_method(context, context.send(request, None, document.name), some, set(known))


def _expect_wrong_method(context: Context, exchange: Exchange, operation: Operation, known: set[str]) -> None:
    answer = exchange.answer
    if answer is None:
        return
    detail = f"The response to {exchange.request.method} had status {answer.status}."
    wanted, got = refusing(operation.document, "METHOD_NOT_ALLOWED"), answer.status
    if context.expect("method-refused", got == wanted, operation.name, detail, expected=wanted, got=got):
        allow = header(answer.headers, "allow")
        methods = {each.strip() for each in (allow or "").split(",")} - {"HEAD", "OPTIONS", ""}
        context.expect("method-allow", methods == known, operation.name, expected=", ".join(known), got=allow)


def _paths(context: Context) -> None:
    """Request unknown paths."""
    for document in context.documents.values():
        base, wanted = context.base(document.name), refusing(document, "NOT_FOUND")
        known = next((each.path for each in document.operations.values() if "{" not in each.path), "")
        for path in ("/no-such-path", "/", _first(document), f"{known}/extra", "//", "/%2e%2e/x"):
            context.case()
            answer = context.send(Request("GET", f"{base}{path}"), None, document.name).answer
            if answer and isinstance(document.route("GET", path), NotFound):
                detail, got = f"The path is {path}.", answer.status
                context.expect("path-refused", got == wanted, document.name, detail, expected=wanted, got=got)


def _first(document: Document) -> str:
    """Return the first segment of the first path of a document."""
    path = next(iter(document.operations.values())).path
    return "/" + path.strip("/").partition("/")[0]


def _malformed(context: Context, calls: list[SampleCall], account: Account) -> None:
    """Send malformed bodies and queries. If all are refused, the account must be unchanged."""
    session, refused = Session(context, [account]), True
    for call in calls:
        if call.body is not ABSENT:
            field = next(iter(call.body), "field").encode()
            for what, body in BODIES.items():
                malformed = call.request()._replace(body=body.replace(b"%s", field))
                refused &= _expect_refused(context, call, malformed, "malformed-refused", what)
            typed = call.request()._replace(headers=(("content-type", "text/plain"),))
            refused &= _expect_refused(context, call, typed, "malformed-refused", "a body of another content type")
            huge = call.having("body", "padding", "x" * HUGE).request()
            refused &= _expect_refused(context, call, huge, "oversized-refused", f"a body of {len(huge.body)} bytes")
        else:
            for _, name in credentials(call.operation, "key"):
                request = call.request()
                twice = request._replace(url=f"{request.url}&{name}={NOBODY}")
                refused &= _expect_refused(context, call, twice, "malformed-refused", f"{name} twice")
    if refused:
        session.agree(session.person(account.user))


def _expect_refused(context: Context, call: SampleCall, request: Request, rule: str, what: str) -> bool:
    context.case()
    operation = call.operation
    exchange = context.send(request, operation)
    status = exchange.answer.status if exchange.answer else 0
    proper = {refusing(operation.document, reason) for reason in MISFITS}
    holds = not status or status >= 400 or (status in proper and not granted(operation, exchange))
    return context.expect(rule, holds, operation.name, f"The request had {what}.", expected="400 to 499", got=status)


def _values(context: Context, calls: list[SampleCall]) -> None:
    """Send unusual values in every parameter. Every response must conform to the contract."""
    for call in calls:
        for place in ("path", "query", "body"):
            fields = getattr(call, place)
            for name in fields if isinstance(fields, dict) else ():
                for value in (*VALUES, *_other_types(call, place, name)):
                    context.case()
                    exchange = context.send(call.having(place, name, value).request(), call.operation)
                    _judge(context, call, exchange)


def _other_types(call: SampleCall, place: str, name: str) -> Iterator[object]:
    """Yield the integer for a string of digits, where the contract accepts both types."""
    fields = call.operation.body.schema["properties"] if place == "body" and call.operation.body else {}
    example = getattr(call, place)[name]
    if "integer" in types(fields.get(name, {})) and str(example).isdigit():
        yield int(example)


def _judge(context: Context, call: SampleCall, exchange: Exchange) -> None:
    """Judge a request that still belongs to the operation of the call."""
    request = exchange.request
    found = context.route(call.operation.document, request)
    has_nul = "%00" in request.url or b"\\u0000" in request.body  # refused, although the schemas allow it
    if isinstance(found, Found) and found.operation is call.operation and not has_nul:
        judge(context, found, exchange)


def _other_user(context: Context, via: str, accounts: Sequence[Account]) -> None:
    """Request the orders and payments of one account with the key of another."""
    if context.has_app_factory:
        context.begin(world("market").scenario, world("market").accounts)
    session = Session(context, accounts)
    owner, other = (session.person(account.user) for account in accounts)
    by, order_arguments = other.by[via], _available_order(session)
    if by.knows(*BUYING) and order_arguments and (order := session.buy(owner, via, order_arguments)):
        for purpose in ("look", "refund", "another"):
            if by.knows(purpose):
                context.case()
                reply = by.call(purpose, order=order.number)
                refused = reply.refusal or (purpose == "look" and not reply.facts.get("order"))
                context.expect("order-of-user", refused, reply.operation, expected="ORDER_NOT_FOUND", got="granted")
        for purpose in ("inventory", "orders"):
            if by.knows(purpose):
                listed = by.call(purpose, expired=MOST)
                numbers = [shown.get("id") for shown in listed.all("orders")]
                context.expect("order-of-user", order.number not in numbers, listed.operation, got=order.number)
    if by.knows("wallet", "transaction"):
        wallet = session.pay(owner, via, "wallet", 500)
        reply = by.call("transaction", payment=wallet)
        context.expect("payment-of-user", reply.refusal, reply.operation, expected="TRANSACTION_NOT_FOUND", got="shown")
    if by.knows("invoices"):
        listed = by.call("invoices")
        user = listed.get("account.id")
        context.expect("payment-of-user", user in (other.user, None), listed.operation, expected=other.user, got=user)
    session.agree(owner)
    session.agree(other)


def _available_order(session: Session) -> OrderArguments | None:
    """Return an order that can be granted: a fixed one in a world of the suite, else the cheapest offer in stock."""
    if session.context.has_app_factory:
        return OrderArguments("95", "tg")
    offers = look_around(session)
    return OrderArguments(*offers[0]) if offers else None
