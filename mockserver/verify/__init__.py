"""Suites of checks that compare any server with the contract: the mock, a copy of the service, or the live service."""

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
