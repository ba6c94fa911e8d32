"""How V2 says no. Reasons and provenance: the table of failures in the contract document's answers."""

from collections.abc import Mapping

from mockserver.dialects.dialect import Rejection
from mockserver.domain.refusal import Reason

STATUSES: Mapping[Reason | Rejection, int] = {
    **dict.fromkeys(Reason, 200),
    Reason.UNAUTHORIZED: 401,
    Reason.FORBIDDEN: 403,
    Rejection.INVALID_REQUEST: 400,
    Rejection.UNKNOWN_PATH: 404,
    Rejection.WRONG_METHOD: 405,
    Rejection.TOO_LARGE: 413,
    Rejection.WRONG_TYPE: 415,
    Rejection.BROKEN: 500,
}


def failure_body(text: str) -> object:
    """`error: true` with `message` (assumed)."""
    return {"error": True, "message": text}
