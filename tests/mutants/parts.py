"""What can be changed of a running mock from outside, one mock at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from mockserver.dialects.dialect import Dialect, Reply
from mockserver.domain.ledger import Ledger
from mockserver.domain.refusal import Refusal
from mockserver.domain.world import World
from mockserver.web.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mockserver.dialects.dialect import Call, Handler, Rejection
    from mockserver.domain.coupon import Coupon
    from mockserver.domain.customer import Customer
    from mockserver.domain.ledger import Entry
    from mockserver.domain.order import Order
    from mockserver.domain.refusal import Reason
    from mockserver.web.message import Request, Response

Body = Any
"""What an answer holds, as data."""

ORDERING = ("v3.orderNumber", "v2.purchase")
"""The operations that order a number."""

Kind = TypeVar("Kind")


def become(thing: Kind, kind: type[Kind]) -> None:
    """Let one object behave as a subclass of its class has it; the other objects of its class stay what they are."""
    thing.__class__ = kind


class Parts:
    """What a mutant can change of one running mock. Nothing else in the process is touched."""

    def __init__(self, app: Any) -> None:
        self._pipelines: dict[str, Pipeline] = {each.dialect.document.name: each for each in app._pipelines.values()}
        self.worlds = self._pipelines["v3"]._worlds
        [sandbox] = self.worlds
        self.world = sandbox.world

    def around(self, change: Callable[[Handler], Handler], *operations: str) -> None:
        """Put something around the handlers of operations such as `v3.getOrder`."""
        for operation in operations:
            version, _, name = operation.partition(".")
            dialect = self._pipelines[version].dialect
            self._speak(version, handlers={**dialect._handlers, name: change(dialect._handlers[name])})

    def answers(self, change: Callable[[Body], Body], *operations: str) -> None:
        """Change what operations answer when they have done what was asked; failures stay as they are."""
        self._after(lambda answer, _, __: change(answer), operations)

    def results(self, change: Callable[[Body], Body], *operations: str) -> None:
        """Change the `body` in the envelope of such an answer."""
        self.answers(lambda answer: {**answer, "body": change(answer["body"])}, *operations)

    def results_of(self, change: Callable[[Body, Call, World], Body], *operations: str) -> None:
        """Change the `body` in the envelope of such an answer, knowing what was asked and the world."""
        self._after(lambda answer, *known: {**answer, "body": change(answer["body"], *known)}, operations)

    def asked(self, change: Callable[[Call], Call], *operations: str) -> None:
        """Let handlers see another call than was made."""
        self.around(lambda handler: lambda call, world: handler(change(call), world), *operations)

    def instead(self, reason: Reason, act: Callable[[Call, World, Handler], Reply], *operations: str) -> None:
        """Act where operations refuse something for a reason."""

        def acting(handler: Handler) -> Handler:
            def handle(call: Call, world: World) -> Reply:
                try:
                    return handler(call, world)
                except Refusal as refusal:
                    if refusal.reason is not reason:
                        raise
                return act(call, world, handler)

            return handle

        self.around(acting, *operations)

    def fails(self, version: str, statuses: Mapping[Reason | Rejection, int]) -> None:
        """Answer some failures of a dialect with other statuses."""
        self._speak(version, statuses={**self._pipelines[version].dialect._statuses, **statuses})

    def failure_body(self, version: str, body: Callable[[str], object]) -> None:
        """Write the failures of a dialect in another shape."""
        self._speak(version, failure_body=body)

    def wire(self, wire: Callable[[Request, Callable[[Request], Response]], Response]) -> None:
        """Put something between both dialects and the wire."""

        class Wired(Pipeline):
            def __call__(self, request: Request) -> Response:
                return wire(request, super().__call__)

        for pipeline in self._pipelines.values():
            become(pipeline, Wired)

    def book(self, change: Callable[[Entry], Iterable[Entry]]) -> None:
        """Post other entries than those that should be."""

        class Booking(Ledger):
            def post(self, entry: Entry) -> None:
                for changed in change(entry):
                    super().post(changed)

        become(self.world.ledger, Booking)

    def orders(self, kind: type[Order]) -> None:
        """Let the orders follow other rules."""

        class Keeper(World):
            def save_order(self, order: Order) -> None:
                super().save_order(kind(*order))

        become(self.world, Keeper)
        for customer in list(self.world.customers.values()):
            for order in list(self.world.orders_of(customer)):
                self.world.save_order(order)

    def customers(self, kind: type[Customer]) -> None:
        """Let the customers follow other rules."""

        class Keeper(World):
            def save_customer(self, customer: Customer) -> None:
                super().save_customer(kind(*customer))

        become(self.world, Keeper)
        for customer in list(self.world.customers.values()):
            self.world.save_customer(customer)

    def coupons(self, kind: type[Coupon]) -> None:
        """Let the coupons follow other rules."""

        class Keeper(World):
            def save_coupon(self, coupon: Coupon) -> None:
                super().save_coupon(kind(*coupon))

        become(self.world, Keeper)
        for customer in list(self.world.customers.values()):
            for coupon in self.world.coupons_of(customer):
                self.world.save_coupon(coupon)

    def _after(self, change: Callable[[Body, Call, World], Body], operations: tuple[str, ...]) -> None:
        def changed(handler: Handler) -> Handler:
            def handle(call: Call, world: World) -> Reply:
                reply = handler(call, world)
                return reply._replace(body=change(reply.body, call, world))

            return handle

        self.around(changed, *operations)

    def _speak(self, version: str, **changes: Any) -> None:
        pipeline = self._pipelines[version]
        spoken = pipeline.dialect
        parts = {
            "handlers": spoken._handlers,
            "statuses": spoken._statuses,
            "failure_body": spoken._failure_body,
            **changes,
        }
        pipeline.dialect = Dialect(spoken.document, **parts)
