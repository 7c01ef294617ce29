"""Remove what was practised, for good."""

from __future__ import annotations

import sys
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from ..errors import RequestInvalid, UnknownAttempt
from .coach import NAMELESS
from .context import Context
from .join import FOLDER as JOINED
from .output import Json, print_json

if TYPE_CHECKING:
    from ..store.forgetting import Forgotten, Selection


def add_to(app: typer.Typer) -> None:
    app.command("forget")(forget)


def forget(
    context: typer.Context,
    attempt: Annotated[str | None, typer.Argument(help="One attempt: its id, or the beginning of it.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="All that this person did, their voice too.")] = None,
    session: Annotated[str | None, typer.Option("--session", help="One session, with what was shared in it.")] = None,
    before: Annotated[str | None, typer.Option("--before", help="All before this day, such as 2025-03-01.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was ever practised here.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask first.")] = False,
    json: Json = False,
) -> None:
    """Remove recordings, transcripts, measures and exported files, at once and for good."""
    from ..coach.outboxes import drop_all, drop_replies
    from ..store import set_aside
    from ..store.forgetting import Forgotten
    from ..store.forgetting import forget as remove

    root: Context = context.obj
    _one_of(root, attempt=attempt, person=person, session=session, before=before, everything=everything)
    if not yes and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RequestInvalid("Forgetting can't be undone, and there is no terminal to ask on; add --yes to go ahead.")
    selection = _selection(root, attempt, person, session, before)
    named = _named_in_settings(root, person, everything)
    aside = set_aside(root.config.folders.store_url)
    done, unsent, sending = Forgotten(), 0, 0
    if selection.is_empty and not named:
        root.store.wipe()
    elif not yes and not typer.confirm(f"{_will_go(selection, named)} This can't be undone. Go on?"):
        typer.echo("Nothing was removed.")
        raise typer.Exit(1)
    else:
        joined = root.config.folders.data / JOINED
        if everything:
            unsent, sending = drop_all(joined)
        else:
            unsent = drop_replies(joined, [row.id for row in selection.attempts])
        done = remove(root.store, root.recordings, selection, set_aside=aside)
        if named:
            _unname(root)
    left_aside = tuple(str(path) for path in aside if path.exists())
    if json:
        print_json(
            {
                **msgspec.to_builtins(done),
                "unsent": unsent,
                "sending": sending,
                "name_in_settings": named,
                "not_searched": left_aside,
            }
        )
    else:
        typer.echo(_told(done, unsent, sending, named, left_aside))
    if done.kept or done.in_use or sending:
        raise typer.Exit(1)


def _one_of(
    root: Context,
    *,
    attempt: str | None,
    person: str | None,
    session: str | None,
    before: str | None,
    everything: bool,
) -> None:
    given = [attempt is not None, person is not None, session is not None, before is not None, everything]
    if sum(given) != 1:
        raise RequestInvalid(
            "Say what to forget: one of an attempt's id, --person NAME, --session ID, --before DATE or --all."
        )
    if root.person is not None and person is None and session is None:
        raise RequestInvalid(
            f'"--person {root.person}" before the verb says who speaks, not what to forget; '
            f"to forget what they did: voice-trainer forget --person {root.person}"
        )


def _selection(
    root: Context, attempt: str | None, person: str | None, session: str | None, before: str | None
) -> Selection:
    from ..store import forgetting

    store, recordings = root.store, root.recordings
    if attempt is not None:
        try:
            return forgetting.select_attempt(store, recordings, attempt)
        except UnknownAttempt:
            store.wipe()  # it may have been removed while another program held the store
            raise
    if person is not None:
        found = forgetting.select_person(store, recordings, person)
        if found.is_empty and root.config.preferences.person != person:
            store.wipe()
            known = {*(one.person for one in store.people() if one.person), *store.sessions.names()}
            raise RequestInvalid(_nobody(person, sorted(known)))
        return found
    if session is not None:
        return forgetting.select_session(store, recordings, session, coach=root.preferences.person or NAMELESS)
    if before is not None:
        return forgetting.select_before(store, recordings, _moment(before))
    return forgetting.select_all(store, recordings)


def _nobody(person: str, people: list[str]) -> str:
    from ..shape import near

    known = f"; here are {', '.join(people[:5])}" if people else "; nobody has yet"
    return f'Nobody called "{person[:40]}" has practised here{near(person, people) or known + "."}'


def _moment(given: str) -> datetime:
    """The beginning of a day where the user lives, or a moment; UTC or any zone where one is written."""
    try:
        try:
            moment = datetime.combine(date.fromisoformat(given), time())
        except ValueError:
            moment = datetime.fromisoformat(given)
        return moment.astimezone() if moment.tzinfo is None else moment
    except (ValueError, OverflowError, OSError) as error:
        raise RequestInvalid(f'"{given[:40]}" is no date; give one as year-month-day, such as 2025-03-01.') from error


def _named_in_settings(root: Context, person: str | None, everything: bool) -> bool:
    chosen = root.config.preferences.person
    return bool(chosen) and (everything or chosen == person)


def _unname(root: Context) -> None:
    from ..config import save

    save(msgspec.structs.replace(root.config.preferences, person=""))


def _will_go(selection: Selection, named: bool) -> str:
    recordings = sum(row.has_recording for row in selection.attempts) + len(selection.broken_off)
    parts = [_many(len(selection.attempts), "attempt"), _many(recordings, "recording")]
    parts += [_many(len(selection.sessions), "session")] if selection.sessions else []
    parts += ["the everyday voice, notes written, and what sessions tell of them"] if selection.people else []
    parts += ["the name in the settings"] if named else []
    return f"To be removed: {', '.join(parts)}, and the files exported from them."


def _told(done: Forgotten, unsent: int, sending: int, named: bool, left_aside: tuple[str, ...]) -> str:
    counts = [
        _many(done.attempts, "attempt"),
        _many(done.recordings, "recording"),
        _many(done.exports, "exported file"),
        _many(done.baselines, "everyday voice", "everyday voices"),
        _many(done.notes, "note"),
        _many(done.sessions, "session"),
        _many(done.seats, "place in a session", "places in sessions"),
        _many(unsent, "reply that had not been sent", "replies that had not been sent"),
        _many(done.set_aside, "store that was set aside", "stores that were set aside"),
    ]
    gone = [count for count in counts if not count.startswith("0 ")] + (["the name in the settings"] if named else [])
    lines = [f"Removed: {', '.join(gone)}." if gone else "There was nothing to remove."]
    if done.changed:
        lines.append(f"Changed since it was exported, so left for you to remove: {', '.join(done.changed)}.")
    if done.kept:
        lines.append(f"Could not be removed; please remove by hand: {', '.join(done.kept)}.")
    if done.in_use:
        lines.append(f"{_many(done.in_use, 'recording')} still being made by another window: left.")
    if done.named_in:
        titles = ", ".join(f'"{title}"' for title in done.named_in)
        lines.append(f"The title or the coach's notes of these sessions still hold the name: {titles}.")
    if sending:
        lines.append(f"{_many(sending, 'session')} that another window is in: left; leave the session and try again.")
    if left_aside:
        lines.append(
            f"A damaged store was set aside and can't be looked into; it may hold the same words: {left_aside[0]}. "
            "Remove it by hand, or with: voice-trainer forget --all"
        )
    return "\n".join(lines)


def _many(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
