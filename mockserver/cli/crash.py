"""Handling of internal errors: a one-line message in place of a traceback."""

import errno
from typing import Any

import click

from mockserver.cli.options import EXTRA, UnusableError


class CrashReporter(click.Group):
    """A command group that reports an internal error in one line, or with its traceback if -v is given.

    The text of the exception is not shown, because it could contain a secret.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises UnusableError for an internal error."""
        verbose = ctx.params["verbose"] or {"-v", "--verbose"} & set(ctx.args)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if verbose or (isinstance(error, OSError) and error.errno == errno.EPIPE):
                raise
            raise UnusableError(_message(error)) from error


def _message(error: Exception) -> str:
    name = (error.name or "").partition(".")[0] if isinstance(error, ImportError) else ""
    if name and name not in ("contracts", "mockserver"):
        return f"{EXTRA} ({name} is missing)"
    from mockserver.contract.messages import bug

    return f"{bug(error)}; put -v first to see the traceback"
