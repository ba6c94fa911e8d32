"""Rules about unnecessary costs, and the statement of a client's orders. Prices are in cents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.contract.formats import dollars_text
from mockserver.findings import Line, Severity, Statement
from mockserver.judge.history import Breach
from mockserver.traffic import calls
from mockserver.traffic.calls import LISTS, QUOTES, UNCERTAIN, Call, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mockserver.judge.history import History, Limits, ObservedOrder
    from mockserver.traffic.calls import Offer


_CHANGED = "PRICE_CHANGED"
_PROOFS = ("m", "n")
_TERMS = (*_PROOFS, "maximum")


def orders_again(history: History, _: Limits) -> Iterator[Breach]:
    """Find orders that repeat one without a readable response, before the client has listed its orders."""
    for place, call in enumerate(history.calls):
        if call.purpose != "order" or call.outcome not in UNCERTAIN:
            continue
        for later in history.calls[place + 1 :]:
            if later.purpose in LISTS and later.outcome is Outcome.GRANTED:
                break
            if _orders_after(call, later):
                yield Breach(
                    call.name,
                    f"The response to an order was {_describe(call)}, "
                    "and the client ordered again without reading the inventory.",
                    (call, later),
                    expected="the inventory is read before the next order",
                )
                break


def abandons_order(history: History, _: Limits) -> Iterator[Breach]:
    """Find orders without an SMS for which the client never requested a refund."""
    for order in history.orders.values():
        if order.placed and not (order.heard or order.returned or order.tried):
            yield Breach(
                order.placed.name,
                f"The client saw no SMS for an order of {dollars_text(order.price)} dollars and requested no refund.",
                _evidence(history, order),
                expected="a refund request when the client stops waiting",
            )
    for call in history.lost:
        if not any(_lists_after(call, later) or _orders_after(call, later) for later in history.calls):
            yield Breach(
                call.name,
                f"The response to an order was {_describe(call)}, "
                "and the client never checked whether the order was placed.",
                (call,),
                "lost",
                expected="the inventory is read, and the order is refunded",
                level=Severity.WARNING if call.status else None,
            )


def stale_quote(history: History, _: Limits) -> Iterator[Breach]:
    """Find orders that repeat the same terms after the price has changed."""
    for place, call in enumerate(history.calls):
        if call.purpose != "order" or not _price_changed(call):
            continue
        later = [each for each in history.calls[place + 1 :] if each.follows(call)]
        again = next((each for each in later if _same_offer(call, each)), None)
        if again is None or any(call.arguments.get(term) != again.arguments.get(term) for term in _TERMS):
            continue
        quoted = [each for each in later[: later.index(again)] if each.purpose in QUOTES]
        if not any(_allows(quote, again) for quote in quoted):
            yield Breach(
                call.name,
                f"The price had changed ({call.status}), and the client ordered again on the same terms.",
                (call, *quoted, again),
                expected="a new quote, and an order with its m, n and price",
            )


def failover_price(history: History, _: Limits) -> Iterator[Breach]:
    """Find orders that cost more than their quote because another carrier served them, and that were kept."""
    quotes: dict[Offer, tuple[int, Call]] = {}
    for call in history.calls:
        if call.outcome is not Outcome.GRANTED:
            continue
        quotes |= {key: (offer["price"], call) for key, offer in call.quoted.items() if "price" in offer}
        quoted = quotes.get(call.offer) if call.purpose == "order" else None
        if quoted is None or call.carrier == "any" or call.arguments.get("failover") is False:
            continue
        order = next((each for each in history.orders.values() if each.placed is call), None)
        if order is None or order.carrier == call.carrier or order.returned or order.tried:
            continue
        if order.price > quoted[0]:
            yield Breach(
                call.name,
                f"Carrier {call.carrier} was quoted at {dollars_text(quoted[0])} dollars. Another carrier served the "
                f"order for {dollars_text(order.price)} dollars, and the client kept it.",
                (quoted[1], call),
                expected="the quote as the maximum price, no failover, or a refund",
                got=_maximum(call),
            )


def _describe(call: Call) -> str:
    """Describe a response that does not tell whether the order was placed."""
    if not call.status:
        return "lost"
    return f"{call.status}" if call.status >= 500 else "unreadable"


def _maximum(call: Call) -> str:
    most = call.arguments.get("maximum")
    return "no maximum price" if most is None else f"a maximum price of {dollars_text(most)} dollars"


def _evidence(history: History, order: ObservedOrder) -> tuple[Call, ...]:
    """Return the call that placed an order and the last call about it."""
    about = [call for call in history.calls if call.order == order.id]
    return tuple(filter(None, (order.placed, *about[-1:])))


def _lists_after(call: Call, later: Call) -> bool:
    return later.purpose in LISTS and later.exchange.started >= call.exchange.started


def _orders_after(call: Call, later: Call) -> bool:
    """Return whether the later call orders the same service again, which is a breach of its own."""
    return later.purpose == "order" and later.service == call.service and later.follows(call)


def _price_changed(call: Call) -> bool:
    """Return whether an order was refused because the price has changed, by its reason or by a status unique to it."""
    failures = call.document.failures
    here = failures.by_status(call.status) if failures else ()
    return call.refusal == _CHANGED or [entry.reason for entry in here] == [_CHANGED]


def _same_offer(call: Call, other: Call) -> bool:
    return other.purpose == "order" and other.offer == call.offer


def _allows(quote: Call, order: Call) -> bool:
    """Return whether an order agrees with a quote: it has no m and n, or those of the quote and at least its price."""
    proofs = [order.arguments.get(proof) for proof in _PROOFS]
    if not any(proofs):
        return True
    most = order.arguments.get("maximum") or 0
    return any(
        [offer.get(proof) for proof in _PROOFS] == proofs and offer.get("price", 0) <= most for offer in quote.offers
    )


def statement(histories: Iterable[History], rules: Mapping[str, str]) -> Statement:
    """Return what the orders of these accounts cost under the rules in force, and what was refunded.

    An order whose response was lost, and that no later response shows, has the price 0 and the outcome `unknown`.
    """
    return Statement(tuple(line for history in histories for line in _lines(history, rules)))


def _lines(history: History, rules: Mapping[str, str]) -> Iterator[Line]:
    for order in history.orders.values():
        if order.placed is not None:
            outcome = _outcome(order)
            price = order.price * (1 + order.renewals if rules["another_sms"] == "charged" else 1)
            comes_back = outcome == "refunded" or (outcome == "expired" and rules["expiry"] == "repaid")
            yield Line(order.id, order.placed.name, price, price if comes_back else 0, outcome)
    for call in history.lost:
        yield Line("?", call.name, 0, 0, "unknown")


def _outcome(order: ObservedOrder) -> str:
    if order.returned:
        return "refunded"
    if order.heard:
        return "kept"
    return "expired" if order.states[-1:] == [calls.EXPIRED] else "open"
