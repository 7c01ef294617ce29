"""A participant's screen, by keys: consents, what comes from the coach, the usual practice, and taking back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from voice_trainer.coach.protocol import SayConsents, SayReply, SayTally, SayWithdraw
from voice_trainer.coach.session import LiveSession
from voice_trainer.session import Step
from voice_trainer.tui.app import VoiceTrainerApp
from voice_trainer.tui.screens.ask import AskScreen
from voice_trainer.tui.screens.coach_home import CoachHomeScreen
from voice_trainer.tui.screens.consent import ConsentScreen
from voice_trainer.tui.screens.home import HomeScreen
from voice_trainer.tui.screens.join import JoinScreen
from voice_trainer.tui.screens.joined import JoinedScreen
from voice_trainer.tui.screens.note import NoteScreen
from voice_trainer.tui.screens.session_practice import SessionFeedbackScreen, SessionPracticeScreen
from voice_trainer.tui.screens.shared import OwnReplyScreen, SharedScreen
from voice_trainer.tui.screens.tally import TallyScreen
from voice_trainer.tui.together import Joining
from voice_trainer.tui.widgets.joined_card import JoinedCard

from .conftest import Room, make_room, until
from .grouping import REFLECTING, Door, a_session, begin, come_in, renamed, reply
from .test_rooms import SIZES, at_home, footer, keys_fit, on, seen


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = make_room(tmp_path / "own")
    yield made
    made.practice.store.close()


@pytest.fixture
def coach(tmp_path: Path) -> Iterator[Room]:
    """The coach's machine."""
    made = renamed(make_room(tmp_path / "coach"), "Ruth")
    yield made
    made.practice.store.close()


@pytest.fixture
def live(coach: Room) -> LiveSession:
    return begin(coach, a_session())


@pytest.fixture
def door(live: LiveSession, tmp_path: Path) -> Door:
    return Door(live, tmp_path / "joined")


def card(app: VoiceTrainerApp) -> str:
    """What the card says, on one line."""
    return " ".join(str(app.screen.query_one(JoinedCard).visual_text).split())


def told(app: VoiceTrainerApp) -> str:
    """What was told in passing."""
    return " ".join(notification.message for notification in app._notifications)


async def come_into(app: VoiceTrainerApp, pilot: Pilot[None], *answers: str) -> JoinedScreen:
    """Come in and answer what is asked."""
    await until(pilot, on(app, ConsentScreen))
    await pilot.press(*(answers or ("y", "y", "y")))
    await until(pilot, on(app, JoinedScreen))
    assert isinstance(app.screen, JoinedScreen)
    return app.screen


async def answer(app: VoiceTrainerApp, pilot: Pilot[None]) -> None:
    """Begin what was given, and answer it aloud."""
    await pilot.press("enter")
    await until(pilot, on(app, SessionPracticeScreen))
    await pilot.press("enter")
    await until(pilot, lambda: getattr(app.screen, "stage", "") == "noticing")
    await pilot.press("space")
    await until(pilot, lambda: getattr(app.screen, "stage", "") == "recording")
    await pilot.pause(0.2)
    await pilot.press("space")
    await until(pilot, on(app, SessionFeedbackScreen))


async def test_consents_are_asked_first_one_by_one_with_listeners_and_days(
    room: Room, live: LiveSession, door: Door
) -> None:
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, on(app, ConsentScreen))
        await until(pilot, lambda: "Scores" in seen(app))
        text = " ".join(seen(app).split())
        assert "Ruth and Ines" in text
        assert "30 days" in text
        assert "Whatever you answer, you can take part" in text
        await pilot.press("y")
        await until(pilot, lambda: "Words" in seen(app))
        await pilot.press("minus")
        await until(pilot, lambda: "7 days" in seen(app))
        await pilot.press("y")
        await until(pilot, lambda: "Sound" in seen(app))
        await pilot.press("n")
        await until(pilot, lambda: any(isinstance(say, SayConsents) for say in door.client.said))
        (said,) = [say for say in door.client.said if isinstance(say, SayConsents)]
        assert [(one.sharing, one.given, one.days) for one in said.consents] == [
            ("scores", True, 30),
            ("transcript", True, 7),
            ("recording", False, 7),
        ]
        assert said.consents[0].listeners == ("Ruth", "Ines")
        assert said.consents[2].listeners == ()
        await until(pilot, lambda: "You are in" in seen(app))
        assert live.view(door.client.person_id).consents == ("scores", "transcript")


