"""The rules that suites check, from `verify_rules.yaml`, and the terms of the service under a contract."""

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
    """A rule: its finding code, its provenance, and its text.

    `known` is a level of provenance, or `always` for a rule that holds under any contract.
    """

    name: str
    code: str
    known: str
    says: str

    @property
    def provenance(self) -> Confidence | None:
        """The provenance of the rule; None if it always holds."""
        return None if self.known == ALWAYS else Confidence(self.known)

    @property
    def level(self) -> Severity:
        """The severity of a breach of the rule."""
        return weigh(self.provenance)


@cache
def rules() -> Mapping[str, SuiteRule]:
    """Return all rules by name."""
    return MappingProxyType({name: SuiteRule(name, **fields) for name, fields in located.read(TABLE).data.items()})


class ServiceTerms(NamedTuple):
    """The terms of the service for orders and money. `vocabulary.yaml` describes the rules behind them.

    - `lifetime`, `refund_window`, `payment_lifetime`: in milliseconds
    - `renewal`: the time that another SMS adds to an order, in milliseconds; None if the lifetime starts again
    - `lapses`: an order that expires without an SMS is refunded automatically
    - `repaid`: an order that expires without an SMS stays expired, but its price is repaid
    - `charged_again`: another SMS is charged
    - `above`: the reason to refuse an order above its maximum price
    - `shown`: prices are shown with the discount of the account
    - `listed`: payments to wallets are listed among the invoices
    - `by_state`: statistics count orders by state; otherwise an order that ever received an SMS counts as completed
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
        """Return the terms for the rules of a contract."""
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
