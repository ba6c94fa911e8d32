"""What all tests of a run have met, broken and would have cost, over all processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from contracts.traffic.coverage import Coverage
from mockserver.testing.records import Cost, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

COVERAGE, RUN, SUMMARY = "coverage.json", "smsonline.json", "summary.md"
"""The files of a report."""


class Tally:
    """Adds up worlds and violations by test."""

    def __init__(self) -> None:
        self._coverage = Coverage()
        self._costs: dict[str, Cost] = {}
        self._requests: dict[str, int] = {}
        self._violations: dict[str, list[Violation]] = {}

    def add_world(self, test: str, coverage: Mapping[str, Any], cost: Cost, requests: int) -> None:
        """Count a world, before it is gone."""
        self._coverage.merge(Coverage.of_data(coverage))
        before = self._costs.get(test, Cost())
        self._costs[test] = Cost(before.spent + cost.spent, before.refunded + cost.refunded)
        self._requests[test] = self._requests.get(test, 0) + requests

    def add_violations(self, test: str, violations: Iterable[Violation]) -> None:
        """Count how a test's client has broken the contract."""
        if found := list(violations):
            self._violations.setdefault(test, []).extend(found)

    def merge(self, data: Mapping[str, Any]) -> None:
        """Count what another process has counted, as its `data` tells it."""
        self._coverage.merge(Coverage.of_data(data["coverage"]))
        for test in data["tests"]:
            name = test["test"]
            before = self._costs.get(name, Cost())
            self._costs[name] = Cost(before.spent + test["spent"], before.refunded + test["refunded"])
            self._requests[name] = self._requests.get(name, 0) + test["requests"]
            self.add_violations(name, (Violation(**each) for each in test["violations"]))

    def data(self) -> dict[str, Any]:
        """All of it, as JSON has it; `merge` reads it."""
        return {"coverage": self._coverage.data(), **self._run()}

    def write(self, folder: Path) -> None:
        """Write the report: coverage, tests with their cost and violations, and a summary. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in ((COVERAGE, self._coverage.data()), (RUN, self._run())):
            (folder / name).write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (folder / SUMMARY).write_text("\n".join(self._summary()) + "\n", encoding="utf-8")

    def line(self) -> str:
        """The whole run in a line."""
        ratio = self._coverage.ratios()["operations"]
        total, violations = self._total, sum(map(len, self._violations.values()))
        parts = (
            _counted(len(self._costs), "test"),
            _counted(sum(self._requests.values()), "request"),
            f"{ratio.met} of {ratio.total} operations met",
            _counted(violations, "contract violation"),
            f"would have cost {_dollars(total.lost)}",
        )
        return ", ".join(parts)

    @property
    def _total(self) -> Cost:
        costs = self._costs.values()
        return Cost(sum(cost.spent for cost in costs), sum(cost.refunded for cost in costs))

    def _run(self) -> dict[str, Any]:
        total = self._total
        tests = [
            {
                "test": test,
                "requests": self._requests[test],
                **cost._asdict(),
                "violations": [violation._asdict() for violation in self._violations.get(test, ())],
            }
            for test, cost in sorted(self._costs.items())
        ]
        return {"cost": {**total._asdict(), "lost": total.lost}, "tests": tests}

    def _summary(self) -> Iterable[str]:
        total = self._total
        yield f"# Tests against the mock\n\n{self.line()}.\n"
        yield "## Coverage of the contract\n\n| | met | of |\n|---|---|---|"
        for name, ratio in self._coverage.ratios().items():
            yield f"| {name} | {ratio.met} | {ratio.total} |"
        if missing := [*self._unmet()]:
            yield f"\nNot met: {', '.join(f'`{each}`' for each in missing)}. `{COVERAGE}` has the answers, too."
        yield "\n## Cost\n"
        yield f"Spent {_dollars(total.spent)}, refunded {_dollars(total.refunded)}, lost {_dollars(total.lost)}.\n"
        yield "| test | requests | spent | refunded |\n|---|---|---|---|"
        for test, cost in sorted(self._costs.items(), key=lambda item: -item[1].lost):
            cells = (f"`{test}`", str(self._requests[test]), _dollars(cost.spent), _dollars(cost.refunded))
            yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
        yield "\n## Contract violations\n"
        for test, violations in sorted(self._violations.items()):
            yield f"- `{test}`"
            yield from (f"  - {violation.level}: {violation}" for violation in violations)
        if not self._violations:
            yield "None."

    def _unmet(self) -> Iterator[str]:
        coverage = self._coverage
        met = {answer.operation for answer in coverage.answers if answer.times}
        yield from (operation for operation in coverage.operations if operation not in met)
        yield from (str(state) for state in coverage.states if not state.times)
        yield from (str(transition) for transition in coverage.transitions if not transition.times)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _dollars(cents: int) -> str:
    return f"${cents / 100:.2f}"
