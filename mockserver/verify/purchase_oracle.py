"""What must come of an order, by what the service itself says of offer and account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.verify.comparison import alike

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.contract.reader import Facts
    from mockserver.verify.customer import OrderArguments
    from mockserver.verify.service_rules import Terms

PRICE_CHANGED = "PRICE_CHANGED"
SOLD_OUT = "NO_NUMBERS"
TOO_POOR = "INSUFFICIENT_BALANCE"
ANY = "any"


class Situation(NamedTuple):
    """What the service says before an order: the offer that is asked for, the one of any carrier, the account.

    `genuine` says whether m and n are those of the present price: None if that cannot be known.
    """

    asked: Facts
    anyone: Facts
    account: Facts
    genuine: bool | None


class Forecast(NamedTuple):
    """What must come of an order: one of the refusals that have a ground, or the price in cents.

    `refusals` lead to the rules that a grant would break; `doubts` are those that may come, too, since the service does
    not say enough. `substitute` says whether another carrier must serve. What is not known is None.
    """

    refusals: Mapping[str, str]
    price: int | None = None
    substitute: bool | None = False
    genuine: bool | None = None
    doubts: frozenset[str] = frozenset()


def forecast(wish: OrderArguments, situation: Situation, terms: Terms) -> Forecast:
    """Return what must come of an order."""
    asked, account = situation.asked, situation.account
    substitute = None if "stock" not in asked else not asked["stock"]
    offer = situation.anyone if substitute else asked
    left, balance = offer.get("stock"), account.get("balance")
    certain = substitute is not None or wish.carrier == ANY
    price = own_price(offer.get("price"), account, terms) if certain else None
    refusals: dict[str, str] = {}
    doubts = {SOLD_OUT} if left is None else set()
    if situation.genuine is False:
        refusals[PRICE_CHANGED] = "quote-binds"
    if left == 0:
        refusals[SOLD_OUT] = "sold-out-refused"
    elif substitute and wish.carrier != ANY and not wish.failover:
        refusals[SOLD_OUT] = "failover-off"
    elif price is None:
        doubts |= {SOLD_OUT if substitute else terms.above, TOO_POOR}
    elif price > wish.maximum:
        refusals[SOLD_OUT if substitute else terms.above] = "maximum-holds"
    elif balance is None:
        doubts.add(TOO_POOR)
    elif price > balance:
        refusals[TOO_POOR] = "no-credit"
    return Forecast(refusals, price, substitute, situation.genuine, frozenset(doubts))


def blamed(must: Forecast, refusal: str) -> str:
    """Return the rule that a refusal breaks which has no ground."""
    if must.substitute and refusal == SOLD_OUT:
        return "failover-on"
    if must.genuine and refusal == PRICE_CHANGED:
        return "quote-holds"
    return BLAMED.get(refusal, "order-granted")


BLAMED: Mapping[str, str] = {SOLD_OUT: "stock-is-sold", PRICE_CHANGED: "maximum-lets-through"}


def own_price(price: int | None, account: Facts, terms: Terms) -> int | None:
    """Return what a list price is for an account, in cents, halves rounded up; None if that cannot be known."""
    share = 1.0 if terms.shown else factor(account)
    return None if price is None or share is None else (price * round(10_000 * share) + 5_000) // 10_000


def factor(account: Facts) -> float | None:
    """Return what an account pays of a price, by its discount or the row of the table that is alike."""
    tier: Facts = account.get("tier") or {}
    row: Facts = next((row for row in account.get("tiers") or () if tier.keys() & row.keys() and alike(row, tier)), {})
    whole: dict[str, Any] = {**row, **tier}
    if "factor" in whole:
        return float(whole["factor"])
    return 1 - whole["discount"] if "discount" in whole else None


def tier(account: Facts) -> Facts | None:
    """Return the row of the discount table that the charges of an account reach; None if that cannot be known."""
    charges, rows = account.get("charges"), account.get("tiers") or ()
    reached = [row for row in rows if charges is not None and "threshold" in row and row["threshold"] <= charges]
    return max(reached, key=lambda row: float(row["threshold"]), default=None)
