"""What must come of an order, by what the service itself says of offer and account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.suites.customers import Wish

Json = dict[str, Any]

PRICE_CHANGED = "Additional user action required"
SOLD_OUT = "NO_NUMBERS"
TOO_POOR = "INSUFFICIENT_BALANCE"
ANY = "any"


class Situation(NamedTuple):
    """What the service says before an order: the quote of what is asked for, the one of any carrier, the account.

    `genuine` says whether m and n are those of the present price: None if that cannot be known. `shown` says whether
    quotes hold the account's discount already; `above` is the refusal of what costs more than the maximum.
    """

    asked: Json
    anyone: Json
    account: Json
    genuine: bool | None
    shown: bool = False
    above: str = PRICE_CHANGED


class Forecast(NamedTuple):
    """What must come of an order: one of the refusals that have a ground, or the price in cents.

    `refusals` lead to the rules that a grant would break. `substitute` says whether another carrier must serve.
    """

    refusals: Mapping[str, str]
    price: int = 0
    substitute: bool = False
    genuine: bool | None = None


def forecast(wish: Wish, situation: Situation) -> Forecast:
    """Return what must come of an order."""
    asked, account = situation.asked, situation.account
    substitute = not asked["count"]
    offer = situation.anyone if substitute else asked
    price = own_price(offer["price"], account, shown=situation.shown)
    refusals: dict[str, str] = {}
    if situation.genuine is False:
        refusals[PRICE_CHANGED] = "quote-binds"
    if not offer["count"]:
        refusals[SOLD_OUT] = "sold-out-refused"
    elif substitute and wish.carrier != ANY and not wish.failover:
        refusals[SOLD_OUT] = "failover-off"
    elif price > wish.maximum:
        refusals[SOLD_OUT if substitute else situation.above] = "maximum-holds"
    elif price > account["balance"]:
        refusals[TOO_POOR] = "no-credit"
    return Forecast(refusals, price, substitute, situation.genuine)


def blamed(must: Forecast, refusal: str) -> str:
    """Return the rule that a refusal breaks which has no ground."""
    if must.substitute and refusal == SOLD_OUT:
        return "failover-on"
    if must.genuine and refusal == PRICE_CHANGED:
        return "quote-holds"
    return BLAMED.get(refusal, "order-granted")


BLAMED: Mapping[str, str] = {SOLD_OUT: "stock-is-sold", PRICE_CHANGED: "maximum-lets-through"}


def own_price(price: int, account: Json, *, shown: bool) -> int:
    """Return what a list price is for an account, in cents, halves rounded up."""
    if shown:
        return price
    percent = round(100 * factor(account))
    return (price * percent + 50) // 100


def factor(account: Json) -> float:
    """Return what an account pays of a price, by the label of its discount; 1 if no row has this label."""
    label = account["currentDiscountRate"]
    return next((float(row[1]) for row in account["discountRates"] if row[2] == label), 1.0)


def tier(account: Json) -> str:
    """Return the label of the discount that the charges of an account give."""
    charges = int(account["totalCharges"])
    reached = [row for row in account["discountRates"] if float(row[0]) <= charges]
    return str(max(reached, key=lambda row: float(row[0]))[2]) if reached else ""
