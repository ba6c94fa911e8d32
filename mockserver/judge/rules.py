"""The rules for clients: the finding code and the severity of each.

To add a rule, write a function in a `*_rules` module, and add a row here, a code to `contracts/finding_codes.yaml`,
and a row to `docs/grade.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.findings import Severity
from mockserver.judge import contract_rules, cost_rules, polling_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockserver.judge.history import Breach, Rule
    from mockserver.traffic.calls import Call


class Weighed(NamedTuple):
    """A rule about the history of an account, and the severity of a breach.

    A `paced` rule is about pauses. A rule `at_the_end` is about something that a running client may still do.
    """

    level: Severity
    find: Rule
    paced: bool = False
    at_the_end: bool = False


class Plain(NamedTuple):
    """A rule about single calls of any account, and the severity of a breach."""

    level: Severity
    find: Callable[[Iterable[Call]], Iterator[Breach]]


CONTRACT = {
    "client.request": Plain(Severity.ERROR, contract_rules.requests),
    "client.path": Plain(Severity.ERROR, contract_rules.paths),
    "client.unknown-name": Plain(Severity.WARNING, contract_rules.unknown_names),
    "client.deprecated": Plain(Severity.NOTE, contract_rules.deprecated),
}
"""The rules about single requests."""

BEHAVIOUR = {
    "client.orders-again": Weighed(Severity.ERROR, cost_rules.orders_again),
    "client.abandons-order": Weighed(Severity.ERROR, cost_rules.abandons_order, at_the_end=True),
    "client.stale-quote": Weighed(Severity.ERROR, cost_rules.stale_quote),
    "client.failover-price": Weighed(Severity.WARNING, cost_rules.failover_price),
    "client.polls-too-fast": Weighed(Severity.WARNING, polling_rules.polls_too_fast, paced=True),
    "client.no-backoff": Weighed(Severity.WARNING, polling_rules.no_backoff, paced=True),
    "client.no-numbers-too-fast": Weighed(Severity.WARNING, polling_rules.no_numbers_too_fast, paced=True),
    "client.balance-polling": Weighed(Severity.WARNING, polling_rules.balance_polling),
    "client.refunds-after-sms": Weighed(Severity.WARNING, contract_rules.refunds_after_sms),
    "client.another-too-early": Weighed(Severity.WARNING, contract_rules.another_too_early),
}
"""The rules about the sequence of an account's calls."""

KEY_LEAK = "client.key-leak"
"""The client sent its API key in a URL to another host. All traffic is searched for this, not only calls."""
FAILS = "client.fails"
"""The client's command failed."""
ANSWER = "client.answer"
"""A response that the contract allows makes the client's command fail."""
