"""How right and how fast the voice measures are, on recordings given to it.

    python benchmarks/voice.py DATA

``DATA`` holds audio/emodb (with syllables.tsv), audio/ravdess, audio/pitch and audio/mfa. References: hand marks, acted
emotions, silences we splice in, and Praat run here. Evaluation only: nothing is fitted on any of it.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from voice_trainer.engines.pitch import SwiftPitch
from voice_trainer.engines.vad import SileroVoiceActivity
from voice_trainer.speech import SAMPLE_RATE, prosody
from voice_trainer.speech.baseline import Baseline
from voice_trainer.speech.measures import VoiceMeasures

Samples = NDArray[np.float32]
CUES = (
    "loudness_mean_dbfs",
    "f0_median_hz",
    "f0_range_semitones",
    "articulation_rate_syll_per_s",
    "alpha_ratio_db",
)
PITCH = SwiftPitch()
VOICE_ACTIVITY = SileroVoiceActivity()


def load(path: Path) -> tuple[Samples, float | None]:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    meter = prosody.Meter(rate)
    meter.push(sound)
    return np.asarray(soxr.resample(sound.mean(axis=1), rate, SAMPLE_RATE), np.float32), meter.clipping_ratio


def hear(samples: Samples, clipping_ratio: float | None = 0.0) -> prosody.Spoken:
    stream = VOICE_ACTIVITY.stream()
    speech = np.concatenate([stream.push(samples), stream.finish()])
    return prosody.Spoken(
        samples=samples,
        contour=PITCH.track(samples),
        speech=speech,
        transcript=None,
        clipping_ratio=clipping_ratio,
        response_latency_s=None,
        latency_reason="a file",
        interruption_s=None,
        interruption_reason="a file",
    )


def pitch(data: Path) -> None:
    import parselmouth

    gross = both_voiced = unlike = frames = 0
    offs: list[float] = []
    for path in sorted((data / "audio" / "pitch").rglob("*.wav")):
        samples, _ = load(path)
        contour = PITCH.track(samples)
        praat = parselmouth.Sound(samples.astype(float), SAMPLE_RATE).to_pitch_ac(0.005, 60.0, pitch_ceiling=500.0)
        reference = np.array([praat.get_value_at_time(at) for at in contour.times_s])
        both = contour.voiced & np.isfinite(reference)
        ratio = contour.f0_hz[both] / reference[both]
        gross += int((np.abs(ratio - 1) > 0.2).sum())
        both_voiced += int(both.sum())
        unlike += int((np.isfinite(reference) != contour.voiced).sum())
        frames += len(reference)
        offs += np.abs(1200 * np.log2(ratio)).tolist()
    print(
        f"F0, audio/pitch against Praat: gross error {100 * gross / both_voiced:.2f} % of {both_voiced} frames, ",
        end="",
    )
    print(f"voicing error {100 * unlike / frames:.1f} % of {frames}, median {np.median(offs):.1f} cents")


def syllables(data: Path) -> None:
    """Only clips that hold the whole of what was marked: the recordings here end at 2.0 s."""
    folder = data / "audio" / "emodb"
    truth, heard, total, cut = [], [], 0, 0
    for row in csv.DictReader((folder / "syllables.tsv").open(encoding="utf-8"), delimiter="\t"):
        samples, clipping = load(folder / row["file"])
        if float(row["end_s"]) > len(samples) / SAMPLE_RATE:
            cut += 1
            continue
        total += 1
        measures, _ = prosody.measure(hear(samples, clipping))
        if measures.articulation_rate_syll_per_s is not None:
            truth.append(float(row["syll_per_s"]))
            heard.append(measures.articulation_rate_syll_per_s)
    error = np.array(heard) - np.array(truth)
    print(f"syllable rate from sound, EMO-DB: r {np.corrcoef(heard, truth)[0, 1]:.2f}, mean error ", end="")
    print(
        f"{np.abs(error).mean():.2f}, bias {error.mean():+.2f} syll/s, rated {len(heard)} of {total}; {cut} cut short"
    )


def pauses(data: Path, noise_dbfs: float) -> None:
    """Marked sentences at one level with silences of known length between them, over white noise."""
    rng = np.random.default_rng(1)
    folder = data / "audio" / "emodb"
    sentences = []
    for row in csv.DictReader((folder / "syllables.tsv").open(encoding="utf-8"), delimiter="\t"):
        samples, _ = load(folder / row["file"])
        start, end = (round(float(row[edge]) * SAMPLE_RATE) for edge in ("start_s", "end_s"))
        if end <= len(samples) and row["pause_marks"] == "0":
            sentences.append(samples[start:end] * 0.06 / np.sqrt(np.mean(samples[start:end] ** 2)))
    marked = found = right = 0
    lengths = []
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
        got = [(pause.start_s, pause.end_s) for pause in curves.pauses]
        for a, b in marks:
            pairs = [(c, d) for c, d in got if min(b, d) - max(a, c) > 0.5 * max(b - a, d - c)]
            right += bool(pairs)
            lengths += [(d - c) - (b - a) for c, d in pairs]
        marked, found = marked + len(marks), found + len(got)
    print(f"pauses spliced, noise {noise_dbfs:g} dBFS: F1 {2 * right / (marked + found):.3f} of {marked}, ", end="")
    print(f"length off by a median of {np.median(lengths):+.3f} s")


def harshness(data: Path) -> None:
    measured: dict[Path, tuple[prosody.Spoken, VoiceMeasures]] = {}
    for path in sorted((data / "audio" / "ravdess").glob("*.flac")):
        if path.name[6:8] in ("01", "02", "05", "07"):
            heard = hear(*load(path))
            measured[path] = heard, prosody.measure(heard)[0]
    everyday: dict[str, Baseline] = {}
    for actor in {path.stem[-2:] for path in measured}:
        own = [m for path, (_, m) in measured.items() if path.stem[-2:] == actor and path.name[6:8] == "01"]
        middle = {cue: float(np.median([v for m in own if (v := getattr(m, cue)) is not None])) for cue in CUES}
        everyday[actor] = Baseline(
            person=actor,
            device="studio",
            recorded_at=datetime(2018, 1, 1, tzinfo=UTC),
            measures=VoiceMeasures(duration_s=3.0, **middle),
        )
    for name in ("own neutral", "no"):
        calm, harsh, unrated = [], [], 0
        for path, (heard, alone) in measured.items():
            emotion = path.name[6:8]
            if emotion == "01":
                continue
            against = prosody.measure(heard, baseline=everyday[path.stem[-2:]])[0]
            value = (against if name != "no" else alone).harshness
            if value is None:
                unrated += 1
            else:
                (calm if emotion == "02" else harsh).append(value)
        print(f"harshness, calm against angry and disgust, {name} baseline: AUC {auc(calm, harsh):.3f} ", end="")
        print(f"({len(calm)} and {len(harsh)} clips, {unrated} not rated)")


def auc(low: Iterable[float], high: Iterable[float]) -> float:
    a, b = np.asarray(list(low))[:, None], np.asarray(list(high))[None]
    return float(np.mean((b > a) + 0.5 * (b == a)))


def cost(data: Path) -> None:
    samples, _ = load(data / "audio" / "pitch" / "praat" / "feinberg" / "morph2Male.wav")
    for seconds in (15, 60):
        sound = np.tile(samples, 1 + seconds * SAMPLE_RATE // len(samples))[: seconds * SAMPLE_RATE]
        heard = hear(sound)
        times = {}
        for name, work in (("F0", lambda: PITCH.track(sound)), ("the rest", lambda: prosody.measure(heard))):  # noqa: B023
            best = np.inf
            for _ in range(5):
                began = time.process_time()
                work()
                best = min(best, time.process_time() - began)
            times[name] = best
        print(
            f"cost of {seconds} s, one thread: ", ", ".join(f"{n} {1000 * t:.0f} ms" for n, t in times.items()), end=""
        )
        print(f", together {sum(times.values()) / seconds:.4f} of real time")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Give the folder with the recordings: python benchmarks/voice.py DATA")
    data = Path(sys.argv[1])
    PITCH.warm()
    cost(data)
    pitch(data)
    syllables(data)
    for noise_dbfs in (-70.0, -45.0):
        pauses(data, noise_dbfs)
    harshness(data)


if __name__ == "__main__":
    main()
