"""Recordings that cannot be read."""

from __future__ import annotations


class RecordingError(ValueError):
    """A recording cannot be read. The text says the file, where in it (line, entry), and why; it quotes no value."""


class CutOffError(RecordingError):
    """A recording ends in the middle, as when its recorder was killed. All that was whole has been given out."""
