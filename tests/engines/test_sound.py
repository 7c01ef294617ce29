"""Sound in and out through PortAudio, heard and spoken through a PulseAudio of the tests' own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from scipy.signal import correlate

from voice_trainer.engines.base import Block
from voice_trainer.engines.devices import choose, named
from voice_trainer.engines.microphone import CaptureClock
from voice_trainer.engines.playback import last_audible
from voice_trainer.engines.sound import PortAudioSound
from voice_trainer.errors import DeviceLost, NoDevice

sys.path.insert(0, str(Path(__file__).parents[1] / "end_to_end"))

from pulse import ALSA_CONFIG, RATE_HZ, PulseAudio, missing, until

sound_test = pytest.mark.sound


@pytest.fixture(scope="module")
def pulse() -> Iterator[PulseAudio]:
    reason = missing()
    if reason:
        pytest.skip(reason)
    before = dict(os.environ)
    with PulseAudio() as daemon:
        daemon.add_sink("headset", device="headset")
        daemon.add_device("loop", "speaker.monitor")
        os.environ.update(daemon.env)  # PortAudio reads it when it is initialised, at the first use
        yield daemon
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def sound(pulse: PulseAudio) -> PortAudioSound:
    return PortAudioSound()


def tone(frequency_hz: float, seconds: float, rate_hz: int, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def silence(seconds: float, rate_hz: int) -> np.ndarray:
    return np.zeros(round(seconds * rate_hz), np.float32)


def loud(samples: np.ndarray, level: float = 0.02) -> np.ndarray:
    return np.flatnonzero(np.abs(samples) > level)


def joined(blocks: list[Block]) -> np.ndarray:
    return np.concatenate([block.samples for block in blocks])


def clocks(blocks: list[Block], rate_hz: int) -> np.ndarray:
    return np.concatenate([block.captured_at + np.arange(len(block.samples)) / rate_hz for block in blocks])


def run(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@sound_test
@pytest.mark.parametrize("rate_hz", [16000, 22050, 48000])
def test_a_tone_reaches_the_loudspeaker_at_its_pitch_and_length(
    pulse: PulseAudio, sound: PortAudioSound, rate_hz: int
) -> None:
    with pulse.record_speaker() as recording:
        playback = sound.play(tone(440, 1.0, rate_hz), rate_hz)
        assert playback.wait(10)
        until("the tone", lambda: len(loud(recording.so_far())) > 0.9 * RATE_HZ)
        heard = recording.stop()
    where = loud(heard)
    assert (where[-1] - where[0]) / RATE_HZ == pytest.approx(1.0, abs=0.02)
    middle = heard[where[0] + 4800 : where[0] + 4800 + 24000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * RATE_HZ / len(middle) == pytest.approx(440, abs=2)
    assert np.abs(middle).max() == pytest.approx(0.3, rel=0.05)
    assert playback.position_s == pytest.approx(1.0, abs=0.01)


@sound_test
def test_the_microphone_gives_what_was_spoken_into_it(pulse: PulseAudio, sound: PortAudioSound, tmp_path: Path) -> None:
    seconds = 3.0
    hiss = soxr.resample(np.random.default_rng(3).normal(0, 0.1, round(seconds * 4000)).astype(np.float32), 4000, 16000)
    soundfile.write(tmp_path / "spoken.wav", np.clip(hiss, -1, 1), 16000, subtype="PCM_16")
    microphone = sound.open_microphone()
    assert microphone.fallback is None
    blocks, received_at = [], []
    stream = microphone.blocks()
    for block in stream:  # an idle device wakes
        blocks.append(block)
        break
    with pulse.playing_into_microphone(tmp_path / "spoken.wav") as speaking:
        over_at = None
        for block in stream:
            blocks.append(block)
            received_at.append(time.monotonic())
            if over_at is None and speaking.poll() is not None:
                over_at = time.monotonic()
            if over_at is not None and time.monotonic() > over_at + 0.7:
                break
    microphone.close()
    blocks += list(microphone.blocks())

    samples = joined(blocks)
    truth = soxr.resample(hiss, 16000, microphone.rate_hz)
    lag = int(np.argmax(correlate(samples, truth, mode="valid")))
    part = samples[lag : lag + len(truth)]
    assert np.corrcoef(part, truth)[0, 1] > 0.95
    where = loud(samples, 0.05)
    assert (where[-1] - where[0]) / microphone.rate_hz == pytest.approx(seconds, abs=0.2)

    assert not any(block.overflowed for block in blocks)
    assert all(len(block.samples) >= 0.02 * microphone.rate_hz for block in blocks[1:-1])
    starts = np.array([block.captured_at for block in blocks])
    assert (np.diff(starts) > 0).all()
    # While it wakes, and when somebody begins to play into it, a null sink changes how late it is. After that the
    # clock keeps step with the samples.
    late = starts > clocks(blocks, microphone.rate_hz)[where[0]] + 1.0
    counted = np.cumsum([0, *(len(block.samples) for block in blocks[:-1])]) / microphone.rate_hz
    drift = (starts - counted)[late]
    assert np.ptp(drift) < 0.05
    ages = np.array(received_at) - starts[1 : len(received_at) + 1]
    assert 0 < np.median(ages) < 0.15


@sound_test
def test_what_is_heard_is_captured_at_the_clock_at_which_it_was_played(
    pulse: PulseAudio, sound: PortAudioSound
) -> None:
    """The loudspeaker fed back into a microphone: this difference is the error of a response latency."""
    rate_hz = 24000
    prompt = np.concatenate([silence(2.0, rate_hz), tone(300, 1.5, rate_hz), silence(0.8, rate_hz)])
    microphone = sound.open_microphone("loop")
    stream = microphone.blocks()
    playback = sound.play(prompt, rate_hz)
    blocks, positions = [], []
    for block in stream:
        blocks.append(block)
        positions.append((time.monotonic(), playback.position_s))
        if playback.wait(0) and block.captured_at > playback.last_audible_at + 0.5:
            break
    microphone.close()
    samples, at = joined(blocks), clocks(blocks, microphone.rate_hz)
    where = loud(samples)
    ended = at[where[-1]] - playback.last_audible_at
    began = at[where[0]] - (playback.last_audible_at - 1.5)
    moving = np.array([(clock, place) for clock, place in positions if 0.5 < place < 4.0])
    rate_of_position = np.polyfit(moving[:, 0], moving[:, 1], 1)[0]
    print(f"captured − heard: {began * 1000:+.1f} ms at the start, {ended * 1000:+.1f} ms at the end")
    assert abs(ended) < 0.05
    assert abs(began) < 0.05
    assert rate_of_position == pytest.approx(1.0, abs=0.02)
    assert (np.diff([place for _, place in positions]) >= 0).all()


@sound_test
def test_stopping_fades_out_and_ends(pulse: PulseAudio, sound: PortAudioSound) -> None:
    with pulse.record_speaker() as recording:
        playback = sound.play(tone(200, 20.0, 48000, level=0.5), 48000)
        until("sound", lambda: playback.position_s > 0.5)
        playback.stop()
        assert playback.wait(5)
        assert 0.5 < playback.position_s < 1.5
        assert playback.last_audible_at is not None
        until("silence", lambda: len(loud(recording.so_far())) and not len(loud(recording.so_far()[-4800:])))
        heard = recording.stop()
    end = loud(heard, 1e-3)[-1]
    steepest = 0.5 * 2 * np.pi * 200 / RATE_HZ  # of the tone itself; a click is steeper
    assert np.abs(np.diff(heard[end - 4800 : end + 480])).max() < 1.5 * steepest
    assert np.abs(heard[end - 96 : end]).max() < 0.15  # the last 2 ms of 10
    playback.stop()  # once more does no harm


@sound_test
def test_a_device_is_chosen_by_name_and_a_missing_one_replaced_with_a_sentence(
    pulse: PulseAudio, sound: PortAudioSound
) -> None:
    devices = sound.devices()
    inputs = [device for device in devices if device.kind == "input"]
    assert [device.name for device in inputs if device.is_default] == ["default"]
    assert "headset" in [device.name for device in inputs]
    assert len({(device.kind, device.name) for device in devices}) == len(devices)

    microphone = sound.open_microphone("headset")
    assert (microphone.name, microphone.fallback) == ("headset", None)
    microphone.close()
    microphone = sound.open_microphone("Yeti")
    assert microphone.name == "default"
    assert microphone.fallback == "The microphone “Yeti” is not there; using “default” instead."
    microphone.close()
    playback = sound.play(silence(0.1, 48000), 48000, "Boombox")
    assert playback.fallback == "The loudspeaker “Boombox” is not there; using “default” instead."
    playback.stop()
    assert playback.wait(5)


@sound_test
def test_a_device_plugged_in_later_appears(pulse: PulseAudio, sound: PortAudioSound) -> None:
    assert "plugged" not in [device.name for device in sound.devices()]
    pulse.add_device("plugged", "mic.monitor")
    until("the device", lambda: "plugged" in [device.name for device in sound.devices()])


@sound_test
def test_a_microphone_that_falls_silent_is_told_and_others_still_work(pulse: PulseAudio, sound: PortAudioSound) -> None:
    pulse.add_sink("doomed", device="doomed")
    until("the device", lambda: "doomed" in [device.name for device in sound.devices()])
    microphone = sound.open_microphone("doomed")
    blocks, gone_at = [], None
    try:
        for block in microphone.blocks():
            blocks.append(block)
            if gone_at is None and sum(len(block.samples) for block in blocks) > microphone.rate_hz:
                gone_at = time.monotonic()
                pulse.freeze_sink("doomed")
    except DeviceLost as error:
        told = str(error)
    assert told.startswith("The microphone “doomed” stopped: see that it is still connected")
    assert gone_at is not None
    assert time.monotonic() - gone_at < 3.0
    with pytest.raises(DeviceLost):
        next(microphone.blocks())
    microphone.close()
    again = sound.open_microphone()
    assert len(next(again.blocks()).samples)
    again.close()


GONE = """
    import os, signal, sys, time
    import numpy as np
    from voice_trainer.engines.sound import PortAudioSound
    from voice_trainer.errors import DeviceLost
    sound = PortAudioSound()
    microphone = sound.open_microphone()
    playback = sound.play(np.full(48000 * 60, 0.1, np.float32), 48000)
    gone_at = None
    try:
        for block in microphone.blocks():
            if gone_at is None and playback.position_s > 0.5:
                os.kill(int(os.environ["DAEMON"]), signal.SIGKILL)
                gone_at = time.monotonic()
    except DeviceLost as error:
        print(f"{time.monotonic() - gone_at:.3f}", error, sep="|")
    try:
        playback.wait(10)
    except DeviceLost as error:
        print(f"{time.monotonic() - gone_at:.3f}", error, sep="|")
    microphone.close()
