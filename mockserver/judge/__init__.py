"""Judging a client by its traffic: whether it keeps to the contract, how it behaves, and what that costs."""

from mockserver.judge.history import Limits
from mockserver.judge.judge import Judgement, judge, letter

__all__ = ["Judgement", "Limits", "judge", "letter"]
