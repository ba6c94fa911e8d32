"""The payments of a recording: which were made, and how each ended."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from mockserver.contract.reader import get
from mockserver.drift.recorded_day.day import instant
from mockserver.traffic.calls import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract.reader import Facts
    from mockserver.drift.recorded_day.day import Moment, Omissions, Pace

Section = dict[str, Any]

PAYS = frozenset({"invoice", "card_invoice", "wallet"})
"""The operations that open a payment."""

CREDITED = frozenset({"paid", "paid_over"})
"""The statuses whose money is on the account."""

_MOST_AT_ONCE, _MOST_OPEN = 4, 20
"""The most payments that are tried for one change of the balance, and the most that they are chosen from."""

_OPEN = frozenset({"check", "process", "confirm_check", "wrong_amount_waiting"})
_CRYPTO = "crypto"


@dataclass
class Payment:
    """A payment that was opened in the recording, the `nth` one of its account.

    `ended` is the tick by which it had its last status.
    """

    account: str
    nth: int
    opened: int
    cents: int
    coupon: str
    is_wallet: bool
    id: str
    status: str = ""
    ended: int | None = None


class Payments:
    """The payments of a recording. `bonus` has the percentage of each coupon, by account and code."""

    def __init__(self, rules: Mapping[str, str], notes: Omissions) -> None:
        self.opened: list[Payment] = []
        self.past: dict[str, list[Facts]] = {}
        """The invoices from before the recording by account, as they were first listed."""
        self.bonus: dict[tuple[str, str], int] = {}
        self._are_wallets_listed = rules["wallets"] == "listed"
        self._notes = notes

    def see(self, moment: Moment) -> Iterator[Payment]:
        """See a call, and yield the payments that are credited by then."""
        call = moment.call
        if call.outcome is not Outcome.GRANTED:
            return
        if call.purpose in PAYS:
            self._open(moment)
        elif call.purpose == "transaction":
            for payment in self.opened:
                if payment.account == call.account and payment.id == call.arguments.get("payment"):
                    yield from self._show(payment, call.facts.get("payment") or {}, moment.tick)
        elif call.purpose == "invoices":
            yield from self._list(moment)

    def explain(self, account: str, cents: int, tick: int) -> list[Payment]:
        """Return the open payments whose money explains a rise of the balance; they end by it."""
        waiting = [each for each in self.opened if each.account == account and each.ended is None]
        found = self._adding_up(waiting, cents)
        for payment in found:
            payment.status, payment.ended = "paid", tick
        return found

    def antedate(self, account: str, cents: int, tick: int) -> list[Payment]:
        """Return the payments that were credited by an earlier tick than they were seen to be, and this much."""
        later = [
            each
            for each in self.opened
            if each.account == account and each.status in CREDITED and each.opened < tick < (each.ended or 0)
        ]
        found = self._adding_up(later, cents)
        for payment in found:
            payment.ended = tick
        return found

    def _adding_up(self, payments: Sequence[Payment], cents: int) -> list[Payment]:
        sizes = range(1, min(len(payments), _MOST_AT_ONCE) + 1)
        groups = (group for size in sizes for group in combinations(payments[:_MOST_OPEN], size))
        return next((list(group) for group in groups if sum(map(self.credit, group)) == cents), [])

    def settle(self, account: str, cents: int, tick: int) -> list[Payment]:
        """Return the first open payments that bring at least this much; they end by it."""
        found: list[Payment] = []
        for payment in self.opened:
            if sum(map(self.credit, found)) < cents and payment.account == account and payment.ended is None:
                payment.status, payment.ended = "paid", tick
                found.append(payment)
        return found

    def credit(self, payment: Payment) -> int:
        """Return what a payment adds to the balance, in cents."""
        return payment.cents + payment.cents * self.bonus.get((payment.account, payment.coupon), 0) // 100

    def rules(self, pace: Pace) -> Iterator[Section]:
        """Yield the rules of a scenario's payments that ended."""
        for payment in self.opened:
            if payment.ended is not None:
                end = {"after": pace.duration(max(1, payment.ended - payment.opened)), "as": payment.status}
                yield {"when": {"account": payment.account, "nth": payment.nth}, "ends": end}

    def past_section(self, account: str) -> list[Section]:
        """Return the payments of an account from before the recording. Their ids are replaced."""
        return [
            {
                "id": f"payment-{number}",
                "method": get(facts, "method") or _CRYPTO,
                "amount": facts["amount"],
                "created": instant(facts["created_at"]),
                **({"expires": instant(facts["expires_at"])} if facts.get("expires_at") else {}),
                "status": facts["status"],
            }
            for number, facts in enumerate(self.past.get(account, ()), 1)
            if None not in (facts.get("amount"), facts.get("created_at"), facts.get("status"))
        ]

    def _open(self, moment: Moment) -> None:
        call = moment.call
        nth = 1 + sum(payment.account == call.account for payment in self.opened)
        cents, coupon = call.arguments.get("amount") or 0, str(call.arguments.get("coupon") or "")
        number = str(get(call.facts, "payment.id") or "")
        is_wallet = call.purpose == "wallet"
        self.opened.append(Payment(call.account, nth, moment.tick, cents, coupon, is_wallet, number))

    def _list(self, moment: Moment) -> Iterator[Payment]:
        """Match the listed payments with those that were opened, which are the newest ones."""
        account = moment.call.account
        shown = [facts for facts in moment.call.facts.get("payments") or () if isinstance(facts, dict)]
        kept = (not payment.is_wallet or self._are_wallets_listed for payment in self.opened)
        own = [each for each, is_kept in zip(self.opened, kept, strict=True) if is_kept and each.account == account]
        amounts = [payment.cents for payment in own]
        newest_last = (shown[::-1], sorted(shown, key=lambda facts: facts.get("created_at") or 0), shown)
        listed = next((each for each in newest_last if _amounts(_newest(each, len(own))) == amounts), None)
        if listed is None:
            self._notes.add("payments that are listed in another way than they were opened")
            return
        recent = _newest(listed, len(own))
        self.past.setdefault(account, listed[: len(listed) - len(recent)])
        for payment, facts in zip(own, recent, strict=True):
            yield from self._show(payment, facts, moment.tick)

    def _show(self, payment: Payment, facts: Facts, tick: int) -> Iterator[Payment]:
        status = get(facts, "status")
        credited = facts.get("credited") is True
        if payment.ended is not None or (status is None and not credited):
            return
        if credited or status not in _OPEN:
            payment.status, payment.ended = status or "paid", tick
            if payment.status in CREDITED:
                yield payment


def _amounts(listed: list[Facts]) -> list[int | None]:
    return [get(facts, "amount") for facts in listed]


def _newest(listed: list[Facts], count: int) -> list[Facts]:
    return listed[len(listed) - count :] if count else []
