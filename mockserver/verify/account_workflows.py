"""Workflows of the account and the catalogue: payments, coupons, favourites, prices, popularity and statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract.plan import read_back
from mockserver.contract.reader import get
from mockserver.traffic.calls import COMPLETED, EXPIRED, REFUNDED, WAITING
from mockserver.verify.assertions import alike
from mockserver.verify.order_oracle import is_repaid
from mockserver.verify.payments import OPEN, PAID, UNTOLD
from mockserver.verify.session import offered
from mockserver.verify.worlds import DAY, DISCORD, GOOGLE, MINUTE, SECOND, TELEGRAM, WHATSAPP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.contract.reader import Facts
    from mockserver.verify.customer import Customer, Person, Reply
    from mockserver.verify.order_oracle import ExpectedOrder
    from mockserver.verify.rules import ServiceTerms
    from mockserver.verify.session import Session


def money_that_is_paid_in(session: Session, via: str) -> None:
    """A payment is credited once, when it is paid, and raises the tier."""
    ann = session.person("ann")
    for amount in (1999, 1):
        session.pay(ann, via, "invoice", amount)
        session.wait(11 * SECOND)
        session.agree(ann)
    wallet = session.pay(ann, via, "wallet", 515)
    session.wait(11 * SECOND)
    session.agree(ann)
    for payment in ann.payments.values():
        session.context.expect("payment-is-paid", payment.status in {*PAID, UNTOLD}, _listing(ann), got=payment.status)
    session.wait(2 * session.terms.payment_lifetime)
    session.agree(ann)
    if wallet:
        status, by = session.wallet(ann, wallet), ann.to("transaction")
        session.context.expect("payment-status-follows", status in ("paid", UNTOLD), by.name("transaction"), got=status)
    session.buy(ann, via, TELEGRAM)
    _expect_coin_refused(session, ann, via)


def _expect_coin_refused(session: Session, person: Person, via: str) -> None:
    """Expect a wallet for a currency on a wrong network to be refused, if the document allows the request."""
    by = person.by[via]
    operation = by.document.by_purpose["wallet"]
    unsupported = {"currency": "BTC", "network": "TON", "amount": 500}
    if not operation.check_request(operation.arguments("wallet", unsupported, person.user, by.account.key)):
        reply = by.call("wallet", **unsupported)
        session.context.expect("currency-refused", reply.refusal, reply.operation, expected="UNSUPPORTED_CURRENCY")


def money_that_nobody_pays(session: Session, via: str) -> None:
    """A payment that nobody pays is not credited, and expires."""
    ann, pia = session.person("ann"), session.person("pia")
    card, wallet = session.pay(ann, via, "card_invoice", 500), session.pay(pia, via, "wallet", 500)
    session.wait(session.terms.payment_lifetime - MINUTE)
    session.agree(ann)
    session.agree(pia)
    session.wait(2 * MINUTE)
    session.agree(ann)
    session.agree(pia)
    for person, key in ((ann, card), (pia, wallet)):
        if key:
            status = person.payments[key].status
            session.context.expect("payment-lapses", status not in (OPEN, "paid"), _listing(ann), got=status)
    unknown = ann.to("transaction").call("transaction", payment="11111111-2222-4333-8444-555555555555")
    session.context.expect("payment-unknown", unknown.refusal, unknown.operation, expected="TRANSACTION_NOT_FOUND")


def a_coupon(session: Session, via: str) -> None:
    """A coupon adds a bonus to one payment by its method, once, while it is valid."""
    ann = session.person("ann")
    for way, code in (
        ("invoice", "CARD50"),
        ("card_invoice", "CRYPTO10"),
        ("invoice", "SPENT5"),
        ("wallet", "NOBODYS"),
        ("invoice", "FORBOB"),
    ):
        session.pay(ann, via, way, 500, code, refusal="INVALID_COUPON")
    _expect_coupons(session, ann, via, {"CRYPTO10": "issued", "CRYPTO25": "issued", "SPENT5": "used"}, usable=4)
    session.pay(ann, via, "invoice", 1005, "CRYPTO10", percent=10)
    session.pay(ann, via, "wallet", 500, "CRYPTO10", refusal="INVALID_COUPON")
    session.wait(11 * SECOND)
    session.agree(ann)
    session.pay(ann, via, "invoice", 500, "CRYPTO10", refusal="INVALID_COUPON")
    session.pay(ann, via, "wallet", 400, "CRYPTO25", percent=25)
    session.wait(11 * SECOND)
    session.agree(ann)
    _expect_coupons(session, ann, via, {"CRYPTO10": "used", "CRYPTO25": "used", "CARD50": "issued"}, usable=2)
    session.wait(2 * DAY)
    session.pay(ann, via, "invoice", 500, "BRIEF20", refusal="INVALID_COUPON")
    _expect_coupons(session, ann, via, {"BRIEF20": "expired", "CARD50": "issued"}, usable=1)


def favourites(session: Session, via: str) -> None:
    """A user can add and remove favourites, each a pair of country and service. Other users' lists do not change."""
    ann, bob = session.person("ann"), session.person("bob")
    marked: list[tuple[str, str]] = []
    for pair in (("12", "ds"), ("95", "ds"), ("12", "ds"), ("12", "ds"), ("95", "ds")):
        adds = pair not in marked
        rule = "favourite-added" if adds else "favourite-removed"
        reply = ann.by[via].call("toggle_favourite", country=pair[0], service=pair[1])
        shown = reply.get("favourite.marked")
        marked = [*marked, pair] if adds else [each for each in marked if each != pair]
        holds = not reply.refusal and shown in (adds, None)
        session.context.expect(rule, holds, reply.operation, expected=adds, got=reply.refusal or shown)
        for person, pairs in ((ann, marked), (bob, [])):
            listed = person.by[via].call("favourites")
            got = [_pair(each) for each in listed.all("favourites")]
            session.context.expect(rule, sorted(got) == sorted(pairs), listed.operation, expected=pairs, got=got)
    for country, service in (("no-such", "ds"), ("12", "no-such")):
        reply = ann.by[via].call("toggle_favourite", country=country, service=service)
        session.context.expect("unknown-not-offered", reply.refusal, reply.operation, expected="a refusal")


