"""Flows of V3 about ordering numbers and what becomes of them."""

from tests.standin.registry import Customer, flow, refused
from tests.standin.world import World

MINUTE = 60
LIFE = 15 * MINUTE
EXTENSION = 5 * MINUTE

# An order waits, receives, ends.


@flow()
def order_waits(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    assert receipt.price == 16
    assert receipt.id.isdigit()
    assert receipt.phone.isdigit()
    order = me.v3.get(receipt.id)
    assert (order.country, order.service, order.carrier) == ("12", "ds", "any")
    assert (order.phone, order.price, order.state, order.messages) == (receipt.phone, 16, "pending", [])
    assert me.v3.balance().cents == 10_000 - 16


@flow()
def order_shows_the_documented_names(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    (item,) = me.v3.call("GET", f"/numbers/{world.user}/order/{receipt.id}")
    assert (item["country"], item["service"]) == ("United States", "Discord")


@flow()
def order_lives_fifteen_minutes(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    order = me.v3.get(receipt.id)
    assert order.ends == receipt.ends
    assert order.ends - order.bought == LIFE
    world.advance(LIFE - MINUTE)
    assert me.v3.get(receipt.id).state == "pending"
    world.advance(MINUTE + 1)
    assert me.v3.get(receipt.id).state == "timeout"


@flow()
def code_is_read(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "wa"))
    world.advance(MINUTE)
    world.deliver_sms(receipt.id, "Your WhatsApp code is 123-456", "123-456")
    order = me.v3.get(receipt.id)
    assert order.state == "complete"
    (sms,) = order.messages
    assert (sms.text, sms.code) == ("Your WhatsApp code is 123-456", "123-456")
    assert MINUTE <= sms.at - order.bought < 2 * MINUTE


@flow()
def two_sms_on_one_order(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.deliver_sms(receipt.id, "Discord: 1111", "1111")
    assert me.v3.get(receipt.id).codes == ["1111"]
    me.v3.change(receipt.id, "requestAnother")
    assert me.v3.get(receipt.id).state == "pending"
    assert me.v3.get(receipt.id).codes == ["1111"]
    world.deliver_sms(receipt.id, "Discord: 2222", "2222")
    order = me.v3.get(receipt.id)
    assert (order.state, order.codes) == ("complete", ["1111", "2222"])


@flow()
def another_sms_is_charged_and_adds_five_minutes(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("16", "tg"))
    world.deliver_sms(receipt.id, "Telegram code 77777", "77777")
    world.advance(2 * MINUTE)
    assert me.v3.change(receipt.id, "requestAnother") == "another-sms-awaited"
    assert me.v3.get(receipt.id).ends == receipt.ends + EXTENSION
    assert me.v3.balance().cents == 10_000 - 2 * 55


@flow()
def another_sms_keeps_the_number_longer(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.deliver_sms(receipt.id, "Discord: 1111", "1111")
    me.v3.change(receipt.id, "requestAnother")
    world.advance(LIFE + 4 * MINUTE)
    assert me.v3.get(receipt.id).state == "pending"
    world.deliver_sms(receipt.id, "Discord: 2222", "2222")
    assert me.v3.get(receipt.id).codes == ["1111", "2222"]
    assert me.v3.balance().cents == 10_000 - 32


@flow()
def another_sms_needs_a_first_one(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    error = refused(lambda: me.v3.change(receipt.id, "requestAnother"))
    assert (error.status, error.code) == (409, "E_SILENT")
    assert me.v3.balance().cents == 10_000 - 16


@flow()
def another_sms_is_too_late(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.deliver_sms(receipt.id, "Discord: 1111", "1111")
    world.advance(LIFE + 1)
    error = refused(lambda: me.v3.change(receipt.id, "requestAnother"))
    assert (error.status, error.code) == (410, "E_OVER")
    assert me.v3.balance().cents == 10_000 - 16


@flow(balance=20)
def another_sms_costs_too_much(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.deliver_sms(receipt.id, "Discord: 1111", "1111")
    error = refused(lambda: me.v3.change(receipt.id, "requestAnother"))
    assert (error.status, error.code) == (402, "E_BALANCE")
    assert me.v3.balance().cents == 4
    assert me.v3.get(receipt.id).ends == receipt.ends


# An order is returned.


@flow()
def refund_pays_back(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    assert me.v3.balance().cents == 10_000 - 16
    assert me.v3.change(receipt.id, "refund") == "refund-completed"
    assert me.v3.get(receipt.id).state == "returned"
    assert me.v3.balance().cents == 10_000


@flow()
def second_refund_is_refused(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    me.v3.change(receipt.id, "refund")
    error = refused(lambda: me.v3.change(receipt.id, "refund"))
    assert (error.status, error.code) == (409, "E_REFUND")
    assert me.v3.balance().cents == 10_000


@flow()
def refund_after_an_sms_is_refused(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.deliver_sms(receipt.id, "Your code is 1234", "1234")
    error = refused(lambda: me.v3.change(receipt.id, "refund"))
    assert (error.status, error.code) == (409, "E_REFUND")
    assert me.v3.get(receipt.id).state == "complete"
    assert me.v3.balance().cents == 10_000 - 16


@flow()
def refund_while_another_sms_is_awaited_is_refused(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.deliver_sms(receipt.id, "Your code is 1234", "1234")
    me.v3.change(receipt.id, "requestAnother")
    error = refused(lambda: me.v3.change(receipt.id, "refund"))
    assert (error.status, error.code) == (409, "E_REFUND")
    assert me.v3.balance().cents == 10_000 - 32


@flow()
def refunded_order_stays_returned(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    me.v3.change(receipt.id, "refund")
    world.advance(LIFE + 1)
    assert me.v3.get(receipt.id).state == "returned"
    assert me.v3.balance().cents == 10_000


@flow()
def expiry_pays_back_by_itself(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("16", "tg"))
    world.advance(LIFE - MINUTE)
    assert me.v3.balance().cents == 10_000 - 55
    world.advance(MINUTE + 1)
    assert me.v3.balance().cents == 10_000
    assert me.v3.get(receipt.id).state == "timeout"


@flow()
def refund_after_expiry_pays_nothing_twice(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.advance(LIFE + 1)
    error = refused(lambda: me.v3.change(receipt.id, "refund"))
    assert (error.status, error.code) == (409, "E_REFUND")
    assert me.v3.balance().cents == 10_000


@flow()
def expiry_after_an_sms_pays_nothing_back(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.deliver_sms(receipt.id, "Your code is 1234", "1234")
    world.advance(LIFE + 1)
    assert me.v3.get(receipt.id).codes == ["1234"]
    assert me.v3.balance().cents == 10_000 - 16


@flow()
def expiry_of_another_sms_pays_nothing_back(world: World, me: Customer) -> None:
    receipt = me.v3.order(me.v3.quote("12", "ds"))
    world.deliver_sms(receipt.id, "Your code is 1234", "1234")
    me.v3.change(receipt.id, "requestAnother")
    world.advance(LIFE + EXTENSION + 1)
    assert me.v3.get(receipt.id).state == "timeout"
    assert me.v3.balance().cents == 10_000 - 32


# Inventory.


@flow()
def inventory_limits_the_expired(world: World, me: Customer) -> None:
    expired = []
    for service in ("ds", "go", "wa"):
        expired.append(me.v3.order(me.v3.quote("12", service)).id)
        world.advance(MINUTE)
    world.advance(LIFE)
    running = me.v3.order(me.v3.quote("16", "ds")).id
    assert {order.id for order in me.v3.inventory(25)} == {running, *expired}
    assert {order.id for order in me.v3.inventory(2)} == {running, *expired[1:]}
    assert [order.id for order in me.v3.inventory(0)] == [running]
    assert me.v3.balance().cents == 10_000 - 30


@flow()
def inventory_shows_what_came_in(world: World, me: Customer) -> None:
    silent = me.v3.order(me.v3.quote("12", "ds"))
    spoken = me.v3.order(me.v3.quote("16", "tg", "o2"))
    world.deliver_sms(spoken.id, "Telegram code 77777", "77777")
    by_id = {order.id: order for order in me.v3.inventory(5)}
    assert set(by_id) == {silent.id, spoken.id}
    assert by_id[spoken.id] == me.v3.get(spoken.id)
    assert by_id[silent.id] == me.v3.get(silent.id)
    assert by_id[spoken.id].codes == ["77777"]


@flow()
def inventory_is_ones_own(world: World, me: Customer) -> None:
    me.v3.order(me.v3.quote("12", "ds"))
    assert me.v3.login(*world.second_account()).inventory(5) == []


@flow()
def many_orders_add_up(world: World, me: Customer) -> None:
    offers = [("12", "ds"), ("12", "go"), ("12", "wa"), ("16", "ds"), ("16", "tg"), ("174", "wa")]
    receipts = [me.v3.order(me.v3.quote(*offer)) for offer in offers]
    assert [receipt.price for receipt in receipts] == [16, 25, 40, 30, 55, 70]
    assert len({receipt.id for receipt in receipts}) == len({receipt.phone for receipt in receipts}) == 6
    world.deliver_sms(receipts[0].id, "Code 1", "1")
    world.deliver_sms(receipts[5].id, "Code 2", "2")
    me.v3.change(receipts[1].id, "refund")
    me.v3.change(receipts[5].id, "requestAnother")
    assert me.v3.balance().cents == 10_000 - 16 - 40 - 30 - 55 - 140
    world.advance(LIFE + 1)
    assert me.v3.balance().cents == 10_000 - 16 - 140
