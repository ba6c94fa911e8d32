"""The usual rules of the service, independent of the vocabulary."""

from __future__ import annotations

from mockserver.domain.clock import DAY, HOUR, MINUTE
from mockserver.domain.refusal import Reason
from mockserver.domain.rules import Rules

DEFAULT = Rules(
    lifetime=20 * MINUTE,
    renewal=None,
    refund_window=7 * DAY,
    expiry="kept",
    another_sms="free",
    above_maximum=Reason.PRICE_CHANGED,
    discount="applied",
    payment_lifetime=HOUR,
    wallets="apart",
    counted="by_sms",
)
