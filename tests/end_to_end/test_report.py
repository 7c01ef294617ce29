"""The report as a browser shows it: a reply is kept, its page is written by the program and opened in Chromium.

The page is opened as a file, with the network allowed, so that a request would be seen.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))

from made_replies import attempt, recording, scored, with_words

from voice_trainer.attempt import Attempt, Transcript
from voice_trainer.cli.app import run
from voice_trainer.store import Export, open_store

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
SCHEMES = ("light", "dark")
NASTY = "<script>window.ran = 'script'</script>"
DURATION_S = 20.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("needs Chromium: run scripts/install-browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install -e '.[dev]'")
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium's sandbox can't be set up by root
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found, args=[*SWITCHES, *(["--no-sandbox"] if root else [])])
        yield opened
        opened.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(folder))
    monkeypatch.delenv("VOICE_TRAINER_STORE", raising=False)
    return folder


@pytest.fixture
def keep(home: Path) -> Callable[..., Attempt]:
    """Store an attempt at an exercise that comes with the program, with a recording of its length."""

    def kept(one: Attempt, *, sound: bool = True) -> Attempt:
        one = msgspec.structs.replace(one, exercise_id="cold-dinner", turn="start")
        if sound:
            (home / "recordings").mkdir(mode=0o700, exist_ok=True)
            recording(home, one.scored.voice.duration_s).replace(home / "recordings" / str(one.recording))
        store = open_store(f"sqlite:///{home / 'practice.sqlite3'}")
        store.add_attempt(one)
        store.close()
        return one

    return kept


def written(path: Path, *arguments: str) -> Path:
    assert run(["report", *arguments, "-o", str(path)]) == 0
    return path


class Opened:
    """A page in the browser, with all that it asked for and complained of."""

    def __init__(self, browser: Any, path: Path, scheme: str = "light", width: int = 1280) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.told: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.told.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.goto(path.as_uri())
        self.page.wait_for_function("() => document.documentElement.classList.contains('live')")

    def ready(self, name: str) -> None:
        """Until the sound of that player can be sought in."""
        self.page.wait_for_function(f"() => document.querySelector('[data-player={name}] audio').readyState >= 3")

    def at(self, name: str = "reply") -> float:
        return float(self.page.evaluate(f"document.querySelector('[data-player={name}] audio').currentTime"))


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Opened]]:
    opened: list[Opened] = []

    def shown(path: Path, **how: Any) -> Opened:
        opened.append(Opened(browser, path, **how))
        return opened[-1]

    yield shown
    for each in opened:
        each.context.close()


SLOW = """() => { for (const audio of document.querySelectorAll('audio')) audio.playbackRate = 0.0625; }"""


def long_reply() -> Attempt:
    text = "It sounds like you felt hurt when nobody called you that night. " * 5
    return attempt(of=scored(text.strip(), duration_s=DURATION_S))


def test_a_word_is_heard_where_it_was_said(
    tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]
) -> None:
    kept = keep(long_reply())
    opened = show(written(tmp_path / "report.html", kept.id))
    opened.ready("reply")
    opened.page.evaluate(SLOW)  # so that a busy machine's delay moves the sound by next to nothing
    words = kept.scored.transcript.words
    for number in (30, 3, len(words) - 1, 0):
        opened.page.locator(".word").nth(number).click()
        opened.page.wait_for_function("() => !document.querySelector('[data-player=reply] audio').seeking")
        assert abs(opened.at() - words[number].start_s) <= 0.05, words[number]
        assert not opened.page.evaluate("document.querySelector('[data-player=reply] audio').paused")
        lit = opened.page.locator(".word.now-said").all_text_contents()
        assert lit == [words[number].text]


@pytest.mark.alone
def test_the_playhead_goes_with_the_sound(
    tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]
) -> None:
    kept = keep(long_reply())
    opened = show(written(tmp_path / "report.html", kept.id))
    opened.ready("reply")
    heads = opened.page.locator(".picture[data-for=reply] .playhead:visible")
    assert heads.count() == 0
    opened.page.locator("[data-player=reply] .play").click()
    opened.page.wait_for_function("() => document.querySelector('[data-player=reply] audio').currentTime > 0.4")
    # Sound and pictures in one instant, drawn by the page's own clock: the head lies where the picture has that time.
    reading = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const at = document.querySelector('[data-player=reply] audio').currentTime;
        const heads = [...document.querySelectorAll('.picture[data-for=reply]')]
            .filter((picture) => !picture.querySelector('.playhead').hidden)
            .map((picture) => {
                const box = picture.getBoundingClientRect(), head = picture.querySelector('.playhead');
                const place = head.getBoundingClientRect();
                const { from, to, left, right } = picture.dataset;
                const share = ((place.left + place.width / 2 - box.left) / box.width - left) / (right - left);
                return Number(from) + share * (to - from);
            });
        done({ at, heads });
    })))"""
    first = opened.page.evaluate(reading)
    opened.page.wait_for_function(
        f"() => document.querySelector('audio[src]') && {first['at']} + 0.5 < "
        "document.querySelector('[data-player=reply] audio').currentTime"
    )
    second = opened.page.evaluate(reading)
    for read in (first, second):
        assert len(read["heads"]) == 2  # the line of time, and the portrait
        assert all(abs(head - read["at"]) < 0.08 for head in read["heads"]), read
    assert second["heads"][0] >= first["heads"][0] + 0.4
    opened.page.locator("[data-player=reply] .play").click()
    assert opened.page.evaluate("document.querySelector('[data-player=reply] audio').paused")


