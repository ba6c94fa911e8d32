"""Recorded traffic: exchanges, what must not be seen of them, and the formats they are kept in."""

from mockserver.traffic.exchange import Answer, Exchange, Headers, Request, header
from mockserver.traffic.redaction import REDACTED, Redactor

__all__ = ["REDACTED", "Answer", "Exchange", "Headers", "Redactor", "Request", "header"]
