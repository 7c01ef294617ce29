"""The renderer's own branch of the error tree."""

from __future__ import annotations

from voice_trainer.errors import BadInput


class VoiceError(BadInput):
    """A prompt can't be rendered; says which and what to do."""
