"""Record what is said in an exercise of one's own, with the microphone or from sound files."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import AudioInvalid, RequestInvalid, UnknownExercise
from .baseline import draw_level
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..exercise_sounds import Clip
    from ..prompt_recording import Prompt


def record(
    context: typer.Context,
    exercise: Annotated[str, typer.Argument(help="Its id, or its file.")],
    turn: Annotated[str | None, typer.Option("--turn", help="Only this turn.")] = None,
    replies: Annotated[bool, typer.Option("--replies", help="The model replies too.")] = False,
    reply: Annotated[
        str | None, typer.Option("--reply", help="Only the model reply of this level (4; a second one is 4b).")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A sound file, in place of the microphone; for one turn or reply.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="In the place of what was recorded before.")] = False,
    json: Json = False,
) -> None:
    """Record the turns of an exercise of your own: trimmed, as loud as the others, and kept beside its file."""
    from ..exercise_sounds import chosen, clips

    root: Context = context.obj
    file = exercise_file(root, exercise)
    wanted = chosen(clips(file), turn, reply, replies)
    waiting = [clip for clip in wanted if again or not (file.parent / clip.audio).exists()]
    if source is not None:
        if len(wanted) != 1:
            named = ", ".join(dict.fromkeys(clip.turn for clip in wanted))
            raise RequestInvalid(f"--from is one sound, and this is {len(wanted)}; name one with --turn: {named}.")
        if not waiting:
            there = file.parent / wanted[0].audio
            raise RequestInvalid(f"{there} is there already; add --again to put this one in its place.")
        kept = [_keep(file, waiting[0], _from_file(root, source))]
    elif waiting and not sys.stdin.isatty():
        raise RequestInvalid("Recording needs a terminal, where Enter begins and ends it; or give a sound with --from.")
    else:
        kept = _from_microphone(root, file, waiting)
    if json:
        for each in kept:
            print_json(each)
    else:
        _tell(file, len(wanted), len(waiting), len(kept))


def exercise_file(root: Context, named: str) -> Path:
    """The file of one's own exercise of that id, or the file itself. Raises UnknownExercise."""
    from ..exercise import ENDINGS, library_folder
    from ..shape import near

    if named.endswith(ENDINGS):
        return Path(named)
    folder = root.config.folders.exercises_own
    for ending in ENDINGS:
        if (folder / f"{named}{ending}").is_file():
            return folder / f"{named}{ending}"
    if (library_folder() / f"{named}.yaml").exists():
        raise UnknownExercise(
            f"{named} comes with the program, sounds and all; to change it, copy its file to {folder} with another id."
        )
    own = [file.stem for ending in ENDINGS for file in folder.glob(f"*{ending}")]
    hint = near(named, own) or f"; `voice-trainer exercises new {named}` begins one."
    raise UnknownExercise(f'There is no exercise "{named}" in {folder}{hint}')


def _from_file(root: Context, source: Path) -> Prompt:
    from ..engines.audio_file import read_audio_quietly
    from ..prompt_recording import prompt_from

    sound = read_audio_quietly(source)
    try:
        return prompt_from(root.voice_activity, root.pitch, sound.samples, sound.rate_hz)
    except AudioInvalid as error:
        raise AudioInvalid(f"{source}: {error}") from error


def _keep(file: Path, clip: Clip, prompt: Prompt) -> dict[str, Any]:
    from ..exercise_sounds import name_sound
    from ..prompt_recording import keep

    sound = file.parent / clip.audio
    keep(prompt, sound)
    name_sound(file, clip)
    for remark in prompt.remarks:
        typer.echo(remark, err=True)
    return {
        "turn": clip.turn,
        "reply": clip.reply or None,
        "file": str(sound),
        "duration_s": prompt.duration_s,
        "loudness_lufs": prompt.loudness_lufs,
        "remarks": prompt.remarks,
    }


def _from_microphone(root: Context, file: Path, waiting: list[Clip]) -> list[dict[str, Any]]:
    """One after the other; what was kept stays kept where it is left with Ctrl+C."""
    kept: list[dict[str, Any]] = []
    try:
        for number, clip in enumerate(waiting, 1):
            how = f" ({clip.delivery})" if clip.delivery else ""
            typer.echo(f"\n{number} of {len(waiting)}: {clip.name}{how}\n\n  {clip.text}\n", err=True)
            prompt = _until_kept(root)
            if prompt is not None:
                kept.append(_keep(file, clip, prompt))
    except KeyboardInterrupt:
        typer.echo(f"\nLeft; {len(kept)} kept.", err=True)
        raise
    return kept


def _until_kept(root: Context) -> Prompt | None:
    """Record until it is kept; None where it is skipped."""
    while True:
        if _asked("Enter begins, s skips this one. ") == "s":
            return None
        try:
            prompt = _heard(root)
        except AudioInvalid as error:
            typer.echo(str(error), err=True)
            continue
        for remark in prompt.remarks:
            typer.echo(remark, err=True)
        while (
            said := _asked(f"{prompt.duration_s:.1f} s. Enter keeps it, l listens, a records again, s skips. ")
        ) == "l":
            from ..engines.prompt_file import RATE_HZ

            root.sound.play(prompt.samples.astype("float32"), RATE_HZ, root.preferences.output_device).wait()
        if said == "s":
            return None
        if said != "a":
            return prompt


def _asked(question: str) -> str:
    """One line, in lower case. Raises KeyboardInterrupt where the terminal is gone."""
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip().lower()


def _heard(root: Context) -> Prompt:
    """Record until Enter. Raises AudioInvalid, SoundError."""
    from ..engines.native_noise import native_noise_to
    from ..prompt_recording import LONGEST_PROMPT_S, PromptInProgress

    root.voice_activity.warm()
    with native_noise_to():
        microphone = root.sound.open_microphone(root.preferences.input_device)
        ended = threading.Event()
        try:
            typer.echo(f"{microphone.fallback or f'Listening on “{microphone.name}”.'} Enter ends.", err=True)
            coming = PromptInProgress(root.voice_activity, root.pitch, microphone.rate_hz)
            waiter = threading.Thread(target=_at_enter, args=(ended,), daemon=True)
            waiter.start()
            for block in microphone.blocks():
                level = coming.push(block.samples)
                elapsed_s = level.elapsed_s or 0.0
                draw_level(level.rms_dbfs, elapsed_s, level.clipping)
                if ended.is_set():
                    break
                if elapsed_s >= LONGEST_PROMPT_S:
                    typer.echo(f"\nA turn lasts {LONGEST_PROMPT_S:g} s at most; recording has ended. Enter.", err=True)
                    break
        finally:
            microphone.close()
    waiter.join()  # it alone reads the terminal until Enter
    typer.echo("", err=True)
    return coming.finish()


def _at_enter(ended: threading.Event) -> None:
    sys.stdin.readline()
    ended.set()


def _tell(file: Path, wanted: int, waiting: int, kept: int) -> None:
    before = wanted - waiting
    already = f" {before} {'was' if before == 1 else 'were'} there before (--again records anew)." if before else ""
    typer.echo(f"{kept} recorded, beside {file}.{already}")
    if kept == waiting:
        typer.echo(f"Next: `voice-trainer exercises check {file.stem}`, then `voice-trainer practice {file.stem}`.")
