"""The sounds of the exercises: what the manifest promises, measured on the files themselves.

Rendering needs the extra `voices`; none of this does.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from training.voices import manifest as manifests
from training.voices import opus
from training.voices.__main__ import main
from training.voices.clips import Clip, collect
from training.voices.errors import VoiceError
from training.voices.listen import speaker_medians_hz
from training.voices.settings import Mood, load_settings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = load_settings()
CLIPS = collect(ROOT, SETTINGS)

FIRST_OF = {(clip.voice, clip.mood): clip.path for clip in reversed(CLIPS)}
"""One sound of each voice in each mood: these are measured every time, all of them by `make soak`."""

SHORTEST_S, LONGEST_S = 1.0, 60.0
LOUDNESS_TOLERANCE_LU = 1.5
PEAK_DBFS = -1.0
BYTES_PER_SECOND = 4096
BUDGET_BYTES = 40_000_000


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the exercises and the demo that a test may spoil."""
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    shutil.copytree(ROOT / "voice_trainer" / "demo", tmp_path / "voice_trainer" / "demo")
    return tmp_path


def test_every_sound_is_the_one_its_exercise_asks_for() -> None:
    manifest = manifests.load(ROOT)
    assert manifests.drift(ROOT, CLIPS, SETTINGS, manifest) == {}
    assert manifests.orphans(ROOT, CLIPS, manifest) == []


@pytest.mark.parametrize(
    "clip",
    [pytest.param(c, id=c.path, marks=() if c.path in FIRST_OF.values() else pytest.mark.long) for c in CLIPS],
)
def test_a_clip_can_be_played_and_is_as_loud_as_it_should_be(clip: Clip) -> None:
    samples, rate = opus.read(ROOT / clip.path)
    seconds = len(samples) / rate
    assert SHORTEST_S <= seconds <= LONGEST_S
    assert seconds == pytest.approx(manifests.load(ROOT)[clip.path].seconds, abs=0.1)
    assert np.isfinite(samples).all()
    assert 20 * np.log10(np.abs(samples).max()) < PEAK_DBFS
    loudness = pyloudnorm.Meter(rate).integrated_loudness(samples)
    assert loudness == pytest.approx(SETTINGS.target_lufs(clip.mood), abs=LOUDNESS_TOLERANCE_LU)


def test_all_of_it_is_small() -> None:
    manifest = manifests.load(ROOT)
    sizes = {clip.path: (ROOT / clip.path).stat().st_size for clip in CLIPS}
    assert sum(sizes.values()) < BUDGET_BYTES
    assert sum(sizes.values()) / sum(manifest[path].seconds for path in sizes) < BYTES_PER_SECOND


def test_model_replies_have_a_voice_of_their_own() -> None:
    assert {clip.voice for clip in CLIPS if clip.is_prompt}.isdisjoint(
        {clip.voice for clip in CLIPS if not clip.is_prompt}
    )


EACH_VOICE = 6
"""Prompts of a voice that its pitch is heard from: a minute and more; all of them take three."""


@pytest.mark.long
def test_speakers_have_the_pitch_they_were_given() -> None:
    by_voice: dict[str, list[Clip]] = {}
    for clip in CLIPS:
        if clip.is_prompt:
            by_voice.setdefault(clip.voice, []).append(clip)
    prompts = [clip for clips in by_voice.values() for clip in clips[:EACH_VOICE]]
    medians = speaker_medians_hz(ROOT, prompts)
    assert len(medians) >= 6
    for name, f0_hz in medians.items():
        assert f0_hz == pytest.approx(SETTINGS.voice(name).f0_hz, rel=0.1), name


def test_check_tells_a_changed_text(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(project), "--check"]) == 0
    file = project / "exercises" / "cold-dinner.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("the lentil thing", "the noodle thing"), encoding="utf-8")
    assert main(["--root", str(project), "--check"]) == 1
    errors = capsys.readouterr().err
    assert "exercises/cold-dinner/start.opus was rendered from another text" in errors
    assert errors.count("\n") == 2  # that one clip, and what to do


def test_check_tells_a_changed_delivery(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "exercises" / "ruths-chair.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("intensity: 3", "intensity: 1"), encoding="utf-8")
    assert main(["--root", str(project), "--check"]) == 1
    assert "exercises/ruths-chair/start.opus was rendered from another" in capsys.readouterr().err


def test_check_tells_missing_altered_and_forgotten_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sounds = project / "exercises" / "cold-dinner"
    (sounds / "start.opus").unlink()
    shutil.copy(sounds / "waits.opus", sounds / "opens.opus")
    shutil.copy(sounds / "waits.opus", sounds / "left-over.opus")
    assert main(["--root", str(project), "--check"]) == 1
    errors = capsys.readouterr().err
    assert "cold-dinner/start.opus is missing" in errors
    assert "cold-dinner/opens.opus is not the file that was rendered" in errors
    assert "cold-dinner/left-over.opus is asked for by nothing" in errors


def test_an_unknown_exercise_or_folder_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "no-such-exercise"]) == 2
    assert "cold-dinner" in capsys.readouterr().err
    assert main(["--root", str(tmp_path), "--check"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_broken_exercise_is_one_sentence(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "exercises" / "ruths-chair.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("emotion: sad", "emotion: furious"), encoding="utf-8")
    assert main(["--root", str(project), "--check"]) == 2
    errors = capsys.readouterr().err
    assert "ruths-chair.yaml" in errors
    assert "furious" in errors
    assert errors.count("\n") == 1


def test_intensity_moves_a_delivery_away_from_neutral() -> None:
    levels = [SETTINGS.delivery(Mood("sad", intensity)).level_db for intensity in (1, 2, 3)]
    assert 0 > levels[0] > levels[1] > levels[2]
    with pytest.raises(VoiceError, match="furious"):
        SETTINGS.delivery(Mood("furious", 2))
    with pytest.raises(VoiceError, match="not 4"):
        SETTINGS.delivery(Mood("sad", 4))
