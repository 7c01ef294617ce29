"""WebVTT and SubRip, read back by webvtt-py, by srt, and by pysubs2, which wrote neither."""

from __future__ import annotations
