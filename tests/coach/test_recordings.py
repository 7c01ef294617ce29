"""Recordings that come in piece by piece: verified, bounded, and gone where they are not wanted."""

from __future__ import annotations

import msgspec
import pytest

from voice_trainer.coach.protocol import PART_BYTES, Accepted, Refused
from voice_trainer.errors import DiskFull

from .meeting import Meeting, flac, id_of, parts_of, spoken


@pytest.fixture
def ann(meeting: Meeting) -> str:
    meeting.begin()
    (ann,) = meeting.come("Ann")
    meeting.live.send(0)
    return ann


def files(meeting: Meeting) -> list[str]:
    folder = meeting.recordings.folder
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def test_it_arrives_whole_and_private(meeting: Meeting, ann: str) -> None:
    sound = flac(4.0, 48_000)
    assert len(sound) > 2 * PART_BYTES
    whole, answer = meeting.reply(ann, sound=sound)
    assert isinstance(answer, Accepted), answer
    name = meeting.store.attempt(whole.id).recording
    assert name is not None
    path = meeting.recordings.path(name)
    assert path.read_bytes() == sound
    assert path.stat().st_mode & 0o777 == 0o600
    assert files(meeting) == [name]
    samples, rate_hz = meeting.recordings.load(name)
    assert (len(samples), rate_hz) == (4 * 48_000, 48_000)


def test_a_part_twice_changes_nothing_and_one_too_early_waits(meeting: Meeting, ann: str) -> None:
    sound = flac(4.0, 48_000)
    whole = spoken(recording="a.flac")
    parts = parts_of(whole.id, sound)
    early = meeting.live.hear(ann, parts[1])
    assert isinstance(early, Refused)
    assert early.again
    for part in (parts[0], parts[0], *parts, parts[1]):
        assert isinstance(meeting.live.hear(ann, part), Accepted)
    answer = meeting.reply(ann, attempt=whole, sound=sound)[1]
    assert isinstance(answer, Accepted), answer


def test_it_goes_on_where_it_was_after_a_restart(meeting: Meeting, ann: str) -> None:
    sound = flac(4.0, 48_000)
    whole = spoken()
    parts = parts_of(whole.id, sound)
    meeting.live.hear(ann, parts[0])
    meeting.again()
    for part in parts[1:]:
        assert isinstance(meeting.live.hear(ann, part), Accepted)
    assert isinstance(meeting.reply(ann, attempt=whole, sound=sound)[1], Accepted)


def test_without_all_parts_the_reply_waits(meeting: Meeting, ann: str) -> None:
    from voice_trainer.coach.protocol import SayReply
    from voice_trainer.coach.sharing import shared_part
    from voice_trainer.session import SHARINGS

    whole = spoken(recording="a.flac")
    say = SayReply(
        id=id_of(), assignment_id=meeting.assignment(ann).id, attempt=shared_part(whole, SHARINGS), shared=SHARINGS
    )
    answer = meeting.live.hear(ann, say)
    assert isinstance(answer, Refused)
    assert answer.again
    for part in parts_of(whole.id, flac()):
        meeting.live.hear(ann, part)
    assert isinstance(meeting.live.hear(ann, say), Accepted)


@pytest.mark.parametrize("sound", [b"RIFF" + b"\0" * 5000, b"fLaC" + b"\0" * 5000, b"x", flac()[:-3000]])
def test_what_is_no_whole_flac_is_refused_and_removed(meeting: Meeting, ann: str, sound: bytes) -> None:
    answer = meeting.reply(ann, sound=sound)[1]
    assert isinstance(answer, Refused)
    assert not answer.again
    assert files(meeting) == []
    assert meeting.live.snapshot.replies == ()


