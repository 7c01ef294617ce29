"""Two raters beside each other, and public replies known by their words alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.corpus.agreement import Pair, confusions, kappa_of_move, level_kappa, level_table
from training.corpus.public import draw, public_texts
from voice_trainer.listening.moves import Move


def pair(first: int, second: int, one: set[Move] | None = None, other: set[Move] | None = None) -> Pair:
    return Pair(own=True, levels=(first, second), moves=(frozenset(one or ()), frozenset(other or ())))


def test_raters_who_never_differ_agree_wholly() -> None:
    kappa, low, high = level_kappa([pair(level, level) for level in (1, 2, 3, 4, 5) * 4])
    assert (kappa, low, high) == (1.0, 1.0, 1.0)


def test_a_move_that_one_rater_never_hears_gets_no_agreement() -> None:
    found = [pair(3, 3, {"advice"}, set()), pair(3, 3, set(), set())]
    assert kappa_of_move(found, "advice") == pytest.approx(0.0)
    assert kappa_of_move(found, "judging") is None


def test_kappa_of_a_move_is_cohens() -> None:
    # 20 both, 5 the first alone, 10 the second alone, 15 neither: .70 observed, .50 by chance
    found = (
        [pair(3, 3, {"repair"}, {"repair"})] * 20
        + [pair(3, 3, {"repair"})] * 5
        + [pair(3, 3, None, {"repair"})] * 10
        + [pair(3, 3)] * 15
    )
    assert kappa_of_move(found, "repair") == pytest.approx(0.4)


def test_what_was_taken_for_what_is_counted() -> None:
    found = [
        pair(1, 2, {"judging", "advice"}, {"defending", "advice"}),
        pair(1, 1, {"judging"}, {"defending"}),
        pair(4, 4, {"validation"}),
    ]
    assert confusions(found) == {("judging", "defending"): 2, ("validation", "nothing"): 1}
    assert level_table(found)[0, 1] == 1
    assert level_table(found).sum() == 3


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "text").mkdir()
    for name in ("annomi", "epitome"):
        rows = [
            {
                "group": f"g{n}",
                "prompt": "I keep waking at four and then I lie there until it is light.",
                "reply": text,
            }
            for n, text in enumerate([f"That is reply {n} of {name}." for n in range(6)] + ["Mm."])
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / "text" / f"{name}_train.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_an_id_holds_however_the_file_is_ordered(data: Path) -> None:
    before = public_texts(data)
    file = data / "text" / "annomi_train.jsonl"
    file.write_text("".join(reversed(file.read_text(encoding="utf-8").splitlines(keepends=True))), encoding="utf-8")
    assert public_texts(data) == before


def test_replies_are_drawn_from_each_set_once_and_none_that_is_judged_or_too_short(data: Path) -> None:
    texts = public_texts(data)
    first = draw(texts, set(), 4)
    assert sorted(text.id.split("/")[0] for text in first) == ["annomi", "annomi", "epitome", "epitome"]
    judged = {text.id for text in first}
    rest = draw(texts, judged, 100)
    assert len(rest) == 8
    assert not judged & {text.id for text in rest}
    assert all(text.reply != "Mm." for text in rest)
    assert first == draw(texts, set(), 4)
