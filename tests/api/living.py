"""A program that lives through an order over one document of the service, and prints what it was told, as JSON.

It runs with whatever `contracts` and `mockserver` are first on the path, and knows the names of the vocabulary only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

import mockserver
from mockserver.contract import ABSENT
from mockserver.serving.setup import set_up

SCENARIO = """
description: One account; an SMS comes after five seconds.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts: [{userId: demo, key: demo-key, balance: 1000}]
orders: [{sms: [{after: 5s, text: "Your code is {code}", code: "424242"}]}]
"""


def live(name: str, folder: Path) -> dict[str, Any]:
    """Order, wait, ask for another SMS, and return a second order."""
    (folder / "scenario.yaml").write_text(SCENARIO)
    mock = set_up(str(folder / "scenario.yaml"))
    document = mock.service.documents[name]
    client = TestClient(mock.app, base_url="http://localhost")

    def ask(purpose: str, **values: Any) -> Any:
        operation = document.by_purpose[purpose]
        path, query, body, _ = operation.arguments(purpose, values, "demo", "demo-key")
        url = document.prefix + operation.path.format(**path)
        answer = client.request(operation.method, url, params=query, json=None if body is ABSENT else body)
        broken = operation.check_answer(answer.status_code, answer.json())
        assert not broken, broken
        reading = operation.read_answer(answer.status_code, answer.json())
        return reading.facts if reading.refused is None else reading.refused.reason

    def grants(purpose: str, **values: Any) -> bool:
        return isinstance(ask(purpose, **values), dict)

    offer = ask("quote", country="12", service="ds", carrier="any")["offer"]
    proof = {part: offer[part] for part in ("m", "n")}
    bought = ask("order", country="12", service="ds", carrier="any", maximum=offer["price"], **proof)["order"]
    told = {"price": bought["price"], "lasts": bought["expires_at"] - mock.world.clock.now()}
    told["new"] = ask("look", order=bought["id"])["order"]["state"]
    mock.world.clock.advance(5000)
    received = ask("look", order=bought["id"])["order"]
    told |= {"received": received["state"], "code": received["latest"]["code"]}
    told["refund"] = ask("refund", order=bought["id"])
    told["another"] = grants("another", order=bought["id"])
    second = ask("order", country="12", service="ds", carrier="any", maximum=100, m="", n="")["order"]
    told["returned"] = grants("refund", order=second["id"])
    told["too dear"] = ask("order", country="12", service="ds", carrier="any", maximum=1, m="", n="")
    told["balance"] = ask("balance")["account"]["balance"]
    told["paid in"] = ask("wallet", currency="USDT", network="BSC", amount=500)["payment"]["amount"]
    return told


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    assert Path(mockserver.__file__).is_relative_to(folder), mockserver.__file__
    print(json.dumps(live(sys.argv[1], folder)))  # noqa: T201 - what it is run for
