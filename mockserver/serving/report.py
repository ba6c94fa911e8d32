"""The output of `serve` on the terminal: the banner, requests and violations, and reloads of the scenario."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from mockserver import __version__
from mockserver.contract import Severity
from mockserver.contract.formats import dollars_text
from mockserver.domain.world import World
from mockserver.scenario.load import Scenario
from mockserver.serving.setup import Mock
from mockserver.simulation.journal import Observer, ServedExchange


def banner(url: str, mock: Mock, authority: Path | None = None) -> str:
    """Return the addresses, the scenario and the accounts of the mock. Only keys of shipped scenarios are shown.

    `authority` is the file with the certificate authority that clients must trust.
    """
    scenario = mock.scenario
    documents = mock.service.documents.values()
    return "\n".join(
        [
            f"smsonline-mock {__version__} at {url}",
            *(f"  {document.name:9} {url}{document.prefix}" for document in documents),
            f"  scenario  {scenario.name}: {scenario.description}",
            *(f"  account   {account}" for account in _accounts(scenario, mock.world)),
            *([f"  trust     {authority}"] if authority else ()),
            f"  control   {mock.guard.closed or f'{url}/__mock__'}",
            "Press Ctrl-C to stop.",
        ]
    )


def observers(*, quiet: bool, verbose: bool) -> Sequence[Observer]:
    """Return the observers that print all exchanges (`verbose`), contract violations only, or nothing (`quiet`)."""
    if quiet:
        return ()
    return (_print_exchange,) if verbose else (_print_violations,)


class Reloads(NamedTuple):
    """The callbacks for a reload of a watched scenario: `loaded` on success, `refused` on an error."""

    loaded: Callable[[Scenario, Scenario], None]
    refused: Callable[[Exception], None]


def reloads(*, quiet: bool) -> Reloads:
    """Return the callbacks that print reloads; with `quiet`, they print errors only."""
    return Reloads(_print_nothing if quiet else _print_changes, _print_problems)


def changes(before: Scenario, after: Scenario) -> str:
    """Return which sections of a scenario were added, removed or changed."""
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
    click.echo(f"Reloaded {after.name}: {changes(before, after)}. The world was reset.")


def _print_problems(error: Exception) -> None:
    click.echo(f"{error}\nNot reloaded: the last valid scenario stays in use.", err=True)


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
        breaks = violation.level is Severity.ERROR
        effect = "the request breaks the contract" if breaks else "the contract does not describe this"
        click.echo(f"  {effect}: {violation}", err=True)