def test_a_place_in_a_picture_is_heard(
    tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]
) -> None:
    kept = keep(long_reply())
    opened = show(written(tmp_path / "report.html", kept.id))
    opened.ready("reply")
    opened.page.evaluate(SLOW)
    line = opened.page.locator(".picture[data-for=reply]").nth(1)
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    part = {key: float(line.get_attribute(f"data-{key}")) for key in ("from", "to", "left", "right")}
    x = (part["left"] + part["right"]) / 2 * box["width"]
    line.click(position={"x": x, "y": box["height"] * 0.6})
    opened.page.wait_for_function("() => !document.querySelector('[data-player=reply] audio').seeking")
    assert abs(opened.at() - (part["from"] + part["to"]) / 2) <= 0.05


def test_one_voice_at_a_time(tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]) -> None:
    kept = keep(long_reply())
    opened = show(written(tmp_path / "report.html", kept.id))
    opened.ready("reply")
    opened.page.locator("[data-player=reply] .play").click()
    opened.page.locator("[data-player=prompt] .hear").click()
    opened.page.wait_for_function("() => document.querySelector('[data-player=prompt] audio').currentTime > 0.05")
    assert opened.page.evaluate("document.querySelector('[data-player=reply] audio').paused")
    assert opened.page.locator("[data-player=prompt] .hear").get_attribute("aria-label").startswith("Pause")


def test_everything_is_done_by_keys(tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]) -> None:
    kept = keep(long_reply())
    opened = show(written(tmp_path / "report.html", kept.id))
    opened.ready("reply")
    opened.page.evaluate(SLOW)
    words = kept.scored.transcript.words
    reached = "() => document.activeElement.className"
    for _ in range(20):
        opened.page.keyboard.press("Tab")
        if opened.page.evaluate(reached) == "word":
            break
    assert opened.page.evaluate("document.activeElement.textContent") == words[0].text
    for _ in range(4):
        opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowLeft")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_function("() => !document.querySelector('[data-player=reply] audio').seeking")
    assert abs(opened.at() - words[3].start_s) <= 0.05
    opened.page.keyboard.press("Tab")  # the words are one stop: the next is another sentence's time
    assert opened.page.evaluate(reached) == "from"


