"""The record of how a reply was said. Computing it is the work of the modules beside this one."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class VoiceMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """Prosody of one reply; None where it can't be measured, the reason in ``not_rated`` under the measure's name.

    Attributes:
        duration_s: of the recording.
        speech_s: first to last speech, pauses included.
        articulation_rate_syll_per_s: syllables over phonation time.
        speech_rate_wpm: words a minute, pauses included.
        rate_drift_syll_per_s2: slope of the articulation rate over the reply; above 0 is speeding up.
        response_latency_s: prompt's last audible sample leaving the speaker to first speech; None for a file.
        interruption_s: how long the trainee spoke while the prompt still sounded; rated with headphones only.
        pause_count, pause_mean_s, longest_pause_s: silences of 0.25 s and more between first and last speech.
        filled_pause_count: "um" and its kin, where the sound or the transcript shows them.
        phonation_time_ratio: speaking time over speech_s, 0–1.
        f0_median_hz: of voiced frames. f0_range_semitones: 5th to 95th percentile.
        final_contour_semitones: change of F0 over the last voiced stretch; below 0 falls.
        loudness_mean_dbfs, loudness_range_db (5th–95th percentile), loudness_sd_db, loudness_drift_db_per_s: unweighted
            frame level over speech.
        harshness: 0–1, loud, high, wide and fast against the everyday voice.
        alpha_ratio_db: power of 1–5 kHz over 50 Hz–1 kHz, median of voiced frames; rises with vocal effort.
        spectral_flux: how far the shape of the spectrum moves in 10 ms, 0–2, median of voiced frames; rises with a
            pressed voice.
        clipping_ratio: share of samples in clipped runs, 0–1. snr_db: speech over background.
    """

    duration_s: float
    speech_s: float | None = None
    articulation_rate_syll_per_s: float | None = None
    speech_rate_wpm: float | None = None
    rate_drift_syll_per_s2: float | None = None
    response_latency_s: float | None = None
    interruption_s: float | None = None
    pause_count: int | None = None
    pause_mean_s: float | None = None
    longest_pause_s: float | None = None
    filled_pause_count: int | None = None
    phonation_time_ratio: float | None = None
    f0_median_hz: float | None = None
    f0_range_semitones: float | None = None
    final_contour_semitones: float | None = None
    loudness_mean_dbfs: float | None = None
    loudness_range_db: float | None = None
    loudness_sd_db: float | None = None
    loudness_drift_db_per_s: float | None = None
    alpha_ratio_db: float | None = None
    spectral_flux: float | None = None
    harshness: float | None = None
    clipping_ratio: float | None = None
    snr_db: float | None = None
    not_rated: dict[str, str] = {}


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """A silence inside the reply, in seconds from the start of the recording."""

    start_s: float
    end_s: float


class VoiceCurves(msgspec.Struct, frozen=True, kw_only=True):
    """Thinned contours for drawing and for the stored record (at most ``MOST_POINTS`` each).

    Attributes:
        f0_times_s, f0_hz: voiced points only; a gap in time is a gap in voicing.
        level_times_s, level_dbfs: frame level over the whole recording.
        pauses: in order of time.
    """

    MOST_POINTS: ClassVar[int] = 600

    f0_times_s: tuple[float, ...] = ()
    f0_hz: tuple[float, ...] = ()
    level_times_s: tuple[float, ...] = ()
    level_dbfs: tuple[float, ...] = ()
    pauses: tuple[Pause, ...] = ()
