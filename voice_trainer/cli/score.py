"""Score many recordings at once, on this machine or on a cluster; nothing is kept in the store."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import RequestInvalid
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..cohort.journal import Asked
    from ..cohort.plan import Task
    from ..cohort.run import Work
    from ..cohort.scorer import Done
    from ..exercise import Exercise
    from ..scoring import Engines


def add_to(app: typer.Typer) -> None:
    app.command("score")(score)


@dataclass(frozen=True)
class OneThread:
    """Makes the engines of one worker: every model on one thread, since there is a worker for every processor."""

    models: Path
    whisper_model: str
    language: str | None

    def __call__(self) -> Engines:
        from ..engines.listener import OnnxListener
        from ..engines.pitch import SwiftPitch
        from ..engines.vad import SileroVoiceActivity
        from ..engines.whisper import WhisperTranscriber
        from ..scoring import Engines

        return Engines(
            voice_activity=SileroVoiceActivity(),
            pitch=SwiftPitch(),
            listener=OnnxListener(threads=1),
            transcriber=WhisperTranscriber(
                self.models, model_name=self.whisper_model, language=self.language, threads=1, speculative=False
            ),
        )


def score(
    context: typer.Context,
    out: Annotated[Path, typer.Option("-o", "--out", help="Results: a name that ends in .csv or .parquet.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="Recordings, or folders; with --manifest, where its files lie."),
    ] = None,
    exercise: Annotated[str | None, typer.Option("--exercise", help="Which exercise all of them answer.")] = None,
    turn: Annotated[str | None, typer.Option("--turn", help="Which of its turns; the first where not said.")] = None,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", help="A CSV that says what each answers: file,exercise,turn,person.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; as many as processors where not said.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A Dask cluster instead: tls://HOST:PORT.")
    ] = None,
    tls_ca: Annotated[Path | None, typer.Option("--tls-ca", help="With tls://: the authority's certificate.")] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="With tls://: our certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="With tls://: our key.")] = None,
    json: Json = False,
) -> None:
    """Score many recordings into one table; a run that was stopped goes on where it was."""
    from ..cohort.results import writer_for
    from ..cohort.run import run
    from .progress import Progress, duration

    root: Context = context.obj
    began = time.monotonic()
    if scheduler is not None and workers is not None:
        raise RequestInvalid(
            "--workers counts processes of this machine; a cluster has its own: leave one of them out."
        )
    if scheduler is None and (tls_ca or tls_cert or tls_key):
        raise RequestInvalid("--tls-ca, --tls-cert and --tls-key go with --scheduler tls://HOST:PORT.")
    output = _output(root, out)
    writer_for(output)
    tasks = _tasks(root, paths or [], exercise, turn, manifest)
    exercises = {each: root.library.get(each) for each in {task.exercise for task in tasks}}
    asked = _asked(root, paths or [], tasks, manifest)
    make = OneThread(root.config.folders.models, root.preferences.whisper_model, root.preferences.language)
    work: Work
    if scheduler is None:
        work = partial(_on_this_machine, make=make, exercises=exercises, workers=workers or os.cpu_count() or 1)
    else:
        work = _on_a_cluster(scheduler, make, exercises, asked.listening_model, (tls_ca, tls_cert, tls_key))
    watch = Progress()
    try:
        done = run(tasks, asked, output, work, watch)
    except KeyboardInterrupt:
        watch.end()
        print("Stopped. What was scored is kept; the same command goes on where it was.", file=sys.stderr)
        raise
    finally:
        watch.end()
    took_s = time.monotonic() - began
    if done.gone:
        print(f"{done.gone} that were scored before the run was stopped are gone; they are left out.", file=sys.stderr)
    if json:
        counts = {"files": done.files, "scored": done.scored, "failed": done.failed, "resumed": done.resumed}
        print_json({**counts, "took_s": round(took_s, 3), "results": str(output)})
    else:
        failed = f", {done.failed} could not be (column “error”)" if done.failed else ""
        typer.echo(f"{done.scored} scored{failed}, in {duration(took_s)}: {output}")
    if done.failed:
        raise typer.Exit(1)


def _output(root: Context, out: Path) -> Path:
    """The full path of the results, which may be written over unless it is the trainer's own."""
    try:
        path = out.expanduser().resolve()
        exists, plain = path.exists(), path.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise RequestInvalid(f"{str(out)[:80]} can't name a file ({error}); give -o another one.") from error
    if not path.parent.is_dir():
        raise RequestInvalid(f"There is no folder {path.parent} to write {path.name} in; make it, or give another one.")
    if exists and not plain:
        raise RequestInvalid(f"{path} is no ordinary file; give -o the name of a file.")
    if path.is_relative_to(root.config.folders.data.resolve()):
        raise RequestInvalid(f"{path} lies among what the trainer keeps; give -o a name in another folder.")
    return path


