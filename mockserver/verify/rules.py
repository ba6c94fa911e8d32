"""The rules that suites check, as `verify_rules.yaml` lists them, and the rules of the service by its contract."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import Confidence, located
from mockserver.contract.vocabulary import milliseconds
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


class ServiceTerms(NamedTuple):
    """What holds of orders and money; durations are milliseconds. `vocabulary.yaml` says more of each rule.

    `renewal` is what asking for another SMS adds to the time of an order; None if the lifetime begins anew. An order
    that ends without an SMS `lapses` if it is refunded by itself, and is `repaid` if only its money returns. `above` is
    the reason for which an order is refused that costs more than its maximum. Another SMS may be `charged_again`;
    prices may be `shown` with the discount of the account taken off. Payments to wallets may be `listed` among the
    invoices. Statistics may count orders `by_state`, else one that ever received an SMS is completed.
    """

    lifetime: int
    renewal: int | None
    refund_window: int
    payment_lifetime: int
    lapses: bool
    repaid: bool
    charged_again: bool
    above: str
    shown: bool
    listed: bool
    by_state: bool

    @classmethod
    def of(cls, rules: Mapping[str, str]) -> ServiceTerms:
        """Read the rules of a contract."""
        return cls(
            lifetime=milliseconds(rules["lifetime"]),
            renewal=None if rules["renewal"] == "anew" else milliseconds(rules["renewal"]),
            refund_window=milliseconds(rules["refund_window"]),
            payment_lifetime=milliseconds(rules["payment_lifetime"]),
            lapses=rules["expiry"] == "refunded",
            repaid=rules["expiry"] == "repaid",
            charged_again=rules["another_sms"] == "charged",
            above=rules["above_maximum"],
            shown=rules["discount"] == "shown",
            listed=rules["wallets"] == "listed",
            by_state=rules["counted"] == "by_state",
        )
