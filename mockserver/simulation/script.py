"""The script of a world: a scenario's rules, filled in by seeded chance."""

import re
from collections import Counter
from collections.abc import Sequence

from mockserver.domain.catalogue import Catalogue, Country
from mockserver.domain.clock import Instant
from mockserver.domain.market import Shelf
from mockserver.domain.order import Order
from mockserver.domain.refusal import Reason
from mockserver.domain.script import (
    Assignment,
    Attempt,
    Delivery,
    Obstacle,
    Purchase,
    Restocking,
    Settlement,
    Terms,
    Transfer,
)
from mockserver.simulation.chance import BASE58, HEX, Chance, Label
from mockserver.simulation.messages import Templates, choose
from mockserver.simulation.rules import OrderRule, PaymentRule, Sms, Turn

_FIRST_ORDER_ID = 30_000_000
_PLACEHOLDER = re.compile(r"\{(code|other|service)\}")
_ADDRESS_PART = re.compile(r"%([xb])\{(\d+)\}")
_ALPHABETS = {"x": HEX, "b": BASE58}


class SeededScript:
    """Implements `domain.script.Script`.

    `start` is when the world begins; `restock` fills every shelf that runs empty. `tallies` counts, by rule, what
    has come to it: all that the script remembers.
    """

    def __init__(
        self,
        seed: int,
        catalogue: Catalogue,
        templates: Templates,
        orders: Sequence[OrderRule] = (),
        payments: Sequence[PaymentRule] = (),
        restock: Restocking | None = None,
        start: Instant = 0,
    ) -> None:
        self.tallies: Counter[str] = Counter()
        self._chance = Chance(seed)
        self._catalogue = catalogue
        self._templates = templates
        self._orders = orders
        self._payments = payments
        self._restock = restock
        self._start = start

    @property
    def secret(self) -> int:
        """What quotes are keyed with."""
        return self._chance.seed

    def obstacle(self, attempt: Attempt) -> Obstacle:
        """What the rule that an order would come under puts in its way."""
        index, rule = self._rule_for(attempt)
        shortage, repricing = rule.shortage, rule.repricing
        if attempt.at < self._start + shortage.until or self._tries(f"shortage {index}", shortage.tries):
            return Obstacle(refusal=Reason.NO_NUMBERS)
        if repricing and self._tries(f"repricing {index}", repricing.tries):
            return Obstacle(price=repricing.apply(attempt.price))
        return Obstacle()

    def assign(self, purchase: Purchase) -> Assignment:
        """Give an order its number and its future, by the first rule that matches and whose id is free."""
        attempt, shelf = purchase.attempt, purchase.shelf
        index, rule = self._rule_for(attempt)
        self.tallies.update(f"order {known}" for known, rule in enumerate(self._orders) if rule.when.fits(attempt))
        order_id = rule.order_id or self._order_id(purchase)
        country = self._catalogue.countries[shelf.country]
        return Assignment(
            order_id=order_id,
            phone=rule.phone or self._phone(country, purchase.nth_in_country),
            expires_at=attempt.at + rule.lifetime if rule.expires_at is None else rule.expires_at,
            deliveries=self._deliveries(rule, country, shelf.service, order_id, 0),
            rule=index,
        )

    def another(self, order: Order) -> tuple[Delivery, ...]:
        """The SMS that the order's rule lets come once more."""
        rule = OrderRule() if order.rule is None else self._orders[order.rule]
        country = self._catalogue.countries[order.country]
        return self._deliveries(rule, country, order.service, order.id, order.period)

    def terms(self, transfer: Transfer) -> Terms:
        """Give a payment its ids and its end, by the first rule that matches."""
        matching = [index for index, rule in enumerate(self._payments) if rule.when.fits(transfer)]
        rules = ((index, self._payments[index]) for index in matching)
        rule = next((rule for index, rule in rules if self._comes("payment", index, rule.turn)), PaymentRule())
        self.tallies.update(f"payment {index}" for index in matching)
        chance, nth = self._chance, transfer.nth
        return Terms(
            payment_id=chance.uuid("payment", nth),
            session=chance.text(HEX, 24, "session", nth),
            page=rule.page or chance.uuid("page", nth),
            address=self._address(transfer.currency.address, nth) if transfer.currency else "",
            signature=chance.text(HEX, 64, "sign", nth, transfer.customer, transfer.cents),
            settlement=Settlement(rule.after, rule.status) if rule.status else None,
        )

    def restocking(self, shelf: Shelf) -> Restocking | None:  # noqa: ARG002 - one setting serves all shelves
        """When an empty shelf fills again, if ever."""
        return self._restock

    def _rule_for(self, attempt: Attempt) -> tuple[int | None, OrderRule]:
        for index, rule in enumerate(self._orders):
            used_up = rule.order_id is not None and attempt.taken(rule.order_id)
            if rule.when.fits(attempt) and not used_up and self._comes("order", index, rule.turn):
                return index, rule
        return None, OrderRule()

    def _comes(self, kind: str, index: int, turn: Turn) -> bool:
        nth = self.tallies[f"{kind} {index}"] + 1
        return turn.comes(nth, self._chance.fraction(kind, "rule", index, nth) if turn.probability < 1 else 0)

    def _tries(self, tally: str, tries: int) -> bool:
        """Whether this is one of the first tries; if so it is counted."""
        if self.tallies[tally] >= tries:
            return False
        self.tallies[tally] += 1
        return True

    def _order_id(self, purchase: Purchase) -> str:
        number = _FIRST_ORDER_ID + self._chance.below(1_000_000, "order ids") + purchase.nth
        while purchase.attempt.taken(str(number)):
            number += 1
        return str(number)

    def _phone(self, country: Country, nth: int) -> str:
        pools = [10 ** template.count("#") for template in country.numbers]
        index = self._chance.nth(nth, sum(pools), "phone", country.code)
        for template, pool in zip(country.numbers, pools, strict=True):
            if index < pool:
                digits = iter(str(index).zfill(template.count("#")))
                return "".join(next(digits) if char == "#" else char for char in template)
            index -= pool
        raise AssertionError("the index lies within the pools")

    def _deliveries(
        self, rule: OrderRule, country: Country, service: str, order_id: str, period: int
    ) -> tuple[Delivery, ...]:
        return tuple(
            self._delivery(sms, country, service, order_id, period, position)
            for position, sms in enumerate(rule.sms)
            for _ in range(sms.times)
        )

    def _delivery(self, sms: Sms, country: Country, service: str, *labels: Label) -> Delivery:
        template = choose(self._templates, self._chance, service, sms.language or country.language, *labels)
        drawn = sms.code or self._chance.digits(template.code, "code", *labels)
        text = template.text if sms.text is None else sms.text
        code = drawn if sms.code or "{code}" in text else None
        parts = {
            "code": drawn,
            "other": self._chance.digits(template.code, "other code", *labels),
            "service": self._catalogue.services[service].name,
        }
        return Delivery(sms.after, _PLACEHOLDER.sub(lambda part: parts[part[1]], text), code, sms.polls)

    def _address(self, template: str, nth: int) -> str:
        return _ADDRESS_PART.sub(
            lambda part: self._chance.text(_ALPHABETS[part[1]], int(part[2]), "address", nth), template
        )
