"""What must not matter: gain, rate, channels, silence around, blocks; what noise does; how much is rated; the cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import soxr

from voice_trainer.scoring import Timing, VoiceInProgress, measure_voice
from voice_trainer.speech import SAMPLE_RATE, harshness, prosody
from voice_trainer.speech.measures import VoiceMeasures

from .recordings import (
    PITCH,
    SPEECH_IN_PITCH,
    VOICE_ACTIVITY,
    Samples,
    emodb,
    hear,
    heard,
    load,
    noisy,
    ravdess,
)
from .table import Row

SCALE_FREE = (
    "articulation_rate_syll_per_s",
    "phonation_time_ratio",
    "f0_median_hz",
    "f0_range_semitones",
    "loudness_range_db",
    "loudness_sd_db",
    "spectral_flux",
)
"""Without those that may lie at 0 (drifts, the final contour, the alpha ratio), of which no share can be told."""
RATED = ("articulation_rate_syll_per_s", "phonation_time_ratio", *harshness.Cues.__dataclass_fields__, "harshness")
STREAM_TOLERANCE = 1e-6


def _clips(data: Path) -> list[Path]:
    """Sixteen: four tests of pitch and pace, eight of EMO-DB, four of RAVDESS."""
    folder = data / "audio"
    own = [folder / "pitch" / "praat" / SPEECH_IN_PITCH[1], folder / "pitch" / "arctic" / SPEECH_IN_PITCH[0]]
    own += [folder / "asr" / "jfk.flac", folder / "mfa" / "61-70968-0000.flac"]
    return own + [one.path for one in emodb(data)][::31] + ravdess(data, "01", "02")[::24]


def unmoved(data: Path) -> Iterator[Row]:
    def at(rate_hz: int) -> Callable[[Samples], tuple[Samples, int]]:
        return lambda samples: (np.asarray(soxr.resample(samples, SAMPLE_RATE, rate_hz), np.float32), rate_hz)

    quiet = np.zeros(2 * SAMPLE_RATE, np.float32)
    changes: dict[str, Callable[[Samples], tuple[Samples, int]]] = {
        "gain +12 dB": lambda samples: (samples * np.float32(10 ** (12 / 20)), SAMPLE_RATE),
        "gain −12 dB": lambda samples: (samples * np.float32(10 ** (-12 / 20)), SAMPLE_RATE),
        "22.05 kHz": at(22_050),
        "44.1 kHz": at(44_100),
        "48 kHz": at(48_000),
        "96 kHz": at(96_000),
        "silence around": lambda samples: (np.concatenate([quiet, samples, quiet]), SAMPLE_RATE),
        "8 kHz": at(8_000),
    }
    # Soft enough that 12 dB more stay under full scale.
    clips = [samples * np.float32(0.2 / np.abs(samples).max()) for samples, _ in map(load, _clips(data))]
    before = [measured(samples, SAMPLE_RATE) for samples in clips]
    for name, change in changes.items():
        moves: dict[str, list[float]] = {}
        unrated: set[str] = set()
        for samples, one in zip(clips, before, strict=True):
            other = measured(*change(samples))
            for measure in SCALE_FREE:
                a, b = getattr(one, measure), getattr(other, measure)
                if a is not None and b is None:
                    unrated.add(measure)
                elif a is not None and b is not None and a != 0:
                    moves.setdefault(measure, []).append(100 * abs(b / a - 1))
        worst = max(moves, key=lambda measure: max(moves[measure]))
        largest, reach = max(moves[worst]), 5 if name == "8 kHz" else 2
        every = np.concatenate([np.array(one) for one in moves.values()])
        yield Row(
            figure=f"scale-free measures, {name}",
            reference=f"the same {len(clips)} clips unchanged",
            reach=f"each moves ≤ {reach} %" + (" or is not rated" if reach == 5 else ""),
            got=f"largest {largest:.1f} % ({worst}), {100 * np.mean(every <= reach):.0f} % of {len(every)} within"
            + (f"; not rated: {', '.join(sorted(unrated))}" if unrated else ""),
            met=bool(largest <= reach),
        )


def measured(samples: Samples, rate_hz: int) -> VoiceMeasures:
    return measure_voice(VOICE_ACTIVITY, PITCH, samples, rate_hz)[0]


def streaming(data: Path) -> Row:
    """Blocks of 10 ms, of 61.7 ms and 0.3 s, against the whole sound pushed at once."""
    largest, worst = 0.0, "no measure"
    clips = _clips(data)[::3]
    for path in clips:
        samples, _ = load(path)
        sheets = []
        for step in (len(samples), 160, 987, 4800):
            voice = VoiceInProgress(VOICE_ACTIVITY, PITCH, SAMPLE_RATE)
            for start in range(0, len(samples), step):
                voice.push(samples[start : start + step])
            voice.end()
            sheets.append(msgspec.structs.asdict(prosody.measure(voice.spoken(Timing()))[0]))
        for other in sheets[1:]:
            for name, value in sheets[0].items():
                if isinstance(value, int | float):
                    move = abs(value - other[name]) if other[name] is not None else float("inf")
                    if move > largest:
                        largest, worst = move, name
    return Row(
        figure="streaming against batch, blocks of 10 to 300 ms",
        reference=f"one push, {len(clips)} clips",
        reach=f"every measure within {STREAM_TOLERANCE:g} of its unit",
        got=f"largest difference {largest:.1e} ({worst})",
        met=largest <= STREAM_TOLERANCE,
    )


def coverage(data: Path) -> Iterator[Row]:
    folder = data / "audio"
    sets = {
        "EMO-DB": [one.path for one in emodb(data)],
        "RAVDESS": ravdess(data, "01", "02", "05", "07"),
        "mfa": sorted((folder / "mfa").glob("*.flac")),
        "asr (speech)": [path for path in sorted((folder / "asr").glob("*.flac")) if "noise" not in path.name],
        "pitch (speech)": [path for path in sorted((folder / "pitch").rglob("*.wav")) if path.name in SPEECH_IN_PITCH],
    }
    for name, paths in sets.items():
        rated = 0
        reasons: dict[str, int] = {}
        for path in paths:
            sheet = prosody.measure(heard(path))[0]
            missing = [one for one in RATED if getattr(sheet, one) is None]
            rated += not missing
            if missing:
                reason = sheet.not_rated[missing[0]].split(":")[0]
                reasons[reason] = reasons.get(reason, 0) + 1
        share = 100 * rated / len(paths)
        why = "; ".join(f"{count} {reason}" for reason, count in reasons.items())
        yield Row(
            figure=f"coverage, {name}: pace, pitch, loudness and harshness all rated",
            reference=f"{len(paths)} files",
            reach="≥ 95 %",
            got=f"{share:.0f} %" + (f" ({why})" if why else ""),
            met=share >= 95,
        )


def noise_alone(data: Path) -> Row:
    paths = sorted((data / "audio" / "asr").glob("noise*.flac"))
    rated = [path.name for path in paths if prosody.measure(heard(path))[0].harshness is not None]
    return Row(
        figure="recordings of noise without speech",
        reference=f"{len(paths)} files of audio/asr",
        reach="none rated",
        got=f"{len(rated)} rated" + (f": {', '.join(rated)}" if rated else ""),
        met=not rated,
    )


def noise_moves(data: Path) -> Iterator[Row]:
    """By how many plainly audible steps (speech.harshness) noise moves what is compared with the everyday voice."""
    steps = {
        "loudness_mean_dbfs": harshness.AGAINST_BASELINE["loudness"].step,
        "alpha_ratio_db": harshness.AGAINST_BASELINE["alpha"].step,
        "spectral_flux": harshness.AGAINST_BASELINE["flux"].step,
        "f0_range_semitones": harshness.AGAINST_BASELINE["range"].step,
        "loudness_sd_db": 3.0,
    }
    clips = [load(path)[0] for path in _clips(data)]
    clean = [prosody.measure(hear(samples))[0] for samples in clips]
    for snr_db in (25.0, 20.0, 15.0, 10.0, 6.0):
        moved: dict[str, list[float]] = {name: [] for name in steps}
        rated = 0
        for samples, one in zip(clips, clean, strict=True):
            other = prosody.measure(hear(noisy(samples, snr_db)))[0]
            rated += other.harshness is not None
            for name, step in steps.items():
                a, b = getattr(one, name), getattr(other, name)
                if a is not None and b is not None:
                    moved[name].append((b - a) / step)
        told = ", ".join(f"{name} {np.median(one):+.2f}" for name, one in moved.items() if one)
        yield Row(
            figure=f"white noise at {snr_db:g} dB: median move in audible steps",
            reference="the same clips clean",
            reach="shown",
            got=f"{told}; {rated} of {len(clips)} still rated",
            met=None,
        )


def cost(data: Path) -> Iterator[Row]:
    import librosa

    samples, _ = load(data / "audio" / "pitch" / "praat" / SPEECH_IN_PITCH[1])
    for seconds in (15, 60):
        sound = np.tile(samples, 1 + seconds * SAMPLE_RATE // len(samples))[: seconds * SAMPLE_RATE]
        spoken = hear(sound)
        stream = VOICE_ACTIVITY.stream()
        parts: dict[str, Callable[[], object]] = {
            "F0": lambda sound=sound: PITCH.track(sound),  # type: ignore[misc]
            "voice activity": lambda sound=sound, stream=stream: stream.push(sound),  # type: ignore[misc]
            "the rest": lambda spoken=spoken: prosody.measure(spoken),  # type: ignore[misc]
        }
        times = {name: _best(work) / seconds for name, work in parts.items()}
        whole = sum(times.values())
        pyin = ""
        if seconds == 15:
            spent = _best(lambda sound=sound: librosa.pyin(sound, fmin=60, fmax=500, sr=SAMPLE_RATE), 1)  # type: ignore[misc]
            pyin = f", here {spent / seconds:.3f}"
        yield Row(
            figure=f"cost of all voice measures of {seconds} s, one thread",
            reference=f"librosa.pyin alone: 0.04–0.12 of real time{pyin}",
            reach="≤ 0.03 of real time",
            got=f"{whole:.4f} (" + ", ".join(f"{name} {spent:.4f}" for name, spent in times.items()) + ")",
            met=whole <= 0.03,
        )


def _best(work: Callable[[], object], times: int = 5) -> float:
    """Least processor time of several runs, in seconds."""
    best = float("inf")
    for _ in range(times):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best
