"""How soon the answer is there, by the clock of the one who feeds, and what it costs.

Replies of 5, 15, 30 and 60 s are put together from the rendered replies of exercises/, end where speech ends, and are
fed at the pace of speech in blocks of 50 ms to warm engines. The time runs from the last sample fed to the complete
answer: the key is pressed at once, or after the pauses that people leave.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from voice_trainer.scoring import Engines, Heard, ReplyInProgress
from voice_trainer.speech import SAMPLE_RATE

from .recordings import VOICE_ACTIVITY
from .spoken import Sound, replies
from .table import Row

KEY_AFTER_S = (0.0, 0.3, 0.6)
REPEATS = {5: 6, 15: 4, 30: 3, 60: 2}
"""How many replies of each length, each with three keys: a quarter of an hour in all."""
MEDIAN_S, P95_S, CPU_S = 0.3, 0.6, 0.35
BLOCK = round(0.05 * SAMPLE_RATE)
HEARD = Heard(
    prompt="You said you would be there and you weren't. I sat in that waiting room on my own for two hours.",
    feelings=("hurt", "let down"),
    meaning="that she could count on you",
)


def to_feedback(engines: Engines, repeats: dict[int, int]) -> Iterator[Row]:
    """``repeats``: how many replies of each length in seconds."""
    for length_s, count in repeats.items():
        sounds = list(replies(length_s, count, VOICE_ACTIVITY))
        for key_after_s in KEY_AFTER_S:
            found = [spoken_to(engines, sound, key_after_s, seed) for seed, sound in enumerate(sounds)]
            waits = np.array([wait for wait, _, _ in found])
            cpu = sum(cost for _, cost, _ in found) / sum(length for _, _, length in found)
            median, high = float(np.median(waits)), float(np.percentile(waits, 95))
            yield Row(
                figure=f"time to feedback, {length_s} s, key {key_after_s:.1f} s after the last word",
                reference=f"the clock of the one who feeds, {count} replies",
                reach=f"median ≤ {MEDIAN_S} s, 95th percentile ≤ {P95_S} s, ≤ {CPU_S} CPU-s a second",
                got=f"median {median:.2f} s, 95th percentile {high:.2f} s, most {waits.max():.2f} s; {cpu:.2f} CPU-s",
                met=median <= MEDIAN_S and high <= P95_S and cpu <= CPU_S,
            )


def spoken_to(engines: Engines, sound: Sound, key_after_s: float = 0.0, seed: int = 0) -> tuple[float, float, float]:
    """Seconds from the last sample to the answer, processor seconds, seconds of sound."""
    room = np.random.default_rng(seed).normal(scale=1e-4, size=round(key_after_s * SAMPLE_RATE)).astype(np.float32)
    sound = np.concatenate([sound, room])
    used, reply, began = time.process_time(), ReplyInProgress(engines, SAMPLE_RATE), time.monotonic()
    for start in range(0, len(sound), BLOCK):
        block = sound[start : start + BLOCK]
        time.sleep(max(0.0, began + (start + len(block)) / SAMPLE_RATE - time.monotonic()))
        reply.push(block)
    ended = time.monotonic()
    reply.finish(HEARD)
    return time.monotonic() - ended, time.process_time() - used, len(sound) / SAMPLE_RATE
