"""The listening model on onnxruntime: one network call reads a whole reply, its sentences and the prompt before it.

The network (fitted and exported by ``training/listening``) reads ``[CLS] prompt [SEP] reply [SEP]`` once and pools its
heads over any number of token spans; span 0 is the whole reply, the others are its sentences. ``model.json`` beside it
holds labels and temperatures.

``SHA256SUMS`` holds the hash of each of its files, as ``sha256sum -c`` reads it. All are held against it at every load
(some 20 ms), and what was hashed is what is loaded: no file is read twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import ModelCorrupt, ModelMissing
from ..listening.moves import MECHANISMS, PRESENT, Behavior, Mechanism, Move, Reading, Span

Probabilities = dict[str, NDArray[np.float32]]
"""Head → probability of each class, one row a span: shape (1 + sentences, classes)."""

FOLDER = Path(__file__).resolve().parent.parent / "listening_model"
NETWORK, WORDS, DESCRIBED = "model.onnx", "tokenizer.json", "model.json"
SUMS = "SHA256SUMS"
QUESTIONS: tuple[Move, ...] = ("open_question", "closed_question")


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``model.json``. ``heads``: head → classes, in the order of the network's output.

    ``temperatures`` and ``biases`` (per class) calibrate a head: softmax(logits / temperature + bias).
    ``fitted_on``: the sides of its data that the weights have seen; no figure on a side that they saw says anything.
    """

    version: str
    fitted_on: tuple[str, ...]
    sha256: str
    heads: dict[str, tuple[str, ...]]
    temperatures: dict[str, float]
    biases: dict[str, tuple[float, ...]]
    prompt_tokens: int
    reply_tokens: int
    taught: dict[Move, str]
    not_taught: dict[Move, str]


class Encoded(msgspec.Struct, frozen=True):
    """One row for the network.

    Attributes:
        ids, types: token and segment ids.
        spans: token ranges (first, last excluded); the whole reply first.
        parts: which sentence each of the following spans belongs to.
    """

    ids: list[int]
    types: list[int]
    spans: list[tuple[int, int]]
    parts: list[int]


