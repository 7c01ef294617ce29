"""Ways about the coach's screens, by keys."""

from __future__ import annotations

from textual.pilot import Pilot

from voice_trainer.coach.session import LiveSession
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.screens.coach_live import CoachLiveScreen
from voice_trainer.tui.widgets.roster import Roster

from ..conftest import until


async def to_live(app: VoiceTrainerApp, pilot: Pilot[None], session_id: str) -> CoachLiveScreen:
    await until(pilot, lambda: app.opened)
    app.open_session(session_id)
    await until(pilot, lambda: isinstance(app.screen, CoachLiveScreen) and app.screen.snapshot is not None)
    assert isinstance(app.screen, CoachLiveScreen)
    return app.screen


def live_of(screen: CoachLiveScreen) -> LiveSession:
    return screen.room.live


def shown(screen: CoachLiveScreen) -> bool:
    """Whether the newest state is on the screen."""
    return screen.snapshot is not None and screen.snapshot.version == screen.room.live.version


async def marked(pilot: Pilot[None], screen: CoachLiveScreen, person_id: str) -> None:
    """Put the mark of the roster on somebody, by keys."""
    roster = screen.query_one(Roster)
    roster.focus()
    await until(pilot, lambda: person_id in [option.id for option in roster.options])
    await pilot.press("home")
    for _ in range(20):
        if roster.marked == person_id:
            return
        await pilot.press("down")
    raise AssertionError("nobody of that id in the roster")
