"""The pure parts: words, choices, filters, series, waveform, breath."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from voice_trainer.exercise import Attachment, Context, Skill
from voice_trainer.listening.moves import MOVES
from voice_trainer.speech.measures import VoiceCurves, VoiceMeasures
from voice_trainer.tui import words
from voice_trainer.tui.choices import feelings_to_choose
from voice_trainer.tui.filters import Filters, matching
from voice_trainer.tui.measures_words import MEASURES, reason, written
from voice_trainer.tui.series import bounds, loudness_series, pitch_series, runs, spark
from voice_trainer.tui.widgets.breath import phase
from voice_trainer.tui.widgets.waveform import columns_of, drawn_column

from .conftest import library

HEAVY = [
    "faster_whisper",
    "ctranslate2",
    "onnxruntime",
    "librosa",
    "soundfile",
    "sounddevice",
    "sqlalchemy",
    "textual_plot",
    "numpy",
]


def test_the_screen_is_imported_without_models_devices_or_numbers() -> None:
    code = f"import sys, voice_trainer.tui.app; print([m for m in {HEAVY!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_every_name_has_its_word() -> None:
    assert set(words.SKILLS) == set(words.SKILL_ABOUT) == set(get_args(Skill))
    assert set(words.CONTEXTS) == set(get_args(Context))
    assert set(words.ATTACHMENTS) == set(words.ATTACHMENT_ABOUT) == set(get_args(Attachment))
    assert set(words.MARKS) == set(MOVES)
    assert set(words.DIMENSIONS) == {*words.WORDING_DIMENSIONS, *words.VOICE_DIMENSIONS}
    assert {measure for measure, *_ in MEASURES} == set(VoiceMeasures.__struct_fields__) - {
        "duration_s",
        "speech_s",
        "not_rated",
    }


@pytest.mark.parametrize(
    ("score", "level"), [(0.0, 1), (0.12, 1), (0.13, 2), (0.5, 3), (1.0, 5), (1.4, 5), (None, None)]
)
def test_levels_of_scores(score: float | None, level: int | None) -> None:
    assert words.level_of(score) == level


def test_level_words_say_what_it_is_about() -> None:
    assert words.level_word(3, "feeling") == "heard"
    assert words.level_word(3, "voice") == "present"
    assert words.level_word(1, "restraint") == "took over"
    assert words.level_word(None, "pace") == "not rated"
    assert words.bar(2) == "▰▰▱▱▱"


def test_days() -> None:
    now = datetime(2024, 11, 21, 15, 0, tzinfo=UTC)
    assert words.day(now - timedelta(hours=1), now, UTC) == "today 14:00"
    assert words.day(now - timedelta(days=1), now, UTC) == "yesterday 15:00"
    assert words.day(now - timedelta(days=5), now, UTC) == "Sat 16 Nov"
    assert words.day(now - timedelta(days=400), now, UTC) == "18 Oct 2023"


def test_choices_hold_what_was_felt_and_stay_the_same() -> None:
    turn = library().get("cold-dinner").first_turn
    one, two = feelings_to_choose("cold-dinner", turn), feelings_to_choose("cold-dinner", turn)
    assert one == two
    assert len(one) == len(set(one)) == 8
    assert set(turn.feelings) <= set(one)
    assert feelings_to_choose("another", turn) != one


def test_filters_narrow_together() -> None:
    exercises = library().exercises
    assert len(matching(exercises, Filters())) == 3
    assert [e.id for e in matching(exercises, Filters(text="din may"))] == ["cold-dinner"]
    assert [e.id for e in matching(exercises, Filters(skill="repair", difficulty=4))] == ["the-clock"]
    assert matching(exercises, Filters(skill="repair", difficulty=1)) == ()


def test_pitch_is_drawn_about_its_own_median_and_breaks_where_nothing_is_voiced() -> None:
    curves = VoiceCurves(f0_times_s=(0.0, 0.1, 0.2, 1.0, 1.1), f0_hz=(100.0, 200.0, 200.0, 400.0, 200.0))
    series = pitch_series(curves)
    assert series.values == pytest.approx((-12.0, 0.0, 0.0, 12.0, 0.0))
    assert [len(run.values) for run in runs(series)] == [3, 2]
    assert runs(pitch_series(None)) == ()
    assert bounds(series, least=4.0) == (-12.0, 12.0)
    assert spark(series, 4, -12.0, 12.0, 1.2) == "▃  ▆"


def test_loudness_is_drawn_about_the_mean_of_the_louder_half() -> None:
    series = loudness_series(VoiceCurves(level_times_s=(0.0, 0.1, 0.2, 0.3), level_dbfs=(-90.0, -20.0, -30.0, -80.0)))
    assert series.values == (-30.0, 5.0, -5.0, -30.0)


def test_the_waveform_keeps_its_peaks_at_any_width() -> None:
    envelope = tuple(1.0 if i == 100 else 0.1 for i in range(240))
    for width in (1, 7, 36, 240, 500):
        assert max(columns_of(envelope, width)) == 1.0
        assert len(columns_of(envelope, width)) == width
    assert columns_of((), 3) == [0.0, 0.0, 0.0]
    assert drawn_column(1.0, 3) == ["█", "█", "█"]
    assert drawn_column(0.34, 3) == [" ", "█", " "]
    assert drawn_column(0.0, 3) == [" ", "·", " "]


def test_breaths_are_four_in_and_six_out() -> None:
    assert phase(0.0) == (0, True, 0.0)
    assert phase(2.0) == (0, True, 0.5)
    assert phase(7.0) == (0, False, 0.5)
    assert phase(12.0) == (1, True, 0.5)


def test_a_measure_that_is_none_has_its_reason() -> None:
    voice = VoiceMeasures(duration_s=3.0, f0_median_hz=181.4, not_rated={"snr_db": "too short"})
    assert written(voice, "f0_median_hz", "{:.0f} Hz") == "181 Hz"
    assert written(voice, "snr_db", "{:.0f} dB") == "–"
    assert reason(voice, "snr_db") == "too short"
    assert reason(voice, "f0_median_hz") == ""
