"""Write a new exercise: every question is asked at the terminal, or answered by an option."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import RequestInvalid
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..shape import Path as Key

REPLY_FORM = '"LEVEL | WORDS | WHY", or "TURN | LEVEL | WORDS | WHY" for another turn than the first'


def new(
    context: typer.Context,
    exercise: Annotated[str | None, typer.Argument(help="Its id; made of the title where none is given.")] = None,
    title: Annotated[str | None, typer.Option(help="As it stands in the library.")] = None,
    context_: Annotated[str | None, typer.Option("--context", help="Where it happens.")] = None,
    skill: Annotated[str | None, typer.Option(help="What is practised.")] = None,
    attachment: Annotated[str | None, typer.Option(help="Whose pull it works with (secure).")] = None,
    difficulty: Annotated[str | None, typer.Option(help="1–5 (2).")] = None,
    speaker: Annotated[str | None, typer.Option(help="Their name.")] = None,
    relation: Annotated[str | None, typer.Option(help='From the trainee\'s side: "your friend".')] = None,
    scene: Annotated[str | None, typer.Option(help="Where the trainee stands; may be empty.")] = None,
    content_note: Annotated[str | None, typer.Option(help="What is heavy in it; may be empty.")] = None,
    turns: Annotated[int, typer.Option(help="How many things are said, 1–5.")] = 1,
    text: Annotated[list[str] | None, typer.Option(help="What they say; once for each turn.")] = None,
    emotion: Annotated[list[str] | None, typer.Option(help="What is in the voice; once for each turn.")] = None,
    intensity: Annotated[list[str] | None, typer.Option(help="1–3 (2); once for each turn.")] = None,
    feelings: Annotated[list[str] | None, typer.Option(help='"hurt, alone"; once for each turn.')] = None,
    meaning: Annotated[list[str] | None, typer.Option(help="What it is about; once for each turn.")] = None,
    listen_for: Annotated[list[str] | None, typer.Option(help="What can be heard; once for each turn.")] = None,
    reply: Annotated[list[str] | None, typer.Option(help=f"A model reply: {REPLY_FORM}.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write it anew where it is there already.")] = False,
    json: Json = False,
) -> None:
    """Write a new exercise of your own; what no option says is asked."""
    from ..exercise_draft import MOST_TURNS, WAYS, write_exercise

    root: Context = context.obj
    if turns not in WAYS:
        raise RequestInvalid(f"--turns is {turns}, and must be from 1 to {MOST_TURNS}; more can be written by hand.")
    per_turn = {
        "--text": text or [],
        "--emotion": emotion or [],
        "--intensity": intensity or [],
        "--feelings": feelings or [],
        "--meaning": meaning or [],
        "--listen-for": listen_for or [],
    }
    for option, given in per_turn.items():
        if len(given) > turns:
            raise RequestInvalid(
                f"{option} is given {len(given)} times, and --turns is {turns}; make it --turns {len(given)}."
            )
    folder = root.config.folders.exercises_own
    ask = _Asker()
    if exercise is not None:
        _free(folder, exercise, force)
    ask.say("A new exercise. Ctrl+C leaves, and nothing is written.")
    try:
        values: dict[str, Any] = {"title": ask("--title", title, "Title", ("title",))}
        values["id"] = exercise or ask.name(values["title"], lambda name: _free(folder, name, force))
        values["context"] = ask("--context", context_, "Where it happens", ("context",))
        values["skill"] = ask("--skill", skill, "What is practised", ("skill",))
        values["attachment"] = ask("--attachment", attachment, "Whose pull", ("attachment",), "secure")
        values["difficulty"] = ask("--difficulty", difficulty, "Difficulty, 1–5", ("difficulty",), "2")
        values["speaker"] = {
            "name": ask("--speaker", speaker, "Name of the one who speaks", ("speaker", "name")),
            "relation": ask("--relation", relation, 'Who they are ("your friend")', ("speaker", "relation")),
            "voice": "own",
        }
        values["scene"] = ask("--scene", scene, "The scene, if the words don't tell it", ("scene",), "")
        note = "Is something heavy in it, to be told before? What"
        values["content_note"] = ask("--content-note", content_note, note, ("content_note",), "")
        replies = _replies(reply or [], tuple(WAYS[turns]))
        values["turns"] = [
            _turn(ask, values["id"], name, {option: given[at : at + 1] for option, given in per_turn.items()}, replies)
            | ({"next": {"attuned": None, "partly": None, "missed": None, **way}} if way else {})
            for at, (name, way) in enumerate(WAYS[turns].items())
        ]
    except typer.Abort:
        typer.echo("\nNothing was written.", err=True)
        raise
    ask.complete()
    _tell(write_exercise(folder, values), values["id"], turns, json)


def _tell(file: Path, name: str, turns: int, json: bool) -> None:
    if json:
        print_json({"id": name, "file": str(file), "turns": turns, "next": f"voice-trainer exercises record {name}"})
        return
    typer.echo(f"Written to {file}. Every key is explained there; change what you like.")
    typer.echo(
        f"Next: `voice-trainer exercises record {name}` records what is said, then `voice-trainer practice {name}`."
    )


def _free(folder: Path, name: str, force: bool) -> None:
    """Raises RequestInvalid where an exercise of that id can't be written."""
    from ..exercise import library_folder
    from ..exercise_draft import fault_of

    fault = fault_of(("id",), name)
    if fault:
        raise RequestInvalid(_ended(f"The id {fault}"))
    if (library_folder() / f"{name}.yaml").exists():
        raise RequestInvalid(f"{name} is an exercise that comes with the program; choose another id.")
    file = folder / f"{name}.yaml"
    if file.exists() and not force:
        raise RequestInvalid(f"{file} is there already; choose another id, or add --force to write it anew.")


