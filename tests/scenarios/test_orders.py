"""What happens to an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Play = Callable[..., Mock]


def sms(*rules: str) -> str:
    """The section `orders` with one rule of these SMS."""
    return "orders:\n  - sms:\n" + "".join(f"      - {rule}\n" for rule in rules)


def ordered(mock: Mock, **order: Any) -> str:
    """The id of an order that succeeds."""
    answer = mock.v3.order(**order).json()
    assert answer["ok"], answer
    return str(answer["body"]["orderId"])


def texts(mock: Mock, order: str) -> list[str]:
    return [message["text"] for message in mock.v3.item(order)["messages"]]


# --- when SMS come


@pytest.mark.parametrize(("passed", "status"), [("7s999ms", "waiting"), ("8s", "completed"), ("1m", "completed")])
def test_an_sms_comes_after_its_time(play: Play, passed: str, status: str) -> None:
    mock = play(sms("{after: 8s}"))
    order = ordered(mock)
    mock.advance(passed)
    assert mock.v3.item(order)["status"] == status


def test_an_sms_after_no_time_is_there_at_once(play: Play) -> None:
    mock = play(sms("{after: 0s}"))
    assert mock.v3.item(ordered(mock))["status"] == "completed"


def look_at_order(mock: Mock, order: str) -> str:
    return str(mock.v3.item(order)["status"])


def look_at_inventory(mock: Mock, order: str) -> str:
    return str(mock.v3.get("/numbers/{user}/inventory/0").json()["body"][0]["status"])


def look_at_status(mock: Mock, order: str) -> str:
    return str(mock.v2.get("/getPhoneStatus", orderId=order).json()["body"]["status"])


def look_at_all(mock: Mock, order: str) -> str:
    return str(mock.v2.get("/getBulkPhoneStatus").json()["body"][0]["status"])


@pytest.mark.parametrize("look", [look_at_order, look_at_inventory, look_at_status, look_at_all])
def test_an_sms_comes_at_its_poll(play: Play, look: Callable[[Mock, str], str]) -> None:
    mock = play(sms("{polls: 3}"))
    order = ordered(mock)
    assert [look(mock, order) for _ in range(4)] == ["waiting", "waiting", "completed", "completed"]


def test_looking_at_one_order_does_not_count_for_another(play: Play) -> None:
    mock = play(sms("{polls: 2}"))
    first, second = ordered(mock), ordered(mock)
    mock.v3.item(first)
    assert mock.v3.item(second)["status"] == "waiting"


def test_a_call_that_shows_no_order_is_no_poll(play: Play) -> None:
    mock = play(sms("{polls: 1}"))
    order = ordered(mock)
    mock.v3.balance()
    assert mock.world.order(order).messages == ()


def test_polls_and_times_go_together(play: Play) -> None:
    mock = play(sms("{polls: 2, text: second}", "{after: 5s, text: first}"))
    order = ordered(mock)
    mock.advance("5s")
    assert [texts(mock, order), texts(mock, order)] == [["first"], ["first", "second"]]


def test_several_sms_come_each_at_its_time(play: Play) -> None:
    mock = play(sms("{after: 5s, text: one}", "{after: 15s, text: three}", "{after: 10s, text: two}"))
    order = ordered(mock)
    mock.advance("10s")
    early = texts(mock, order)
    mock.advance("10s")
    assert (early, texts(mock, order)) == (["one", "two"], ["one", "two", "three"])


def test_an_sms_after_the_end_is_lost(play: Play) -> None:
    mock = play(sms("{after: 20m1s}"))
    order = ordered(mock)
    mock.advance("30m")
    item = mock.v3.item(order)
    assert (item["status"], item["messages"]) == ("expired", [])


def test_an_sms_after_a_return_is_lost(play: Play) -> None:
    mock = play(sms("{after: 5s}"))
    order = ordered(mock)
    mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/refund")
    mock.advance("10s")
    assert mock.v3.item(order)["messages"] == []


def test_a_poll_after_a_return_brings_no_sms(play: Play) -> None:
    mock = play(sms("{polls: 1}"))
    order = ordered(mock)
    mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/refund")
    assert mock.v3.item(order)["messages"] == []


def test_a_duplicate_is_the_same_sms(play: Play) -> None:
    mock = play(sms("{after: 5s, times: 3}"))
    order = ordered(mock)
    mock.advance("5s")
    assert (len(texts(mock, order)), len(set(texts(mock, order)))) == (3, 1)


def test_a_dead_number_gets_nothing_and_can_be_returned(play: Play) -> None:
    mock = play("orders:\n  - sms: []\n")
    order = ordered(mock)
    mock.advance("3m")
    assert mock.v3.item(order)["status"] == "waiting"
    assert mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/refund").json()["ok"]


# --- what SMS say


def received(mock: Mock, **order: Any) -> dict[str, Any]:
    """The only message of a new order, five seconds later."""
    bought = ordered(mock, **order)
    mock.advance("5s")
    (message,) = mock.v3.item(bought)["messages"]
    return dict(message)


def test_a_text_without_a_code_has_none(play: Play) -> None:
    message = received(play(sms('{after: 5s, text: "Welcome to {service}!"}')))
    assert (message["text"], message["code"]) == ("Welcome to Discord!", None)


def test_a_text_with_two_codes_names_the_one_that_counts(play: Play) -> None:
    message = received(play(sms('{after: 5s, text: "{other} is old, {code} is new"}')))
    other, code = message["text"].split(" is old, ")
    assert code == f"{message['code']} is new"
    assert other != message["code"]


def test_a_code_can_be_given(play: Play) -> None:
    message = received(play(sms('{after: 5s, code: "424242"}')))
    assert (message["code"], "424242" in message["text"]) == ("424242", True)


@pytest.mark.parametrize(
    ("language", "beginning"), [("de", "Dein Discord"), ("fr", "Ton code"), ("ru", "Ваш"), ("xx", "Your Discord")]
)
def test_an_sms_comes_in_another_language(play: Play, language: str, beginning: str) -> None:
    assert received(play(sms(f"{{after: 5s, language: {language}}}")))["text"].startswith(beginning)


def test_an_sms_comes_in_the_language_of_its_country(play: Play) -> None:
    assert received(play(sms("{after: 5s}")), country="78")["text"].startswith("Ton code")


# --- another SMS


def ask_again(mock: Mock, order: str) -> None:
    assert mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/requestAnother").json()["ok"]


def test_another_sms_comes_by_the_same_rule(play: Play) -> None:
    mock = play(
        "orders:\n"
        "  - {when: {nth: 1}, sms: [{after: 5s, text: from the first}]}\n"
        "  - {sms: [{after: 5s, text: from the second}]}\n"
    )
    first = ordered(mock)
    mock.advance("5s")
    ask_again(mock, first)
    mock.advance("5s")
    assert texts(mock, first) == ["from the first", "from the first"]


def test_another_sms_has_another_code(play: Play) -> None:
    mock = play(sms("{after: 5s}"))
    order = ordered(mock)
    mock.advance("5s")
    ask_again(mock, order)
    mock.advance("5s")
    first, second = (message["code"] for message in mock.v3.item(order)["messages"])
    assert first != second


def test_another_sms_waits_for_its_polls_again(play: Play) -> None:
    mock = play(sms("{polls: 2}"))
    order = ordered(mock)
    mock.v3.item(order)
    mock.v3.item(order)
    ask_again(mock, order)
    assert [len(texts(mock, order)) for _ in range(3)] == [1, 2, 2]


# --- no numbers


def failure(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("errorMessage")


def test_there_are_no_numbers_for_the_first_tries(play: Play) -> None:
    mock = play("orders:\n  - outOfStock: {tries: 2}\n")
    answers = [failure(mock.v3.order()) for _ in range(3)]
    assert answers == [(200, "NO_NUMBERS"), (200, "NO_NUMBERS"), (200, None)]


def test_there_are_no_numbers_for_the_first_tries_in_v2(play: Play) -> None:
    mock = play("orders:\n  - outOfStock: {tries: 1}\n")
    assert [mock.v2.purchase().json().get("message") for _ in range(2)] == ["NO_NUMBERS", None]


def test_only_tries_under_the_rule_count(play: Play) -> None:
    mock = play("orders:\n  - {when: {service: ds}, outOfStock: {tries: 1}}\n")
    ordered(mock, service="go")
    assert failure(mock.v3.order())[1] == "NO_NUMBERS"


@pytest.mark.parametrize(("passed", "message"), [("59s", "NO_NUMBERS"), ("1m", None)])
def test_there_are_no_numbers_for_a_while(play: Play, passed: str, message: str | None) -> None:
    mock = play("orders:\n  - outOfStock: {for: 1m}\n")
    mock.advance(passed)
    assert failure(mock.v3.order())[1] == message


def test_an_order_without_a_number_costs_nothing(play: Play) -> None:
    mock = play("orders:\n  - outOfStock: {tries: 1}\n")
    mock.v3.order()
    assert mock.v3.balance() == 100000


# --- the price moves


def quoted(mock: Mock) -> dict[str, str]:
    """A quote as an order takes it."""
    offer = mock.v3.get("/numbers/{user}/lookup/12/any/ds").json()["body"]
    return {"maximumPrice": str(offer["price"]), "m": offer["m"], "n": offer["n"]}


@pytest.mark.parametrize(("reprice", "price"), [("{to: 20}", 20), ("{by: 25}", 20), ("{by: -25}", 12), ("{to: 0}", 0)])
def test_the_price_changes_between_quote_and_order(play: Play, reprice: str, price: int) -> None:
    mock = play(f"orders:\n  - reprice: {reprice}\n")
    stale = mock.v3.order(**quoted(mock))
    assert failure(stale) == (222, "Additional user action required")
    assert mock.v3.order(**quoted(mock)).json()["body"]["purchasePrice"] == price


def test_the_price_changes_in_v2(play: Play) -> None:
    mock = play("orders:\n  - reprice: {to: 20}\n")
    offer = mock.v2.get("/getServiceDetail", country="12", service="ds").json()["body"]
    answer = mock.v2.purchase(maximumPrice="0.16", m=offer["m"], n=offer["n"]).json()
    assert answer["message"] == "Additional user action required"


def test_the_price_changes_on_several_tries(play: Play) -> None:
    mock = play("orders:\n  - reprice: {by: 50, tries: 2}\n")
    assert [mock.v3.order(**quoted(mock)).status_code for _ in range(3)] == [222, 222, 200]


def test_an_order_without_a_quote_pays_the_new_price(play: Play) -> None:
    mock = play("orders:\n  - reprice: {to: 20}\n")
    assert mock.v3.order(maximumPrice="1000").json()["body"]["purchasePrice"] == 20


def test_an_order_is_not_placed_above_its_maximum(play: Play) -> None:
    mock = play("orders:\n  - reprice: {to: 20}\n")
    assert mock.v3.order(maximumPrice="16").status_code == 222


# --- the end


@pytest.mark.parametrize(("passed", "status"), [("1m59s", "waiting"), ("2m", "expired")])
def test_an_order_ends_early(play: Play, passed: str, status: str) -> None:
    mock = play("orders:\n  - lifetime: 2m\n")
    order = ordered(mock)
    mock.advance(passed)
    assert mock.v3.item(order)["status"] == status


def test_an_order_ends_at_a_given_time(play: Play) -> None:
    mock = play('orders:\n  - expiresAt: "2025-06-15 15:10:00"\n')
    assert mock.v3.order().json()["body"]["expiredAtUTC"] == "2025-06-15 15:10:00"


def test_an_order_gets_the_id_and_number_that_are_given(play: Play) -> None:
    mock = play("orders:\n  - {orderId: '42', phoneNumber: '447700900123'}\n")
    order = mock.v3.order().json()["body"]
    assert (order["orderId"], order["phoneNumber"]) == ("42", "447700900123")
