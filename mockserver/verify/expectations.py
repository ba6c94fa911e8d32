"""What is expected of the answers to customers, by the names of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.verify.context import Context
    from mockserver.verify.customer import Reply


class Expectations:
    """Holds answers against rules, in words for people."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def expect(self, rule: str, holds: object, reply: Reply, *, expected: object = "", got: object = "") -> bool:
        """Expect of an answer that a rule holds. Returns whether it does."""
        return self._context.expect(rule, holds, reply.operation, expected=_text(expected), got=_text(got))

    def breach(self, rule: str, reply: Reply, *, expected: object = "", got: object = "") -> None:
        """Tell of an answer that breaks a rule."""
        self._context.breach(rule, reply.operation, expected=_text(expected), got=_text(got))

    def refusal(self, reply: Reply, refusal: str, rule: str) -> bool:
        """Expect that an answer is a refusal, and for this reason. Returns whether it is."""
        if self.expect(rule, reply.refusal, reply, expected=refusal, got="granted"):
            return self.expect("refusal-says-why", reply.refusal == refusal, reply, expected=refusal, got=reply.refusal)
        return False


def _text(value: object) -> str:
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(str, value)))
    return str(value)
