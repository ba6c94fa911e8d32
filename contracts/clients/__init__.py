"""Judging a client by its traffic: whether it keeps to the contract, how it behaves, and what that costs."""

from contracts.clients.judge import Judgement, judge, letter
from contracts.clients.limits import Limits

__all__ = ["Judgement", "Limits", "judge", "letter"]