def _turn(
    ask: _Asker, exercise: str, name: str, given: dict[str, list[str]], replies: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    from ..exercise_draft import WHEN

    ask.say(f"\n{name}: {WHEN[name]}.")

    def answer(option: str, question: str, key: Key, default: str | None = None) -> Any:
        return ask(option, next(iter(given[option]), None), question, ("turns", 0, *key), default, of=name)

    turn = {
        "id": name,
        "text": answer("--text", "Word for word", ("text",)),
        "audio": f"{exercise}/{name}.opus",
        "delivery": {
            "emotion": answer("--emotion", "What is in the voice", ("delivery", "emotion"), "neutral"),
            "intensity": answer("--intensity", "How strongly, 1–3", ("delivery", "intensity"), "2"),
        },
        "feelings": answer("--feelings", "What they feel (hurt, alone)", ("feelings",)),
        "meaning": answer("--meaning", "What it is about for them", ("meaning",)),
        "listen_for": answer("--listen-for", "What can be heard in the voice", ("listen_for",)),
    }
    turn["model_replies"] = replies.get(name) or ask.replies(name)
    return turn


def _replies(given: list[str], turns: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    from ..exercise_draft import fault_of

    found: dict[str, list[dict[str, Any]]] = {}
    for each in given:
        parts = [part.strip() for part in each.split("|")]
        turn, level, words, why = (
            parts if len(parts) == 4 else (turns[0], *parts) if len(parts) == 3 else ("", "", "", "")
        )
        if turn not in turns:
            where = f"; the turns are {', '.join(turns)}" if len(parts) == 4 else ""
            raise RequestInvalid(f'--reply is "{each}", and must be {REPLY_FORM}{where}.')
        reply = {"level": _number(level), "text": words, "why": why}
        for key, value in reply.items():
            fault = fault_of(("turns", 0, "model_replies", 0, key), value)
            if fault:
                raise RequestInvalid(_ended(f'--reply "{each}": its {key} {fault}'))
        found.setdefault(turn, []).append(reply)
    return found


class _Asker:
    """Answers from options, else from the terminal; without one, what is lacking is told at the end, all at once."""

    def __init__(self) -> None:
        self._terminal = sys.stdin.isatty()
        self._lacking: list[str] = []

    def say(self, sentence: str) -> None:
        if self._terminal:
            typer.echo(sentence, err=True)

    def __call__(
        self, option: str, given: str | None, question: str, key: Key, default: str | None = None, of: str = ""
    ) -> Any:
        """The answer, as it belongs at ``key``. Raises RequestInvalid: an option's value that doesn't fit."""
        from ..exercise_draft import CHOICES, fault_of

        choices = CHOICES.get(str(key[-1]), ())
        read = _reader(key, choices)
        if given is None and not self._terminal:
            if default is None:
                self._lacking.append(f"{option} for {of}" if of else option)
            return read(default or "")
        if given is not None:
            value = read(given)
            fault = fault_of(key, value)
            if fault:
                raise RequestInvalid(_ended(f"{option} {fault}"))
            return value
        hint = f" ({', '.join(choices)})" if choices else ""
        while True:
            value = read(typer.prompt(question + hint, default=default, show_default=bool(default), err=True))
            fault = fault_of(key, value)
            if fault is None:
                return value
            typer.echo(f"  {_ended(f'That {fault}')} Once more:", err=True)

    def name(self, title: str, check: Callable[[str], None]) -> str:
        """An id made of the title, or another that is asked for."""
        from ..exercise_draft import id_from

        proposed = id_from(title)
        if not self._terminal:
            if proposed:
                check(proposed)
            elif title:
                self._lacking.append("the id")
            return proposed
        while True:
            name = str(typer.prompt("Id, which is its file's name", default=proposed or None, err=True)).strip()
            try:
                check(name)
            except RequestInvalid as error:
                typer.echo(f"  {error} Once more:", err=True)
            else:
                return name

    def replies(self, turn: str) -> list[dict[str, Any]]:
        """One model reply that meets them, and one that misses them where somebody thinks of it."""
        if not self._terminal:
            self._lacking.append(f"--reply for {turn}")
            return []
        found = []
        reply: Key = ("turns", 0, "model_replies", 0)
        free: Key = ("scene",)  # any text, or none
        for question, key, default, level in (
            ("A reply that meets them", (*reply, "text"), None, "4"),
            ("A reply that misses them, as one is tempted to (Enter: none)", free, "", "1"),
        ):
            words = self("--reply", None, question, key, default)
            if words:
                number = self("--reply", None, "  Its level, 1–5", (*reply, "level"), level)
                why = self("--reply", None, "  What it does to them", (*reply, "why"))
                found.append({"level": number, "text": words, "why": why})
        return found

    def complete(self) -> None:
        """Raises RequestInvalid: there was no terminal to ask at, and an option is lacking."""
        if self._lacking:
            raise RequestInvalid(f"There is no terminal to ask at; give {', '.join(self._lacking)}.")


def _reader(key: Key, choices: tuple[str, ...]) -> Callable[[str], Any]:
    if choices:
        return lambda typed: "_".join(typed.replace("-", " ").lower().split())
    if key[-1] in ("difficulty", "level", "intensity"):
        return _number
    if key[-1] == "feelings":
        return lambda typed: [" ".join(each.split()) for each in typed.split(",") if each.strip()]
    return lambda typed: " ".join(typed.split())


def _number(typed: str) -> int | str:
    try:
        return int(typed)
    except ValueError:
        return typed.strip()


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith("?") else f"{sentence}."
