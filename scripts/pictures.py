"""Makes the pictures that README.md shows: the screens as SVG at two sizes, the report as PNG.

Everything in them is real: rendered replies go through the real pipeline into a store of their own, in a temporary
folder; the session is served, and joined, over TLS on this machine.

    python scripts/pictures.py [--only NAME]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from textual.pilot import Pilot

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from voice_trainer.attempt import Attempt  # noqa: E402
from voice_trainer.cli.coach import coaching, serving  # noqa: E402
from voice_trainer.cli.context import Context  # noqa: E402
from voice_trainer.cli.join import joining  # noqa: E402
from voice_trainer.coach.participant import share_of  # noqa: E402
from voice_trainer.coach.protocol import Consenting  # noqa: E402
from voice_trainer.coach.session import LiveSession  # noqa: E402
from voice_trainer.demo import load_demo  # noqa: E402
from voice_trainer.engines.audio_file import read_audio  # noqa: E402
from voice_trainer.engines.scripted import ScriptedSound  # noqa: E402
from voice_trainer.practice import Practice  # noqa: E402
from voice_trainer.scoring import blocks  # noqa: E402
from voice_trainer.session import SHARINGS, ConsentRules, Session, Step  # noqa: E402
from voice_trainer.store import new_attempt_id  # noqa: E402
from voice_trainer.tui.app import VoiceTrainerApp  # noqa: E402
from voice_trainer.tui.screens.coach_live import CoachLiveScreen  # noqa: E402
from voice_trainer.tui.screens.joined import JoinedScreen  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SIZES = ((80, 24), (160, 50))
DEADLINE_S = 60.0
WEB_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""A picture fetches nothing: the viewer's own monospaced font will do."""

Walk = Callable[[VoiceTrainerApp, "Pilot[None]"], Awaitable[None]]


def answer(practice: Practice, exercise_id: str, turn_id: str, audio: Path, days_ago: float) -> Attempt:
    """A reply from a file, as if it had been given some days ago."""
    exercise = practice.library.get(exercise_id)
    sound = read_audio(audio)
    review = practice.review(exercise, exercise.turn(turn_id), sound.rate_hz)
    for block in blocks(sound.samples, sound.rate_hz):
        review.push(block)
    attempt = review.finish()
    practice.store.remove_attempt(attempt.id)
    moved = msgspec.structs.replace(attempt, started_at=datetime.now(UTC) - timedelta(days=days_ago))
    practice.store.add_attempt(moved)
    return moved


def fill(practice: Practice) -> None:
    """A fortnight of practice: every model reply of every first turn, the closing ones first, the demo's reply last."""
    replies = [
        (reply.level, exercise.id, turn.id, exercise.folder / reply.audio)
        for exercise in practice.library.exercises
        for turn in exercise.turns[:1]
        for reply in turn.model_replies
        if reply.audio
    ]
    replies.sort(key=lambda one: one[:2])
    for index, (_, exercise_id, turn_id, audio) in enumerate(replies):
        answer(practice, exercise_id, turn_id, audio, 14 * (1 - index / len(replies)) + 0.1)
    demo = load_demo()
    answer(practice, demo.exercise, demo.turn, demo.audio, 0.0)


async def until(pilot: Pilot[None], there: Callable[[], bool]) -> None:
    deadline = asyncio.get_running_loop().time() + DEADLINE_S
    while not there():
        if asyncio.get_running_loop().time() > deadline:
            raise SystemExit(f"The screen did not come within {DEADLINE_S:.0f} s.")
        await pilot.pause(0.05)


def on_screen(app: VoiceTrainerApp, name: str) -> Callable[[], bool]:
    return lambda: type(app.screen).__name__ == name


async def to_home(app: VoiceTrainerApp, pilot: Pilot[None]) -> None:
    await until(pilot, lambda: getattr(app.screen, "snapshot", None) is not None)
    await pilot.pause(0.3)


async def to_feedback(app: VoiceTrainerApp, pilot: Pilot[None]) -> None:
    await to_home(app, pilot)
    await pilot.press("tab", "enter")
    await until(pilot, on_screen(app, "FeedbackScreen"))
    await pilot.pause(1.5)


async def to_replay(app: VoiceTrainerApp, pilot: Pilot[None]) -> None:
    await to_feedback(app, pilot)
    await pilot.press("v")
    await until(pilot, on_screen(app, "ReplayScreen"))
    await pilot.pause(2.0)
    await pilot.press(*["right"] * 12)
    await pilot.pause(0.5)


async def to_history(app: VoiceTrainerApp, pilot: Pilot[None]) -> None:
    await to_home(app, pilot)
    await pilot.press("y")
    await until(pilot, on_screen(app, "HistoryScreen"))
    await pilot.pause(1.5)


WALKS: dict[str, Walk] = {"home": to_home, "feedback": to_feedback, "replay": to_replay, "history": to_history}


# practising together

TOGETHER = ("coach", "reply", "debrief", "joined")
GROUP = "cold-dinner"
NAMES = ("Ben", "Cleo", "Dana")


def a_session() -> Session:
    now = datetime.now(UTC)
    return Session(
        id=new_attempt_id(now),
        title="Thursday group",
        coach="Ada",
        place="network",
        made_at=now,
        steps=(
            Step(exercise_id=GROUP, minutes=12),
            Step(exercise_id=GROUP, drill="threes", minutes=20),
            Step(exercise_id=GROUP, drill="rounds", minutes=10),
        ),
        rules=ConsentRules(listeners=("Ada",)),
        code="7K3M-Q2XN",
    )


