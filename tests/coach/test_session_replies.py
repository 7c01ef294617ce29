"""Replies in a live session: how they come in, how they are rated blind, and what observers say of them."""

from __future__ import annotations

import msgspec
import pytest

from voice_trainer.coach.protocol import Accepted, Refused, SayPin
from voice_trainer.errors import RequestInvalid

from .meeting import Meeting, id_of, spoken

# replies


def test_a_reply_is_stored_under_the_name_that_is_known_here(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    meeting.time.wait(minutes=61)
    whole, answer = meeting.reply(ann)
    assert isinstance(answer, Accepted), answer
    kept = meeting.store.attempt(whole.id)
    assert (kept.person, kept.device) == ("Ann", None)
    assert kept.started_at == meeting.time.now(), "by the coach's clock"
    assert kept.scored == whole.scored
    entry = meeting.store.sessions.entry_of(whole.id)
    assert entry is not None
    assert (entry.person_id, entry.step, entry.shared) == (ann, 0, ("scores", "transcript", "recording"))
    assert meeting.assignment(ann).done


def test_a_message_heard_before_is_accepted_again_and_changes_nothing(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    said = id_of()
    whole, first = meeting.reply(ann, "scores", said=said)
    version = live.version
    say_again = meeting.reply(ann, "scores", said=said, attempt=whole)[1]
    assert (first, say_again) == (Accepted(id=said), Accepted(id=said))
    assert live.version == version
    meeting.again()
    assert meeting.reply(ann, "scores", said=said, attempt=whole)[1] == Accepted(id=said)
    assert len(meeting.live.snapshot.replies) == 1


def test_only_what_was_given_to_oneself_can_be_answered(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, bo = meeting.come("Ann", "Bo")
    live.send(0)
    others = meeting.reply(ann, assignment=meeting.assignment(bo))[1]
    assert isinstance(others, Refused)
    assert "not given to you" in others.why
    mine = meeting.assignment(ann)
    wrong = meeting.reply(ann, "scores", attempt=spoken("the-clock", "start"), assignment=mine)[1]
    assert isinstance(wrong, Refused)
    assert not wrong.again
    nowhere = meeting.reply(ann, "scores", assignment=msgspec.structs.replace(mine, id=id_of()))[1]
    assert isinstance(nowhere, Refused)
    assert live.snapshot.replies == ()


def test_nobody_can_write_over_anothers_reply(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, bo = meeting.come("Ann", "Bo")
    live.send(0)
    whole, _ = meeting.reply(ann)
    sound = meeting.recordings.path(meeting.store.attempt(whole.id).recording or "").read_bytes()
    stolen = meeting.reply(bo, attempt=spoken(id=whole.id))[1]
    assert isinstance(stolen, Refused)
    own = spoken()
    meeting.store.add_attempt(own)
    assert isinstance(meeting.reply(bo, attempt=own)[1], Refused), "nor what the coach practised"
    assert meeting.store.attempt(whole.id).person == "Ann"
    assert meeting.recordings.path(meeting.store.attempt(whole.id).recording or "").read_bytes() == sound
    assert meeting.store.attempt(own.id).recording is None


def test_a_reply_to_an_earlier_step_still_comes_in(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    late = meeting.assignment(ann)
    live.send(4)
    answer = meeting.reply(ann, assignment=late)[1]
    assert isinstance(answer, Accepted)
    (reply,) = live.snapshot.replies
    assert reply.step == 0
    assert not meeting.assignment(ann).done


def test_somebody_who_shares_nothing_is_done_when_they_are_ready_again(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann", share=())
    live.send(0)
    for doing in ("listening", "answering", "scoring"):
        live.doing(ann, doing)  # type: ignore[arg-type]
        assert not meeting.assignment(ann).done
    live.doing(ann, "ready")
    assert meeting.assignment(ann).done
    meeting.again()
    assert meeting.assignment(ann).done


# rating blind


def test_what_the_machine_made_of_it_is_hidden_until_it_is_revealed(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    whole, _ = meeting.reply(ann)
    (reply,) = live.snapshot.replies
    assert (reply.revealed, reply.level, reply.wording, reply.voice, reply.moves) == (False, None, None, None, ())
    assert (reply.strength, reply.next_step, reply.outcome) == ("", "", None)
    assert reply.text == whole.scored.transcript.text, "the words are there to be rated"
    hidden = live.attempt(whole.id)
    assert hidden.scored.attunement.wording is None
    assert hidden.scored.wording.sentences == ()
    assert hidden.recording is not None
    live.rate(whole.id, 4, None)
    assert live.view(ann).replies[0].coach_wording is None, "nor is the rating told before"
    live.reveal(whole.id)
    (reply,) = live.snapshot.replies
    assert (reply.revealed, reply.level, reply.blind, reply.coach_wording, reply.coach_voice) == (
        True,
        4,
        True,
        4,
        None,
    )
    assert live.attempt(whole.id).scored == whole.scored
    assert live.view(ann).replies[0].coach_wording == 4
    live.rate(whole.id, 5, 5)
    assert not live.snapshot.replies[0].blind


def test_the_debrief_reveals_everything_so_that_no_later_rating_is_called_blind(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    whole, _ = meeting.reply(ann)
    live.debrief()
    assert live.snapshot.replies[0].revealed
    live.rate(whole.id, 3, 3)
    assert live.agreement().not_blind == 1
    assert live.agreement().wording.pairs == 0


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_ratings_are_one_to_five(meeting: Meeting, rating: int) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    whole, _ = meeting.reply(ann)
    with pytest.raises(RequestInvalid):
        live.rate(whole.id, rating, 3)
    with pytest.raises(RequestInvalid):
        live.rate(id_of(), 3, 3)


# observing


def test_the_tally_is_laid_beside_the_machines_count(meeting: Meeting) -> None:
    live = meeting.begin()
    people = meeting.come("Ann", "Bo", "Cy")
    live.send(1)
    roles = {meeting.assignment(one).role: one for one in people}
    whole, _ = meeting.reply(roles["listener"])
    meeting.tally(roles["observer"], complex_reflection=2, open_question=1)
    (tally,) = live.snapshot.tallies
    assert tally.tally.counts == {"complex_reflection": 2, "open_question": 1}
    assert tally.machine is None
    live.reveal(whole.id)
    assert live.snapshot.tallies[0].machine == {"complex_reflection": 1, "names_feeling": 1}


def test_a_tally_that_comes_before_its_reply_waits_for_it_over_a_restart_too(meeting: Meeting) -> None:
    live = meeting.begin()
    people = meeting.come("Ann", "Bo", "Cy")
    live.send(1)
    roles = {meeting.assignment(one).role: one for one in people}
    answer = meeting.tally(roles["observer"], open_question=3)
    assert isinstance(answer, Accepted)
    assert live.snapshot.tallies == ()
    live = meeting.again()
    meeting.reply(roles["listener"])
    assert live.snapshot.tallies[0].tally.counts == {"open_question": 3}
    assert len(meeting.store.sessions.tallies(live.session.id)) == 1


def test_only_who_observes_tallies(meeting: Meeting) -> None:
    live = meeting.begin()
    people = meeting.come("Ann", "Bo", "Cy")
    live.send(1)
    roles = {meeting.assignment(one).role: one for one in people}
    assert isinstance(meeting.tally(roles["speaker"], advice=1), Refused)
    assert live.snapshot.tallies == ()


def test_notes_go_on_ones_own_replies_and_on_those_one_observed(meeting: Meeting) -> None:
    live = meeting.begin()
    people = meeting.come("Ann", "Bo", "Cy")
    live.send(1)
    roles = {meeting.assignment(one).role: one for one in people}
    whole, _ = meeting.reply(roles["listener"])
    say = SayPin(id=id_of(), attempt_id=whole.id, at_s=1.0, note="here it opens")
    assert isinstance(live.hear(roles["speaker"], say), Refused)
    for role in ("listener", "observer"):
        assert isinstance(live.hear(roles[role], msgspec.structs.replace(say, id=id_of())), Accepted)
    assert live.hear(roles["observer"], msgspec.structs.replace(say, id=id_of(), at_s=99.0)).id
    assert len(live.snapshot.pins) == 2
    live.pin(whole.id, 0.5, "listen to the pause")
    assert [one.note for one in live.view(roles["listener"]).pins] == ["here it opens"]
    live.debrief()
    assert len(live.view(roles["listener"]).pins) == 3
    assert len(live.view(roles["observer"]).pins) == 1, "their own, and nobody else's"
    assert live.view(roles["speaker"]).pins == ()
