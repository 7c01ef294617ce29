"""What lies under a voice: rumble, hiss, music; and what is read off a reading and off known words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from made_voices import harmonic, noise, silence, spoken, syllabic, times

from voice_trainer.speech import SAMPLE_RATE, frames, prosody, spectrum
from voice_trainer.speech.alignment import share_heard
from voice_trainer.speech.baseline import Baseline, standing
from voice_trainer.speech.measures import VoiceMeasures
from voice_trainer.speech.reading import PASSAGE, faults
from voice_trainer.speech.transcript import untimed

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SOUNDS = hnp.arrays(np.float32, st.integers(0, 5000), elements=st.floats(-1, 1, width=32))


def reply() -> np.ndarray:
    return np.concatenate([silence(0.6), syllabic(150, 10), silence(0.6), syllabic(150, 10), silence(0.6)])


@given(SOUNDS)
@settings(max_examples=60, deadline=None)
def test_taking_out_rumble_keeps_length_and_is_finite(samples: np.ndarray) -> None:
    clean = frames.rumble_removed(samples)
    assert clean.shape == samples.shape
    assert np.isfinite(clean).all()


@pytest.mark.parametrize(("hertz", "low", "high"), [(5, -120, -60), (20, -40, -25), (100, -1, 0.1), (1000, -0.2, 0.1)])
def test_what_is_below_a_voice_goes_and_the_voice_stays(hertz: float, low: float, high: float) -> None:
    tone = np.cos(2 * np.pi * hertz * times(2.0)).astype(np.float32)
    inside = slice(8000, 24000)
    change = 20 * np.log10(np.std(frames.rumble_removed(tone)[inside]) / np.std(tone[inside]))
    assert low <= change <= high


def test_rumble_louder_than_the_voice_hides_neither_pauses_nor_level() -> None:
    clean = noise(reply(), -75.0)
    where = np.abs(reply()) > 0
    rumble = 0.5 * np.sin(2 * np.pi * 8.0 * times(len(clean) / SAMPLE_RATE)).astype(np.float32)
    quiet, _ = prosody.measure(spoken(clean, 150.0, where=where))
    under, _ = prosody.measure(spoken((clean + rumble).astype(np.float32), 150.0, where=where))
    assert under.pause_count == quiet.pause_count == 1
    assert under.loudness_mean_dbfs == pytest.approx(quiet.loudness_mean_dbfs, abs=0.2)
    assert under.alpha_ratio_db == pytest.approx(quiet.alpha_ratio_db, abs=0.3)


def test_hiss_is_no_vocal_effort() -> None:
    clean = np.concatenate([silence(1.0), syllabic(150, 20, tilt=1.4), silence(1.0)])
    where = np.abs(clean) > 0
    quiet, _ = prosody.measure(spoken(noise(clean, -80.0), 150.0, where=where))
    hissing, _ = prosody.measure(spoken(noise(clean, -42.0), 150.0, where=where))
    assert quiet.alpha_ratio_db is not None
    assert hissing.alpha_ratio_db is not None
    rows = np.arange(110, 590)
    unaware = spectrum.alpha_ratio_db(spectrum.power(noise(clean, -42.0), rows))
    aware = spectrum.alpha_ratio_db(
        spectrum.power(noise(clean, -42.0), rows), spectrum.power(noise(clean, -42.0), np.arange(10, 90))
    )
    truth = spectrum.alpha_ratio_db(spectrum.power(clean, rows))
    assert abs(aware - truth) < 0.5 * abs(unaware - truth)
    assert hissing.alpha_ratio_db == pytest.approx(quiet.alpha_ratio_db, abs=1.0)


def test_silence_put_around_a_recording_changes_nothing() -> None:
    inner, where = noise(reply(), -55.0), np.abs(reply()) > 0
    around = np.concatenate([silence(3.0), inner, silence(3.0)])
    where_around = np.concatenate([np.zeros(48000, bool), where, np.zeros(48000, bool)])
    one, _ = prosody.measure(spoken(inner, 150.0, where=where))
    other, _ = prosody.measure(spoken(around, 150.0, where=where_around))
    assert other.snr_db == pytest.approx(one.snr_db, abs=0.5)
    assert other.loudness_sd_db == pytest.approx(one.loudness_sd_db, rel=0.02)


def test_music_between_the_words_takes_the_pitch_back() -> None:
    music = 0.02 * harmonic(330.0, len(reply()) / SAMPLE_RATE, peak=1.0)
    heard = spoken((reply() + music).astype(np.float32), 150.0, where=np.abs(reply()) > 0)
    everywhere = np.ones(len(heard.contour.voiced), np.bool_)
    clean, _ = prosody.measure(heard)
    assert clean.f0_median_hz is not None
    shared, _ = prosody.measure(replace(heard, contour=replace(heard.contour, voiced=everywhere)))
    assert shared.f0_median_hz is None
    assert shared.not_rated["f0_median_hz"].startswith("music or another voice")
    assert shared.harshness is None
    assert shared.loudness_mean_dbfs is not None


def test_a_telephone_band_is_not_compared_with_a_whole_one() -> None:
    where = np.abs(reply()) > 0
    wide = noise(reply(), -70.0)
    spectrum_of = np.fft.rfft(wide)
    spectrum_of[np.fft.rfftfreq(len(wide), 1 / SAMPLE_RATE) > 3800] = 0
    narrow = np.fft.irfft(spectrum_of, len(wide)).astype(np.float32)
    whole, _ = prosody.measure(spoken(wide, 150.0, where=where))
    cut, _ = prosody.measure(spoken(narrow, 150.0, where=where))
    assert whole.loudness_sd_db is not None
    assert cut.loudness_sd_db is None
    assert cut.not_rated["harshness"].startswith("a narrow band")
    assert cut.not_rated["articulation_rate_syll_per_s"].startswith("a narrow band")
    assert cut.f0_median_hz == pytest.approx(whole.f0_median_hz)


def test_known_words_give_the_rate() -> None:
    measures, _ = prosody.measure(spoken(np.concatenate([silence(0.5), syllabic(150, 12, rate=3.0), silence(0.5)])))
    known = prosody.by_known_words(measures, "I lit the candles and then I sat there, alone.")  # 12 syllables
    assert known.articulation_rate_syll_per_s == pytest.approx(3.0, rel=0.06)
    assert known.speech_rate_wpm == pytest.approx(150, rel=0.06)
    assert "speech_rate_wpm" not in known.not_rated
    silent, _ = prosody.measure(spoken(silence(2.0)))
    assert prosody.by_known_words(silent, "Hello there.") == silent


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_known_words_never_break(text: str) -> None:
    measures = VoiceMeasures(
        duration_s=4.0, speech_s=3.0, phonation_time_ratio=0.9, articulation_rate_syll_per_s=4.0,
        not_rated={"speech_rate_wpm": "no words were asked for"},
    )  # fmt: skip
    known = prosody.by_known_words(measures, text)
    assert known.articulation_rate_syll_per_s is not None
    assert np.isfinite(known.articulation_rate_syll_per_s)


def everyday(device: str, days_ago: int) -> Baseline:
    measures = VoiceMeasures(duration_s=40.0)
    return Baseline(person="Ada", device=device, recorded_at=NOW - timedelta(days=days_ago), measures=measures)


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        ([], "missing"),
        ([("USB", 10)], "ready"),
        ([("USB", 180)], "ready"),
        ([("USB", 181)], "old"),
        ([("built in", 10)], "other_device"),
        ([("built in", 10), ("USB", 400)], "old"),
        ([("", 10)], "other_device"),
    ],
)
def test_how_it_stands(known: list[tuple[str, int]], kind: str) -> None:
    found = standing([everyday(*one) for one in known], "USB", NOW)
    assert found.kind == kind
    assert (found.sentence == "") == (kind == "ready")


def test_the_passage_takes_about_forty_seconds() -> None:
    assert 105 <= len(PASSAGE.split()) <= 125


def test_share_heard() -> None:
    words = untimed(PASSAGE).words
    assert share_heard(PASSAGE, words) == 1.0
    assert share_heard(PASSAGE, words[: len(words) // 2]) == pytest.approx(0.5, abs=0.01)
    assert share_heard(PASSAGE, ()) == 0.0
    assert share_heard("", words) == 0.0


@given(st.text(max_size=80), st.floats(0, 1), st.floats(-5, 80) | st.none(), st.floats(0, 60) | st.none())
@settings(max_examples=80, deadline=None)
def test_a_reading_is_never_both_refused_and_kept(
    text: str, clipping: float, snr_db: float | None, speech_s: float | None
) -> None:
    measures = VoiceMeasures(duration_s=60.0, clipping_ratio=clipping, snr_db=snr_db, speech_s=speech_s)
    told = faults(measures, untimed(text))
    assert all(one.endswith((".", "!")) for one in told)
    if not speech_s or speech_s < 20 or clipping > 0.01 or snr_db is None or snr_db < 15:
        assert told
