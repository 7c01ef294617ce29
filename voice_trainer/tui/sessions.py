"""Beginning and taking up a session from the app: stored, served, and only then shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..coach.session import LiveSession
from ..errors import VoiceTrainerError
from .coach_room import CoachRoom
from .messages import Trouble
from .session_messages import SessionOpened
from .together import Serving

if TYPE_CHECKING:
    from ..session import Session
    from .app import VoiceTrainerApp

NOT_SERVED = "This session is over a network, and can't be served from here; start: voice-trainer coach --resume {}"


def begin(app: VoiceTrainerApp, session: Session, people: tuple[str, ...]) -> None:
    """In a worker; what comes of it is ``SessionOpened``."""
    practice = app.practice

    def make() -> LiveSession:
        live = LiveSession.begin(session, practice.store, practice.recordings, practice.library)
        for name in people:
            try:
                live.add_person(name)
            except VoiceTrainerError as error:  # such as a name that is there twice
                app.post_message(Trouble(str(error)))
        return live

    _open(app, make, debrief=False)


def resume(app: VoiceTrainerApp, session_id: str, *, debrief: bool) -> None:
    """One's own sessions only."""
    practice, coach = app.practice, app.coach_name

    def make() -> LiveSession:
        return LiveSession.open(session_id, practice.store, practice.recordings, practice.library, coach=coach)

    _open(app, make, debrief=debrief)


def _open(app: VoiceTrainerApp, make: Callable[[], LiveSession], *, debrief: bool) -> None:
    serve = app.coaching.serve

    def work() -> None:
        serving: Serving | None = None
        why = ""
        try:
            live = make()
        except VoiceTrainerError as error:
            app.post_message(Trouble(str(error)))
            return
        over = live.session.ended_at is not None
        if live.session.place == "network" and not over and not debrief:
            try:
                if serve is not None:
                    serving = serve(live)
                else:
                    why = NOT_SERVED.format(live.session.id)
            except VoiceTrainerError as error:
                why = str(error)
        app.post_message(SessionOpened(live, serving, why, debrief=debrief or over))

    app.run_worker(work, thread=True, group="together")


def opened(app: VoiceTrainerApp, message: SessionOpened) -> None:
    """Show it, over one's sessions where those are open."""
    from .screens.coach_debrief import CoachDebriefScreen
    from .screens.coach_home import CoachHomeScreen
    from .screens.coach_live import CoachLiveScreen

    room = CoachRoom(app, message.live, message.serving, message.why)
    while any(isinstance(screen, CoachHomeScreen) for screen in app.screen_stack):
        if isinstance(app.screen, CoachHomeScreen):
            app.push_screen(CoachDebriefScreen(room, alone=True) if message.debrief else CoachLiveScreen(room))
            return
        app.pop_screen()
    app.show(CoachDebriefScreen(room, alone=True) if message.debrief else CoachLiveScreen(room))
