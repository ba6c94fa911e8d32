"""Judging a client by its traffic: whether it keeps to the contract, how it behaves, and what that costs."""

from mockserver.judge.judge import Judgement, judge, letter
from mockserver.judge.limits import Limits

__all__ = ["Judgement", "Limits", "judge", "letter"]
