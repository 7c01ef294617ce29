"""Opening: who may read a store, and one sentence for everything that can be in the way."""

from __future__ import annotations

import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sql
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from voice_trainer.attempt import Attempt
from voice_trainer.errors import DiskFull, SettingsInvalid, StoreCorrupt, StoreError, StoreUnwritable, VoiceTrainerError
from voice_trainer.store import Store, migrations, move_aside, open_store
from voice_trainer.store.database import DatabaseStore
from voice_trainer.store.failures import translated
from voice_trainer.store.schema import SCHEMA_VERSION, VERSION_TABLE, metadata

NewAttempt = Callable[..., Attempt]
NOW = datetime(2025, 3, 9, 12, tzinfo=UTC)


def run(code: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_only_the_owner_may_read(tmp_path: Path, new_attempt: NewAttempt) -> None:
    before = os.umask(0o000)
    try:
        file = tmp_path / "new" / "home" / "practice.sqlite3"
        store = open_store(f"sqlite:///{file}")
        store.add_attempt(new_attempt())
        modes = {
            each.name: each.stat().st_mode & 0o777 for each in (file.parent.parent, file.parent, *file.parent.iterdir())
        }
    finally:
        os.umask(before)
    store.close()
    assert modes.pop("new") == modes.pop("home") == 0o700
    assert "practice.sqlite3-wal" in modes  # the journal holds words too
    assert set(modes.values()) == {0o600}


def test_a_store_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "practice.sqlite3"
    open_store(f"sqlite:///{file}").close()
    file.chmod(0o644)
    open_store(f"sqlite:///{file}").close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_nothing_of_a_removed_attempt_is_left_in_the_files(
    file_store: tuple[Store, Path], new_attempt: NewAttempt
) -> None:
    store, file = file_store
    attempt = new_attempt(person="Wilhelmina")
    store.add_attempt(attempt)

    def held() -> bool:
        return any(b"Wilhelmina" in each.read_bytes() for each in file.parent.iterdir())

    assert held()
    store.replace_attempt(attempt)
    store.remove_attempt(attempt.id)
    assert not held()


def test_opening_a_store_that_is_up_to_date_loads_no_alembic(file_store: tuple[Store, Path]) -> None:
    code = "import sys; from voice_trainer.store import open_store; open_store(sys.argv[1]).attempts()"
    loaded = run(f"{code}; print('alembic' in sys.modules, 'sqlalchemy' in sys.modules)", f"sqlite:///{file_store[1]}")
    assert loaded == "False True"
    assert run("import sys, voice_trainer.store; print('sqlalchemy' in sys.modules)") == "False"


def test_the_migrations_lead_to_the_tables_of_the_schema(store: Store) -> None:
    assert isinstance(store, DatabaseStore)
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == SCHEMA_VERSION
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == SCHEMA_VERSION


def test_many_may_open_a_new_store_at_once(store_url: str) -> None:
    code = "import sys; from voice_trainer.store import open_store; print(open_store(sys.argv[1]).count())"
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: run(code, store_url), range(4)))
    assert counts == ["0"] * 4


