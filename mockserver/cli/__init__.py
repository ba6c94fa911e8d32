"""The command `smsonline-mock`. What a command needs is imported when it runs: help and completion stay fast."""

import click

from mockserver import __version__
from mockserver.cli.breaking import Careful
from mockserver.cli.config import config
from mockserver.cli.drift import drift
from mockserver.cli.explain import explain
from mockserver.cli.proxy import proxy
from mockserver.cli.routes import routes
from mockserver.cli.scenarios import scenarios
from mockserver.cli.serve import serve
from mockserver.cli.verify import verify


@click.group(cls=Careful, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="smsonline-mock")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback if the command breaks.")
def main(*, verbose: bool) -> None:
    """A mock server that behaves like the SMSOnline phone-number service."""


main.add_command(config)
main.add_command(drift)
main.add_command(explain)
main.add_command(proxy)
main.add_command(routes)
main.add_command(scenarios)
main.add_command(serve)
main.add_command(verify)
