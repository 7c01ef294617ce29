"""An xAPI 1.0.3 statement (github.com/adlnet/xAPI-Spec): who answered which turn, and how it was heard.

Nobody's mail address is needed or written: who practised is an account by name. Nothing is passed or failed, so the
statement says neither.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC
from typing import Any
from urllib.parse import quote

import msgspec

from .take import Take, clean

VERSION = "1.0.3"
URN = "urn:voice-trainer"
VERB = {"id": "http://adlnet.gov/expapi/verbs/attempted", "display": {"en-US": "attempted"}}
SIMULATION = "http://adlnet.gov/expapi/activities/simulation"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, f"{URN}:attempt")
NOBODY = "anonymous"
LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
LOWEST, HIGHEST = 1.0, 5.0
"""Levels of the wording (Carkhuff–Truax)."""


def render(take: Take) -> str:
    """One statement on one line. The same attempt gives the same id, so that sending it twice stores it once."""
    return msgspec.json.encode(statement(take)).decode() + "\n"


def statement(take: Take) -> dict[str, Any]:
    """The statement as mappings and lists; null stands nowhere outside extensions, as the specification asks."""
    attempt = take.attempt
    context: dict[str, Any] = {
        "platform": "Voice Trainer",
        "contextActivities": {"parent": [{"objectType": "Activity", "id": _activity(take)}]},
    }
    if LANGUAGE.match(attempt.scored.transcript.language):
        context["language"] = attempt.scored.transcript.language
    return {
        "id": str(uuid.uuid5(NAMESPACE, attempt.id)),
        "actor": _actor(take),
        "verb": VERB,
        "object": _object(take),
        "result": _result(take),
        "context": context,
        "timestamp": attempt.started_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "version": VERSION,
    }


def _actor(take: Take) -> dict[str, Any]:
    person = clean(take.attempt.person)
    actor: dict[str, Any] = {"objectType": "Agent", "account": {"homePage": f"{URN}:people", "name": person or NOBODY}}
    return actor | ({"name": person} if person else {})


def _object(take: Take) -> dict[str, Any]:
    definition: dict[str, Any] = {"type": SIMULATION}
    if take.title:
        definition["name"] = {"en": take.title}
    if take.prompt:
        definition["description"] = {"en": take.prompt}
    return {
        "objectType": "Activity",
        "id": f"{_activity(take)}:{quote(take.attempt.turn, safe='')}",
        "definition": definition,
    }


def _result(take: Take) -> dict[str, Any]:
    scored = take.attempt.scored
    result: dict[str, Any] = {
        "completion": True,
        "duration": f"PT{take.duration_ms / 1000:.3f}S",
        "extensions": _extensions(take),
    }
    if take.text:
        result["response"] = take.text
    if scored.attunement.wording is not None:
        result["score"] = _score(scored.attunement.wording)
    return result


def _score(wording: float) -> dict[str, float]:
    """Of the wording alone, since wording and voice are never averaged: raw the level, scaled its place from 1 to 5.

    ``scaled`` is therefore 0–1. The specification would let it begin at −1; but the lowest level is no less than
    nothing, and cmi5 and most readers take ``(raw − min) / (max − min)``, which is what this is.
    """
    raw = LOWEST + wording * (HIGHEST - LOWEST)
    return {"scaled": round(wording, 6), "raw": round(raw, 6), "min": LOWEST, "max": HIGHEST}


def _extensions(take: Take) -> dict[str, Any]:
    scored = take.attempt.scored
    return {
        f"{URN}:extension:attempt": take.attempt.id,
        f"{URN}:extension:wording": scored.attunement.wording,
        f"{URN}:extension:voice": scored.attunement.voice,
        f"{URN}:extension:level": scored.wording.level,
        f"{URN}:extension:behavior": scored.wording.behavior,
        f"{URN}:extension:moves": scored.wording.moves,
        f"{URN}:extension:dimensions": {one.name: one.level for one in scored.attunement.dimensions},
        f"{URN}:extension:not-rated": scored.not_rated,
        f"{URN}:extension:scoring-version": scored.attunement.scoring_version,
    }


def _activity(take: Take) -> str:
    return f"{URN}:exercise:{quote(take.attempt.exercise_id, safe='')}"
