"""An account's favourites and coupons."""

from mockserver.domain.coupon import Coupon, CouponStatus
from mockserver.domain.customer import Customer
from mockserver.domain.ledger import EntryKind
from mockserver.domain.world import World


def toggle_favourite(world: World, customer: Customer, country: str, service: str) -> bool:
    """Add a service of a country to the favourites, or take it out; answer whether it is one now.

    Raises Refusal(UNKNOWN_COUNTRY or UNKNOWN_SERVICE).
    """
    pair = (world.catalogue.country(country).code, world.catalogue.service(service).code)
    changed = world.customers[customer.id].toggle(*pair)
    world.save_customer(changed)
    return pair in changed.favourites


def bonuses(world: World, customer: str) -> int:
    """What coupons have ever added to an account, in cents."""
    return sum(entry.cents for entry in world.ledger if (entry.customer, entry.kind) == (customer, EntryKind.BONUS))


def usable_coupons(world: World, customer: Customer) -> list[Coupon]:
    """Coupons that a payment could still use."""
    now = world.clock.now()
    return [coupon for coupon in world.coupons_of(customer) if coupon.status(now) is CouponStatus.ISSUED]
