"""What the command says when it breaks."""

import errno
from typing import Any

import click

from mockserver.cli.options import EXTRA, UnusableError


class Careful(click.Group):
    """Ends a command that breaks with one line; with -v, with the traceback.

    The text of what it broke with is not shown: nobody knows what is in it.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises UnusableError."""
        verbose = ctx.params["verbose"] or {"-v", "--verbose"} & set(ctx.args)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if verbose or (isinstance(error, OSError) and error.errno == errno.EPIPE):
                raise
            raise UnusableError(_told(error)) from error


def _told(error: Exception) -> str:
    name = (error.name or "").partition(".")[0] if isinstance(error, ImportError) else ""
    if name and name not in ("contracts", "mockserver"):
        return f"{EXTRA} ({name} is missing)"
    from mockserver.contract.messages import bug

    return f"{bug(error)}; put -v first to see the traceback"
