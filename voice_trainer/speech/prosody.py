"""How a reply was said: every measure of ``VoiceMeasures`` from samples, F0, voice activity and words.

``Meter`` sees the sound at its native rate while it is recorded; ``measure`` does the rest at 16 kHz, in one pass,
the same for a reply just spoken, a file and a rescoring. It never raises for finite sound of any length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from . import SAMPLE_RATE, activity, frames, harshness, loudness, nuclei, pitch, spectrum, syllables, timing
from .baseline import Baseline
from .curves import curves
from .measures import VoiceCurves, VoiceMeasures
from .meter import Level, Meter, single
from .pitch import PitchContour
from .transcript import Transcript

SHORTEST_SPEECH_S = 0.5
"""Less phonation than this is a word, not a reply: nothing but times is rated."""
CLIPPED_RATIO = 0.01
"""With more of the samples clipped, loudness and tone are not what was said."""
NOISY_SNR_DB = 6.0
"""Below this, what the level shows is the room."""
MUSIC_SHARE = 0.1
"""Where more of the background than this has a pitch, it is music, a hum or somebody else, and F0 may be theirs. Of 107
clean recordings (audio/mfa, asr, pitch, and our own rendered voices) the share is above in one, a held vowel; with made
music 20 or 15 dB under speech it is above in ten of twelve."""
NARROW_DB = -50.0
"""With less than this above 4.2 kHz the recording ends there (8 kHz, a telephone), and hissing sounds are softer than
they were. Of 123 recordings (audio/mfa, asr, pitch, our own) the narrowest has −44 dB; brought down to 8 kHz they have
−79 and less."""
MOST_BACKGROUND_FRAMES = 1000
NOTHING_HEARD = "no speech was heard"

__all__ = ["Heard", "Level", "Meter", "Spoken", "by_known_words", "measure"]

OF_SPEECH = (
    "articulation_rate_syll_per_s",
    "speech_rate_wpm",
    "rate_drift_syll_per_s2",
    "pause_count",
    "pause_mean_s",
    "longest_pause_s",
    "filled_pause_count",
    "phonation_time_ratio",
    "f0_median_hz",
    "f0_range_semitones",
    "final_contour_semitones",
    "loudness_mean_dbfs",
    "loudness_range_db",
    "loudness_sd_db",
    "loudness_drift_db_per_s",
    "alpha_ratio_db",
    "spectral_flux",
    "harshness",
)
OF_LEVEL = tuple(name for name in OF_SPEECH if name.startswith(("loudness", "alpha", "spectral", "harshness")))
OF_NUCLEI = ("articulation_rate_syll_per_s", "rate_drift_syll_per_s2")
OF_HISSING = ("loudness_range_db", "loudness_sd_db", "alpha_ratio_db", "spectral_flux", "harshness")
OF_PITCH = ("f0_median_hz", "f0_range_semitones", "final_contour_semitones", "filled_pause_count", "harshness")
OF_DIVISION = tuple(name for name in OF_SPEECH if "pause" in name or name == "phonation_time_ratio")
"""What needs silence told from speech."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spoken:
    """One reply, as its engines heard it.

    Attributes:
        samples: (n,) at 16 kHz. contour: its F0. speech: probability of each 32 ms frame.
        transcript: its words; None where nobody asked for them (the ``voice`` verb).
        clipping_ratio: from ``Meter``; None where the native samples were not seen.
        response_latency_s, interruption_s: as recorded, or None with a reason.
    """

    samples: NDArray[np.float32]
    contour: PitchContour
    speech: NDArray[np.float32]
    transcript: Transcript | None
    clipping_ratio: float | None
    response_latency_s: float | None
    latency_reason: str
    interruption_s: float | None
    interruption_reason: str


def measure(
    spoken: Spoken, *, baseline: Baseline | None = None, heard: Heard | None = None
) -> tuple[VoiceMeasures, VoiceCurves]:
    """Measure one reply.

    Args:
        baseline: the trainee's everyday voice; harshness is weaker without.
        heard: ``Heard(spoken)``, where it was worked out before the words were known.

    Returns:
        The measures, each None with its reason in ``not_rated`` where it can't be known, and the curves to draw.
    """
    heard = heard or Heard(spoken)
    sheet = _Sheet()
    sheet.put("response_latency_s", spoken.response_latency_s, spoken.latency_reason)
    sheet.put("interruption_s", spoken.interruption_s, spoken.interruption_reason)
    sheet.put("clipping_ratio", spoken.clipping_ratio, "the recording's own samples were not seen")
    within = timing.span(heard.activity.speaking)
    if within is None:
        sheet.withhold(("speech_s", "snr_db", *OF_SPEECH), NOTHING_HEARD)
    else:
        sheet.put("speech_s", within.speech_s, NOTHING_HEARD)
        sheet.put("snr_db", heard.activity.snr_db, "no silence to compare the speech with")
        if within.phonation_s < SHORTEST_SPEECH_S:
            short = f"too short: {within.phonation_s:.1f} s of speech, at least {SHORTEST_SPEECH_S:g} s are needed"
            sheet.withhold(OF_SPEECH, short)
        else:
            _loudness(heard, sheet)
            _timbre(heard, sheet)
            _pitch(heard, sheet)
            _timing(heard, within, spoken.transcript, sheet)
            _harshness(heard, sheet, baseline)
            _withhold(spoken, heard, sheet)
    measures = VoiceMeasures(
        duration_s=len(heard.samples) / SAMPLE_RATE, **sheet.values, not_rated=dict(sorted(sheet.reasons.items()))
    )
    return measures, curves(heard.contour, heard.kept, heard.level, () if within is None else within.pauses)


