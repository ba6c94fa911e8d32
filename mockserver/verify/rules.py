"""The rules that the suites hold a server to, as `rules.yaml` lists them."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import Confidence, located
from mockserver.data import directory
from mockserver.findings import Severity, weigh

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = directory("contracts") / "verify_rules.yaml"
ALWAYS = "always"


class SuiteRule(NamedTuple):
    """A rule: the code of a finding that breaks it, how it is known, and what it says.

    `known` is a level of provenance, or `always` for what holds whatever a contract says.
    """

    name: str
    code: str
    known: str
    says: str

    @property
    def provenance(self) -> Confidence | None:
        """How the rule is known; None if it holds always."""
        return None if self.known == ALWAYS else Confidence(self.known)

    @property
    def level(self) -> Severity:
        """How much it weighs to break the rule."""
        return weigh(self.provenance)


@cache
def rules() -> Mapping[str, SuiteRule]:
    """Return all rules by name."""
    return MappingProxyType({name: SuiteRule(name, **fields) for name, fields in located.read(TABLE).data.items()})
