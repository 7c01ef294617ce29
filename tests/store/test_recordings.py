"""Recordings survive kill -9, a full disk and a read-only folder, and stay private."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from voice_trainer.errors import AudioInvalid, AudioUnreadable, RequestInvalid, StoreUnwritable
from voice_trainer.store.recordings import Recordings, RecordingWriter

RATE_HZ = 48000
ABOUT = {"device": "Test microphone", "exercise_id": "cold-dinner", "turn": "start", "person": "Ada"}
posix = pytest.mark.skipif(os.name != "posix", reason="file modes and kill -9 are POSIX's")


def begin(recordings: Recordings, attempt_id: str = "one", rate_hz: int = RATE_HZ) -> RecordingWriter:
    return recordings.begin(attempt_id, rate_hz, **ABOUT)


def noise(seconds: float, rate_hz: int = RATE_HZ, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, round(seconds * rate_hz)).astype(np.float32)


def as_kept(samples: np.ndarray) -> np.ndarray:
    """To 24 bits, the independent way."""
    return np.minimum(np.round(samples.astype(float) * 2**23), 2**23 - 1) / 2**23


def child(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


@pytest.mark.parametrize("rate_hz", [16000, 44100, 48000, 96000])
def test_what_was_written_is_loaded(tmp_path: Path, rate_hz: int) -> None:
    samples = noise(3.3, rate_hz)
    samples[:3] = [1.0, -1.0, 1.5]
    recordings = Recordings(tmp_path / "recordings")
    writer = begin(recordings, rate_hz=rate_hz)
    for start in range(0, len(samples), 999):
        writer.write(samples[start : start + 999])
    assert writer.duration_s == pytest.approx(3.3, abs=1e-3)
    name = writer.finish()
    loaded, loaded_rate = recordings.load(name)
    assert (loaded_rate, loaded.dtype) == (rate_hz, np.float32)
    np.testing.assert_array_equal(loaded, as_kept(np.clip(samples, -1, 1)))
    assert not list(recordings.folder.glob("*.pcm"))


def test_a_24_bit_value_comes_back_bit_for_bit_and_16_bits_cost_no_more(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    fine = (np.random.default_rng(2).integers(-(2**23), 2**23, 48000) / 2**23).astype(np.float32)
    coarse = (np.random.default_rng(2).integers(-(2**11), 2**11, 48000) / 2**15).astype(np.float32)
    sizes = []
    for attempt_id, samples in (("fine", fine), ("coarse", coarse)):
        writer = begin(recordings, attempt_id)
        writer.write(samples)
        name = writer.finish()
        np.testing.assert_array_equal(recordings.load(name)[0], samples)
        sizes.append(recordings.path(name).stat().st_size)
    assert sizes[1] < 48000 * 13 / 8  # 12 random bits a sample, kept in 24


@posix
def test_only_the_owner_can_read_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "recordings"
    before = os.umask(0)
    try:
        recordings = Recordings(folder)
        begin(recordings, "open").write(noise(0.1))
        os.umask(0o277)
        writer = begin(recordings, "done")
        writer.write(noise(0.1))
        writer.finish()
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert {"open.pcm", "open.json", "done.flac", "done.json"} <= modes.keys()
    assert set(modes.values()) == {0o600}


@posix
def test_a_folder_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir(mode=0o755)
    begin(Recordings(tmp_path / "recordings")).discard()
    assert stat.S_IMODE((tmp_path / "recordings").stat().st_mode) == 0o700


REAL_TIME = """
    import sys, time
    from pathlib import Path
    import numpy as np
    from voice_trainer.store.recordings import Recordings
    rate = 48000
    samples = np.random.default_rng(5).uniform(-1, 1, 30 * rate).astype(np.float32)
    writer = Recordings(Path(sys.argv[1])).begin(
        "killed", rate, device="M", exercise_id="cold-dinner", turn="start", person="Ada")
    start = time.monotonic()
    for index in range(0, len(samples), rate // 50):
        time.sleep(max(0, start + (index + rate // 50) / rate - time.monotonic()))
        spoken = time.monotonic() - start
        writer.write(samples[index : index + rate // 50])
        print(spoken, flush=True)
"""


@posix
def test_kill_9_while_speaking_loses_at_most_half_a_second(tmp_path: Path) -> None:
    speaking = child(REAL_TIME, tmp_path)
    assert speaking.stdout is not None
    for line in speaking.stdout:
        if float(line) > 3.0:
            break
    assert Recordings(tmp_path).unfinished() == ()  # it is being written by a living program
    spoken_at, killed_at = float(line), time.monotonic()
    speaking.send_signal(signal.SIGKILL)
    speaking.wait()
    spoken_s = spoken_at + (time.monotonic() - killed_at)
    speaking.stdout.close()

    recordings = Recordings(tmp_path)
    (left,) = recordings.unfinished()
    assert (left.attempt_id, left.exercise_id, left.turn, left.person) == ("killed", "cold-dinner", "start", "Ada")
    name = recordings.recover(left)
    samples, rate_hz = recordings.load(name)
    lost_s = spoken_s - len(samples) / rate_hz
    print(f"lost on kill -9: {lost_s:.3f} s of {spoken_s:.2f} s")
    assert lost_s <= 0.5
    assert len(samples) / rate_hz >= 3.0
    truth = np.random.default_rng(5).uniform(-1, 1, 30 * rate_hz).astype(np.float32)
    np.testing.assert_array_equal(samples, as_kept(truth[: len(samples)]))
    assert not list(tmp_path.glob("*.pcm"))
    recordings.settle(name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_was_finished_but_never_stored_is_offered_too(tmp_path: Path) -> None:
    code = """
        import os, sys
        from pathlib import Path
        import numpy as np
        from voice_trainer.store.recordings import Recordings
        writer = Recordings(Path(sys.argv[1])).begin("late", 16000, device=None, exercise_id="e", turn="t", person="p")
        writer.write(np.full(16000, 0.5, np.float32))
        writer.finish()
        os._exit(1)
    """
    assert child(code, tmp_path).wait() == 1
    recordings = Recordings(tmp_path)
    (left,) = recordings.unfinished()
    assert left.duration_s == pytest.approx(1.0)
    assert recordings.recover(left) == "late.flac"
    recordings.settle("late.flac")
    assert Recordings(tmp_path).unfinished() == ()
    assert len(recordings.load("late.flac")[0]) == 16000


def test_a_sample_cut_in_two_by_a_crash_is_left_out(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    writer = begin(recordings)
    writer.write(noise(1.0))
    recordings._release("one")  # as the death of the program would
    with (tmp_path / "one.pcm").open("ab") as file:
        file.write(b"\1\2\3")
    (left,) = recordings.unfinished()
    samples, _ = recordings.load(recordings.recover(left))
    np.testing.assert_array_equal(samples, as_kept(noise(1.0)))


def test_an_empty_one_is_cleared_away_and_a_damaged_sidecar_hides_no_other(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    for attempt_id in ("empty", "damaged", "good"):
        writer = begin(recordings, attempt_id)
        if attempt_id != "empty":
            writer.write(noise(0.5))
        recordings._release(attempt_id)
    (tmp_path / "damaged.json").write_text("{")
    assert [one.attempt_id for one in recordings.unfinished()] == ["good"]
    assert not (tmp_path / "empty.pcm").exists()
    assert (tmp_path / "damaged.pcm").exists()


FULL = """
    import json, resource, sys
    from pathlib import Path
    import numpy as np
    from voice_trainer.errors import DiskFull
    from voice_trainer.store.recordings import Recordings
    limit = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    recordings = Recordings(Path(sys.argv[1]))
    writer = recordings.begin("full", 16000, device=None, exercise_id="e", turn="t", person="p")
    samples = np.random.default_rng(5).uniform(-1, 1, 160000).astype(np.float32)
    said = []
    for index in range(0, len(samples), 333):
        try:
            writer.write(samples[index : index + 333])
        except DiskFull as error:
            said.append(str(error))
            break
    if sys.argv[3] == "smaller":
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit // 3, resource.RLIM_INFINITY))
    try:
        said.append(writer.finish())
    except DiskFull as error:
        said.append(str(error))
    print(json.dumps(said))
"""


@posix
@pytest.mark.parametrize("then", ["same", "smaller"])
def test_a_full_disk_loses_nothing_that_was_written(tmp_path: Path, then: str) -> None:
    limit = 100_002  # in the middle of a sample
    out, err = child(FULL, tmp_path, limit, then).communicate(timeout=60)
    assert err == ""
    first, second = json.loads(out)
    assert first.startswith("The disk is full: ")
    assert "full.pcm" in first
    recordings = Recordings(tmp_path)
    (left,) = recordings.unfinished()
    if then == "smaller":
        assert second.startswith("The disk is full: ")
        assert not list(tmp_path.glob("*.flac*"))
    else:
        assert second == "full.flac"
    samples, _ = recordings.load(recordings.recover(left))
    truth = np.random.default_rng(5).uniform(-1, 1, 160000).astype(np.float32)
    assert len(samples) == limit // 4
    np.testing.assert_array_equal(samples, as_kept(truth[: len(samples)]))


@posix
def test_speech_goes_on_in_step_once_there_is_space_again(tmp_path: Path) -> None:
    code = """
        import resource, sys
        from pathlib import Path
        import numpy as np
        from voice_trainer.errors import DiskFull
        from voice_trainer.store.recordings import Recordings
        resource.setrlimit(resource.RLIMIT_FSIZE, (6, resource.RLIM_INFINITY))
        folder = Path(sys.argv[1])
        recordings = Recordings(folder)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        writer = recordings.begin("again", 16000, device=None, exercise_id="e", turn="t", person="p")
        resource.setrlimit(resource.RLIMIT_FSIZE, (6, resource.RLIM_INFINITY))
        try:
            writer.write(np.array([0.25, 0.5, 0.75], np.float32))
            sys.exit("it was not full")
        except DiskFull:
            pass
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        writer.write(np.array([-0.25, -0.5], np.float32))
        print(recordings.load(writer.finish())[0].tolist())
    """
    out, err = child(code, tmp_path).communicate(timeout=60)
    assert (out.strip(), err) == ("[0.25, -0.25, -0.5]", "")


@posix
def test_a_read_only_folder_is_told_with_its_path(tmp_path: Path) -> None:
    code = """
        import os, sys
        from pathlib import Path
        from voice_trainer.errors import StoreUnwritable
        from voice_trainer.store.recordings import Recordings
        os.chdir(sys.argv[1])
        for mode, folder in ((0o555, "locked/recordings"), (0o755, "closed")):
            Path(folder.split("/")[0]).mkdir(mode)
        os.chmod("closed", 0o500)
        if os.getuid() == 0:  # root ignores modes
            os.chown("closed", 65534, 65534)
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        for folder in ("locked/recordings", "closed"):
            try:
                Recordings(Path(folder)).begin("one", 16000, device=None, exercise_id="e", turn="t", person="p")
            except StoreUnwritable as error:
                print(error)
    """
    tmp_path.chmod(0o755)
    out, err = child(code, tmp_path).communicate(timeout=60)
    assert err == ""
    made, written = out.splitlines()
    assert made.startswith("locked/recordings can't be made (Permission denied): see who owns the folder locked,")
    assert written.startswith("closed/one.lock can't be written (Permission denied): see who owns the folder closed,")


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("")
    with pytest.raises(StoreUnwritable, match="recordings can't be made"):
        begin(Recordings(tmp_path / "recordings"))


@pytest.mark.parametrize(
    "name", ["../outside.flac", "/etc/passwd", "a/b.flac", "..", "", ".flac", "one.pcm", "one.flac\0", "..\\one.flac"]
)
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.flac").write_text("keep me")
    recordings = Recordings(tmp_path / "recordings")
    for use in (recordings.path, recordings.load, recordings.remove, recordings.settle):
        with pytest.raises(RequestInvalid, match="is not the name of a recording"):
            use(name)
    assert (tmp_path / "outside.flac").read_text() == "keep me"


@posix
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    recordings = Recordings(tmp_path / "recordings")
    begin(recordings).discard()
    (recordings.folder / "link.flac").symlink_to(tmp_path / "secret")
    with pytest.raises(RequestInvalid):
        recordings.load("link.flac")


@pytest.mark.parametrize("attempt_id", ["", "../up", "a/b", ".hidden", "x" * 200])
def test_an_id_that_names_no_file_is_refused(tmp_path: Path, attempt_id: str) -> None:
    with pytest.raises(RequestInvalid):
        begin(Recordings(tmp_path), attempt_id)
    assert not list(tmp_path.iterdir())


def test_nothing_spoken_gives_no_recording(tmp_path: Path) -> None:
    with pytest.raises(AudioInvalid, match="empty"):
        begin(Recordings(tmp_path)).finish()
    assert not list(tmp_path.iterdir())


def test_samples_that_are_no_numbers_are_refused_and_the_rest_kept(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    writer = begin(recordings)
    writer.write(noise(0.2))
    with pytest.raises(AudioInvalid):
        writer.write(np.array([0.0, np.nan], np.float32))
    np.testing.assert_array_equal(recordings.load(writer.finish())[0], as_kept(noise(0.2)))


def test_discard_and_remove_leave_nothing(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    writer = begin(recordings)
    writer.write(noise(0.2))
    writer.discard()
    assert not list(tmp_path.iterdir())
    writer = begin(recordings)
    writer.write(noise(0.2))
    name = writer.finish()
    recordings.remove(name)
    recordings.remove(name)
    assert not list(tmp_path.iterdir())
    with pytest.raises(AudioUnreadable, match="is not there"):
        recordings.load(name)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    writer = begin(recordings)
    writer.write(noise(0.2))
    with pytest.raises(RequestInvalid):
        begin(recordings)
    name = writer.finish()
    recordings.settle(name)
    with pytest.raises(RequestInvalid):
        begin(recordings)
    assert len(recordings.load(name)[0]) == round(0.2 * RATE_HZ)


def test_a_damaged_recording_is_told(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    (tmp_path / "one.flac").write_bytes(b"fLaC broken")
    with pytest.raises(AudioUnreadable, match=r"one\.flac can't be read"):
        recordings.load("one.flac")


def test_a_flac_that_does_not_read_back_leaves_the_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recordings = Recordings(tmp_path)
    writer = begin(recordings)
    writer.write(noise(0.2))
    monkeypatch.setattr("voice_trainer.store.recordings.same", lambda *_: False)
    with pytest.raises(StoreUnwritable, match="did not read back"):
        writer.finish()
    monkeypatch.undo()
    assert not list(tmp_path.glob("*.flac*"))
    (left,) = recordings.unfinished()
    np.testing.assert_array_equal(recordings.load(recordings.recover(left))[0], as_kept(noise(0.2)))


def test_the_lock_of_a_program_killed_before_it_wrote_is_cleared_away(tmp_path: Path) -> None:
    recordings, other = Recordings(tmp_path), Recordings(tmp_path)
    writer = begin(recordings, "mine")
    (tmp_path / "mine.json").rename(tmp_path / "kept")  # as in the moment before it is there
    (tmp_path / "dead.lock").touch()
    assert other.unfinished() == ()
    assert sorted(path.name for path in tmp_path.glob("*.lock")) == ["mine.lock"]
    (tmp_path / "kept").rename(tmp_path / "mine.json")
    writer.write(noise(0.5))
    assert writer.finish() == "mine.flac"
