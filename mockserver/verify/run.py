"""A run of the suites: preflight, the suites one after the other, and the cleanup of what was ordered."""

from __future__ import annotations

import logging
import time
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mockserver.findings import Run, SuiteResult, apply, grouped
from mockserver.traffic.calls import REFUNDED, STATES, TRANSITIONS
from mockserver.traffic.coverage import Coverage
from mockserver.traffic.redaction import Redactor
from mockserver.verify.assertions import refusing
from mockserver.verify.context import PAUSE, Context, RunSettings
from mockserver.verify.customer import MOST, Person, UnusableResponseError
from mockserver.verify.guard import READS, DeniedError, Guard, RunJournal, SpendingRecord
from mockserver.verify.order_oracle import ExpectedOrder
from mockserver.verify.requests import sample
from mockserver.verify.target import HttpTransport, TargetError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mockserver.contract import Contract, Document, Operation
    from mockserver.contract.reader import Facts
    from mockserver.findings import Baseline
    from mockserver.verify.target import Account, Target


def remember(context: Context) -> None:
    """Note which orders there are before the first is made, so that one whose answer is lost can be told."""
    if _may_order(context):
        known = tuple(order["id"] for order in _orders(_customer(context)))
        context.setting.guard.journal.write(SpendingRecord("began", known=known))


def settle(context: Context) -> None:
    """Return every order that is still open, unless its SMS has come; also those of an earlier run that was killed."""
    guard = context.setting.guard
    if not _may_order(context):
        return
    person = _customer(context)
    if guard.journal.lost:
        _find_lost(context, person, guard)
    if guard.journal.open and not person.knows("look", "refund"):
        context.skip("refunds", "no document knows them")
        return
    for line in guard.journal.open:
        try:
            _return(person, guard, line.order, line.price)
        except (UnusableResponseError, DeniedError) as error:
            context.skip(f"the refund of order {line.order}", str(error))


def _may_order(context: Context) -> bool:
    guard = context.setting.guard
    return bool(guard.foreign and guard.allow_orders and context.accounts)


def _customer(context: Context) -> Person:
    return Person(context, context.accounts[0])


def _orders(person: Person) -> list[Facts]:
    """Return all orders that are listed; none if no document lists them."""
    purpose = next((purpose for purpose in ("inventory", "orders") if person.knows(purpose)), "")
    listed = person.to(purpose).call(purpose, expired=MOST).all("orders") if purpose else []
    return [order for order in listed if "id" in order]


def _find_lost(context: Context, person: Person, guard: Guard) -> None:
    """Take up the orders that nobody was told of: those that were not there before."""
    try:
        orders = _orders(person)
    except (UnusableResponseError, DeniedError) as error:
        context.skip("lost orders", str(error))
        return
    told = {line.order for line in guard.journal.lines} | guard.journal.known
    for order in orders:
        if order["id"] not in told:
            name = person.to("order").name("order")
            guard.journal.write(SpendingRecord("ordered", name, order["id"], order.get("price", 0)))


def _return(person: Person, guard: Guard, number: str, price: int) -> None:
    order = ExpectedOrder({"id": number, **person.to("look").call("look", order=number).facts.get("order", {})})
    if order.state == REFUNDED:
        guard.refunded(number, price)
    elif order.received:
        guard.kept(number)
    elif not person.to("refund").call("refund", order=number).refusal:
        guard.refunded(number, price)


_SHUT_OUT = ("UNAUTHORIZED", "FORBIDDEN")
_TRIES = 3
"""An answer may be lost once and again on a bad line."""


def check_reachable(context: Context) -> None:
    """Ask each server for something that only credentials are needed for.

    Raises TargetError if nobody answers, or if the account is not let in.
    """
    account = context.accounts[0] if context.accounts else None
    for name, document in context.documents.items():
        base, operation = context.base(name), _harmless(document)
        call = sample(operation, base).by(*(account or (None, None)))
        answers = (context.send(call.request(), operation).answer for _ in range(_TRIES))
        answer = next((answer for answer in answers if answer), None)
        if answer is None:
            raise TargetError(f"nothing answers at {base}: is the server running, and is the address right?")
        if account and answer.status in {refusing(document, reason) for reason in _SHUT_OUT}:
            raise TargetError(f"{base} refuses the account (status {answer.status}): are user id and key right?")


def _harmless(document: Document) -> Operation:
    """The first operation that changes nothing, and asks for nothing but credentials."""
    return next(
        operation
        for operation in document.operations.values()
        if operation.effect == READS
        and operation.body is None
        and all(parameter.credential or not parameter.required for parameter in operation.parameters)
    )


