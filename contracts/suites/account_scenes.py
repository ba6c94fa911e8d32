"""Scenes of an account and of the catalogue: payments, coupons, favourites, statistics; see `scenes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.suites import book
from contracts.suites.life import PAID
from contracts.suites.worlds import DAY, DISCORD, GOOGLE, HOUR, TELEGRAM, WHATSAPP
from contracts.traffic.orders import EXPIRED, REFUNDED, WAITING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.suites.book import Order
    from contracts.suites.customers import Reply
    from contracts.suites.life import Life, Person


def money_that_is_paid_in(life: Life, via: str) -> None:
    """It is credited once, when it is paid, and raises the tier."""
    ann = life.person("ann")
    if "v3" not in ann.by:
        life.context.skip("payments", "only V3 lists them")
        return
    for amount in (1999, 1):
        life.pay(ann, via, "invoice", amount)
        life.wait(11)
        life.agree(ann)
    wallet = life.pay(ann, via, "wallet", 515)
    life.wait(11)
    life.agree(ann)
    for payment in ann.payments.values():
        life.context.expect("payment-is-paid", payment.status in PAID, "v3.getInvoices", got=payment.status)
    life.wait(2 * HOUR)
    life.agree(ann)
    if wallet:
        status = life.wallet(ann, wallet)
        life.context.expect("payment-status-follows", status == "paid", "v3.getCryptomusTransaction", got=status)
    life.buy(ann, via, TELEGRAM)
    if via == "v3":
        odd = ann.by[via].pay("wallet", 500, coin=("BTC", "TON"))
        life.context.expect("currency-refused", odd.refusal, odd.operation, expected="UNSUPPORTED_CURRENCY")


def money_that_nobody_pays(life: Life, via: str) -> None:
    """It is not credited, and the payment ends after an hour."""
    ann, pia = life.person("ann"), life.person("pia")
    card, wallet = life.pay(ann, via, "card", 500), life.pay(pia, via, "wallet", 500)
    life.wait(HOUR - 60)
    life.agree(ann)
    life.agree(pia)
    life.wait(120)
    life.agree(ann)
    life.agree(pia)
    for person, key in ((ann, card), (pia, wallet)):
        if key:
            status = person.payments[key].status
            life.context.expect("payment-lapses", status not in ("check", "paid"), "v3.getInvoices", got=status)
    unknown = ann.by[via].call("transaction", order_id="11111111-2222-4333-8444-555555555555")
    life.context.expect("payment-unknown", unknown.refusal, unknown.operation, expected="TRANSACTION_NOT_FOUND")


def a_coupon(life: Life, via: str) -> None:
    """It adds to one payment by its method, once, while it is valid."""
    ann = life.person("ann")
    for way, code in (
        ("invoice", "CARD50"),
        ("card", "CRYPTO10"),
        ("invoice", "SPENT5"),
        ("wallet", "NOBODYS"),
        ("invoice", "FORBOB"),
    ):
        life.pay(ann, via, way, 500, code, refusal="INVALID_COUPON")
    _expect_coupons(life, ann, via, {"CRYPTO10": "issued", "CRYPTO25": "issued", "SPENT5": "used"}, usable=4)
    life.pay(ann, via, "invoice", 1005, "CRYPTO10", bonus=100)
    life.pay(ann, via, "wallet", 500, "CRYPTO10", refusal="INVALID_COUPON")
    life.wait(11)
    life.agree(ann)
    life.pay(ann, via, "invoice", 500, "CRYPTO10", refusal="INVALID_COUPON")
    life.pay(ann, via, "wallet", 400, "CRYPTO25", bonus=100)
    life.wait(11)
    life.agree(ann)
    _expect_coupons(life, ann, via, {"CRYPTO10": "used", "CRYPTO25": "used", "CARD50": "issued"}, usable=2)
    life.wait(2 * DAY)
    life.pay(ann, via, "invoice", 500, "BRIEF20", refusal="INVALID_COUPON")
    _expect_coupons(life, ann, via, {"BRIEF20": "expired", "CARD50": "issued"}, usable=1)


def favourites(life: Life, via: str) -> None:
    """Marking and unmarking, by each pair of country and service, and for oneself."""
    ann, bob = life.person("ann"), life.person("bob")
    marked: list[tuple[str, str]] = []
    for country, service in (("12", "ds"), ("95", "ds"), ("12", "ds"), ("12", "ds"), ("95", "ds")):
        pair = (country, service)
        rule = "favourite-removed" if pair in marked else "favourite-added"
        reply = ann.by[via].call("toggle", country=country, service=service)
        said = "favourite-removed" if pair in marked else "favourite-added"
        marked = [each for each in marked if each != pair] if pair in marked else [*marked, pair]
        life.context.expect(rule, reply.body == said, reply.operation, expected=said, got=reply.body)
        for person, pairs in ((ann, marked), (bob, [])):
            listed = person.by[via].call("favourites")
            got = [] if listed.refusal else [(each["cShort"], each["sShort"]) for each in listed.body]
            life.context.expect(rule, sorted(got) == sorted(pairs), listed.operation, expected=pairs, got=got)
    for country, service in (("no-such", "ds"), ("12", "no-such")):
        reply = ann.by[via].call("toggle", country=country, service=service)
        life.context.expect("unknown-not-offered", reply.refusal, reply.operation, expected="a refusal")


def the_catalogue(life: Life, via: str) -> None:
    """All lists name the same names, prices and stocks."""
    by = life.person("ann").by[via]
    countries = by.call("countries").body or []
    known = {each["cShort"]: each for each in countries}
    life.context.expect("names-agree", len(known) == len(countries), by.name("countries"))
    for country in ("12", "95"):
        listed = {
            carrier: {row["sShort"]: row for row in by.call("services", country=country, carrier=carrier).body or []}
            for carrier in known.get(country, {}).get("carriers", [])
        }
        for service in ("ds", "go", "wa", "tg", "ig"):
            quotes = {carrier: life.quote(by, country, service, carrier).body for carrier in listed}
            for carrier, rows in listed.items():
                row, quoted = rows.get(service), quotes[carrier]
                if not life.context.expect("offers-agree", row and quoted, by.name("quote")) or not (row and quoted):
                    continue
                pair = ((row["price"], row["count"]), (quoted["price"], quoted["count"]))
                life.context.expect("offers-agree", pair[0] == pair[1], by.name("quote"), expected=pair[0], got=pair[1])
                names = ((row["service"], known[country]["country"]), (quoted["service"], quoted["country"]))
                life.context.expect(
                    "names-agree", names[0] == names[1], by.name("quote"), expected=names[0], got=names[1]
                )
            _expect_any(
                life, by.name("quote"), [q for name, q in quotes.items() if name != "any" and q], quotes.get("any")
            )


def what_others_order(life: Life, via: str) -> None:
    """The lists of what is popular count every order."""
    ann = life.person("ann")
    for _ in range(2):
        life.buy(ann, via, TELEGRAM)
    life.buy(ann, via, DISCORD)
    if via == "v3":
        popular = ann.by[via].call("popular")
        got = {} if popular.refusal else {(each["cShort"], each["sShort"]): each["orders"] for each in popular.body}
        wanted = {("95", "tg"): 2, ("12", "ds"): 1}
        life.context.expect("popularity-counts", got == wanted, popular.operation, expected=wanted, got=got)
        for each in popular.body or []:
            quoted = life.quote(ann.by[via], each["cShort"], each["sShort"]).body
            pair = (each["price"], each["count"]), (quoted["price"], quoted["count"])
            life.context.expect("offers-agree", pair[0] == pair[1], popular.operation, expected=pair[1], got=pair[0])
    else:
        stats = ann.by[via].call("popularity", service="tg")
        orders = 0 if stats.refusal else {each["cShort"]: each["orders"] for each in stats.body}.get("95")
        life.context.expect("popularity-counts", orders == 2, stats.operation, expected=2, got=orders)


def statistics(life: Life, via: str) -> None:
    """They count what there is, of the days that were asked for."""
    ann = life.person("ann")
    for wish in (TELEGRAM, WHATSAPP):
        life.buy(ann, via, wish)
    life.wait(2 * DAY)
    returned = life.buy(ann, via, TELEGRAM)
    if returned:
        life.refund(ann, via, returned.number)
    for wish in (DISCORD, GOOGLE, GOOGLE, TELEGRAM):
        life.buy(ann, via, wish)
    life.wait(6)
    life.agree(ann)
    orders = list(ann.orders.values())
    today = book.written(max((order.ordered for order in orders), default=0))[:10]
    before = [order for order in orders if book.written(order.ordered)[:10] < today]
    _expect_statistics(life, ann, via, {}, orders, "statistics-add-up")
    _expect_statistics(life, ann, via, {"from": today}, [o for o in orders if o not in before], "statistics-within")
    _expect_statistics(
        life, ann, via, {"to": book.written(before[-1].ordered)[:10] if before else today}, before, "statistics-within"
    )


def _expect_coupons(life: Life, person: Person, via: str, statuses: Mapping[str, str], *, usable: int) -> None:
    reply = person.by[via].call("coupons")
    got = {} if reply.refusal else {each["code"]: each["status"] for each in reply.body["codes"]}
    for code, status in statuses.items():
        life.context.expect(
            "coupon-status", got.get(code) == status, reply.operation, expected=status, got=got.get(code)
        )
    account = person.by[via].call("account")
    count = None if account.refusal else account.body["couponCount"]
    life.context.expect("coupon-count", count == usable, account.operation, expected=usable, got=count)


def _expect_any(life: Life, operation: str, quotes: Sequence[Any], anyone: Any) -> None:
    if not quotes or not anyone:
        return
    in_stock = [quote for quote in quotes if quote["count"]] or quotes
    wanted = (min(quote["price"] for quote in in_stock), sum(quote["count"] for quote in quotes))
    got = (anyone["price"], anyone["count"])
    life.context.expect("any-is-cheapest", got == wanted, operation, expected=wanted, got=got)


def _expect_statistics(
    life: Life, person: Person, via: str, query: Mapping[str, str], orders: Sequence[Order], rule: str
) -> None:
    reply: Reply = person.by[via].call("statistics", **query)
    if reply.refusal:
        life.context.breach(rule, reply.operation, expected="statistics", got=reply.refusal)
        return
    quiet = [order for order in orders if not order.messages]
    wanted: dict[str, object] = {
        "orders": len(orders),
        "completed": len(orders) - len(quiet),
        **{s: sum(order.status == s for order in quiet) for s in (WAITING, EXPIRED, REFUNDED)},
        "spent": sum(order.price for order in orders),
        "refundedAmount": sum(order.price for order in orders if order.status == REFUNDED),
        "successRate": round((len(orders) - len(quiet)) / len(orders), 2) if orders else 0,
    }
    got = {name: reply.body[name] for name in wanted}
    life.context.expect(rule, got == wanted, reply.operation, expected=wanted, got=got)
    services = {row["sShort"]: (row["orders"], row["spent"]) for row in reply.body["byService"]}
    counted = {
        service: (len(group), sum(order.price for order in group))
        for service in {order.service for order in orders}
        if (group := [order for order in orders if order.service == service])
    }
    life.context.expect(rule, services == counted, reply.operation, "Services differ.", expected=counted, got=services)
