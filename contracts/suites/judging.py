"""Whether an answer fits its request: what is wrong must not be granted, what is sound must not be called malformed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.spec import broken
from contracts.suites import requests
from contracts.traffic import header

if TYPE_CHECKING:
    from contracts.spec import Found, Operation
    from contracts.suites.context import Context
    from contracts.traffic import Exchange

MALFORMED = 400
BROKEN = 500


def granted(exchange: Exchange) -> bool:
    """Say whether an answer grants what was asked for."""
    if exchange.answer is None or exchange.answer.status >= 300:
        return False
    body = exchange.answer.json
    return isinstance(body, dict) and (body.get("ok") is True or body.get("error") is False)


def is_broken(operation: Operation | None, status: int) -> bool:
    """Say whether a status means that the service broke; a reading may make one from 500 on a proper refusal."""
    return status >= BROKEN and (status == BROKEN or operation is None or status not in operation.answers)


def judge(context: Context, found: Found, exchange: Exchange) -> None:
    """Hold a request against the contract, and its answer against that."""
    if exchange.answer is None:
        return
    operation, status = found.operation, exchange.answer.status
    wrong = broken(operation.check_request(requests.read(operation, exchange.request, found.path_params)))
    if wrong:
        context.expect(
            "wrong-request-refused",
            not granted(exchange),
            operation.name,
            f"{wrong[0].message}.",
            expected=MALFORMED,
            got=status,
            pointer=wrong[0].pointer,
        )
    elif header(exchange.request.headers, "content-type") in (None, "application/json"):
        holds = status != MALFORMED
        context.expect("sound-request-taken", holds, operation.name, expected="another status", got=status)