def the_catalogue(session: Session, via: str) -> None:
    """All lists agree on names, prices and stocks."""
    by = session.person("ann").by[via]
    countries = by.call("countries").all("countries")
    known = {get(each, "code"): each for each in countries}
    session.context.expect("names-agree", len(known) == len(countries), by.name("countries"))
    has_carriers = by.knows("services.carrier", "quote.carrier")
    for country in ("12", "95"):
        carriers = [each["name"] for each in known.get(country, {}).get("carriers", ()) if has_carriers] or ["any"]
        listed = {
            carrier: {get(row, "service.code"): row for row in _services(by, country, carrier)} for carrier in carriers
        }
        for service in ("ds", "go", "wa", "tg", "ig"):
            quotes = {carrier: offered(session.quote(by, country, service, carrier)) for carrier in listed}
            for carrier, rows in listed.items():
                if None in rows:
                    continue
                _expect_offer(session, by.name("quote"), rows.get(service), quotes[carrier], known.get(country, {}))
            carried = [quote for name, quote in quotes.items() if name != "any" and quote]
            _expect_any(session, by.name("quote"), carried, quotes.get("any"))


def what_is_popular(session: Session, via: str) -> None:
    """The list of popular offers counts every order."""
    ann = session.person("ann")
    _order_some(session, ann, via)
    popular = ann.by[via].call("popular")
    if not all(get(each, "country.code") and get(each, "service.code") for each in popular.all("offers")):
        return
    got = {_pair(each): each.get("orders") for each in popular.all("offers")}
    wanted = {("95", "tg"): 2, ("12", "ds"): 1}
    holds = got.keys() == wanted.keys() and all(got[pair] in (count, None) for pair, count in wanted.items())
    session.context.expect("popularity-counts", holds, popular.operation, expected=wanted, got=got)
    for each in popular.all("offers"):
        quoted = offered(session.quote(ann.by[via], *_pair(each)))
        session.context.expect("offers-agree", _is_same(each, quoted), popular.operation, expected=quoted, got=each)


def how_countries_compare(session: Session, via: str) -> None:
    """The comparison of countries counts every order."""
    ann = session.person("ann")
    _order_some(session, ann, via)
    stats = ann.by[via].call("country_stats", service="tg")
    counted = {get(each, "country.code"): each.get("orders") for each in stats.all("offers")}
    orders = None if None in counted else counted.get("95", 0)
    session.context.expect("popularity-counts", orders in (2, None), stats.operation, expected=2, got=orders)


def statistics(session: Session, via: str) -> None:
    """The statistics count all orders, or those of the requested days."""
    ann = session.person("ann")
    for order_arguments in (TELEGRAM, WHATSAPP, DISCORD):
        session.buy(ann, via, order_arguments)
    session.wait(2 * DAY)
    returned = session.buy(ann, via, TELEGRAM)
    if returned:
        session.refund(ann, via, returned.number)
    for order_arguments in (DISCORD, GOOGLE, GOOGLE, TELEGRAM):
        session.buy(ann, via, order_arguments)
    session.wait(6 * SECOND)
    session.agree(ann)
    orders = list(ann.orders.values())
    today = max((order.ordered or 0 for order in orders), default=0) // DAY * DAY
    before = [order for order in orders if (order.ordered or 0) < today]
    latest = max((order.ordered or 0 for order in before), default=today)
    _expect_statistics(session, ann, via, {}, orders, "statistics-add-up")
    if ann.by[via].knows("statistics.since", "statistics.through"):
        since = [order for order in orders if order not in before]
        _expect_statistics(session, ann, via, {"since": today}, since, "statistics-within")
        _expect_statistics(session, ann, via, {"through": latest}, before, "statistics-within")


