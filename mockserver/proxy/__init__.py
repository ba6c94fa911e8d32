"""A recording proxy: it forwards requests and responses, checks them against the contract and notifies observers."""

from mockserver.proxy.app import BODY_LIMIT, Parts, Proxy
from mockserver.proxy.gate import CheckedContract, Gate
from mockserver.proxy.proxied_exchange import ProxiedExchange
from mockserver.proxy.recording import Recording, RecordingFileError, TrafficSummary, open_recording
from mockserver.proxy.upstream import Upstream, UpstreamError

__all__ = [
    "BODY_LIMIT",
    "CheckedContract",
    "Gate",
    "Parts",
    "ProxiedExchange",
    "Proxy",
    "Recording",
    "RecordingFileError",
    "TrafficSummary",
    "Upstream",
    "UpstreamError",
    "open_recording",
]
