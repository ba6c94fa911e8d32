"""Counts of the recorded exchanges that say nothing about the service, and of the bodies that are unknown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mockserver.traffic.calls import is_preflight
from mockserver.traffic.exchange import ANSWER, LEFT_OUT, PACKED, REQUEST, SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockserver.traffic.calls import Known, Unknown
    from mockserver.traffic.exchange import Exchange

_OTHER, _PREFLIGHT = "other", "preflight"
_UNKNOWN = (SHORT, PACKED, LEFT_OUT)

_REMARKS: Mapping[str, tuple[str, str]] = {
    _OTHER: ("1 request is for another service.", "{} requests are for other services."),
    _PREFLIGHT: ("1 request is a preflight of a browser.", "{} requests are preflights of a browser."),
    LEFT_OUT: ("1 body is not in the recording.", "{} bodies are not in the recording."),
    SHORT: ("1 body is shorter than its content-length.", "{} bodies are shorter than their content-length."),
    PACKED: (
        "1 body has a content coding that cannot be decoded.",
        "{} bodies have a content coding that cannot be decoded.",
    ),
}
"""The remark about one case, and about several."""


class Tally:
    """Counts exchanges with other services, preflight requests, and unknown bodies by the reason."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def see(self, exchange: Exchange, found: Known | Unknown | None) -> None:
        """Count an exchange. `found` is what its request matches in the contract."""
        if found is None:
            self._times[_OTHER] += 1
        elif is_preflight(exchange.request):
            self._times[_PREFLIGHT] += 1
        else:
            self._times.update(_unknown_bodies(exchange))

    def remarks(self) -> Iterator[str]:
        """Yield a sentence for everything that was counted."""
        for name, (one, several) in _REMARKS.items():
            if times := self._times[name]:
                yield one if times == 1 else several.format(times)


def _unknown_bodies(exchange: Exchange) -> Iterator[str]:
    """Yield the note that says why, for each body that is unknown or shorter than its content-length."""
    if exchange.notes.keys().isdisjoint(_UNKNOWN) or exchange.notes.get("stopped") or exchange.notes.get("failure"):
        return
    for side in (REQUEST, ANSWER):
        reason = next((note for note in _UNKNOWN if side in exchange.notes.get(note, ())), None)
        if reason:
            yield reason
