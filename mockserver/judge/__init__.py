"""Judge a client by its traffic: its conformance to the contract, its behaviour, and its costs."""

from mockserver.judge.history import Limits
from mockserver.judge.judge import Judgement, judge, letter

__all__ = ["Judgement", "Limits", "judge", "letter"]
