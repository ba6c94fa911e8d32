"""What was on offer in a recording: the catalogue of a scenario, and how it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract.reader import get
from mockserver.drift.recorded_day.accounts import listed, paid
from mockserver.drift.recorded_day.shelf import ANY, Shelf, Slot
from mockserver.traffic.calls import Outcome
from mockserver.traffic.exchange import facts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mockserver.contract.reader import Facts
    from mockserver.drift.recorded_day.accounts import Accounts
    from mockserver.drift.recorded_day.day import Moment, Omissions, Pace
    from mockserver.drift.recorded_day.names import Names
    from mockserver.drift.recorded_day.orders import OrderHistory
    from mockserver.traffic.calls import Call

Section = dict[str, Any]

_MOST_STOCK = 1_000_000
_UNSEEN_STOCK = "the price or the stock of a carrier where none was seen: it suffices for the orders"


class Market:
    """The offers of a recording, and the changes that a scenario needs to show the same.

    `accounts` know the discounts. `rules` are those of the service.
    """

    def __init__(
        self, names: Names, accounts: Accounts, rules: Mapping[str, str], notes: Omissions, pace: Pace
    ) -> None:
        self._names, self._accounts, self._rules, self._notes, self._pace = names, accounts, rules, notes, pace
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._success: dict[tuple[str, str], float] = {}
        self._rows: list[tuple[int, Section]] = []
        self._quotes: dict[tuple[str, str], int] = {}
        self._since: dict[tuple[tuple[str, str], str], tuple[int, int]] = {}
        """The tick since which an offer of a carrier is known to be dearer, and its least price then."""
        self._dear: dict[tuple[str, str], int] = {}
        """The least price of an offer that was too dear for an order before its price was shown."""
        self._too_dear: list[tuple[tuple[str, str], str, int]] = []
        """The offers that cost more than the balance of an account, and what had moved there by then."""

    def prepare(self, seen: Sequence[Moment]) -> None:
        """Note what carriers that are named alone had at first: it is a part of what all had together."""
        for call in (moment.call for moment in seen):
            for key, carrier, facts in self._offers(call):
                for slot in self._shelf(key).of(carrier) if carrier != ANY else ():
                    slot.begin(self._listed(call, facts), get(facts, "stock"))
            is_sold = call.purpose == "order" and call.outcome is Outcome.GRANTED and call.carrier != ANY
            for slot in self._shelf(self._wanted(call)[0]).of(call.carrier) if is_sold else ():
                slot.sold += 1
        self._begin_unseen()

    def _begin_unseen(self) -> None:
        """Give stock to the carriers that are named alone without it, and go back to the start."""
        for key in self._names.apart:
            for slot in self._shelf(key).named.values():
                if slot.stock is None:
                    self._notes.add(_UNSEEN_STOCK)
                slot.begin(None, 1)
        for shelf in self._shelves.values():
            for slot in shelf.slots:
                slot.rewind()

    def see(self, moment: Moment, order: OrderHistory | None) -> None:
        """See a call, and the order that it placed, if it did."""
        call = moment.call
        for key, carrier, facts in self._offers(call):
            self._show(key, carrier, facts, moment)
        if order is not None:
            self._sell(moment, order)
        elif call.purpose == "order" and call.refusal == "NO_NUMBERS":
            self._run_out(moment)
        elif call.purpose == "order" and call.refusal == "PRICE_CHANGED":
            self._change(moment)
        elif call.purpose == "order" and call.refusal == "INSUFFICIENT_BALANCE":
            self._accounts.lack(call.account, self.price(call))
            self._too_dear.append((self._wanted(call)[0], call.account, self._accounts.moved(call.account)))

    def price(self, call: Call) -> int | None:
        """Return what the order of a call would cost, in cents; None if that is unknown."""
        key, carrier = self._wanted(call)
        front = self._shelf(key).front(carrier)
        return None if front is None or front.price is None else paid(front.price, self._accounts.percent(call.account))

    def section(self) -> Section:
        """Return the catalogue of the scenario."""
        for key, account, moved in self._too_dear:
            least = listed(self._accounts.start(account) + moved + 1, self._accounts.percent(account))
            self._dear[key] = max(self._dear.get(key, 0), least)
        for (key, carrier), (tick, least) in self._since.items():
            self._raise(key, carrier, tick, least)
        offers, starts = [], []
        for (country, service), shelf in self._shelves.items():
            if not (country and service):
                self._notes.add("what orders cost whose country or service is unknown")
                continue
            slots = shelf.slots
            prices = [slot.first["price"] for slot in slots if "price" in slot.first]
            if not prices:
                self._notes.add("the price of an offer where none was seen: it is too high for the orders")
                prices = [self._dear.get((country, service), 0)]
            if shelf.rest and "stock" not in shelf.rest.first:
                self._notes.add(_UNSEEN_STOCK)
                shelf.rest.first["stock"] = shelf.rest.sold + 1
            for slot in slots:
                slot.first.setdefault("price", min(prices))
            offer = {"country": country, "service": service, "price": min(prices)}
            offer["stock"] = min(_MOST_STOCK, sum(slot.first["stock"] for slot in slots))
            success = self._success.get((country, service))
            offers.append(offer if success is None else {**offer, "success": success})
            if shelf.named:
                starts += [row for slot in slots for row in _by_carrier(country, service, slot, slot.first)]
        known = {(offer["country"], offer["service"]) for offer in offers}
        changes = [row for _, row in sorted(self._rows, key=lambda each: each[0])]
        changes = [row for row in _joined([*starts, *changes]) if (row["country"], row["service"]) in known]
        return {
            "extends": "nothing",
            **self._names.section(),
            "offers": offers,
            **({"changes": changes} if changes else {}),
        }

    def _offers(self, call: Call) -> Iterator[tuple[tuple[str, str], str, Facts]]:
        for facts in call.offers if call.outcome is Outcome.GRANTED else ():
            country = get(facts, "country.code") or self._names.code(call.offer[0])
            service = get(facts, "service.code") or call.service
            if country and service:
                yield (country, service), get(facts, "carrier") or call.carrier, facts

    def _shelf(self, key: tuple[str, str]) -> Shelf:
        if key not in self._shelves:
            self._shelves[key] = Shelf(self._names.carriers(key[0]), self._names.apart[key])
        return self._shelves[key]

    def _show(self, key: tuple[str, str], carrier: str, facts: Facts, moment: Moment) -> None:
        price, stock = self._listed(moment.call, facts), get(facts, "stock")
        success = get(facts, "success_rate")
        if success is not None and self._success.setdefault(key, success) != success:
            self._notes.add("a success rate that changed")
        self._edit(key, carrier, price, stock, moment)
        if price is not None and (proof := (get(facts, "m"), get(facts, "n"))) != (None, None):
            self._quotes[proof] = price

    def _listed(self, call: Call, facts: Facts) -> int | None:
        """Return the list price of an offer that is shown to an account."""
        price: int | None = get(facts, "price")
        is_net = price is not None and self._rules["discount"] == "shown"
        return listed(price, self._accounts.percent(call.account)) if is_net and price is not None else price

    def _edit(self, key: tuple[str, str], carrier: str, price: int | None, stock: int | None, moment: Moment) -> None:
        tick, least = moment.tick, 0
        if price is not None:
            tick, least = self._since.pop((key, carrier), (tick, least))
        if price is not None and price < least:
            self._raise(key, carrier, tick, least)
            tick = moment.tick
        for slot, field, value in self._shelf(key).show(carrier, price, stock):
            self._row(key, slot, field, value, tick if field == "price" else moment.tick)
        for slot in self._shelf(key).of(carrier) if price is not None and price < least else ():
            self._row(key, slot, "price", slot.price or 0, tick)

    def _raise(self, key: tuple[str, str], carrier: str, tick: int, least: int) -> None:
        """Change the price of an offer to another one that was never shown."""
        self._notes.add("the price to which an offer rose, which was not shown: it is the least that is possible")
        for slot in self._shelf(key).of(carrier):
            self._row(key, slot, "price", max(slot.price or 0, least), tick)

    def _row(self, key: tuple[str, str], slot: Slot, field: str, value: int, tick: int) -> None:
        country, service = key
        shelf = self._shelves[key]
        at = self._pace.duration(tick)
        rows = [{"country": country, "service": service, field: value}]
        if shelf.named:
            rows = [*_by_carrier(country, service, slot, {field: value})]
        self._rows += [(tick, {**row, "at": at}) for row in rows]

    def _wanted(self, call: Call) -> tuple[tuple[str, str], str]:
        country, service, carrier = call.offer
        key = (self._names.code(country), service)
        front = self._shelf(key).front(carrier)
        is_empty = front is None or front.stock == 0
        return key, ANY if is_empty and call.arguments.get("failover") else carrier

    def _sell(self, moment: Moment, order: OrderHistory) -> None:
        key, carrier = self._wanted(moment.call)
        shelf = self._shelf(key)
        front, price = shelf.front(carrier), order.price
        if front is not None and price is not None:
            is_forecast = front.price is not None and self._accounts.pays(
                order.account, front.price, price, moment.tick
            )
            if is_forecast and (key, carrier) in self._since:
                self._edit(key, carrier, front.price, None, moment)
            elif not is_forecast and front.price is not None and self._quoted(moment.call) == front.price:
                self._notes.add("what an order cost at a discount that was not shown before")
            elif not is_forecast:
                self._edit(key, carrier, listed(price, self._accounts.percent(order.account)), None, moment)
        for slot, field, value in shelf.sell(carrier):
            self._row(key, slot, field, value, moment.tick)

    def _quoted(self, call: Call) -> int | None:
        """Return the price of the quote that an order relies on, in cents; None without one."""
        return self._quotes.get((str(call.arguments.get("m")), str(call.arguments.get("n"))))

    def _run_out(self, moment: Moment) -> None:
        """Empty the stock at an order that found no numbers, and fill it again after it."""
        call = moment.call
        key, carrier = self._wanted(call)
        shelf = self._shelf(key)
        maximum = call.arguments.get("maximum")
        price = self.price(call)
        is_above = price is not None and maximum is not None and price > maximum
        if is_above and self._rules["above_maximum"] == "NO_NUMBERS":
            return
        for slot in shelf.filled(ANY if call.arguments.get("failover") else carrier):
            if slot.stock is None:
                slot.set_stock(0)
            else:
                self._row(key, slot, "stock", 0, moment.tick)
                self._row(key, slot, "stock", slot.stock, moment.tick + 1)

    def _change(self, moment: Moment) -> None:
        """Change the price at an order that was refused for it, unless that price was known."""
        call = moment.call
        key, carrier = self._wanted(call)
        front, maximum = self._shelf(key).front(carrier), call.arguments.get("maximum")
        refused = (
            facts_of(call.operation, call.exchange.answer).refused if call.operation and call.exchange.answer else None
        )
        shown = get(refused.facts, "failure.offer") if refused else None
        if isinstance(shown, dict) and get(shown, "price") is not None:
            self._show(key, get(shown, "carrier") or carrier, shown, moment)
            return
        if front is None:
            return
        if front.price is None:
            least = listed((maximum or 0) + 1, self._accounts.percent(call.account))
            self._dear[key] = max(self._dear.get(key, 0), least)
            return
        quoted, percent = self._quoted(call), self._accounts.percent(call.account)
        if quoted == front.price:
            self._since.setdefault((key, carrier), (moment.tick, front.price + 1))
        elif quoted is None and maximum is not None and paid(front.price, percent) <= maximum:
            self._since.setdefault((key, carrier), (moment.tick, listed(maximum + 1, percent)))


def _by_carrier(country: str, service: str, slot: Slot, values: Mapping[str, int]) -> Iterator[Section]:
    """Yield the changes for the carriers of a slot: all have its price, the first one has all its stock."""
    for position, carrier in enumerate(slot.carriers):
        own = {name: 0 if name == "stock" and position else value for name, value in values.items()}
        yield {"country": country, "service": service, "carrier": carrier, **own}


def _joined(rows: Iterable[Section]) -> list[Section]:
    """Join changes of the same offer at the same time that follow each other."""
    found: list[Section] = []
    for row in rows:
        last = found[-1] if found else {}
        same = all(last.get(name) == row.get(name) for name in ("country", "service", "carrier", "at"))
        if found and same and not {"price", "stock"} & last.keys() & row.keys():
            found[-1] = {**last, **row}
        else:
            found.append(row)
    return found