SUITES: Mapping[str, str] = {
    "examples": "documented exchanges, asked again",
    "lifecycle": "orders, payments and time, in scripted and random sessions",
    "equivalence": "the same facts by several documents",
    "safety": "wrong keys, other people's orders, wrong methods, malformed and oversized requests",
    "schema": "requests that schemathesis draws from the contract documents",
}
"""The suites in the order in which they run, and what each tries."""

SEED = 1
log = logging.getLogger("smsonline_mock")


class Watcher(Protocol):
    """Sees how far a run is."""

    def suite(self, name: str) -> None:
        """A suite begins."""

    def case(self) -> None:
        """A case of it begins."""


class Nobody:
    """A watcher that looks away."""

    def suite(self, name: str) -> None:
        """Look away."""

    def case(self) -> None:
        """Look away."""


class Spending(NamedTuple):
    """What may be spent on a foreign server: whether orders may be made, for how many cents together, and where that
    is written down.
    """

    allow_orders: bool = False
    limit: int = 0
    journal: Path | None = None


class Plan(NamedTuple):
    """What to run: the contract that the target is to be held to, and the accounts that there are."""

    contract: Contract
    accounts: tuple[Account, ...] = ()
    suites: Sequence[str] = tuple(SUITES)
    seed: int = SEED
    spending: Spending = Spending()
    baseline: Baseline | None = None
    pause: float = PAUSE


def verify(target: Target, plan: Plan, version: str = "", watcher: Watcher | None = None) -> Run:
    """Run the suites against a target. Ctrl-C ends it early: the run says so, and the money is settled first.

    Raises TargetError if nobody answers at a URL, or if the account is not let in; ImportError if the suite `schema` or
    `lifecycle` is asked for without schemathesis and hypothesis.
    """
    watch = watcher or Nobody()
    spending = plan.spending
    guard = Guard(
        foreign=target.foreign,
        allow_orders=spending.allow_orders,
        limit=spending.limit,
        journal=RunJournal(spending.journal if target.foreign and spending.allow_orders else None),
    )
    coverage = Coverage(plan.contract.documents.values(), STATES, TRANSITIONS)
    redactor = Redactor([account.key for account in plan.accounts])
    setting = RunSettings(
        target,
        plan.contract,
        plan.accounts,
        plan.seed,
        guard,
        coverage,
        redactor,
        plan.pause,
        watch.case,
    )
    if isinstance(target.carrier, HttpTransport):
        check_reachable(Context("greeting", setting._replace(coverage=Coverage())))
    modules = {name: import_module(f"mockserver.verify.{name}") for name in plan.suites}
    started, clock = time.time(), time.perf_counter()
    results: list[SuiteResult] = []
    interrupted = ""
    try:
        _play("guard", _before, setting, results)
        for name, module in modules.items():
            watch.suite(name)
            _play(name, module.run, setting, results)
    except KeyboardInterrupt:
        interrupted = "it was interrupted"
    except Exception as error:  # a bug of a suite: the money is to be settled and told all the same
        log.exception("a suite broke")
        interrupted = f"a suite broke: {type(error).__name__}"
    _play("guard", settle, setting, results)
    found = (finding for result in results for finding in result.findings)
    sorted_ = apply((group[0] for group in grouped(found)), plan.baseline or {})
    return Run(
        version=version,
        target=target.label,
        suites=tuple(results),
        seed=plan.seed,
        started=int(started * 1000),
        seconds=time.perf_counter() - clock,
        findings=sorted_.new,
        coverage=coverage,
        accepted=sorted_.accepted,
        stale=sorted_.unseen,
        statement=guard.statement,
        exclusions=getattr(modules.get("schema"), "EXCLUSIONS", ()),
        interrupted=interrupted,
    )


def _before(context: Context) -> None:
    settle(context)  # what an earlier run has left open
    remember(context)


def _play(name: str, run: Callable[[Context], None], setting: RunSettings, results: list[SuiteResult]) -> None:
    """Run a suite, and take down what it did however it ends; one that nobody asked for only if it did anything."""
    context = Context(name, setting)
    clock = time.perf_counter()
    try:
        run(context)
    except UnusableResponseError as error:
        context.skip("the rest", f"the answer of {error} broke the contract")
    except DeniedError as error:
        context.skip("the rest", str(error))
    finally:
        result = context.result(time.perf_counter() - clock)
        if name in SUITES or result.findings or result.skipped:
            results.append(result)
