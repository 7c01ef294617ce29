"""What each sound file was made from, so that an unchanged clip is left alone and a changed one is noticed.

Encoders write different bytes for the same sound (a serial number, a date), so the manifest hashes what went in and
the samples before encoding, and the bytes of the one file that was written.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from training.voices.clips import Clip
from training.voices.settings import SAMPLE_RATE, VoiceSettings

RENDERER_VERSION = 1
"""Raised whenever the code makes another sound of the same settings."""

MANIFEST_FILE = "exercises/voices.json"


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rendered clip. The hashes are SHA-256, in hex."""

    inputs: str
    samples: str
    file: str
    seconds: float
    target_lufs: float


Manifest = dict[str, Entry]


def load(root: Path) -> Manifest:
    """The manifest of the project at `root`; empty when nothing was rendered yet."""
    path = root / MANIFEST_FILE
    return msgspec.json.decode(path.read_bytes(), type=Manifest) if path.exists() else {}


def save(root: Path, manifest: Manifest) -> None:
    """Write the manifest, sorted, one clip a block, so that a change reads well in a diff."""
    text = msgspec.json.format(msgspec.json.encode(dict(sorted(manifest.items()))), indent=1)
    (root / MANIFEST_FILE).write_bytes(text + b"\n")


def inputs_hash(clip: Clip, settings: VoiceSettings) -> str:
    """Hash of all that a clip's sound depends on."""
    delivery = settings.delivery(clip.mood)
    common = (settings.loudness_lufs, settings.peak_dbfs, settings.room_tone_dbfs, settings.pauses_s, SAMPLE_RATE)
    parts = (RENDERER_VERSION, clip.text, clip.voice, settings.voice(clip.voice), delivery, common)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def samples_hash(samples: npt.NDArray[np.float64]) -> str:
    """Hash of the samples at 16 bits: finer differences are no other sound."""
    return hashlib.sha256(np.round(samples * 32767).astype("<i2").tobytes()).hexdigest()


def file_hash(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entry_of(root: Path, clip: Clip, settings: VoiceSettings, samples: npt.NDArray[np.float64]) -> Entry:
    """The record of a clip that was just rendered and written."""
    return Entry(
        inputs=inputs_hash(clip, settings),
        samples=samples_hash(samples),
        file=file_hash(root / clip.path),
        seconds=round(len(samples) / SAMPLE_RATE, 2),
        target_lufs=round(settings.target_lufs(clip.mood), 2),
    )


def is_intact(root: Path, path: str, entry: Entry | None) -> bool:
    """Whether the sound file is there, byte for byte as it was written."""
    return entry is not None and (root / path).exists() and entry.file == file_hash(root / path)


def drift(root: Path, clips: list[Clip], settings: VoiceSettings, manifest: Manifest) -> dict[str, str]:
    """Path → what is wrong, for every clip that is missing, stale or altered, and every file that nothing asks for."""
    found = {}
    for clip in clips:
        entry = manifest.get(clip.path)
        if entry is None:
            found[clip.path] = "was never rendered"
        elif not (root / clip.path).exists():
            found[clip.path] = "is missing"
        elif entry.inputs != inputs_hash(clip, settings):
            found[clip.path] = "was rendered from another text, voice or delivery"
        elif not is_intact(root, clip.path, entry):
            found[clip.path] = "is not the file that was rendered"
    return found


def orphans(root: Path, clips: list[Clip], manifest: Manifest) -> list[str]:
    """Paths of sounds, recorded or lying among the exercises, that no clip asks for."""
    wanted = {clip.path for clip in clips}
    lying = {path.relative_to(root).as_posix() for path in (root / "exercises").glob("*/*.opus")}
    return sorted((lying | manifest.keys()) - wanted)
