"""How right and how fast the trainer is, as a table.

    python -m benchmarks --data FOLDER [--models FOLDER] [--only WORD] [-o FILE]

FOLDER holds audio/emodb (with syllables.tsv), audio/ravdess, audio/pitch, audio/mfa and audio/asr. References are
computed in the same run by Praat and pYIN, or are marks made by hand, acted emotions, and answers known beforehand.
The exit is 0 whatever was reached: figures are told, not wished.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from voice_trainer.engines.whisper import WhisperTranscriber
from voice_trainer.errors import ModelError

from . import cohort, f0, feedback, pace, policies, program, robust, tone, words
from .table import Row, write
from .warm import warm_engines

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, help="folder with the recordings; not part of the project")
    parser.add_argument("--models", type=Path, default=HERE.parent / ".cache" / "models", help="Whisper models")
    parser.add_argument("--only", default="", help="only the parts with this word in their name; writes nothing")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "RESULTS.md")
    given = parser.parse_args()
    if given.data is None or not (given.data / "audio").is_dir():
        where = "" if given.data is None else f" There is no {given.data / 'audio'}."
        print(f"Say where the recordings lie: make bench DATA=FOLDER.{where}", file=sys.stderr)
        return 2
    began, rows = time.monotonic(), []
    for name, part in parts(given.data, given.models).items():
        if given.only not in name:
            continue
        for row in part():
            print(row.line(), flush=True)
            rows.append(row)
    if not given.only:
        write(given.output, rows, time.monotonic() - began)
        print(f"Written to {given.output}.")
    return 0


def parts(data: Path, models: Path) -> dict[str, Callable[[], Iterable[Row]]]:
    """In the order in which they are told."""

    def whisper() -> WhisperTranscriber:
        loaded = WhisperTranscriber(models, threads=1)
        loaded.warm()
        return loaded

    return {
        "f0 synthetic": lambda: [f0.synthetic()],
        "f0 recorded": lambda: f0.recorded(data),
        "syllables": lambda: pace.syllable_rate(data),
        "articulation": lambda: pace.articulation(data, _whisper(models)),
        "pauses": lambda: [pace.marked_pauses(data), *(pace.spliced_pauses(data, dbfs) for dbfs in (-70.0, -45.0))],
        "harshness": lambda: tone.harshness(data),
        "unmoved": lambda: robust.unmoved(data),
        "streaming": lambda: [robust.streaming(data)],
        "noise": lambda: [robust.noise_alone(data), *robust.noise_moves(data)],
        "coverage": lambda: robust.coverage(data),
        "cost": lambda: robust.cost(data),
        "feedback": lambda: feedback.to_feedback(warm_engines(models), feedback.REPEATS),
        "words": lambda: [*words.same_words(data, whisper(), models, words.MINUTES), words.nothing_said(whisper())],
        "program": lambda: [program.help_takes(), program.first_paint(), program.memory(models)],
        "put together": lambda: program.put_together(warm_engines(models), models),
        "local agreement": lambda: policies.local_agreement(data, warm_engines(models), models),
        "Praat": lambda: policies.praat(data),
        "cohort": lambda: cohort.scaling(models),
    }


def _whisper(models: Path) -> WhisperTranscriber | None:
    """None, with a sentence, where the model is missing: its row is left out."""
    whisper = WhisperTranscriber(models, threads=1)
    try:
        whisper.warm()
    except ModelError as error:
        print(f"Without Whisper's words: {error}", file=sys.stderr)
        return None
    return whisper


if __name__ == "__main__":
    sys.exit(main())
