"""The house keeps its shape: layers, and what an import may cost."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODELS_AND_DEVICES = ("onnxruntime", "faster_whisper", "ctranslate2", "sounddevice", "soundfile", "swift_f0", "librosa")
HEAVY = (*MODELS_AND_DEVICES, "numpy", "soxr", "sqlalchemy", "textual")
IMPURE = (*MODELS_AND_DEVICES, "sqlalchemy", "sqlite3", "alembic", "textual", "concurrent.futures", "asyncio")


def loaded_after(code: str) -> set[str]:
    """Modules in a fresh interpreter after ``code``."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import contextlib, io\nfrom voice_trainer.cli.app import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    assert run(['--help']) == 0\n"
    )
    assert not loaded_after(code) & set(HEAVY)


@pytest.mark.parametrize("room", ["speech", "listening"])
def test_pure_rooms_load_no_model_device_thread_or_database(room: str) -> None:
    code = (
        f"import importlib, pkgutil, voice_trainer.{room} as room\n"
        "for module in pkgutil.walk_packages(room.__path__, room.__name__ + '.'):\n"
        "    importlib.import_module(module.name)\n"
        "import threading\nassert threading.active_count() == 1\n"
    )
    assert not loaded_after(code) & set(IMPURE)


def test_layers_hold() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout
