"""Come into somebody's session, with the screen or without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import RequestInvalid
from .coach import sharings
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..coach.client import ClientEvent, CoachClient
    from ..coach.protocol import View
    from ..session import Sharing
    from ..tui.together import Invited, Joining

FOLDER = "joined"


def add_to(app: typer.Typer) -> None:
    app.command("join")(join)


def join(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="As the invitation shows it, such as 192.168.1.20:7463.")],
    code: Annotated[str, typer.Argument(help="Of the invitation, such as 7K3M-Q2XN.")],
    fingerprint: Annotated[
        str | None,
        typer.Argument(help="Of the invitation; leave it out only where the coach's certificate is a public one."),
    ] = None,
    reply: Annotated[
        list[Path] | None,
        typer.Option("--reply", help="No screen: answer with this recording; may be repeated, one an assignment."),
    ] = None,
    share: Annotated[
        str | None,
        typer.Option("--share", help="With --reply: what to agree to, such as scores,transcript; by default none."),
    ] = None,
    realtime: Annotated[bool, typer.Option("--realtime", help="With --reply: at the pace of speech.")] = False,
    json: Json = False,
) -> None:
    """Take part in a coach's session. Nothing is shared unless you agree to it."""
    root: Context = context.obj
    name = root.preferences.person
    if reply:
        if not name.strip():
            raise RequestInvalid("Say who you are: voice-trainer --person NAME join …")
        agreed = sharings(share) if share is not None else ()
        _attend(root, address, code, name, fingerprint, replies=reply, share=agreed, realtime=realtime)
        return
    if share is not None or realtime or json:
        raise RequestInvalid("--share, --realtime and --json go with --reply; add it, or leave them out.")
    from .practise import open_screen

    open_screen(root, joined=lambda: joining(root, (address, code, name, fingerprint or "")))


def joining(root: Context, invitation: tuple[str, str, str, str] | None = None) -> Joining:
    """What a participant's screens are given; ``invitation``: address, code, own name and fingerprint to begin with."""
    from ..tui.together import Invited, Joining

    invited = None
    if invitation is not None:
        address, code, name, fingerprint = invitation
        invited = Invited(address=address, code=code, name=name, fingerprint=fingerprint)

    def connect(
        wanted: Invited, on_view: Callable[[View], None], on_event: Callable[[ClientEvent], None]
    ) -> CoachClient:
        return _client(root, wanted.address, wanted.code, wanted.name, wanted.fingerprint, on_view, on_event)

    return Joining(connect=connect, invited=invited)


def _client(
    root: Context,
    address: str,
    code: str,
    name: str,
    fingerprint: str | None,
    on_view: Callable[[View], None],
    on_event: Callable[[ClientEvent], None],
) -> CoachClient:
    from ..coach.address import parsed
    from ..coach.client import CoachClient
    from ..coach.outbox import session_folder
    from ..session import LONGEST_NAME

    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise RequestInvalid(f"A name has 1 to {LONGEST_NAME} characters; this one has {len(name)}.")
    return CoachClient(
        parsed(address),
        code,
        name,
        fingerprint=fingerprint or None,
        folder=session_folder(root.config.folders.data / FOLDER, code, name),
        on_view=on_view,
        on_event=on_event,
    )


def _attend(
    root: Context,
    address: str,
    code: str,
    name: str,
    fingerprint: str | None,
    *,
    replies: list[Path],
    share: tuple[Sharing, ...],
    realtime: bool,
) -> None:
    from ..coach.attending import Attending, Inbox
    from ..coach.participant import Participant

    for path in replies:
        if not path.is_file():
            raise RequestInvalid(f"There is no recording {path}; give --reply one that is there.")
    inbox = Inbox()
    client = _client(root, address, code, name, fingerprint, inbox.view, inbox.event)
    try:
        root.engines.warm()
        practice = root.practice
    except BaseException:
        client.close()
        raise
    participant = Participant(practice, client)
    Attending(participant, inbox, replies=replies, share=share, tell=print_json, realtime=realtime).run()
