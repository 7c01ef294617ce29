"""Sound in and out of this machine through PortAudio."""

from __future__ import annotations

from .base import Device, Samples
from .devices import PORT_AUDIO, choose, listed
from .microphone import PortAudioMicrophone
from .playback import PortAudioPlayback


class PortAudioSound:
    """See ``base.Sound``. Cheap to make: PortAudio is loaded when it is first asked for something."""

    def devices(self) -> tuple[Device, ...]:
        """Every device, by names that differ; one plugged in since is there, unless something is open meanwhile."""
        with PORT_AUDIO.opening():
            return tuple(device for _, device in listed(PORT_AUDIO.fresh()))

    def open_microphone(self, name: str | None = None) -> PortAudioMicrophone:
        """See ``base.Sound.open_microphone``."""
        with PORT_AUDIO.opening():
            library = PORT_AUDIO.fresh()
            return PortAudioMicrophone(library, choose("input", name, listed(library)))

    def play(self, samples: Samples, rate_hz: int, name: str | None = None) -> PortAudioPlayback:
        """See ``base.Sound.play``."""
        with PORT_AUDIO.opening():
            library = PORT_AUDIO.fresh()
            return PortAudioPlayback(library, choose("output", name, listed(library)), samples, rate_hz)
