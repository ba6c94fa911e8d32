"""Mutants whose answers have the wrong shape: types, fields, envelopes, statuses, words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.mutant import Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants.parts import Body, Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _with(**changes: Callable[[Body], Body]) -> Callable[[Body], Body]:
    """Changes fields of an object, or of each object in a list."""

    def changed(part: Body) -> Body:
        if isinstance(part, list):
            return [changed(item) for item in part]
        return {**part, **{name: change(part[name]) for name, change in changes.items()}}

    return changed


def _without(name: str) -> Callable[[Body], Body]:
    def changed(part: Body) -> Body:
        if isinstance(part, list):
            return [changed(item) for item in part]
        return {known: value for known, value in part.items() if known != name}

    return changed


def _order_shown(probe: Probe) -> object:
    order = probe.order()
    probe.wait("6s")
    return probe.get(f"numbers/order/{order}").seen


@mutant("The id of an order is a number.", lambda probe: probe.try_order().seen)
def order_id_a_number(parts: Parts) -> None:
    parts.results(_with(orderId=int), "v3.order")


@mutant("A price is a text.", lambda probe: probe.get("numbers/lookup/12/any/ds").seen)
def price_a_text(parts: Parts) -> None:
    parts.results(_with(price=str), "v3.quote")


@mutant("An order lacks its telephone number.", _order_shown)
def phone_number_missing(parts: Parts) -> None:
    parts.results(_without("phoneNumber"), "v3.look")


def _invoices(probe: Probe) -> object:
    return probe.pay().status, probe.get("customers/payments").seen


@mutant("An invoice lacks the time until when it can be paid.", _invoices)
def invoice_without_its_end(parts: Parts) -> None:
    parts.results(_without("expires_at"), "v3.invoices")


@mutant("The balance comes in two envelopes.", lambda probe: probe.get("customers/balance").seen)
def envelope_twice(parts: Parts) -> None:
    parts.results(lambda result: {"ok": True, "body": result}, "v3.balance")


@mutant("A purchase comes in an envelope.", lambda probe: probe.purchase().seen)
def purchase_in_an_envelope(parts: Parts) -> None:
    parts.answers(lambda answer: {"error": False, "body": _without("error")(answer)}, "v2.order")


@mutant("An order is no list of one.", _order_shown)
def order_not_in_a_list(parts: Parts) -> None:
    parts.results(lambda items: items[0], "v3.look")


@mutant("A list that is empty is null.", lambda probe: probe.get("customers/favourites").seen)
def empty_list_is_null(parts: Parts) -> None:
    parts.results(lambda items: items or None, "v3.favourites")


@mutant("A number is ordered with the status 201.", lambda probe: probe.try_order().seen)
def created_instead_of_ok(parts: Parts) -> None:
    parts.replies(lambda reply, _: reply._replace(status=201), "v3.order")


@mutant("A changed price is told with the status 200.", lambda probe: probe.try_order(maximumPrice="1").seen)
def changed_price_as_200(parts: Parts) -> None:
    parts.fails("v3", {"PRICE_CHANGED": 200})


@mutant("A failure of V3 is written as one of V2.", lambda probe: probe.get("numbers/order/1").seen)
def failure_of_the_other_generation(parts: Parts) -> None:
    parts.failure_body("v3", lambda text: {"error": True, "message": text})


@mutant("A failure says that it is none.", lambda probe: probe.get("numbers/order/1").seen)
def failure_says_ok(parts: Parts) -> None:
    parts.failure_body("v3", lambda text: {"ok": True, "errorMessage": text})


@mutant("A time is written with a T.", _order_shown)
def time_with_a_letter(parts: Parts) -> None:
    parts.results(_with(expiredAtUTC=lambda text: text.replace(" ", "T")), "v3.look")


@mutant("A completed order is called something else.", _order_shown)
def unknown_status_word(parts: Parts) -> None:
    parts.results(_with(status=lambda word: "finished" if word == "completed" else word), "v3.look")


@mutant("The total of charges is a number.", lambda probe: probe.get2("getBalance").seen)
def total_charges_a_number(parts: Parts) -> None:
    parts.results(_with(totalCharges=int), "v2.balance")


@mutant("A success rate is in percent.", lambda probe: probe.get2("getServiceDetail", country="12", service="ds").seen)
def success_rate_in_percent(parts: Parts) -> None:
    parts.results(_with(successRate=lambda rate: rate * 100), "v2.quote")
