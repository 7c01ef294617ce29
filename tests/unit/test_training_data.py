"""Loaders, splits and augmentation of the listening model's training, on small corpora written here."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from training.corpus.check import read as read_corpus  # noqa: E402
from training.corpus.schema import MechanismCodes, TurnCodes  # noqa: E402
from training.listening import augment, data, metrics, split  # noqa: E402
from training.listening.schema import HEADS, NOT_TAUGHT  # noqa: E402
from voice_trainer.listening.moves import MECHANISMS, MOVES, Move  # noqa: E402


def annomi_row(group: int, reply: str, **labels: str) -> dict[str, object]:
    row = {"behavior": "other", "reflection": "n/a", "question": "n/a", "input": "n/a"} | labels
    return {"group": group, "prompt": "I keep going back there.", "reply": reply, **row}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    turns = [
        annomi_row(
            g, f"You feel torn about it, in way {n}. And what would help?", behavior="reflection", reflection="complex"
        )
        for g in range(30)
        for n in range(4)
    ]
    turns.append(annomi_row(99, "You could try a list.", behavior="therapist_input", input="advice"))
    turns.append(annomi_row(99, "Shall we plan the week?", behavior="therapist_input", input="negotiation"))
    (tmp_path / "annomi_train.jsonl").write_text("\n".join(json.dumps(t) for t in turns), encoding="utf-8")
    posts = [
        {
            "group": f"p{n}",
            "prompt": "Nobody calls.",
            "reply": "I am so sorry. Do you live alone? My cat sleeps.",
            "emotional_reaction": 2,
            "emotional_reaction_rationales": ["so sorry"],
            "interpretation": 0,
            "interpretation_rationales": [],
            "exploration": 1,
            "exploration_rationales": ["Do you live alone?"],
        }
        for n in range(40)
    ]
    (tmp_path / "epitome_train.jsonl").write_text("\n".join(json.dumps(p) for p in posts), encoding="utf-8")
    (tmp_path / "advice").mkdir()
    for name in ("askparents", "needadvice"):
        for part in ("train", "dev"):
            rows = [f"{part}{n}-1-0\t{n % 2}\t0\tDo n't go there , \"ever , it 's {n} ." for n in range(30)]
            text = "ID\tMajority_label\tDS_Label\tSentence\n" + "\n".join(rows) + "\n"
            (tmp_path / "advice" / f"{name}_{part}.tsv").write_text(text, encoding="utf-8")
    (tmp_path / "bolt").mkdir()
    bolt = 'prompt,completion\n"so what was it like, then",Questions on Emotions\nyou miss her,Reflections on Needs\n'
    (tmp_path / "bolt" / "therapist_train.csv").write_text(bolt + "call me monday,Planning\n", encoding="utf-8")
    return tmp_path


def test_every_label_is_a_class_of_its_head(corpus: Path) -> None:
    for samples in data.read_all(corpus).values():
        assert samples
        for sample in samples:
            assert (sample.spans[0].first, sample.spans[0].last) == (0, len(sample.sentences))
            for span in sample.spans:
                for head, label in span.labels.items():
                    assert 0 <= label < len(HEADS[head])


def test_annomi_keeps_unknown_apart_from_absent(corpus: Path) -> None:
    advice, planning = data.read_annomi(corpus / "annomi_train.jsonl")[-2:]
    assert advice.labels["advice"] == 1
    assert HEADS["input"][planning.labels["input"]] == "planning"
    assert "advice" not in planning.labels  # nobody said whether planning together is advice


def test_our_own_session_turns_and_peers_replies_keep_their_codes_and_are_for_fitting_alone(corpus: Path) -> None:
    corpora, written = data.read_all(corpus), read_corpus()
    for turn, sample in zip(written.sessions, corpora["sessions"], strict=True):
        for head in ("behavior", "reflection", "question", "input"):
            assert HEADS[head][sample.labels[head]] == getattr(turn, head)
        assert ("advice" in sample.labels) == (turn.input in ("none", "advice"))
    for reply, sample in zip(written.peers, corpora["peers"], strict=True):
        assert all(sample.labels[head] == getattr(reply, head) for head in MECHANISMS)
    parts = split.split_all(corpora)
    for name in ("sessions", "peers"):
        assert (parts[name].train, parts[name].dev, parts[name].test) == (corpora[name], [], [])


def test_a_second_readers_codes_stand_beside_the_first_ones_and_share_their_weight(corpus: Path) -> None:
    first, alone = data.read_annomi(corpus / "annomi_train.jsonl")[:2]
    codes = TurnCodes(first.id, behavior="question", reflection="simple", question="open", input="none")
    found, left = data.with_second_codes([first, alone], [codes])
    assert left == alone
    own, *between, second = found.spans
    assert own.labels == first.labels
    assert between == list(first.spans[1:])
    assert (second.first, second.last) == (own.first, own.last)
    assert second.labels == {"behavior": 1, "reflection": 1, "question": 1, "input": 0}
    assert own.weight + second.weight == pytest.approx(1)
    assert own.weight > second.weight


def test_a_second_readers_mechanisms_are_levels(corpus: Path) -> None:
    first = data.read_epitome(corpus / "epitome_train.jsonl")[0]
    (found,) = data.with_second_codes([first], [MechanismCodes(first.id, 1, 2, 0)])
    assert found.spans[-1].labels == {"emotional_reaction": 1, "interpretation": 2, "exploration": 0}


def test_epitome_rationales_label_their_sentences_alone(corpus: Path) -> None:
    sample = data.read_epitome(corpus / "epitome_train.jsonl")[0]
    by_sentence = [span.labels for span in sample.spans[1:]]
    assert [labels["emotional_reaction"] for labels in by_sentence] == [2, 0, 0]
    assert [labels["exploration"] for labels in by_sentence] == [0, 1, 0]
    assert [labels.get("question") for labels in by_sentence] == [0, None, 0]
    assert sum(span.weight for span in sample.spans[1:]) == pytest.approx(sample.spans[0].weight)


@pytest.mark.parametrize("sentence", ["It really does.", "Yeah.", "I'm sorry."])
def test_a_plain_statement_states(sentence: str) -> None:
    assert data.states(sentence)


@pytest.mark.parametrize("sentence", ["You did?", "Tell me more about that.", "I wonder where that leaves you."])
def test_what_may_ask_without_a_mark_does_not_state(sentence: str) -> None:
    assert not data.states(sentence)


def test_in_a_reply_that_asks_the_stating_sentences_are_no_question(tmp_path: Path) -> None:
    said = "That took a lot. I wonder about it. Did you tell her?"
    rows = [annomi_row(1, said, behavior="question", question="closed"), annomi_row(1, "It did. You said so?")]
    path = tmp_path / "annomi.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    asking, other = data.read_annomi(path)
    closed = HEADS["question"].index("closed")
    assert {(s.first, s.labels["question"]) for s in asking.spans[1:]} == {(2, closed), (0, 0)}
    assert all(span.weight == data.GUESSED for span in asking.spans[1:])
    assert len(other.spans) == 1  # the rater heard no question in it: its mark teaches nothing


def test_advice_is_read_with_quotes_and_without_treebank_spaces(corpus: Path) -> None:
    samples = data.read_advice(corpus / "advice" / "askparents_train.tsv", "askparents")
    assert len(samples) == 30  # an unbalanced quote must not swallow the lines after it
    assert samples[3].sentences == ("Don't go there, \"ever, it's 3.",)


@pytest.mark.parametrize(
    ("written", "plain"),
    [("I ca n't .", "I can't."), ("You 're gon na be ok", "You're gonna be ok"), ("It ’s ( fine )", "It’s (fine)")],
)
def test_untokenize(written: str, plain: str) -> None:
    assert data.untokenize(written) == plain


def test_the_model_that_ships_is_fitted_on_every_side(corpus: Path) -> None:
    parts = split.split_all(data.read_all(corpus))["annomi"]
    whole = parts.all_to_fit()
    assert len(whole.train) == len(parts.train) + len(parts.dev) + len(parts.test)
    assert not whole.dev
    assert not whole.test


def test_no_figure_is_given_for_a_model_that_saw_the_test_groups(tmp_path: Path) -> None:
    from training.listening.__main__ import MODEL, _refuse_if_seen

    with pytest.raises(SystemExit, match="was fitted on the test groups as well"):
        _refuse_if_seen(MODEL)
    with pytest.raises(SystemExit, match="There is no model in"):
        _refuse_if_seen(tmp_path)


def test_no_group_is_on_two_sides(corpus: Path) -> None:
    for name, parts in split.split_all(data.read_all(corpus)).items():
        sides = [{sample.group for sample in side} for side in (parts.train, parts.dev, parts.test)]
        assert not sides[0] & sides[1], name
        assert not sides[0] & sides[2], name
        assert not sides[1] & sides[2], name


def test_split_is_the_same_every_time_and_of_the_size_asked(corpus: Path) -> None:
    samples = data.read_annomi(corpus / "annomi_train.jsonl")
    once, twice = (split.by_group(samples, dev=0.1, test=0.2) for _ in range(2))
    assert once == twice
    assert len(once.train) + len(once.dev) + len(once.test) == len(samples)
    assert 0.15 <= len(once.test) / len(samples) <= 0.2
    assert split.by_group(samples, dev=0.1, test=0.2, seed=1) != once


def test_one_long_video_is_never_the_test() -> None:
    long = [data.Sample("annomi", "long", "", ("a",), (data.Span(0, 1, {}),))] * 60
    short = [data.Sample("annomi", f"g{n}", "", ("a",), (data.Span(0, 1, {}),)) for n in range(140)]
    parts = split.by_group([*long, *short], dev=0.1, test=0.3)
    assert all(sample.group != "long" for sample in parts.test)


def test_bolt_is_in_no_fit(corpus: Path) -> None:
    parts = split.split_all(data.read_all(corpus))["bolt"]
    assert (parts.train, parts.dev) == ([], [])
    assert [HEADS["behavior"][s.labels["behavior"]] for s in parts.test] == [
        "question",
        "reflection",
        "therapist_input",
    ]


def test_strip_marks() -> None:
    assert augment.strip_marks("You're half-way, I—Well… OK?") == "youre half way i well ok"
    assert augment.strip_marks("You’re fine.", keep_apostrophes=True) == "you're fine"


def test_as_recognized_drops_what_whisper_drops() -> None:
    assert augment.as_recognized("So, um, I-I-I hear [laughs] you, uh, yes.") == "So I hear you yes."
    assert augment.as_recognized("Um.") == "Um."


def test_speechlike_keeps_sentences_labels_and_words() -> None:
    sample = data.Sample("annomi", "1", "I lost it.", ("It's hard.", "What now?"), (data.Span(0, 2, {"question": 1}),))
    variants = [augment.speechlike(sample, random.Random(seed)) for seed in range(60)]
    assert all(v.spans == sample.spans and len(v.sentences) == 2 for v in variants)
    bare = sum(not any(c in "".join(v.sentences) for c in ".?") for v in variants)
    assert 15 <= bare <= 45
    assert {v.prompt == "" for v in variants} == {True, False}


def test_joined_advice_keeps_every_sentence_and_its_label(corpus: Path) -> None:
    samples = data.read_advice(corpus / "advice" / "askparents_train.tsv", "askparents")
    joined = augment.join_advice(samples, ["I am lost."], random.Random(3))
    assert sorted(s for reply in joined for s in reply.sentences) == sorted(s.sentences[0] for s in samples)
    for reply in joined:
        parts = [span.labels["advice"] for span in reply.spans[1:]] or [reply.labels["advice"]]
        assert reply.labels["advice"] == max(parts)
    assert {reply.prompt for reply in joined} == {"", "I am lost."}


def samples_of(corpus: Path) -> list[data.Sample]:
    return data.read_advice(corpus / "advice" / "askparents_train.tsv", "askparents")


def test_advice_beside_a_reflection_leaves_its_labels_to_its_own_span(corpus: Path) -> None:
    reply = data.read_annomi(corpus / "annomi_train.jsonl")[0]
    advice = data.read_advice(corpus / "advice" / "askparents_train.tsv", "askparents")[1]
    both = augment.with_advice(reply, advice)
    whole, own, added = both.spans
    assert whole.labels == {"advice": 1}
    assert own.labels == reply.labels
    assert (added.first, added.last, added.labels) == (2, 3, augment.GIVEN)
    assert HEADS["behavior"][augment.GIVEN["behavior"]] == "therapist_input"
    assert augment.with_advice(reply, samples_of(corpus)[0]).spans[2].labels == {"advice": 0}


def test_a_short_turn_beside_a_reply_keeps_its_own_labels(corpus: Path) -> None:
    reply = data.read_annomi(corpus / "annomi_train.jsonl")[0]
    aside = data.Sample("annomi", "7", "", ("Yeah.",), (data.Span(0, 1, {"question": 0, "behavior": 3}),))
    for seed in range(8):
        both = augment.with_aside(reply, aside, random.Random(seed))
        at = both.sentences.index("Yeah.")
        assert both.spans[0] == data.Span(0, len(both.sentences), reply.labels)
        assert [s.labels for s in both.spans if (s.first, s.last) == (at, at + 1)] == [aside.labels]
        own = [s for s in both.spans[1:] if s.labels == reply.labels]
        assert [both.sentences[s.first : s.last] for s in own] == [reply.sentences]


def judged(text: str, **labels: int) -> data.Sample:
    sentences = data.split_sentences(text)
    return data.Sample("own", "ada", "", sentences, (data.Span(0, len(sentences), labels),), weak=True)


def test_two_replies_to_one_speaker_become_one_with_the_moves_of_both() -> None:
    kind = judged("Of course you did. Who wouldn't?", validation=1, judging=0, reflection=0, question=1, level=3)
    hard = judged("You always do this.", validation=0, judging=1, reflection=0, question=2, level=0)
    both = augment.with_another(kind, [kind, hard], random.Random(1))
    assert both.sentences == kind.sentences + hard.sentences
    whole, first, second = both.spans
    assert whole.labels == {"validation": 1, "judging": 1, "reflection": 0}  # asked in two ways; its level is unknown
    assert (first.first, first.last, first.labels) == (0, 2, kind.labels)
    assert (second.first, second.last, second.labels) == (2, 3, hard.labels)


def test_what_would_be_too_long_together_stays_alone() -> None:
    long = judged("word " * augment.JOINED_WORDS, validation=0)
    alone = judged("Of course you did.", validation=1)
    assert augment.with_another(alone, [long], random.Random(1)) is alone
    assert augment.with_another(alone, [alone], random.Random(1)) is alone


def test_our_own_replies_say_which_of_their_sentences_ask() -> None:
    asking = [r for r in read_corpus().own if "open_question" in r.moves and r.reply.count("?") == 1]
    spans = [span for side in data.read_own(asking).values() for sample in side for span in sample.spans[1:]]
    assert {tuple(span.labels.items()) for span in spans} == {
        (("question", 0),),
        (("question", HEADS["question"].index("open")),),
    }


@pytest.mark.parametrize(
    ("moves", "kind"),
    [
        (["information", "validation"], "information"),
        (["advice"], "advice"),
        (["complex_reflection", "names_feeling"], "none"),
        (["information", "advice"], None),  # one class can't be both: unknown
    ],
)
def test_a_judged_reply_says_what_it_puts_in(moves: list[Move], kind: str | None) -> None:
    label = data.judged_labels(moves, 3).get("input")
    assert (None if label is None else HEADS["input"][label]) == kind


def test_an_excerpt_has_only_what_is_known_of_it(corpus: Path) -> None:
    reply = data.read_annomi(corpus / "annomi_train.jsonl")[0]
    part = augment.excerpt(reply, random.Random(1))
    assert part is not None
    assert part.sentences == (reply.sentences[0],)  # the other one asks
    assert "reflection" not in part.labels  # the reply reflects, nobody said where
    assert "behavior" not in part.labels
    assert part.labels["question"] == part.labels["input"] == part.labels["advice"] == 0
    assert augment.excerpt(data.Sample("annomi", "7", "", ("Yeah.",), part.spans), random.Random(1)) is None


def test_macro_f1_by_hand() -> None:
    table = metrics.confusion_of(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 3)
    assert metrics.macro_f1(table) == pytest.approx((2 / 3 + 4 / 5) / 2)


def test_interval_holds_the_figure_and_widens_with_fewer_groups() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 400)
    guess = np.where(rng.random(400) < 0.8, truth, 1 - truth)
    many = metrics.interval(truth, guess, [str(n) for n in range(400)], 2)
    few = metrics.interval(truth, guess, [str(n % 4) for n in range(400)], 2)
    figure = metrics.macro_f1(metrics.confusion_of(truth, guess, 2))
    assert many[0] < figure < many[1]
    assert many[1] - many[0] > 0.03
    assert few != many


def test_calibration_error_of_known_tables() -> None:
    sure = np.array([[0.95, 0.05]] * 100, np.float32)
    assert metrics.calibration_error(sure, np.array([0] * 95 + [1] * 5)) == pytest.approx(0, abs=1e-6)
    assert metrics.calibration_error(sure, np.array([1] * 100)) == pytest.approx(0.95, abs=1e-6)


def test_moves_not_taught_are_moves() -> None:
    assert set(NOT_TAUGHT) < set(MOVES)


def test_reading_needs_no_torch() -> None:
    modules = ", ".join(f"training.listening.{name}" for name in ("data", "split", "augment", "metrics"))
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.skipif("VOICE_TRAINER_DATA" not in os.environ, reason="VOICE_TRAINER_DATA names no folder of corpora")
def test_the_real_corpora_read_whole_and_split_disjoint() -> None:
    corpora = data.read_all(Path(os.environ["VOICE_TRAINER_DATA"]))
    assert {name: len(corpora[name]) for name in ("annomi", "epitome")} == {"annomi": 3920, "epitome": 2433}
    assert len(corpora["askparents"]) + len(corpora["needadvice"]) == 14849
    parts = split.split_all(corpora)
    for name in ("annomi", "epitome"):
        assert not {s.group for s in parts[name].train + parts[name].dev} & {s.group for s in parts[name].test}
        assert len(parts[name].test) > 0.15 * len(corpora[name])
    seen = {label for s in parts["annomi"].test for label in [s.labels["behavior"]]}
    assert seen == {0, 1, 2, 3}