def test_a_store_that_another_makes_meanwhile_is_opened(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Just after this one saw that there was none."""
    look = sql.inspect

    def inspect_late(engine: sql.Engine) -> sql.Inspector:
        monkeypatch.undo()
        open_store(store_url).close()
        return look(engine)

    monkeypatch.setattr(sql, "inspect", inspect_late)
    late = open_store(store_url)
    assert late.count() == 0
    late.close()


def test_a_newer_store_is_left_alone(store: Store, store_url: str) -> None:
    assert isinstance(store, DatabaseStore)
    with store._engine.begin() as connection:
        connection.execute(sql.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreCorrupt, match=r"newer Voice Trainer \(tables 9999\); update"):
        open_store(store_url)


@pytest.mark.parametrize("version", ["", "0", "00", "0001 "])
def test_a_store_whose_version_never_was_is_told(store: Store, store_url: str, version: str) -> None:
    assert isinstance(store, DatabaseStore)
    with store._engine.begin() as connection:
        connection.execute(sql.text(f"UPDATE {VERSION_TABLE} SET version_num = :version"), {"version": version})
    with pytest.raises(StoreCorrupt, match=r"its tables are of version .* which there never was"):
        open_store(store_url)


def test_what_the_database_says_over_several_lines_is_one_sentence(store: Store, store_url: str) -> None:
    """SQLite repeats the statement that made a damaged table, with its line breaks."""
    if not store_url.startswith("sqlite"):
        pytest.skip("a file's own damage")
    assert isinstance(store, DatabaseStore)
    with store._engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        connection.exec_driver_sql(
            "UPDATE sqlite_master SET sql = 'CREATE TABLE pins (\na,\nb CASCADE\n)' WHERE name = 'pins'"
        )
    store.close()
    with pytest.raises(StoreCorrupt, match="can't be read as a store") as told:
        open_store(store_url).history()
    assert "\n" not in str(told.value)


def test_a_store_that_lost_a_table_is_told(store: Store, store_url: str) -> None:
    assert isinstance(store, DatabaseStore)
    with store._engine.begin() as connection:
        everything = " CASCADE" if connection.dialect.name == "postgresql" else ""
        connection.execute(sql.text("DROP TABLE original_records"))
        connection.execute(sql.text(f"DROP TABLE attempts{everything}"))
    again = open_store(store_url)
    with pytest.raises(StoreCorrupt, match="can't be read as a store"):
        again.attempts()
    again.close()


@pytest.mark.parametrize("content", [b"Dear diary, " * 500, b"\x00" * 4096, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_file_that_is_no_database_is_told_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "practice.sqlite3"
    file.write_bytes(content)
    with pytest.raises(
        StoreCorrupt, match=rf"{re.escape(str(file))} can't be read.*Recordings are untouched.*rename"
    ) as told:
        open_store(f"sqlite:///{file}")
    assert "\n" not in str(told.value)
    assert file.read_bytes() == content


def test_a_store_damaged_in_the_middle_is_told(file_store: tuple[Store, Path], new_attempt: NewAttempt) -> None:
    store, file = file_store
    for _ in range(60):
        store.add_attempt(new_attempt())
    store.close()
    content = bytearray(file.read_bytes())
    content[8192:-4096] = b"\xa5" * (len(content) - 12288)
    file.write_bytes(content)

    def read_all() -> None:
        damaged = open_store(f"sqlite:///{file}")
        damaged.attempts()
        damaged.people()

    with pytest.raises(StoreCorrupt, match="Recordings are untouched"):
        read_all()


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "bookmarks.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(StoreCorrupt, match="tables of another program: bookmarks"):
        open_store(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [("bookmarks",)]
    connection.close()


def test_a_damaged_store_is_moved_aside_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "practice.sqlite3"
    file.write_bytes(b"no database at all" * 100)
    url = f"sqlite:///{file}"
    aside = move_aside(url, NOW)
    assert aside.name == "practice-set-aside-20250309-120000.sqlite3"
    assert aside.read_bytes().startswith(b"no database at all")
    store = open_store(url)
    assert store.count() == 0
    store.close()
    with pytest.raises(StoreUnwritable, match="is there already"):
        move_aside(url, NOW)
    with pytest.raises(StoreUnwritable, match="There is no store"):
        move_aside(f"sqlite:///{tmp_path / 'none.sqlite3'}", NOW)


def test_a_folder_that_may_not_be_written_is_told(nobodys_folder: Path) -> None:
    nobodys_folder.chmod(0o500)
    with pytest.raises(
        StoreUnwritable, match=rf"{nobodys_folder}.*can't be written \(permission denied\); make it writable"
    ):
        open_store(f"sqlite:///{nobodys_folder / 'home' / 'practice.sqlite3'}")
    with pytest.raises(StoreUnwritable, match="can't be written"):
        open_store(f"sqlite:///{nobodys_folder / 'practice.sqlite3'}")


@pytest.mark.parametrize("locked", ["file", "folder"])
def test_a_store_that_became_read_only_is_told(nobodys_folder: Path, new_attempt: NewAttempt, locked: str) -> None:
    file = nobodys_folder / "practice.sqlite3"
    url = f"sqlite:///{file}"
    first = open_store(url)
    first.add_attempt(new_attempt())
    first.close()
    file.chmod(0o400) if locked == "file" else nobodys_folder.chmod(0o500)
    if locked == "file":  # opened as it is, so that the driver's own refusal is what is told
        file.chmod(0o600)
        store = open_store(url)
        file.chmod(0o400)
        store.close()
    with pytest.raises(StoreUnwritable, match="can't be written"):
        open_store(url).add_attempt(new_attempt())


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(StoreUnwritable, match=r"can't be written|is a file where a folder is needed"):
        open_store(f"sqlite:///{tmp_path / 'home' / 'practice.sqlite3'}")


@pytest.fixture
def full_disk(file_store: tuple[Store, Path], new_attempt: NewAttempt) -> Iterator[tuple[Store, Attempt]]:
    """A store whose files can't grow any more."""
    store, file = file_store
    kept = new_attempt()
    store.add_attempt(kept)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(each.stat().st_size for each in file.parent.iterdir())
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 10_000, before[1]))
    try:
        yield store, kept
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_told_and_loses_nothing(full_disk: tuple[Store, Attempt], new_attempt: NewAttempt) -> None:
    store, kept = full_disk
    stored = [kept]

    def fill() -> None:
        for _ in range(5000):
            attempt = new_attempt()
            store.add_attempt(attempt)
            stored.append(attempt)

    with pytest.raises(DiskFull, match="free some space"):
        fill()
    assert {row.id for row in store.attempts()} == {each.id for each in stored}
    assert store.attempt(kept.id) == kept


