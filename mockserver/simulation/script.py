"""The seeded script of a world: the rules of its scenario for orders and payments, and seeded chance for the rest."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from mockserver.domain.catalogue import Catalogue, Country, StockKey
from mockserver.domain.clock import Duration, Instant
from mockserver.domain.order import Order
from mockserver.domain.payment import Status
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.script import (
    Assignment,
    Attempt,
    Delivery,
    PreOrderEffect,
    Purchase,
    Renewal,
    Restocking,
    Settlement,
    Terms,
    Transfer,
)
from mockserver.simulation.chance import BASE58, HEX, Chance, Label
from mockserver.simulation.sms_codes import code_in
from mockserver.simulation.sms_texts import DEFAULT_LOCALE, KINDS, Templates, choose, made_up


class Turn(NamedTuple):
    """The selection among the orders or payments that meet the other conditions of a rule, counted from 1.

    `first` and `last` are inclusive. An `every` of 3 selects the third, the sixth and so on. `probability` is 0 to 1.
    """

    first: int = 1
    last: int | None = None
    every: int = 1
    probability: float = 1

    def comes(self, nth: int, draw: float) -> bool:
        """Whether the n-th one is selected; `draw` is its draw from 0 up to, but not including, 1."""
        within = self.first <= nth and (self.last is None or nth <= self.last)
        return within and nth % self.every == 0 and draw < self.probability


class OrderMatch(NamedTuple):
    """Conditions on an order, by code; None matches everything. Prices are list prices in cents, inclusive."""

    account: str | None = None
    country: str | None = None
    service: str | None = None
    carrier: str | None = None
    least: int = 0
    most: int | None = None

    def fits(self, attempt: Attempt) -> bool:
        """Whether an order meets every condition."""
        return (
            self.account in (None, attempt.customer)
            and self.country in (None, attempt.country)
            and self.service in (None, attempt.service)
            and self.carrier in (None, attempt.carrier)
            and self.least <= attempt.price
            and (self.most is None or attempt.price <= self.most)
        )


class SmsRule(NamedTuple):
    """An SMS `after` milliseconds from the order, or at the `polls`-th poll; it is sent `times` times.

    Without a `text`, a template of the service is used, in `language` or else in the country's language. A text may
    contain `{code}`, `{service}`, `{other}` (a second code), and `{fake.city}` or another of `sms_texts.KINDS`, which
    is made up in `locale`. The code of a text without a `code` and `{code}` is the one that people find in it.
    """

    after: Duration = 0
    polls: int = 0
    text: str | None = None
    code: str | None = None
    language: str | None = None
    locale: str = DEFAULT_LOCALE
    times: int = 1


class Shortage(NamedTuple):
    """No numbers for the first `tries`, and `until` this many milliseconds after the start."""

    tries: int = 0
    until: Duration = 0


class Repricing(NamedTuple):
    """A price change at the first `tries` of an order: set `to` cents, or changed `by` percent."""

    to: int | None = None
    by: int = 0
    tries: int = 1

    def apply(self, price: int) -> int:
        """Return the new list price, in cents."""
        return self.to if self.to is not None else max(0, price + price * self.by // 100)


class OrderRule(NamedTuple):
    """The rule for the orders that match; a rule with an `order_id` applies to one order only.

    `another` are the SMS after each request for another SMS, the last ones again after later requests; without them,
    those of `sms` arrive again.
    `expires_at` overrides `lifetime`, also after a request for another SMS. If both are None, the lifetime of the
    service applies.
    """

    when: OrderMatch = OrderMatch()
    turn: Turn = Turn()
    sms: tuple[SmsRule, ...] = ()
    another: tuple[tuple[SmsRule, ...], ...] = ()
    order_id: str | None = None
    phone: str | None = None
    lifetime: Duration | None = None
    expires_at: Instant | None = None
    shortage: Shortage = Shortage()
    repricing: Repricing | None = None

    def sms_of(self, period: int) -> tuple[SmsRule, ...]:
        """Return the SMS of a new order (0), or those after the n-th request for another SMS."""
        return self.another[:period][-1] if period and self.another else self.sms

    def end(self, at: Instant, usual: Duration) -> Instant:
        """Return the end of an order that is placed or renewed at this time; `usual` is the lifetime of the service."""
        if self.expires_at is not None:
            return self.expires_at
        return at + (usual if self.lifetime is None else self.lifetime)


class PaymentMatch(NamedTuple):
    """Conditions on a payment; None matches everything."""

    account: str | None = None
    provider: str | None = None

    def fits(self, transfer: Transfer) -> bool:
        """Whether a payment meets every condition."""
        return self.account in (None, transfer.customer) and self.provider in (None, transfer.provider)


class PaymentRule(NamedTuple):
    """The rule for the payments that match: `status` `after` milliseconds, or None to let them expire.

    `steps` are the statuses before it.
    """

    when: PaymentMatch = PaymentMatch()
    turn: Turn = Turn()
    after: Duration = 0
    status: Status | None = None
    page: str | None = None
    steps: tuple[Settlement, ...] = ()


_FIRST_ORDER_ID = 30_000_000
_PLACEHOLDER = re.compile(rf"\{{(?:(code|other|service)|fake\.({'|'.join(KINDS)}))\}}")
_ADDRESS_PART = re.compile(r"%([xb])\{(\d+)\}")
_SEEDS = 1 << 64
_ALPHABETS = {"x": HEX, "b": BASE58}


class SeededScript:
    """The implementation of `domain.script.Script` by rules and seeded chance.

    `start` is the start of the world. `lifetime` is how long a number waits for its SMS unless a rule overrides it.
    `restock` refills every stock that runs empty. `tallies` counts the orders and payments by rule, and is the only
    state of the script that snapshots keep.
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
        *,
        lifetime: Duration,
    ) -> None:
        self.tallies: Counter[str] = Counter()
        self._chance = Chance(seed)
        self._catalogue = catalogue
        self._templates = templates
        self._orders = orders
        self._payments = payments
        self._restock = restock
        self.start = start
        self._lifetime = lifetime
        self._decisions: list[str] = []
        self._pinned_ids = {rule.order_id for rule in orders}
        self._pinned_phones = {rule.phone for rule in orders}

    @property
    def secret(self) -> int:
        """The secret of quotes."""
        return self._chance.seed

    def decided(self) -> tuple[str, ...]:
        """Return the rules that have decided since the last call, such as `orders[0]`."""
        if not self._decisions:
            return ()
        decisions = tuple(dict.fromkeys(self._decisions))
        self._decisions.clear()
        return decisions

    def pre_order_effect(self, attempt: Attempt) -> PreOrderEffect:
        """Return the shortage or the price change of the rule for an order, or neither."""
        index, rule = self._rule_for(attempt)
        shortage, repricing = rule.shortage, rule.repricing
        if attempt.at < self.start + shortage.until or self._tries(f"shortage {index}", shortage.tries):
            self._note("orders", index)
            return PreOrderEffect(refusal=Reason.NO_NUMBERS)
        if repricing and self._tries(f"repricing {index}", repricing.tries):
            self._note("orders", index)
            return PreOrderEffect(price=repricing.apply(attempt.price))
        return PreOrderEffect()

    def assign(self, purchase: Purchase) -> Assignment:
        """Return the number and the deliveries of an order, by the first matching rule whose order id is free.

        Raises Refusal(NO_NUMBERS) if every number is in use; the phone number of a rule may be in use.
        """
        attempt, stock_key = purchase.attempt, purchase.stock_key
        index, rule = self._rule_for(attempt)
        country = self._catalogue.countries[stock_key.country]
        phone = rule.phone or self._phone(country, purchase)
        self.tallies.update(f"order {known}" for known, each in enumerate(self._orders) if each.when.fits(attempt))
        order_id = rule.order_id or self._order_id(purchase)
        self._note("orders", index)
        return Assignment(
            order_id=order_id,
            phone=phone,
            expires_at=rule.end(attempt.at, self._lifetime),
            deliveries=self._deliveries(rule, country, stock_key.service, order_id, 0),
            rule=index,
        )

    def another(self, order: Order, at: Instant) -> Renewal:
        """Return the end and the SMS of the order's rule once more."""
        rule = OrderRule() if order.rule is None else self._orders[order.rule]
        country = self._catalogue.countries[order.country]
        self._note("orders", order.rule)
        return Renewal(
            rule.end(at, self._lifetime), self._deliveries(rule, country, order.service, order.id, order.period)
        )

    def sms(self, order: Order, text: str | None = None, code: str | None = None) -> Delivery:
        """Return an SMS outside of the rules; a text or code that is not given comes from the service's templates."""
        country = self._catalogue.countries[order.country]
        sms = SmsRule(text=text, code=code)
        return self._delivery(sms, country, order.service, order.id, "asked for", len(order.messages))

    def terms(self, transfer: Transfer) -> Terms:
        """Return the ids and the settlement of a payment, by the first matching rule."""
        matching = [index for index, rule in enumerate(self._payments) if rule.when.fits(transfer)]
        coming = (index for index in matching if self._comes("payment", index, self._payments[index].turn))
        decisive = next(coming, None)
        rule = PaymentRule() if decisive is None else self._payments[decisive]
        self._note("payments", decisive)
        self.tallies.update(f"payment {index}" for index in matching)
        chance, nth = self._chance, transfer.nth
        return Terms(
            payment_id=chance.uuid("payment", nth),
            session=chance.text(HEX, 24, "session", nth),
            page=rule.page or chance.uuid("page", nth),
            address=self._address(transfer.currency.address, nth) if transfer.currency else "",
            signature=chance.text(HEX, 64, "sign", nth, transfer.customer, transfer.cents),
            settlement=Settlement(rule.after, rule.status) if rule.status else None,
            steps=rule.steps,
        )

    def restocking(self, stock_key: StockKey) -> Restocking | None:  # noqa: ARG002 - one setting for all stocks
        """Return the refill of an empty stock, or None."""
        return self._restock

    def _note(self, section: str, index: int | None) -> None:
        if index is not None:
            self._decisions.append(f"{section}[{index}]")

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
        """Whether this is one of the first `tries`; if so, it is counted."""
        if self.tallies[tally] >= tries:
            return False
        self.tallies[tally] += 1
        return True

    def _order_id(self, purchase: Purchase) -> str:
        number = _FIRST_ORDER_ID + self._chance.below(1_000_000, "order ids") + purchase.nth
        while purchase.attempt.taken(str(number)) or str(number) in self._pinned_ids:
            number += 1
        return str(number)

    def _phone(self, country: Country, purchase: Purchase) -> str:
        total = sum(10 ** template.count("#") for template in country.numbers)
        first = purchase.nth_in_country
        for nth in range(first, first + total):
            phone = _number(country, self._chance.nth(nth, total, "phone", country.code))
            if phone not in self._pinned_phones and not purchase.in_use(phone):
                return phone
        raise Refusal(Reason.NO_NUMBERS)

    def _deliveries(
        self, rule: OrderRule, country: Country, service: str, order_id: str, period: int
    ) -> tuple[Delivery, ...]:
        return tuple(
            self._delivery(sms, country, service, order_id, period, position)
            for position, sms in enumerate(rule.sms_of(period))
            for _ in range(sms.times)
        )

    def _delivery(self, sms: SmsRule, country: Country, service: str, *labels: Label) -> Delivery:
        template = choose(self._templates, self._chance, service, sms.language or country.language, *labels)
        drawn = sms.code or self._chance.digits(template.code, "code", *labels)
        text = template.text if sms.text is None else sms.text
        code = drawn if sms.code or "{code}" in text else code_in(text)
        parts = {
            "code": drawn,
            "other": self._chance.digits(template.code, "other code", *labels),
            "service": self._catalogue.services[service].name,
        }

        def filled(part: re.Match[str]) -> str:
            word, kind = part.groups()
            return parts[word] if word else made_up(kind, sms.locale, self._chance.below(_SEEDS, kind, *labels))

        return Delivery(sms.after, _PLACEHOLDER.sub(filled, text), code, sms.polls)

    def _address(self, template: str, nth: int) -> str:
        return _ADDRESS_PART.sub(
            lambda part: self._chance.text(_ALPHABETS[part[1]], int(part[2]), "address", nth), template
        )


def _number(country: Country, index: int) -> str:
    """Return the phone number at an index among all numbers of a country's templates."""
    for template in country.numbers:
        places = template.count("#")
        if index < 10**places:
            digits = iter(str(index).zfill(places))
            return "".join(next(digits) if char == "#" else char for char in template)
        index -= 10**places
    raise IndexError(f"{country.name} has no such number")
