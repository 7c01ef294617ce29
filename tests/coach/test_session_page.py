"""The debrief by the program itself: `report --session`, `export --session`, and the page as a browser shows it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from voice_trainer.cli.app import run
from voice_trainer.store import open_store
from voice_trainer.store.recordings import Recordings

from .meeting import Meeting, flac, spoken

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A session that Ruth led, in the program's own folder; its id."""
    home = tmp_path / "home"
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(home))
    monkeypatch.delenv("VOICE_TRAINER_STORE", raising=False)
    store = open_store(f"sqlite:///{home / 'practice.sqlite3'}")
    meeting = Meeting(home=home, store=store, recordings=Recordings(home / "recordings"))
    meeting.time.at = meeting.time.at.replace(year=2099)  # nothing has run out when the program looks at it
    live = meeting.begin()
    people = meeting.come("Ann", "Bo", "Cy")
    live.send(1)
    for _ in range(3):
        roles = {meeting.assignment(one).role: one for one in people}
        whole, _ = meeting.reply(roles["listener"], sound=flac(3.0))
        meeting.tally(roles["observer"], complex_reflection=2, open_question=1)
        live.rate(whole.id, 4, 3)
        live.pin(whole.id, 1.2, "hear how the voice drops here")
        live.next_round()
    live.send(0)
    for at, one in enumerate(people):
        plain = spoken(level=at + 2, wording=(at + 1) / 4)
        kept = msgspec.structs.replace(plain, id=plain.id)
        whole, _ = meeting.reply(one, "scores", attempt=kept)
        live.rate(whole.id, at + 2, None)
    live.debrief()
    live.end()
    session_id = live.session.id
    store.close()
    return session_id


def test_the_coach_gets_the_whole_and_each_their_own(
    held: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, own = tmp_path / "whole.html", tmp_path / "ann.html"
    assert run(["--person", "Ruth", "report", "--session", held[:20], "-o", str(whole), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["session"], told["person"], len(told["attempts"])) == (held, None, 6)
    assert run(["--person", "Ruth", "report", "--session", held, "--person", "ann", "-o", str(own)]) == 0
    assert "Ann's own part, 2 replies" in capsys.readouterr().out
    assert all(name in whole.read_text() for name in (">Ann<", ">Bo<", ">Cy<"))
    assert not any(re.search(rf">{name}<", own.read_text()) for name in ("Bo", "Cy"))


def test_somebody_elses_session_is_not_there(held: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for who in (["--person", "Olga"], []):
        assert run([*who, "report", "--session", held, "-o", str(tmp_path / "x.html")]) == 2
        assert run([*who, "export", "--session", held, "--format", "json"]) == 2
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "x.html").exists()


def test_it_is_exported_and_forgotten_with_its_files(
    held: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "evening.csv"
    ruth = ["--person", "Ruth"]
    assert run([*ruth, "export", "--session", held, "--format", "csv", "-o", str(out)]) == 0
    capsys.readouterr()
    rows = list(csv.DictReader(out.open(newline="", encoding="utf-8")))
    assert len(rows) == 6
    described = json.loads((tmp_path / "evening.csv-metadata.json").read_text())
    assert [one["name"] for one in described["tableSchema"]["columns"]] == list(rows[0])
    assert run([*ruth, "export", "--session", held, "--format", "xapi"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 6
    assert run([*ruth, "export", "--session", held, "--format", "json", "--person", "Bo"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["people"]] == ["Bo"]
    assert run([*ruth, "export", "--session", held, "--format", "srt"]) == 2
    store = open_store(f"sqlite:///{tmp_path / 'home' / 'practice.sqlite3'}")
    assert {Path(one.path).name for one in store.exports()} == {"evening.csv", "evening.csv-metadata.json"}
    store.close()


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "-o", "x.html"],
        ["report", "--person", "Ann", "-o", "x.html"],
        ["export", "--format", "csv"],
        ["export", "--format", "csv", "--person", "Ann", "AAAA"],
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(tmp_path / "home"))
    assert run(arguments) == 2
    said = capsys.readouterr().err
    assert "--session ID" in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "dark"),
        (1200, "light"),
        pytest.param(360, "light", marks=pytest.mark.long),
        pytest.param(1200, "dark", marks=pytest.mark.long),
    ],
)
def test_a_browser_shows_it_and_axe_finds_no_fault(held: str, tmp_path: Path, scheme: str, width: int) -> None:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("needs Chromium: run scripts/install-browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install -e '.[dev]'")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: pip install -e '.[dev]'")
    out = tmp_path / "whole.html"
    assert run(["--person", "Ruth", "report", "--session", held, "-o", str(out)]) == 0
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=found, args=["--disable-gpu", *(["--no-sandbox"] if root else [])]
        )
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page: Any = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(out.as_uri())
        assert [one for one in asked if not one.startswith(("file:", "data:"))] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out"
        page.get_by_role("button", name="Play from 0:01").first.click()
        page.wait_for_function("[...document.querySelectorAll('audio')].some(one => one.currentTime > 1)")
        response = axe.Axe().run(page).response
        faults = [
            (one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        if folder := os.environ.get("VOICE_TRAINER_TEST_PICTURES"):
            page.screenshot(path=str(Path(folder) / f"session-{scheme}-{width}.png"), full_page=True)
        browser.close()
    assert faults == []
