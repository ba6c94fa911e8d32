"""What came and went in a world: looked up, asserted, waited for."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from mockserver.testing.control_client import written
from mockserver.testing.records import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import timedelta

_MOST = 10_000


class Conditions(TypedDict, total=False):
    """What must hold for an exchange beside its operation; `path` may be a glob, `order` is an order's id."""

    method: str
    path: str
    status: int
    account: str
    order: str


class Journal:
    """The exchanges of a world.

    Operations are named as in the contract documents, such as `v3.getOrder`, or by globs such as `v3.*`. An unknown
    operation raises ValueError.
    """

    def __init__(self, ask: Callable[..., Any], keep: Callable[[], None], operations: Collection[str]) -> None:
        """Take what asks the mock, what is to be done before it forgets, and the names of all operations."""
        self._ask = ask
        self._keep = keep
        self._operations = operations

    def __len__(self) -> int:
        """How many exchanges are in it."""
        count: int = self._ask("countExchanges", query={"limit": _MOST})["count"]
        return count

    def requests(self, operation: str = "*", **conditions: Unpack[Conditions]) -> list[Exchange]:
        """The exchanges that meet all conditions, the oldest first."""
        query = {**self._condition(operation, conditions), "limit": _MOST}
        return [Exchange.of(view) for view in self._ask("listExchanges", query=query)["exchanges"]]

    def last(self, count: int) -> list[Exchange]:
        """The newest exchanges, the oldest of them first."""
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
        """Assert that this was called: once or more, or as often as is said.

        The AssertionError tells how often it was, and which exchanges come nearest.
        """
        __tracebackhide__ = True
        counts = {"exactly": times, "atLeast": at_least, "atMost": at_most}
        self._assert("verifyCalls", _expected([self._condition(operation, conditions)], counts))

    def assert_not_called(self, operation: str = "*", **conditions: Unpack[Conditions]) -> None:
        """Assert that this was not called."""
        __tracebackhide__ = True
        self._assert("verifyCalls", _expected([self._condition(operation, conditions)], {"exactly": 0}))

    def assert_sequence(self, *operations: str) -> None:
        """Assert that these were called in this order; others may have been between them."""
        __tracebackhide__ = True
        self._assert("verifyCalls", _expected([self._condition(operation, {}) for operation in operations], {}))

    def wait_for(
        self,
        operation: str,
        *,
        times: int = 1,
        within: str | timedelta = "5s",
        **conditions: Unpack[Conditions],
    ) -> list[Exchange]:
        """Wait until this was called so often, and return those exchanges.

        `within` is real time, of which a mock elsewhere may allow less. Raises AssertionError when it is over. The
        client must run elsewhere meanwhile, such as in a thread or a process: in a coroutine use `wait_for_async`.
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
        within: str | timedelta = "5s",
        **conditions: Unpack[Conditions],
    ) -> list[Exchange]:
        """Wait as `wait_for` does, while the other tasks of the event loop go on; asyncio and trio will do."""
        from anyio.to_thread import run_sync

        __tracebackhide__ = True
        wait = partial(self.wait_for, operation, times=times, within=within, **conditions)
        return await run_sync(wait, abandon_on_cancel=True)

    def clear(self) -> None:
        """Forget all exchanges; those that broke the contract are still held against the test."""
        self._keep()
        self._ask("clearJournal")

    def _condition(self, operation: str, conditions: Conditions) -> dict[str, Any]:
        if not any(fnmatchcase(name, operation) for name in self._operations):
            from mockserver.contract.messages import did_you_mean

            raise ValueError(f"there is no operation {operation}{did_you_mean(operation, self._operations)}")
        named = {} if operation == "*" else {"operation": operation}
        return {**named, **conditions}

    def _assert(self, ask: str, expected: dict[str, Any], wait: float | None = None) -> None:
        __tracebackhide__ = True
        verdict = self._ask(ask, body=expected, wait=wait)
        if not verdict["verified"]:
            raise AssertionError(verdict["message"])


def _expected(calls: list[dict[str, Any]], counts: dict[str, int | None], within: str | None = None) -> dict[str, Any]:
    said = {name: count for name, count in counts.items() if count is not None}
    return {"calls": calls, **said, **({"within": within} if within else {})}


def _seconds(text: str) -> float:
    from mockserver.simulation.units import duration

    return duration(text) / 1000