"""


@sound_test
def test_the_sound_server_dying_is_told_for_both_and_the_program_ends_well() -> None:
    reason = missing()
    if reason:
        pytest.skip(reason)
    with PulseAudio() as daemon:
        assert daemon._daemon is not None
        done = run(GONE, {**daemon.env, "DAEMON": str(daemon._daemon.pid)})
    assert done.returncode == 0, done.stderr
    first, second = (line.split("|") for line in done.stdout.splitlines())
    assert float(first[0]) < 3.0
    assert float(second[0]) < 3.0
    assert first[1].startswith("The microphone “default” stopped")
    assert second[1].startswith("The loudspeaker “default” stopped")


TRY_ALL = """
    import sys
    import numpy as np
    {before}
    from voice_trainer.engines.sound import PortAudioSound
    from voice_trainer.errors import VoiceTrainerError
    sound = PortAudioSound()
    uses = (sound.devices, sound.open_microphone, lambda: sound.play(np.zeros(10, np.float32), 48000))
    for use in uses:
        try:
            print(use())
        except VoiceTrainerError as error:
            print(type(error).__name__, error)
"""


def test_without_portaudio_one_sentence_says_how_to_install_it() -> None:
    """Where sounddevice finds no library, as on a bare Linux."""
    before = "import ctypes.util; ctypes.util.find_library = lambda name: None"
    done = run(TRY_ALL.format(before=before), {})
    if "Device(" in done.stdout:
        pytest.skip("this sounddevice carries its own PortAudio")
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert line.startswith("PortAudioMissing Sound needs the PortAudio library, which is not installed: ")
        assert "install" in line.removeprefix(
            "PortAudioMissing Sound needs the PortAudio library, which is not installed"
        )


@sound_test
def test_without_any_device_one_sentence_says_so(tmp_path: Path) -> None:
    reason = missing()
    if reason:
        pytest.skip(reason)
    (tmp_path / "bare.conf").write_text(f"<{ALSA_CONFIG}>\n")
    nowhere = {"ALSA_CONFIG_PATH": str(tmp_path / "bare.conf"), "PULSE_SERVER": f"unix:{tmp_path}/none"}
    done = run(TRY_ALL.format(before=""), nowhere)
    if "Device(" in done.stdout:
        pytest.skip("this machine has sound devices of its own")
    listed, microphone, loudspeaker = done.stdout.splitlines()
    assert listed == "()"
    assert microphone.startswith("NoDevice No microphone was found: connect one")
    assert loudspeaker.startswith("NoDevice No loudspeaker was found: connect one")


def info(name: str, hostapi: int = 0, inputs: int = 1, outputs: int = 0) -> dict[str, object]:
    return {
        "name": name,
        "hostapi": hostapi,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": 44100.0,
    }


def test_devices_of_one_name_are_told_apart() -> None:
    infos = [info("Mic"), info("Mic", 1), info("Mic", 1), info("Line  in", 1, outputs=2)]
    found = named(infos, [{"name": "MME"}, {"name": "WASAPI"}], {"input": 1, "output": -1})
    assert [(index, device.kind, device.name, device.is_default) for index, device in found] == [
        (0, "input", "Mic (MME)", False),
        (1, "input", "Mic (WASAPI) 1", True),
        (2, "input", "Mic (WASAPI) 2", False),
        (3, "input", "Line in", False),
        (3, "output", "Line in", True),
    ]
    assert choose("input", "Mic (WASAPI) 2", found).index == 2
    assert choose("input", None, found).device.name == "Mic (WASAPI) 1"
    with pytest.raises(NoDevice):
        choose("output", None, found[:3])


def test_last_audible_leaves_out_silence_and_noise() -> None:
    rate_hz = 16000
    speech = tone(200, 1.0, rate_hz)
    hiss = np.random.default_rng(1).normal(0, 0.0005, rate_hz).astype(np.float32)
    assert last_audible(np.concatenate([speech, hiss]), rate_hz) == rate_hz
    assert last_audible(np.concatenate([hiss, speech]), rate_hz) == 2 * rate_hz
    assert last_audible(silence(1.0, rate_hz), rate_hz) is None
    assert last_audible(silence(0.0, rate_hz), rate_hz) is None


def test_capture_clock_smooths_jitter_takes_jumps_and_never_runs_back() -> None:
    jitter = np.random.default_rng(4).uniform(0, 0.015, 200)
    clock = CaptureClock(48000, 0.1)
    told = [clock.captured_at(960, 10.0 + 0.02 * k + 0.03 + late, 0.03, False) for k, late in enumerate(jitter)]
    errors = np.array(told) - (10.0 + 0.02 * np.arange(200))
    assert (np.diff(told) > 0).all()
    assert np.ptp(errors[50:]) < 0.006  # of 15 ms of jitter
    assert clock.captured_at(960, 20.03, 0.03, True) == pytest.approx(20.0)  # 6 s were lost
    assert clock.captured_at(960, 20.06, 0.03, False) == pytest.approx(20.02, abs=0.002)
    for impossible in (-1.0, 0.0, 1.7e9, float("nan")):
        clock = CaptureClock(48000, 0.1)
        assert clock.captured_at(960, 30.0, impossible, False) == pytest.approx(29.9)
