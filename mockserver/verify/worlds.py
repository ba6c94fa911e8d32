"""The worlds that suites start in this process, with their accounts, offers and balances."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from mockserver.contract import located
from mockserver.verify.customer import OrderArguments
from mockserver.verify.target import Account

FOLDER = Path(__file__).with_name("worlds")

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
"""Durations in milliseconds."""

DISCORD = OrderArguments("12", "ds")
GOOGLE = OrderArguments("12", "go")
WHATSAPP = OrderArguments("95", "wa")
"""An order whose SMS is due after its end."""
TELEGRAM = OrderArguments("95", "tg")
"""An order that never receives an SMS."""
GONE = OrderArguments("95", "ig")
"""An order for a sold-out offer."""
DEARER = 10 * MINUTE
"""When the price of Discord rises, in milliseconds after the start."""


class SuiteWorld(NamedTuple):
    """A scenario file, the accounts that it opens, and the opening balance of each user in cents."""

    scenario: str
    accounts: tuple[Account, ...]
    balances: dict[str, int]

    def account(self, user: str) -> Account:
        """Return the account of a user."""
        return next(account for account in self.accounts if account.user == user)


@cache
def world(name: str) -> SuiteWorld:
    """Return a world by its name."""
    path = FOLDER / f"{name}.yaml"
    opened: list[dict[str, Any]] = located.read(path).data["accounts"]
    return SuiteWorld(
        str(path),
        tuple(Account(each["userId"], each["key"]) for each in opened),
        {each["userId"]: each["balance"] for each in opened},
    )
