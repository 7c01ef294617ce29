"""Where things are kept and what was chosen: the only reader and writer of settings, environment and folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from .errors import SettingsInvalid
from .preferences import Preferences
from .private_files import write_whole

HOME_VARIABLE = "VOICE_TRAINER_HOME"
STORE_VARIABLE = "VOICE_TRAINER_STORE"
APPLICATION = "voice-trainer"
SETTINGS_FILE = "settings.toml"
LONGEST_SHOWN = 200
DATABASE_FILE = "practice.sqlite3"


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """Where things are kept; none of these folders need exist yet.

    Attributes:
        settings: holds ``settings.toml``. data: holds the store and the recordings.
        recordings: one file a reply. models: fetched models. exercises_own: the user's own exercises.
        cache: what can be made anew at any time.
        store_url: of the database, in SQLAlchemy's form; may carry a password, so it is never printed whole.
    """

    settings: Path
    data: Path
    recordings: Path
    models: Path
    exercises_own: Path
    cache: Path
    store_url: str

    @property
    def settings_file(self) -> Path:
        return self.settings / SETTINGS_FILE


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All that the command line hands on."""

    preferences: Preferences
    folders: Folders


def load(environment: Mapping[str, str] | None = None) -> Config:
    """Read the environment and the settings file; no settings file means the defaults. Creates nothing.

    Args:
        environment: in place of the process's own.

    Raises:
        SettingsInvalid: a file or a variable that can't be used; every fault of the file, a line each.
    """
    folders = find_folders(environment)
    return Config(preferences=_read(folders.settings_file), folders=folders)


def save(preferences: Preferences, environment: Mapping[str, str] | None = None) -> None:
    """Write the settings file, whole or not at all, readable by its owner only. Comments in it are not kept.

    Raises:
        SettingsInvalid: a value out of its range, or no folder to write in.
        StoreUnwritable: the folder or the file can't be written.
        DiskFull: no space left.
    """
    import tomli_w

    file = find_folders(environment).settings_file
    values = {key: value for key, value in msgspec.to_builtins(preferences).items() if value is not None}
    _check(values, file)
    write_whole(file, tomli_w.dumps(values).encode())


def find_folders(environment: Mapping[str, str] | None = None) -> Folders:
    """The folders for ``environment``: all under ``VOICE_TRAINER_HOME`` where it is set, else the platform's own.

    Raises:
        SettingsInvalid: a variable that can't be used, or no home folder to go by.
    """
    environment = os.environ if environment is None else environment
    home = environment.get(HOME_VARIABLE, "").strip()
    settings, data, cache = _under(home) if home else _platform()
    return Folders(
        settings=settings,
        data=data,
        recordings=data / "recordings",
        models=data / "models",
        exercises_own=data / "exercises",
        cache=cache,
        store_url=_store_url(environment.get(STORE_VARIABLE, "").strip(), data),
    )


def _under(home: str) -> tuple[Path, Path, Path]:
    try:
        folder = Path(home).expanduser().absolute()
        is_file = folder.exists() and not folder.is_dir()
    except RuntimeError as error:
        raise SettingsInvalid(f"{HOME_VARIABLE} is {home}, which can't be found; give a folder's full path.") from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        shown = home if len(home) <= LONGEST_SHOWN else f"{home[:LONGEST_SHOWN]}…"
        raise SettingsInvalid(
            f"{HOME_VARIABLE} is {shown}, which can't be reached ({why}); give the full path of a folder of yours."
        ) from error
    if is_file:
        raise SettingsInvalid(f"{HOME_VARIABLE} is {folder}, which is a file; give a folder.")
    return folder, folder, folder / "cache"


def _platform() -> tuple[Path, Path, Path]:
    from platformdirs import PlatformDirs

    folders = PlatformDirs(APPLICATION, appauthor=False)
    nowhere = f"This user has no home folder; set {HOME_VARIABLE} to a folder to keep practice in."
    try:
        found = (folders.user_config_path, folders.user_data_path, folders.user_cache_path)
    except RuntimeError as error:
        raise SettingsInvalid(nowhere) from error
    if not all(path.is_absolute() for path in found):  # older platformdirs leave "~" standing
        raise SettingsInvalid(nowhere)
    return found


def _store_url(given: str, data: Path) -> str:
    if not given:
        return f"sqlite:///{data / DATABASE_FILE}"
    scheme = given.partition("://")[0]
    if "://" not in given or scheme.partition("+")[0] not in ("sqlite", "postgresql", "postgres"):
        raise SettingsInvalid(
            f"{STORE_VARIABLE} must be a database's URL, such as sqlite:////full/path.sqlite3 or "
            f"postgresql://name@host/database; it begins with {scheme[:20]!r}."
        )
    return given


def _read(file: Path) -> Preferences:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Preferences()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SettingsInvalid(
            f"The settings file {file} can't be read ({why}); make it readable, or remove it."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsInvalid(
            f"The settings file {file} is not text in UTF-8 (byte {error.start}); correct it, or remove it to start "
            f"from the defaults."
        ) from error
    import tomllib

    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # tomllib lets a number of many digits, and deep brackets, through
        told = isinstance(error, tomllib.TOMLDecodeError)
        reason = str(error) if told else "a number is too long, or brackets are too many"
        raise SettingsInvalid(
            f"The settings file {file} is not TOML: {reason}; correct it, or remove it to start from the defaults."
        ) from error
    _check(values, file)
    return msgspec.convert(values, Preferences)


def _check(values: dict[str, object], file: Path) -> None:
    from .shape import key_name, misfits

    faults = [f"{key_name(misfit.path)}: {misfit.text}" for misfit in misfits(values, Preferences)]
    if faults:
        raise SettingsInvalid("\n".join(f"The settings file {file}: {fault}" for fault in faults))
