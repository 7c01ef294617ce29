"""Syllables of words, and nuclei in sound."""

from __future__ import annotations

import numpy as np
import pytest
from made_voices import noise, silence, spoken, syllabic

from voice_trainer.speech import prosody
from voice_trainer.speech.nuclei import SYLLABLES_PER_NUCLEUS
from voice_trainer.speech.syllables import count

BY_HAND = (
    "missed:1 asked:1 wanted:2 didn't:2 can't:1 wouldn't:2 isn't:2 weren't:1 you're:1 that's:1 it'd:2 feelings:2 "
    "horses:2 loved:1 frightening:3 lonely:2 idea:3 being:2 yeah:1 2.5:3 1998:5 30:2 10:1 100:3 exhausted:3 "
    "overwhelmed:3 disappointed:4 conversation:4 apologize:4 scared:1 changes:2 needed:2 house's:2 sometimes:2 "
    "something:2 everything:3 ago:2 people:2 little:2 angrily:3 hopeless:2 self-care:2 I'm:1 they've:1 ignored:2 "
    "hurting:2 kitchen:2 alone:2 sounds:1 because:2 important:3 afterwards:3 invisible:4 unheard:2 dismissed:2 "
    "resentment:3 hesitated:4 10:30:3 um:1"
)


@pytest.mark.parametrize("case", BY_HAND.split())
def test_words_counted_by_hand(case: str) -> None:
    word, _, syllables = case.rpartition(":")
    assert count(word) == int(syllables)


@pytest.mark.parametrize("word", ["", "...", "—", "?!", "’"])
def test_punctuation_has_none(word: str) -> None:
    assert count(word) == 0


def test_curly_apostrophes_capitals_and_other_languages() -> None:
    assert count("Didn’t,") == 2
    assert count("DINNER!") == 2
    assert count("mañana", "es") == 3
    assert count("schön", "de") == 1


@pytest.mark.parametrize("rate", [2.5, 4.0, 5.5, 7.0])
@pytest.mark.parametrize("noise_dbfs", [-70.0, -50.0])
def test_nuclei_of_made_syllables(rate: float, noise_dbfs: float) -> None:
    clean = np.concatenate([silence(0.5), syllabic(130, round(rate * 5), rate=rate), silence(0.5)])
    measures, _ = prosody.measure(spoken(noise(clean, noise_dbfs), where=np.abs(clean) > 0))
    # No vowels meet in made syllables, so that the share that is missed in speech is not missed here.
    assert measures.articulation_rate_syll_per_s is not None
    assert measures.articulation_rate_syll_per_s / SYLLABLES_PER_NUCLEUS == pytest.approx(rate, rel=0.06)
