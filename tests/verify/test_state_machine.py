from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.verify import in_process, lifecycle, state_machine
from mockserver.verify.session import Session
from mockserver.verify.worlds import world
from tests.mutants.every import EVERY
from tests.mutants.hunt import app_factory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.contract import Document
    from mockserver.verify.context import Context


def test_people_try_to_return_orders_of_others(
    context_of: Callable[..., Context], documents: Mapping[str, Document]
) -> None:
    mutant = next(mutant for mutant in EVERY if mutant.name == "order-of-another-refunded")
    context, market = context_of(in_process(app_factory(mutant), documents.values())), world("market")

    def begin() -> Session:
        context.begin(market.scenario, market.accounts)
        return Session(context, [market.account(user) for user in lifecycle.PEOPLE])

    state_machine.run_sessions(begin, lifecycle.OFFERS, sessions=10, steps=30, start=1)
    assert "order-of-user" in {finding.check for finding in context.result(0).findings}
