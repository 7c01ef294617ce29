"""Praat's TextGrid, read back by Praat itself and by praatio; Audacity's labels, by their definition."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import parselmouth
import pytest
from hypothesis import HealthCheck, given, settings
from made_takes import awkward_takes
from parselmouth.praat import call
from praatio import textgrid

from voice_trainer.export import Take, render

Interval = tuple[int, int, str]
Read = Callable[[Path], dict[str, list[Interval]]]
TIERS = ["words", "sentences", "moves", "pauses"]


def by_praat(file: Path) -> dict[str, list[Interval]]:
    """Every tier with every interval, empty ones too, as Praat has them in memory."""
    grid = parselmouth.read(str(file))
    tiers = {}
    for tier in range(1, call(grid, "Get number of tiers") + 1):
        tiers[call(grid, "Get tier name", tier)] = [
            (
                round(call(grid, "Get start time of interval", tier, each) * 1000),
                round(call(grid, "Get end time of interval", tier, each) * 1000),
                call(grid, "Get label of interval", tier, each),
            )
            for each in range(1, call(grid, "Get number of intervals", tier) + 1)
        ]
    return tiers


def by_praatio(file: Path) -> dict[str, list[Interval]]:
    grid = textgrid.openTextgrid(str(file), includeEmptyIntervals=True, duplicateNamesMode="error")
    return {
        name: [(round(start * 1000), round(end * 1000), label) for start, end, label in grid.getTier(name).entries]
        for name in grid.tierNames
    }


def saved(take: Take, folder: Path) -> Path:
    file = folder / "reply.TextGrid"
    file.write_bytes(render(take, "textgrid").encode())
    return file


def spoken(intervals: list[Interval]) -> list[Interval]:
    return [each for each in intervals if each[2]]


@pytest.mark.parametrize("read", [by_praat, by_praatio])
def test_a_textgrid_has_the_words_and_their_times(take: Take, tmp_path: Path, read: Read) -> None:
    tiers = read(saved(take, tmp_path))
    assert list(tiers) == TIERS
    assert spoken(tiers["words"]) == [(word.start_ms, word.end_ms, word.text) for word in take.words]
    assert spoken(tiers["sentences"]) == [(500, 2000, "You waited, and it hurt."), (3250, 4002, "What was it like?")]
    assert spoken(tiers["moves"]) == [(500, 2000, "names a feeling, reflects deeper"), (3250, 4002, "open question")]
    assert spoken(tiers["pauses"]) == [(2000, 3250, "pause")]
    for intervals in tiers.values():
        assert (intervals[0][0], intervals[-1][1]) == (0, 6500)
        assert all(one[1] == following[0] for one, following in pairwise(intervals))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(take=awkward_takes(well_timed=True))
def test_a_textgrid_of_any_text_reads_back_in_praat(take: Take, tmp_path: Path) -> None:
    tiers = by_praat(saved(take, tmp_path))
    assert spoken(tiers["words"]) == [(word.start_ms, word.end_ms, word.text) for word in take.words]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(take=awkward_takes())
def test_words_out_of_order_still_cover_the_whole_time(take: Take, tmp_path: Path) -> None:
    tiers = by_praat(saved(take, tmp_path))
    assert sorted(each[2] for each in spoken(tiers["words"])) == sorted(word.text for word in take.words)
    for intervals in tiers.values():
        assert intervals[0][0] == 0
        assert intervals[-1][1] >= take.duration_ms
        assert all(one[0] < one[1] == following[0] for one, following in pairwise(intervals))


def labels(text: str) -> list[tuple[int, int, str]]:
    """Audacity's manual, "Importing and Exporting Labels": start, end and text a line, parted by tabs; seconds."""
    found = []
    for line in text.split("\n")[:-1]:
        start, end, label = line.split("\t")
        found.append((round(float(start) * 1000), round(float(end) * 1000), label))
    return found


def test_labels_are_words_sentences_and_pauses_by_time(take: Take) -> None:
    found = labels(render(take, "audacity"))
    assert found == sorted(found, key=lambda label: label[0])
    assert [each for each in found if not each[2].startswith("word: ")] == [
        (500, 2000, "sentence: You waited, and it hurt. [names a feeling, reflects deeper]"),
        (2000, 3250, "pause: 1.25 s"),
        (3250, 4002, "sentence: What was it like? [open question]"),
    ]
    words = [(start, end, text.removeprefix("word: ")) for start, end, text in found if text.startswith("word: ")]
    assert words == [(word.start_ms, word.end_ms, word.text) for word in take.words]


@settings(max_examples=200, deadline=None)
@given(take=awkward_takes())
def test_labels_of_any_text_read_back(take: Take) -> None:
    found = [each for each in labels(render(take, "audacity")) if each[2].startswith("word: ")]
    wanted = sorted(((w.start_ms, w.end_ms, f"word: {w.text}") for w in take.words), key=lambda label: label[0])
    assert found == wanted
