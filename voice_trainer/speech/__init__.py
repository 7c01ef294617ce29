"""What was said and how: pure computing on samples, words and contours; no model, device, thread or database.

Conventions, kept by every module here: samples are mono float32 in −1…1 at ``SAMPLE_RATE``; times are seconds from the
start of the recording; levels are dBFS, where a full-scale sine has 0 dBFS RMS − 3.01 dB; a value that can't be
measured is None and its reason is in ``not_rated``.
"""

SAMPLE_RATE = 16_000
"""Rate at which speech is analysed, in Hz: what Whisper, Silero and SwiftF0 were trained at."""
