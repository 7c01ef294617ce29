"""The voice is judged only where the evidence points one way, and says why not where it can't be."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_readings import rated, span, voice

from voice_trainer.listening.attunement import SCORING_VERSION, attune, voice_dimensions
from voice_trainer.listening.dimensions import VOICE_DIMENSIONS, Dimension
from voice_trainer.speech.baseline import Baseline
from voice_trainer.speech.measures import VoiceMeasures

OWN = Baseline(person="Ada", device="Built-in", recorded_at=datetime(2026, 1, 1, tzinfo=UTC), measures=voice())
WORDING = rated("You sat there with the candles, and it hurt.", span(reflection=0.8))


def dimension(
    name: str, made: VoiceMeasures, *, baseline: Baseline | None = OWN, prompt: VoiceMeasures | None = None
) -> Dimension:
    return next(one for one in voice_dimensions(made, baseline=baseline, prompt=prompt) if one.name == name)


def test_all_six_stand_in_order() -> None:
    assert tuple(one.name for one in voice_dimensions(voice(), baseline=OWN)) == VOICE_DIMENSIONS


def test_loudness_is_told_against_the_everyday_voice() -> None:
    loud = dimension("loudness", voice(loudness_mean_dbfs=-22.0, loudness_drift_db_per_s=0.9))
    assert loud.reason == "6 dB louder than your everyday voice, and rising."
    assert loud.level == 2
    assert dimension("loudness", voice()).level == 5


def test_loudness_without_a_baseline_is_not_rated() -> None:
    unrated = dimension("loudness", voice(), baseline=None)
    assert unrated.level is None
    assert "everyday voice" in unrated.reason


@pytest.mark.parametrize("name", ["steadiness", "pace", "range"])
def test_the_weaker_form_without_a_baseline_stays_at_4(name: str) -> None:
    assert dimension(name, voice(), baseline=None).level == 4


def test_pace_is_told_against_the_speaker_too() -> None:
    slow_prompt = voice(articulation_rate_syll_per_s=3.0)
    mismatch = dimension("pace", voice(articulation_rate_syll_per_s=4.8), prompt=slow_prompt)
    assert mismatch.reason == "60 % faster than theirs."
    assert mismatch.level == 2


def test_a_harsh_voice_and_a_flat_one_and_a_swooping_one() -> None:
    assert dimension("harshness", voice(harshness=0.8)).level == 1
    assert dimension("range", voice(f0_range_semitones=1.5)).level == 1
    assert dimension("range", voice(f0_range_semitones=21.0)).level == 1


def test_talking_over_the_speaker_and_not_answering() -> None:
    assert dimension("presence", voice(interruption_s=1.0)).reason == "You began 1.0 s before they had finished."
    assert dimension("presence", voice(speech_s=0.0, interruption_s=None)).level == 1


def test_what_could_not_be_measured_keeps_its_reason() -> None:
    why = "You didn't say that you wear headphones."
    unmeasured = msgspec.structs.replace(voice(interruption_s=None), not_rated={"interruption_s": why})
    assert dimension("presence", unmeasured).reason == why


def test_height_pauses_and_latency_are_not_judged() -> None:
    other = msgspec.structs.replace(
        voice(),
        f0_median_hz=320.0,
        pause_count=9,
        longest_pause_s=6.0,
        response_latency_s=5.0,
        final_contour_semitones=6.0,
    )
    assert voice_dimensions(other, baseline=OWN) == voice_dimensions(voice(), baseline=OWN)


def test_the_voice_score_is_the_mean_of_what_was_rated() -> None:
    attunement = attune(WORDING, voice(), baseline=OWN)
    levels = [one.level for one in attunement.dimensions if one.name in VOICE_DIMENSIONS]
    assert attunement.voice == pytest.approx(sum((level - 1) / 4 for level in levels) / 6)
    assert attunement.wording == WORDING.wording
    assert attunement.scoring_version == SCORING_VERSION


def test_one_rated_dimension_makes_no_voice_score() -> None:
    alone = VoiceMeasures(duration_s=2.0, harshness=0.1)
    assert attune(WORDING, alone).voice is None
    assert attune(WORDING, None).voice is None


maybe = st.none() | st.floats(allow_nan=False, allow_infinity=False, min_value=-200.0, max_value=200.0)
positive = st.none() | st.floats(min_value=0.0, max_value=200.0)
measured = st.builds(
    VoiceMeasures,
    duration_s=st.floats(0.0, 600.0),
    speech_s=positive,
    articulation_rate_syll_per_s=positive,
    f0_range_semitones=positive,
    loudness_mean_dbfs=maybe,
    loudness_sd_db=positive,
    loudness_drift_db_per_s=maybe,
    harshness=st.none() | st.floats(0.0, 1.0),
    interruption_s=positive,
)


@given(measured, st.none() | measured, st.none() | measured)
def test_any_measures_give_levels_in_range_with_reasons(
    made: VoiceMeasures, own: VoiceMeasures | None, prompt: VoiceMeasures | None
) -> None:
    baseline = None if own is None else msgspec.structs.replace(OWN, measures=own)
    attunement = attune(WORDING, made, baseline=baseline, prompt=prompt)
    for one in attunement.dimensions:
        assert one.level is None or one.level in range(1, 6)
        assert one.reason.endswith(".")
        assert "nan" not in one.reason
    assert attunement.voice is None or (math.isfinite(attunement.voice) and 0.0 <= attunement.voice <= 1.0)


def test_harshness_without_a_baseline_never_accuses_an_ordinary_voice() -> None:
    """Neutral speech of eight actors reaches 0.88 where there is nothing to compare it with."""
    assert dimension("harshness", voice(harshness=0.88), baseline=None).level == 3
    assert dimension("harshness", voice(harshness=1.0), baseline=None).level == 2
    assert dimension("harshness", voice(harshness=0.88)).level == 1


def test_a_slope_over_a_short_reply_is_not_rising() -> None:
    brief = dimension("loudness", voice(loudness_mean_dbfs=-22.0, loudness_drift_db_per_s=0.9, speech_s=1.5))
    assert brief.reason == "6 dB louder than your everyday voice."


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_harsher_voice_never_scores_better(one: float, other: float) -> None:
    soft, hard = sorted((one, other))
    assert attune(WORDING, voice(harshness=hard)).voice <= attune(WORDING, voice(harshness=soft)).voice


@given(st.floats(-33.9, 0), st.floats(-33.9, 0))
def test_a_louder_voice_never_scores_better(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert (
        dimension("loudness", voice(loudness_mean_dbfs=high)).level
        <= dimension("loudness", voice(loudness_mean_dbfs=low)).level
    )