@pytest.mark.parametrize("size", SIZES)
async def test_what_comes_is_answered_in_the_usual_practice_and_shared(
    room: Room, live: LiveSession, door: Door, size: tuple[int, int]
) -> None:
    app = room.app(joined=door.joining())
    async with app.run_test(size=size, notifications=True) as pilot:
        await come_into(app, pilot)
        live.send(0)
        await until(pilot, lambda: "The dinner that got cold" in seen(app) and "Enter begins" in seen(app))
        await until(pilot, lambda: keys_fit(app, size[0]))
        await answer(app, pilot)
        await until(pilot, lambda: len(live.snapshot.replies) == 1)
        (given,) = live.snapshot.replies
        (own,) = room.practice.store.attempts()
        assert (given.attempt_id, given.person) == (own.id, "Ada")
        assert given.recording is not None
        assert "candles" in given.text
        assert {"listening", "answering", "scoring"} <= set(door.client.doing)
        await until(pilot, lambda: "Again" not in footer(app))
        await pilot.press("a")
        await until(pilot, on(app, JoinedScreen))
        await until(pilot, lambda: "that is done" in card(app))
        assert door.client.doing[-1] == "ready"
        await until(pilot, lambda: "Begin" not in footer(app))


async def test_what_was_not_agreed_to_stays_here(room: Room, live: LiveSession, door: Door) -> None:
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await come_into(app, pilot, "n", "n", "n")
        live.send(0)
        await until(pilot, lambda: "Enter begins" in seen(app))
        await answer(app, pilot)
        await until(pilot, lambda: "Nothing of this answer was shared" in told(app))
        assert room.practice.store.count() == 1
        assert not any(isinstance(say, SayReply) for say in door.client.said)
        await pilot.press("a")
        await until(pilot, on(app, JoinedScreen))
        await until(pilot, lambda: not live.snapshot.waiting_for)  # nobody waits for them all the same


async def test_a_lost_connection_is_told_calmly_and_nothing_is_lost(room: Room, live: LiveSession, door: Door) -> None:
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await come_into(app, pilot)
        live.send(0)
        await until(pilot, lambda: "Enter begins" in seen(app))
        door.client.lose()
        await until(pilot, lambda: "not connected" in seen(app))
        await until(pilot, lambda: "it comes back by itself" in card(app))
        await answer(app, pilot)
        await until(pilot, lambda: door.client.waiting > 0)
        assert not live.snapshot.replies
        await pilot.press("a")
        await until(pilot, on(app, JoinedScreen))
        door.client.connect()
        await until(pilot, lambda: len(live.snapshot.replies) == 1)
        await until(pilot, lambda: "not connected" not in seen(app))


async def test_an_observer_counts_by_single_keys(room: Room, coach: Room, tmp_path: Path) -> None:
    live = begin(coach, a_session(steps=(Step(exercise_id="cold-dinner", drill="threes"),)))
    first, second = come_in(live, "Ben"), come_in(live, "Cleo")
    door = Door(live, tmp_path / "joined")
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await come_into(app, pilot)
        live.send(0)
        for _ in range(3):
            given = live.view(door.client.person_id).assignment
            if given is not None and given.role == "observer":
                break
            live.next_round()
        await until(pilot, lambda: "Enter counts" in seen(app))
        await pilot.press("enter")
        await until(pilot, on(app, TallyScreen))
        await until(pilot, lambda: "minimizes" in seen(app) and "defends" in seen(app))
        await pilot.press("r", "f", "f", "g", "backspace", "enter")
        await until(pilot, lambda: any(isinstance(say, SayTally) for say in door.client.said))
        (said,) = [say for say in door.client.said if isinstance(say, SayTally)]
        assert said.counts == {"simple_reflection": 1, "names_feeling": 2}
        assert {first, second} & {one.id for one in live.snapshot.people}


async def test_a_speaker_is_given_the_line(room: Room, coach: Room, tmp_path: Path) -> None:
    live = begin(coach, a_session(steps=(Step(exercise_id="cold-dinner", drill="threes"),)))
    come_in(live, "Ben")
    come_in(live, "Cleo")
    door = Door(live, tmp_path / "joined")
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await come_into(app, pilot)
        live.send(0)
        for _ in range(3):
            given = live.view(door.client.person_id).assignment
            if given is not None and given.role == "speaker":
                break
            live.next_round()
        await until(pilot, lambda: "Be Maya" in seen(app) and "lentil" in seen(app))
        await until(pilot, lambda: "Begin" not in footer(app))


async def test_what_was_shared_is_seen_and_taken_back(room: Room, live: LiveSession, door: Door) -> None:
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await come_into(app, pilot)
        live.send(0)
        await until(pilot, lambda: "Enter begins" in seen(app))
        await answer(app, pilot)
        await until(pilot, lambda: len(live.snapshot.replies) == 1)
        attempt_id = live.snapshot.replies[0].attempt_id
        live.rate(attempt_id, 4, 3)
        live.pin(attempt_id, 2.0, "Here you stayed with it")
        await pilot.press("a", "w")
        await until(pilot, on(app, SharedScreen))
        await until(pilot, lambda: "scores, words and sound" in seen(app))
        assert "words 4" not in seen(app)  # told once it is uncovered
        live.reveal(attempt_id)
        await until(pilot, lambda: "words 4, voice 3" in seen(app))
        live.debrief()
        await until(pilot, lambda: "1 note" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, OwnReplyScreen) and app.screen.duration_s > 0)
        await until(pilot, lambda: "Here you stayed with it" in seen(app))
        await pilot.press("right", "p")
        await until(pilot, on(app, NoteScreen))
        await pilot.press(*"I rushed", "enter")
        await until(pilot, lambda: any(pin.note == "I rushed" for pin in live.snapshot.pins))
        await pilot.press("escape")
        await until(pilot, on(app, SharedScreen))
        await pilot.press("x")
        await until(pilot, on(app, AskScreen))
        await pilot.press("o")
        await until(pilot, lambda: any(isinstance(say, SayWithdraw) for say in door.client.said))
        await until(pilot, lambda: live.snapshot.replies[0].recording is None)
        await until(pilot, lambda: "gone from Ruth's side" in told(app))
        assert room.practice.store.attempts()[0].has_recording  # one's own stays


