"""Flows of V3 about what is refused."""

from functools import partial

from tests.standin.registry import Customer, flow, refused
from tests.standin.world import World


@flow()
def unknown_order_is_not_found(world: World, me: Customer) -> None:
    for call in (
        lambda: me.v3.get("999999999"),
        lambda: me.v3.change("999999999", "refund"),
        lambda: me.v3.change("999999999", "requestAnother"),
    ):
        error = refused(call)
        assert (error.status, error.code) == (404, "E_ORDER")


@flow()
def foreign_order_is_not_found(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    other = me.v3.login(*world.second_account())
    for call in (lambda: other.get(receipt.id), lambda: other.change(receipt.id, "refund")):
        error = refused(call)
        assert (error.status, error.code) == (404, "E_ORDER")
    assert me.v3.get(receipt.id).state == "pending"


@flow()
def wrong_key_is_answered_with_a_page(world: World, me: Customer) -> None:
    stranger = me.v3.login(world.user, "not-a-key")
    quote = me.v3.quote("12", "ds")
    for call in (stranger.balance, lambda: stranger.order(quote), lambda: stranger.toggle_favourite("12", "ds")):
        error = refused(call)
        assert error.status == 401
        assert error.response.headers["content-type"].startswith("text/html")
        assert "<html" in error.response.text
    assert me.v3.balance().cents == 10_000


@flow()
def foreign_key_is_forbidden(world: World, me: Customer) -> None:
    _, key = world.second_account()
    intruder = me.v3.login(world.user, key)
    for call in (intruder.balance, intruder.statistics, lambda: intruder.inventory(5)):
        error = refused(call)
        assert (error.status, error.code) == (403, "E_FOREIGN")


@flow()
def incomplete_order_is_not_understood(world: World, me: Customer) -> None:
    path = f"/numbers/{world.user}/order"
    whole = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "0.16", "m": "", "n": ""}
    for name in whole:
        part = {field: value for field, value in whole.items() if field != name}
        error = refused(partial(me.v3.call, "PUT", path, **part))
        assert (error.status, error.code) == (422, "E_REQUEST")
    error = refused(lambda: me.v3.call("PUT", path, **whole, failover="perhaps"))
    assert (error.status, error.code) == (422, "E_REQUEST")
    assert me.v3.balance().cents == 10_000


@flow()
def unknown_change_is_not_understood(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    error = refused(lambda: me.v3.change(receipt.id, "explode"))
    assert (error.status, error.code) == (422, "E_REQUEST")
    assert me.v3.get(receipt.id).state == "pending"


@flow()
def incomplete_question_is_not_understood(world: World, me: Customer) -> None:
    error = refused(lambda: me.v3.call("GET", f"/numbers/{world.user}/quote", country="12", carrier="any"))
    assert (error.status, error.code) == (422, "E_REQUEST")
    error = refused(lambda: me.v3.call("PUT", f"/customers/{world.user}/cryptomus/invoice/much"))
    assert (error.status, error.code) == (422, "E_REQUEST")


@flow()
def unknown_path_is_answered_in_plain_text(world: World, me: Customer) -> None:
    for api in (me.v3, me.v2):
        response = api.send("GET", "/no/such/path")
        assert response.status_code == 404
        assert response.headers["content-type"].startswith("text/plain")


@flow()
def wrong_method_is_not_allowed(world: World, me: Customer) -> None:
    response = me.v3.send("DELETE", f"/customers/{world.user}/starred")
    assert response.status_code == 405
    assert {"GET", "POST"} <= {method.strip() for method in response.headers["allow"].split(",")}
