"""Opens a database: makes the file if need be, private to its owner, and brings its tables up to date."""

from __future__ import annotations

import glob
import os
import sqlite3
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy import event

from voice_trainer.errors import SettingsInvalid, StoreCorrupt, StoreUnwritable
from voice_trainer.private_files import FILE_MODE, make_folder, unwritable

from .database import WRITES, DatabaseStore
from .failures import BUSY_TIMEOUT_S, PRIMARY, damaged, in_line, translated
from .schema import SCHEMA_VERSION, VERSION_TABLE

MIGRATION_LOCK = 0x766F696365
"""Any number, the same for all that migrate one PostgreSQL database at once ("voice")."""
CONNECT_TIMEOUT_S = 10
BETWEEN_TRIES_S = 0.01
ASIDE = "-set-aside-"
"""In the name of a store that was moved out of the way."""


def open_database(url: str) -> DatabaseStore:
    """See ``open_store``."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        file = _file(address)
        _prepare(file)
        engine = _sqlite_engine(file)
        place = f"The store {file}"
    else:
        engine = _server_engine(address)
        place = f"The store {address.render_as_string(hide_password=True)}"
    try:
        with translated(place):
            _bring_up_to_date(engine, place)
    except BaseException:
        engine.dispose()
        raise
    return DatabaseStore(engine, place)


def move_file_aside(url: str, now: datetime) -> Path:
    """See ``move_aside``."""
    file = _file(_address(url))
    aside = file.with_name(f"{file.stem}{ASIDE}{now:%Y%m%d-%H%M%S}{file.suffix}")
    try:
        if aside.exists():
            raise StoreUnwritable(f"{aside} is there already; move it away and try again.")
        file.rename(aside)
        for tail in ("-wal", "-shm"):  # a store belongs together with what was not yet written into it
            with suppress(FileNotFoundError):
                Path(f"{file}{tail}").rename(f"{aside}{tail}")
    except FileNotFoundError as error:
        raise StoreUnwritable(f"There is no store at {file} to move.") from error
    except OSError as error:
        raise unwritable(file, error) from error
    return aside


def files_set_aside(url: str) -> tuple[Path, ...]:
    """See ``set_aside``."""
    address = _address(url)
    if address.get_backend_name() != "sqlite":
        return ()
    file = _file(address)
    return tuple(sorted(file.parent.glob(f"{glob.escape(file.stem + ASIDE)}*{glob.escape(file.suffix)}*")))


def _address(url: str) -> sql.URL:
    try:
        address = sql.make_url(url)
    except sql.exc.ArgumentError as error:
        raise SettingsInvalid(
            "The store's URL can't be read; give one such as sqlite:////full/path.sqlite3 or "
            "postgresql://name@host/database."
        ) from error
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingsInvalid(f"A store can be SQLite or PostgreSQL, not {address.drivername}; give another URL.")
    return address


def _file(address: sql.URL) -> Path:
    if address.get_backend_name() != "sqlite":
        raise SettingsInvalid("Only a store in a file can be moved; this one is on a server.")
    if not address.database or address.database.startswith((":memory:", "file:")):
        raise SettingsInvalid("The store's URL names no file; give one such as sqlite:////full/path.sqlite3.")
    return Path(address.database).expanduser().absolute()


def _prepare(file: Path) -> None:
    """An empty file of the right mode; SQLite gives its journals the same."""
    make_folder(file.parent)
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, FILE_MODE))
        if file.stat().st_mode & 0o077:
            with suppress(PermissionError):  # somebody else's: theirs to decide
                file.chmod(FILE_MODE)
    except OSError as error:
        raise unwritable(file, error) from error


def _sqlite_engine(file: Path) -> sql.Engine:
    engine = sql.create_engine(
        sql.URL.create("sqlite", database=str(file)),
        hide_parameters=True,  # an error's text must not carry what was said
        connect_args={"timeout": BUSY_TIMEOUT_S, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        _keep_journal_ahead(connection)
        for pragma in ("foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: sql.Connection) -> None:
        # A transaction that reads first and writes then can't wait for another's write; it says at once that it writes.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")

    return engine


def _keep_journal_ahead(connection: sqlite3.Connection) -> None:
    """Journal mode WAL. Of two that change a new file's at once, SQLite tells one that it is busy without waiting."""
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(BETWEEN_TRIES_S)


def _server_engine(address: sql.URL) -> sql.Engine:
    try:
        return sql.create_engine(
            address, pool_pre_ping=True, hide_parameters=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
        )
    except sql.exc.NoSuchModuleError as error:
        raise SettingsInvalid(f"There is no driver {address.drivername}; begin the URL with postgresql://.") from error
    except ModuleNotFoundError as error:
        raise SettingsInvalid(
            f"A store on PostgreSQL needs {error.name}; install it with `pip install voice-trainer[postgres]`."
        ) from error


def _version(connection: sql.Connection) -> str | None:
    found = connection.execute(sql.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return None if found is None else str(found)


def _version_if_any(engine: sql.Engine) -> str | None:
    """None where there are no tables yet."""
    try:
        with engine.connect() as connection:
            return _version(connection)
    except (sql.exc.OperationalError, sql.exc.ProgrammingError):
        if not sql.inspect(engine).has_table(VERSION_TABLE):
            return None
    with engine.connect() as connection:  # another may have made it in between; else it says what is wrong
        return _version(connection)


def _bring_up_to_date(engine: sql.Engine, place: str) -> None:
    version = _version_if_any(engine)
    if version is not None and version > SCHEMA_VERSION:
        raise StoreCorrupt(
            f"{place} is from a newer Voice Trainer (tables {in_line(version)}); update this one to read it."
        )
    if version != SCHEMA_VERSION:
        _migrate(engine, place)


def _migrate(engine: sql.Engine, place: str) -> None:
    """To the newest tables, in one transaction; of several that open it at once, one migrates and the rest wait."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    with engine.execution_options(**{WRITES: True}).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sql.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        tables = sql.inspect(connection).get_table_names()
        version = _version(connection) if VERSION_TABLE in tables else None
        if version == SCHEMA_VERSION:
            return
        if tables and VERSION_TABLE not in tables and engine.dialect.name == "sqlite":
            raise damaged(place, f"it holds the tables of another program: {', '.join(sorted(tables)[:3])}")
        config = Config()
        config.set_main_option("script_location", "voice_trainer.store:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
        if version is not None and version not in known:
            raise damaged(place, f"its tables are of version '{version}', which there never was")
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise damaged(place, str(error)) from error
