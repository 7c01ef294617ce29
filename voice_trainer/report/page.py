"""Put a page together: templates filled, style and script inside, and a policy that lets nothing else in or out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .. import __version__
from ..vocabulary import KIND_MARKS, KIND_WORDS
from .compare import compare
from .content import Reply
from .file import GENERATOR
from .series import limits
from .view import clock, heading_of, view
from .words import day, until


def of_attempt(reply: Reply) -> bytes:
    """The page of one attempt."""
    return fill("attempt.html.j2", reply=view(reply, name="reply"))


def of_exercise(replies: Sequence[Reply]) -> bytes:
    """The page of all attempts at one exercise, turn by turn in the order of the exercise, then by time."""
    exercise = replies[0].exercise
    order = [turn.id for turn in exercise.turns] if exercise is not None else []
    turns = sorted(
        {reply.attempt.turn for reply in replies}, key=lambda turn: (turn not in order, *_place(turn, order))
    )
    within = limits(reply.attempt.scored.curves for reply in replies)
    by_turn = groupby(
        sorted(replies, key=lambda reply: (turns.index(reply.attempt.turn), reply.attempt.started_at)),
        key=lambda reply: reply.attempt.turn,
    )
    parts = []
    for number, (_, found) in enumerate(by_turn, 1):
        group = list(found)
        views = [
            view(reply, name=f"turn-{number}-reply-{at}", within=within, whole=False)
            for at, reply in enumerate(group, 1)
        ]
        parts.append((heading_of(group[0]), views, compare([reply.attempt for reply in group])))
    days = sorted(reply.attempt.started_at for reply in replies)
    return fill(
        "exercise.html.j2",
        heading=heading_of(replies[0]),
        turns=parts,
        count=len(replies),
        first=days[0],
        last=days[-1],
    )


def _place(turn: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(turn), "") if turn in order else (0, turn)


def fill(template: str, *, also: str = "", **values: object) -> bytes:
    """A whole page of this template. ``also``: a style file that only this page needs."""
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock"] = clock
    environment.filters["drawn"] = Markup  # of our own pictures only: they come out of an XML writer
    environment.filters["day"] = day
    environment.filters["until"] = until
    style, script = _text("report.css") + (_text(also) if also else ""), _text("report.js")
    page = environment.get_template(template).render(
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        generator=GENERATOR,
        version=__version__,
        kinds=tuple((kind, KIND_MARKS[kind], text) for kind, text in KIND_WORDS.items()),
        **values,
    )
    return page.encode()


def _text(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Only this style and this script, pictures and sound only from inside the page; no address can be asked."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; media-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
