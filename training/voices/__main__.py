"""Command line of the renderer."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from training.voices import manifest as manifests
from training.voices import opus
from training.voices.clips import Clip, collect
from training.voices.errors import VoiceError
from training.voices.settings import SAMPLE_RATE, VoiceSettings, load_settings

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 drift or a check that failed, 2 bad input."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        clips = collect(options.root, settings)
        if options.check:
            return check(options.root, clips, settings)
        chosen = _chosen(clips, options.only)
        if options.listen or options.measure:
            from training.voices import listen  # Whisper and the pitch tracker are wanted here alone

            return listen.run(options.root, chosen, settings, model=options.listen, measure=options.measure)
        return render_all(options.root, clips, chosen, settings, force=options.force)
    except VoiceError as error:
        print(error, file=sys.stderr)
        return 2


def render_all(root: Path, clips: list[Clip], chosen: list[Clip], settings: VoiceSettings, *, force: bool) -> int:
    """Render what changed among `chosen` (everything, with `force`) and bring the manifest up to date."""
    from training.voices.render import render  # Piper and WORLD are wanted here alone: --check does without

    manifest = manifests.load(root)
    stale = manifests.drift(root, chosen, settings, manifest)
    encoded = 0
    for clip in chosen:
        if not force and clip.path not in stale:
            continue
        samples = render(clip, settings)
        before = manifest.get(clip.path)
        same = before is not None and before.samples == manifests.samples_hash(samples)
        if not (same and manifests.is_intact(root, clip.path, before)):
            opus.write(root / clip.path, samples, SAMPLE_RATE)
            encoded += 1
        manifest[clip.path] = manifests.entry_of(root, clip, settings, samples)
        manifests.save(root, manifest)
        print(f"{clip.path}  {manifest[clip.path].seconds:.1f} s", flush=True)
    for path in manifests.orphans(root, clips, manifest):
        (root / path).unlink(missing_ok=True)
        manifest.pop(path, None)
        print(f"{path}  removed: nothing asks for it")
    manifests.save(root, manifest)
    print(f"{len(chosen)} clips, {encoded} encoded.")
    return 0


def check(root: Path, clips: list[Clip], settings: VoiceSettings) -> int:
    """Print each difference between exercises, manifest and sound files; 1 if there is any."""
    manifest = manifests.load(root)
    faults = manifests.drift(root, clips, settings, manifest)
    faults |= dict.fromkeys(manifests.orphans(root, clips, manifest), "is asked for by nothing")
    for path, fault in faults.items():
        print(f"{path} {fault}.", file=sys.stderr)
    if faults:
        print("Run `make voices` to render what changed.", file=sys.stderr)
        return 1
    print(f"{len(clips)} clips are as their exercises ask.")
    return 0


def _chosen(clips: list[Clip], only: str | None) -> list[Clip]:
    chosen = [clip for clip in clips if only is None or only in (clip.exercise, clip.path)]
    if not chosen:
        names = sorted({clip.exercise for clip in clips})
        raise VoiceError(f"There is no exercise {only!r}: use one of {', '.join(names)}.")
    return chosen


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.voices",
        description="Render the spoken prompts and model replies of the exercises to Opus. "
        "A clip that hasn't changed is left alone.",
    )
    parser.add_argument("--only", metavar="ID", help="just this exercise (or this sound file)")
    parser.add_argument("--force", action="store_true", help="render anew; only what sounds different is encoded again")
    parser.add_argument("--check", action="store_true", help="render nothing; exit 1 if exercises and sounds differ")
    parser.add_argument(
        "--listen",
        type=Path,
        metavar="MODEL",
        help="word error rates, heard with the faster-whisper model in this folder",
    )
    parser.add_argument("--measure", action="store_true", help="pitch, rate and loudness by speaker and delivery")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
