"""What has passed through a proxy, counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mockserver.contract import Severity
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Document, Violation
    from mockserver.proxy.proxied_exchange import Passage

_Rule = tuple[str, str, str]


class TrafficSummary:
    """Counts exchanges, answers by operation, and how often which rule was broken."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.coverage = Coverage(documents)
        self.exchanges = self.stopped = self.failed = self.unknown = 0
        self._violations: dict[_Rule, Violation] = {}
        self._times: Counter[_Rule] = Counter()

    def add(self, passage: Passage) -> tuple[Violation, ...]:
        """Count what has passed. Returns the violations that are new: of a rule that was not broken there before."""
        exchange = passage.exchange
        self.exchanges += 1
        self.stopped += bool(passage.stopped)
        self.failed += bool(passage.failure)
        self.unknown += not exchange.operation
        if exchange.operation and exchange.answer and not passage.failure:
            self.coverage.answer(exchange.operation, exchange.answer.status)
        new = []
        for violation in passage.violations:
            rule = (violation.operation, violation.pointer, violation.place)
            if rule not in self._times:
                self._violations[rule] = violation
                new.append(violation)
            self._times[rule] += 1
        return tuple(new)

    @property
    def broken(self) -> bool:
        """Whether anything broke the contract."""
        return any(violation.level is Severity.ERROR for violation in self._violations.values())

    def summary(self) -> Iterator[str]:
        """Yield lines that tell people all of it."""
        counts = {"stopped": self.stopped, "failed": self.failed, "of no known operation": self.unknown}
        others = "".join(f", {what}: {count}" for what, count in counts.items() if count)
        yield f"exchanges: {self.exchanges}{others}"
        ratios = self.coverage.ratios()
        met = ", ".join(f"{ratios[name].met} of {ratios[name].total} {name}" for name in ("operations", "answers"))
        yield f"covered: {met}"
        if not self._times:
            yield "nothing broke the contract"
        for rule, times in self._times.most_common():
            yield f"{times} times: {self._violations[rule]}"
