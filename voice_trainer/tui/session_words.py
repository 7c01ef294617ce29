"""What is said about practising together: short, warm, plain. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ..coach.drills import CALLED
from ..coach.protocol import Doing, PlanLine
from ..coach.snapshot import PersonNow, ReplyNow, Snapshot
from ..debrief import Coefficient, Pairing
from ..session import DrillKind, Role, Sharing
from .words import clock

SHARED_WORDS: dict[Sharing, str] = {"scores": "scores", "transcript": "words", "recording": "sound"}
SHARED_ABOUT: dict[Sharing, str] = {
    "scores": "How your replies were rated, in words and in voice, and which moves were heard. Not what you said.",
    "transcript": "The words of your replies, as they were understood.",
    "recording": "The sound of your replies: your voice, as you said it.",
}
DOING_WORDS: dict[Doing, str] = {
    "ready": "ready",
    "listening": "listening",
    "answering": "speaking",
    "scoring": "listens back",
    "away": "away",
}
ROLE_WORDS: dict[Role, str] = {"speaker": "speaks", "listener": "listens", "observer": "observes"}
DRILL_CHOICES: tuple[DrillKind | None, ...] = (None, *CALLED)


def drill_word(drill: DrillKind | None) -> str:
    return "together" if drill is None else CALLED[drill]


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"; "" for none."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def things(shared: Sequence[Sharing]) -> str:
    """ "scores and words"; "nothing" for none."""
    return listed([SHARED_WORDS[one] for one in shared]) or "nothing"


def minutes_word(minutes: float) -> str:
    return f"{minutes:g} min"


def days_word(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def count(number: int, one: str, more: str = "") -> str:
    """ "1 reply", "3 replies"."""
    return f"{number} {one if number == 1 else more or one + 's'}"


def time_left(remaining_s: float | None) -> tuple[str, bool]:
    """What the timer shows, and whether the time is over."""
    if remaining_s is None:
        return "no time set", False
    if remaining_s < 0:
        return f"{clock(-remaining_s)} over", True
    return f"{clock(remaining_s)} left", False


def step_line(plan: Sequence[PlanLine], step: int) -> str:
    """ "2 of 5  The dinner that got cold  ·  Threes"."""
    if not 0 <= step < len(plan):
        return f"{count(len(plan), 'step')} planned, none begun"
    line = plan[step]
    drill = f"  ·  {drill_word(line.drill)}" if line.drill is not None else ""
    return f"{step + 1} of {len(plan)}  {line.title}{drill}"


def place_in_queue(snapshot: Snapshot, person: PersonNow) -> str:
    """ "▶" for whose turn it is, "1" for the next; "·" for those who are not waiting for a turn."""
    if snapshot.up == person.id:
        return "▶"
    if person.id in snapshot.queue:
        at = snapshot.queue.index(person.id) + 1
        return str(at) if at < 10 else "+"
    return "·"


def person_state(person: PersonNow) -> str:
    """What one line of the roster says somebody is at."""
    if person.left:
        return "left"
    if not person.here:
        return "away"
    if person.assignment is not None and person.assignment.done and person.doing == "ready":
        return "done ✓"
    return DOING_WORDS[person.doing]


def in_turn(snapshot: Snapshot) -> tuple[PersonNow, ...]:
    """Whose turn it is first, then the queue, then the others, and who left last; each as they joined."""
    order = {person_id: at for at, person_id in enumerate((snapshot.up, *snapshot.queue), start=1)}

    def key(person: PersonNow) -> tuple[bool, int]:
        return person.left, order.get(person.id, len(order) + 1)

    return tuple(sorted(snapshot.people, key=key))


def coach_marks(reply: ReplyNow) -> str:
    """ "you 4 · 3": wording, then voice; a dash where they could not say."""
    return f"{reply.coach_wording or '–'} · {reply.coach_voice or '–'}"


def coefficient_words(name: str, found: Coefficient) -> str:
    """ "κ 0.61 (0.32 to 0.84)", or why there is none."""
    if found.value is None:
        return f"{name} –: {found.why}" if found.why else f"{name} –"
    if found.low is None or found.high is None:
        return f"{name} {found.value:.2f}"
    return f"{name} {found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def pairing_words(pairing: Pairing) -> str:
    """ "12 replies: 7 alike, 11 within one level"."""
    if not pairing.pairs:
        return "no reply was rated by both"
    return f"{count(pairing.pairs, 'reply', 'replies')}: {pairing.same} alike, {pairing.within_one} within one level"
