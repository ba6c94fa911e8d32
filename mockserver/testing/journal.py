"""The journal of a world: look up exchanges, assert calls and wait for them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from mockserver.testing.control_client import Span, written
from mockserver.testing.records import Exchange, Order, identity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_MOST = 10_000


class Conditions(TypedDict, total=False):
    """Conditions on an exchange in addition to its operation. `path` may be a glob; `order` is an order ID."""

    method: str
    path: str
    status: int
    account: str
    order: str | Order


class Journal:
    """The exchanges of a world.

    An operation is a name of the contract documents, such as `v3.getOrder`, or a glob such as `v3.*`. An unknown
    operation raises ValueError.
    """

    def __init__(self, ask: Callable[..., Any], keep: Callable[[], None], operations: Collection[str]) -> None:
        """Create a journal. `ask` calls the control API, `keep` runs before the journal is cleared."""
        self._ask = ask
        self._keep = keep
        self._operations = operations

    def __len__(self) -> int:
        """The number of exchanges."""
        count: int = self._ask("countExchanges", query={"limit": _MOST})["count"]
        return count

    def requests(self, operation: str = "*", **conditions: Unpack[Conditions]) -> list[Exchange]:
        """Return the exchanges that meet all conditions, the oldest first."""
        query = {**self._condition(operation, conditions), "limit": _MOST}
        return [Exchange.of(view) for view in self._ask("listExchanges", query=query)["exchanges"]]

    def last(self, count: int) -> list[Exchange]:
        """Return the last `count` exchanges, the oldest first."""
        recorded = self._ask("showWorld")["journal"]["recorded"]
        query = {"after": max(0, recorded - count)}
        return [Exchange.of(view) for view in self._ask("listExchanges", query=query)["exchanges"]]

    def assert_called(
        self,
        operation: str = "*",
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        **conditions: Unpack[Conditions],
    ) -> None:
        """Assert that an operation was called, by default at least once.

        The AssertionError states the number of calls and the closest exchanges.
        """
        __tracebackhide__ = True
        counts = {"exactly": times, "atLeast": at_least, "atMost": at_most}
        self._assert("verifyCalls", _expected([self._condition(operation, conditions)], counts))

    def assert_not_called(self, operation: str = "*", **conditions: Unpack[Conditions]) -> None:
        """Assert that an operation was not called."""
        __tracebackhide__ = True
        self._assert("verifyCalls", _expected([self._condition(operation, conditions)], {"exactly": 0}))

    def assert_sequence(self, *operations: str) -> None:
        """Assert that operations were called in this order. Other calls may be between them."""
        __tracebackhide__ = True
        self._assert("verifyCalls", _expected([self._condition(operation, {}) for operation in operations], {}))

    def wait_for(
        self,
        operation: str,
        *,
        times: int = 1,
        within: Span = "5s",
        **conditions: Unpack[Conditions],
    ) -> list[Exchange]:
        """Wait until an operation was called `times` times, and return these exchanges.

        `within` is real time; a mock in another process may limit it. Raises AssertionError after this time. The
        client must run in another thread or process. In a coroutine, use `wait_for_async`.
        """
        __tracebackhide__ = True
        waited = written(within)
        expected = _expected([self._condition(operation, conditions)], {"atLeast": times}, waited)
        self._assert("waitForCalls", expected, _seconds(waited))
        return self.requests(operation, **conditions)

    async def wait_for_async(
        self,
        operation: str,
        *,
        times: int = 1,
        within: Span = "5s",
        **conditions: Unpack[Conditions],
    ) -> list[Exchange]:
        """Wait like `wait_for` without blocking the event loop. Works with asyncio and trio."""
        from anyio.to_thread import run_sync

        __tracebackhide__ = True
        wait = partial(self.wait_for, operation, times=times, within=within, **conditions)
        return await run_sync(wait, abandon_on_cancel=True)

    def clear(self) -> None:
        """Remove all exchanges. Their contract violations still fail the test."""
        self._keep()
        self._ask("clearJournal")

    def _condition(self, operation: str, conditions: Conditions) -> dict[str, Any]:
        if not any(fnmatchcase(name, operation) for name in self._operations):
            from mockserver.contract.messages import did_you_mean

            raise ValueError(f"there is no operation {operation}{did_you_mean(operation, self._operations)}")
        named = {} if operation == "*" else {"operation": operation}
        found = {**named, **conditions}
        return {**found, "order": identity(found["order"])} if "order" in found else found

    def _assert(self, ask: str, expected: dict[str, Any], wait: float | None = None) -> None:
        __tracebackhide__ = True
        verdict = self._ask(ask, body=expected, wait=wait)
        if not verdict["verified"]:
            raise AssertionError(verdict["message"])


def _expected(calls: list[dict[str, Any]], counts: dict[str, int | None], within: str | None = None) -> dict[str, Any]:
    given = {name: count for name, count in counts.items() if count is not None}
    return {"calls": calls, **given, **({"within": within} if within else {})}


def _seconds(text: str) -> float:
    from mockserver.simulation.units import duration

    return duration(text) / 1000
