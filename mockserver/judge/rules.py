"""The rules that a client is judged by: their codes, and how much each weighs.

A new rule is a function in a `*_rules` module, a row here, a code in `contracts/finding_codes.yaml`, and a row
in `docs/grade.md`.
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
    """A rule over the history of an account, and how much a breach of it weighs.

    If it is `paced`, it is about pauses; `at_the_end`, about what a client that goes on may still do.
    """

    level: Severity
    find: Rule
    paced: bool = False
    at_the_end: bool = False


class Plain(NamedTuple):
    """A rule over calls, whoever made them, and how much a breach of it weighs."""

    level: Severity
    find: Callable[[Iterable[Call]], Iterator[Breach]]


CONTRACT = {
    "client.request": Plain(Severity.ERROR, contract_rules.requests),
    "client.path": Plain(Severity.ERROR, contract_rules.paths),
    "client.unknown-name": Plain(Severity.WARNING, contract_rules.unknown_names),
    "client.deprecated": Plain(Severity.NOTE, contract_rules.deprecated),
}
"""What holds for each request by itself."""

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
"""What shows in the order of an account's calls only."""

KEY_LEAK = "client.key-leak"
"""A key in a URL of another host. It shows in traffic that has nothing to do with the service, too."""
FAILS = "client.fails"
"""The client's command failed."""
ANSWER = "client.answer"
"""An answer that the contract allows makes the client's command fail."""