async def test_ones_own_debrief_is_shown_and_nobody_elses(
    room: Room, coach: Room, live: LiveSession, door: Door
) -> None:
    ben = come_in(live, "Ben")
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await come_into(app, pilot)
        await until(pilot, lambda: len(live.view(door.client.person_id).consents) == 3)
        live.send(0)
        live.reveal(reply(live, coach.practice, ben, REFLECTING))
        own = reply(live, room.practice, door.client.person_id, REFLECTING, 2)
        live.reveal(own)
        live.debrief()
        await until(pilot, lambda: "You look back on it together" in card(app))
        assert "A next step" in card(app)
        view = live.view(door.client.person_id)
        assert [one.attempt_id for one in view.replies] == [own]


async def test_leaving_takes_back_what_one_wants_to(room: Room, live: LiveSession, door: Door) -> None:
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await come_into(app, pilot)
        live.send(0)
        await until(pilot, lambda: "Enter begins" in seen(app))
        await answer(app, pilot)
        await until(pilot, lambda: len(live.snapshot.replies) == 1)
        await pilot.press("a")
        await until(pilot, on(app, JoinedScreen))
        await pilot.press("escape")
        await until(pilot, on(app, AskScreen))
        await pilot.press("t")
        await until(pilot, lambda: live.snapshot.people[0].left)
        assert not live.snapshot.replies
        await until(pilot, lambda: "That was it" in seen(app))
        await pilot.press("escape")
        await until(pilot, on(app, HomeScreen))
        await until(pilot, lambda: door.client.closed)


async def test_going_away_for_now_keeps_ones_place(room: Room, live: LiveSession, door: Door) -> None:
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await come_into(app, pilot)
        await pilot.press("escape")
        await until(pilot, on(app, AskScreen))
        await pilot.press("l")
        await until(pilot, on(app, HomeScreen))
        await until(pilot, lambda: door.client.closed)
        assert not live.snapshot.people[0].left
        app.join_session(door.joining().invited)
        await until(pilot, lambda: isinstance(app.screen, JoinedScreen) and "You are in" in seen(app))
        assert len(live.snapshot.people) == 1


async def test_an_answer_from_before_a_crash_is_shared_after_it(room: Room, live: LiveSession, door: Door) -> None:
    """The program ended between the answer and its sharing: it is found when they come back."""
    app = room.app(joined=door.joining())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await come_into(app, pilot)
        live.send(0)
        await until(pilot, lambda: screen.assignment is not None)
        given = screen.assignment
        assert given is not None
        from .grouping import an_answer

        attempt = an_answer(room.practice, given.exercise_id, "Ada", REFLECTING)
        room.practice.keep(attempt)
        door.client.outbox.note_answer(given.id, attempt.id)
        await pilot.press("escape")
        await until(pilot, on(app, AskScreen))
        await pilot.press("l")
        await until(pilot, lambda: door.client.closed)
    again = room.app(joined=door.joining())
    async with again.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: len(live.snapshot.replies) == 1)
        assert live.snapshot.replies[0].attempt_id == attempt.id
        await until(pilot, lambda: "Your answer from before was found" in told(again))


async def test_one_joins_from_home_with_the_line_of_the_invitation(room: Room, live: LiveSession, door: Door) -> None:
    app = room.app(joined=Joining(connect=door.connect))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, at_home(app))
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, CoachHomeScreen) and app.screen.sessions is not None)
        await pilot.press("j")
        await until(pilot, on(app, JoinScreen))
        line = "voice-trainer join 192.168.1.20:7463 7K3M-Q2XN " + "AB12" * 16
        app.screen.query_one("#join-address", Input).value = line
        app.screen.query_one("#join-address", Input).focus()
        await until(pilot, lambda: app.screen.query_one("#join-address", Input).has_focus)
        await pilot.press("enter")
        await until(pilot, on(app, ConsentScreen))
        assert [one.name for one in live.snapshot.people] == ["Ada"]


async def test_what_can_not_be_joined_is_one_sentence(room: Room, door: Door) -> None:
    from voice_trainer.errors import NotTrusted

    def refuse(*_: object) -> object:
        raise NotTrusted("The certificate is not the one of the invitation; ask your coach to read it out again.")

    app = room.app(joined=Joining(connect=refuse, invited=door.joining().invited))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: "It did not work" in seen(app))
        await until(pilot, lambda: "not the one of the invitation" in card(app))
        await pilot.press("escape")
        await until(pilot, on(app, HomeScreen))
