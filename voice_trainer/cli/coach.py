"""Coach a group: in one room, or over a network to which participants come with ``join``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import RequestInvalid, StoreUnwritable
from .context import Context
from .output import Json, print_json

if TYPE_CHECKING:
    from ..coach.server import CoachServer
    from ..coach.session import LiveSession
    from ..session import DrillKind, Session, Sharing
    from ..tui.together import Coaching

ANYWHERE = "0.0.0.0"
PORT = 7463
"""As ``coach.address`` has it; read here so that ``--help`` loads nothing of it."""
NAMELESS = "Coach"
FILES = 8192
"""Open at once, where the system lets us: each participant is one."""


def add_to(app: typer.Typer) -> None:
    app.command("coach")(coach)


def coach(
    context: typer.Context,
    headless: Annotated[bool, typer.Option("--headless", help="No screen: what happens is printed as JSON.")] = False,
    commands: Annotated[
        bool, typer.Option("--commands", help="Headless: read commands from standard input; help lists them.")
    ] = False,
    title: Annotated[str | None, typer.Option("--title", help="What the session is called.")] = None,
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help="A step of the plan, by its id; may be repeated.")
    ] = None,
    drill: Annotated[
        str | None,
        typer.Option("--drill", help="How the group does them: threes, dodge_ball, rounds, sustained, progressive."),
    ] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", help="For each step.")] = None,
    plan: Annotated[Path | None, typer.Option("--plan", help="A plan in a YAML file, in place of these.")] = None,
    asks: Annotated[
        str | None,
        typer.Option("--asks", help="What to ask people to share: scores,transcript,recording, or none of it: none."),
    ] = None,
    people: Annotated[int, typer.Option("--people", min=1, help="Headless: begin once so many are here.")] = 1,
    host: Annotated[str, typer.Option("--host", help="Serve on this address of the machine.")] = ANYWHERE,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 picks a free one.")] = PORT,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="Your own, PEM.")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The certificate's key, PEM.")] = None,
    resume: Annotated[str | None, typer.Option("--resume", help="Take a session up again, by its id.")] = None,
    room: Annotated[bool, typer.Option("--room", help="Everybody is in one room, at this machine.")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Headless: write the debrief into this folder.")
    ] = None,
    json: Json = False,
) -> None:
    """Coach a group, in one room or over a network. Without a plan your sessions are shown."""
    root: Context = context.obj
    if (certificate is None) != (key is None):
        raise RequestInvalid("A certificate of your own comes with its key; give both --certificate and --key.")
    if resume is not None and (exercise or plan is not None or title is not None):
        raise RequestInvalid("--resume takes a session up as it is; leave out the plan, or begin another session.")
    session = None
    if resume is None and (exercise or plan is not None):
        session = _session(root, title, exercise or [], drill, minutes, plan, asks, room=room)
    serve = serving(root, host=host, port=port, certificate=certificate, key=key)
    if headless:
        if room:
            raise RequestInvalid("One room needs the screen; leave out --headless, or --room.")
        _headless(root, session, resume, serve, people=people, commands=commands, out=out)
        return
    if commands or out is not None or json:
        raise RequestInvalid("--commands, -o and --json go with --headless; add it, or leave them out.")
    from .practise import open_screen

    open_screen(root, coach=lambda: coaching(root, serve, begin=session, resume=resume))


def coaching(
    root: Context,
    serve: Callable[[LiveSession], CoachServer] | None = None,
    *,
    begin: Session | None = None,
    resume: str | None = None,
    at_once: bool = True,
) -> Coaching:
    """What the coach's screens are given."""
    from ..tui.together import Coaching
    from .debriefing import writing

    return Coaching(serve=serve or serving(root), write=writing(root), begin=begin, resume=resume, at_once=at_once)


def serving(
    root: Context,
    *,
    host: str = ANYWHERE,
    port: int = PORT,
    certificate: Path | None = None,
    key: Path | None = None,
    fault: Callable[[str], None] = lambda _: None,
) -> Callable[[LiveSession], CoachServer]:
    """How a session is served, with one's own certificate or the one that is made at the first start."""

    def serve(live: LiveSession) -> CoachServer:
        from ..coach.certificate import certificate_of, own_certificate
        from ..coach.server import CoachServer

        _more_files()
        folder = root.config.folders.data / "coach"
        shown = certificate_of(certificate, key) if certificate and key else own_certificate(folder)
        server = CoachServer(live, host=host, port=port, certificate=shown, on_fault=fault)
        server.start()
        return server

    return serve


