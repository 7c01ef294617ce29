"""Every measure on sounds whose answer is known, on sounds nobody should send, and the same at any gain."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from made_voices import Samples, harmonic, noise, silence, spoken, syllabic, times

from voice_trainer.speech import prosody
from voice_trainer.speech.baseline import Baseline
from voice_trainer.speech.measures import VoiceCurves, VoiceMeasures
from voice_trainer.speech.pitch import PitchContour, summarize
from voice_trainer.speech.transcript import Transcript, Word

RANGES = {
    "speech_s": (0.0, math.inf),
    "articulation_rate_syll_per_s": (0.0, 40.0),
    "speech_rate_wpm": (0.0, 6000.0),
    "pause_count": (0, math.inf),
    "pause_mean_s": (0.25, math.inf),
    "longest_pause_s": (0.25, math.inf),
    "filled_pause_count": (0, math.inf),
    "phonation_time_ratio": (0.0, 1.0),
    "f0_median_hz": (60.0, 500.0),
    "f0_range_semitones": (0.0, 40.0),
    "loudness_mean_dbfs": (-120.0, 10.0),
    "loudness_range_db": (0.0, 130.0),
    "loudness_sd_db": (0.0, 65.0),
    "spectral_flux": (0.0, 2.0),
    "harshness": (0.0, 1.0),
    "clipping_ratio": (0.0, 1.0),
}
SCALE_FREE = (
    "speech_s",
    "articulation_rate_syll_per_s",
    "pause_mean_s",
    "phonation_time_ratio",
    "f0_median_hz",
    "f0_range_semitones",
    "loudness_range_db",
    "loudness_sd_db",
    "alpha_ratio_db",
    "spectral_flux",
)


def in_order(measures: VoiceMeasures) -> None:
    """Nothing NaN, nothing out of its range, and each name either has a value or a reason."""
    for name, value in msgspec.structs.asdict(measures).items():
        if name in ("duration_s", "not_rated"):
            continue
        assert (value is None) == (name in measures.not_rated), name
        if value is not None:
            low, high = RANGES.get(name, (-math.inf, math.inf))
            assert math.isfinite(value), name
            assert low - 1e-9 <= value <= high + 1e-9, (name, value)
    assert all(reason for reason in measures.not_rated.values())


def reply(*, pauses: tuple[float, ...] = (0.5, 1.0), f0_hz: float = 120.0) -> Samples:
    parts = [silence(0.6), syllabic(f0_hz, 8)]
    for pause in pauses:
        parts += [silence(pause), syllabic(f0_hz, 8)]
    return np.concatenate([*parts, silence(0.6)])


def test_known_reply() -> None:
    measures, curves = prosody.measure(spoken(noise(reply(), -75.0), where=np.abs(reply()) > 0))
    in_order(measures)
    assert measures.duration_s == pytest.approx(8.7, abs=0.01)
    assert measures.speech_s == pytest.approx(7.5, abs=0.1)
    assert measures.pause_count == 2
    assert measures.longest_pause_s == pytest.approx(1.0, abs=0.12)
    assert measures.pause_mean_s == pytest.approx(0.75, abs=0.12)
    assert measures.phonation_time_ratio == pytest.approx(0.8, abs=0.04)
    assert measures.articulation_rate_syll_per_s == pytest.approx(4.0, rel=0.08)
    assert measures.rate_drift_syll_per_s2 == pytest.approx(0.0, abs=0.15)
    assert measures.f0_median_hz == pytest.approx(120.0)
    assert measures.f0_range_semitones == pytest.approx(0.0, abs=0.01)
    assert measures.loudness_drift_db_per_s == pytest.approx(0.0, abs=0.3)
    assert measures.snr_db is not None
    assert measures.snr_db > 40
    assert measures.response_latency_s == 0.7
    assert measures.not_rated["interruption_s"] == "rated with headphones only"
    assert [round(pause.start_s, 1) for pause in curves.pauses] == [2.6, 5.1]


@pytest.mark.parametrize("pause_s", [0.15, 0.2])
def test_a_short_silence_is_no_pause(pause_s: float) -> None:
    measures, _ = prosody.measure(spoken(reply(pauses=(pause_s,))))
    assert measures.pause_count == 0
    assert measures.not_rated["longest_pause_s"].startswith("no pause of 0.25 s")


def test_getting_louder_and_faster_shows_as_drift() -> None:
    slow, fast = syllabic(120, 12, rate=3.0), syllabic(120, 24, rate=6.0)
    ramp = 10 ** (np.linspace(0, 12, len(slow) + len(fast)) / 20) * 0.2
    samples = np.concatenate([silence(0.5), np.concatenate([slow, fast]) * ramp.astype(np.float32), silence(0.5)])
    measures, _ = prosody.measure(spoken(samples))
    assert measures.loudness_drift_db_per_s == pytest.approx(12 / 8, abs=0.4)
    assert measures.rate_drift_syll_per_s2 is not None
    assert 0.3 < measures.rate_drift_syll_per_s2 < 1.2


@pytest.mark.parametrize(("end_hz", "semitones"), [(100.0, -12.0), (200.0, 0.0), (400.0, 12.0)])
def test_final_contour(end_hz: float, semitones: float) -> None:
    """An octave glide in the last 0.5 s, after a steady second."""
    samples = np.concatenate([silence(0.5), harmonic(200, 1.0), silence(0.3), harmonic(200, 0.5), silence(0.5)])

    def f0(seconds: np.ndarray) -> np.ndarray:
        return 200.0 * (end_hz / 200.0) ** np.clip((seconds - 1.8) / 0.5, 0, 1)

    measures, _ = prosody.measure(spoken(samples, f0))
    assert measures.final_contour_semitones == pytest.approx(semitones, abs=1.0)


def test_range_in_semitones_is_that_of_the_glide() -> None:
    """Over an even glide of an octave the 5th to 95th percentile is nine tenths of it."""
    samples = np.concatenate([silence(0.3), harmonic(150, 4.0), silence(0.3)])
    measures, _ = prosody.measure(spoken(samples, lambda t: 150.0 * 2 ** np.clip((t - 0.3) / 4.0, 0, 1)))
    assert measures.f0_range_semitones == pytest.approx(10.8, abs=0.2)


def test_what_is_barely_voiced_takes_no_percentile_with_it() -> None:
    """Six frames in a hundred, within the speaker's range, come and go with the sampling rate."""
    times = np.arange(100) / 62.5
    f0 = np.where(np.arange(100) % 16 == 8, 290.0, 180.0 + 20.0 * np.sin(times * 5))

    def width(confidence: float) -> float:
        contour = PitchContour(
            times_s=times,
            f0_hz=f0,
            confidence=np.where(f0 == 290.0, confidence, 0.9),
            voiced=np.full(100, True),
        )
        summary = summarize(contour, contour.voiced)
        assert summary.range_semitones is not None
        return summary.range_semitones

    without = 12 * np.log2(200 / 160)
    assert width(0.51) == pytest.approx(without, abs=0.3)
    assert width(0.9) > without + 3


