"""Who asks: accounts of the service, from the environment or a file. Their keys are never shown."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import LocatedError, Problem, did_you_mean, located

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PREFIX = "SMSONLINE_"
FIELDS = ("USER_ID", "API_KEY", "OTHER_USER_ID", "OTHER_API_KEY")
"""The names of the variables without their prefix: of the account, and of another one for the safety suite."""


class CredentialsError(LocatedError):
    """Credentials cannot be used. Its text lists every problem found, one a line, and holds no key."""


class Account(NamedTuple):
    """A user of the service and the key that is theirs."""

    user: str
    key: str

    def __repr__(self) -> str:
        return f"Account({self.user!r}, key=…)"


def of_environment(environment: Mapping[str, str]) -> tuple[Account, ...]:
    """Return the accounts that the environment names; none if it names none. Raises CredentialsError."""
    given = {name: environment[PREFIX + name] for name in FIELDS if environment.get(PREFIX + name)}
    return _accounts(given, "the environment")


def of_file(path: Path) -> tuple[Account, ...]:
    """Return the accounts that a file names: lines of `SMSONLINE_USER_ID=...`, or the same in YAML.

    Raises LocatedError if it cannot be read, CredentialsError if it names no account, or if others may read it.
    """
    source = located.parse(_as_yaml(path), str(path))
    given = source.data or {}
    if not isinstance(given, dict):
        raise CredentialsError([Problem(source.place(""), "must hold lines such as SMSONLINE_USER_ID=me")])
    known = {PREFIX + name for name in FIELDS}
    problems = [
        Problem(source.place(f"/{name}", key=True), f"there is no credential {name}{did_you_mean(name, known)}")
        for name in given.keys() - known
    ]
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        problems.append(Problem(source.place(""), "is open to other users: run `chmod 600` on it"))
    if problems:
        raise CredentialsError(problems)
    accounts = _accounts({name.removeprefix(PREFIX): str(value) for name, value in given.items()}, str(path))
    if not accounts:
        raise CredentialsError(
            [Problem(source.place(""), f"names no account: give {PREFIX}USER_ID and {PREFIX}API_KEY")]
        )
    return accounts


def _as_yaml(path: Path) -> str:
    """Return the text of a file, with lines of the form NAME=VALUE as YAML; lines keep their numbers."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CredentialsError([Problem(located.Place(str(path)), f"cannot be read: {reason}")]) from None
    return "\n".join(map(_line, text.splitlines()))


def _line(line: str) -> str:
    name, given, value = line.partition("=")
    name = name.strip().removeprefix("export ").strip()
    if not given or not name.isidentifier():
        return line
    return f"{name}: '{value.strip().strip(chr(34) + chr(39)).replace(chr(39), chr(39) * 2)}'"


def _accounts(given: Mapping[str, str], origin: str) -> tuple[Account, ...]:
    accounts = []
    for prefix in ("", "OTHER_"):
        user, key = (given.get(f"{prefix}{name}", "") for name in ("USER_ID", "API_KEY"))
        if bool(user) != bool(key):
            missing = f"{PREFIX}{prefix}{'API_KEY' if user else 'USER_ID'}"
            raise CredentialsError([Problem(located.Place(origin), f"{missing} is missing")])
        if user:
            accounts.append(Account(user, key))
    if "OTHER_USER_ID" in given and "USER_ID" not in given:
        raise CredentialsError([Problem(located.Place(origin), f"{PREFIX}USER_ID is missing")])
    return tuple(accounts)
