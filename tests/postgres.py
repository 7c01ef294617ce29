"""A PostgreSQL server for one run of the tests: its own files in a temporary folder, its own socket, no port.

``VOICE_TRAINER_TEST_POSTGRES`` names another server that may create databases instead. PostgreSQL refuses to run as
root, so root runs it as somebody else.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

NAMED = "VOICE_TRAINER_TEST_POSTGRES"
SUPERUSER = "trainer"
UNPRIVILEGED = ("postgres", "nobody")
SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "lc_messages=C")
"""Nothing of it has to outlive the run."""
UNTIL_CLOSED = '"$@" & read -r _; kill -QUIT $!; wait'
"""Ends the server as soon as whoever started it is gone, however it went."""


def binaries() -> Path | None:
    """Where Debian, or the search path, has the newest PostgreSQL server."""

    def version(path: Path) -> int:
        found = re.search(r"/(\d+)/bin/", str(path))
        return int(found[1]) if found else 0

    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=version)
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def unprivileged() -> dict[str, Any]:
    """How ``subprocess`` starts something as somebody who is not root."""
    if os.geteuid() != 0:
        return {}
    known = {each.pw_name: each for each in pwd.getpwall()}
    user = next((known[name] for name in UNPRIVILEGED if name in known), None)
    if user is None:
        pytest.skip("PostgreSQL refuses to run as root, and nobody else is on this machine")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def running_server(folder: Path, programs: Path) -> Iterator[str]:
    """A new server whose files and socket lie in ``folder``; its URL."""
    someone = unprivileged()
    if someone:
        os.chown(folder, someone["user"], someone["group"])
    data = folder / "data"
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
        capture_output=True,
        text=True,
        cwd=folder,
        **someone,
    )
    assert made.returncode == 0, made.stderr
    settings = [word for each in (*SETTINGS, f"unix_socket_directories={folder}") for word in ("-c", each)]
    with subprocess.Popen(
        ["sh", "-c", UNTIL_CLOSED, "sh", programs / "postgres", "-D", data, *settings],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        **someone,
    ) as server:
        assert server.stderr is not None
        said = []
        for line in server.stderr:
            said.append(line)
            if "ready to accept connections" in line:
                break
        else:
            pytest.fail("PostgreSQL did not start: " + "".join(said))
        reader = threading.Thread(target=server.stderr.read, daemon=True)  # a full pipe would make it wait
        reader.start()
        try:
            yield f"postgresql+psycopg://{SUPERUSER}@/postgres?host={folder}"
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(30)
            reader.join(30)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server that may create databases."""
    named = os.environ.get(NAMED)
    if named:
        yield sql.make_url(named).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    pytest.importorskip("psycopg", reason="PostgreSQL needs psycopg: pip install voice-trainer[postgres]")
    programs = binaries()
    if programs is None:
        pytest.skip(f"PostgreSQL is not installed (scripts/install-postgres does that), and {NAMED} names no server")
    folder = Path(tempfile.mkdtemp(prefix="vt-pg-"))  # short: the path of a socket may have 107 characters
    try:
        with running_server(folder, programs) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database that holds an empty store, to be copied: making its tables takes longer."""
    from voice_trainer.store import open_store

    with new_database(postgres_server) as url:
        open_store(url).close()
        yield str(sql.make_url(url).database)


@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """A copy of ``template`` on ``server``, dropped at the end; its URL, as a user writes it."""
    name = f"voice_trainer_{secrets.token_hex(6)}"
    engine = sql.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sql.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        address = sql.make_url(server).set(drivername="postgresql", database=name)
        yield address.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sql.text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
