"""Syllable rate, articulation rate and pauses, against marks made by hand and silences of known length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voice_trainer.speech import SAMPLE_RATE, prosody
from voice_trainer.speech.syllables import count
from voice_trainer.speech.timing import PAUSE_S

from .recordings import VOICE_ACTIVITY, Samples, emodb, hear, heard, load, mfa_marked
from .table import Row

if TYPE_CHECKING:
    from praatio.data_classes.interval_tier import Interval

    from voice_trainer.engines.whisper import WhisperTranscriber
    from voice_trainer.speech.transcript import Transcript

PARTS = {"fast": (1.05, 7.54), "slow": (8.60, 22.33)}
"""Of audio/mfa/acoustic_corpus, by its TextGrid: "I'm talking pretty fast here", "this is me talking really slow"."""
BETWEEN_MARKS = 0.5
"""A pause is found where what was found and what was marked share more than this of the longer one."""


def syllable_rate(data: Path) -> Iterator[Row]:
    for whole in (True, False):
        truth, got, asked = [], [], 0
        for one in emodb(data):
            if whole and not one.whole:
                continue
            asked += 1
            rate = prosody.measure(heard(one.path))[0].articulation_rate_syll_per_s
            if rate is not None:
                truth.append(one.syll_per_s)
                got.append(rate)
        error = np.array(got) - np.array(truth)
        r, mean = float(np.corrcoef(got, truth)[0, 1]), float(np.abs(error).mean())
        name = "sentences that lie whole in the file" if whole else "first 2.0 s against the whole sentence's rate"
        yield Row(
            figure=f"syllable rate from the sound alone, EMO-DB, {name}",
            reference="hand marks",
            reach="r ≥ .80, mean error ≤ 0.50 syll/s",
            got=f"r {r:.2f}, mean error {mean:.2f}, bias {error.mean():+.2f}, {len(got)} of {asked} rated",
            met=r >= 0.8 and mean <= 0.5,
        )


def articulation(data: Path, whisper: WhisperTranscriber | None) -> Iterator[Row]:
    """Each part cut out with half a second around it, by its transcript as Whisper hears it."""
    path = data / "audio" / "mfa" / "acoustic_corpus.flac"
    samples, clipping = load(path)
    words = _words(path)
    rates: dict[str, dict[str, float]] = {"known": {}, "by Whisper's words": {}, "from the sound": {}}
    for name, (start_s, end_s) in PARTS.items():
        spoken = [one for one in words if one.label and start_s - 0.01 <= one.start and one.end <= end_s + 0.01]
        silent = sum(b - a for a, b in _gaps(words) if b - a >= PAUSE_S and start_s <= a and b <= end_s)
        rates["known"][name] = sum(count(one.label) for one in spoken) / (end_s - start_s - silent)
        cut = samples[int((start_s - 0.02) * SAMPLE_RATE) : int((end_s + 0.05) * SAMPLE_RATE)]
        quiet = samples[: int(0.5 * SAMPLE_RATE)]
        part = np.concatenate([quiet, cut, quiet])
        sheets = {"from the sound": None}
        if whisper is not None:
            sheets["by Whisper's words"] = transcribe(whisper, part)
        for how, transcript in sheets.items():
            rate = prosody.measure(hear(part, clipping, transcript))[0].articulation_rate_syll_per_s
            rates[how][name] = float("nan") if rate is None else rate
    known = rates.pop("known")
    for how, found in rates.items():
        if not found:
            continue
        off = {name: 100 * (found[name] / known[name] - 1) for name in PARTS}
        yield Row(
            figure=f"articulation rate, mfa/acoustic_corpus, {how}",
            reference=f"transcript and times by hand: {known['fast']:.2f} and {known['slow']:.2f} syll/s",
            reach="within 5 %, order right",
            got=", ".join(f"{name} {found[name]:.2f} ({off[name]:+.1f} %)" for name in PARTS),
            met=all(abs(one) <= 5 for one in off.values()) and found["fast"] > found["slow"],
        )


def transcribe(whisper: WhisperTranscriber, samples: Samples) -> Transcript:
    stream, activity = whisper.stream(), VOICE_ACTIVITY.stream()
    stream.push(samples, activity.push(samples))
    stream.push(np.zeros(0, np.float32), activity.finish())
    return stream.finish()


def marked_pauses(data: Path) -> Row:
    marked, found = [], []
    for path in mfa_marked(data):
        _, curves = prosody.measure(heard(path))
        marked.append([(a, b) for a, b in _gaps(_words(path)) if b - a >= PAUSE_S])
        found.append([(one.start_s, one.end_s) for one in curves.pauses])
    return _row("pauses, mfa TextGrids, desk noise", "marks", marked, found)


def spliced_pauses(data: Path, noise_dbfs: float) -> Row:
    """Marked sentences at one level with silences of known length between them, over white noise."""
    rng = np.random.default_rng(1)
    sentences = []
    for one in emodb(data):
        if one.whole and not one.has_pause:
            samples = load(one.path)[0][round(one.start_s * SAMPLE_RATE) : round(one.end_s * SAMPLE_RATE)]
            sentences.append(samples * 0.06 / np.sqrt(np.mean(samples**2)))
    marked, found = [], []
    for _ in range(40):
        parts, marks, at = [np.zeros(8000, np.float32)], [], 8000
        for index in range(7):
            if index:
                silent = int(rng.uniform(0.25, 1.5) * SAMPLE_RATE)
                parts.append(np.zeros(silent, np.float32))
                marks.append((at / SAMPLE_RATE, (at + silent) / SAMPLE_RATE))
                at += silent
            parts.append(sentences[int(rng.integers(len(sentences)))])
            at += len(parts[-1])
        sound = np.concatenate([*parts, np.zeros(8000, np.float32)])
        sound = np.asarray(sound + rng.normal(size=len(sound)) * 10 ** (noise_dbfs / 20), np.float32)
        _, curves = prosody.measure(hear(sound))
        marked.append(marks)
        found.append([(one.start_s, one.end_s) for one in curves.pauses])
    return _row(f"pauses, silences spliced into speech, noise {noise_dbfs:g} dBFS", "known", marked, found)


Pauses = list[list[tuple[float, float]]]


def _row(figure: str, reference: str, marked: Pauses, found: Pauses) -> Row:
    """F1 with its 95 % interval, by drawing the marks again (bootstrap, 2,000 times)."""
    hits = np.array([any(_same(mark, one) for one in got) for m, got in zip(marked, found, strict=True) for mark in m])
    false = sum(len(got) for got in found) - int(hits.sum())

    def f1(right: float) -> float:
        return 2 * right / (2 * right + (len(hits) - right) + false)

    rng = np.random.default_rng(0)
    drawn = [f1(rng.choice(hits, len(hits)).sum()) for _ in range(2000)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    got = f1(int(hits.sum()))
    return Row(
        figure=figure,
        reference=reference,
        reach="F1 ≥ .90",
        got=f"{got:.3f} ({low:.2f}–{high:.2f}), n = {len(hits)}, {int(hits.sum())} found, {false} false",
        met=got >= 0.9,
    )


def _same(mark: tuple[float, float], one: tuple[float, float]) -> bool:
    (a, b), (c, d) = mark, one
    return min(b, d) - max(a, c) > BETWEEN_MARKS * max(b - a, d - c)


def _words(path: Path) -> list[Interval]:
    from praatio import textgrid

    grid = textgrid.openTextgrid(str(path.with_suffix(".TextGrid")), includeEmptyIntervals=True)
    return list(grid.getTier("words").entries)


def _gaps(words: list[Interval]) -> list[tuple[float, float]]:
    """Silences between the first and the last word."""
    spoken = [i for i, one in enumerate(words) if one.label]
    return [(one.start, one.end) for one in words[spoken[0] : spoken[-1]] if not one.label]
