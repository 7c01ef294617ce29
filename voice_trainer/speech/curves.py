"""The contours that are drawn and stored: thinned, rounded."""

from __future__ import annotations

import numpy as np

from . import frames
from .frames import Bools, Floats
from .measures import Pause, VoiceCurves
from .pitch import PitchContour


def curves(contour: PitchContour, kept: Bools, level_dbfs: Floats, pauses: tuple[Pause, ...]) -> VoiceCurves:
    """Thin to at most ``VoiceCurves.MOST_POINTS`` each.

    F0 keeps every so many-th frame; of the level the loudest of each group stays, so that peaks don't vanish.
    """
    most = VoiceCurves.MOST_POINTS
    rows = np.flatnonzero(kept)
    rows = rows[:: max(1, -(-len(rows) // most))]
    group = max(1, -(-len(level_dbfs) // most))
    starts = np.arange(0, len(level_dbfs), group)
    loudest = np.maximum.reduceat(level_dbfs, starts) if len(starts) else level_dbfs
    middles = (starts + np.minimum(starts + group, len(level_dbfs)) - 1) / 2.0 * frames.HOP_S
    return VoiceCurves(
        f0_times_s=_rounded(contour.times_s[rows], 3),
        f0_hz=_rounded(contour.f0_hz[rows], 1),
        level_times_s=_rounded(middles, 3),
        level_dbfs=_rounded(loudest, 1),
        pauses=pauses,
    )


def _rounded(values: Floats, digits: int) -> tuple[float, ...]:
    return tuple(np.round(values, digits).tolist())