def sharings(text: str) -> tuple[Sharing, ...]:
    """What was listed, or nothing for ``none``. Raises RequestInvalid."""
    from ..session import SHARINGS

    listed = [one.strip() for one in text.split(",") if one.strip()]
    if listed == ["none"]:
        return ()
    unknown = [one for one in listed if one not in SHARINGS]
    if unknown or not listed:
        what = unknown[0][:40] if unknown else text[:40]
        raise RequestInvalid(f'"{what}" can\'t be shared; give some of {",".join(SHARINGS)}, or none.')
    return tuple(one for one in SHARINGS if one in listed)


def _session(
    root: Context,
    title: str | None,
    exercises: list[str],
    drill: str | None,
    minutes: float | None,
    plan: Path | None,
    asks: str | None,
    *,
    room: bool,
) -> Session:
    import msgspec

    from ..coach.gate import new_code
    from ..coach.plan_file import PlanFile, PlanStep, read_plan
    from ..session import DRILLS, ConsentRules, Session
    from ..store import new_attempt_id

    if plan is not None and (exercises or drill is not None or minutes is not None):
        raise RequestInvalid("The plan is in the file; leave out --exercise, --drill and --minutes, or --plan.")
    if drill is not None and drill not in DRILLS:
        raise RequestInvalid(f'There is no drill "{drill[:40]}"; give one of {", ".join(DRILLS)}.')
    if minutes is not None and not 0 < minutes <= 600:
        raise RequestInvalid(f"--minutes is {minutes:g}; give more than 0 and at most 600.")
    kind: DrillKind | None = drill
    made = PlanFile(minutes=minutes or 10.0, steps=tuple(PlanStep(exercise=one, drill=kind) for one in exercises))
    given = read_plan(plan) if plan is not None else made
    who, now = root.preferences.person or NAMELESS, datetime.now(UTC)
    listeners = tuple(dict.fromkeys((who, *given.listeners)))
    session = Session(
        id=new_attempt_id(now),
        title=title or given.title,
        coach=who,
        place="room" if room else "network",
        made_at=now,
        steps=given.planned(),
        rules=ConsentRules(asks=given.asks if asks is None else sharings(asks), listeners=listeners, days=given.days),
        code=new_code(),
    )
    try:
        return msgspec.convert(msgspec.to_builtins(session), Session)
    except msgspec.ValidationError as error:
        raise RequestInvalid(f"The session can't be begun as it is: {error}.") from error


def _headless(
    root: Context,
    session: Session | None,
    resume: str | None,
    serve: Callable[[LiveSession], CoachServer],
    *,
    people: int,
    commands: bool,
    out: Path | None,
) -> None:
    from ..coach.headless import Commands, Narrator, Plan, finish
    from ..coach.session import LiveSession

    if session is None and resume is None:
        raise RequestInvalid("Without a screen a plan is needed; give --exercise, --plan, or --resume.")
    if out is not None:
        _folder(out)
    if session is not None:
        live = LiveSession.begin(session, root.store, root.recordings, root.library)
    else:
        who = root.preferences.person or NAMELESS
        live = LiveSession.open(resume or "", root.store, root.recordings, root.library, coach=who)
    if live.session.place == "room":
        raise RequestInvalid("This session is one in a room, which needs the screen; leave out --headless.")
    tell = _telling()
    server = serve(live)
    try:
        invitation = server.invitation
        tell(
            {
                "event": "invitation",
                "session": live.session.id,
                "address": str(invitation.address),
                "code": invitation.code,
                "fingerprint": invitation.fingerprint,
                "join": str(invitation),
            }
        )
        narrator = Narrator(live, tell)
        try:

            def write() -> None:
                _write(root, live, out, tell)

            if commands:
                over = Commands(live, narrator, tell, debrief=write).run(iter(sys.stdin.readline, ""))
            else:
                Plan(live, narrator, people=people).run()
                if live.snapshot.phase == "practice":
                    live.debrief()
                write()
                over = True
            if over:
                finish(live, narrator)
        finally:
            narrator.stop()
    finally:
        server.stop()


def _write(root: Context, live: LiveSession, out: Path | None, tell: Callable[[dict[str, Any]], None]) -> None:
    """The whole debrief for the coach, and each person's own part for them."""
    if out is None:
        return
    from .debriefing import write_everything

    tell({"event": "written", "files": write_everything(root, live, out)})


def _telling() -> Callable[[dict[str, Any]], None]:
    """An object a line, from any thread; whoever reads them may leave without ending the session."""
    one = threading.Lock()

    def tell(line: dict[str, Any]) -> None:
        with one:
            try:
                print_json(line)
            except (BrokenPipeError, ValueError):
                return

    return tell


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise StoreUnwritable(f"The folder {out} can't be made ({why}); give -o another one.") from error


def _more_files() -> None:
    try:
        import resource
    except ImportError:  # no such limit on this system
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
