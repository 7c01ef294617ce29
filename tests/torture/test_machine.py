"""Machines that are not as one thinks: no home folder, no UTF-8, a clock that was set back, another trainer open."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.conftest import make_attempt
from voice_trainer import config
from voice_trainer.errors import StoreUnwritable
from voice_trainer.exercise import library_folder, load_library
from voice_trainer.store import new_attempt_id
from voice_trainer.store.recordings import Recordings
from voice_trainer.today import suggest
from voice_trainer.trends import by_day, returns, trends

from .budget import SEED, many
from .trainee import REPO, Order, practice, trainees

pytestmark = pytest.mark.slow
NO_UTF8 = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
LATIN_1 = {**NO_UTF8, "PYTHONIOENCODING": "latin-1"}


def program(*arguments: str, env: dict[str, str], **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "voice_trainer", *arguments],
        cwd=REPO,
        env=env,
        capture_output=True,
        timeout=120,
        **options,  # type: ignore[call-overload]
    )


def environment(home: Path | None, **more: str) -> dict[str, str]:
    ours = ("VOICE_TRAINER_HOME", "VOICE_TRAINER_STORE", "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    env = {key: value for key, value in os.environ.items() if key not in ours}
    return {**env, **({"VOICE_TRAINER_HOME": str(home)} if home else {}), **more}


def _nothing_broke(done: subprocess.CompletedProcess[bytes], code: int | tuple[int, ...] = 0) -> str:
    said = done.stderr.decode("utf-8", "replace")
    assert done.returncode in ((code,) if isinstance(code, int) else code), said
    assert "Traceback" not in said
    assert "Something inside" not in said
    return said


# no home folder


@pytest.mark.parametrize("home", ["nobody", "a file in the way", "a name too long", "not theirs"])
def test_without_a_home_folder_one_sentence_says_what_to_set(home: str, tmp_path: Path) -> None:
    """``HOME`` names what is not there, is no folder, can't be one, or may not be entered."""
    (tmp_path / "file").write_text("")
    where = {
        "nobody": "/nonexistent/home",
        "a file in the way": str(tmp_path / "file"),
        "a name too long": "/" + "x" * 5_000,
        "not theirs": str(tmp_path / "closed" / "home"),
    }[home]
    before: list[str] = []
    if home in ("nobody", "not theirs") and os.geteuid() == 0:
        before = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]  # root may write anywhere
        for folder in (tmp_path, *list(tmp_path.parents)[:2]):
            folder.chmod(folder.stat().st_mode | 0o055)
    if home == "not theirs":
        (tmp_path / "closed").mkdir(mode=0o700)
    for variable in ("HOME", config.HOME_VARIABLE):
        done = subprocess.run(
            [*before, sys.executable, "-m", "voice_trainer", "history"],
            cwd=REPO,
            env=environment(None, **{variable: where}),
            capture_output=True,
            timeout=120,
        )
        said = _nothing_broke(done, (1, 2))
        assert len(said.strip().splitlines()) == 1, said
        assert "VOICE_TRAINER_HOME" in said or "folder" in said or "settings file" in said


# no UTF-8