class Encoder:
    """Text to rows. Used by fitting too, so that both see the same tokens.

    A prompt longer than ``prompt_tokens`` keeps its end, where the reply ties in. A reply longer than ``reply_tokens``
    goes on in further rows, cut between sentences, or inside one that is longer than a row.
    """

    def __init__(self, tokenizer: Any, prompt_tokens: int, reply_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._prompt_tokens = prompt_tokens
        self._reply_tokens = reply_tokens
        self._cls = tokenizer.token_to_id("[CLS]")
        self._sep = tokenizer.token_to_id("[SEP]")

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def rows(self, prompt: str, sentences: Sequence[str]) -> list[Encoded]:
        """The rows of one reply; none where it has no words."""
        before, *parts = self.tokens([prompt, *sentences])
        head = [self._cls, *before[-self._prompt_tokens :], self._sep]
        pieces = [
            (index, part[at : at + self._reply_tokens])
            for index, part in enumerate(parts)
            for at in range(0, len(part), self._reply_tokens)
        ]
        rows: list[list[tuple[int, list[int]]]] = []
        for piece in pieces:
            if rows and sum(len(ids) for _, ids in rows[-1]) + len(piece[1]) <= self._reply_tokens:
                rows[-1].append(piece)
            else:
                rows.append([piece])
        return [self._row(head, row) for row in rows]

    def _row(self, head: list[int], pieces: list[tuple[int, list[int]]]) -> Encoded:
        ids, spans = list(head), []
        for _, piece in pieces:
            spans.append((len(ids), len(ids) + len(piece)))
            ids += piece
        whole = (len(head), len(ids))
        ids.append(self._sep)
        types = [0] * len(head) + [1] * (len(ids) - len(head))
        return Encoded(ids, types, [whole, *spans], [index for index, _ in pieces])


def pad(rows: Sequence[Encoded]) -> dict[str, NDArray[Any]]:
    """The network's inputs: ids, mask and types of shape (rows, tokens), spans of shape (rows, spans, tokens)."""
    length = max(len(row.ids) for row in rows)
    count = max(len(row.spans) for row in rows)
    ids = np.zeros((len(rows), length), np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    spans = np.zeros((len(rows), count, length), np.float32)
    for r, row in enumerate(rows):
        ids[r, : len(row.ids)] = row.ids
        mask[r, : len(row.ids)] = 1
        types[r, : len(row.ids)] = row.types
        for s, (first, last) in enumerate(row.spans):
            spans[r, s, first:last] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "spans": spans}


class OnnxListener:
    """The real ``Listener``. Nothing is read before the first use or ``warm``.

    Args:
        folder: model.onnx, tokenizer.json and model.json.
        threads: of one network call; more replies a second come from more processes rather than more threads.
    """

    def __init__(self, folder: Path = FOLDER, *, threads: int = 1) -> None:
        self._folder = folder
        self._threads = threads
        self._loaded: tuple[Manifest, Encoder, Any] | None = None

    @property
    def model_version(self) -> str:
        return self._load()[0].version

    @property
    def not_taught(self) -> dict[Move, str]:
        return dict(self._load()[0].not_taught)

    def warm(self) -> None:
        """Load the model and run it once. Raises ModelMissing, ModelCorrupt."""
        self.listen("I don't know.", ["That sounds hard."])

    def listen(self, prompt: str, sentences: Sequence[str]) -> Reading:
        """Read one reply; see the protocol. An empty reply, or a sentence without words, gets an empty span."""
        return self.listen_many([(prompt, sentences)])[0]

    def listen_many(self, items: Sequence[tuple[str, Sequence[str]]]) -> list[Reading]:
        manifest = self._load()[0]
        found = self.probabilities(items)
        return [_reading(manifest, probabilities) for probabilities in found]

    def probabilities(self, items: Sequence[tuple[str, Sequence[str]]]) -> list[Probabilities]:
        """Calibrated probabilities of every head; row 0 is the reply, NaN rows are spans without words."""
        manifest, encoder, _ = self._load()
        rows = [(i, row) for i, (prompt, texts) in enumerate(items) for row in encoder.rows(prompt, texts)]
        read: list[list[tuple[Encoded, Probabilities]]] = [[] for _ in items]
        for index, row, logits in self._run(rows):
            read[index].append((row, _calibrated(manifest, logits)))
        return [_merged(manifest, parts, len(items[i][1])) for i, parts in enumerate(read)]

    def _run(self, rows: list[tuple[int, Encoded]]) -> list[tuple[int, Encoded, NDArray[np.float32]]]:
        """One row at a time. The int8 activations share one scale in a run, so that beside others a reply would be read
        otherwise than alone; and it is no slower, since nothing is padded."""
        session = self._load()[2]
        return [(index, row, session.run(None, pad([row]))[0][0]) for index, row in rows]

    def _load(self) -> tuple[Manifest, Encoder, Any]:
        if self._loaded is None:
            self._loaded = _load(self._folder, self._threads)
        return self._loaded


def sums_of(folder: Path) -> str:
    """What ``SHA256SUMS`` has to hold for the files in ``folder`` as they are now."""
    names = (DESCRIBED, NETWORK, WORDS)
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)


def verified(folder: Path) -> dict[str, bytes]:
    """The files of the model in ``folder``, each exactly as it was hashed.

    Raises:
        ModelMissing: one is not there. ModelCorrupt: one is not what its hash says, or has none.
    """
    contents = {}
    for name in (DESCRIBED, NETWORK, WORDS, SUMS):
        try:
            contents[name] = (folder / name).read_bytes()
        except FileNotFoundError as error:
            raise ModelMissing(
                f"The listening model is not whole: {folder / name} is missing. Install Voice Trainer again."
            ) from error
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise ModelCorrupt(f"{folder / name} can't be read ({why}). Install Voice Trainer again.") from error
    lines = contents.pop(SUMS).decode("ascii", "replace").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for name, content in contents.items():
        found, right = hashlib.sha256(content).hexdigest(), sums.get(name, "")
        if found != right:
            raise ModelCorrupt(
                f"{folder / name} is damaged: its SHA-256 is {found[:12]}…, not {right[:12] or 'known'}…. "
                "Install Voice Trainer again."
            )
    return contents


