"""The network: a MiniLM encoder, and one attention-pooled head a label, over any token span."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from transformers import AutoModel

from .schema import HEADS


class ListeningNet(nn.Module):
    """Logits of every head for every span.

    A head sees the mean of the span's token states beside its own attention-weighted mean: behavior lies in a stem or
    an ending, mechanisms in a few words somewhere, and the query finds where.
    """

    def __init__(self, encoder: Path, dropout: float = 0.15) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            encoder, add_pooling_layer=False, attn_implementation="eager", attention_probs_dropout_prob=0.0
        )
        size = self.encoder.config.hidden_size
        self.queries = nn.Linear(size, len(HEADS), bias=False)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleList(nn.Linear(2 * size, len(classes)) for classes in HEADS.values())
        self._frozen: tuple[nn.Module, ...] = ()

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
        spans: torch.Tensor,
    ) -> torch.Tensor:
        """(rows, tokens) ids and (rows, spans, tokens) masks → (rows, spans, sum of classes)."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mean = spans @ states / spans.sum(-1, keepdim=True).clamp(min=1.0)
        scores = self.queries(states).transpose(1, 2).unsqueeze(1)  # rows, 1, heads, tokens
        hidden = (1.0 - spans).unsqueeze(2) * -1e4
        weights = torch.softmax(scores + hidden, dim=-1)
        pooled = weights @ states.unsqueeze(1)  # rows, spans, heads, size
        mean = self.dropout(mean)
        pooled = self.dropout(pooled)
        return torch.cat([head(torch.cat([mean, pooled[:, :, k]], -1)) for k, head in enumerate(self.heads)], -1)

    def freeze(self, layers: int) -> None:
        """Keep the embeddings and the lowest ``layers`` layers as they were pre-trained, and without dropout.

        What drops out costs a sixth of a step on a processor, and teaches nothing to what doesn't learn.
        """
        self._frozen = (self.encoder.embeddings, *self.encoder.encoder.layer[:layers])
        for part in self._frozen:
            part.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> ListeningNet:
        super().train(mode)
        for part in self._frozen:
            part.eval()
        return self
