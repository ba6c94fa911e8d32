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
from mockserver.traffic.spending import READS
from mockserver.verify.assertions import refusing
from mockserver.verify.context import PAUSE, Context, RunSettings
from mockserver.verify.customer import MOST, Person, UnusableResponseError
from mockserver.verify.guard import DeniedError, Guard, RunJournal, SpendingRecord
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
    """Record the existing orders before the first purchase, so that an order whose response is lost can be found."""
    if _may_order(context):
        known = tuple(order["id"] for order in _orders(_customer(context)))
        context.setting.guard.journal.write(SpendingRecord("began", known=known))


def settle(context: Context) -> None:
    """Refund every open order unless its SMS has arrived, including the orders of an earlier run that was killed."""
    guard = context.setting.guard
    if not _may_order(context):
        return
    person = _customer(context)
    if guard.journal.lost:
        _find_lost(context, person, guard)
    if guard.journal.open and not person.knows("look", "refund"):
        context.skip("refunds", "no document has the operations for them")
        return
    for line in guard.journal.open:
        try:
            _refund(person, guard, line.order, line.price)
        except (UnusableResponseError, DeniedError) as error:
            context.skip(f"the refund of order {line.order}", str(error))


def _may_order(context: Context) -> bool:
    guard = context.setting.guard
    return bool(guard.remote and guard.allow_orders and context.accounts)


def _customer(context: Context) -> Person:
    return Person(context, context.accounts[0])


def _orders(person: Person) -> list[Facts]:
    """Return all listed orders; empty if no document lists orders."""
    purpose = next((purpose for purpose in ("inventory", "orders") if person.knows(purpose)), "")
    listed = person.to(purpose).call(purpose, expired=MOST).all("orders") if purpose else []
    return [order for order in listed if "id" in order]


def _find_lost(context: Context, person: Person, guard: Guard) -> None:
    """Record the orders whose response was lost: those that are listed now and were not known before the run."""
    try:
        orders = _orders(person)
    except (UnusableResponseError, DeniedError) as error:
        context.skip("lost orders", str(error))
        return
    known = {line.order for line in guard.journal.lines} | guard.journal.known
    for order in orders:
        if order["id"] not in known:
            name = person.to("order").name("order")
            guard.journal.write(SpendingRecord("ordered", name, order["id"], order.get("price", 0)))


def _refund(person: Person, guard: Guard, number: str, price: int) -> None:
    order = ExpectedOrder({"id": number, **person.to("look").call("look", order=number).facts.get("order", {})})
    if order.state == REFUNDED:
        guard.refunded(number, price)
    elif order.received:
        guard.kept(number)
    elif not person.to("refund").call("refund", order=number).refusal:
        guard.refunded(number, price)


_DENIALS = ("UNAUTHORIZED", "FORBIDDEN")
_TRIES = 3
"""The maximum number of requests to a server that does not respond. A bad connection may lose one or two."""


def check_reachable(context: Context) -> None:
    """Send each server a read request that needs only credentials.

    Raises TargetError if there is no response, or if the account is refused.
    """
    account = context.accounts[0] if context.accounts else None
    for name, document in context.documents.items():
        base, operation = context.base(name), _read_operation(document)
        call = sample(operation, base).by(*(account or (None, None)))
        answers = (context.send(call.request(), operation).answer for _ in range(_TRIES))
        answer = next((answer for answer in answers if answer), None)
        if answer is None:
            raise TargetError(f"no response from {base}: is the server running, and is the URL correct?")
        if account and answer.status in {refusing(document, reason) for reason in _DENIALS}:
            raise TargetError(
                f"{base} refuses the account (status {answer.status}): are the user id and the key correct?"
            )


def _read_operation(document: Document) -> Operation:
    """Return the first operation that only reads, and requires no parameters except credentials."""
    return next(
        operation
        for operation in document.operations.values()
        if operation.effect == READS
        and operation.body is None
        and all(parameter.credential or not parameter.required for parameter in operation.parameters)
    )


SUITES: Mapping[str, str] = {
    "examples": "documented exchanges, repeated",
    "lifecycle": "orders, payments and time, in scripted and random sessions",
    "equivalence": "the same facts, read through several documents",
    "safety": "wrong keys, other users' orders, wrong methods and paths, malformed and oversized requests",
    "schema": "requests that schemathesis generates from the contract documents",
}
"""The suites in the order in which they run, and what each checks."""

SEED = 1
log = logging.getLogger("smsonline_mock")


class Watcher(Protocol):
    """An observer of the progress of a run."""

    def suite(self, name: str) -> None:
        """Called when a suite starts."""

    def case(self) -> None:
        """Called when a case of the suite starts."""


class Nobody:
    """A watcher that does nothing."""

    def suite(self, name: str) -> None:
        """Do nothing."""

    def case(self) -> None:
        """Do nothing."""


class Spending(NamedTuple):
    """The permission to spend money on a remote server.

    `allow_orders` allows orders, `limit` is the limit for their total cost in cents, and `journal` is the file that
    records them.
    """

    allow_orders: bool = False
    limit: int = 0
    journal: Path | None = None


class Plan(NamedTuple):
    """The settings of a run: contract, accounts, suites, seed, spending, baseline, and the pause in seconds."""

    contract: Contract
    accounts: tuple[Account, ...] = ()
    suites: Sequence[str] = tuple(SUITES)
    seed: int = SEED
    spending: Spending = Spending()
    baseline: Baseline | None = None
    pause: float = PAUSE


def verify(target: Target, plan: Plan, version: str = "", watcher: Watcher | None = None) -> Run:
    """Run the suites against a target, and refund the open orders at the end.

    Ctrl-C ends the run early: the refunds are still made, and the run is marked as interrupted. Raises TargetError if a
    URL does not respond or refuses the account. Raises ImportError if a suite needs schemathesis or hypothesis, and it
    is not installed.
    """
    watch = watcher or Nobody()
    spending = plan.spending
    guard = Guard(
        remote=target.remote,
        allow_orders=spending.allow_orders,
        limit=spending.limit,
        journal=RunJournal(spending.journal if target.remote and spending.allow_orders else None),
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
    if isinstance(target.transport, HttpTransport):
        check_reachable(Context("preflight", setting._replace(coverage=Coverage())))
    modules = {name: import_module(f"mockserver.verify.{name}") for name in plan.suites}
    started, clock = time.time(), time.perf_counter()
    results: list[SuiteResult] = []
    interrupted = ""
    try:
        _run_suite("guard", _prepare, setting, results)
        for name, module in modules.items():
            watch.suite(name)
            _run_suite(name, module.run, setting, results)
    except KeyboardInterrupt:
        interrupted = "it was interrupted"
    except Exception as error:  # a bug in a suite must not prevent the refunds and the statement
        log.exception("a suite failed")
        interrupted = f"a suite failed: {type(error).__name__}"
    _run_suite("guard", settle, setting, results)
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


def _prepare(context: Context) -> None:
    settle(context)  # the open orders of an earlier run
    remember(context)


def _run_suite(name: str, run: Callable[[Context], None], setting: RunSettings, results: list[SuiteResult]) -> None:
    """Run a suite, and append its result even if it fails; that of the guard only if it has findings or skips."""
    context = Context(name, setting)
    clock = time.perf_counter()
    try:
        run(context)
    except UnusableResponseError as error:
        context.skip("the rest", f"the response to {error} broke the contract")
    except DeniedError as error:
        context.skip("the rest", str(error))
    finally:
        result = context.result(time.perf_counter() - clock)
        if name in SUITES or result.findings or result.skipped:
            results.append(result)
