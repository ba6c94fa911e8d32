"""A proxy between a client and a server: it passes everything through, checks it, and shows it to observers."""

from contracts.proxy.app import BODY_LIMIT, Parts, Proxy
from contracts.proxy.checking import Contract
from contracts.proxy.gate import Allowance, Gate
from contracts.proxy.passage import Passage
from contracts.proxy.recording import Recording, RecordingError, open_recording
from contracts.proxy.tally import Tally
from contracts.proxy.upstream import Upstream, UpstreamError

__all__ = [
    "BODY_LIMIT",
    "Allowance",
    "Contract",
    "Gate",
    "Parts",
    "Passage",
    "Proxy",
    "Recording",
    "RecordingError",
    "Tally",
    "Upstream",
    "UpstreamError",
    "open_recording",
]
