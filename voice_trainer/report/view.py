"""What the templates show of one reply: plain values, each text cleaned, nothing left to work out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..attempt import Attempt, Dimension, Evidence, Point
from ..listening.dimensions import VOICE_DIMENSIONS, WORDING_DIMENSIONS
from ..vocabulary import DIMENSIONS, KIND_MARKS, MEASURES, SKILLS, clock, level_of, level_word, move_word
from .content import Reply, Sound, spoken_sound
from .pictures import Picture, drawn_lines, portrait
from .series import Limits, limits
from .words import clean, day, marks, sentence, short_day


@dataclass(frozen=True, kw_only=True)
class Said:
    """A word, when it was said, and its place among all words of the reply."""

    text: str
    at: int
    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A move: ``kind`` is nearer, asks, away or beside; ``sign`` its mark."""

    kind: str
    sign: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence with its words and what it does."""

    words: tuple[Said, ...]
    marks: tuple[Mark, ...]
    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The trainee's own words; ``start_s`` None where they have no time."""

    text: str
    start_s: float | None


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A dimension; ``level`` 1–5 or None."""

    name: str
    label: str
    level: int | None
    word: str
    reason: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Side:
    """The words, or the voice: the whole, and what was looked at."""

    title: str
    level: int | None
    word: str
    rows: tuple[Looked, ...]


@dataclass(frozen=True, kw_only=True)
class Told:
    """A strength or a next step."""

    text: str
    quote: Quote | None


@dataclass(frozen=True, kw_only=True)
class Measured:
    label: str
    own: str
    theirs: str
    use: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Modelled:
    """One way of answering."""

    text: str
    why: str
    word: str
    sound: Sound


@dataclass(frozen=True, kw_only=True)
class Heading:
    """Who was answered, in what."""

    title: str
    speaker: str
    relation: str
    skill: str
    prompt: str
    feelings: tuple[str, ...]
    meaning: str
    sound: Sound


@dataclass(frozen=True, kw_only=True)
class ReplyView:
    """One reply. ``name`` begins every id of it; ``lines`` and ``them`` are empty where the page is of many."""

    name: str
    attempt_id: str
    when: str
    when_short: str
    when_iso: str
    person: str
    heading: Heading
    sound: Sound
    duration_s: float
    said: tuple[Line, ...]
    edited_from: str
    strength: Told | None
    next_step: Told | None
    sides: tuple[Side, Side]
    notes: tuple[str, ...]
    not_rated: tuple[tuple[str, str], ...]
    measures: tuple[Measured, ...]
    models: tuple[Modelled, ...]
    lines: tuple[Picture, ...]
    you: Picture
    them: Picture | None
    heard: tuple[str, ...]
    scored_by: str


def view(reply: Reply, *, name: str, within: Limits | None = None, whole: bool = True) -> ReplyView:
    """Show one reply.

    Args:
        name: begins its ids. within: the axes, where the page shows several replies.
        whole: with lines of time, the speaker's portrait and the model replies.
    """
    attempt, scored = reply.attempt, reply.attempt.scored
    duration_s = reply.sound.duration_s or scored.voice.duration_s
    both = within or limits((scored.curves, scored.prompt_curves))
    heading = heading_of(reply)
    words, sentences = scored.transcript.words, scored.wording.sentences
    their_s = scored.prompt_voice.duration_s if scored.prompt_voice else both.longest_s
    return ReplyView(
        name=name,
        attempt_id=attempt.id,
        when=day(attempt.started_at),
        when_short=short_day(attempt.started_at),
        when_iso=attempt.started_at.isoformat(timespec="seconds"),
        person=clean(attempt.person),
        heading=heading,
        sound=reply.sound,
        duration_s=duration_s,
        said=_said(attempt),
        edited_from=clean(scored.transcript.edited_from or ""),
        strength=_told(scored.feedback.strength),
        next_step=_told(scored.feedback.next_step),
        sides=sides(attempt),
        notes=tuple(sentence(note) for note in scored.feedback.notes),
        not_rated=_not_rated(attempt),
        measures=_measures(attempt),
        models=_models(reply) if whole else (),
        lines=drawn_lines(scored.curves, words, sentences, duration_s, both, name=name) if whole else (),
        you=portrait(scored.curves, both, who="You", role="you", duration_s=duration_s, name=f"{name}-you"),
        them=portrait(
            scored.prompt_curves, both, who=heading.speaker, role="them", duration_s=their_s, name=f"{name}-them"
        )
        if whole and scored.prompt_curves is not None
        else None,
        heard=tuple(clean(feeling) for feeling in attempt.heard),
        scored_by=scored_by(attempt),
    )


def heading_of(reply: Reply) -> Heading:
    """Who was answered; the bare id where the exercise is no longer there."""
    exercise, turn = reply.exercise, reply.turn
    if exercise is None:
        nothing = Sound(uri=None)
        return Heading(
            title=clean(reply.attempt.exercise_id),
            speaker="the speaker",
            relation="",
            skill="",
            prompt="",
            feelings=(),
            meaning="",
            sound=nothing,
        )
    return Heading(
        title=clean(exercise.title),
        speaker=clean(exercise.speaker.name),
        relation=clean(exercise.speaker.relation),
        skill=SKILLS.get(exercise.skill, exercise.skill),
        prompt=clean(turn.text) if turn else "",
        feelings=tuple(clean(feeling) for feeling in turn.feelings) if turn else (),
        meaning=clean(turn.meaning) if turn else "",
        sound=spoken_sound(exercise, turn) if turn else Sound(uri=None),
    )


def scored_by(attempt: Attempt) -> str:
    """Which formulas and which model; replies are compared with their like."""
    model = clean(attempt.scored.wording.model_version) or "none"
    return f"scoring {clean(attempt.scored.attunement.scoring_version)}, listening model {model}"


def sides(attempt: Attempt) -> tuple[Side, Side]:
    """The words and the voice."""
    attunement = attempt.scored.attunement
    return (
        _side("The words", "wording", attunement.wording, attunement.dimensions, WORDING_DIMENSIONS),
        _side("The voice", "voice", attunement.voice, attunement.dimensions, VOICE_DIMENSIONS),
    )


def _side(title: str, whole: str, score: float | None, dimensions: Sequence[Dimension], order: Sequence[str]) -> Side:
    found: dict[str, Dimension] = {dimension.name: dimension for dimension in dimensions}
    level = level_of(score)
    rows = tuple(
        Looked(
            name=one.name,
            label=DIMENSIONS[one.name],
            level=one.level,
            word=level_word(one.level, one.name),
            reason=sentence(one.reason),
            quotes=tuple(_quote(evidence) for evidence in one.evidence),
        )
        for one in (found[name] for name in order if name in found)
    )
    return Side(title=title, level=level, word=level_word(level, whole), rows=rows)


def _quote(evidence: Evidence) -> Quote:
    return Quote(text=clean(evidence.text), start_s=evidence.start_s)


def _told(point: Point | None) -> Told | None:
    if point is None:
        return None
    evidence = point.evidence
    shown = evidence is not None and evidence.text.rstrip(".!?…,") not in point.text
    return Told(text=clean(point.text), quote=_quote(evidence) if evidence is not None and shown else None)


def _said(attempt: Attempt) -> tuple[Line, ...]:
    """The words by sentence: each word goes to the sentence in whose time it begins."""
    words = [
        Said(text=clean(word.text), at=at, start_s=word.start_s, end_s=word.end_s)
        for at, word in enumerate(attempt.scored.transcript.words)
    ]
    sentences = attempt.scored.wording.sentences
    if not words:
        return ()
    if not sentences:
        return (Line(words=tuple(words), marks=(), start_s=words[0].start_s, end_s=words[-1].end_s),)
    found = []
    for at, one in enumerate(sentences):
        until = sentences[at + 1].start_s if at + 1 < len(sentences) else float("inf")
        since = one.start_s if at else float("-inf")
        mine = tuple(word for word in words if since <= word.start_s < until)
        found.append(
            Line(
                words=mine,
                marks=tuple(Mark(kind=kind, sign=KIND_MARKS[kind], text=text) for kind, text in marks(one)),
                start_s=one.start_s,
                end_s=one.end_s,
            )
        )
    return tuple(line for line in found if line.words)


def _not_rated(attempt: Attempt) -> tuple[tuple[str, str], ...]:
    """(what, why): all that stands nowhere else on the page, what shares a reason together."""
    scored = attempt.scored
    reasons = {**scored.wording.not_rated, **scored.not_rated}
    for shown in (*DIMENSIONS, *(measure for measure, *_ in MEASURES)):
        reasons.pop(shown, None)
    together: dict[str, list[str]] = {}
    for what, why in reasons.items():
        together.setdefault(sentence(why), []).append(move_word(what))
    return tuple((", ".join(whats), why) for why, whats in together.items())


def _measures(attempt: Attempt) -> tuple[Measured, ...]:
    own, theirs = attempt.scored.voice, attempt.scored.prompt_voice
    found = []
    for measure, label, form, use in MEASURES:
        value, other = getattr(own, measure), getattr(theirs, measure, None)
        found.append(
            Measured(
                label=label,
                own="not rated" if value is None else form.format(value).replace("-", "−"),
                theirs="–" if other is None else form.format(other).replace("-", "−"),
                use=use,
                why="" if value is not None else sentence(own.not_rated.get(measure, "could not be measured")),
            )
        )
    return tuple(found)


def _models(reply: Reply) -> tuple[Modelled, ...]:
    exercise, turn = reply.exercise, reply.turn
    if exercise is None or turn is None:
        return ()
    return tuple(
        Modelled(
            text=clean(model.text),
            why=clean(model.why),
            word=level_word(model.level, "wording"),
            sound=spoken_sound(exercise, model),
        )
        for model in turn.model_replies
    )


__all__ = ["ReplyView", "clock", "heading_of", "scored_by", "sides", "view"]
