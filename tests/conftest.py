"""Fixtures for what tests share: the Whisper model, installed once, and the folder of recordings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """A folder of models with the embedded one in it: VOICE_TRAINER_TEST_MODELS, or .cache/models of the checkout."""
    from voice_trainer.engines import models
    from voice_trainer.errors import ModelMissing

    folder = Path(os.environ.get("VOICE_TRAINER_TEST_MODELS") or REPO / ".cache" / "models")
    try:
        models.install_embedded(folder)
    except ModelMissing as error:
        pytest.skip(str(error))
    return folder


@pytest.fixture(scope="session")
def whisper_folder(models_folder: Path) -> Path:
    """The embedded Whisper model, verified."""
    return models_folder / "whisper-base"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of recordings and texts: VOICE_TRAINER_DATA, or shared/data beside the checkout."""
    folder = Path(os.environ.get("VOICE_TRAINER_DATA") or REPO.parent / "shared" / "data")
    if not (folder / "audio").is_dir():
        pytest.skip("needs the folder of recordings: set VOICE_TRAINER_DATA")
    return folder
