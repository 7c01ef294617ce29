"""What each key of an exercise file is for, in a sentence; and the JSON Schema that editors check a file by.

The sentences stand as comments in a new file and as descriptions in the schema. Types, bounds and names come from the
records.
"""

from __future__ import annotations

from typing import Any, get_type_hints

import msgspec

from .exercise import NOT_WRITTEN, Exercise

SCHEMA_FILE = "exercise.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

KEYS: dict[str, dict[str, str]] = {
    "Exercise": {
        "id": "The same as the name of this file: lower-case words joined by hyphens.",
        "title": "As it stands in the library, short.",
        "context": "Where it happens.",
        "skill": "What is practised.",
        "attachment": "Whose pull the exercise works with: a pull, not a kind of person.",
        "difficulty": "1 (easy to hear) to 5 (it takes all you have).",
        "content_note": "What is heavy in it, shown before anything plays; the trainee may skip. Empty: nothing is.",
        "scene": "Where the trainee stands and what they did, shown before anything plays. Empty: the words say it.",
        "speaker": "Who is heard.",
        "turns": "What they say, one turn after the other; the exercise begins with the first.",
    },
    "Speaker": {
        "name": "What they are called.",
        "relation": 'Said from the trainee\'s side, such as "your partner".',
        "voice": 'Whose voice it is; "own" where you record it yourself.',
    },
    "Turn": {
        "id": "The turn's own name, which `next` leads to.",
        "text": "Word for word as it is said, hesitations and half-sentences too.",
        "audio": "The sound of it, from this file's folder.",
        "delivery": "How it is said.",
        "feelings": "What they feel, the strongest first; what the trainee names is compared with these.",
        "meaning": "What it is about for them, in one sentence: what they need, or fear.",
        "listen_for": "What can be heard in the voice, shown with the feedback.",
        "model_replies": "Ways of answering, at least one, with why each lands where it does.",
        "next": "Which turn follows when they were met, partly met, or missed; null ends the exercise.",
    },
    "Delivery": {
        "emotion": "What is in the voice.",
        "intensity": "1 (a little) to 3 (strongly).",
    },
    "ModelReply": {
        "level": "1 (misses them) to 5 (finds what was under the words); 3 says back what they said.",
        "text": "The reply, word for word.",
        "why": "What it does to the one who hears it, in one sentence.",
        "audio": "The sound of it, from this file's folder; left out where it is not spoken.",
    },
    "Next": {
        "attuned": "The turn that follows when they felt met.",
        "partly": "The turn that follows when they were partly met.",
        "missed": "The turn that follows when they were missed.",
    },
}


def exercise_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an exercise file.

    It holds the shape; that turns lead somewhere and sounds are there is for ``exercises check`` to tell.
    """
    _, parts = msgspec.json.schema_components((_as_written(),), ref_template="#/$defs/{name}")
    for name, keys in KEYS.items():
        part = parts[name]
        part.pop("description", None)  # the record's docstring is written for programmers
        part["properties"] = {key: _described(value, keys[key]) for key, value in part["properties"].items()}
    replies = parts["Turn"]["properties"]["model_replies"]
    replies.pop("default", None)
    replies["minItems"] = 1
    parts["Turn"]["required"].append("model_replies")
    exercise = parts.pop("Exercise")
    whole = {"$schema": DIALECT, "description": "An exercise of Voice Trainer.", **exercise, "$defs": parts}
    whole["title"] = "Voice Trainer exercise"
    return whole


def schema_text() -> str:
    """``exercise_schema`` as the file that it is kept in."""
    return msgspec.json.format(msgspec.json.encode(exercise_schema()), indent=2).decode() + "\n"


def _as_written() -> type[msgspec.Struct]:
    """``Exercise`` with those of its keys that stand in a file: a default that is a path has no place in a schema."""
    types = get_type_hints(Exercise, include_extras=True)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [
        (field.name, types[field.name])
        if field.default is msgspec.NODEFAULT
        else (field.name, types[field.name], field.default)
        for field in msgspec.structs.fields(Exercise)
        if field.name not in NOT_WRITTEN
    ]
    return msgspec.defstruct("Exercise", fields, kw_only=True, forbid_unknown_fields=True)


def _described(value: dict[str, Any], sentence: str) -> dict[str, Any]:
    described = {**value, "description": sentence}
    if "pattern" in described:  # Python's end of text is \Z, JavaScript's is $
        described["pattern"] = described["pattern"].replace(r"\Z", "$")
    return described
