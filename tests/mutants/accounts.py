"""Mutants that let in whom they should not, and those that forget what belongs to an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api.api import _favourite
from mockserver.domain.customer import Customer
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.world import World
from mockserver.simulation.worlds import Worlds
from tests.mutants.mutant import Family
from tests.mutants.parts import become

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.api.api import OperationCall, Result
    from mockserver.domain.customer import Coupon
    from mockserver.domain.payment import Payment
    from mockserver.simulation.worlds import WorldSlot
    from mockserver.web.message import HttpRequest, HttpResponse
    from tests.mutants.parts import Act, Body, Parts
    from tests.mutants.probe import Probe

mutant = Family()


def _pardoned(parts: Parts, pardoned: Reason) -> None:
    class Trusting(World):
        def customer_with(self, user: str | None, key: str | None) -> Customer:
            try:
                return super().customer_with(user, key)
            except Refusal as refusal:
                if refusal.reason is not pardoned or user not in self.customers:
                    raise
                return self.customers[user]

    become(parts.world, Trusting)


def _with_key(probe: Probe, key: str) -> object:
    return probe.ask("GET", f"/v3/customers/ann/balance?apiKey={key}").seen


@mutant("The key of another user opens an account.", lambda probe: _with_key(probe, "bob-key"))
def key_of_another_accepted(parts: Parts) -> None:
    _pardoned(parts, Reason.FORBIDDEN)


@mutant("Any key opens an account.", lambda probe: _with_key(probe, "no-key"))
def unknown_key_accepted(parts: Parts) -> None:
    [known, *_] = parts.world.keys

    class Welcoming(Worlds):
        def with_key(self, key: str | None) -> WorldSlot | None:
            return super().with_key(key) or super().with_key(key and known)

    become(parts.worlds, Welcoming)
    _pardoned(parts, Reason.UNAUTHORIZED)


@mutant("A blocked account is served.", lambda probe: probe.as_user("shut").get("customers/balance").seen)
def blocked_account_served(parts: Parts) -> None:
    class Pardoning(Customer):
        def __getattribute__(self, name: str) -> object:
            return False if name == "blocked" else super().__getattribute__(name)

    parts.customers(Pardoning)


def _as_its_owner(parts: Parts, *names: str) -> None:
    def owning(act: Act) -> Act:
        def handle(call: OperationCall) -> Result:
            order, world = call.arguments["order"], call.world
            owner = world.customers[world.order(order).customer] if world.has_order(order) else call.customer
            return act(call._replace(customer=owner))

        return handle

    parts.around(owning, *names)


@mutant("An order is shown to whoever knows its id.", lambda probe: probe.as_user("bob").show(probe.order()))
def order_of_another_shown(parts: Parts) -> None:
    _as_its_owner(parts, "v3.look")


@mutant("A number is returned by whoever knows its id.", lambda probe: probe.as_user("bob").refund(probe.order()).seen)
def order_of_another_refunded(parts: Parts) -> None:
    _as_its_owner(parts, "v3.refund", "v3.another")


def _toggled_twice(probe: Probe) -> object:
    toggle = [probe.send("PATCH", "customers/favourites/12/ds").seen for _ in range(2)]
    return toggle, probe.get("customers/favourites").seen


@mutant("A favourite that is toggled again stays a favourite.", _toggled_twice)
def favourite_does_not_toggle(parts: Parts) -> None:
    class Fond(Customer):
        def toggle(self, country: str, service: str) -> Customer:
            return self if (country, service) in self.favourites else super().toggle(country, service)

    parts.customers(Fond)


def _favourites(probe: Probe) -> object:
    return probe.send("PATCH", "customers/favourites/12/ds").seen, probe.get("customers/favourites").seen


@mutant("A favourite is confirmed, but not kept.", _favourites)
def favourite_not_kept(parts: Parts) -> None:
    parts.results(lambda favourites: favourites[:-1], "v3.favourites")


def _coupons(probe: Probe) -> object:
    return probe.as_user("bob").get("customers/coupons").seen


@mutant("A coupon that was used is listed as one that can be.", _coupons)
def used_coupon_listed_as_issued(parts: Parts) -> None:
    def unused(coupons: Body) -> Body:
        return {**coupons, "codes": [{**coupon, "status": "issued"} for coupon in coupons["codes"]]}

    parts.results(unused, "v3.coupons")


def _coupon_count(probe: Probe) -> object:
    return probe.as_user("bob").get("customers/balance").seen


@mutant("The number of usable coupons counts those that were used.", _coupon_count)
def coupon_count_off(parts: Parts) -> None:
    def counting(result: Body, call: OperationCall) -> Body:
        return {**result, "couponCount": len(call.world.coupons_of(call.customer))}

    parts.results_of(counting, "v3.balance")


def _wallet_of_another(probe: Probe) -> object:
    wallet = probe.send("PUT", "customers/cryptomus/direct/USDT/BSC/5.00").result["order_id"]
    return probe.as_user("bob").get(f"customers/cryptomus/transaction/{wallet}").seen


@mutant("A payment is shown to whoever knows its id.", _wallet_of_another)
def payment_of_another_shown(parts: Parts) -> None:
    class Telling(World):
        def payment_of(self, customer: Customer, payment_id: str) -> Payment:
            try:
                return self.payment(payment_id)
            except KeyError:
                return super().payment_of(customer, payment_id)

    become(parts.world, Telling)


def _coupon_of_another(probe: Probe) -> object:
    return probe.as_user("bob").pay(couponCode="TEN").seen


@mutant("A coupon can be used by whoever knows its code.", _coupon_of_another)
def coupon_of_another_accepted(parts: Parts) -> None:
    class Sharing(World):
        def coupon_of(self, customer_id: str, code: str) -> Coupon | None:
            holders = (customer_id, *self.customers)
            return next((found for holder in holders if (found := super(Sharing, self).coupon_of(holder, code))), None)

    become(parts.world, Sharing)


def _favourites_of_another(probe: Probe) -> object:
    return _favourites(probe), probe.as_user("bob").get("customers/favourites").seen


@mutant("The favourites of one customer are those of all.", _favourites_of_another)
def favourites_shared(parts: Parts) -> None:
    def sharing(act: Act) -> Act:
        def of_all(call: OperationCall) -> Result:
            others = (other for other in call.world.customers.values() if other.id != call.customer.id)
            theirs = [_favourite(call, *pair) for other in others for pair in other.favourites]
            return {"favourites": [*act(call)["favourites"], *theirs]}

        return of_all

    parts.around(sharing, "v3.favourites")


def _by_bearer(probe: Probe) -> object:
    return probe.ask("GET", "/v3/customers/ann/balance", authorization="Bearer ann-key").seen


@mutant("A key in the header `Authorization` is not taken.", _by_bearer)
def bearer_not_taken(parts: Parts) -> None:
    def bare(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        headers = [header for header in request.headers if header[0] != b"authorization"]
        return answer(request._replace(headers=headers))

    parts.wire(bare)
