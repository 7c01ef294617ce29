"""A debrief as xAPI 1.0.3: one array with a statement a reply, each registered with the session.

The statements are those of single replies (``xapi_statement``), so that sending both stores each reply once. What was
not shared stands in none of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from ..debrief import Debrief, ReplyPart
from .take import Take, clean
from .xapi_statement import URN, statement

SESSIONS = uuid.uuid5(uuid.NAMESPACE_URL, f"{URN}:session")
MEETING = "http://adlnet.gov/expapi/activities/meeting"


def render(debrief: Debrief, takes: Mapping[str, Take]) -> str:
    """``takes``: by attempt; a reply without one is left out."""
    statements = [
        _statement(debrief, reply, takes[reply.attempt_id])
        for part in debrief.people
        for reply in part.replies
        if reply.attempt_id in takes
    ]
    return msgspec.json.encode(statements).decode() + "\n"


def _statement(debrief: Debrief, reply: ReplyPart, take: Take) -> dict[str, Any]:
    made = statement(take)
    context = made["context"]
    context["registration"] = str(uuid.uuid5(SESSIONS, debrief.session_id))
    context["instructor"] = {
        "objectType": "Agent",
        "account": {"homePage": f"{URN}:people", "name": clean(debrief.coach)},
        "name": clean(debrief.coach),
    }
    meeting: dict[str, Any] = {
        "objectType": "Activity",
        "id": f"{URN}:session:{debrief.session_id}",
        "definition": {"type": MEETING, "name": {"en": clean(debrief.title)}},
    }
    context["contextActivities"]["grouping"] = [meeting]
    rating = next((one for one in reversed(reply.ratings) if one.role == "coach"), None)
    if rating is not None:
        made["result"]["extensions"][f"{URN}:extension:coach-rating"] = {
            "wording": rating.wording,
            "voice": rating.voice,
            "blind": rating.blind,
        }
    return made
