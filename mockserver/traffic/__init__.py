"""Recorded traffic: exchanges and their file formats, redaction, interpretation as calls, and coverage."""

from mockserver.traffic.exchange import Answer, Exchange, Headers, Request, header
from mockserver.traffic.redaction import REDACTED, Redactor

__all__ = ["REDACTED", "Answer", "Exchange", "Headers", "Redactor", "Request", "header"]