def _tasks(
    root: Context, paths: Sequence[Path], exercise: str | None, turn: str | None, manifest: Path | None
) -> tuple[Task, ...]:
    from ..cohort.manifest import read
    from ..cohort.plan import tasks_for

    if (exercise is None) == (manifest is None):
        raise RequestInvalid("Say what the recordings answer: either --exercise ID, or --manifest FILE.csv.")
    if exercise is not None:
        if not paths:
            raise RequestInvalid("Name the recordings, or a folder with them: voice-trainer score PATH... ")
        found = root.library.get(exercise)
        return tasks_for(paths, found.id, found.turn(turn).id, root.person or "")
    if turn is not None:
        raise RequestInvalid("--turn goes with --exercise; a manifest has a column for turns.")
    assert manifest is not None
    for path in paths:
        if not path.is_dir():
            raise RequestInvalid(
                f"With --manifest a PATH is a folder in which its files are looked for; {path} is none."
            )
    asked = read(manifest, root.library, paths, root.person or "")
    if asked.unused:
        print(f"Columns of the manifest that are not used: {', '.join(asked.unused)}.", file=sys.stderr)
    return asked.tasks


def _asked(root: Context, paths: Sequence[Path], tasks: Sequence[Task], manifest: Path | None) -> Asked:
    """What the rows rest on. The models are looked at first: one that is missing is told before any process begins."""
    from ..cohort.journal import Asked
    from ..engines import models
    from ..engines.listener import OnnxListener
    from ..listening.attunement import SCORING_VERSION

    preferences = root.preferences
    models.ready(root.config.folders.models, preferences.whisper_model)
    return Asked(
        scoring_version=SCORING_VERSION,
        listening_model=OnnxListener().model_version,
        whisper_model=preferences.whisper_model,
        language=preferences.language or "",
        paths=tuple(sorted(str(path.resolve()) for path in paths)),
        exercise="" if manifest else tasks[0].exercise,
        turn="" if manifest else tasks[0].turn,
        manifest=hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest else "",
        person=root.person or "",
    )


def _on_this_machine(
    tasks: Sequence[Task], *, make: OneThread, exercises: dict[str, Exercise], workers: int
) -> Iterator[Done]:
    from ..cohort.local import scored

    return scored(tasks, make, exercises, workers=workers)


def _on_a_cluster(
    address: str,
    make: OneThread,
    exercises: dict[str, Exercise],
    model_version: str,
    tls: tuple[Path | None, Path | None, Path | None],
) -> Work:
    from ..cohort.address import checked

    whole = checked(address)
    try:
        from ..cohort.cluster import Tls, scored
    except ImportError as error:
        raise RequestInvalid(
            "A cluster needs the extra “cluster”; install it with: pip install 'voice-trainer[cluster]'."
        ) from error
    return partial(scored, make=make, exercises=exercises, address=whole, model_version=model_version, tls=Tls(*tls))