def test_octave_jumps_far_from_the_speaker_are_left_out() -> None:
    samples = np.concatenate([silence(0.3), harmonic(150, 4.0), silence(0.3)])
    clean, _ = prosody.measure(spoken(samples, lambda t: 150 + 10 * np.sin(t)))
    wrong, _ = prosody.measure(
        spoken(samples, lambda t: np.where((t * 62.5).astype(int) % 16 < 2, 430, 150 + 10 * np.sin(t)))
    )
    assert wrong.f0_range_semitones == pytest.approx(clean.f0_range_semitones, abs=0.2)


@pytest.mark.parametrize("gain_db", [-12.0, 12.0])
def test_gain_moves_no_scale_free_measure(gain_db: float) -> None:
    samples = noise(reply(), -65.0)
    where = np.abs(reply()) > 0
    before, _ = prosody.measure(spoken(samples, where=where))
    after, _ = prosody.measure(spoken(np.asarray(samples * 10 ** (gain_db / 20), np.float32), where=where))
    for name in SCALE_FREE:
        assert getattr(after, name) == pytest.approx(getattr(before, name), rel=0.02, abs=1e-6), name
    assert before.loudness_mean_dbfs is not None
    assert after.loudness_mean_dbfs == pytest.approx(before.loudness_mean_dbfs + gain_db, abs=0.1)


