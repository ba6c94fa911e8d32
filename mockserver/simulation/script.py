"""The script of a world: a scenario's rules, filled in by seeded chance."""

import re
from collections.abc import Sequence

from mockserver.domain.catalogue import Catalogue, Country
from mockserver.domain.market import Shelf
from mockserver.domain.order import LIFETIME, Order
from mockserver.domain.script import Assignment, Delivery, Purchase, Restocking, Settlement, Terms, Transfer
from mockserver.simulation.chance import BASE58, HEX, Chance, Label
from mockserver.simulation.messages import Templates, choose
from mockserver.simulation.rules import OrderRule, PaymentRule, Sms

_FIRST_ORDER_ID = 30_000_000
_ADDRESS_PART = re.compile(r"%([xb])\{(\d+)\}")
_ALPHABETS = {"x": HEX, "b": BASE58}


class SeededScript:
    """Implements `domain.script.Script`. `restock` fills every shelf that runs empty."""

    def __init__(
        self,
        seed: int,
        catalogue: Catalogue,
        templates: Templates,
        orders: Sequence[OrderRule],
        payments: Sequence[PaymentRule],
        restock: Restocking | None,
    ) -> None:
        self._chance = Chance(seed)
        self._catalogue = catalogue
        self._templates = templates
        self._orders = orders
        self._payments = payments
        self._restock = restock

    @property
    def secret(self) -> int:
        """What quotes are keyed with."""
        return self._chance.seed

    def assign(self, purchase: Purchase) -> Assignment:
        """Give an order its number and its future, by the first rule that matches and whose id is free."""
        shelf = purchase.shelf
        rule = next(
            (
                rule
                for rule in self._orders
                if rule.when.fits(purchase.customer, shelf.country, shelf.service)
                and not (rule.order_id and purchase.taken(rule.order_id))
            ),
            OrderRule(),
        )
        order_id = rule.order_id or self._order_id(purchase)
        country = self._catalogue.countries[shelf.country]
        return Assignment(
            order_id=order_id,
            phone=rule.phone or self._phone(country, purchase.nth_in_country),
            expires_at=rule.expires_at or purchase.at + (rule.lifetime or LIFETIME),
            deliveries=self._deliveries(rule, country, shelf.service, order_id, 0),
        )

    def another(self, order: Order) -> tuple[Delivery, ...]:
        """The SMS that the order's rule lets come once more."""
        rule = next(
            (
                rule
                for rule in self._orders
                if rule.when.fits(order.customer, order.country, order.service) and rule.order_id in (None, order.id)
            ),
            OrderRule(),
        )
        country = self._catalogue.countries[order.country]
        return self._deliveries(rule, country, order.service, order.id, order.period)

    def terms(self, transfer: Transfer) -> Terms:
        """Give a payment its ids and its end, by the first rule that matches."""
        rule = next(
            (rule for rule in self._payments if rule.when.fits(transfer.customer, transfer.provider)), PaymentRule()
        )
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

    def _order_id(self, purchase: Purchase) -> str:
        number = _FIRST_ORDER_ID + self._chance.below(1_000_000, "order ids") + purchase.nth
        while purchase.taken(str(number)):
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
            self._delivery(sms, country, service, order_id, period, position) for position, sms in enumerate(rule.sms)
        )

    def _delivery(self, sms: Sms, country: Country, service: str, *labels: Label) -> Delivery:
        template = choose(self._templates, self._chance, service, country.language, *labels)
        drawn = sms.code or self._chance.digits(template.code, "code", *labels)
        text = template.text if sms.text is None else sms.text
        code = drawn if sms.code or "{code}" in text else None
        name = self._catalogue.services[service].name
        return Delivery(sms.after, text.replace("{code}", drawn).replace("{service}", name), code)

    def _address(self, template: str, nth: int) -> str:
        return _ADDRESS_PART.sub(
            lambda part: self._chance.text(_ALPHABETS[part[1]], int(part[2]), "address", nth), template
        )
