"""Everything that can go wrong, as one tree; each error is one plain sentence.

    VoiceTrainerError                 exit 1
    ├── BadInput                      exit 2: what the user gave can't be used
    │   ├── UnknownExercise           no exercise, or no turn, of that name
    │   ├── ExerciseInvalid           an exercise file with faults (all of them, with file, line and key)
    │   ├── AudioUnreadable           no such file, no audio in it, or it breaks off
    │   ├── AudioInvalid              audio that can't be measured: empty, NaN samples, too long
    │   ├── RequestInvalid            a line of input, an option or a value of the wrong form
    │   ├── SettingsInvalid           the settings file, or a variable of the environment
    │   ├── UnknownAttempt            no attempt of that id
    │   └── UnknownSession            no session of that id, or none of this coach
    ├── SoundError                    exit 1: sound in and out
    │   ├── PortAudioMissing          the PortAudio library is not installed
    │   ├── NoDevice                  no microphone, or no loudspeaker
    │   └── DeviceLost                a device that refuses, or vanishes while it is used
    ├── ModelError                    exit 1: a model
    │   ├── ModelMissing              not on this machine, and the network was not asked for
    │   └── ModelCorrupt              its files are not what their hash says
    ├── StoreError                    exit 1: where practice is kept
    │   ├── StoreUnwritable           a folder or database that can't be written
    │   ├── DiskFull                  no space left
    │   └── StoreCorrupt              a database or a record that can't be read
    └── SessionError                  exit 1: a live session
        ├── Unreachable               the coach's program doesn't answer, or the address can't be served
        ├── NotTrusted                the certificate is not the one of the invitation
        └── NotAdmitted               a wrong code, a name that is taken, a session that is over

A message says what was wrong, with its value, and what to do. Errors of other libraries are translated where they
arise, with the cause chained, so that nothing outside this tree reaches a user.
"""

from __future__ import annotations


class VoiceTrainerError(Exception):
    """Root of the tree. ``str(error)`` is the sentence; ``exit_code`` is the command line's answer."""

    exit_code = 1


class BadInput(VoiceTrainerError):
    exit_code = 2


class UnknownExercise(BadInput):
    pass


class ExerciseInvalid(BadInput):
    """Raised with every fault of a file at once.

    Args:
        faults: one sentence each, already carrying file, line and key.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class AudioUnreadable(BadInput):
    pass


class AudioInvalid(BadInput):
    pass


class RequestInvalid(BadInput):
    pass


class SettingsInvalid(BadInput):
    pass


class UnknownAttempt(BadInput):
    pass


class UnknownSession(BadInput):
    pass


class SoundError(VoiceTrainerError):
    pass


class PortAudioMissing(SoundError):
    pass


class NoDevice(SoundError):
    pass


class DeviceLost(SoundError):
    pass


class ModelError(VoiceTrainerError):
    pass


class ModelMissing(ModelError):
    pass


class ModelCorrupt(ModelError):
    pass


class StoreError(VoiceTrainerError):
    pass


class StoreUnwritable(StoreError):
    pass


class DiskFull(StoreError):
    pass


class StoreCorrupt(StoreError):
    pass


class SessionError(VoiceTrainerError):
    pass


class Unreachable(SessionError):
    pass


class NotTrusted(SessionError):
    pass


class NotAdmitted(SessionError):
    pass
