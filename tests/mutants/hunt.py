"""Which suite of `verify` finds a mutant, and how soon."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.cli.targets import app_factory as sound
from mockserver.contract import Contract, contract
from mockserver.traffic.coverage import Coverage
from mockserver.traffic.redaction import Redactor
from mockserver.verify.context import Context, RunSettings
from mockserver.verify.guard import Guard
from mockserver.verify.target import in_process

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.findings import Finding
    from mockserver.verify.target import AppFactory, StartedApp
    from tests.mutants.mutant import Mutant

SUITES = ("equivalence", "examples", "safety", "lifecycle", "schema")
"""The suites, the cheapest first."""
SEED = 1


class Catch(NamedTuple):
    """The first finding of a mutant, and after how many cases of its suite and how many seconds of all it came.

    No case at all means that the suite found it while it got ready.
    """

    finding: Finding
    cases: int
    seconds: float


class Caught(Exception):  # noqa: N818 - nothing went wrong
    """There is a finding: enough is known."""


class Hunt(Context):
    """A context that ends its suite with the first finding."""

    def find(self, *what: Any, **more: Any) -> None:
        super().find(*what, **more)
        raise Caught


def hunt(mutant: Mutant | None, suites: Iterable[str] = SUITES) -> Catch | None:
    """Run suites against a mutant, or against the sound mock, until one finds something; None if none does."""
    held = _held()
    documents = held.documents.values()
    target = in_process(app_factory(mutant), documents)
    setting = RunSettings(target, held, (), SEED, Guard(), Coverage(documents), Redactor())
    began = time.perf_counter()
    for name in suites:
        context = Hunt(name, setting)
        with suppress(Caught):
            import_module(f"mockserver.verify.{name}").run(context)
        if context.found:
            [finding, *_] = context.result(0).findings
            return Catch(finding, context.cases, time.perf_counter() - began)
    return None


def app_factory(mutant: Mutant | None) -> AppFactory:
    """Begins worlds of a mutant, or of the sound mock, as `verify` does."""

    def begin(scenario: str) -> StartedApp:
        started = _sound()(scenario)
        if mutant:
            mutant.spoil(started.app)
        return started

    return begin


@cache
def _held() -> Contract:
    return contract()


@cache
def _sound() -> AppFactory:
    return sound({})
