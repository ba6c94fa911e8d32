"""A test's own world, and everything that can be done to it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mockserver.testing.control_client import WorldClock
from mockserver.testing.journal import Journal
from mockserver.testing.records import Cost, Fault, LedgerEntry, Order, Payment, Violation, camel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from mockserver.judge import Judgement, Limits
    from mockserver.testing.judgement import WorldEvidence
    from mockserver.testing.server import Server, Wanted
    from mockserver.traffic import Exchange

_MOST = {"limit": 10_000}


class ContractBrokenError(AssertionError):
    """A client broke the contract. The text lists how."""


class SmsOnline:
    """A world of its own behind a mock: the account of a client under test, and the vendor's side of it.

    Each method asks the mock, which answers at once, so a coroutine may use them, too; only `journal.wait_for` waits.
    Whatever cannot be done raises SteeringError, which says why. Used as a context manager, the world is gone at the
    end, and a client that broke the contract in it is a ContractBrokenError.
    """

    def __init__(self, server: Server, wanted: Wanted, opened: Mapping[str, Any], test: str = "") -> None:
        self._server = server
        self._wanted = wanted
        self._forks: list[SmsOnline] = []
        self._kept: list[Violation] = []
        self._recorded: list[bytes] = []
        self._began = time.monotonic()
        self._broken = ""
        self._is_open = True
        self.test = test
        """The test whose world it is, by pytest's name for it."""
        self.world_id: str = opened["world"]["id"]
        self.is_inline = not isinstance(wanted.scenario, str | Path)
        self.scenario: str = opened["world"]["scenario"] if self.is_inline else str(wanted.scenario)
        self.seed: int = opened["world"]["seed"]
        self.user_id: str = opened["userId"]
        self.api_key: str = opened["apiKey"]
        self.clock = WorldClock(self._ask)
        self.journal = Journal(self._ask, self._forget, server.operations)
        self._before = self._orders_of(opened["world"])

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
        """What stands for the vendor's URL of the newest generation of the service, `https://…/v3`."""
        return self.url_of(self._server.documents[0])

    def __getattr__(self, name: str) -> str:
        """The base URL of each contract document by its name: what `url_of` returns for `v2` is `v2_url`."""
        document = name.removesuffix("_url")
        if document != name and document in self._server.documents:
            return self.url_of(document)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def url_of(self, document: str) -> str:
        """What stands for the vendor's URL of a contract document, such as `v3`. Raises KeyError."""
        return self._server.url_of(document)

    @property
    def env(self) -> dict[str, str]:
        """Where the service is and whose account is used, for the environment of another process."""
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
        """What the account has, in US cents."""
        balance: int = self._ask("showLedger", query={"limit": 1})["balances"][self.user_id]
        return balance

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """All entries of all accounts, the oldest first."""
        return tuple(LedgerEntry.of(view) for view in self._ask("showLedger", query=_MOST)["entries"])

    @property
    def cost(self) -> Cost:
        """What the orders would have cost with the vendor."""
        return Cost.of(self.ledger)

    @property
    def violations(self) -> list[Violation]:
        """How the client has broken the contract: errors, and warnings for names that the contract does not know."""
        if not self._is_open:
            return self._kept
        views = self._ask("listViolations", query={"side": "request", **_MOST})["violations"]
        return [*self._kept, *map(Violation.of, views)]

    @property
    def faults(self) -> list[Fault]:
        """What goes wrong on purpose, and how often it did."""
        return [Fault.of(view) for view in self._ask("listFaults")["faults"]]

    def deliver_sms(self, order_id: str, *, text: str | None = None, code: str | None = None) -> Order:
        """Let an SMS arrive now; what is not given is as the service would write it."""
        given = {name: value for name, value in {"text": text, "code": code}.items() if value is not None}
        return Order.of(self._ask("deliverSms", path={"order": order_id}, body=given))

    def expire(self, order_id: str) -> Order:
        """Let an order's time be over now."""
        return Order.of(self._ask("expireOrder", path={"order": order_id}))

    def refund(self, order_id: str) -> Order:
        """Let the vendor return an order's money."""
        return Order.of(self._ask("refundOrder", path={"order": order_id}))

    def settle(self, payment_id: str, status: str = "paid") -> Payment:
        """Let a payment get a status now."""
        return Payment.of(self._ask("settlePayment", path={"payment": payment_id}, body={"status": status}))

    def change(
        self, country: str, service: str, *, carrier: str = "any", price: int | None = None, stock: int | None = None
    ) -> None:
        """Change a price in US cents, or a stock, now."""
        given = {name: value for name, value in {"price": price, "stock": stock}.items() if value is not None}
        offer = {"country": country, "service": service, "carrier": carrier}
        self._ask("changeCatalogue", body={**offer, **given})

    def fail(
        self,
        operation: str | list[str] = "*",
        *,
        at: str | None = None,
        name: str | None = None,
        account: str | None = None,
        times: int | None = None,
        nth: int | None = None,
        every: int | None = None,
        probability: float | None = None,
        after: str | None = None,
        until: str | None = None,
        lost_answer: bool = False,
        **effect: object,
    ) -> Fault:
        """Let calls of an operation go wrong: any one effect that a scenario's faults have, such as `status=500`.

        `lost_answer=True` does what was asked for and then resets the connection. `after` and `until` are of the
        world's time since its start; the others choose among the calls as in scenarios.
        """
        if lost_answer:
            effect, at = {**effect, "reset": True}, at or "after"
        when = {
            "operation": operation,
            "account": account,
            "times": times,
            "nth": nth,
            "every": every,
            "probability": probability,
            "from": after,
            "until": until,
        }
        fault = {
            "name": name,
            "at": at,
            "when": _said(when),
            "then": {camel(kind): how for kind, how in effect.items()},
        }
        return Fault.of(self._ask("addFault", body=_said(fault)))

    def heal(self, fault: Fault | None = None) -> None:
        """Let a fault act no more, or none of them."""
        if fault is None:
            self._ask("clearFaults")
        else:
            self._ask("removeFault", path={"fault": fault.number})

    def reset(self) -> None:
        """Begin anew, with the same account and without faults that were added."""
        self._keep()
        self._report()
        self._recorded.clear()
        self._before = self._orders_of(self._ask("resetWorld"))
        self._began = time.monotonic()

    def snapshot(self) -> dict[str, Any]:
        """Everything the world remembers, as JSON data; it holds its API keys."""
        snapshot: dict[str, Any] = self._ask("takeSnapshot")
        return snapshot

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Go back to a snapshot of this world."""
        self._ask("restoreSnapshot", body=snapshot)

    @property
    def exchanges(self) -> list[Exchange]:
        """What came and went since the world began or was reset, as traffic: redacted, the oldest first."""
        from mockserver.traffic import jsonl

        recorded = b"".join((*self._recorded, self._lines()))
        return list(jsonl.read(recorded.splitlines(keepends=True)))

    def grade(self, *, limits: Limits | None = None, paced: bool | None = None, ended: bool = False) -> Judgement:
        """Judge what the client has done since the world began or was reset, as `smsonline-mock grade` does.

        `limits` are the shortest pauses of a good client. Unless it is `paced`, nothing is said of pauses; by default
        it is, if the world's time passes by itself or has been advanced. A client that has `ended` will not look after
        the orders that are still waiting.
        """
        return self._evidence().judge(limits, paced=paced, ended=ended)

    def fork(self) -> SmsOnline:
        """A copy of the world as it is now, with a key of its own. It ends with this one, or with its `with`."""
        return self._with(SmsOnline(self._server, self._wanted, self._ask("forkWorld"), self.test))

    def fresh(self) -> SmsOnline:
        """Another world that begins as this one did, such as for each example of a property."""
        return self._with(self._server.begin(self._wanted, self.test))

    def close(self) -> str:
        """Remove the world and all that came of it; return how its clients have broken the contract.

        That is empty if they have not, or were allowed to.
        """
        if self._is_open:
            self._server.steering.together(self._close)
        return self._broken

    @property
    def is_open(self) -> bool:
        """Whether the world is still there."""
        return self._is_open

    @property
    def coverage(self) -> dict[str, Any]:
        """How much of the contract this world has met, as counts and as a list of what is missing."""
        coverage: dict[str, Any] = self._ask("showCoverage")
        return coverage

    def _close(self) -> None:
        self._keep()
        self._report()
        self._broken = self._judge()
        for fork in self._forks:
            if fork.is_open:
                self._broken = "\n".join(filter(None, (self._broken, fork.close())))
                self._kept += fork.violations
        self._ask("deleteWorld")
        self._is_open = False

    def _keep(self) -> None:
        """Hold on to what a journal tells that is about to be forgotten."""
        self._kept = self.violations

    def _judge(self) -> str:
        errors = [violation for violation in self._kept if violation.level == "error"]
        if not errors or self._wanted.allow_violations:
            return ""
        from mockserver.testing.failure_report import failure_report

        lines = (f"  {error}" for error in errors)
        return "\n".join(["the client broke the contract:", *lines, failure_report(self, judged=True)])

    def _forget(self) -> None:
        """Hold on to all that the journal tells, which is about to be cleared."""
        self._keep()
        self._recorded.append(self._lines())

    def _report(self) -> None:
        """Let the report of the run have what came of this world, before it is gone."""
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

        def told() -> WorldEvidence:
            shown = self._ask("showWorld")
            return WorldEvidence(
                self.exchanges,
                shown["clock"]["mode"],
                shown["readings"],
                self._server.overlays,
                self.ledger,
                self.orders,
                self._before,
            )

        return self._server.steering.together(told)

    def _lines(self) -> bytes:
        """What the journal tells, a line of JSON for each exchange."""
        return self._server.steering.fetch("exportLines", {"world": self.world_id}, _MOST)

    def _orders_of(self, shown: Mapping[str, Any]) -> frozenset[str]:
        """The orders of a world that has just begun; most have none."""
        return frozenset(order.id for order in self.orders) if shown["orders"] else frozenset()

    def _with(self, other: SmsOnline) -> SmsOnline:
        self._forks.append(other)
        return other

    def _ask(self, operation: str, **options: Any) -> Any:
        path = {"world": self.world_id, **options.pop("path", {})}
        return self._server.steering.ask(operation, path, **options)


def _said(data: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in data.items() if value is not None and value != {}}
