"""The passage that an everyday voice is read from, and the checks that a reading must pass."""

from __future__ import annotations

from .alignment import share_heard
from .baseline import CHECKED
from .measures import VoiceMeasures
from .transcript import Transcript

PASSAGE = (
    "On most mornings I open the window before I do anything else. The air is cool, and the street below is quiet. "
    "A man in a blue coat walks past with a small brown dog, and the two of them turn left at the corner by the "
    "bakery. I fill the kettle, put some bread in the toaster, and look for a clean cup.\n\n"
    "The tea goes into the pot, the butter comes out of the cupboard, and the radio says what the weather will be. "
    "Later I water the plants on the shelf, one after the other, and read a page or two. When the clock says nine, "
    "I put on my shoes and go to work."
)
"""About 40 s at an ordinary pace, of our own writing: nothing in it asks for a feeling, and every vowel and most
consonants of English come by."""
LEAST_WORDS = 0.6
"""Share of the passage's words that must be heard. Whisper's base model finds 0.9 and more of it in our rendered
voices; two thirds of the passage make 25 s, in which the measures have settled."""
LEAST_SPEECH_S = 20.0
LEAST_SNR_DB = 15.0
"""White noise at this level moves timbre by 0.2 and the spread of level by 0.4 of a plainly audible difference, at
10 dB by 0.6 and 0.75 (benchmarks/RESULTS.md)."""
MOST_CLIPPED = 0.001
"""A tenth of what a reply may have: this recording stands for all that follow, and can be made again at once."""


def faults(measures: VoiceMeasures, transcript: Transcript, *, passage: str = PASSAGE) -> tuple[str, ...]:
    """Why this reading can't stand for an everyday voice, each one plain sentence with what to do; none where it can.

    The first of several causes is told alone where the others follow from it.
    """
    if measures.speech_s is None or not measures.speech_s:
        return ("Nothing was heard; check the microphone in Settings, then read once more.",)
    found = []
    if measures.clipping_ratio is not None and measures.clipping_ratio > MOST_CLIPPED:
        share = 100 * measures.clipping_ratio
        found.append(f"It was too loud for the microphone ({share:.1f} % cut off); move back, or turn it down.")
    if measures.snr_db is None:
        found.append("There was no silence around your voice; wait a second before you begin and after you end.")
    elif measures.snr_db < LEAST_SNR_DB:
        found.append(
            f"The room is too loud: your voice is {measures.snr_db:.0f} dB over it, and {LEAST_SNR_DB:.0f} dB are "
            "needed; find a quieter place, or come closer to the microphone."
        )
    if measures.speech_s < LEAST_SPEECH_S:
        found.append(
            f"That was {measures.speech_s:.0f} s of speech, and {LEAST_SPEECH_S:.0f} s are needed; read the whole text."
        )
    else:
        share = share_heard(passage, transcript.words)
        if share < LEAST_WORDS:
            found.append(
                f"Only {100 * share:.0f} % of the text's words were heard, and {100 * LEAST_WORDS:.0f} % are needed; "
                "read the text as it stands."
            )
    if not found:
        lacking = [measures.not_rated[name] for name in CHECKED if name in measures.not_rated]
        found += [f"It can't be used: {lacking[0].removesuffix('.')}; read once more."] if lacking else []
    return tuple(found)


def in_words(measures: VoiceMeasures) -> str:
    """What was found, as a person would say it: pace, pitch and level, of those that could be measured."""
    said = []
    if measures.articulation_rate_syll_per_s is not None:
        said.append(f"{measures.articulation_rate_syll_per_s:.1f} syllables a second")
    if measures.f0_median_hz is not None:
        said.append(f"a pitch about {measures.f0_median_hz:.0f} Hz")
    if measures.f0_range_semitones is not None:
        said.append(f"moving over {measures.f0_range_semitones:.0f} semitones")
    if measures.loudness_mean_dbfs is not None:
        said.append(f"a level of {measures.loudness_mean_dbfs:.0f} dBFS")
    return ", ".join(said) or "nothing could be measured"
