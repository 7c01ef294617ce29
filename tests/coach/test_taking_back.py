"""Consent, taking back and running out: nothing that was not agreed to is stored, and what is taken back is gone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from voice_trainer.coach.debrief_files import write_debrief
from voice_trainer.coach.protocol import Accepted, Consenting, Refused, SayConsents, SayReply, SayWithdraw
from voice_trainer.coach.sharing import shared_part
from voice_trainer.session import SHARINGS

from .meeting import Meeting, id_of, spoken

WORD = "zephyrlike"


def say_consents(meeting: Meeting, person_id: str, *answers: Consenting) -> Accepted | Refused:
    return meeting.live.hear(person_id, SayConsents(id=id_of(), consents=answers))


# consents


def test_nothing_is_shared_before_anything_is_said(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann", share=None)
    live.send(0)
    for shared in (("scores",), ("transcript",)):
        answer = meeting.reply(ann, *shared)[1]  # type: ignore[arg-type]
        assert isinstance(answer, Refused)
        assert not answer.again
    assert live.snapshot.replies == ()
    assert not meeting.bytes_hold(WORD)


def test_a_program_that_sends_more_than_was_agreed_to_is_refused(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann", share=("scores",))
    live.send(0)
    to = meeting.assignment(ann)
    honest = shared_part(spoken(), ("scores",))
    lies = [
        SayReply(id=id_of(), assignment_id=to.id, attempt=shared_part(spoken(), SHARINGS), shared=("scores",)),
        SayReply(id=id_of(), assignment_id=to.id, attempt=spoken(), shared=("scores",)),
        SayReply(id=id_of(), assignment_id=to.id, attempt=shared_part(spoken(), SHARINGS), shared=SHARINGS),
        SayReply(
            id=id_of(), assignment_id=to.id, attempt=msgspec.structs.replace(honest, heard=(WORD,)), shared=("scores",)
        ),
        SayReply(
            id=id_of(), assignment_id=to.id, attempt=msgspec.structs.replace(honest, device=WORD), shared=("scores",)
        ),
    ]
    for say in lies:
        answer = live.hear(ann, say)
        assert isinstance(answer, Refused), say
        assert WORD not in answer.why
    assert not meeting.bytes_hold(WORD)
    assert isinstance(meeting.reply(ann, "scores")[1], Accepted)
    assert not meeting.bytes_hold(WORD)


def test_the_listeners_are_those_who_were_named(meeting: Meeting) -> None:
    meeting.begin()
    (ann,) = meeting.come("Ann", share=None)
    stranger = say_consents(meeting, ann, Consenting(sharing="scores", given=True, listeners=("Ruth", "Eve")))
    assert isinstance(stranger, Refused)
    assert "Eve" in stranger.why
    without = say_consents(meeting, ann, Consenting(sharing="scores", given=True, listeners=("Ben",)))
    assert isinstance(without, Refused)
    good = say_consents(meeting, ann, Consenting(sharing="scores", given=True, listeners=("Ruth", "Ben"), days=90))
    assert isinstance(good, Accepted)
    (consent,) = meeting.store.sessions.consents(meeting.live.session.id)
    assert consent.listeners == ("Ruth", "Ben")
    assert consent.expires_at == meeting.time.now() + timedelta(days=30), "no longer than was asked for"
    assert meeting.live.view(ann).consents == ("scores",)


def test_what_is_not_asked_for_is_not_taken(meeting: Meeting) -> None:
    from voice_trainer.session import ConsentRules

    meeting.begin(rules=ConsentRules(asks=("scores",)))
    (ann,) = meeting.come("Ann", share=None)
    answer = say_consents(meeting, ann, Consenting(sharing="recording", given=True))
    assert isinstance(answer, Refused)
    assert isinstance(say_consents(meeting, ann, Consenting(sharing="recording", given=False)), Accepted)


def test_saying_no_later_holds_from_then_on_and_says_what_is_still_there(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    meeting.reply(ann)
    answer = meeting.agree(ann, "scores")
    assert isinstance(answer, Accepted)
    assert "still there until you take it back" in answer.told
    assert isinstance(meeting.reply(ann, "scores", "transcript")[1], Refused)
    assert live.snapshot.replies[0].shared == SHARINGS


def test_the_latest_word_counts_though_the_clock_was_set_back(meeting: Meeting) -> None:
    meeting.begin()
    (ann,) = meeting.come("Ann")
    for _ in range(5):
        meeting.agree(ann)
        assert meeting.live.view(ann).consents == (), "within the same instant"
        meeting.agree(ann, "scores")
    meeting.time.wait(hours=-1)
    meeting.agree(ann)
    assert meeting.live.view(ann).consents == ()
    assert meeting.again().view(ann).consents == ()


# taking back


def everything_written(meeting: Meeting, folder: Path) -> list[Path]:
    """The debrief in all its forms, outside the data folder."""
    back = meeting.live.looked_back()
    return list(
        write_debrief(
            back, meeting.store, meeting.recordings, meeting.library, folder, now=meeting.time.now, sound="flac"
        )
    )


def test_the_words_taken_back_are_nowhere_any_more_exports_included(meeting: Meeting, tmp_path: Path) -> None:
    live = meeting.begin()
    ann, bo = meeting.come("Ann", "Bo")
    live.send(0)
    whole, _ = meeting.reply(ann)
    meeting.reply(bo, attempt=spoken(text="Nothing of the kind was ever on that table."))
    live.debrief()
    files = everything_written(meeting, tmp_path / "out")
    holding = [one for one in files if WORD in one.read_text()]
    assert len(holding) >= 4
    assert meeting.bytes_hold(WORD)
    answer = meeting.withdraw(ann, "transcript")
    assert isinstance(answer, Accepted)
    assert answer.told.startswith("Your words of 1 reply are gone from Ruth's side.")
    assert not meeting.bytes_hold(WORD), "under the data folder"
    assert not [one for one in files if one.exists() and WORD in one.read_text()], "nor in any export"
    (reply,) = [one for one in live.snapshot.replies if one.person == "Ann"]
    assert (reply.text, reply.shared) == ("", ("scores", "recording"))
    assert live.view(ann).consents == ("scores", "recording")
    kept = meeting.store.attempt(whole.id)
    assert kept.person == "Ann"
    assert meeting.store.original(whole.id).scored.transcript.words == (), "the first record, too"
    assert next(one for one in live.snapshot.replies if one.person == "Bo").text, "and nobody else's"
    assert meeting.again().snapshot.replies == live.snapshot.replies


def test_the_recording_taken_back_is_gone(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, bo = meeting.come("Ann", "Bo")
    live.send(0)
    meeting.reply(ann)
    others, _ = meeting.reply(bo)
    assert isinstance(meeting.withdraw(ann, "recording"), Accepted)
    left = [one.name for one in meeting.recordings.folder.iterdir() if one.suffix == ".flac"]
    assert left == [meeting.store.attempt(others.id).recording]
    (mine,) = [one for one in live.snapshot.replies if one.person == "Ann"]
    assert mine.recording is None
    assert mine.text


def test_everything_taken_back_leaves_nothing_of_the_reply(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    whole, _ = meeting.reply(ann)
    live.rate(whole.id, 4, 4)
    live.pin(whole.id, 1.0, "a note of mine")
    answer = meeting.withdraw(ann, *SHARINGS)
    assert isinstance(answer, Accepted)
    assert "scores, words and recordings" in answer.told
    assert live.snapshot.replies == ()
    assert live.snapshot.ratings == ()
    assert not meeting.bytes_hold(whole.id)
    assert not meeting.bytes_hold("a note of mine")
    assert meeting.assignment(ann).done, "they did answer"
    assert isinstance(meeting.reply(ann)[1], Refused)
    assert meeting.again().snapshot.replies == ()


def test_one_reply_can_be_taken_back_and_the_rest_stays_agreed_to(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    first, _ = meeting.reply(ann)
    meeting.reply(ann)
    assert isinstance(meeting.withdraw(ann, *SHARINGS, attempts=(first.id,)), Accepted)
    assert len(live.snapshot.replies) == 1
    assert live.view(ann).consents == SHARINGS


def test_a_reply_that_was_taken_back_does_not_come_again_with_its_message(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    said = id_of()
    whole, _ = meeting.reply(ann, "scores", said=said)
    meeting.withdraw(ann, "scores", attempts=(whole.id,))
    for _ in range(2):
        assert isinstance(meeting.reply(ann, "scores", said=said, attempt=whole)[1], Accepted)
        assert meeting.live.snapshot.replies == ()
        meeting.again()


def test_nobody_takes_back_anothers(meeting: Meeting) -> None:
    live = meeting.begin()
    ann, bo = meeting.come("Ann", "Bo")
    live.send(0)
    whole, _ = meeting.reply(ann)
    assert isinstance(meeting.withdraw(bo, *SHARINGS, attempts=(whole.id,)), Refused)
    meeting.withdraw(bo, *SHARINGS)
    assert len(live.snapshot.replies) == 1


def test_taking_back_is_heard_twice_and_told_alike(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    meeting.reply(ann)
    say = SayWithdraw(id=id_of(), sharing=("scores",))
    assert live.hear(ann, say) == live.hear(ann, say)
    nothing = meeting.withdraw(ann, "scores")
    assert isinstance(nothing, Accepted)
    assert "nothing of that" in nothing.told


def test_a_file_that_somebody_changed_is_told(meeting: Meeting, tmp_path: Path) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    meeting.reply(ann)
    live.debrief()
    files = everything_written(meeting, tmp_path / "out")
    changed = next(one for one in files if one.suffix == ".csv")
    changed.write_text("mine now")
    answer = meeting.withdraw(ann, "transcript")
    assert isinstance(answer, Accepted)
    assert "1 file could not be removed" in answer.told
    assert changed.read_text() == "mine now"


def test_after_leaving_it_can_still_be_taken_back(meeting: Meeting) -> None:
    from voice_trainer.coach.protocol import SayLeave

    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    meeting.reply(ann)
    live.hear(ann, SayLeave(id=id_of()))
    live.end()
    assert isinstance(meeting.withdraw(ann, *SHARINGS), Accepted)
    assert live.snapshot.replies == ()


# running out


def test_what_has_run_out_is_removed(meeting: Meeting, tmp_path: Path) -> None:
    live = meeting.begin()
    ann, bo = meeting.come("Ann", "Bo", share=None)
    meeting.agree(ann, *SHARINGS, days=3)
    meeting.agree(bo, *SHARINGS, days=20)
    live.send(0)
    meeting.reply(ann)
    meeting.reply(bo, attempt=spoken(text="Nothing of the kind was ever on that table."))
    live.debrief()
    files = everything_written(meeting, tmp_path / "out")
    meeting.time.wait(days=2)
    assert live.purge() == 0
    assert live.view(ann).consents == SHARINGS
    meeting.time.wait(days=1, minutes=1)
    assert live.view(ann).consents == (), "over, whether or not it was purged yet"
    assert live.purge() == 1
    assert [one.person for one in live.snapshot.replies] == ["Bo"]
    assert not meeting.bytes_hold(WORD)
    assert not [one for one in files if one.exists() and WORD in one.read_text()]
    assert live.purge() == 0


def test_it_runs_out_in_sessions_that_nobody_opens_again(meeting: Meeting) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    meeting.reply(ann)
    live.end()
    meeting.time.wait(days=31)
    meeting.begin()
    assert meeting.live.purge() == 1
    assert not meeting.bytes_hold(WORD)


@pytest.mark.parametrize("again", [False, True])
def test_agreeing_anew_makes_it_last(meeting: Meeting, again: bool) -> None:
    live = meeting.begin()
    (ann,) = meeting.come("Ann")
    live.send(0)
    meeting.reply(ann)
    meeting.time.wait(days=20)
    if again:
        meeting.agree(ann, *SHARINGS)
    meeting.time.wait(days=15)
    live.purge()
    assert len(live.snapshot.replies) == int(again)
