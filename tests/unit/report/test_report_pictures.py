"""What the pictures draw, and where time lies in them."""

from __future__ import annotations

import itertools
import re

import pytest
from made_replies import curves, scored, words_of

from voice_trainer.report import series
from voice_trainer.report.pictures import LEFT, RIGHT, WIDTH, drawn_lines, portrait
from voice_trainer.speech.measures import VoiceCurves


def test_pitch_is_in_semitones_about_the_median() -> None:
    voice = VoiceCurves(f0_times_s=(0.0, 0.1, 0.2), f0_hz=(100.0, 200.0, 400.0))
    assert series.pitch(voice) == ((0.0, -12.0), (0.1, 0.0), (0.2, 12.0))
    assert series.pitch(VoiceCurves()) == series.pitch(None) == ()


def test_loudness_is_about_the_mean_of_the_louder_half() -> None:
    voice = VoiceCurves(level_times_s=(0.0, 0.1, 0.2, 0.3), level_dbfs=(-90.0, -60.0, -22.0, -18.0))
    assert series.loudness(voice) == ((0.0, -30.0), (0.1, -30.0), (0.2, -2.0), (0.3, 2.0))


def test_a_gap_in_voicing_breaks_the_line() -> None:
    points = ((0.0, 1.0), (0.1, 1.0), (0.5, 1.0))
    assert series.runs(points) == (points[:2], points[2:])
    assert series.runs(()) == ()


@pytest.mark.parametrize("duration_s", [0.3, 6.4, 6.6, 40.0, 200.0, 1800.0])
def test_lines_cover_the_reply_once(duration_s: float) -> None:
    spoken = words_of("One two three four five six. " * int(duration_s / 2.2))
    cut = series.lines(spoken, duration_s)
    assert cut[0][0] == 0.0
    assert cut[-1][1] == duration_s
    assert all(a[1] == b[0] for a, b in itertools.pairwise(cut))
    assert all(end - start <= series.line_length_s(duration_s) + 1e-9 for start, end in cut)
    assert len(cut) <= series.MOST_LINES + 1


def test_a_line_ends_where_a_sentence_does() -> None:
    spoken = words_of("One two three four five six seven eight nine ten eleven twelve thirteen fourteen. " * 3)
    for _, end in series.lines(spoken, 13.0)[:-1]:
        before = [word for word in spoken if word.end_s <= end]
        after = [word for word in spoken if word.start_s >= end]
        assert before[-1].text.endswith(".")
        assert len(before) + len(after) == len(spoken)


def test_a_word_stands_under_its_own_time() -> None:
    made = scored()
    duration_s = made.voice.duration_s
    limits = series.limits((made.curves,))
    spoken = made.transcript.words
    (line,) = drawn_lines(made.curves, spoken, made.wording.sentences, duration_s, limits, name="x")
    assert (line.start_s, line.end_s) == (0.0, duration_s)
    for at, word in enumerate(spoken):
        found = re.search(rf'data-word="{at}"><text x="([\d.]+)"', line.svg)
        assert found is not None, word
        share = line.left + (word.start_s + word.end_s) / 2 / duration_s * (line.right - line.left)
        assert float(found[1]) == pytest.approx(share * WIDTH, abs=0.2)
    assert line.left == pytest.approx(LEFT / WIDTH)
    assert line.right <= 1 - RIGHT / WIDTH


def test_moves_are_written_in_words_and_pauses_with_their_length() -> None:
    made = scored()
    limits = series.limits((made.curves,))
    (line,) = drawn_lines(
        made.curves, made.transcript.words, made.wording.sentences, made.voice.duration_s, limits, name="x"
    )
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", line.svg)
    assert "◆ reflects deeper · ◆ names hurt" in texts
    assert "◇ open question" in texts
    assert "0.6 s" in texts
    assert "1 pause, the longest 0.6 seconds." in line.svg


def test_no_picture_brings_styles_or_colours_of_its_own() -> None:
    voice = curves(5.0)
    picture = portrait(voice, series.limits((voice,)), who="Maya", role="them", duration_s=5.0, name="p")
    assert "style" not in picture.svg
    assert not re.findall(r"#[0-9a-f]{6}", picture.svg)
    assert 'class="stroke-them"' in picture.svg
    assert "<title" in picture.svg
    assert "<desc" in picture.svg
