"""Who may use a world: the accounts of its scenario under other names, with other keys."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Data = dict[str, Any]
Section = dict[str, Any]


class Account(NamedTuple):
    """A user id and the API keys that go with it."""

    user: str
    keys: tuple[str, ...]


def fresh_user() -> str:
    """A user id that nobody has."""
    return f"user-{secrets.token_hex(6)}"


def fresh_key() -> str:
    """An API key that nobody knows."""
    return f"key-{secrets.token_hex(16)}"


def accounts_of(data: Mapping[str, Any]) -> list[Account]:
    """The accounts of a scenario."""
    return [Account(account["userId"], tuple(account.get("keys") or [account["key"]])) for account in data["accounts"]]


def rekeyed(accounts: Sequence[Account], given: Mapping[str, str]) -> list[Account]:
    """The accounts with fresh keys, or those that are given in place of theirs; what shares a key still does."""
    fresh = dict(given)
    return [
        account._replace(keys=tuple(fresh.setdefault(key, fresh_key()) for key in account.keys)) for account in accounts
    ]


def with_accounts(data: Mapping[str, Any], accounts: Sequence[Account]) -> Data:
    """A scenario whose accounts have these names and keys, in their order; its rules mean them then, too."""
    renamed = {old["userId"]: new.user for old, new in zip(data["accounts"], accounts, strict=True)}
    changed: Data = {
        name: [_meaning(rule, renamed) for rule in data[name]]
        for name in ("orders", "payments", "faults")
        if name in data
    }
    opened = [
        {**{name: value for name, value in old.items() if name != "key"}, "userId": new.user, "keys": list(new.keys)}
        for old, new in zip(data["accounts"], accounts, strict=True)
    ]
    return {**data, **changed, "accounts": opened}


def _meaning(rule: Section, renamed: Mapping[str, str]) -> Section:
    account = rule.get("when", {}).get("account")
    if account is None:
        return rule
    return {**rule, "when": {**rule["when"], "account": renamed.get(account, account)}}
