"""Handlers for a document that overlays have corrected: fields with other names, operations that were only observed."""

from functools import partial

from contracts.spec import Document, Level, Operation
from contracts.spec.renaming import MARK, former, renamed, renames
from mockserver.dialects.dialect import Call, Handler, Handlers, Reply
from mockserver.domain.world import World


def handlers(document: Document, known: Handlers) -> Handlers:
    """The handlers of a corrected document.

    They write and read what is marked `x-renamed-from` by its new name. An operation that was observed, and that
    nobody has written a handler for, answers its example. What the document has no more needs no handler.
    """
    return {
        name: _renaming(operation, known[name]) if name in known else partial(_repeat, operation)
        for name, operation in document.operations.items()
        if name in known or _was_observed(operation)
    }


def _was_observed(operation: Operation) -> bool:
    return operation.provenance.level is Level.OBSERVED and any(
        answer.examples for answer in operation.answers.values()
    )


def _repeat(operation: Operation, _: Call, __: World) -> Reply:
    """Answer as was observed, whatever is asked."""
    status, answer = next((status, answer) for status, answer in operation.answers.items() if answer.examples)
    return Reply(status, next(iter(answer.examples.values())).value)


def _renaming(operation: Operation, handler: Handler) -> Handler:
    answers = {status: answer.schema for status, answer in operation.answers.items() if renames(answer.schema)}
    names = {
        (parameter.place, parameter.name): parameter.schema[MARK]
        for parameter in operation.parameters
        if MARK in parameter.schema
    }
    body = operation.body_schema
    if not (answers or names or renames(body)):
        return handler

    def handle(call: Call, world: World) -> Reply:
        path = {names.get(("path", name), name): value for name, value in call.path.items()}
        query = {names.get(("query", name), name): value for name, value in call.query.items()}
        asked = call._replace(path=path, query=query, body=former(body or {}, call.body))
        reply = handler(asked, world)
        schema = answers.get(reply.status)
        return reply if schema is None else reply._replace(body=renamed(schema, reply.body))

    return handle
