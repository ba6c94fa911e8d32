"""Output in a step of a GitHub workflow: GitHub obeys commands in it, on standard output and standard error alike."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from secrets import token_hex
from typing import IO, Any


def runs_here(environment: Mapping[str, str]) -> bool:
    """Return whether this process is a step of a GitHub workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


@contextmanager
def muted(out: IO[Any]) -> Iterator[None]:
    """Disable workflow commands in the output of the block: a server could send them in its responses."""
    token = token_hex(16)
    out.write(f"::stop-commands::{token}\n")
    try:
        yield
    finally:
        out.write(f"\n::{token}::\n")


def muted_in_workflow(out: IO[Any]) -> AbstractContextManager[None]:
    """Disable workflow commands in the output of the block if this process is a step of a GitHub workflow."""
    return muted(out) if runs_here(os.environ) else nullcontext()
