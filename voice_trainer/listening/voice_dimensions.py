"""The voice, judged only where the evidence points one way; each dimension 1–5 with a reason, or None with why not.

Judged: loudness against the everyday voice and its steadiness (Xiao 2014, Tao 2022), extremes and mismatch of pace
(Tao 2022, Xiao 2015), the extremes of the pitch range, harshness, and presence, that is talking over the speaker or not
answering at all. The height of the pitch, pauses, latency and synchrony are shown and not judged: what is known about
them conflicts.

Level 3 is an ordinary present voice, 4 and 5 an attuned one. Thresholds are ours, in the scale of each measure;
steadiness, pace and range have a weaker form for a trainee without a baseline, which never goes above 4.
"""

from __future__ import annotations

from ..speech.baseline import Baseline
from ..speech.measures import VoiceMeasures
from .dimensions import Dimension, VoiceDimension

LOUDER_DB = (1.0, 3.0, 6.0, 9.0)
"""Above the everyday voice by more than this: loudness is 4, 3, 2 and 1."""
MUCH_QUIETER_DB = -12.0
QUIETER_DB = -6.0
RISING_DB_PER_S = 0.5
RISING_DB = 3.0
"""A level that climbs this fast, and by this much over the reply, is heard as getting louder. Both, since the slope
alone wanders by several dB a second in short replies."""
UNSTEADIER_DB = (0.5, 1.5, 3.0, 4.5)
"""Spread of the level above that of the everyday voice: steadiness is 4, 3, 2 and 1."""
SPREAD_DB = (9.5, 10.5, 12.0)
"""Without a baseline, spread of the level from which steadiness is 3, 2 and 1. Nine of ten neutral recordings (32 of
audio/mfa, asr and pitch) lie below the first, all but one below the second."""
FAST_RATIO = (1.15, 1.3, 1.5, 1.75)
"""Faster than the everyday or the speaker's pace by this ratio: pace is 4, 3, 2 and 1."""
SLOW_RATIO = (0.7, 0.55, 0.4)
"""Slower by this ratio: pace is 4, 3 and 2. Slower is nearer to empathic than faster (Spooner 2025)."""
FAST_SYLL_PER_S = (5.5, 6.5, 7.5)
"""Without anything to compare with, articulation rate from which pace is 3, 2 and 1."""
SLOW_SYLL_PER_S = (2.2, 1.5)
"""And below which it is 3 and 2."""
WIDE_RATIO = (1.6, 2.0, 2.5)
"""Pitch range over the everyday one, in semitones, from which range is 3, 2 and 1."""
NARROW_RATIO = (0.6, 0.4, 0.25)
WIDE_SEMITONES = (16.0, 20.0, 24.0)
NARROW_SEMITONES = (3.0, 2.0, 1.2)
HARSH = (0.2, 0.33, 0.5, 0.73)
"""Harshness against the everyday voice from which it is 4, 3, 2 and 1: where all cues together differ by 0.3, 0.65, 1
and 1.5 plainly audible steps (see ``speech.harshness``); our own rendered angry voices, mild as they are, lie at
0.25–0.34, tender and neutral ones at 0.07–0.12."""
HARSH_ALONE = (0.3, 0.92)
"""Without a baseline, from which it is 3 and 2, never 1: half of the 32 neutral recordings lie below the first, all of
them below the second."""
INTERRUPTED_S = (0.15, 0.4, 0.8, 1.5)
"""Talking over the speaker for this long: presence is 4, 3, 2 and 1."""
NO_BASELINE = "Record your everyday voice once, and this can be told."


def voice_dimensions(
    voice: VoiceMeasures, *, baseline: Baseline | None = None, prompt: VoiceMeasures | None = None
) -> tuple[Dimension, ...]:
    """All six, in the order of ``VOICE_DIMENSIONS``.

    Args:
        voice: of the reply. baseline: the trainee's everyday voice on this microphone. prompt: of the speaker.
    """
    own = baseline.measures if baseline is not None else None
    return (
        _loudness(voice, own),
        _steadiness(voice, own),
        _pace(voice, own, prompt),
        _range(voice, own),
        _harshness(voice, own is not None),
        _presence(voice),
    )


def _loudness(voice: VoiceMeasures, own: VoiceMeasures | None) -> Dimension:
    if voice.loudness_mean_dbfs is None:
        return _unmeasured("loudness", voice, "loudness_mean_dbfs")
    if own is None or own.loudness_mean_dbfs is None:
        return Dimension(name="loudness", level=None, reason=f"How loud is loud for you? {NO_BASELINE}")
    above = voice.loudness_mean_dbfs - own.loudness_mean_dbfs
    drift = voice.loudness_drift_db_per_s or 0.0
    rising = drift >= RISING_DB_PER_S and drift * (voice.speech_s or voice.duration_s) >= RISING_DB
    level = 5 - sum(above > bound for bound in LOUDER_DB)
    if above < MUCH_QUIETER_DB:
        level = 3
    elif above < QUIETER_DB:
        level = 4
    if rising and above > LOUDER_DB[1]:
        level = max(1, level - 1)
    tail = ", and rising" if rising and above > LOUDER_DB[0] else ""
    if abs(above) < 1.0:
        return Dimension(name="loudness", level=level, reason="As loud as your everyday voice.")
    way = "louder" if above > 0 else "softer"
    much = " and may be hard to hear" if above < MUCH_QUIETER_DB else ""
    return Dimension(
        name="loudness", level=level, reason=f"{abs(above):.0f} dB {way} than your everyday voice{tail}{much}."
    )


