"""A live session: the one authority, what it keeps, and what it is after its program ended and was started again."""

from __future__ import annotations

import threading

import msgspec
import pytest

from voice_trainer.coach.protocol import Accepted, Refused, SayLeave
from voice_trainer.coach.session import LiveSession
from voice_trainer.coach.sharing import shared_part
from voice_trainer.coach.snapshot import Change
from voice_trainer.errors import DiskFull, NotAdmitted, RequestInvalid, UnknownExercise
from voice_trainer.session import Step

from .meeting import Meeting, id_of, new_session, spoken

# coming in


def test_people_come_in_under_names_of_their_own(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, token = live.admit("  Ann\u200b  Lee ", "")
    assert ann.name == "Ann Lee"
    for taken in ("ann lee", "ANN  LEE", "Ann Lee\n"):
        with pytest.raises(NotAdmitted, match="already"):
            live.admit(taken, "")
        with pytest.raises(NotAdmitted, match="already"):
            live.admit(taken, "not the token")
    again, same = live.admit("Ann Lee", token)
    assert (again.id, same) == (ann.id, token)
    assert token not in repr(live.snapshot), "only its sum is kept"
    assert not meeting.bytes_hold(token)


@pytest.mark.parametrize("name", ["", "  ", "\u202e\u200f", "…", "x" * 61, "ruth", "Ruth "])
def test_what_is_no_name_or_the_coachs_is_not_admitted(meeting: Meeting, name: str) -> None:
    with pytest.raises(NotAdmitted):
        meeting.begin().admit(name, "")


def test_a_name_stays_its_persons_after_they_left(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, token = live.admit("Ann", "")
    live.hear(ann.id, SayLeave(id=id_of()))
    assert live.snapshot.person(ann.id).left  # type: ignore[union-attr]
    with pytest.raises(NotAdmitted):
        live.admit("Ann", "")
    back, _ = live.admit("Ann", token)
    assert back.id == ann.id
    assert not live.snapshot.person(ann.id).left  # type: ignore[union-attr]
    assert live.snapshot.queue == (ann.id,)


def test_nobody_new_comes_in_once_it_is_over(meeting: Meeting) -> None:
    live = meeting.begin()
    _, token = live.admit("Ann", "")
    live.end()
    with pytest.raises(NotAdmitted, match="over"):
        live.admit("Bo", "")
    assert live.admit("Ann", token)[0].name == "Ann", "what is still with her may arrive"


# steps


def test_a_step_goes_to_everybody_and_its_time_runs(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, bo = meeting.come("Ann", "Bo")
    live.send(0)
    view = live.view(ann)
    assert (view.phase, view.step, view.remaining_s) == ("practice", 0, 300.0)
    assert view.assignment is not None
    assert (view.assignment.exercise_id, view.assignment.turn, view.assignment.role) == (
        "cold-dinner",
        "start",
        "listener",
    )
    meeting.time.wait(seconds=40)
    assert live.view(bo).remaining_s == 260.0
    live.pause_timer()
    meeting.time.wait(seconds=40)
    assert live.view(bo).remaining_s is None
    assert live.snapshot.remaining_s == 260.0
    live.add_minutes(1)
    live.start_timer()
    meeting.time.wait(seconds=400)
    assert live.snapshot.remaining_s == -80.0, "it ran over, and says so"


def test_a_step_can_go_to_one_and_others_keep_what_they_have(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, bo = meeting.come("Ann", "Bo")
    live.send(0)
    before = meeting.assignment(bo)
    live.send(4, (ann,))
    assert meeting.assignment(ann).step == 4
    assert meeting.assignment(bo) == before


def test_who_comes_later_gets_what_everybody_got(meeting: Meeting) -> None:
    live = meeting.begin()
    meeting.come("Ann")
    live.send(0)
    (bo,) = meeting.come("Bo")
    assert meeting.assignment(bo).exercise_id == "cold-dinner"


def test_what_can_not_be_sent_is_said(meeting: Meeting) -> None:
    live = meeting.begin()
    meeting.come("Ann", "Bo")
    for wrong in (-1, 6, 99):
        with pytest.raises(RequestInvalid, match="there is no"):
            live.send(wrong)
    with pytest.raises(RequestInvalid, match="Threes takes 3"):
        live.send(1)
    assert live.snapshot.phase == "waiting", "nothing changed"
    with pytest.raises(UnknownExercise):
        live.set_plan((Step(exercise_id="no-such"),))
    with pytest.raises(UnknownExercise):
        LiveSession.begin(
            new_session([Step(exercise_id="cold-dinner", turn="nowhere")]),
            meeting.store,
            meeting.recordings,
            meeting.library,
        )


def test_threes_go_round_and_are_done_when_listener_and_observer_are(meeting: Meeting) -> None:
    live = meeting.begin()
    people = meeting.come("Ann", "Bo", "Cy")
    live.send(1)
    seen: dict[str, list[str]] = {one: [] for one in people}
    for at in range(3):
        roles = {meeting.assignment(one).role: one for one in people}
        for role, one in roles.items():
            seen[one].append(role)
        assert {one.name for one in live.snapshot.waiting_for} == {"Ann", "Bo", "Cy"}
        meeting.reply(roles["listener"])
        assert meeting.assignment(roles["speaker"]).done
        assert not meeting.assignment(roles["observer"]).done
        assert isinstance(meeting.tally(roles["observer"], complex_reflection=1), Accepted)
        assert live.snapshot.waiting_for == ()
        assert live.next_round() == (at < 2)
    assert all(sorted(each) == ["listener", "observer", "speaker"] for each in seen.values())


def test_in_rounds_the_turn_goes_round_and_passes_over_who_left(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, bo, cy = meeting.come("Ann", "Bo", "Cy")
    live.send(2)
    assert live.view(cy).up == "Ann"
    live.remove_person(bo)
    assert live.next_round()
    assert live.snapshot.up == cy
    assert [one.id for one in live.snapshot.waiting_for] == [cy]
    assert not live.next_round()
    assert ann in live.snapshot.queue


def test_dodge_ball_alternates_lines_and_teams(meeting: Meeting) -> None:
    live = meeting.begin()
    people = meeting.come("Ann", "Bo", "Cy", "Di")
    live.send(3)
    turns, teams = [], []
    for _ in range(4):
        snapshot = live.snapshot
        person = snapshot.person(snapshot.up)
        assert person is not None
        assert person.assignment is not None
        turns.append(person.assignment.turn)
        teams.append(person.team)
        live.next_round()
    ids = [one.id for one in meeting.library.get("cold-dinner").turns]
    assert turns == [ids[at % len(ids)] for at in range(4)]
    assert teams == [1, 0, 1, 0]
    assert len(people) == 4


def test_the_queue_is_moved_and_turns_are_given(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, bo, cy = meeting.come("Ann", "Bo", "Cy")
    live.queue_up(cy)
    live.queue_down(ann)
    assert live.snapshot.queue == (cy, ann, bo)
    live.give_turn(cy)
    live.give_turn(ann)
    assert (live.snapshot.up, live.snapshot.queue) == (ann, (bo, cy))
    assert live.view(bo).queue == ("Bo", "Cy")


def test_steps_that_were_begun_stay(meeting: Meeting) -> None:
    live = meeting.begin()
    meeting.come("Ann")
    live.send(0)
    with pytest.raises(RequestInvalid, match="begun"):
        live.set_plan((Step(exercise_id="the-clock"),))
    live.set_plan((live.session.steps[0], Step(exercise_id="the-clock", minutes=2)))
    assert [one.minutes for one in live.view(live.snapshot.people[0].id).plan] == [5, 2]


# one authority


def test_after_a_restart_it_is_the_same_session(meeting: Meeting) -> None:
    live = meeting.begin()
    people = meeting.come("Ann", "Bo", "Cy", "Di")
    live.send(1)
    live.next_round()
    live.queue_down(people[0])
    live.set_notes("Bo is quiet today")
    listener = next(one for one in people if meeting.assignment(one).role == "listener")
    whole, _ = meeting.reply(listener)
    live.rate(whole.id, 4, 3)
    live.pin(whole.id, 1.0, "here")
    meeting.time.wait(seconds=30)
    before, views = live.snapshot, {one: live.view(one) for one in people}
    again = meeting.again()
    after = again.snapshot
    assert after.version > before.version
    same = ("phase", "plan", "queue", "up", "step", "round", "rounds", "replies", "ratings", "pins", "notes", "session")
    for name in same:
        assert getattr(after, name) == getattr(before, name), name
    assert after.remaining_s is not None
    assert before.remaining_s is not None
    for one in people:
        assert again.view(one).assignment == views[one].assignment
        assert again.view(one).consents == views[one].consents
    version = again.version
    again.set_notes("and now")
    assert again.version > version
    assert meeting.again().version > again.version


def test_a_reply_stored_just_before_the_end_is_an_answer_after_it(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    meeting.reply(ann)
    assert meeting.again().view(ann).assignment.done  # type: ignore[union-attr]


def test_who_listens_is_told_after_every_change_and_of_no_other(meeting: Meeting) -> None:
    live = meeting.begin()
    told: list[Change] = []
    end = live.subscribe(told.append)
    (ann,) = meeting.come("Ann")
    live.here(ann, True)
    count = len(told)
    live.here(ann, True)
    with pytest.raises(RequestInvalid):
        live.send(77)
    assert len(told) == count
    assert [one.version for one in told] == sorted({one.version for one in told})
    live.set_notes("mine")
    assert told[-1].people == frozenset()
    live.send(0)
    assert told[-1].people is None
    live.doing(ann, "listening")
    assert told[-1].passing
    end()
    live.doing(ann, "answering")
    assert told[-1].version < live.version


def test_who_listens_may_look_from_another_thread(meeting: Meeting) -> None:
    """Told outside the lock: a listener that waits for another thread's look at the session does not stand still."""
    live = meeting.begin()
    (ann,) = meeting.come("Ann")

    def look(_: Change) -> None:
        thread = threading.Thread(target=live.view, args=(ann,))
        thread.start()
        thread.join(timeout=10)
        assert not thread.is_alive()

    live.subscribe(look)
    live.send(0)


def test_what_can_not_be_stored_has_not_happened(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    told: list[Change] = []
    live.subscribe(told.append)
    before = live.snapshot

    def full(*_: object, **__: object) -> bool:
        raise DiskFull("The disk is full.")

    sessions = type(meeting.store.sessions)
    for name in ("keep_state", "add_entry", "add_consents", "add_person", "add_rating", "update", "update_entries"):
        monkeypatch.setattr(sessions, name, full)
    whole, answer = meeting.reply(ann)
    assert isinstance(answer, Refused)
    assert answer.again, "it is tried again later"
    assert isinstance(meeting.agree(ann, "scores"), Refused)
    for does in (lambda: live.send(4), lambda: live.give_turn(ann), lambda: live.admit("Bo", ""), live.debrief):
        with pytest.raises(DiskFull):
            does()  # type: ignore[no-untyped-call]
    after = live.snapshot
    assert msgspec.structs.replace(after.session) == before.session
    assert (after.people, after.queue, after.replies, after.phase) == (before.people, before.queue, (), before.phase)
    assert told == []
    monkeypatch.undo()
    say_again = meeting.reply(ann, attempt=whole)[1]
    assert isinstance(say_again, Accepted)
    assert len(live.snapshot.replies) == 1
    assert live.admit("Bo", "")[0].name == "Bo"


def test_many_at_once_lose_nothing(meeting: Meeting) -> None:
    live = meeting.begin()
    people = meeting.come(*[f"P{at}" for at in range(12)])
    live.send(0)
    assignments = {one: meeting.assignment(one) for one in people}
    answers: list[object] = []

    def answer(one: str) -> None:
        from voice_trainer.coach.protocol import SayReply

        to = assignments[one]
        for _ in range(3):
            attempt = shared_part(spoken(to.exercise_id, to.turn), ("scores",))
            answers.append(
                live.hear(one, SayReply(id=id_of(), assignment_id=to.id, attempt=attempt, shared=("scores",)))
            )

    threads = [threading.Thread(target=answer, args=(one,)) for one in people]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert all(isinstance(one, Accepted) for one in answers), answers
    assert len(live.snapshot.replies) == 36
    assert len(meeting.again().snapshot.replies) == 36


# in one room


def test_in_a_room_replies_belong_to_whose_turn_it_is(meeting: Meeting) -> None:
    live = meeting.begin(place="room", code="")
    ann, bo = live.add_person("Ann"), live.add_person("Bo")
    assert live.snapshot.people[0].here
    live.send(0)
    attempt = msgspec.structs.replace(spoken(), person="Ann")
    meeting.store.add_attempt(attempt)
    live.keep_room_reply(ann.id, attempt)
    live.keep_room_reply(ann.id, attempt)
    (reply,) = live.snapshot.replies
    assert (reply.person, reply.shared) == ("Ann", ("scores", "transcript"))
    assert meeting.assignment(ann.id).done
    assert not meeting.assignment(bo.id).done
    assert meeting.store.attempts(person="Ann"), "it is in their own history"
    with pytest.raises(RequestInvalid, match="already"):
        live.add_person("ann")


def test_in_a_room_what_somebody_said_no_to_is_not_kept(meeting: Meeting) -> None:
    live = meeting.begin(place="room", code="")
    ann = live.add_person("Ann")
    from voice_trainer.coach.protocol import Consenting

    live.set_consents(ann.id, (Consenting(sharing="scores", given=True), Consenting(sharing="transcript", given=False)))
    live.send(0)
    attempt = msgspec.structs.replace(spoken(), person="Ann")
    meeting.store.add_attempt(attempt)
    live.keep_room_reply(ann.id, attempt)
    assert live.snapshot.replies[0].shared == ("scores",)
    assert not meeting.bytes_hold("zephyrlike")
