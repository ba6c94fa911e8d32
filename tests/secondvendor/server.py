"""The second stand-in as one server: V3 under `/v3`, V2 under `/cs`, and what a test does under `/backstage`.

Run it with `python -m tests.secondvendor.server --port 0`; it prints its URL.
"""

import argparse
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from tests.secondvendor import v2, v3
from tests.secondvendor.refusal import No
from tests.secondvendor.shop import SECOND, Account, Shop
from tests.secondvendor.wire import Desk, lost

Act = Callable[[Shop, dict[str, Any]], Account | None]

ACTS: dict[str, Act] = {
    "restore": lambda shop, _: shop.restore(),
    "open": lambda shop, given: shop.open_account(given["balance"], given["charges"]),
    "advance": lambda shop, given: shop.advance(given["seconds"] * SECOND),
    "deliver": lambda shop, given: shop.deliver(given["number"], given["text"], given["code"]),
    "settle": lambda shop, given: shop.settle(given["token"], given["state"]),
    "market": lambda shop, given: shop.set_market(
        given["country"], given["service"], given.get("price"), given.get("left")
    ),
    "coupon": lambda shop, given: shop.give_coupon(given["account"], given["code"], given["percent"], given["by"]),
    "throttle": lambda shop, given: setattr(shop.accounts[given["account"]], "throttled", True),
}
"""What a test can do, each as `POST /backstage/<name>` with a JSON object."""


def create_app() -> Starlette:
    """Make the application with a shop of its own."""
    desk = Desk(Shop())

    async def act(request: Request) -> Response:
        try:
            done = ACTS[request.path_params["name"]](desk.shop, await request.json())
        except (KeyError, No) as error:
            return JSONResponse({"refused": repr(error)}, 400)
        return JSONResponse({"user": done.name, "key": done.key} if done else {})

    async def reset(_: Request) -> Response:
        desk.shop = Shop()
        return JSONResponse({})

    return Starlette(
        routes=[
            Mount("/v3", v3.VERSION.router(v3.OPERATIONS, desk)),
            Mount("/cs", v2.VERSION.router(v2.OPERATIONS, desk)),
            Route("/backstage/reset", reset, methods=["POST"]),
            Route("/backstage/{name}", act, methods=["POST"]),
        ],
        exception_handlers={HTTPException: lost},
    )


def listen(port: int) -> tuple[socket.socket, str]:
    """Open a loopback socket; return it with its URL."""
    listener = socket.create_server(("127.0.0.1", port))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def create_server() -> uvicorn.Server:
    """Make a server, for a socket that the caller opens."""
    return uvicorn.Server(uvicorn.Config(create_app(), log_level="warning", lifespan="off", ws="none"))


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A second stand-in for the vendor's API.")
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    listener, url = listen(parser.parse_args().port)
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    create_server().run(sockets=[listener])


if __name__ == "__main__":
    main()
