"""The environment variables that give clients the base URLs of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE_URL = "SMSONLINE_BASE_URL"
"""The base URL of the newest generation of the service."""


def url_variables(documents: Iterable[str]) -> dict[str, str]:
    """Return the base URL variable of each document by document name. `documents` has the newest first."""
    newest, *others = documents
    return {newest: BASE_URL, **{name: f"SMSONLINE_{name.upper().replace('-', '_')}_URL" for name in others}}
