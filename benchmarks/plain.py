"""The baseline of the benchmarks: a plain Starlette route that returns the same order from a dictionary."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ORDER = {
    "ok": True,
    "body": [
        {
            "sShort": "ds",
            "cShort": "12",
            "orderId": "30394033",
            "country": "United States",
            "service": "Discord",
            "carrier": "any",
            "phoneNumber": "14155550102",
            "purchasePrice": 16,
            "status": "waiting",
            "expiredAtUTC": "2025-06-15 15:26:40",
            "orderedAtUTC": "2025-06-15 15:06:40",
            "sms": None,
            "code": None,
            "messages": [],
        }
    ],
}


async def order(_: Request) -> JSONResponse:
    """Return the canned order."""
    return JSONResponse(ORDER)


if __name__ == "__main__":
    app = Starlette(routes=[Route("/v3/numbers/{userId}/order/{orderId}", order)])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
