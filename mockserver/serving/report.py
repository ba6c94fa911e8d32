"""What the mock tells the person at the terminal."""

from collections.abc import Sequence

import click

from mockserver import __version__
from mockserver.dialects.wire import dollars
from mockserver.domain.world import World
from mockserver.scenario.load import Scenario
from mockserver.serving.setup import Mock
from mockserver.simulation.exchange import Exchange, Observer


def banner(url: str, mock: Mock) -> str:
    """Where the mock is, what it plays, and who may use it. Keys are shown for shipped scenarios only."""
    scenario = mock.scenario
    documents = [dialect.document for dialect in mock.dialects]
    return "\n".join(
        [
            f"smsonline-mock {__version__} at {url}",
            *(f"  {document.name:9} {url}{document.prefix}" for document in documents),
            f"  scenario  {scenario.name}: {scenario.description}",
            *(f"  account   {account}" for account in _accounts(scenario, mock.world)),
            "Press Ctrl-C to stop.",
        ]
    )


def observers(*, quiet: bool, verbose: bool) -> Sequence[Observer]:
    """What is printed while requests come: everything, what breaks the contract, or nothing."""
    if quiet:
        return ()
    return (_print_exchange,) if verbose else (_print_violations,)


def _accounts(scenario: Scenario, world: World) -> list[str]:
    accounts = scenario.data["accounts"]
    return [
        f"{account['userId']} / {account['key'] if scenario.shipped else 'the key in its file'}, "
        f"{dollars(world.ledger.balance(account['userId'])):.2f} dollars"
        for account in accounts
    ]


def _print_exchange(exchange: Exchange) -> None:
    name = exchange.operation.name if exchange.operation else "no operation"
    click.echo(f"{exchange.status} {exchange.method} {exchange.path} ({name})")
    _print_violations(exchange)


def _print_violations(exchange: Exchange) -> None:
    for violation in exchange.violations:
        click.echo(f"  the request breaks the contract: {violation}", err=True)
