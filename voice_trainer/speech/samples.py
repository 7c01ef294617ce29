"""The type of sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono float32 of shape (n,), in −1…1."""
