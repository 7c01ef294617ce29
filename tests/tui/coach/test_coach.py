"""The coach's screens, by keys, over a real session in a real store; and one room with its one microphone."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from voice_trainer.tui.screens.ask import AskScreen
from voice_trainer.tui.screens.coach_debrief import CoachDebriefScreen
from voice_trainer.tui.screens.coach_home import CoachHomeScreen
from voice_trainer.tui.screens.coach_invitation import InvitationScreen
from voice_trainer.tui.screens.coach_live import CoachLiveScreen
from voice_trainer.tui.screens.coach_notes import NotesScreen
from voice_trainer.tui.screens.coach_plan import CoachPlanScreen
from voice_trainer.tui.screens.coach_reply import CoachReplyScreen
from voice_trainer.tui.screens.coach_steps import StepsScreen
from voice_trainer.tui.screens.consent import ConsentScreen
from voice_trainer.tui.screens.note import NoteScreen
from voice_trainer.tui.screens.pick_exercise import PickExerciseScreen
from voice_trainer.tui.screens.session_practice import SessionPracticeScreen
from voice_trainer.tui.screens.tally import TallyScreen
from voice_trainer.tui.widgets.roster import Roster
from voice_trainer.tui.widgets.step_list import StepList

from ..conftest import Room, until
from ..grouping import REFLECTING, Desk, a_session, begin, come_in, reply
from ..test_rooms import SIZES, at_home, footer, keys_fit, on, seen, shows
from .driving import live_of, marked, shown, to_live

# one's sessions, and a plan


async def test_a_session_is_planned_and_begun_by_keys(room: Room, desk: Desk) -> None:
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, CoachHomeScreen) and app.screen.sessions is not None)
        await until(pilot, lambda: "No session yet" in seen(app))
        await pilot.press("n")
        await until(pilot, on(app, CoachPlanScreen))
        plan = app.screen
        await pilot.press(*"Pairs", "enter")
        plan.query_one("#plan-people", Input).focus()
        await pilot.press(*"Ben,Cleo", "escape")
        await until(pilot, lambda: plan.query_one(StepList).has_focus)
        await pilot.press("b")  # without a step it says so
        await until(pilot, lambda: "needs a step" in seen(app))
        await pilot.press("a")
        await until(pilot, on(app, PickExerciseScreen))
        await pilot.press(*"cold", "enter")
        await until(pilot, lambda: len(plan.query_one(StepList).steps) == 1)
        await pilot.press("a")
        await until(pilot, on(app, PickExerciseScreen))
        await pilot.press(*"quiet", "enter")
        await until(pilot, lambda: len(plan.query_one(StepList).steps) == 2)
        await pilot.press("d", "plus", "left_square_bracket")
        await until(pilot, lambda: plan.query_one(StepList).steps[0].exercise_id == "too-quiet")
        first = plan.query_one(StepList).steps[0]
        assert (first.drill, first.minutes) == ("threes", 12)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, CoachLiveScreen) and app.screen.snapshot is not None)
        (session,) = room.practice.store.sessions.sessions("Ruth")
        assert (session.title, session.place, session.coach) == ("Pairs", "room", "Ruth")
        assert [step.exercise_id for step in session.steps] == ["too-quiet", "cold-dinner"]
        assert session.rules.asks == ("scores", "transcript", "recording")
        assert session.rules.listeners == ("Ruth",)
        assert [one.name for one in room.practice.store.sessions.people(session.id)] == ["Ben", "Cleo"]
        assert desk.served == []


async def test_what_is_asked_for_and_who_hears_it_is_the_coachs_to_say(room: Room, desk: Desk) -> None:
    app = room.app(coach=desk.coaching(at_once=True))
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, CoachHomeScreen) and app.screen.sessions is not None)
        await pilot.press("n")
        await until(pilot, on(app, CoachPlanScreen))
        plan = app.screen
        await until(pilot, lambda: "sound" in seen(app))
        plan.query_one("#ask-recording").focus()
        await pilot.press("space")
        plan.query_one("#plan-listeners", Input).focus()
        await pilot.press(*"Ines", "escape", "a")
        await until(pilot, on(app, PickExerciseScreen))
        await pilot.press("enter")
        await until(pilot, lambda: len(plan.query_one(StepList).steps) == 1)
        await pilot.press("b")
        await until(pilot, on(app, CoachLiveScreen))
        (session,) = room.practice.store.sessions.sessions("Ruth")
        assert session.rules.asks == ("scores", "transcript")
        assert session.rules.listeners == ("Ruth", "Ines")


async def test_only_ones_own_sessions_are_listed(room: Room, desk: Desk) -> None:
    begin(room, a_session(title="Mine"))
    begin(room, a_session(title="Somebody else's", coach="Ines"))
    app = room.app(coach=desk.coaching(at_once=True))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, CoachHomeScreen) and app.screen.sessions is not None)
        await until(pilot, lambda: "Mine" in seen(app))
        assert "Somebody" not in seen(app)
        await pilot.press("enter")
        await until(pilot, on(app, CoachLiveScreen))
        assert len(desk.served) == 1
        await pilot.press("escape")
        await until(pilot, on(app, AskScreen))
        await pilot.press("y")
        await until(pilot, on(app, CoachHomeScreen))
        await until(pilot, lambda: desk.served[0].stopped)


@pytest.mark.parametrize("size", SIZES)
async def test_every_key_of_the_coachs_screens_fits(
    room: Room, theirs: Room, desk: Desk, size: tuple[int, int]
) -> None:
    live = begin(room, a_session())
    ben = come_in(live, "Ben")
    live.send(0)
    attempt_id = reply(live, theirs.practice, ben, REFLECTING)
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await to_live(app, pilot, live.session.id)
        await shows(pilot, "Next", "Time", "Plan", "Invite", "Notes", "Debrief", "Leave")
        await until(pilot, lambda: keys_fit(app, size[0]))
        screen.open_reply(attempt_id)
        await until(pilot, lambda: isinstance(app.screen, CoachReplyScreen) and app.screen.duration_s > 0)
        await until(pilot, lambda: "Uncover" in footer(app) and keys_fit(app, size[0]))
        await pilot.press("escape", "d")
        await until(pilot, lambda: isinstance(app.screen, CoachDebriefScreen) and app.screen.debrief is not None)
        await until(pilot, lambda: "Export" in footer(app) and keys_fit(app, size[0]))


# live


async def test_the_invitation_is_read_out_and_people_come_in(room: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        await shows(pilot, "7 K 3 M   Q 2 X N", "Quebec 2 X-ray November", "192.168.1.20:7463")
        come_in(live_of(screen), "Ben")
        await until(pilot, lambda: "Ben" in seen(app))
        await pilot.press("i")
        await until(pilot, on(app, InvitationScreen))
        assert "voice-trainer join 192.168.1.20:7463 7K3M-Q2XN" in " ".join(seen(app).split())
        await pilot.press("escape")
        await until(pilot, on(app, CoachLiveScreen))


async def test_steps_rounds_and_time_go_on_by_keys(room: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        for name in ("Ben", "Cleo", "Dana"):
            come_in(live, name)
        await pilot.press("space")
        await until(pilot, lambda: "N begins the first step" in seen(app))
        await pilot.press("n")
        await until(pilot, lambda: live.snapshot.step == 0 and live.snapshot.running)
        await until(pilot, lambda: "1 of 2  The dinner that got cold" in seen(app))
        await shows(pilot, "Maya, your partner")
        await until(pilot, lambda: screen.snapshot is not None and screen.snapshot.running)
        await pilot.press("space")
        await until(pilot, lambda: not live.snapshot.running)
        before = live.snapshot.remaining_s
        assert before is not None
        await pilot.press("plus", "plus", "minus")
        await until(pilot, lambda: (live.snapshot.remaining_s or 0) == pytest.approx(before + 60, abs=1))
        await until(pilot, lambda: shown(screen))
        await pilot.press("n")
        await until(pilot, lambda: live.snapshot.step == 1)
        await until(pilot, lambda: screen.snapshot is not None and screen.snapshot.rounds == 3)
        await pilot.press("n")
        await until(pilot, lambda: live.snapshot.round == 1)
        await until(pilot, lambda: "round 2 of 3" in seen(app))
        roles = {one.assignment.role for one in live.snapshot.people if one.assignment is not None}
        assert roles == {"speaker", "listener", "observer"}
        await until(pilot, lambda: "observes" in seen(app))


async def test_a_step_is_sent_to_one_and_the_queue_is_changed(room: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        ben, cleo = come_in(live, "Ben"), come_in(live, "Cleo")
        await marked(pilot, screen, cleo)
        await pilot.press("o")
        await until(pilot, lambda: live.view(cleo).assignment is not None)
        assert live.view(ben).assignment is None
        await until(pilot, lambda: shown(screen))
        assert screen.query_one(Roster).marked == cleo
        await pilot.press("enter")
        await until(pilot, lambda: live.snapshot.up == cleo)
        await until(pilot, lambda: "▶ Cleo" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: live.snapshot.up == "")
        await until(pilot, lambda: shown(screen))
        at = live.snapshot.queue.index(cleo)
        await pilot.press("left_square_bracket" if at else "right_square_bracket")
        await until(pilot, lambda: live.snapshot.queue.index(cleo) != at)
        await until(pilot, lambda: shown(screen))
        assert screen.query_one(Roster).marked == cleo


async def test_the_plan_is_changed_and_sent_while_it_goes_on(room: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        come_in(live, "Ben")
        await pilot.press("n")
        await until(pilot, lambda: screen.snapshot is not None and screen.snapshot.step == 0)
        await pilot.press("p")
        await until(pilot, on(app, StepsScreen))
        await pilot.press("d", "d", "d")  # threes, then dodge ball, then rounds
        await until(pilot, lambda: live.session.steps[1].drill == "sustained")
        await pilot.press("up", "x")  # the one that is on stays
        await pilot.press("down", "d")
        await until(pilot, lambda: live.session.steps[1].drill == "progressive")
        assert len(live.session.steps) == 2
        await pilot.press("enter")
        await until(pilot, lambda: live.snapshot.step == 1)


async def test_notes_are_the_coachs_own(room: Room, desk: Desk) -> None:
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        await pilot.press("e")
        await until(pilot, on(app, NotesScreen))
        await pilot.press(*"Ben rushes", "escape")
        await until(pilot, lambda: live_of(screen).session.notes == "Ben rushes")
        ben = come_in(live_of(screen), "Ben")
        assert "rushes" not in str(live_of(screen).view(ben))
        await until(pilot, lambda: "Ben rushes" in seen(app))


async def test_what_the_store_refuses_is_one_sentence(room: Room, desk: Desk) -> None:
    """Threes with two people can't be sat; the step stays where it was."""
    session = begin(room, a_session()).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        come_in(live, "Ben")
        live.send(0)
        await until(pilot, lambda: screen.snapshot is not None and screen.snapshot.step == 0)
        await pilot.press("n")
        await until(pilot, lambda: "Threes takes 3 people or more" in " ".join(seen(app).split()))
        assert live.snapshot.step == 0


