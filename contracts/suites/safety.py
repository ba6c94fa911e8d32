"""The suite `safety`: wrong keys, other people's orders, wrong methods, malformed and oversized requests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from contracts.spec import ABSENT, Found
from contracts.spec.parts import types
from contracts.suites.calls import Call, credentials, sample
from contracts.suites.customers import UnusableError, Wish
from contracts.suites.guard import READS, DeniedError
from contracts.suites.judging import granted, judge
from contracts.suites.life import Life
from contracts.suites.worlds import world
from contracts.traffic import Request, header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from contracts.spec import Operation
    from contracts.suites.context import Context
    from contracts.suites.credentials import Account
    from contracts.traffic import Exchange

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")
NOBODY = "no-such-key"
HUGE = 2 * 1024 * 1024
"""Bytes of a body that is too long for any of these operations."""
LONG = 5000
"""Characters of a text that is too long for any parameter, and still fits into a URL."""

BODIES: Mapping[str, bytes] = {
    "no body": b"",
    "half a body": b'{"apiKey": ',
    "an array": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "bytes that are not UTF-8": b'{"apiKey": "\xff"}',
    "a number that JSON has not": b'{"apiKey": NaN}',
    "two JSON texts": b"{}{}",
    "deep nesting": b'{"apiKey":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
}
"""Bodies that are no request, whatever the operation."""

VALUES = ("", "\x00", "../../etc/passwd", "a" * LONG, "' OR '1'='1", "%00", "\u202e\U0001f4a9", "-1", "1e999", "{}")
"""Texts that somebody may send in any parameter."""


def run(context: Context) -> None:
    """Try everything that nobody should."""
    accounts = context.accounts[:2]
    if context.staged:
        market = world("market")
        context.begin(market.scenario, market.accounts)
        accounts = (market.account("ann"), market.account("bob"))
    calls = [_sample(context, operation) for operation in _operations(context)]
    _attempt(context, lambda: _keys(context, calls, accounts))
    if context.setting.guard.foreign:
        context.skip("methods, malformed and oversized requests", "they are not asked of a foreign server")
        context.skip("other people's orders", "they are ordered only from a server that is not foreign")
        return
    _attempt(context, lambda: _methods(context))
    _attempt(context, lambda: _paths(context))
    if accounts:
        mine = [call.by(accounts[0].user, accounts[0].key) for call in calls]
        _attempt(context, lambda: _bearers(context, calls, accounts[0]))
        _attempt(context, lambda: _malformed(context, mine, accounts[0]))
        _attempt(context, lambda: _values(context, mine))
    if context.staged:
        for via in context.documents:
            _attempt(context, partial(_strangers, context, via, accounts))
    else:
        context.skip("other people's orders", "they are ordered only where a server begins anew")


def _attempt(context: Context, part: Callable[[], None]) -> None:
    try:
        part()
    except DeniedError as error:
        context.skip("a request", str(error))
    except UnusableError as error:
        context.skip(str(error), "its answer broke the contract")


def _operations(context: Context) -> Iterator[Operation]:
    for document in context.documents.values():
        for operation in document.operations.values():
            if operation.effect == READS or not context.setting.guard.foreign:
                yield operation


def _sample(context: Context, operation: Operation) -> Call:
    return sample(operation, context.base(operation.name.partition(".")[0]))


def _keys(context: Context, calls: list[Call], accounts: Sequence[Account]) -> None:
    """Every operation without a key, with a wrong one, and with somebody else's."""
    user = accounts[0].user if accounts else "nobody"
    for call in calls:
        for key, rule in ((None, "key-needed"), ("", "key-needed"), (NOBODY, "key-known")):
            _expect_closed(context, call.by(user, key), rule, "key-refused-properly", 401)
        for one, other in zip(accounts, reversed(accounts), strict=True):
            if one != other:
                _expect_closed(context, call.by(one.user, other.key), "key-of-user", "user-refused-properly", 403)
        if context.staged:
            blocked = world("market").account("eve")
            _expect_closed(context, call.by(blocked.user, blocked.key), "key-of-user", "user-refused-properly", 403)


def _bearers(context: Context, calls: list[Call], account: Account) -> None:
    """Every operation that takes a bearer token, with the key there and nowhere else."""
    for call in calls:
        if _takes_bearer(context, call.operation):
            context.case()
            request = call.by(account.user, None).request()
            headers = (*request.headers, ("authorization", f"Bearer {account.key}"))
            answer = context.send(request._replace(headers=headers), call.operation).answer
            status = answer.status if answer else 0
            context.expect("bearer-taken", status != 401, call.operation.name, expected="not 401", got=status)


def _takes_bearer(context: Context, operation: Operation) -> bool:
    try:
        scheme = context.documents[operation.name.partition(".")[0]].resolve("/components/securitySchemes/bearer")
    except KeyError:
        return False
    return any(name == scheme.get("x-stands-in-for") for _, name in credentials(operation, "key"))


def _expect_closed(context: Context, call: Call, rule: str, properly: str, status: int) -> None:
    context.case()
    exchange = context.send(call.request(), call.operation)
    name = call.operation.name
    got = exchange.answer.status if exchange.answer else 0
    _expect_untold(context, call, exchange)
    if context.expect(rule, not granted(exchange), name, expected=status, got=got):
        context.expect(properly, got in (status, 0), name, expected=status, got=got)


