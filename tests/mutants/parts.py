"""What can be changed of a running mock from outside, one mock at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar
from unittest.mock import patch

from mockserver.api import api
from mockserver.api.api import OPERATIONS, Api
from mockserver.domain.ledger import Ledger
from mockserver.domain.refusal import Refusal
from mockserver.domain.world import World
from mockserver.web.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mockserver.api.api import OperationCall, Result
    from mockserver.contract import Document, FailureBody, Operation
    from mockserver.domain.customer import Coupon, Customer
    from mockserver.domain.ledger import Entry
    from mockserver.domain.order import Order
    from mockserver.domain.refusal import Reason
    from mockserver.web.message import HttpRequest, HttpResponse

    Act = Callable[[OperationCall], Result]
    Finish = Callable[[FailureBody, OperationCall], FailureBody]

Body = Any
"""What an answer holds, as data."""

ORDERING = ("v3.order", "v2.order")
"""Ordering a number, by each document."""

Kind = TypeVar("Kind")


def become(thing: Kind, kind: type[Kind]) -> None:
    """Let one object behave as a subclass of its class has it; the other objects of its class stay what they are."""
    thing.__class__ = kind


class SpoiltApi(Api):
    """An API that does things in another way, answers them in another way, or fails in another way."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.acts: dict[str, Act] = dict(OPERATIONS)
        self.finishes: defaultdict[str, list[Finish]] = defaultdict(list)
        self.statuses: dict[str, int] = {}
        self.failure_body: Callable[[str], object] | None = None
        self._refused = False

    def answer(self, operation: Operation, purpose: str, call: OperationCall) -> FailureBody:
        self._refused = False
        with patch.object(api, "OPERATIONS", self.acts):
            reply = super().answer(operation, purpose, call)
        for finish in () if self._refused else self.finishes[purpose]:
            reply = finish(reply, call)
        return reply

    def fail(self, reason: str, detail: str = "") -> FailureBody:
        return self._spoilt(reason, super().fail(reason, detail))

    def refuse(self, refusal: Refusal, call: OperationCall) -> FailureBody:
        self._refused = True
        return self._spoilt(refusal.reason, super().refuse(refusal, call))

    def _spoilt(self, reason: str, reply: FailureBody) -> FailureBody:
        body = reply.body
        if self.failure_body:
            body = self.failure_body(next(value for value in body.values() if isinstance(value, str)))
        return reply._replace(status=self.statuses.get(reason, reply.status), body=body)


class Parts:
    """What a mutant can change of one running mock. Nothing else in the process is touched.

    What is asked of a document is named by it and the vocabulary: `v3.look`.
    """

    def __init__(self, app: Any) -> None:
        pipelines = [api.args[0] for api in app._apis.values()]
        self._pipelines: dict[str, Pipeline] = {each.api.document.name: each for each in pipelines}
        self._apis: dict[str, SpoiltApi] = {}
        for name, pipeline in self._pipelines.items():
            pipeline.api = self._apis[name] = SpoiltApi(pipeline.api.document)
        self.worlds = self._pipelines["v3"]._worlds
        [slot] = self.worlds
        self.world = slot.world

    def around(self, change: Callable[[Act], Act], *names: str) -> None:
        """Put something around what is done for `v3.look` and others."""
        for name in names:
            document, _, purpose = name.partition(".")
            acts = self._apis[document].acts
            acts[purpose] = change(acts[purpose])

    def replies(self, finish: Finish, *names: str) -> None:
        """Change the answers to what was done; failures stay as they are."""
        for name in names:
            document, _, purpose = name.partition(".")
            self._apis[document].finishes[purpose].append(finish)

    def answers(self, change: Callable[[Body], Body], *names: str) -> None:
        """Change the bodies of such answers."""
        self.replies(lambda reply, _: reply._replace(body=change(reply.body)), *names)

    def results(self, change: Callable[[Body], Body], *names: str) -> None:
        """Change the `body` in the envelope of such an answer."""
        self.results_of(lambda result, _: change(result), *names)

    def results_of(self, change: Callable[[Body, OperationCall], Body], *names: str) -> None:
        """Change the `body` in the envelope of such an answer, knowing what was asked."""

        def finish(reply: FailureBody, call: OperationCall) -> FailureBody:
            return reply._replace(body={**reply.body, "body": change(reply.body["body"], call)})

        self.replies(finish, *names)

    def asked(self, change: Callable[[OperationCall], Mapping[str, Any]], *names: str) -> None:
        """Let other arguments be taken than were given: those that a change answers."""

        def deaf(act: Act) -> Act:
            return lambda call: act(call._replace(arguments={**call.arguments, **change(call)}))

        self.around(deaf, *names)

    def instead(self, reason: Reason, act: Callable[[OperationCall, Act], Result], *names: str) -> None:
        """Act where something is refused for a reason."""

        def acting(usual: Act) -> Act:
            def handle(call: OperationCall) -> Result:
                try:
                    return usual(call)
                except Refusal as refusal:
                    if refusal.reason is not reason:
                        raise
                return act(call, usual)

            return handle

        self.around(acting, *names)

    def fails(self, document: str, statuses: Mapping[str, int]) -> None:
        """Answer failures for some reasons with other statuses."""
        self._apis[document].statuses.update(statuses)

    def failure_body(self, document: str, body: Callable[[str], object]) -> None:
        """Write the failures of a document in another shape."""
        self._apis[document].failure_body = body

    def wire(self, wire: Callable[[HttpRequest, Callable[[HttpRequest], HttpResponse]], HttpResponse]) -> None:
        """Put something between all APIs and the wire."""

        class Wired(Pipeline):
            def __call__(self, request: HttpRequest) -> HttpResponse:
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
