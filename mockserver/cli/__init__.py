"""The command `smsonline-mock`. What a command needs is imported when it runs: help and completion stay fast."""

import click

from mockserver import __version__
from mockserver.cli.routes import routes
from mockserver.cli.scenarios import scenarios
from mockserver.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="smsonline-mock")
def main() -> None:
    """A mock server that behaves like the SMSOnline phone-number service."""


main.add_command(routes)
main.add_command(scenarios)
main.add_command(serve)