def test_a_store_held_by_another_program_is_told(
    file_store: tuple[Store, Path], new_attempt: NewAttempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, file = file_store
    monkeypatch.setattr("voice_trainer.store.opening.BUSY_TIMEOUT_S", 0.05)
    impatient = open_store(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnwritable, match="held by another program"):
        impatient.add_attempt(new_attempt())
    other.execute("ROLLBACK")
    impatient.add_attempt(new_attempt())
    other.close()
    impatient.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "practice",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?uri=true",
        "mysql://me@host/x",
        "postgresql+none://x/y",
    ],
)
def test_a_url_that_is_no_store_is_told(url: str) -> None:
    with pytest.raises(SettingsInvalid):
        open_store(url)


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnwritable, match=r"can't be reached") as told:
        open_store("postgresql://ana:secret@127.0.0.1:1/practice")
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


def every_error() -> Iterator[Exception]:
    for kind in vars(sql.exc).values():
        if isinstance(kind, type) and issubclass(kind, sql.exc.DBAPIError):
            yield kind("SELECT 1", {}, sqlite3.OperationalError("no"))
        elif isinstance(kind, type) and issubclass(kind, sql.exc.StatementError):
            yield kind("no", "SELECT 1", {"words": "what was said"}, TypeError("no"))
        elif isinstance(kind, type) and issubclass(kind, sql.exc.SQLAlchemyError):
            yield kind.__new__(kind, "no")
    yield from (sqlite3.DatabaseError("no"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), OverflowError("no"))


@pytest.mark.parametrize("error", list(every_error()), ids=lambda error: type(error).__name__)
def test_no_error_of_another_library_gets_out(error: Exception) -> None:
    with pytest.raises(VoiceTrainerError) as told, translated("The store x"):
        raise error
    assert told.value.__cause__ is error
    assert "what was said" not in str(told.value)


def test_the_errors_of_this_program_pass_unchanged() -> None:
    with pytest.raises(StoreError, match=r"^mine$"), translated("The store x"):
        raise StoreError("mine")
