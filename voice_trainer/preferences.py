"""What a person chose once and expects to find again; a pure record, kept by ``config`` and handed to the screens."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

SHORTEST_AUTO_STOP_S = 3.0
"""Less silence than this cuts people off while they think."""
LONGEST_HELP_LINE = 200


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """The settings file, key by key.

    Attributes:
        person: who speaks where ``--person`` does not say; "" for nobody in particular.
        input_device, output_device: a device's name as ``voice-trainer devices`` prints it; None for the system's own.
        headphones: the user says that they wear them; only then is speaking over the prompt rated, since otherwise the
            microphone hears the prompt itself.
        whisper_model: which Whisper model transcribes, by its size (``tiny``, ``base``, ``small`` …) or its folder.
        language: that the trainee answers in, ISO 639-1.
        captions: show the speaker's words while they are heard.
        theme: light, dark, or as the terminal is.
        auto_stop_s: end a recording after this much silence, at least 3 s; None stops by hand only.
        threads: processor threads that each model may use, 1–64; None for one less than the machine has, at most 4
            (a second thread slows Whisper's decoder down where the machine has only two).
        breathing: offer the steps before answering: a breath, and a pause where an exercise is about slowing down.
        ask_pull: after a reply, ask what it pulled the trainee to do; the answer stays here.
        help_line: where to turn for help, in the user's or the coach's own words; "" for none.
        keep_days: forget what was practised longer ago than this many days, whenever the trainer is opened; None keeps
            everything.
    """

    person: str = ""
    input_device: str | None = None
    output_device: str | None = None
    headphones: bool = False
    whisper_model: Annotated[str, msgspec.Meta(min_length=1)] = "base"
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$", description="a language code such as en")] = "en"
    captions: bool = False
    theme: Literal["auto", "light", "dark"] = "auto"
    auto_stop_s: Annotated[float, msgspec.Meta(ge=SHORTEST_AUTO_STOP_S, le=60)] | None = None
    threads: Annotated[int, msgspec.Meta(ge=1, le=64)] | None = None
    breathing: bool = True
    ask_pull: bool = True
    help_line: Annotated[str, msgspec.Meta(max_length=LONGEST_HELP_LINE)] = ""
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] | None = None
