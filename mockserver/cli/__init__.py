"""The command `smsonline-mock`. Subcommands are imported on demand, so startup, help and completion stay fast."""

from collections.abc import Iterator, Mapping
from importlib import import_module

import click

from mockserver import __version__
from mockserver.cli.crash import CrashReporter

COMMANDS = ("config", "drift", "explain", "grade", "proxy", "readings", "routes", "scenarios", "serve", "verify")
"""The subcommands. Each is a function in the module of the same name in this package."""


class _Commands(Mapping[str, click.Command]):
    """A mapping of subcommand names to commands. A lookup imports the command."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in COMMANDS:
            raise KeyError(name)
        command: click.Command = getattr(import_module(f"{__name__}.{name}"), name)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


@click.group(cls=CrashReporter, commands=_Commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="smsonline-mock")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback if the command fails with an internal error.")
def main(*, verbose: bool) -> None:
    """A mock server that behaves like the SMSOnline phone-number service."""