def by_known_words(measures: VoiceMeasures, text: str, language: str = "en") -> VoiceMeasures:
    """``measures`` of a sound whose words are known, such as a speaker's prompt, with their rates read off the words.

    A reply's rate is that of its transcript; beside one from syllable nuclei, which are fewer in fast speech, it would
    seem faster than it is. Where the sound had no rate it gets none.
    """
    spoken = sum(syllables.count(word, language) for word in text.split())
    words = sum(1 for word in text.split() if syllables.count(word, language))
    rate, ratio, speech_s = measures.articulation_rate_syll_per_s, measures.phonation_time_ratio, measures.speech_s
    if not spoken or rate is None or not ratio or not speech_s:
        return measures
    reasons = {name: why for name, why in measures.not_rated.items() if name != "speech_rate_wpm"}
    return msgspec.structs.replace(
        measures,
        articulation_rate_syll_per_s=spoken / (ratio * speech_s),
        speech_rate_wpm=60.0 * words / speech_s,
        not_rated=reasons,
    )


class _Sheet:
    """Values and reasons, each name in exactly one of the two."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.reasons: dict[str, str] = {}

    def put(self, name: str, value: float | None, reason: str) -> None:
        if value is None or not np.isfinite(value):
            self.withhold((name,), reason)
        else:
            self.values[name] = value
            self.reasons.pop(name, None)

    def withhold(self, names: tuple[str, ...], reason: str) -> None:
        for name in names:
            self.values.pop(name, None)
            self.reasons[name] = reason


class Heard:
    """What several measures share, computed once, and without the words: nearly all of the work."""

    def __init__(self, spoken: Spoken) -> None:
        self.samples = single(spoken.samples)
        self.contour = spoken.contour
        clean = frames.rumble_removed(self.samples)
        self.level = frames.levels(clean)
        count = len(self.level)
        self.voiced = frames.onto_grid(spoken.contour.times_s, spoken.contour.voiced, count)
        probability = frames.of_voice_activity(np.asarray(spoken.speech, np.float32).reshape(-1), count)
        self.activity = activity.find(self.level, probability, self.voiced)
        speaking = self.activity.speaking
        self.rows = np.flatnonzero(speaking)
        self.power = spectrum.power(clean, self.rows)
        # Ten seconds of background are enough to know it by.
        away = self.activity.away[:: max(1, len(self.activity.away) // MOST_BACKGROUND_FRAMES)]
        self.background = spectrum.power(clean, away)
        self.nuclei_s = nuclei.find(self.power, self.rows, speaking, self.voiced)
        self.kept = pitch.in_speaker_range(spoken.contour, frames.at_times(speaking, spoken.contour.times_s))
        self.pitch = pitch.summarize(spoken.contour, self.kept)


def _loudness(heard: Heard, sheet: _Sheet) -> None:
    found = loudness.summarize(heard.level, heard.activity.speaking)
    sheet.put("loudness_mean_dbfs", found.mean_dbfs, NOTHING_HEARD)
    sheet.put("loudness_range_db", found.range_db, NOTHING_HEARD)
    sheet.put("loudness_sd_db", found.sd_db, NOTHING_HEARD)
    short = f"too short: a drift shows over {loudness.DRIFT_LEAST_S:g} s of speech or more"
    sheet.put("loudness_drift_db_per_s", found.drift_db_per_s, short)


def _timbre(heard: Heard, sheet: _Sheet) -> None:
    voiced = heard.voiced[heard.rows]
    power = heard.power[voiced]
    enough = len(power) * frames.HOP_S >= pitch.SHORTEST_VOICED_S
    alpha = spectrum.alpha_ratio_db(power, heard.background) if enough else None
    sheet.put("alpha_ratio_db", alpha, _little_voicing(heard))
    flux = spectrum.flux(power, heard.rows[voiced]) if enough else None
    sheet.put("spectral_flux", flux, _little_voicing(heard))


def _pitch(heard: Heard, sheet: _Sheet) -> None:
    little = _little_voicing(heard)
    sheet.put("f0_median_hz", heard.pitch.median_hz, little)
    sheet.put("f0_range_semitones", heard.pitch.range_semitones, little)
    sheet.put("final_contour_semitones", heard.pitch.final_semitones, little)


def _little_voicing(heard: Heard) -> str:
    least = pitch.SHORTEST_RANGE_S
    return f"too little voicing: {heard.pitch.voiced_s:.1f} s of voiced sound, at least {least:g} s are needed"


def _timing(heard: Heard, within: timing.Span, transcript: Transcript | None, sheet: _Sheet) -> None:
    lengths = [pause.end_s - pause.start_s for pause in within.pauses]
    sheet.put("pause_count", len(lengths), NOTHING_HEARD)
    none = f"no pause of {timing.PAUSE_S:g} s or more"
    sheet.put("pause_mean_s", sum(lengths) / len(lengths) if lengths else None, none)
    sheet.put("longest_pause_s", max(lengths, default=None), none)
    sheet.put("phonation_time_ratio", within.phonation_s / within.speech_s, NOTHING_HEARD)
    nuclei_or_words = heard.nuclei_s
    no_words = "no words were asked for"
    if transcript is not None:
        no_words = "no words were recognized"
        written = timing.syllable_times(transcript)
        nuclei_or_words = written if len(written) else nuclei_or_words
        sheet.put("speech_rate_wpm", timing.speech_rate_wpm(transcript, within), no_words)
    else:
        sheet.withhold(("speech_rate_wpm",), no_words)
    filled = timing.filled_pauses(heard.contour, heard.level, heard.activity.speaking, transcript)
    if nuclei_or_words is heard.nuclei_s:
        spoken = nuclei.SYLLABLES_PER_NUCLEUS * len(nuclei_or_words)
    else:  # an "um" that the recognizer left out was spoken all the same
        spoken = len(nuclei_or_words) + filled - timing.written_fillers(transcript)
    rate = spoken / within.phonation_s if len(nuclei_or_words) else None
    sheet.put("articulation_rate_syll_per_s", rate, "no syllables were heard")
    short = f"too short: a drift shows over {timing.DRIFT_LEAST_S:g} s of speech or more"
    sheet.put("rate_drift_syll_per_s2", timing.rate_drift(nuclei_or_words, within), short)
    sheet.put("filled_pause_count", filled, NOTHING_HEARD)


def _harshness(heard: Heard, sheet: _Sheet, baseline: Baseline | None) -> None:
    cues = harshness.Cues.of(sheet.values)
    lift = None
    if heard.pitch.median_hz is not None and heard.pitch.low_hz is not None:
        lift = float(12.0 * np.log2(heard.pitch.median_hz / heard.pitch.low_hz))
    value = harshness.alone(cues, lift)
    if baseline is not None:
        value = harshness.against(cues, harshness.Cues.of(msgspec.structs.asdict(baseline.measures)))
    sheet.put("harshness", value, _little_voicing(heard))


def _withhold(spoken: Spoken, heard: Heard, sheet: _Sheet) -> None:
    """Take back what clipping or noise makes untrue."""
    ratio, snr = spoken.clipping_ratio, heard.activity.snr_db
    if snr is not None and snr < NOISY_SNR_DB:
        noisy = f"too noisy: speech is {snr:.0f} dB over the background, at least {NOISY_SNR_DB:g} dB are needed"
        sheet.withhold(OF_LEVEL + OF_DIVISION, noisy)
    if spectrum.above_telephone_db(heard.power) < NARROW_DB:
        narrow = "a narrow band: this recording has nothing above 4 kHz, as a telephone's"
        sheet.withhold(OF_HISSING, narrow)
        if spoken.transcript is None or not len(timing.syllable_times(spoken.transcript)):
            sheet.withhold(OF_NUCLEI, f"{narrow}, and syllables are counted by words alone there")
    shared = heard.activity.background_voiced
    if shared is not None and shared > MUSIC_SHARE:
        music = f"music or another voice: {100 * shared:.0f} % of the background has a pitch of its own"
        sheet.withhold(OF_PITCH, f"{music}, at most {100 * MUSIC_SHARE:.0f} % can have")
    if ratio is not None and ratio > CLIPPED_RATIO:
        clipped = (
            f"clipped: {100 * ratio:.1f} % of the sound is cut off at the top, at most {100 * CLIPPED_RATIO:g} % can be"
        )
        sheet.withhold(OF_LEVEL, clipped)