def test_another_sum_than_it_has_is_refused(meeting: Meeting, ann: str) -> None:
    whole = spoken(recording="a.flac")
    for part in parts_of(whole.id, flac(), sha256="0" * 64):
        meeting.live.hear(ann, part)
    answer = meeting.reply(ann, attempt=whole, sound=flac(noise=0.2))[1]
    assert isinstance(answer, Accepted), "a new first part begins it anew"
    other = spoken(recording="a.flac")
    parts = parts_of(other.id, flac(), sha256="0" * 64)
    for part in parts:
        meeting.live.hear(ann, part)
    from voice_trainer.coach.protocol import SayReply
    from voice_trainer.coach.sharing import shared_part
    from voice_trainer.session import SHARINGS

    say = SayReply(
        id=id_of(), assignment_id=meeting.assignment(ann).id, attempt=shared_part(other, SHARINGS), shared=SHARINGS
    )
    answer = meeting.live.hear(ann, say)
    assert isinstance(answer, Refused)
    assert "checksum" in answer.why


def test_an_hour_of_silence_in_few_bytes_is_refused(meeting: Meeting, ann: str) -> None:
    """FLAC makes little of silence: what is bounded is what it unfolds to."""
    import io

    import numpy as np
    import soundfile

    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", samplerate=8000, channels=1, format="FLAC") as file:
        for _ in range(61):
            file.write(np.zeros(60 * 8000, np.int16))
    assert len(out.getvalue()) < 1 << 20
    answer = meeting.reply(ann, sound=out.getvalue())[1]
    assert isinstance(answer, Refused)
    assert "3660 s" in answer.why


def test_parts_that_do_not_fit_are_refused(meeting: Meeting, ann: str) -> None:
    parts = parts_of(spoken().id, flac(4.0, 48_000))
    short = msgspec.structs.replace(parts[0], data=b"x")
    beyond = msgspec.structs.replace(parts[0], index=9)
    assert isinstance(meeting.live.hear(ann, short), Refused)
    assert isinstance(meeting.live.hear(ann, beyond), Refused)
    meeting.live.hear(ann, parts[0])
    foreign = msgspec.structs.replace(parts[1], sha256="1" * 64)
    assert isinstance(meeting.live.hear(ann, foreign), Refused)


def test_few_recordings_of_one_person_are_on_their_way_at_once(meeting: Meeting, ann: str) -> None:
    answers = [meeting.live.hear(ann, parts_of(spoken().id, flac(4.0, 48_000))[0]) for _ in range(3)]
    assert [type(one) for one in answers] == [Accepted, Accepted, Refused]


def test_without_consent_not_even_a_part_is_kept(meeting: Meeting, ann: str) -> None:
    meeting.agree(ann, "scores")
    answer = meeting.live.hear(ann, parts_of(spoken().id, flac())[0])
    assert isinstance(answer, Refused)
    assert not answer.again
    assert files(meeting) == []
    (bo,) = meeting.come("Bo", share=None)
    assert isinstance(meeting.live.hear(bo, parts_of(spoken().id, flac())[0]), Refused)


def test_saying_no_drops_what_is_on_its_way(meeting: Meeting, ann: str) -> None:
    meeting.live.hear(ann, parts_of(spoken().id, flac(4.0, 48_000))[0])
    assert len(files(meeting)) == 1
    meeting.agree(ann, "scores")
    assert files(meeting) == []


def test_a_full_disk_loses_nothing(meeting: Meeting, ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> bool:
        raise DiskFull("The disk is full.")

    whole = spoken()
    sound = flac()
    monkeypatch.setattr(type(meeting.store.sessions), "add_entry", full)
    answer = meeting.reply(ann, attempt=whole, sound=sound)[1]
    assert isinstance(answer, Refused)
    assert answer.again
    assert len(files(meeting)) == 1, "what has come in stays, and nothing stands beside it"
    monkeypatch.undo()
    assert isinstance(meeting.reply(ann, attempt=whole, sound=sound)[1], Accepted)


def test_what_nobody_finishes_goes_after_a_day(meeting: Meeting, ann: str) -> None:
    import os
    import time

    meeting.live.hear(ann, parts_of(spoken().id, flac(4.0, 48_000))[0])
    (name,) = files(meeting)
    meeting.live.purge()
    assert files(meeting) == [name]
    day_ago = time.time() - 25 * 3600
    os.utime(meeting.recordings.folder / name, (day_ago, day_ago))
    meeting.live.purge()
    assert files(meeting) == []
