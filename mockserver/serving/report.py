"""What the mock tells the person at the terminal."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import click

from mockserver import __version__
from mockserver.contract import Severity
from mockserver.contract.formats import dollars_text
from mockserver.domain.world import World
from mockserver.scenario.load import Scenario
from mockserver.serving.setup import Mock
from mockserver.simulation.journal import Observer, ServedExchange


def banner(url: str, mock: Mock) -> str:
    """Where the mock is, what it plays, and who may use it. Keys are shown for shipped scenarios only."""
    scenario = mock.scenario
    documents = mock.service.documents.values()
    return "\n".join(
        [
            f"smsonline-mock {__version__} at {url}",
            *(f"  {document.name:9} {url}{document.prefix}" for document in documents),
            f"  scenario  {scenario.name}: {scenario.description}",
            *(f"  account   {account}" for account in _accounts(scenario, mock.world)),
            f"  control   {mock.guard.closed or f'{url}/__mock__'}",
            "Press Ctrl-C to stop.",
        ]
    )


def observers(*, quiet: bool, verbose: bool) -> Sequence[Observer]:
    """What is printed while requests come: everything, what breaks the contract, or nothing."""
    if quiet:
        return ()
    return (_print_exchange,) if verbose else (_print_violations,)


class Reloads(NamedTuple):
    """What is told when a watched scenario is read anew: that it is played now, or why it is not."""

    loaded: Callable[[Scenario, Scenario], None]
    refused: Callable[[Exception], None]


def reloads(*, quiet: bool) -> Reloads:
    """What is printed of a watched scenario; nothing but problems if quiet."""
    return Reloads(_print_nothing if quiet else _print_changes, _print_problems)


def changes(before: Scenario, after: Scenario) -> str:
    """Which sections of a scenario were added, removed or changed."""
    old, new = before.data, after.data
    kinds = {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "changed": [name for name in new if name in old and new[name] != old[name]],
    }
    return "; ".join(f"{', '.join(names)} {kind}" for kind, names in kinds.items() if names)


def _print_nothing(_: Scenario, __: Scenario) -> None:
    pass


def _print_changes(before: Scenario, after: Scenario) -> None:
    click.echo(f"Reloaded {after.name}: {changes(before, after)}. The world begins anew.")


def _print_problems(error: Exception) -> None:
    click.echo(f"{error}\nNot reloaded: the last good scenario goes on.", err=True)


def _accounts(scenario: Scenario, world: World) -> list[str]:
    accounts = scenario.data["accounts"]
    return [
        f"{account['userId']} / {_key(account) if scenario.shipped else 'the key in its file'}, "
        f"{dollars_text(world.ledger.balance(account['userId']))} dollars"
        for account in accounts
    ]


def _key(account: dict[str, Any]) -> str:
    return " or ".join(account.get("keys") or [account["key"]])


def _print_exchange(exchange: ServedExchange) -> None:
    name = exchange.operation.name if exchange.operation else "no operation"
    faults = f", {' and '.join(exchange.faults)}" if exchange.faults else ""
    click.echo(f"{exchange.status or 'no answer'} {exchange.method} {exchange.path} ({name}{faults})")
    _print_violations(exchange)


def _print_violations(exchange: ServedExchange) -> None:
    for violation in exchange.violations:
        told = (
            "the request breaks the contract" if violation.level is Severity.ERROR else "the contract does not say so"
        )
        click.echo(f"  {told}: {violation}", err=True)
