"""One temperature a head, and (but for mechanisms) a small shift a class, fitted on development groups only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from voice_trainer.engines.listener import Encoder
from voice_trainer.listening.moves import MECHANISMS

from .data import Sample
from .fit import batches
from .model import ListeningNet
from .schema import HEADS

UNSHIFTED = MECHANISMS
"""Heads that keep the lean towards rare levels which their weighted loss gave them: they are read as expected levels,
and a shift back to the common level would make the rare ones vanish again. They pay with some calibration error."""
SHIFT_PENALTY = 0.02
"""Keeps a class shift near zero where development data is thin."""


def head_logits(
    net: ListeningNet, encoder: Encoder, samples: Sequence[Sample]
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Head → logits and labels of every reply (its whole span) where the head is known."""
    found: dict[str, list[tuple[NDArray[np.float32], int]]] = {head: [] for head in HEADS}
    net.eval()
    with torch.no_grad():
        for _, inputs, targets in batches(samples, encoder, 64, None):
            logits = net(**inputs).numpy()
            at = 0
            for head, classes in HEADS.items():
                for row, spans in enumerate(targets):
                    span, labels, _ = spans[0]
                    if head in labels:
                        found[head].append((logits[row, span, at : at + len(classes)], labels[head]))
                at += len(classes)
    return {
        head: (np.stack([v for v, _ in pairs]), np.array([label for _, label in pairs]))
        for head, pairs in found.items()
        if pairs
    }


def calibrate(
    net: ListeningNet, encoder: Encoder, samples: Sequence[Sample]
) -> tuple[dict[str, float], dict[str, tuple[float, ...]]]:
    """Temperatures and class shifts that lower the development loss; (1, zeros) for a head without data."""
    temperatures = dict.fromkeys(HEADS, 1.0)
    biases = {head: (0.0,) * len(classes) for head, classes in HEADS.items()}
    for head, (logits, labels) in head_logits(net, encoder, samples).items():
        values, wanted = torch.from_numpy(logits), torch.from_numpy(labels)
        log_t = torch.zeros(1, requires_grad=True)
        shift = torch.zeros(logits.shape[1], requires_grad=True)
        free = [log_t] if head in UNSHIFTED else [log_t, shift]
        optimizer = torch.optim.LBFGS(free, max_iter=100, line_search_fn="strong_wolfe")

        def closure(
            values: torch.Tensor = values,
            wanted: torch.Tensor = wanted,
            log_t: torch.Tensor = log_t,
            shift: torch.Tensor = shift,
            optimizer: torch.optim.Optimizer = optimizer,
        ) -> torch.Tensor:
            optimizer.zero_grad()
            scaled = values / log_t.exp() + shift
            loss = torch.nn.functional.cross_entropy(scaled, wanted) + SHIFT_PENALTY * shift.square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        temperatures[head] = float(log_t.detach().exp())
        biases[head] = tuple(float(v) for v in shift.detach())
    return temperatures, biases
