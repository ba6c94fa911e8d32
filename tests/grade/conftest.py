"""A mock for all tests of a file, and clients that are small."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from mockserver.testing import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Command = Callable[..., str]

CLIENT = """
import json, os, sys
from http.client import HTTPConnection, HTTPException
_, _, host, prefix = os.environ["SMSONLINE_BASE_URL"].split("/", 3)
for call in sys.argv[1:]:
    method, path, *fields = call.split()
    path = path.format(user=os.environ["SMSONLINE_USER_ID"])
    key = os.environ["SMSONLINE_API_KEY"]
    body = None
    if method == "GET":
        path += "?apiKey=" + key
    else:
        body = json.dumps({"apiKey": key, **dict(field.split("=") for field in fields)})
    connection = HTTPConnection(host)
    try:
        connection.request(method, "/" + prefix + path, body, {"content-type": "application/json"})
        answer = connection.getresponse()
        print(answer.status, answer.read().decode())
    except (HTTPException, OSError) as error:
        print(type(error).__name__)
"""
BALANCE = "GET /customers/{user}/balance"
ORDER = "PUT /numbers/{user}/order country=12 service=ds carrier=any maximumPrice=16 m= n="


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A mock in this process."""
    with Server.here() as server:
        yield server


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Writes the command of a client that makes these calls; `then` is what the shell does afterwards."""
    script: Path = tmp_path_factory.mktemp("client") / "client.py"
    script.write_text(CLIENT)

    def client(*calls: str, then: str = "") -> str:
        made = shlex.join([sys.executable, "-ISE", str(script), *calls])
        return f"{made}; {then}" if then else made

    return client