# one room


async def test_in_one_room_the_reply_belongs_to_whoever_gave_it(room: Room, desk: Desk) -> None:
    session = a_session("room")
    first = begin(room, session)
    ben = first.add_person("Ben").id
    first.add_person("Cleo")
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        await marked(pilot, screen, ben)
        await pilot.press("enter")
        await until(pilot, lambda: "N begins the first step" in seen(app))
        await pilot.press("n")
        await until(pilot, lambda: screen.snapshot is not None and screen.snapshot.step == 0)
        await marked(pilot, screen, ben)
        await pilot.press("enter")
        await until(pilot, on(app, ConsentScreen))
        await shows(pilot, "Ben, may this be shared?", "Ruth and Ines")
        await pilot.press("y", "n", "y")
        await until(pilot, on(app, SessionPracticeScreen))
        await until(pilot, lambda: live.snapshot.up == ben)
        assert (live.snapshot.person(ben) or live.snapshot.people[0]).consents == ("scores", "recording")
        await pilot.press("enter")
        await until(pilot, lambda: getattr(app.screen, "stage", "") == "noticing")
        await pilot.press("space")
        await until(pilot, lambda: getattr(app.screen, "stage", "") == "recording")
        await pilot.pause(0.2)
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, CoachReplyScreen) and app.screen.reply is not None)
        (row,) = room.practice.store.attempts(person="Ben")
        (given,) = live.snapshot.replies
        assert (given.attempt_id, given.person) == (row.id, "Ben")
        assert not given.revealed
        assert room.practice.preferences.person == "Ruth"
        await pilot.press("4", "4", "v")
        await until(pilot, lambda: live.snapshot.replies[0].revealed)
        await pilot.press("escape")
        await until(pilot, on(app, CoachLiveScreen))
        await marked(pilot, screen, ben)
        await pilot.press("w")
        await until(pilot, on(app, AskScreen))
        await pilot.press("r")
        await until(pilot, lambda: live.snapshot.replies[0].recording is None)


