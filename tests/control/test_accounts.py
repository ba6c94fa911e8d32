"""Scenarios of several accounts: their rules mean the same ones when a world gives them other names and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.conftest import V3
from tests.control.conftest import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.control.conftest import Json, Steered

ANN = {"userId": "ann", "key": "ann-key", "balance": 1000}
BOB = {"userId": "bob", "key": "bob-key", "balance": 1000}
RULES = scenario_of(
    [ANN, BOB],
    orders=[
        {"when": {"account": "ann"}, "sms": [{"after": "0s", "code": "111111"}]},
        {"when": {"account": "bob"}, "sms": [{"after": "0s", "code": "222222"}]},
    ],
    payments=[
        {"when": {"account": "ann"}, "ends": {"after": "0s", "as": "paid"}},
        {"when": {"account": "bob"}, "ends": {"after": "0s", "as": "cancel"}},
    ],
    faults=[
        {"name": "of ann", "when": {"account": "ann", "operation": "v3.getPopular"}, "then": {"status": 502}},
        {"name": "of bob", "when": {"account": "bob", "operation": "v3.getPopular"}, "then": {"status": 503}},
    ],
)
"""Every section whose rules may name an account does so, for both."""

SHARED = scenario_of([{**ANN, "key": "one-key"}, {**BOB, "key": "one-key", "balance": 500}])


class Both:
    """The two accounts of a world, whatever they are called there."""

    def __init__(self, steered: Steered, world: str, accounts: list[Json]) -> None:
        self.world = world
        self.accounts = [(account["userId"], account["apiKeys"][0]) for account in accounts]
        self.v3 = [V3(steered.service, user, key) for user, key in self.accounts]
        self._steered = steered

    def codes(self) -> list[str]:
        """The code that each one gets with an order."""
        orders = [v3.order().json()["body"]["orderId"] for v3 in self.v3]
        return [v3.item(order)["code"] for v3, order in zip(self.v3, orders, strict=True)]

    def payments(self) -> list[str]:
        """How a payment of each one ends."""
        for v3 in self.v3:
            v3.send("PUT", "/customers/{user}/cryptomus/direct/USDT/BSC/500")
            v3.balance()
        found = self._steered("GET", f"/worlds/{self.world}/payments").json()["payments"]
        status = {payment["account"]: payment["status"] for payment in found}
        return [status[user] for user, _ in self.accounts]

    def failures(self) -> list[int]:
        """With which status a fault answers each one."""
        return [v3.get("/numbers/{user}/popular").status_code for v3 in self.v3]


@pytest.fixture(params=["opened", "named", "played", "forked", "restored", "reset"])
def both(request: pytest.FixtureRequest, steered: Steered) -> Both:
    """Ann and Bob in a world that came to be in one of all ways."""
    if request.param == "played":
        world = steered.create()
        answer = world("PUT", "/scenario", json={"scenario": RULES}).json()
        return Both(steered, world.id, answer["accounts"])
    names = {"userId": "bobby", "apiKey": "bobs-key"} if request.param == "named" else {}
    world = steered.create(scenario=RULES, **names)
    match request.param:
        case "forked":
            answer = world("POST", "/fork").json()
        case "restored":
            answer = steered("POST", "/worlds", json={"snapshot": world.snapshot()}).json()
        case _:
            world("POST", "/reset")
            return Both(steered, world.id, world.accounts)
    return Both(steered, answer["world"]["id"], answer["accounts"])


def test_rules_of_orders_mean_the_same_accounts(both: Both) -> None:
    assert both.codes() == ["111111", "222222"]


def test_rules_of_payments_mean_the_same_accounts(both: Both) -> None:
    assert both.payments() == ["paid", "cancel"]


def test_faults_mean_the_same_accounts(both: Both) -> None:
    assert both.failures() == [502, 503]


def test_a_fault_that_is_added_names_the_account_as_the_world_does(steered: Steered) -> None:
    world = steered.create(scenario=scenario_of([ANN, BOB]), userId="carol")
    named = {
        user: world("POST", "/faults", json={"when": {"account": user}, "then": {"status": 503}}).status_code
        for user in ("carol", "bob", "ann")
    }
    assert named == {"carol": 201, "bob": 201, "ann": 422}


def test_a_name_that_another_account_has_is_refused(steered: Steered) -> None:
    assert steered("POST", "/worlds", json={"scenario": RULES, "userId": "bob"}).status_code == 409


@pytest.mark.parametrize("given", [{}, {"apiKey": "our-key"}], ids=["fresh", "given"])
def test_a_shared_key_is_shared_in_a_new_world(steered: Steered, given: Json) -> None:
    opened = steered.create(scenario=SHARED, **given)
    assert len({key for account in opened.accounts for key in account["apiKeys"]}) == 1


@pytest.mark.parametrize("copied", ["fork", "snapshot"])
def test_a_shared_key_of_a_copy_serves_both(steer: Callable[..., Steered], copied: str) -> None:
    steered = steer(yaml.safe_dump(SHARED))
    snapshot = steered("GET", "/worlds/default/snapshot").json()
    if copied == "fork":
        answer = steered("POST", "/worlds/default/fork").json()
    else:
        answer = steered("POST", "/worlds", json={"snapshot": snapshot}).json()
    both = Both(steered, answer["world"]["id"], answer["accounts"])
    assert ([v3.balance() for v3 in both.v3], len({key for _, key in both.accounts})) == ([1000, 500], 1)


def test_who_shares_a_key_has_an_account_of_their_own(steer: Callable[..., Steered]) -> None:
    steered = steer(yaml.safe_dump(SHARED))
    ann, bob = (V3(steered.service, user, "one-key") for user in ("ann", "bob"))
    ann.order()
    assert (ann.balance() < 1000, bob.balance()) == (True, 500)


def test_a_shared_key_is_hidden_for_both(steer: Callable[..., Steered]) -> None:
    steered = steer(yaml.safe_dump(SHARED))
    for user in ("ann", "bob"):
        V3(steered.service, user, "one-key").balance()
    shown = steered("GET", "/worlds/default/journal").text
    assert ("ann" in shown, "bob" in shown, "one-key" in shown) == (True, True, False)


def test_a_balance_is_set_and_adds_up(steered: Steered) -> None:
    world = steered.create(scenario="no-sms", userId="ann")
    answer = steered("PATCH", f"/worlds/{world.id}/accounts/ann", json={"balance": 15})
    ledger = steered("GET", f"/worlds/{world.id}/ledger").json()
    assert (answer.json(), ledger["balances"]["ann"], ledger["brokenRules"]) == (
        {"userId": "ann", "balance": 15},
        15,
        [],
    )


def test_an_unknown_account_is_told_with_the_nearest(steered: Steered) -> None:
    answer = steered("PATCH", "/worlds/default/accounts/dmo", json={"balance": 15})
    assert (answer.status_code, "did you mean demo?" in answer.json()["error"]) == (404, True)
