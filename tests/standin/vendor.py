"""The stand-in as one server: V3 under `/v3`, V2 under `/cs`, and the handles of a test under `/_test`.

Run it with `python -m tests.standin.vendor --port 0`; it prints its URL.
"""

import argparse
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router

from tests.standin import vendor_v2, vendor_v3
from tests.standin.records import Account, PaymentState, RefusedError
from tests.standin.web import Holder, routes

Handle = Callable[[Holder, Mapping[str, Any]], None]
SETTLED = {"paid": PaymentState.PAID, "cancel": PaymentState.CANCELLED}


def _reset(holder: Holder, _: Mapping[str, Any]) -> None:
    holder.reset()


def _add_account(holder: Holder, given: Mapping[str, Any]) -> None:
    account = Account(given["userId"], given["key"], given["balance"], given["charges"])
    holder.model.accounts[account.user] = account


HANDLES: dict[str, Handle] = {
    "reset": _reset,
    "account": _add_account,
    "advance": lambda holder, given: holder.model.advance(given["seconds"]),
    "sms": lambda holder, given: holder.model.deliver(given["orderId"], given["text"], given["code"]),
    "settle": lambda holder, given: holder.model.settle(given["paymentId"], SETTLED[given["status"]]),
    "offer": lambda holder, given: holder.model.set_offer(
        given["country"], given["service"], given.get("price"), given.get("stock")
    ),
    "coupon": lambda holder, given: holder.model.add_coupon(
        given["userId"], given["code"], given["percentage"], given["target"]
    ),
}
"""What a test can do, each as `POST /_test/<name>` with a JSON object."""


def _handle_route(name: str, handle: Handle, holder: Holder) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            handle(holder, await request.json())
        except (KeyError, RefusedError) as error:
            return JSONResponse({"done": False, "why": str(error)}, status_code=400)
        return JSONResponse({"done": True})

    typed: Callable[[Request], Awaitable[Response]] = endpoint
    return Route(f"/_test/{name}", typed, methods=["POST"])


def create_app() -> Starlette:
    """Make the application, with an empty model of its own."""
    holder = Holder()
    v3, v2 = (routes(version.DIALECT, version.OPERATIONS, holder) for version in (vendor_v3, vendor_v2))
    return Starlette(
        routes=[
            Mount("/v3", Router(v3, redirect_slashes=False)),
            Mount("/cs", Router(v2, redirect_slashes=False)),
            *(_handle_route(name, handle, holder) for name, handle in HANDLES.items()),
        ]
    )


def create_server() -> uvicorn.Server:
    """Make a server of a new application; it runs on a socket that the caller opens."""
    return uvicorn.Server(uvicorn.Config(create_app(), log_level="warning", lifespan="off", ws="none"))


def listen(port: int) -> socket.socket:
    """Open a loopback socket; requests queue in it until a server takes it over."""
    return socket.create_server(("127.0.0.1", port))


def url_of(listener: socket.socket) -> str:
    """Tell the URL of a loopback socket."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A stand-in for the vendor's API.")
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    listener = listen(parser.parse_args().port)
    sys.stdout.write(f"{url_of(listener)}\n")
    sys.stdout.flush()
    create_server().run(sockets=[listener])


if __name__ == "__main__":
    main()
