"""The orders of an account from before a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract.reader import get
from mockserver.drift.recorded_day.day import instant
from mockserver.drift.recorded_day.names import NOBODYS
from mockserver.drift.recorded_day.sms_text import anonymous
from mockserver.traffic.calls import REFUNDED, RUNNING, WAITING

if TYPE_CHECKING:
    from mockserver.drift.recorded_day.day import Omissions, Pace
    from mockserver.drift.recorded_day.orders import Arrival, OrderHistory

Section = dict[str, Any]


def past_order(order: OrderHistory, number: int, pace: Pace, longest: int, notes: Omissions) -> Section | None:
    """Return an order from before the recording as it was at the start; None if too little of it is known.

    `number` makes its phone number. No order of the scenario needs to live longer than `longest` milliseconds.
    """
    country, service = get(order.facts, "country.code"), get(order.facts, "service.code")
    if not (country and service and order.id.isdecimal() and order.price is not None):
        notes.add("an order from before the recording of which too little was seen")
        return None
    had = [arrival for arrival in order.arrivals if not arrival.low]
    is_refunded = get(order.first, "state") == REFUNDED
    if len(had) < len(order.arrivals) or (had and get(order.first, "state") == WAITING):
        notes.add("SMS that an order from before the recording was still to receive")
    ordered_at = order.facts.get("ordered_at")
    return {
        "orderId": order.id,
        "country": country,
        "service": service,
        **({"carrier": order.facts["carrier"]} if order.facts.get("carrier") else {}),
        "phoneNumber": f"{NOBODYS}{number:08}",
        "price": order.price,
        **({} if ordered_at is None else {"orderedAt": instant(ordered_at)}),
        "expiresAt": _end(order, pace, longest, notes),
        **({"refunded": True} if is_refunded else {}),
        **({"sms": [_sms(arrival) for arrival in had]} if had and not is_refunded else {}),
    }


def _end(order: OrderHistory, pace: Pace, longest: int, notes: Omissions) -> str:
    shown = order.facts.get("expires_at") or 0
    if get(order.first, "state") not in RUNNING:
        return instant(min(shown, pace.start) if shown else pace.start)
    if order.ended is None:
        return instant(max(shown, pace.start + longest))
    end = pace.instant(order.running, order.ended)
    if end is None:
        notes.add("the end of an order from before the recording: it ends a moment later or earlier")
    return end or instant(pace.start + order.ended * pace.step)


def _sms(arrival: Arrival) -> Section:
    """Return an SMS that came before the start, whose placeholders nothing fills."""
    code = None if arrival.code is None else "0" * len(arrival.code)
    text = anonymous(arrival.text or "", arrival.code).replace("{code}", code or "").replace("{other}", "000")
    return {"text": text, **({"code": code} if code else {})}
