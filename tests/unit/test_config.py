"""Settings, environment and folders: what is read, what is written, and one sentence for what can't be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voice_trainer import config
from voice_trainer.errors import DiskFull, SettingsInvalid, StoreUnwritable
from voice_trainer.preferences import Preferences

NOBODY = 65534


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return {"VOICE_TRAINER_HOME": str(home)}


def written(environment: dict[str, str], text: str | bytes) -> Path:
    file = config.find_folders(environment).settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_without_a_file_there_are_defaults_and_nothing_is_created(home: Path, environment: dict[str, str]) -> None:
    loaded = config.load(environment)
    assert loaded.preferences == Preferences()
    assert not home.exists()


def test_one_variable_puts_everything_under_one_folder(home: Path, environment: dict[str, str]) -> None:
    folders = config.load(environment).folders
    inside = (folders.settings, folders.data, folders.recordings, folders.models, folders.exercises_own, folders.cache)
    assert all(path == home or home in path.parents for path in inside)
    assert folders.store_url == f"sqlite:///{home / 'practice.sqlite3'}"


def test_without_it_the_platform_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    folders = config.find_folders({})
    assert all(tmp_path in path.parents for path in (folders.settings, folders.data, folders.cache))


def test_a_relative_home_and_a_tilde_become_full_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert config.find_folders({"VOICE_TRAINER_HOME": "practice"}).data == tmp_path / "practice"
    assert config.find_folders({"VOICE_TRAINER_HOME": "~/practice"}).data == tmp_path / "me" / "practice"
    assert config.find_folders({"VOICE_TRAINER_HOME": " "}) == config.find_folders({})


def test_another_store_is_taken_from_the_environment(environment: dict[str, str]) -> None:
    url = "postgresql://ana@example.org/practice"
    assert config.find_folders({**environment, "VOICE_TRAINER_STORE": url}).store_url == url


@pytest.mark.parametrize("url", ["practice.sqlite3", "mysql://ana:secret@example.org/x", "://", "http://example.org"])
def test_a_store_that_is_none_is_told_without_its_password(environment: dict[str, str], url: str) -> None:
    with pytest.raises(SettingsInvalid, match="VOICE_TRAINER_STORE must be a database's URL") as told:
        config.load({**environment, "VOICE_TRAINER_STORE": url})
    assert "secret" not in str(told.value)


def test_a_home_that_is_a_file_is_told(home: Path, environment: dict[str, str]) -> None:
    home.write_text("in the way")
    with pytest.raises(SettingsInvalid, match=r"VOICE_TRAINER_HOME is .*home, which is a file; give a folder"):
        config.load(environment)


def test_no_home_folder_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> None:
        raise KeyError("no such user")

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(SettingsInvalid, match=r"This user has no home folder; set VOICE_TRAINER_HOME to a folder"):
        config.load({})
    with pytest.raises(SettingsInvalid, match=r"VOICE_TRAINER_HOME is ~/practice, which can't be found"):
        config.load({"VOICE_TRAINER_HOME": "~/practice"})


def test_what_is_saved_is_loaded_and_only_its_owner_may_read_it(home: Path, environment: dict[str, str]) -> None:
    chosen = Preferences(person="Ana", input_device='The "blue" one', headphones=True, auto_stop_s=4, threads=1)
    config.save(chosen, environment)
    assert config.load(environment).preferences == chosen
    file = home / "settings.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    config.save(Preferences(), environment)
    assert config.load(environment).preferences == Preferences()
    assert [each.name for each in home.iterdir()] == ["settings.toml"]  # nothing half written is left


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(person=names, device=names | st.none(), auto_stop_s=st.floats(3, 60) | st.none(), threads=st.integers(1, 64))
def test_any_name_survives_the_file(
    environment: dict[str, str], person: str, device: str | None, auto_stop_s: float | None, threads: int
) -> None:
    chosen = Preferences(person=person, output_device=device, auto_stop_s=auto_stop_s, threads=threads)
    config.save(chosen, environment)
    assert config.load(environment).preferences == chosen


def test_comments_and_whole_numbers_are_understood(environment: dict[str, str]) -> None:
    written(environment, "# mine\ntheme = 'dark'  # easier at night\nauto_stop_s = 5\n")
    preferences = config.load(environment).preferences
    assert (preferences.theme, preferences.auto_stop_s) == ("dark", 5.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("headphone = true", 'headphone: unknown key; did you mean "headphones"?'),
        ("volume = 3", "volume: unknown key; known here: person, input_device"),
        ("threads = 'two'", 'threads: is "two", but needs a whole number from 1 to 64'),
        ("threads = 0", "threads: is 0, but needs a whole number from 1 to 64"),
        ("threads = true", "threads: is true, but needs a whole number"),
        ("auto_stop_s = 1.5", "auto_stop_s: is 1.5, but needs a number from 3 to 60"),
        ("auto_stop_s = nan", "auto_stop_s: is nan, but needs a number from 3 to 60"),
        ("theme = 'drak'", 'theme: is "drak", but needs one of auto, dark, light; did you mean "dark"?'),
        ("language = 'English'", 'language: is "English", but needs a language code such as en'),
        ("captions = 'yes'", 'captions: is "yes", but needs true or false'),
        ("person = ['Ana']", "person: is a list, but needs text"),
        ("[person]\nname = 'Ana'", "person: is a group of keys, but needs text"),
        ("whisper_model = ''", 'whisper_model: is "", but needs some text'),
        ("person = ", "is not TOML"),
        (b"person = '\xff'", "is not text in UTF-8 (byte 10)"),
    ],
)
def test_what_can_not_be_used_is_named_with_its_file(environment: dict[str, str], text: str | bytes, said: str) -> None:
    file = written(environment, text)
    with pytest.raises(SettingsInvalid) as told:
        config.load(environment)
    assert said in str(told.value)
    assert str(told.value).startswith(f"The settings file {file}")
    assert "\n" not in str(told.value)


def test_all_faults_are_told_at_once(environment: dict[str, str]) -> None:
    written(environment, "threads = 0\nperson = 3\nfoo = 1")
    with pytest.raises(SettingsInvalid) as told:
        config.load(environment)
    assert len(str(told.value).splitlines()) == 3


def test_a_value_out_of_range_is_not_saved(environment: dict[str, str]) -> None:
    config.save(Preferences(person="Ana"), environment)
    with pytest.raises(SettingsInvalid, match="threads: is 0"):
        config.save(Preferences(threads=0), environment)
    assert config.load(environment).preferences.person == "Ana"


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder of an unprivileged user; the test runs as that user, since root ignores modes."""
    import platformdirs  # noqa: F401  # before the change: its files may be out of that user's reach
    import tomli_w  # noqa: F401

    folder = Path(tempfile.mkdtemp(prefix="voice-trainer-"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_a_folder_that_may_not_be_written_is_told(nobodys_folder: Path) -> None:
    environment = {"VOICE_TRAINER_HOME": str(nobodys_folder)}
    config.save(Preferences(person="Ana"), environment)
    nobodys_folder.chmod(0o500)
    with pytest.raises(
        StoreUnwritable, match=r"settings.toml can't be written \(permission denied\); make it writable"
    ):
        config.save(Preferences(person="Bo"), environment)
    assert config.load(environment).preferences.person == "Ana"


def test_a_file_that_may_not_be_read_is_told(nobodys_folder: Path) -> None:
    environment = {"VOICE_TRAINER_HOME": str(nobodys_folder)}
    config.save(Preferences(), environment)
    (nobodys_folder / "settings.toml").chmod(0)
    with pytest.raises(SettingsInvalid, match=r"can't be read \(permission denied\); make it readable, or remove it"):
        config.load(environment)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_told_and_leaves_what_was(
    environment: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.save(Preferences(person="Ana"), environment)
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, flags, mode=0o777: real("/dev/full", os.O_WRONLY))
    with pytest.raises(DiskFull, match=r"No space is left for .*settings.toml; free some space"):
        config.save(Preferences(person="Bo"), environment)
    monkeypatch.undo()
    assert config.load(environment).preferences.person == "Ana"


def test_importing_it_is_cheap() -> None:
    code = "import sys, voice_trainer.config as c; c.find_folders({'VOICE_TRAINER_HOME': '/x'}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"platformdirs", "tomli_w", "sqlalchemy", "ruamel.yaml", "numpy", "textual", "typer"} & set(loaded)
