"""A scenario by which the mock repeats a recording: the same requests, in the same order, see the same facts."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import yaml

from mockserver.contract import contract
from mockserver.contract.readings import DEFAULTS
from mockserver.contract.vocabulary import milliseconds
from mockserver.drift.recorded_day.accounts import Accounts
from mockserver.drift.recorded_day.catalogue import Market
from mockserver.drift.recorded_day.day import Omissions, duration, instant, moments, pace_of
from mockserver.drift.recorded_day.faults import faults
from mockserver.drift.recorded_day.names import Names
from mockserver.drift.recorded_day.orders import Orders, order_rules
from mockserver.drift.recorded_day.past import past_order
from mockserver.drift.recorded_day.payments import Payments

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockserver.contract import Contract
    from mockserver.drift.recorded_day.accounts import Account
    from mockserver.drift.recorded_day.day import Moment, Pace
    from mockserver.traffic import Exchange

Section = dict[str, Any]

_WIDTH = 120
_MARGIN = 4
"""No event that is not in the recording is nearer to its end than this many times."""


class EmptyDayError(ValueError):
    """A recording has no call of an account, so that no scenario can be made of it."""


def propose_scenario(traffic: Iterable[Exchange], service: Contract, source: str) -> str:
    """Return a scenario file in YAML that repeats a recording.

    `traffic` is redacted. `service` is the contract that the mock serves it with. `source` names the origin of the
    traffic. What the language of scenarios cannot express is listed in a comment. Raises EmptyDayError.
    """
    notes = Omissions()
    seen = moments(service.documents.values(), traffic)
    for moment in seen:
        if not moment.call.account:
            notes.add("a call without a user id, or of an operation that the contract does not know")
    seen = [moment for moment in seen if moment.call.account]
    longest = min(milliseconds(service.rules[name]) for name in ("lifetime", "payment_lifetime"))
    pace = pace_of(seen, longest // _MARGIN)
    orders, payments = Orders(seen, service.rules), Payments(service.rules, notes)
    names = Names(seen, notes)
    accounts = Accounts(orders, payments, service.rules, notes)
    market = Market(names, accounts, service.rules, notes, pace)
    accounts.prepare(seen)
    known = [account for account in accounts.by_user.values() if account.is_known]
    if not known:
        raise EmptyDayError("no call of a known account: there is nothing to make a scenario of")
    market.prepare(seen)
    for moment in seen:
        market.see(moment, accounts.placed(moment))
        accounts.see(moment)
    _note_refused(seen, notes)
    past = _past(orders, pace, longest, notes)
    keys = _keys(known)
    operations = {op.name for document in contract().documents.values() for op in document.operations.values()}
    data: Section = {
        "description": f"What {source} recorded.",
        "variables": {name: f"{user}-key" for user, name in keys.items()},
        "clock": {"start": instant(pace.start), "step": duration(pace.step)},
        "readings": {name: value for name, value in service.readings.items() if DEFAULTS.get(name) != value},
        "accounts": [
            accounts.section(f"${{{keys[account.user]}}}", account, past.get(account.user, [])) for account in known
        ],
        "catalogue": market.section(),
        "orders": [*order_rules(orders.placed, notes, pace, service.rules)],
        "payments": [*payments.rules(pace)],
        "faults": faults((each for each in seen if each.call.account in keys), orders.effects, operations, notes),
    }
    whole = {name: section for name, section in data.items() if section or name == "accounts"}
    return _comment(source, seen, keys, pace, notes) + _yaml(whole)


def _past(orders: Orders, pace: Pace, longest: int, notes: Omissions) -> dict[str, list[Section]]:
    found: dict[str, list[Section]] = {}
    for number, order in enumerate(orders.past, 1):
        section = past_order(order, number, pace, longest, notes)
        if section is not None:
            found.setdefault(order.account, []).append(section)
    return found


def _keys(accounts: Sequence[Account]) -> dict[str, str]:
    """Return the name of the variable for the key of each account."""
    if len(accounts) == 1:
        return {accounts[0].user: "key"}
    return {account.user: f"key{number}" for number, account in enumerate(accounts, 1)}


def _note_refused(seen: Iterable[Moment], notes: Omissions) -> None:
    for moment in seen:
        if moment.call.refusal == "UNAUTHORIZED":
            notes.add("a call with a key that the service did not accept")


_REPLACED = (
    "phone numbers (999… belongs to nobody), the codes, numbers, links and mail addresses in SMS texts, ids of"
    " payments, quotes, and times. Names of people in texts are not found: read the texts before you pass the file on."
)
_TIME = (
    "What happened between two calls happens between the same two calls, however fast they follow each other. Durations"
    " and times are by this clock."
)
_LEFT_OUT = (
    "how long answers took",
    "bodies of failures that are not those of the contract",
    "orders and payments before the recording in statistics and in the list of popular offers",
)


def _comment(source: str, seen: Sequence[Moment], keys: dict[str, str], pace: Pace, notes: Omissions) -> str:
    first, last = (instant(seen[position].call.at) for position in (0, -1))
    given = ", ".join(f"--set {name}=… is that of {user}" for user, name in keys.items())
    paragraphs = [
        f"From {source}: {len(seen)} calls, {first} to {last} UTC.",
        f"Replaced: API keys ({given}), {_REPLACED}",
        f"Every call advances the clock by {duration(pace.step)}. {_TIME}",
        *(f"Not in this scenario: {line}." for line in (*_LEFT_OUT, *notes.lines())),
    ]
    lines = [line for each in paragraphs for line in textwrap.wrap(each, _WIDTH - 2, break_long_words=False)]
    return "".join(f"# {line}\n" for line in lines)


def _yaml(data: Section) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


class _Dumper(yaml.SafeDumper):
    """A YAML dumper that writes small mappings on one line."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:  # noqa: FBT001
        """Write a mapping of scalars on one line."""
        node = super().represent_mapping(tag, mapping, flow_style=flow_style)
        flat = all(isinstance(value, yaml.ScalarNode) for _, value in node.value)
        node.flow_style = flat and len(node.value) > 1
        return node

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is that of the library
        """Write every value in full."""
        return True