def _steadiness(voice: VoiceMeasures, own: VoiceMeasures | None) -> Dimension:
    spread = voice.loudness_sd_db
    if spread is None:
        return _unmeasured("steadiness", voice, "loudness_sd_db")
    if own is not None and own.loudness_sd_db is not None:
        above = spread - own.loudness_sd_db
        level = 5 - sum(above > bound for bound in UNSTEADIER_DB)
        reason = (
            f"It swings {above:.0f} dB more between loud and soft than your everyday voice."
            if level <= 3
            else "As even as your everyday voice."
        )
        return Dimension(name="steadiness", level=level, reason=reason)
    level = 4 - sum(spread >= bound for bound in SPREAD_DB)
    reason = f"It swings widely between loud and soft ({spread:.0f} dB)." if level <= 2 else "It stays fairly even."
    return Dimension(name="steadiness", level=level, reason=f"{reason} Judged without your everyday voice.")


def _pace(voice: VoiceMeasures, own: VoiceMeasures | None, prompt: VoiceMeasures | None) -> Dimension:
    rate = voice.articulation_rate_syll_per_s
    if rate is None:
        return _unmeasured("pace", voice, "articulation_rate_syll_per_s")
    found: list[tuple[int, str]] = []
    for other, name in ((own, "your everyday pace"), (prompt, "theirs")):
        if other is not None and other.articulation_rate_syll_per_s:
            found.append(_against(rate / other.articulation_rate_syll_per_s, name))
    absolute = 4 - sum(rate >= bound for bound in FAST_SYLL_PER_S)
    absolute = min(absolute, 4 - sum(rate <= bound for bound in SLOW_SYLL_PER_S))
    way = "fast" if rate >= FAST_SYLL_PER_S[0] else "slow"
    if not found or absolute <= 2:
        reason = f"Rather {way}, {rate:.1f} syllables a second." if absolute <= 3 else "An ordinary, unhurried pace."
        found.append((absolute, reason))
    level, reason = min(found, key=lambda one: one[0])
    return Dimension(name="pace", level=level, reason=reason)


def _against(ratio: float, name: str) -> tuple[int, str]:
    fast = 5 - sum(ratio >= bound for bound in FAST_RATIO)
    slow = 5 - sum(ratio <= bound for bound in SLOW_RATIO)
    percent = abs(ratio - 1.0) * 100
    if fast <= slow and fast < 5:
        return fast, f"{percent:.0f} % faster than {name}."
    if slow < 5:
        return slow, f"{percent:.0f} % slower than {name}."
    return 5, f"Close to {name}."


def _range(voice: VoiceMeasures, own: VoiceMeasures | None) -> Dimension:
    width = voice.f0_range_semitones
    if width is None:
        return _unmeasured("range", voice, "f0_range_semitones")
    compared = own is not None and bool(own.f0_range_semitones)
    value = width / own.f0_range_semitones if own is not None and own.f0_range_semitones else width
    wide, narrow = (WIDE_RATIO, NARROW_RATIO) if compared else (WIDE_SEMITONES, NARROW_SEMITONES)
    over = sum(value >= bound for bound in wide)
    under = sum(value <= bound for bound in narrow)
    level = 4 - max(over, under)
    against = "than your everyday voice" if compared else "than voices mostly do"
    if over:
        reason = f"The melody swings wider {against} ({width:.0f} semitones)."
    elif under:
        reason = f"The melody moves less {against} ({width:.0f} semitones)."
    else:
        reason = "The melody is neither flat nor swooping."
    return Dimension(name="range", level=level, reason=reason if compared else f"{reason} Judged without your own.")


def _harshness(voice: VoiceMeasures, compared: bool) -> Dimension:
    value = voice.harshness
    if value is None:
        return _unmeasured("harshness", voice, "harshness")
    if not compared:
        level = 4 - sum(value >= bound for bound in HARSH_ALONE)
        reason = ("It may sound hard.", "It doesn't stand out as hard or as soft.", "It sounds soft.")[level - 2]
        reason += " Judged roughly, without your everyday voice."
        return Dimension(name="harshness", level=level, reason=reason)
    level = 5 - sum(value >= bound for bound in HARSH)
    reason = (
        "Loud, high and fast together: it can sound hard.",
        "There is some hardness in it.",
        "A little edge in it.",
        "Mostly soft.",
        "Nothing hard in it.",
    )[level - 1]
    return Dimension(name="harshness", level=level, reason=reason)


def _presence(voice: VoiceMeasures) -> Dimension:
    if voice.speech_s is not None and voice.speech_s <= 0.0:
        reason = "No reply was heard. If you did speak, the microphone didn't hear you."
        return Dimension(name="presence", level=1, reason=reason)
    if voice.interruption_s is None:
        return _unmeasured("presence", voice, "interruption_s")
    level = 5 - sum(voice.interruption_s >= bound for bound in INTERRUPTED_S)
    if level == 5:
        return Dimension(name="presence", level=5, reason="You let them finish, and then you answered.")
    reason = f"You began {voice.interruption_s:.1f} s before they had finished."
    return Dimension(name="presence", level=level, reason=reason)


def _unmeasured(name: VoiceDimension, voice: VoiceMeasures, measure: str) -> Dimension:
    why = voice.not_rated.get(measure) or "this couldn't be measured in this recording"
    return Dimension(name=name, level=None, reason=f"{why[0].upper()}{why[1:].removesuffix('.')}.")
