"""The world of a test: its state, and the actions of the vendor on it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mockserver.testing.control_client import Span, WorldClock, written
from mockserver.testing.journal import Journal
from mockserver.testing.records import Cost, Fault, LedgerEntry, Order, Payment, Violation, camel, identity
from mockserver.testing.records import Exchange as JournalExchange

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from mockserver.judge import Judgement, Limits
    from mockserver.testing.judgement import WorldEvidence
    from mockserver.testing.server import Server, Wanted
    from mockserver.traffic import Exchange

_MOST = {"limit": 10_000}


class ContractBrokenError(AssertionError):
    """A client broke the contract. The text lists the violations."""


class SmsOnline:
    """A world of the mock: the account of the client under test, and the vendor's side of it.

    Each method calls the mock, which answers at once, so coroutines may use them, too. Only `journal.wait_for` waits.
    A failed action raises SteeringError. As a context manager, the world is removed at the end of the block, which
    raises ContractBrokenError if the client broke the contract.
    """

    def __init__(self, server: Server, wanted: Wanted, opened: Mapping[str, Any], test: str = "") -> None:
        self._server = server
        self._wanted = wanted
        self._forks: list[SmsOnline] = []
        self._saved_violations: list[Violation] = []
        self._reported = 0
        self._saved_lines: list[bytes] = []
        self._began = time.monotonic()
        self._violation_text = ""
        self._is_open = True
        self.test = test
        """The pytest node ID of the test."""
        self.world_id: str = opened["world"]["id"]
        self.is_inline = not isinstance(wanted.scenario, str | Path)
        self.scenario: str = opened["world"]["scenario"] if self.is_inline else str(wanted.scenario)
        self.seed: int = opened["world"]["seed"]
        self.user_id: str = opened["userId"]
        self.api_key: str = opened["apiKey"]
        self.clock = WorldClock(self._ask)
        self.journal = Journal(self._ask, self._save_journal, server.operations)
        self._initial_orders = self._orders_of(opened["world"])
        self._created = datetime.fromisoformat(opened["world"]["createdAt"])
        server.worlds.append(self)

    def __repr__(self) -> str:
        return f"<SmsOnline {self.world_id} at {self._server.url}: {self.scenario}, seed {self.seed}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        broken = self.close()
        if error is None and broken:
            raise ContractBrokenError(broken)

    @property
    def base_url(self) -> str:
        """The base URL of the newest API version. It replaces the vendor's URL `https://…/v3`."""
        return self.url_of(self._server.documents[0])

    def __getattr__(self, name: str) -> str:
        """Return the base URL of a contract document: `v2_url` is what `url_of` returns for `v2`."""
        document = name.removesuffix("_url")
        if document != name and document in self._server.documents:
            return self.url_of(document)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def url_of(self, document: str) -> str:
        """Return the base URL of a contract document such as `v3`. It replaces the vendor's URL. Raises KeyError."""
        return self._server.url_of(document)

    @property
    def env(self) -> dict[str, str]:
        """The environment variables with the base URLs and the account, for another process."""
        from mockserver.contract.environment import url_variables

        return {
            **{variable: self.url_of(name) for name, variable in url_variables(self._server.documents).items()},
            "SMSONLINE_USER_ID": self.user_id,
            "SMSONLINE_API_KEY": self.api_key,
        }

    @property
    def orders(self) -> list[Order]:
        """All orders, the newest first."""
        return [Order.of(view) for view in self._ask("listOrders", query=_MOST)["orders"]]

    @property
    def payments(self) -> list[Payment]:
        """All payments, the newest first."""
        return [Payment.of(view) for view in self._ask("listPayments", query=_MOST)["payments"]]

    @property
    def balance(self) -> int:
        """The balance of the account, in US cents."""
        balance: int = self._ask("showLedger", query={"limit": 1})["balances"][self.user_id]
        return balance

    @balance.setter
    def balance(self, cents: int) -> None:
        self._ask("changeAccount", path={"account": self.user_id}, body={"balance": cents})

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """The ledger entries of all accounts, the oldest first."""
        return tuple(LedgerEntry.of(view) for view in self._ask("showLedger", query=_MOST)["entries"])

    @property
    def cost(self) -> Cost:
        """What the orders would have cost at the vendor, in US cents."""
        return Cost.of(self.ledger)

    @property
    def violations(self) -> list[Violation]:
        """The contract violations of the client: errors, and warnings for unknown names."""
        if not self._is_open:
            return self._saved_violations
        views = self._ask("listViolations", query={"side": "request", **_MOST})["violations"]
        return [*self._saved_violations, *map(Violation.of, views)]

    @property
    def unmatched(self) -> list[JournalExchange]:
        """The requests since the start of the world that reached no account, such as with a wrong key.

        Of a mock in another process, these are the requests that name the user of this world.
        """
        views = self._server.steering.ask("listStrays", query=_MOST)["exchanges"]
        is_shared = self._server.app is None
        return [
            JournalExchange.of(view)
            for view in views
            if datetime.fromisoformat(view["began"]) >= self._created
            and (not is_shared or view["account"] == self.user_id)
        ]

    @property
    def faults(self) -> list[Fault]:
        """The active faults, with their numbers of matched and affected calls."""
        return [Fault.of(view) for view in self._ask("listFaults")["faults"]]

    def deliver_sms(self, order: str | int | Order, *, text: str | None = None, code: str | int | None = None) -> Order:
        """Deliver an SMS to an order now, given by itself or by its id.

        Omitted arguments get the values that the service would choose. A code with leading zeros must be a string.
        """
        given = {name: str(value) for name, value in {"text": text, "code": code}.items() if value is not None}
        return Order.of(self._ask("deliverSms", path={"order": identity(order)}, body=given))

    def expire(self, order: str | int | Order) -> Order:
        """Expire an order now."""
        return Order.of(self._ask("expireOrder", path={"order": identity(order)}))

    def refund(self, order: str | int | Order) -> Order:
        """Refund an order on the vendor's side."""
        return Order.of(self._ask("refundOrder", path={"order": identity(order)}))

    def settle(self, payment: str | Payment, status: str = "paid") -> Payment:
        """Set the status of a payment now, given by itself or by its id."""
        return Payment.of(self._ask("settlePayment", path={"payment": identity(payment)}, body={"status": status}))

    def change(
        self,
        country: str | int,
        service: str,
        *,
        carrier: str = "any",
        price: int | None = None,
        stock: int | None = None,
    ) -> None:
        """Change the price of an offer, in US cents, or its stock, now."""
        given = {name: value for name, value in {"price": price, "stock": stock}.items() if value is not None}
        offer = {"country": str(country), "service": service, "carrier": carrier}
        self._ask("changeCatalogue", body={**offer, **given})

    def fail(
        self,
        operation: str | list[str] = "*",
        *,
        at: str | None = None,
        name: str | None = None,
        account: str | None = None,
        country: str | int | None = None,
        service: str | None = None,
        order: str | int | Order | None = None,
        times: int | None = None,
        nth: int | Mapping[str, int] | None = None,
        every: int | None = None,
        probability: float | None = None,
        after: Span | None = None,
        until: Span | None = None,
        lost_answer: bool = False,
        **effect: object,
    ) -> Fault:
        """Add a fault to the calls of an operation. A fault has one effect of the scenario language: `status=500`.

        `lost_answer=True` processes the request, then resets the connection. `after` and `until` are durations since
        the start of the world, in its time. The other arguments are the conditions of the scenario language.
        """
        if lost_answer:
            effect, at = {**effect, "reset": True}, at or "after"
        when = {
            "operation": operation,
            "account": account,
            "country": None if country is None else str(country),
            "service": service,
            "order": None if order is None else identity(order),
            "times": times,
            "nth": nth,
            "every": every,
            "probability": probability,
            "from": None if after is None else written(after),
            "until": None if until is None else written(until),
        }
        fault = {
            "name": name,
            "at": at,
            "when": _without_unset(when),
            "then": {camel(kind): _effect(kind, how) for kind, how in effect.items()},
        }
        return Fault.of(self._ask("addFault", body=_without_unset(fault)))

    def heal(self, fault: Fault | None = None) -> None:
        """Remove a fault, or all faults."""
        if fault is None:
            self._ask("clearFaults")
        else:
            self._ask("removeFault", path={"fault": fault.number})

    def reset(self) -> None:
        """Restart the world with the same account and without the added faults."""
        self._save_violations()
        self._add_to_tally()
        self._saved_lines.clear()
        self._initial_orders = self._orders_of(self._ask("resetWorld"))
        self._began = time.monotonic()

    def snapshot(self) -> dict[str, Any]:
        """Return the complete state of the world as JSON data. It contains the API keys."""
        snapshot: dict[str, Any] = self._ask("takeSnapshot")
        return snapshot

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Restore a snapshot of this world."""
        self._ask("restoreSnapshot", body=snapshot)

    @property
    def exchanges(self) -> list[Exchange]:
        """All exchanges since the start or reset of the world, redacted, the oldest first."""
        from mockserver.traffic import jsonl

        recorded = b"".join((*self._saved_lines, self._lines()))
        return list(jsonl.read(recorded.splitlines(keepends=True)))

    def grade(self, *, limits: Limits | None = None, paced: bool | None = None, ended: bool = False) -> Judgement:
        """Judge the client since the start or reset of the world, as `smsonline-mock grade` does.

        `limits` are the shortest allowed pauses. If `paced` is false, pauses are not judged. By default, pauses are
        judged if the clock of the world runs or was advanced. If the client has `ended`, waiting orders count as
        abandoned.
        """
        return self._evidence().judge(limits, paced=paced, ended=ended)

    def fork(self) -> SmsOnline:
        """Return a copy of the current world with its own key. It is removed with this world or by `with`."""
        return self._track(SmsOnline(self._server, self._wanted, self._ask("forkWorld"), self.test))

    def fresh(self) -> SmsOnline:
        """Return a new world with the initial state of this one, such as for each example of a property."""
        return self._track(self._server.begin(self._wanted, self.test))

    def close(self) -> str:
        """Remove the world and its forks, and return the contract violations of their clients.

        The result is empty if there are none that were not reported before, or if the client may break the contract.
        """
        if self._is_open:
            self._server.steering.together(self._close)
        return self._violation_text

    def report_violations(self) -> str:
        """Return the contract violations since the last report, as `close` does; the world stays open."""
        return self._report(self.violations)

    @property
    def is_open(self) -> bool:
        """Whether the world exists."""
        return self._is_open

    @property
    def coverage(self) -> dict[str, Any]:
        """The coverage of the contract in this world: counts, and a list of what is not covered."""
        coverage: dict[str, Any] = self._ask("showCoverage")
        return coverage

    def _close(self) -> None:
        self._save_violations()
        self._add_to_tally()
        self._violation_text = self._report(self._saved_violations)
        for fork in self._forks:
            if fork.is_open:
                self._violation_text = "\n".join(filter(None, (self._violation_text, fork.close())))
                self._saved_violations += fork.violations
        self._ask("deleteWorld")
        self._is_open = False
        self._server.worlds.remove(self)

    def _save_violations(self) -> None:
        """Save the violations before the journal is cleared."""
        self._saved_violations = self.violations

    def _report(self, violations: list[Violation]) -> str:
        """Return the errors that were not reported before; empty if there are none, or if they are allowed."""
        errors = [violation for violation in violations[self._reported :] if violation.level == "error"]
        self._reported = len(violations)
        if not errors or self._wanted.allow_violations:
            return ""
        from mockserver.testing.failure_report import failure_report

        lines = (f"  {error}" for error in errors)
        return "\n".join(["the client broke the contract:", *lines, failure_report(self, judged=True)])

    def _save_journal(self) -> None:
        """Save the violations and exchanges before the journal is cleared."""
        self._save_violations()
        self._saved_lines.append(self._lines())

    def _add_to_tally(self) -> None:
        """Add the judgement of this world to the report before the world is removed."""
        if self._server.tally is not None:
            from mockserver.testing.failure_report import again

            self._server.tally.add(
                self.test,
                self.grade(),
                seconds=time.monotonic() - self._began,
                again=again(self),
                seed=self.seed,
                allowed=self._wanted.allow_violations,
            )

    def _evidence(self) -> WorldEvidence:
        from mockserver.testing.judgement import WorldEvidence

        def collect() -> WorldEvidence:
            world = self._ask("showWorld")
            return WorldEvidence(
                self.exchanges,
                world["clock"]["mode"],
                world["readings"],
                self._server.overlays,
                self.ledger,
                self.orders,
                self._initial_orders,
            )

        return self._server.steering.together(collect)

    def _lines(self) -> bytes:
        """Return the journal as JSON Lines, one line per exchange."""
        return self._server.steering.fetch("exportLines", {"world": self.world_id}, _MOST)

    def _orders_of(self, world: Mapping[str, Any]) -> frozenset[str]:
        """Return the IDs of the orders in the initial state of a world."""
        return frozenset(order.id for order in self.orders) if world["orders"] else frozenset()

    def _track(self, other: SmsOnline) -> SmsOnline:
        self._forks.append(other)
        return other

    def _ask(self, operation: str, **options: Any) -> Any:
        path = {"world": self.world_id, **options.pop("path", {})}
        return self._server.steering.ask(operation, path, **options)


def _effect(kind: str, how: Any) -> object:
    """Return the value of an effect. A latency may be a number of seconds or a timedelta."""
    return written(how) if kind == "latency" and isinstance(how, int | float | timedelta) else how


def _without_unset(data: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in data.items() if value is not None and value != {}}