async def test_somebody_comes_into_the_room_and_leaves(room: Room, desk: Desk) -> None:
    session = begin(room, a_session("room")).session
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        for name in ("Ben", "ben"):
            await pilot.press("a")
            await until(pilot, on(app, NoteScreen))
            await pilot.press(*name, "enter")
            await until(pilot, on(app, CoachLiveScreen))
            await until(pilot, lambda: "Ben" in seen(app))
        await until(pilot, lambda: "There is a ben" in " ".join(seen(app).split()))  # the same name, whatever its case
        (ben,) = live.snapshot.people
        await marked(pilot, screen, ben.id)
        await pilot.press("x")
        await until(pilot, on(app, AskScreen))
        await pilot.press("y")
        await until(pilot, lambda: live.snapshot.people[0].left)
        await until(pilot, lambda: "left" in seen(app))


async def test_an_observer_in_the_room_tallies(room: Room, desk: Desk) -> None:
    from voice_trainer.session import Step

    session = a_session("room", steps=(Step(exercise_id="cold-dinner", drill="threes"),))
    first = begin(room, session)
    for name in ("Ben", "Cleo", "Dana"):
        first.add_person(name)
    app = room.app(coach=desk.coaching())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await to_live(app, pilot, session.id)
        live = live_of(screen)
        await pilot.press("n")
        await until(pilot, lambda: screen.snapshot is not None and screen.snapshot.step == 0)
        roles = {one.assignment.role: one.id for one in live.snapshot.people if one.assignment is not None}
        await marked(pilot, screen, roles["observer"])
        await pilot.press("enter")
        await until(pilot, on(app, ConsentScreen))
        await pilot.press("n", "n", "n")
        await until(pilot, on(app, TallyScreen))
        await pilot.press("r", "r", "f", "g", "backspace")
        counts = app.screen.query_one("#tally", Static)
        assert getattr(counts, "counts", None) == {"simple_reflection": 2, "names_feeling": 1}
        await pilot.press("escape")
        await until(pilot, on(app, CoachLiveScreen))
