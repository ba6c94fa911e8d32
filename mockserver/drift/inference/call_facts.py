"""The facts that calls show by themselves: what the contract reads in them, and what follows from their effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract import vocabulary
from mockserver.drift.inference.knowledge import KEYS, UNKNOWN, Entity, entity
from mockserver.drift.inference.refusal_reasons import OWNED
from mockserver.drift.inference.scope import asked
from mockserver.traffic.calls import MOVES, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.drift.inference.knowledge import Knowledge
    from mockserver.traffic.calls import Call


class CallFacts:
    """Adds the facts of calls to what is known. `only` is the account of all calls, empty if there are several."""

    def __init__(self, knowledge: Knowledge, only: str) -> None:
        self._knowledge = knowledge
        self._only = only

    def account(self, call: Call) -> str:
        """Return the account of a call; empty if it is unknown."""
        return call.account or self._only

    def owned(self, call: Call) -> set[str]:
        """Return the ids of orders and payments that a granted call names or shows."""
        payments = [call.facts.get("payment"), *(call.facts.get("payments") or ())]
        shown = [*call.orders, *(each for each in payments if isinstance(each, dict))]
        named = [call.arguments.get(argument) for argument in OWNED]
        return {str(each) for each in (*(record.get("id") for record in shown), *named) if each}

    def learn(self, call: Call) -> None:
        """Add the facts that the contract, as it is, reads from a call."""
        account, at = self.account(call), call.at
        if account and call.outcome is Outcome.GRANTED:
            self._knowledge.learn(entity("account", account, (account,)), "id", account, at)
        purpose = vocabulary().purposes.get(call.purpose)
        if purpose is None or call.outcome is not Outcome.GRANTED:
            return
        for argument, value in call.arguments.items():
            if len(KEYS.get(argument, ())) == 1 and isinstance(value, str) and value:
                self._knowledge.learn(entity(argument, account, (value,)), KEYS[argument][0], value, at)
        for name, type_ in {**purpose.result, **vocabulary().always}.items():
            facts = call.facts.get(name)
            context = asked(name, type_.name, call.arguments) if type_.name in vocabulary().records else {}
            for record in facts if isinstance(facts, list) else [facts]:
                if isinstance(record, dict):
                    self._issue(call, name, record)
                    own = {"id": account} if name == "account" and account else context
                    self._knowledge.learn_record(type_.name, account, record, at, own)
        payment, wallet = call.facts.get("payment"), call.facts.get("wallet")
        if payment and wallet and payment.get("id"):
            for field, value in wallet.items():
                self._knowledge.learn(Entity("wallet", "", (payment["id"],)), field, value, at)

    def _issue(self, call: Call, name: str, record: Mapping[str, Any]) -> None:
        if call.effect in ("orders", "pays") and name not in call.arguments and "id" in record:
            self._knowledge.issue(entity(name, self.account(call), (str(record["id"]),)), call.at)

    def deduce(self, call: Call, shown: Entity | None) -> None:
        """Add what follows from a call that orders, renews or refunds: events, and the price and proof of the offer."""
        if call.purpose not in MOVES:
            return
        number = call.order or next((str(order["id"]) for order in call.orders if order.get("id")), "")
        whose = entity("order", "", (number,)) if number else shown
        if whose is None:
            return
        at = call.at
        self._knowledge.happen(whose, call.purpose, at)
        if call.purpose == "another":
            self._knowledge.learn(whose, "expires_at", UNKNOWN, at)
        if call.purpose == "order":
            offer = entity("offer", "", call.offer)
            self._knowledge.happen(offer, call.purpose, at)
            for price in self._knowledge.values(whose, "price", at):
                self._knowledge.learn(offer, "price", price, at)
            for half in ("m", "n"):
                self._knowledge.learn(offer, half, call.arguments.get(half), at - 1)
