"""The renderer's one error: its message is shown as it is."""

from __future__ import annotations


class VoiceError(Exception):
    """A prompt cannot be rendered; says which and what to do."""