def _listing(person: Person) -> str:
    return person.to("invoices").name("invoices")


def _pair(offer: Facts) -> tuple[str, str]:
    """Return the country code and the service code of an offer or a favourite."""
    return str(get(offer, "country.code")), str(get(offer, "service.code"))


def _services(by: Customer, country: str, carrier: str) -> list[Facts]:
    return by.call("services", country=country, carrier=carrier).all("offers")


def _order_some(session: Session, person: Person, via: str) -> None:
    for order_arguments in (TELEGRAM, TELEGRAM, DISCORD):
        session.buy(person, via, order_arguments)


def _is_same(one: Facts, two: Facts) -> bool:
    """Return whether two offers have the same price and stock, as far as both state them."""
    return all(alike(one.get(name), two.get(name)) for name in ("price", "stock") if name in one and name in two)


def _expect_offer(session: Session, operation: str, row: Facts | None, quoted: Facts, country: Facts) -> None:
    """Expect a row of a list and a quote to state the same offer."""
    if not row or not quoted:
        session.context.breach("offers-agree", operation)
        return
    session.context.expect("offers-agree", _is_same(row, quoted), operation, expected=row, got=quoted)
    named = {"service": row.get("service", {}), "country": {"name": country["name"]} if "name" in country else {}}
    session.context.expect("names-agree", alike(named, quoted), operation, expected=named, got=quoted)


def _expect_coupons(session: Session, person: Person, via: str, statuses: Mapping[str, str], *, usable: int) -> None:
    reply = person.by[via].call("coupons")
    got = {coupon.get("code"): coupon.get("status", "") for coupon in reply.all("coupons")}
    plan = person.by[via].document.by_purpose["coupons"].plan
    for code, known in statuses.items():
        status, shown = read_back(plan, "coupon.status", known) or known, got.get(code)
        session.context.expect("coupon-status", shown in (status, ""), reply.operation, expected=status, got=shown)
    if person.knows("balance"):
        account = person.to("balance", via).call("balance")
        count = account.get("account.usable_coupons")
        session.context.expect("coupon-count", count in (usable, None), account.operation, expected=usable, got=count)


def _expect_any(session: Session, operation: str, quotes: Sequence[Facts], anyone: Facts | None) -> None:
    if not quotes or not anyone or not all({"price", "stock"} <= quote.keys() for quote in (*quotes, anyone)):
        return
    in_stock = [quote for quote in quotes if quote["stock"]] or quotes
    wanted = (min(quote["price"] for quote in in_stock), sum(quote["stock"] for quote in quotes))
    got = (anyone["price"], anyone["stock"])
    session.context.expect("any-is-cheapest", got == wanted, operation, expected=wanted, got=got)


def _expect_statistics(
    session: Session, person: Person, via: str, asked: Mapping[str, Any], orders: Sequence[ExpectedOrder], rule: str
) -> None:
    reply: Reply = person.by[via].call("statistics", **asked)
    if reply.refusal:
        session.context.breach(rule, reply.operation, expected="statistics", got=reply.refusal)
        return
    wanted = {"orders": len(orders)}
    if all(order.state and order.received is not None for order in orders):
        wanted |= _counted(orders, session.terms)
    totals = reply.facts.get("totals", {})
    session.context.expect(rule, alike(wanted, totals), reply.operation, expected=wanted, got=totals)
    if "by_service" not in reply.facts:
        return
    shares = {get(part, "service.code"): part.get("totals", {}) for part in reply.all("by_service")}
    groups: dict[Any, list[ExpectedOrder]] = {}
    for order in orders:
        groups.setdefault(order.get("service.code"), []).append(order)
    counted = {service: {"orders": len(group), **_spent(group)} for service, group in groups.items()}
    holds = None in groups or (shares.keys() == counted.keys() and alike(counted, shares))
    session.context.expect(rule, holds, reply.operation, "The services differ.", expected=counted, got=shares)


def _counted(orders: Sequence[ExpectedOrder], terms: ServiceTerms) -> dict[str, Any]:
    """Return the expected statistics of orders whose states are known."""
    without_sms = [order for order in orders if not order.received]
    counted, completed = (orders, [order for order in orders if order.state == COMPLETED])
    if not terms.by_state:
        counted, completed = without_sms, [order for order in orders if order.received]
    repaid = [order for order in orders if order.state == REFUNDED or is_repaid(order, terms)]
    return {
        "completed": len(completed),
        **{state: sum(order.state == state for order in counted) for state in (WAITING, EXPIRED, REFUNDED)},
        **_spent(orders),
        **({"refunds": _spent(repaid)["spent"]} if _spent(repaid) else {}),
        "success_rate": round((len(orders) - len(without_sms)) / len(orders), 2) if orders else 0,
    }


def _spent(orders: Sequence[ExpectedOrder]) -> dict[str, int]:
    """Return the cents spent on orders; empty if the price of an order is unknown."""
    prices = [order.price for order in orders if order.price is not None]
    return {"spent": sum(prices)} if len(prices) == len(orders) else {}
