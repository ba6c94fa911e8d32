"""How V3 says no. Reasons and provenance: the table of failures in the contract document's answers."""

from collections.abc import Mapping

from mockserver.dialects.dialect import Rejection
from mockserver.domain.refusal import Reason

STATUSES: Mapping[Reason | Rejection, int] = {
    Reason.UNAUTHORIZED: 401,
    Reason.FORBIDDEN: 403,
    Reason.PRICE_CHANGED: 222,
    Reason.NO_NUMBERS: 200,
    Reason.INSUFFICIENT_BALANCE: 200,
    Reason.ORDER_NOT_FOUND: 200,
    Reason.ORDER_EXPIRED: 200,
    Reason.REFUND_NOT_ALLOWED: 200,
    Reason.SMS_NOT_RECEIVED: 200,
    Reason.UNKNOWN_COUNTRY: 200,
    Reason.UNKNOWN_SERVICE: 200,
    Reason.UNKNOWN_CARRIER: 200,
    Reason.INVALID_COUPON: 200,
    Reason.UNSUPPORTED_CURRENCY: 200,
    Reason.TRANSACTION_NOT_FOUND: 200,
    Rejection.INVALID_REQUEST: 400,
    Rejection.UNKNOWN_PATH: 404,
    Rejection.WRONG_METHOD: 405,
    Rejection.TOO_LARGE: 413,
    Rejection.WRONG_TYPE: 415,
    Rejection.BROKEN: 500,
}


def failure_body(text: str) -> object:
    """`ok: false` with `errorMessage` (observed: a public client looks for it)."""
    return {"ok": False, "errorMessage": text}