def _load(folder: Path, threads: int) -> tuple[Manifest, Encoder, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    contents = verified(folder)
    try:
        manifest = msgspec.json.decode(contents[DESCRIBED], type=Manifest)
    except msgspec.MsgspecError as error:
        raise ModelCorrupt(f"{folder / DESCRIBED} can't be read ({error}). Install Voice Trainer again.") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        tokenizer = Tokenizer.from_buffer(contents[WORDS])
        session = onnxruntime.InferenceSession(contents[NETWORK], options, providers=["CPUExecutionProvider"])
    except Exception as error:  # both libraries raise bare Exceptions
        raise ModelCorrupt(f"The listening model in {folder} can't be loaded ({error}).") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return manifest, Encoder(tokenizer, manifest.prompt_tokens, manifest.reply_tokens), session


def _calibrated(manifest: Manifest, logits: NDArray[np.float32]) -> Probabilities:
    """Softmax of each head; ``logits`` has shape (spans, sum of classes)."""
    found: Probabilities = {}
    at = 0
    for head, classes in manifest.heads.items():
        values = logits[:, at : at + len(classes)] / manifest.temperatures[head] + np.array(manifest.biases[head])
        values = np.exp(values - values.max(axis=1, keepdims=True))
        found[head] = (values / values.sum(axis=1, keepdims=True)).astype(np.float32)
        at += len(classes)
    return found


def _merged(manifest: Manifest, parts: list[tuple[Encoded, Probabilities]], sentences: int) -> Probabilities:
    """Join the rows of a long reply: behavior by the share of tokens, anything else by the row that shows it most."""
    merged: Probabilities = {}
    for head, classes in manifest.heads.items():
        table = np.full((1 + sentences, len(classes)), np.nan, np.float32)
        for target in range(1 + sentences):
            pieces, sizes = [], []
            for row, found in parts:
                for at, (first, last) in enumerate(row.spans):
                    if (target == 0 and at == 0) or (at and row.parts[at - 1] == target - 1):
                        pieces.append(found[head][at])
                        sizes.append(last - first)
            if pieces:
                stack = np.stack(pieces)
                averaged = np.average(stack, axis=0, weights=sizes)
                table[target] = averaged if head == "behavior" else stack[stack[:, 0].argmin()]
        merged[head] = table
    return merged


def _reading(manifest: Manifest, found: Probabilities) -> Reading:
    reply, *sentences = (_span(manifest, found, at) for at in range(len(found["behavior"])))
    for sentence in sentences:
        _advice_only(sentence, sentence.moves.get("advice", 0.0))
    advised = max((sentence.moves.get("advice", 0.0) for sentence in sentences), default=0.0)
    asked = any(sentence.moves.get(move, 0.0) >= PRESENT for sentence in sentences for move in QUESTIONS)
    if not asked:  # a question that stands beside the advice stays one
        _advice_only(reply, advised)
    return Reading(
        reply=reply,
        sentences=tuple(sentences),
        level=_level(found),
        not_taught=dict(manifest.not_taught),
        model_version=manifest.version,
    )


def _level(found: Probabilities) -> float | None:
    """The level that is expected of a rater, 1–5; None where the model has no head for it, or there are no words."""
    if "level" not in found or np.isnan(found["level"][0, 0]):
        return None
    return float(found["level"][0] @ np.arange(1, 6))


def _advice_only(span: Span, advised: float) -> None:
    """Advice put as a question is advice only: its question counts by the chance that it is no advice."""
    if advised >= PRESENT:
        for move in QUESTIONS:
            if move in span.moves:
                span.moves[move] *= 1 - advised


def _span(manifest: Manifest, found: Probabilities, at: int) -> Span:
    if np.isnan(found["behavior"][at, 0]):
        return Span(behavior={}, moves={}, mechanisms={})
    behavior: dict[Behavior, float] = {}
    for name, value in zip(manifest.heads["behavior"], found["behavior"][at], strict=True):
        behavior[name] = float(value)  # type: ignore[index]
    moves: dict[Move, float] = {}
    for move, source in manifest.taught.items():
        head, _, name = source.partition(".")
        moves[move] = float(found[head][at, manifest.heads[head].index(name)])
    mechanisms: dict[Mechanism, float] = {}
    for mechanism in MECHANISMS:
        if mechanism in manifest.heads:
            mechanisms[mechanism] = float(found[mechanism][at] @ np.arange(len(manifest.heads[mechanism])))
    return Span(behavior=behavior, moves=moves, mechanisms=mechanisms)