def test_words_give_rates_and_fillers() -> None:
    texts = ["Um,", "you", "waited", "...", "and", "nobody", "came", "home", "for", "dinner."]
    texts.remove("...")
    words = tuple(Word(text=text, start_s=0.6 + 0.4 * i, end_s=1.0 + 0.4 * i) for i, text in enumerate(texts))
    samples = np.concatenate([silence(0.6), syllabic(120, 16), silence(0.6)])
    measures, _ = prosody.measure(spoken(samples, transcript=Transcript(words=words)))
    # Eight words without the filler, thirteen syllables with it, over 4 s.
    assert measures.speech_rate_wpm == pytest.approx(8 * 60 / 4.0, rel=0.03)
    assert measures.articulation_rate_syll_per_s == pytest.approx(13 / 4.0, rel=0.03)
    assert measures.filled_pause_count == 1


def test_a_filler_nobody_wrote_down_is_heard() -> None:
    hum = harmonic(110, 0.6)
    samples = np.concatenate(
        [silence(0.5), syllabic(120, 8), silence(0.4), hum, silence(0.4), syllabic(120, 8), silence(0.5)]
    )

    def f0(seconds: np.ndarray) -> np.ndarray:
        spoken_part = 120 + 20 * np.sin(2 * np.pi * 2 * seconds)
        return np.where((seconds > 2.8) & (seconds < 3.6), 110.0, spoken_part)

    words = tuple(Word(text="word", start_s=s, end_s=s + 0.45) for s in (0.5, 1.0, 1.5, 2.0, 3.9, 4.4, 4.9, 5.4))
    with_words, _ = prosody.measure(spoken(samples, f0, transcript=Transcript(words=words)))
    assert with_words.filled_pause_count == 1
    covered = (*words[:4], Word(text="so", start_s=2.9, end_s=3.5), *words[4:])
    without, _ = prosody.measure(spoken(samples, f0, transcript=Transcript(words=covered)))
    assert without.filled_pause_count == 0


def test_sound_alone_has_no_words() -> None:
    measures, _ = prosody.measure(spoken(reply()))
    assert measures.speech_rate_wpm is None
    assert measures.not_rated["speech_rate_wpm"] == "no words were asked for"
    silent, _ = prosody.measure(spoken(reply(), transcript=Transcript()))
    assert silent.not_rated["speech_rate_wpm"] == "no words were recognized"


@pytest.mark.parametrize("length", [0, 1, 159, 160, 512, 513, 16000, 48000])
def test_silence_of_any_length(length: int) -> None:
    measures, curves = prosody.measure(spoken(np.zeros(length, np.float32)))
    in_order(measures)
    assert measures.speech_s is None
    assert measures.not_rated["harshness"] == prosody.NOTHING_HEARD
    assert curves.pauses == ()


def test_too_short_too_noisy_clipped() -> None:
    short, _ = prosody.measure(spoken(np.concatenate([silence(0.5), syllabic(120, 1, rate=3.0), silence(0.5)])))
    assert short.not_rated["f0_median_hz"].startswith("too short: 0.")
    loud_room, _ = prosody.measure(spoken(noise(reply(), -22.0), where=np.abs(reply()) > 0))
    in_order(loud_room)
    assert loud_room.not_rated["loudness_sd_db"].startswith("too noisy: ")
    assert loud_room.f0_median_hz is not None
    clipped, _ = prosody.measure(spoken(reply(), clipping_ratio=0.05))
    in_order(clipped)
    assert clipped.not_rated["harshness"].startswith("clipped: 5.0 %")
    assert clipped.pause_count == 2
    unseen, _ = prosody.measure(spoken(reply(), clipping_ratio=None))
    assert unseen.not_rated["clipping_ratio"] == "the recording's own samples were not seen"


