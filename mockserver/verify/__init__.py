"""Suites of checks that any server of the contract can be held to: the mock, a copy, the live service."""

from mockserver.verify.run import SEED, SUITES, Nobody, Plan, Spending, Watcher, verify
from mockserver.verify.target import (
    LIVE,
    Account,
    AppFactory,
    CredentialsError,
    StartedApp,
    Target,
    TargetError,
    in_process,
    of_app,
    of_urls,
)

__all__ = [
    "LIVE",
    "SEED",
    "SUITES",
    "Account",
    "AppFactory",
    "CredentialsError",
    "Nobody",
    "Plan",
    "Spending",
    "StartedApp",
    "Target",
    "TargetError",
    "Watcher",
    "in_process",
    "of_app",
    "of_urls",
    "verify",
]
