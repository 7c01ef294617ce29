"""What happened between two moments of a session, as lines for whoever has no screen. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .snapshot import PersonNow, ReplyNow, Snapshot

Line = dict[str, Any]


def happened(before: Snapshot | None, after: Snapshot) -> Iterator[Line]:
    """An object for each thing that is new in ``after``; the machine's view only of replies that were revealed."""
    known = {one.id: one for one in before.people} if before is not None else {}
    for person in after.people:
        yield from _of_person(known.get(person.id), person)
    if before is None or (before.step, before.round, before.phase) != (after.step, after.round, after.phase):
        yield from _of_plan(before, after)
    replies = {one.attempt_id: one for one in before.replies} if before is not None else {}
    for reply in reversed(after.replies):
        yield from _of_reply(replies.get(reply.attempt_id), reply)
    gone = set(replies) - {one.attempt_id for one in after.replies}
    yield from ({"event": "taken back", "attempt": one, "person": replies[one].person} for one in sorted(gone))
    tallies = {one.tally.id for one in before.tallies} if before is not None else set()
    for now in after.tallies:
        if now.tally.id not in tallies:
            tally = now.tally
            yield {"event": "tally", "observer": tally.observer, "attempt": tally.attempt_id, "counts": tally.counts}
    pins = {one.id for one in before.pins} if before is not None else set()
    for pin in after.pins:
        if pin.id not in pins:
            yield {
                "event": "pin",
                "author": pin.author,
                "attempt": pin.attempt_id,
                "at_s": pin.at_s,
                "note": pin.note,
            }


def _of_person(before: PersonNow | None, after: PersonNow) -> Iterator[Line]:
    if before is None:
        yield {"event": "joined", "person": after.name}
    if after.left:
        if before is None or not before.left:
            yield {"event": "left", "person": after.name}
        return
    if (before is not None and before.here) != after.here:
        yield {"event": "here" if after.here else "away", "person": after.name}
    if (before.consents if before is not None else ()) != after.consents or (
        after.asked and not (before and before.asked)
    ):
        yield {"event": "consents", "person": after.name, "given": after.consents}


def _of_plan(before: Snapshot | None, after: Snapshot) -> Iterator[Line]:
    if 0 <= after.step < len(after.plan) and (
        before is None or (before.step, before.round) != (after.step, after.round)
    ):
        yield {
            "event": "step",
            "step": after.step + 1,
            "title": after.plan[after.step].title,
            "round": after.round + 1,
            "rounds": after.rounds,
        }
    if (before.phase if before is not None else "waiting") != after.phase and after.phase != "practice":
        yield {"event": after.phase}


def _of_reply(before: ReplyNow | None, after: ReplyNow) -> Iterator[Line]:
    whose = {"person": after.person, "attempt": after.attempt_id}
    if before is None:
        yield {
            "event": "reply",
            **whose,
            "step": after.step + 1,
            "round": after.round + 1,
            "shared": after.shared,
            "duration_s": after.duration_s,
        }
    elif before.shared != after.shared:
        yield {"event": "taken back", **whose, "shared": after.shared}
    rated = (after.coach_wording, after.coach_voice)
    if after.rated and (before is None or rated != (before.coach_wording, before.coach_voice) or not before.rated):
        yield {"event": "rated", **whose, "wording": rated[0], "voice": rated[1], "blind": after.blind}
    if after.revealed and (before is None or not before.revealed):
        yield {
            "event": "revealed",
            **whose,
            "level": after.level,
            "wording": after.wording,
            "voice": after.voice,
            "outcome": after.outcome,
            "moves": after.moves,
        }