def test_whispering_has_too_little_voicing() -> None:
    hiss = noise(silence(3.0), -25.0)
    given_hiss = spoken(np.concatenate([silence(0.5), hiss, silence(0.5)]))
    unvoiced = PitchContour(
        times_s=given_hiss.contour.times_s,
        f0_hz=given_hiss.contour.f0_hz,
        confidence=given_hiss.contour.confidence * 0,
        voiced=given_hiss.contour.voiced & False,
    )
    measures, _ = prosody.measure(replace(given_hiss, contour=unvoiced))
    in_order(measures)
    for name in ("f0_median_hz", "f0_range_semitones", "final_contour_semitones", "alpha_ratio_db"):
        assert measures.not_rated[name].startswith("too little voicing: 0.0 s")
    assert measures.loudness_mean_dbfs is not None


def test_harshness_follows_the_everyday_voice() -> None:
    calm, _ = prosody.measure(
        spoken(np.concatenate([silence(0.5), syllabic(120, 24, tilt=1.5, peak=0.1), silence(0.5)]))
    )
    everyday = Baseline(person="me", device="mic", recorded_at=datetime(2025, 1, 1, tzinfo=UTC), measures=calm)
    lively = 200 * 2 ** (np.sin(2 * np.pi * 2.5 * times(6.0)) / 4)  # three semitones up and down
    pressed = np.concatenate([silence(0.5), syllabic(lively, 30, rate=5.0, tilt=0.7, peak=0.6), silence(0.5)])
    same, _ = prosody.measure(
        spoken(np.concatenate([silence(0.5), syllabic(120, 24, tilt=1.5, peak=0.1), silence(0.5)])), baseline=everyday
    )
    harsh, _ = prosody.measure(spoken(pressed, 200.0), baseline=everyday)
    assert same.harshness == pytest.approx(0.12, abs=0.01)
    assert harsh.harshness is not None
    assert harsh.harshness > 0.7
    alone_calm = calm.harshness
    alone_harsh, _ = prosody.measure(spoken(pressed, 200.0))
    assert alone_calm is not None
    assert alone_harsh.harshness is not None
    assert alone_harsh.harshness > alone_calm


def test_curves_are_thin_and_within_the_recording() -> None:
    long = np.concatenate([reply()] * 8)
    measures, curves = prosody.measure(spoken(long))
    for line in (curves.f0_times_s, curves.f0_hz, curves.level_times_s, curves.level_dbfs):
        assert 0 < len(line) <= VoiceCurves.MOST_POINTS
    assert len(curves.f0_times_s) == len(curves.f0_hz)
    assert curves.level_times_s[-1] <= measures.duration_s + 0.05
    assert max(curves.level_dbfs) < 0


def test_the_same_twice() -> None:
    given_reply = spoken(noise(reply(), -60.0))
    assert prosody.measure(given_reply) == prosody.measure(given_reply)


@settings(max_examples=150, deadline=None)
@given(
    samples=hnp.arrays(np.float32, st.integers(0, 9000), elements=st.floats(-1, 1, width=32), fill=st.nothing()),
    repeat=st.integers(1, 6),
    seed=st.integers(0, 2**16),
    clipping=st.none() | st.floats(0, 1),
    words=st.lists(st.tuples(st.text(max_size=8), st.floats(0, 5), st.floats(0, 2)), max_size=5),
)
def test_any_finite_sound(
    samples: Samples, repeat: int, seed: int, clipping: float | None, words: list[tuple[str, float, float]]
) -> None:
    """Whatever the engines claim to have heard in it."""
    sound = np.tile(samples, repeat)
    rng = np.random.default_rng(seed)
    frames = len(sound) // 256
    contour = PitchContour(
        times_s=np.arange(frames) * 0.016,
        f0_hz=rng.uniform(60, 500, frames),
        confidence=rng.uniform(0, 1, frames),
        voiced=rng.uniform(0, 1, frames) > rng.uniform(),
    )
    transcript = Transcript(words=tuple(Word(text=t, start_s=s, end_s=s + d) for t, s, d in words))
    measures, _ = prosody.measure(
        prosody.Spoken(
            samples=sound,
            contour=contour,
            speech=rng.uniform(0, 1, -(-len(sound) // 512)).astype(np.float32) ** rng.uniform(0.1, 3),
            transcript=transcript if words else None,
            clipping_ratio=clipping,
            response_latency_s=None,
            latency_reason="a file",
            interruption_s=None,
            interruption_reason="a file",
        )
    )
    in_order(measures)