def fill_session(practice: Practice, live: LiveSession) -> str:
    """Three people come in, two answer, one reply is rated, uncovered and pinned; its id."""
    people = []
    for name in NAMES:
        person, _ = live.admit(name)
        live.here(person.id, True)
        live.set_consents(person.id, tuple(Consenting(sharing=one, given=True, listeners=("Ada",)) for one in SHARINGS))
        people.append(person.id)
    live.send(0)
    exercise = practice.library.get(GROUP)
    spoken = sorted((reply for reply in exercise.first_turn.model_replies if reply.audio), key=lambda one: one.level)
    given = []
    for person_id, model in zip(people, (spoken[-1], spoken[0]), strict=False):
        attempt = answer(practice, GROUP, exercise.first_turn.id, exercise.folder / model.audio, 0.0)
        practice.store.remove_attempt(attempt.id)  # it comes in as from somebody else's machine
        assignment = live.view(person_id).assignment
        assert assignment is not None
        for say in share_of(attempt, assignment.id, SHARINGS, practice.recordings):
            live.hear(person_id, say)
        given.append(attempt.id)
    live.doing(people[2], "answering")
    live.rate(given[0], 4, 4)
    live.reveal(given[0])
    live.pin(given[0], 1.5, "Here you let the silence be.")
    live.set_notes("Dana: last week it was the pace. Ask how it felt today.")
    return given[0]


async def draw_together(context: Context, name: str, size: tuple[int, int]) -> None:
    practice, session = context.practice, a_session()
    live = LiveSession.begin(session, practice.store, practice.recordings, practice.library)
    if name == "joined":
        await draw_joined(context, live, size)
        return
    app = VoiceTrainerApp(practice, warm=False, coach=coaching(context, serving(context, host="127.0.0.1", port=0)))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.opened)
        app.open_session(session.id)
        await until(pilot, on_screen(app, "CoachLiveScreen"))
        screen = app.screen
        assert isinstance(screen, CoachLiveScreen)
        await until(pilot, lambda: screen.snapshot is not None)
        attempt_id = fill_session(practice, screen.room.live)
        if name == "reply":
            screen.open_reply(attempt_id)
            await until(pilot, lambda: getattr(app.screen, "duration_s", 0) > 0)
        elif name == "debrief":
            await pilot.press("d")
            await until(pilot, lambda: getattr(app.screen, "debrief", None) is not None)
        await pilot.pause(1.0)
        save(app, name, size)


async def draw_joined(context: Context, live: LiveSession, size: tuple[int, int]) -> None:
    for other in NAMES[1:]:
        person, _ = live.admit(other)
        live.here(person.id, True)
    server = serving(context, host="127.0.0.1", port=0)(live)
    try:
        shown = server.invitation
        address = f"127.0.0.1:{shown.address.port}"
        app = VoiceTrainerApp(
            context.practice, warm=False, joined=joining(context, (address, shown.code, NAMES[0], shown.fingerprint))
        )
        async with app.run_test(size=size) as pilot:
            await until(pilot, on_screen(app, "ConsentScreen"))
            await pilot.pause(0.5)
            save(app, "consent", size)
            await pilot.press("y", "y", "y")
            await until(pilot, on_screen(app, "JoinedScreen"))
            screen = app.screen
            assert isinstance(screen, JoinedScreen)
            live.send(0)
            await until(pilot, lambda: screen.assignment is not None)
            app.clear_notifications()
            await pilot.pause(1.0)
            save(app, "joined", size)
    finally:
        server.stop()


def save(app: VoiceTrainerApp, name: str, size: tuple[int, int]) -> None:
    picture = PICTURES / f"{name}-{size[0]}x{size[1]}.svg"
    picture.write_text(WEB_FONT.sub("", app.export_screenshot(title="")), encoding="utf-8")
    print(picture.relative_to(ROOT))


async def draw(practice: Practice, name: str, size: tuple[int, int]) -> None:
    app = VoiceTrainerApp(practice, warm=False)
    async with app.run_test(size=size) as pilot:
        await WALKS[name](app, pilot)
        save(app, name, size)


def draw_report(home: Path, attempt_id: str) -> None:
    """The report of one attempt as a browser shows it; left out, with a sentence, where there is no browser."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        print("Chromium is not installed, so the picture of the report is not made; see scripts/install-browser.")
        return
    page = home / "report.html"
    environment = {**os.environ, "VOICE_TRAINER_HOME": str(home / "data")}
    command = [sys.executable, "-m", "voice_trainer", "report", attempt_id, "-o", str(page)]
    subprocess.run(command, env=environment, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    picture = PICTURES / "report.png"
    subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--window-size=1280,1500",
            f"--user-data-dir={home / 'browser'}",
            f"--screenshot={picture}",
            page.as_uri(),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
    )
    print(picture.relative_to(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[*WALKS, *TOGETHER, "report"], help="make just this one")
    only = parser.parse_args().only
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["VOICE_TRAINER_HOME"] = str(home / "data")
        context = Context(person="Ada")
        context.__dict__["sound"] = ScriptedSound(prompt_s=None)
        practice = context.practice
        if only not in TOGETHER:
            fill(practice)
        for name in TOGETHER:
            for size in SIZES:
                if only in (None, name):
                    asyncio.run(draw_together(context, name, size))
        for name in WALKS:
            for size in SIZES:
                if only in (None, name):
                    asyncio.run(draw(practice, name, size))
        if only in (None, "report"):
            draw_report(home, practice.store.attempts(limit=1)[0].id)


if __name__ == "__main__":
    main()
