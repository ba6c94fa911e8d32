"""The rules that a client is judged by: their codes, and how much each weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contracts.clients import contract, manners, pace, spending
from contracts.findings import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from contracts.clients.breach import Breach, Rule
    from contracts.traffic.calls import Call


class Weighed(NamedTuple):
    """A rule over the history of an account, and how much a breach of it weighs.

    If it is `paced`, it is about pauses; `at_the_end`, about what a client that goes on may still do.
    """

    level: Level
    find: Rule
    paced: bool = False
    at_the_end: bool = False


class Plain(NamedTuple):
    """A rule over calls, whoever made them, and how much a breach of it weighs."""

    level: Level
    find: Callable[[Iterable[Call]], Iterator[Breach]]


CONTRACT = {
    "client.request": Plain(Level.ERROR, contract.requests),
    "client.path": Plain(Level.ERROR, contract.paths),
    "client.unknown-name": Plain(Level.WARNING, contract.unknown_names),
    "client.deprecated": Plain(Level.NOTE, contract.deprecated),
}
"""What holds for each request by itself."""

BEHAVIOUR = {
    "client.orders-again": Weighed(Level.ERROR, spending.orders_again),
    "client.abandons-order": Weighed(Level.ERROR, spending.abandons_order, at_the_end=True),
    "client.stale-quote": Weighed(Level.ERROR, spending.stale_quote),
    "client.failover-price": Weighed(Level.WARNING, spending.failover_price),
    "client.polls-too-fast": Weighed(Level.WARNING, pace.polls_too_fast, paced=True),
    "client.no-backoff": Weighed(Level.WARNING, pace.no_backoff, paced=True),
    "client.no-numbers-too-fast": Weighed(Level.WARNING, pace.no_numbers_too_fast, paced=True),
    "client.balance-polling": Weighed(Level.WARNING, pace.balance_polling),
    "client.refunds-after-sms": Weighed(Level.WARNING, manners.refunds_after_sms),
    "client.another-too-early": Weighed(Level.WARNING, manners.another_too_early),
}
"""What shows in the order of an account's calls only."""

KEY_LEAK = "client.key-leak"
"""A key in a URL of another host. It shows in traffic that has nothing to do with the service, too."""
FAILS = "client.fails"
"""The client's command failed."""
ANSWER = "client.answer"
"""An answer that the contract allows makes the client's command fail."""
