"""How fast and how right transcription is, against faster-whisper's transcribe() over the finished sound.

    python benchmarks/transcription.py --data FOLDER [--models FOLDER] [--every N] [--threads N]

Prints the word error rate of both on the recorded clips (FOLDER/audio/asr, FOLDER/audio/mfa) and on the rendered
prompts and replies of exercises/, CPU seconds a second of sound, and the time from the end of a reply fed at the pace
of speech to its transcript: by the clock of the one who feeds, models warm, replies of 5, 15 and 30 s, by how soon the
key is pressed. The recordings are not part of the project; the folder is given.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from voice_trainer.engines import models
from voice_trainer.engines.audio_file import read_audio
from voice_trainer.engines.resample import resample
from voice_trainer.engines.vad import SileroVoiceActivity
from voice_trainer.engines.whisper import WhisperTranscriber
from voice_trainer.speech import SAMPLE_RATE

REPO = Path(__file__).resolve().parent.parent
Sound = NDArray[np.float32]
Clip = tuple[str, Path, str]
LENGTHS_S = (5, 15, 30)
KEY_AFTER_S = (0.0, 0.3, 0.6)
"""From the last sample of speech to the key: at once, and after the pauses people leave."""
BLOCK = 800


def clips(data: Path, every: int) -> list[Clip]:
    """(kind, file, words) of every recording with a known text."""
    found: list[Clip] = []
    for line in (data / "audio/asr/transcripts.tsv").read_text().splitlines()[1:]:
        name, text = line.split("\t")
        found.append(("clips", data / "audio/asr" / name, text))
    for text_file in sorted((data / "audio/mfa").glob("*.lab")):
        found.append(("spontaneous", text_file.with_suffix(".flac"), text_file.read_text()))
    return found + rendered()[::every]


def rendered() -> list[Clip]:
    found: list[Clip] = []
    for file in sorted((REPO / "exercises").glob("*.yaml")):
        for turn in YAML(typ="safe").load(file)["turns"]:
            for spoken in (turn, *turn.get("model_replies", [])):
                path = REPO / "exercises" / (spoken.get("audio") or "none")
                if path.is_file():
                    found.append(("rendered", path, " ".join(spoken["text"].split())))
    return found


def plain(text: str) -> str:
    text = text.lower().replace("’", "'").replace("mr.", "mister")
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", text).split())


def load(path: Path) -> Sound:
    audio = read_audio(path)
    return resample(audio.samples, audio.rate_hz)


def accuracy(data: Path, every: int, engines: dict[str, Callable[[Sound], str]]) -> None:
    found = clips(data, every)
    sounds = [load(path) for _, path, _ in found]
    for name, transcribe in engines.items():
        cpu_s = time.process_time()
        texts = [plain(transcribe(sound)) for sound in sounds]
        cpu_s = time.process_time() - cpu_s
        seconds = sum(len(sound) for sound in sounds) / SAMPLE_RATE
        rates = []
        for kind in ("clips", "spontaneous", "rendered"):
            here = [i for i, clip in enumerate(found) if clip[0] == kind]
            if here:
                rate = jiwer.wer([plain(found[i][2]) for i in here], [texts[i] for i in here])
                rates.append(f"{kind} {100 * rate:.1f} % ({len(here)})")
        print(f"{name:12} word error rate: {', '.join(rates)}; {cpu_s / seconds:.2f} CPU-s a second of sound")


def latency(whisper: WhisperTranscriber, activity: SileroVoiceActivity, repeats: int) -> None:
    speech = np.concatenate([load(path) for _, path, _ in rendered()[: 3 * repeats + 6]])
    for length_s in LENGTHS_S:
        for key_after_s in KEY_AFTER_S:
            waits = []
            for repeat in range(repeats):
                start = repeat * 7 * SAMPLE_RATE
                reply = _ending_in_speech(speech[start : start + (length_s + 3) * SAMPLE_RATE], length_s, activity)
                room = np.random.default_rng(repeat).normal(scale=1e-4, size=round(key_after_s * SAMPLE_RATE))
                waits.append(_wait(whisper, activity, np.concatenate([reply, room.astype(np.float32)])))
            print(
                f"{length_s:3d} s, key {key_after_s:.1f} s after speech: median {np.median(waits):.2f} s, "
                f"most {max(waits):.2f} s of {len(waits)}"
            )


def _ending_in_speech(sound: Sound, length_s: int, activity: SileroVoiceActivity) -> Sound:
    """Cut near ``length_s`` where speech ends before a pause."""
    probabilities = activity.stream().push(sound)
    voiced = probabilities >= 0.5
    ends = np.flatnonzero(voiced[:-1] & ~voiced[1:]) + 1
    nearest = ends[np.argmin(np.abs(ends * activity.FRAME_S - length_s))]
    return sound[: round(nearest * activity.FRAME_S * SAMPLE_RATE)]


def _wait(whisper: WhisperTranscriber, activity: SileroVoiceActivity, sound: Sound) -> float:
    stream, voice = whisper.stream(), activity.stream()
    begun = time.monotonic()
    for start in range(0, len(sound), BLOCK):
        block = sound[start : start + BLOCK]
        time.sleep(max(0.0, begun + (start + len(block)) / SAMPLE_RATE - time.monotonic()))
        stream.push(block, voice.push(block))
    ended = time.monotonic()
    stream.push(sound[:0], voice.finish())
    stream.finish()
    return time.monotonic() - ended


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of recordings; without it only the latency is measured")
    parser.add_argument("--models", type=Path, default=REPO / ".cache/models")
    parser.add_argument("--every", type=int, default=1, help="take every n-th rendered clip")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=4, help="replies of each length")
    given = parser.parse_args(arguments)
    activity = SileroVoiceActivity()
    whisper = WhisperTranscriber(given.models, threads=given.threads)
    activity.warm()
    whisper.warm()

    def ours(sound: Sound) -> str:
        stream, voice = whisper.stream(), activity.stream()
        stream.push(sound, voice.push(sound))
        stream.push(sound[:0], voice.finish())
        return stream.finish().text

    if given.data:
        from faster_whisper import WhisperModel

        model: Any = WhisperModel(
            str(models.ready(given.models)), device="cpu", compute_type="int8", cpu_threads=given.threads
        )

        def theirs(sound: Sound) -> str:
            segments, _ = model.transcribe(sound, language="en", beam_size=5, word_timestamps=True)
            return " ".join(segment.text.strip() for segment in segments)

        accuracy(given.data, given.every, {"incremental": ours, "transcribe()": theirs})
    latency(whisper, activity, given.repeats)
    whisper.close()


if __name__ == "__main__":
    main()
