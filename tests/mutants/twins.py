"""Mutants whose two generations of the API contradict each other about the same facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.domain.refusal import Reason, Refusal
from tests.mutants.mutant import Family

if TYPE_CHECKING:
    from mockserver.api.api import OperationCall, Result
    from tests.mutants.parts import Act, Body, Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _balances(probe: Probe) -> object:
    return probe.get2("getBalance").seen, probe.order(), probe.get2("getBalance").seen


@mutant("V2 goes on showing the first balance that it has shown.", _balances)
def v2_balance_stale(parts: Parts) -> None:
    seen: dict[str, int] = {}

    def stale(result: Body) -> Body:
        return {**result, "balance": seen.setdefault(result["userId"], result["balance"])}

    parts.results(stale, "v2.balance")


def _status(probe: Probe) -> object:
    order = probe.order()
    probe.wait("6s")
    return probe.get2("getPhoneStatus", orderId=order).seen


@mutant("V2 calls an order with its SMS still waiting.", _status)
def v2_status_differs(parts: Parts) -> None:
    def late(item: Body) -> Body:
        return {**item, "status": "waiting"} if item["status"] == "completed" else item

    parts.results(late, "v2.look")
    parts.results(lambda items: [late(item) for item in items], "v2.orders")


@mutant("V2 writes what an order cost in cents.", _status)
def v2_price_in_cents(parts: Parts) -> None:
    def cents(item: Body) -> Body:
        return {**item, "purchasePrice": round(item["purchasePrice"] * 100)}

    parts.results(cents, "v2.look")
    parts.results(lambda items: [cents(item) for item in items], "v2.orders")


@mutant("V2 quotes a cent more than V3.", lambda probe: probe.get2("getServiceDetail", country="12", service="ds").seen)
def v2_quote_differs(parts: Parts) -> None:
    parts.results(lambda detail: {**detail, "price": round(detail["price"] + 0.01, 2)}, "v2.quote")


@mutant("V2 tells the time two hours ahead.", _status)
def v2_in_another_time_zone(parts: Parts) -> None:
    def ahead(item: Body) -> Body:
        day, _, time = item["expiredAtUTC"].partition(" ")
        return {**item, "expiredAtUTC": f"{day} {(int(time[:2]) + 2) % 24:02}{time[2:]}"}

    parts.results(ahead, "v2.look")
    parts.results(lambda items: [ahead(item) for item in items], "v2.orders")


@mutant("V2 does not know the orders of V3.", _status)
def v2_does_not_know_v3_orders(parts: Parts) -> None:
    bought: set[str] = set()

    def remembering(answer: Body) -> Body:
        bought.add(answer["orderId"])
        return answer

    def forgetting(act: Act) -> Act:
        def handle(call: OperationCall) -> Result:
            if call.arguments["order"] not in bought:
                raise Refusal(Reason.ORDER_NOT_FOUND)
            return act(call)

        return handle

    parts.answers(remembering, "v2.order")
    parts.around(forgetting, "v2.look")
