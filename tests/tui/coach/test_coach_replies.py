"""A reply rated blind and then uncovered, pins, and looking back, by keys, over a real session in a real store."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, Select

from voice_trainer.tui.screens.ask import AskScreen
from voice_trainer.tui.screens.coach_debrief import CoachDebriefScreen
from voice_trainer.tui.screens.coach_export import ExportScreen
from voice_trainer.tui.screens.coach_home import CoachHomeScreen
from voice_trainer.tui.screens.coach_live import CoachLiveScreen
from voice_trainer.tui.screens.coach_reply import CoachReplyScreen
from voice_trainer.tui.screens.note import NoteScreen
from voice_trainer.tui.screens.session_practice import SessionFeedbackScreen
from voice_trainer.tui.widgets.reply_list import ReplyList

from ..conftest import Room, until
from ..grouping import ADVISING, REFLECTING, Desk, a_session, begin, come_in, reply
from ..test_rooms import SIZES, footer, on, seen, shows
from .driving import live_of, shown, to_live

# blind, then uncovered


@pytest.mark.parametrize("size", SIZES)
async def test_a_reply_is_rated_blind_and_then_uncovered(
    room: Room, theirs: Room, desk: Desk, size: tuple[int, int]
) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        ben = come_in(live, "Ben")
        live.send(0)
        attempt_id = reply(live, theirs.practice, ben, REFLECTING)
        await until(pilot, lambda: "yours to rate" in seen(app))
        assert "machine" not in seen(app)
        screen.query_one(ReplyList).focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CoachReplyScreen) and app.screen.duration_s > 0)
        assert "You sat there with the candles" in " ".join(seen(app).split())
        await pilot.press("v")  # first one's own ear
        await until(pilot, lambda: "Your rating first" in seen(app))
        assert live.snapshot.replies[0].revealed is False
        assert "names a feeling" not in seen(app)
        await pilot.press("4", "3", "v")
        await until(pilot, lambda: live.snapshot.replies[0].revealed)
        (rating,) = live.snapshot.ratings
        assert (rating.wording, rating.voice, rating.blind) == (4, 3, True)
        await until(pilot, lambda: "names a feeling" in seen(app))
        assert live.view(ben).replies[0].coach_wording == 4
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, SessionFeedbackScreen) and "A next step" in seen(app))
        await pilot.pause(0.3)
        await pilot.press("escape")
        await until(pilot, on(app, CoachReplyScreen))
        await pilot.press("escape")
        await until(pilot, on(app, CoachLiveScreen))
        await until(pilot, lambda: "you 4 · 3" in seen(app) and "machine" in seen(app))
        assert live.attempt(attempt_id).id == attempt_id


async def test_cannot_say_is_an_answer_and_a_late_rating_is_not_blind(room: Room, theirs: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        ben, cleo = come_in(live, "Ben"), come_in(live, "Cleo", agrees=("scores",))
        live.send(0)
        first = reply(live, theirs.practice, ben, REFLECTING, 1)
        second = reply(live, theirs.practice, cleo, ADVISING, 2)
        screen.open_reply(second)
        await until(pilot, lambda: isinstance(app.screen, CoachReplyScreen) and app.screen.reply is not None)
        await until(pilot, lambda: "The words were not shared. The sound was not shared." in seen(app))
        await until(pilot, lambda: "Play" not in footer(app))
        await pilot.press("2", "0")
        await until(pilot, lambda: len(live.snapshot.ratings) == 1)
        assert (live.snapshot.ratings[0].wording, live.snapshot.ratings[0].voice) == (2, None)
        await pilot.press("escape")
        screen.open_reply(first)
        await until(pilot, lambda: isinstance(app.screen, CoachReplyScreen) and app.screen.reply is not None)
        await pilot.press("v", "v")
        await until(pilot, lambda: (live.snapshot.reply(first) or live.snapshot.replies[0]).revealed)
        await pilot.press("5", "tab", "tab", "5")
        await until(pilot, lambda: len(live.snapshot.ratings) == 2)
        assert live.snapshot.ratings[1].blind is False


async def test_a_pin_is_put_where_the_sound_is_and_heard_again(room: Room, theirs: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        ben = come_in(live, "Ben")
        live.send(0)
        attempt_id = reply(live, theirs.practice, ben, REFLECTING)
        screen.open_reply(attempt_id)
        await until(pilot, lambda: isinstance(app.screen, CoachReplyScreen) and app.screen.duration_s > 0)
        await pilot.press("right", "right", "p")
        await until(pilot, on(app, NoteScreen))
        await pilot.press(*"Here you stayed", "enter")
        await until(pilot, lambda: len(live.snapshot.pins) == 1)
        (pin,) = live.snapshot.pins
        assert pin.at_s == pytest.approx(4.0, abs=0.1)
        assert (pin.note, pin.author) == ("Here you stayed", "Ruth")
        await pilot.press("escape", "d")
        await until(pilot, lambda: isinstance(app.screen, CoachDebriefScreen) and "Here you stayed" in seen(app))
        app.screen.query_one("#pin-choices", OptionList).focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CoachReplyScreen) and app.screen.duration_s > 0)
        assert isinstance(app.screen, CoachReplyScreen)
        assert app.screen.player.position_s == pytest.approx(4.0, abs=0.1)
        await pilot.press("space")
        await until(pilot, lambda: bool(room.sound.played))


async def test_a_reply_that_is_taken_back_meanwhile_goes_from_the_screen(room: Room, theirs: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        ben = come_in(live, "Ben")
        live.send(0)
        attempt_id = reply(live, theirs.practice, ben, REFLECTING)
        screen.open_reply(attempt_id)
        await until(pilot, lambda: isinstance(app.screen, CoachReplyScreen) and app.screen.reply is not None)
        live.take_back(ben, ("scores", "transcript", "recording"))
        await until(pilot, on(app, CoachLiveScreen))
        await until(pilot, lambda: screen.snapshot is not None and not screen.snapshot.replies)
        assert "candles" not in seen(app).replace("with the candles, like an idiot", "")


# looking back


async def test_the_debrief_names_people_agreement_and_is_exported(room: Room, theirs: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        people = [come_in(live, name) for name in ("Ben", "Cleo")]
        live.send(0)
        for seed, (person, moves) in enumerate(zip(people, (REFLECTING, ADVISING), strict=True), 1):
            attempt_id = reply(live, theirs.practice, person, moves, seed)
            live.rate(attempt_id, 3, 3)
            live.reveal(attempt_id)
        await until(pilot, lambda: shown(screen))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, CoachDebriefScreen) and app.screen.debrief is not None)
        await until(pilot, lambda: "2 replies" in seen(app) and "Cleo" in seen(app))
        assert live.snapshot.phase == "debrief"
        await shows(pilot, "A next step", "within one level")
        await pilot.press("w")
        await until(pilot, on(app, ExportScreen))
        export = app.screen
        assert isinstance(export, ExportScreen)
        await until(pilot, lambda: "thursday-group.html" in seen(app))
        path = export.query_one("#export-path", Input)
        choice = export.query_one("#export-format", Select)
        await pilot.press("enter")
        await until(pilot, lambda: choice.expanded)
        await pilot.press("down", "enter")
        await until(pilot, lambda: export.format != "html")
        chosen = export.format
        path.value = "/tmp/of-thursday"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(desk.written))
        assert desk.written == [(chosen, Path("/tmp/of-thursday"), "")]
        await until(pilot, lambda: "Written to /tmp/of-thursday" in seen(app))
        await pilot.press("e")
        await until(pilot, on(app, AskScreen))
        await pilot.press("y")
        await until(pilot, lambda: live.snapshot.phase == "ended")
        await until(pilot, lambda: "End session" not in footer(app))


async def test_a_session_that_is_over_is_looked_back_on(room: Room, theirs: Room, desk: Desk) -> None:
    live = begin(room, a_session())
    ben = come_in(live, "Ben")
    live.send(0)
    reply(live, theirs.practice, ben, REFLECTING)
    live.debrief()
    live.end()
    app = room.app(coach=desk.coaching(at_once=True))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, CoachHomeScreen) and bool(app.screen.sessions))
        await until(pilot, lambda: "over" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CoachDebriefScreen) and app.screen.debrief is not None)
        await until(pilot, lambda: "Ben" in seen(app))
        assert desk.served == []
        await pilot.press("escape")
        await until(pilot, on(app, CoachHomeScreen))
