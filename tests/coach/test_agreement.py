"""Agreement: against a published example, against other implementations, and where it can't be told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from voice_trainer.coach.agreement import LEAST, MachineScore, agreement, icc, kappa, mean_squares, quadratic_kappas
from voice_trainer.session import Rating
from voice_trainer.store import new_attempt_id

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Six targets, four judges (Shrout & Fleiss 1979, table 2)."""
levels = st.integers(1, 5)


def test_icc_of_the_published_table() -> None:
    """ICC(2,1) = .29 and the mean squares are theirs (table 3); the interval is the one that R's psych gives."""
    rows, columns, error = mean_squares(np.asarray(SHROUT_FLEISS, float))
    assert (rows, columns, error) == (
        pytest.approx(11.24, abs=0.01),
        pytest.approx(32.49, abs=0.01),
        pytest.approx(1.02, abs=0.01),
    )
    found = icc(SHROUT_FLEISS)
    assert found.value == pytest.approx(0.29, abs=0.005)
    assert (found.low, found.high) == (pytest.approx(0.019, abs=0.001), pytest.approx(0.761, abs=0.001))


def test_a_constant_bias_lowers_absolute_agreement() -> None:
    same = [[level, level + noise] for level, noise in zip([1, 2, 3, 4, 5, 3, 2], [0.1, -0.1] * 4, strict=False)]
    shifted = [[one, other + 2] for one, other in same]
    assert (icc(same).value or 0) > 0.98
    assert (icc(shifted).value or 1) < 0.6


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Two raters with a true ICC(A,1) of 0.6: rows' variance 3, raters' 0.5, error's 1.5 (Satterthwaite: roughly)."""
    drawn = np.random.default_rng(11)
    hit = 0
    for _ in range(300):
        rows, raters = drawn.normal(0, 3**0.5, (40, 1)), drawn.normal(0, 0.5**0.5, (1, 2))
        found = icc(rows + raters + drawn.normal(0, 1.5**0.5, (40, 2)))
        assert found.low is not None
        assert found.high is not None
        hit += found.low <= 0.6 <= found.high
    assert hit / 300 > 0.9


@given(st.lists(st.tuples(levels, levels), min_size=LEAST, max_size=60))
def test_resampled_kappa_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    first, second = np.asarray(pairs, float).T
    (own,) = quadratic_kappas(first[None], second[None])
    if np.ptp(np.concatenate([first, second])) == 0:
        assert np.isnan(own)
    else:
        theirs = cohen_kappa_score(first.astype(int), second.astype(int), labels=[1, 2, 3, 4, 5], weights="quadratic")
        assert own == pytest.approx(theirs, abs=1e-9)


@given(st.lists(st.tuples(levels, levels), max_size=30))
def test_an_interval_holds_its_value_and_nothing_is_nan(pairs: list[tuple[int, int]]) -> None:
    for found in (kappa([a for a, _ in pairs], [b for _, b in pairs]), icc([[a, b] for a, b in pairs])):
        if len(pairs) < LEAST:
            assert found.value is None
            assert f"{len(pairs)}" in found.why
        if found.value is None:
            assert found.why
        else:
            assert -1 - 1e-9 <= found.value <= 1 + 1e-9 or len(pairs) <= 10
        if found.low is not None and found.high is not None:
            assert found.low <= found.high


def test_the_same_ratings_give_the_same_interval() -> None:
    first, second = [1, 2, 3, 4, 5, 4, 3, 2], [1, 2, 4, 4, 5, 3, 3, 1]
    assert kappa(first, second) == kappa(first, second)
    found = kappa(first, second)
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert found.low < found.value < found.high


def test_all_alike_says_why_there_is_no_kappa() -> None:
    found = kappa([3] * 8, [3] * 8)
    assert found.value is None
    assert "same level" in found.why


def rated(attempt_id: str, wording: int | None, voice: int | None = None, *, blind: bool = True, after: int = 0,
          session: str = "a", role: str = "coach") -> Rating:  # fmt: skip
    at = datetime(2026, 5, 4, tzinfo=UTC) + timedelta(minutes=after)
    return Rating(
        id=new_attempt_id(at), session_id=session, attempt_id=attempt_id, rater="Ruth", role=role,  # type: ignore[arg-type]
        wording=wording, voice=voice, blind=blind, made_at=at,
    )  # fmt: skip


def machine(values: Sequence[int | None]) -> dict[str, MachineScore]:
    return {
        f"r{at}": MachineScore(
            wording_level=one, voice_level=None, wording=None if one is None else one + 0.2, voice=None
        )
        for at, one in enumerate(values)
    }


def test_pairs_are_blind_ratings_of_replies_that_are_there_the_latest_of_each() -> None:
    scores = machine([1, 2, 3, 4, 5, 3, None])
    ratings = [rated(f"r{at}", level) for at, level in enumerate([1, 2, 3, 4, 5, 3, 3])]
    ratings += [rated("r5", 5, after=5), rated("r4", 1, blind=False, after=9), rated("gone", 5)]
    ratings += [rated("r0", 5, after=3, role="observer")]
    found = agreement(ratings, scores)
    assert (found.wording.pairs, found.wording.same, found.wording.within_one) == (6, 5, 5)
    assert (found.voice.pairs, found.voice.kappa.value) == (0, None)
    assert found.not_blind == 0, "r4 had a blind one first"


def test_ratings_after_the_reveal_are_counted_and_left_out() -> None:
    found = agreement([rated(f"r{at}", 3, blind=False) for at in range(6)], machine([3] * 6))
    assert found.wording.pairs == 0
    assert found.not_blind == 6


def test_sessions_are_counted() -> None:
    ratings = [rated(f"r{at}", 3, session="ab"[at % 2]) for at in range(6)]
    assert agreement(ratings, machine([3] * 6)).sessions == 2


def test_looking_at_a_session_loads_no_statistics() -> None:
    code = "import sys, voice_trainer.coach.session; print([m for m in ('scipy', 'sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
