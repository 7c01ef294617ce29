"""Exports the fitted network to one int8 ONNX file, with the manifest that the product checks it by."""

from __future__ import annotations

import copy
import hashlib
import shutil
import tempfile
from pathlib import Path

import msgspec
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from voice_trainer.engines.listener import SUMS, Manifest, sums_of

from .model import ListeningNet
from .schema import HEADS, NOT_TAUGHT, OF_CORPUS

TAUGHT = {
    "simple_reflection": "reflection.simple",
    "complex_reflection": "reflection.complex",
    "open_question": "question.open",
    "closed_question": "question.closed",
    "information": "input.information",
    "advice": "advice.yes",
    **{move: f"{move}.yes" for move in OF_CORPUS},
}
"""Move → head.class. AnnoMI's negotiation and options are read by the input head, but are no move of the product."""
LARGEST_BYTES = 25_000_000


class RowEmbedding(torch.nn.Module):
    """Token vectors kept as int8 with a scale each: half of the network's size, and a shared scale would blur them."""

    def __init__(self, plain: torch.nn.Embedding) -> None:
        super().__init__()
        weight = plain.weight.detach()
        scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.table[ids].to(torch.float32) * self.scale[ids]


def export_float(net: ListeningNet, path: Path) -> None:
    """Float but for the token vectors. Rows, spans and tokens are all dynamic."""
    net = copy.deepcopy(net).eval()
    net.encoder.embeddings.word_embeddings = RowEmbedding(net.encoder.embeddings.word_embeddings)
    ids = torch.ones(2, 7, dtype=torch.int64)
    spans = torch.zeros(2, 3, 7)
    spans[:, :, 3:6] = 1
    batch, tokens, count = (torch.export.Dim(name, min=1) for name in ("rows", "tokens", "spans"))
    torch.onnx.export(
        net,
        (ids, torch.ones_like(ids), torch.zeros_like(ids), spans),
        str(path),
        input_names=["input_ids", "attention_mask", "token_type_ids", "spans"],
        output_names=["logits"],
        dynamic_shapes=({0: batch, 1: tokens},) * 3 + ({0: batch, 1: count, 2: tokens},),
        opset_version=18,
        dynamo=True,
        external_data=False,
        optimize=True,
    )


def quantize(source: Path, target: Path) -> None:
    """Dynamic int8 of the encoder's matrices, per channel; the small heads stay as they are.

    ``reduce_range`` (7 bits) since without VNNI an int8 product of full range overflows its 16-bit sum silently.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        model = onnx.load(str(source))
        del model.graph.value_info[:]  # shapes noted by the exporter confuse the quantizer's own inference
        onnx.save(model, str(plain))
        weights = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
        small = [
            node.name for node in model.graph.node if any(min(weights.get(i, (99,)) or (99,)) < 64 for i in node.input)
        ]
        quantize_dynamic(
            str(plain),
            str(target),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=small,
            extra_options={"MatMulConstBOnly": True},
        )
    size = target.stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"The exported network takes {size / 1e6:.1f} MB; at most {LARGEST_BYTES / 1e6:.0f} may ship.")


def write_manifest(
    folder: Path,
    *,
    version: str,
    fitted_on: tuple[str, ...],
    temperatures: dict[str, float],
    biases: dict[str, tuple[float, ...]],
    prompt_tokens: int,
    reply_tokens: int,
) -> Manifest:
    """Write model.json beside model.onnx and tokenizer.json as they lie there, and the hashes of all three."""
    manifest = Manifest(
        version=version,
        fitted_on=fitted_on,
        sha256=hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        heads=HEADS,
        temperatures=temperatures,
        biases=biases,
        prompt_tokens=prompt_tokens,
        reply_tokens=reply_tokens,
        taught=TAUGHT,  # type: ignore[arg-type]
        not_taught=NOT_TAUGHT,  # type: ignore[arg-type]
    )
    (folder / "model.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    write_sums(folder)
    return manifest


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS beside the model; the product loads nothing that it does not match."""
    (folder / SUMS).write_text(sums_of(folder), encoding="ascii")


def copy_tokenizer(encoder_folder: Path, folder: Path) -> None:
    shutil.copyfile(encoder_folder / "tokenizer.json", folder / "tokenizer.json")
