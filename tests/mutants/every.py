"""All mutants, by kind."""

from tests.mutants.accounts import mutant as accounts
from tests.mutants.buying import mutant as buying
from tests.mutants.discounts import mutant as discounts
from tests.mutants.lists import mutant as lists
from tests.mutants.money import mutant as money
from tests.mutants.mutant import Mutant
from tests.mutants.orders import mutant as orders
from tests.mutants.payments import mutant as payments
from tests.mutants.protocol import mutant as protocol
from tests.mutants.shapes import mutant as shapes
from tests.mutants.twins import mutant as twins

KINDS = (shapes, protocol, money, discounts, payments, buying, orders, lists, accounts, twins)

EVERY: tuple[Mutant, ...] = tuple(mutant for kind in KINDS for mutant in kind.members)