def _expect_untold(context: Context, call: Call, exchange: Exchange) -> None:
    """Expect that the key of a request does not come back."""
    for place, name in credentials(call.operation, "key"):
        key = getattr(call, place).get(name)
        told = bool(key) and exchange.answer is not None and str(key).encode() in exchange.answer.content
        context.expect("key-not-told", not told, call.operation.name)


def _methods(context: Context) -> None:
    """Every path with the methods that it does not have."""
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
    detail = f"{exchange.request.method} was answered by {answer.status}."
    if context.expect("method-refused", answer.status == 405, operation.name, detail, expected=405, got=answer.status):
        allow = header(answer.headers, "allow")
        methods = {each.strip() for each in (allow or "").split(",")} - {"HEAD", "OPTIONS", ""}
        context.expect("method-allow", methods == known, operation.name, expected=", ".join(known), got=allow)


def _paths(context: Context) -> None:
    """Paths that lead nowhere."""
    for document in context.documents.values():
        base = context.base(document.name)
        for path in ("/no-such-path", "/", "/customers", "/getBalance/extra", "//", "/%2e%2e/x"):
            context.case()
            answer = context.send(Request("GET", f"{base}{path}"), None, document.name).answer
            if answer and _is_unknown(document.route("GET", path)):
                holds = answer.status == 404
                context.expect(
                    "path-refused", holds, document.name, f"The path is {path}.", expected=404, got=answer.status
                )


def _is_unknown(found: object) -> bool:
    return type(found).__name__ == "NotFound"


def _malformed(context: Context, calls: list[Call], account: Account) -> None:
    """Bodies and queries that are none; and nothing may have changed by them."""
    life = Life(context, [account])
    for call in calls:
        if call.body is not ABSENT:
            for what, body in BODIES.items():
                _expect_refused(context, call, call.request()._replace(body=body), "malformed-refused", what)
            typed = call.request()._replace(headers=(("content-type", "text/plain"),))
            _expect_refused(context, call, typed, "malformed-refused", "a body of another type")
            huge = call.having("body", "padding", "x" * HUGE).request()
            _expect_refused(context, call, huge, "oversized-refused", f"a body of {len(huge.body)} bytes")
        else:
            for _, name in credentials(call.operation, "key"):
                request = call.request()
                twice = request._replace(url=f"{request.url}&{name}={NOBODY}")
                _expect_refused(context, call, twice, "malformed-refused", f"{name} given twice")
    life.agree(life.person(account.user))


def _expect_refused(context: Context, call: Call, request: Request, rule: str, what: str) -> None:
    context.case()
    answer = context.send(request, call.operation).answer
    status = answer.status if answer else 0
    holds = answer is None or 400 <= status < 500 or status >= 500
    context.expect(rule, holds, call.operation.name, f"It was {what}.", expected="400 to 499", got=status)


def _values(context: Context, calls: list[Call]) -> None:
    """Odd texts in every parameter: whatever comes, it is an answer by the contract."""
    for call in calls:
        for place in ("path", "query", "body"):
            fields = getattr(call, place)
            for name in fields if isinstance(fields, dict) else ():
                for value in (*VALUES, *_other_types(call, place, name)):
                    context.case()
                    exchange = context.send(call.having(place, name, value).request(), call.operation)
                    _judge(context, call, exchange)


def _other_types(call: Call, place: str, name: str) -> Iterator[object]:
    """Return the number that a text of digits is, where the contract takes both."""
    fields = call.operation.body.schema["properties"] if place == "body" and call.operation.body else {}
    example = getattr(call, place)[name]
    if "integer" in types(fields.get(name, {})) and str(example).isdigit():
        yield int(example)


def _judge(context: Context, call: Call, exchange: Exchange) -> None:
    """Judge a request, if it leads to the operation that it was made from."""
    document = context.documents[call.operation.name.partition(".")[0]]
    request = exchange.request
    found = document.route(request.method, request.url.removeprefix(call.base).partition("?")[0])
    has_nul = "%00" in request.url or b"\\u0000" in request.body  # no schema forbids it, and no text may hold it
    if isinstance(found, Found) and found.operation is call.operation and not has_nul:
        judge(context, found, exchange)


def _strangers(context: Context, via: str, accounts: Sequence[Account]) -> None:
    """Orders and payments of one account, asked for by another."""
    context.begin(world("market").scenario, world("market").accounts)
    life = Life(context, accounts)
    owner, stranger = (life.person(account.user) for account in accounts)
    order = life.buy(owner, via, Wish("95", "tg"))
    if order is None:
        return
    by = stranger.by[via]
    for act in (by.look, by.refund, by.another):
        context.case()
        reply = act(order.number)
        context.expect("order-of-user", reply.refusal, reply.operation, expected="ORDER_NOT_FOUND", got="granted")
    listed = by.orders()
    numbers = [item["orderId"] for item in listed.body or []]
    context.expect("order-of-user", order.number not in numbers, listed.operation, got=order.number)
    if via == "v3":
        wallet = life.pay(owner, via, "wallet", 500)
        reply = by.call("transaction", order_id=wallet)
        context.expect("payment-of-user", reply.refusal, reply.operation, expected="TRANSACTION_NOT_FOUND", got="shown")
        invoices = by.call("invoices")
        users = {invoice["userId"] for invoice in invoices.body or []}
        context.expect(
            "payment-of-user", users <= {stranger.user}, invoices.operation, expected=stranger.user, got=users
        )
    life.agree(owner)
    life.agree(stranger)