@pytest.mark.parametrize("which", ["attempt", "exercise"])
def test_no_request_leaves_the_file(
    tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened], which: str
) -> None:
    one = keep(attempt(1))
    keep(attempt(2))
    path = written(tmp_path / "report.html", *((one.id,) if which == "attempt" else ("--exercise", "cold-dinner")))
    opened = show(path)
    name = "reply" if which == "attempt" else "turn-1-reply-2"
    opened.ready(name)
    opened.page.locator(f"[data-player={name}] .play").click()
    opened.page.wait_for_function(f"() => document.querySelector('[data-player={name}] audio').currentTime > 0.2")
    assert [url[:60] for url in opened.requests if not url.startswith("data:")] == [path.as_uri()[:60]]
    assert opened.told == []
    # And the policy would not let one out: this is refused inside the page, before any network.
    refused = opened.page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
            fetch('https://example.invalid/').catch(() => undefined);
        })"""
    )
    assert refused == "connect-src"


def test_what_people_said_never_runs(tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]) -> None:
    of = scored(
        reason=f"{NASTY}<img src=x onerror=\"window.ran = 'img'\">",
        notes=(NASTY, "</script><script>window.ran = 'closed'</script>", "</style><script>window.ran = 1</script>"),
    )
    one = attempt(person=f'"><svg onload="window.ran = 1">{NASTY}', of=of)
    one = with_words(one, NASTY, "javascript:window.ran=1", '"onclick="window.ran=1', "'`${window.ran=1}", "</title>")
    corrected = msgspec.structs.replace(
        one.scored, transcript=Transcript(words=one.scored.transcript.words, edited_from=f"</q>{NASTY}")
    )
    kept = keep(msgspec.structs.replace(one, scored=corrected))
    for arguments in ((kept.id,), ("--exercise", "cold-dinner")):
        opened = show(written(tmp_path / "report.html", *arguments))
        opened.page.locator(".word").nth(1).click()
        assert opened.page.evaluate("typeof window.ran") == "undefined"
        assert opened.told == []
        assert opened.page.locator("script").count() == 1
        assert NASTY in opened.page.locator("body").inner_text()
        assert opened.page.locator(".word").first.text_content() == NASTY


def test_a_script_that_got_in_would_not_run(
    tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]
) -> None:
    kept = keep(attempt())
    path = written(tmp_path / "report.html", kept.id)
    page = path.read_text()
    path.write_text(
        page.replace("</main>", "<script>window.ran = 1</script><b onclick='window.ran = 1'>here</b></main>")
    )
    opened = show(path)
    opened.page.locator("b", has_text="here").click()
    assert opened.page.evaluate("typeof window.ran") == "undefined"
    assert any("Content Security Policy" in told for told in opened.told)


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        (scheme, width) if dark == narrow else pytest.param(scheme, width, marks=pytest.mark.long)
        for dark, scheme in enumerate(SCHEMES)
        for narrow, width in enumerate((1280, 390))
    ],
)
@pytest.mark.parametrize("which", ["attempt", "exercise"])
def test_axe_finds_no_serious_fault(
    tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened], scheme: str, width: int, which: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: pip install -e '.[dev]'")
    one = keep(attempt(1, of=scored(notes=("A note.",))))
    keep(attempt(2, of=scored(level=2)))
    path = written(tmp_path / "report.html", *((one.id,) if which == "attempt" else ("--exercise", "cold-dinner")))
    opened = show(path, scheme=scheme, width=width)
    # The page's policy lets no script in, axe neither; it comes in through the browser's own door.
    opened.page.evaluate("() => { for (const each of document.querySelectorAll('details')) each.open = true; }")
    opened.page.locator(".word").nth(2).click()  # a lit word is looked at, too
    opened.page.locator(".player:not(.small) .play").first.click()
    found = axe.Axe().run(opened.page).response
    serious = [
        f"{each['id']}: {node['html'][:120]} {node['any'][:1] and node['any'][0]['message']}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
    assert serious == []
    assert len(found["passes"]) > 20
    overflow = opened.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


def test_the_page_prints_without_its_players(
    tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]
) -> None:
    kept = keep(attempt())
    opened = show(written(tmp_path / "report.html", kept.id))
    opened.page.emulate_media(media="print")
    assert opened.page.locator(".player:visible").count() == 0
    assert opened.page.locator(".picture svg:visible").count() == 3
    assert opened.page.pdf().startswith(b"%PDF")


# what the verb does, seen from outside


def test_the_store_knows_of_the_file_and_forgetting_removes_it(
    tmp_path: Path, home: Path, keep: Callable[..., Attempt], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = keep(attempt(1)), keep(attempt(2))
    path = tmp_path / "report.html"
    assert run(["report", "--exercise", "cold-dinner", "-o", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"report": str(path), "attempts": [first.id, second.id], "bytes": path.stat().st_size}
    assert path.stat().st_mode & 0o777 == 0o600
    store = open_store(f"sqlite:///{home / 'practice.sqlite3'}")
    (known,) = store.exports([second.id])
    store.close()
    assert isinstance(known, Export)
    assert (known.path, set(known.attempt_ids), known.format) == (str(path), {first.id, second.id}, "html")
    assert run(["forget", second.id, "--yes"]) == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), 2, "Name one attempt, or give --exercise"),
        (("01AAAA", "--exercise", "cold-dinner"), 2, "Name one attempt, or give --exercise"),
        (("01ZZZZ",), 2, "01ZZZZ"),
        (("--exercise", "no-such"), 2, 'There is no exercise "no-such"'),
        (("--exercise", "the-clock"), 2, "There is no attempt at the-clock"),
        (("01AAAA", "--sound", "mp3"), 2, "--sound is mp3"),
        (("01AAAA", "-o", "/nowhere/at/all.html"), 2, "There is no folder /nowhere/at"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path,
    keep: Callable[..., Attempt],
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    sentence: str,
) -> None:
    keep(attempt(), sound=False)
    path = tmp_path / "report.html"
    target = () if "-o" in arguments else ("-o", str(path))
    assert run(["report", *arguments, *target]) == code
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
    assert not path.exists()


def test_what_the_trainer_keeps_is_never_written_over(
    home: Path, keep: Callable[..., Attempt], capsys: pytest.CaptureFixture[str]
) -> None:
    kept = keep(attempt())
    before = (home / "recordings" / str(kept.recording)).read_bytes()
    for path in (home / "practice.sqlite3", home / "recordings" / str(kept.recording)):
        assert run(["report", kept.id, "-o", str(path), "--force"]) == 2
        assert "belongs to the trainer" in capsys.readouterr().err
    assert (home / "recordings" / str(kept.recording)).read_bytes() == before


def test_a_reply_whose_sound_is_gone_is_reported_without_it(
    tmp_path: Path, keep: Callable[..., Attempt], show: Callable[..., Opened]
) -> None:
    kept = keep(attempt(), sound=False)
    opened = show(written(tmp_path / "report.html", kept.id))
    assert "can't be heard here" in opened.page.locator(".missing").inner_text()
    opened.page.locator(".word").first.click()
    assert opened.told == []
