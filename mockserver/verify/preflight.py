"""Whether anybody is there, and lets us in: asked before anything is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.verify.assertions import refusing
from mockserver.verify.guard import READS
from mockserver.verify.sample_calls import sample
from mockserver.verify.target import TargetError

if TYPE_CHECKING:
    from mockserver.contract import Document, Operation
    from mockserver.verify.context import Context

_SHUT_OUT = ("UNAUTHORIZED", "FORBIDDEN")
_TRIES = 3
"""An answer may be lost once and again on a bad line."""


def greet(context: Context) -> None:
    """Ask each server for something that only credentials are needed for.

    Raises TargetError if nobody answers, or if the account is not let in.
    """
    account = context.accounts[0] if context.accounts else None
    for name, document in context.documents.items():
        base, operation = context.base(name), _harmless(document)
        call = sample(operation, base).by(*(account or (None, None)))
        answers = (context.send(call.request(), operation).answer for _ in range(_TRIES))
        answer = next((answer for answer in answers if answer), None)
        if answer is None:
            raise TargetError(f"nothing answers at {base}: is the server running, and is the address right?")
        if account and answer.status in {refusing(document, reason) for reason in _SHUT_OUT}:
            raise TargetError(f"{base} refuses the account (status {answer.status}): are user id and key right?")


def _harmless(document: Document) -> Operation:
    """The first operation that changes nothing, and asks for nothing but credentials."""
    return next(
        operation
        for operation in document.operations.values()
        if operation.effect == READS
        and operation.body is None
        and all(parameter.credential or not parameter.required for parameter in operation.parameters)
    )
