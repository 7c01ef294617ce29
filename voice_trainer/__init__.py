"""Voice Trainer: practise reflective listening out loud."""

__version__ = "0.1.0"
