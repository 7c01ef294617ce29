"""The composition root: what each verb needs, put together when it first asks for it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from ..config import Config
    from ..engines.base import Listener, PitchTracker, Sound, Transcriber, VoiceActivity
    from ..exercise import Library
    from ..practice import Practice
    from ..preferences import Preferences
    from ..scoring import Engines
    from ..store import Store
    from ..store.recordings import Recordings


MOST_THREADS = 4
"""More than this, and Whisper's threads wait for each other."""


@dataclass
class Context:
    """One run of the program; every part is made once, at its first use."""

    person: str | None = None

    @cached_property
    def config(self) -> Config:
        from ..config import load

        return load()

    @property
    def preferences(self) -> Preferences:
        """As saved, with ``--person`` over it."""
        saved = self.config.preferences
        return saved if self.person is None else msgspec.structs.replace(saved, person=self.person)

    @property
    def threads(self) -> int:
        """Processor threads for each model."""
        return self.preferences.threads or max(1, min(MOST_THREADS, (os.cpu_count() or 1) - 1))

    @cached_property
    def library(self) -> Library:
        from ..exercise import library_folder, load_library

        return load_library(library_folder(), self.config.folders.exercises_own, cache=self.config.folders.cache)

    @cached_property
    def store(self) -> Store:
        from ..store import open_store

        return open_store(self.config.folders.store_url)

    @cached_property
    def recordings(self) -> Recordings:
        from ..store.recordings import Recordings

        return Recordings(self.config.folders.recordings)

    @cached_property
    def sound(self) -> Sound:
        from ..engines.sound import PortAudioSound

        return PortAudioSound()

    @cached_property
    def voice_activity(self) -> VoiceActivity:
        from ..engines.vad import SileroVoiceActivity

        return SileroVoiceActivity()

    @cached_property
    def pitch(self) -> PitchTracker:
        from ..engines.pitch import SwiftPitch

        return SwiftPitch()

    @cached_property
    def listener(self) -> Listener:
        from ..engines.listener import OnnxListener

        return OnnxListener(threads=self.threads)

    @cached_property
    def transcriber(self) -> Transcriber:
        from ..engines.whisper import WhisperTranscriber

        preferences = self.preferences
        return WhisperTranscriber(
            self.config.folders.models,
            model_name=preferences.whisper_model,
            language=preferences.language,
            threads=self.threads,
        )

    @cached_property
    def engines(self) -> Engines:
        from ..scoring import Engines

        return Engines(
            voice_activity=self.voice_activity,
            transcriber=self.transcriber,
            pitch=self.pitch,
            listener=self.listener,
        )

    @cached_property
    def practice(self) -> Practice:
        from ..practice import Practice

        folders = self.config.folders
        return Practice(
            engines=self.engines,
            sound=self.sound,
            store=self.store,
            recordings=self.recordings,
            library=self.library,
            preferences=self.preferences,
            save=self._save,
            folders={
                "Settings": str(folders.settings_file),
                "Practice": str(folders.data),
                "Recordings": str(folders.recordings),
                "Models": str(folders.models),
                "Your own exercises": str(folders.exercises_own),
            },
        )

    def _save(self, preferences: Preferences) -> None:
        """Save what was chosen; a name that ``--person`` gave for this run only stays out of it."""
        from ..config import save

        if preferences.person == self.person:
            preferences = msgspec.structs.replace(preferences, person=self.config.preferences.person)
        save(preferences)