@pytest.mark.parametrize("locale", [NO_UTF8, LATIN_1], ids=["ASCII", "Latin 1"])
def test_a_locale_without_utf_8_prints_and_stores_as_any_other(locale: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = environment(home, **locale)
    room = practice(home)
    room.store.add_attempt(make_attempt(person="Zoë “Z” 李", started_at=datetime(2025, 3, 9, tzinfo=UTC)))
    room.store.close()
    for arguments in (
        ("--help",),
        ("exercises", "list"),
        ("exercises", "show", "cold-dinner"),
        ("exercises", "list", "--json"),
        ("--person", "Zoë “Z” 李", "history"),
        ("history", "--json"),
        ("models", "list"),
    ):
        done = program(*arguments, env=env)
        _nothing_broke(done)
        assert done.stdout
    said = _nothing_broke(program("exercises", "show", "“cold”", env=env), 2)
    assert "cold" in said


# the clock


def test_ids_and_lists_bear_a_clock_that_runs_back(tmp_path: Path) -> None:
    """What was practised lies in the future then: it is kept, listed, and suggests something."""
    home, chance = tmp_path / "home", random.Random(SEED)
    room = practice(home)
    library = load_library(library_folder())
    now, ids = datetime(2026, 1, 10, tzinfo=UTC), set()
    try:
        for _ in range(many(60, 2_000)):
            now += timedelta(days=chance.uniform(-400, 380))
            one = make_attempt(person="Ada", started_at=now, exercise_id=chance.choice(library.exercises).id)
            assert one.id not in ids
            ids.add(one.id)
            room.store.add_attempt(one)
            assert room.store.attempt(one.id).started_at == now
        for moment in (now, datetime(1970, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)):
            assert suggest(library, room.store, "Ada", now=moment) is not None
        listed = [row.started_at for row in room.store.attempts()]
        assert listed == sorted(listed, reverse=True)
        assert {row.id for row in room.store.attempts()} == ids
        rows = room.store.history()
        assert trends(rows) is not None
        assert by_day(rows)
        returns(rows)
    finally:
        room.store.close()
    for year in (1, 1969, 1970, 2200, 9999):
        assert len(new_attempt_id(datetime(year, 1, 2, tzinfo=UTC))) == 26


def test_a_clock_set_back_while_practising(tmp_path: Path, faults: Path) -> None:
    """By years, in the middle of a turn and between two."""
    home = tmp_path / "home"
    with trainees(LD_PRELOAD=str(faults)) as children:
        for number, back_s in enumerate((0, -86_400 * 900, 86_400 * 400, -2_000_000_000)):
            told = children.do(
                Order(home=str(home), log=str(tmp_path / f"{number}.log"), reply_s=0.4, speed=10, clock_s=back_s)
            )
            assert "finished True" in told, told
    room = practice(home)
    try:
        assert len(room.store.attempts()) == 4
        assert room.unfinished() == ()
        suggest(room.library, room.store, "Ada")
    finally:
        room.store.close()


# two trainers


WORKING = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    import numpy as np
    from tests.store.conftest import make_attempt
    from tests.torture.trainee import practice
    from voice_trainer.errors import VoiceTrainerError
    home, name, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    room = practice(home, person=name)
    print("ready", flush=True)
    sys.stdin.readline()
    for at in range(number):
        one = make_attempt(person=name, started_at=datetime.now(UTC))
        writer = room.recordings.begin(one.id, 16000, device="M", exercise_id="two-hours", turn="start", person=name)
        writer.write(np.full(1600, 0.25 if name == "Ada" else -0.25, np.float32))
        room.unfinished()  # as the first screen does; the other's, being made, is not offered
        import msgspec
        room.keep(msgspec.structs.replace(one, recording=writer.finish()))
        room.store.history()
        if at % 7 == 6:
            room.store.remove_attempt(one.id)
            room.recordings.remove(f"{one.id}.flac")
    room.store.close()
    print("done", flush=True)
"""


def test_two_trainers_at_once_on_one_store(tmp_path: Path) -> None:
    import textwrap

    import numpy as np

    home, number = tmp_path / "home", many(14, 210)
    env = {**environment(home), "PYTHONPATH": str(REPO), "OMP_NUM_THREADS": "1"}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WORKING), str(home), name, str(number)],
            cwd=REPO,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("Ada", "Bo")
    ]
    try:
        for one in both:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in both:
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()
        for one in both:
            out, error = one.communicate(timeout=many(150, 1800))
            assert out == "done\n", error
    finally:
        for one in both:
            if one.poll() is None:
                one.kill()
                one.wait()
    room = practice(home)
    try:
        left = number - number // 7
        for name, level in (("Ada", 0.25), ("Bo", -0.25)):
            rows = room.store.attempts(person=name)
            assert len(rows) == left
            for row in rows:
                assert row.recording is not None
                samples, _ = room.recordings.load(row.recording)
                np.testing.assert_array_equal(samples, np.full(1600, level, np.float32))
        assert room.unfinished() == ()
        assert len(list((home / "recordings").iterdir())) == 2 * left
    finally:
        room.store.close()


def test_one_recording_is_recovered_by_one_of_two(tmp_path: Path) -> None:
    import numpy as np

    first, second = Recordings(tmp_path), Recordings(tmp_path)
    writer = first.begin("one", 16_000, device=None, exercise_id="e", turn="t", person="Ada")
    writer.write(np.full(16_000, 0.5, np.float32))
    assert second.unfinished() == ()  # the first is still making it
    writer._close()
    first.leave("one")
    (found,) = second.unfinished()
    came: list[object] = []
    meet = threading.Barrier(2)

    def recover(recordings: Recordings) -> None:
        meet.wait()
        try:
            came.append(recordings.recover(found))
        except StoreUnwritable as error:
            came.append(error)

    both = [threading.Thread(target=recover, args=(one,)) for one in (first, second)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert sorted(type(one).__name__ for one in came) == ["StoreUnwritable", "str"]
    assert len(first.load("one.flac")[0]) == 16_000
