"""Where a report may be written, and what it never replaces."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from made_replies import reply

from voice_trainer.errors import RequestInvalid, StoreUnwritable
from voice_trainer.report import attempt_page, write_report


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return attempt_page(reply(tmp_path_factory.mktemp("reply")))


def test_it_is_readable_by_its_owner_only(tmp_path: Path, page: bytes) -> None:
    path = tmp_path / "report.html"
    before = os.umask(0)
    try:
        write_report(path, page)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == page


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path, page: bytes) -> None:
    path = tmp_path / "report.html"
    write_report(path, page)
    write_report(path, page)
    path.write_text("a letter")
    with pytest.raises(RequestInvalid, match="no report of Voice Trainer's"):
        write_report(path, page)
    assert path.read_text() == "a letter"
    write_report(path, page, force=True)
    assert path.read_bytes() == page


def test_the_folder_must_be_there(tmp_path: Path, page: bytes) -> None:
    with pytest.raises(RequestInvalid, match="create it first"):
        write_report(tmp_path / "nowhere" / "report.html", page)
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(RequestInvalid, match="is a folder"):
        write_report(tmp_path, page, force=True)


def test_what_cannot_be_written_is_said(tmp_path: Path, page: bytes) -> None:
    name = "a" * 250  # the name beside it, by which a report is written whole, is too long for any file system
    with pytest.raises(StoreUnwritable, match="can't be written"):
        write_report(tmp_path / name, page)
    assert not list(tmp_path.iterdir())
