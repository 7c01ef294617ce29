"""What docs/security.md promises and a test can hold: no code out of data, no shell, private files, locked packages."""

from __future__ import annotations

import ast
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from voice_trainer.cli.app import run
from voice_trainer.engines import listener

REPO = Path(__file__).resolve().parents[2]
LOCKS = REPO / "requirements"
REPLY = REPO / "voice_trainer" / "demo" / "reply.opus"

FORBIDDEN_MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "cloudpickle",
    "dill",
    "marshal",
    "shelve",
    "joblib",
    "yaml",
    "pty",
}
"""They turn bytes into code, or into any object; PyYAML because its plain load does."""
FORBIDDEN_CALLS = {
    *("eval", "exec", "compile", "__import__"),
    *("os.system", "os.popen", "os.execv", "os.execvp", "os.execve", "os.spawnv", "os.posix_spawn"),
    *("subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell"),
    *("torch.load", "numpy.frompickle", "np.frompickle", "pandas.read_pickle"),
}
UNESCAPED = {"voice_trainer/exercise_draft.py"}
"""Writes YAML, where every text goes through a filter of its own; no browser ever reads it."""


def dangers(source: str, file: str = "a.py") -> Iterator[str]:
    """What in ``source`` would run data as code, or hand it to a shell; file, line and what."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            if name.partition(".")[0] in FORBIDDEN_MODULES:
                yield f"{file}:{line} imports {name}"
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        options = {each.arg: each.value for each in node.keywords if each.arg}
        if called in FORBIDDEN_CALLS:
            yield f"{file}:{line} calls {called}"
        if called.rpartition(".")[2] == "import_module" and ast.unparse(node.args[0])[:3] not in ("'vo", "f'."):
            yield f"{file}:{line} imports a module by a name that data may give"
        for option in ("shell", "allow_pickle"):
            if option in options and ast.unparse(options[option]) != "False":
                yield f"{file}:{line} calls {called} with {option}"
        if called.rpartition(".")[2] == "YAML" and "unsafe" in ast.unparse(node):
            yield f"{file}:{line} reads YAML that may ask for any object"
        filled = called.rpartition(".")[2] in ("Environment", "Template") and file not in UNESCAPED
        if filled and ast.unparse(options.get("autoescape", ast.Constant(None))) != "True":
            yield f"{file}:{line} fills a template without escaping"


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import yaml",
        "eval(text)",
        "import os\nos.system(text)",
        "subprocess.run(text, shell=True)",
        "subprocess.run(text, shell=wanted)",
        "np.load(path, allow_pickle=True)",
        "torch.load(path)",
        "YAML(typ='unsafe')",
        "importlib.import_module(name)",
        "importlib.import_module(f'{name}.x')",
        "jinja2.Environment(loader=loader)",
        "Environment(autoescape=False)",
    ],
)
def test_the_search_finds_what_it_searches_for(source: str) -> None:
    assert list(dangers(source))


def test_the_search_lets_what_is_safe_pass() -> None:
    fine = "import multiprocessing\nsubprocess.run([a, b], shell=False)\nre.compile(x)\nEnvironment(autoescape=True)\n"
    assert list(dangers(fine)) == []


def test_nothing_in_the_product_runs_data_as_code_or_through_a_shell() -> None:
    files = sorted((REPO / "voice_trainer").rglob("*.py"))
    assert len(files) > 100
    found = [
        each for file in files for each in dangers(file.read_text(encoding="utf-8"), file.relative_to(REPO).as_posix())
    ]
    assert found == []


def test_templates_leave_nothing_unescaped_but_what_is_marked_in_code() -> None:
    for template in (REPO / "voice_trainer" / "report" / "templates").glob("*.j2"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false", text), template


def test_an_exercise_that_asks_for_an_object_gets_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(tmp_path / "home"))
    touched = tmp_path / "touched"
    file = tmp_path / "gift.yaml"
    file.write_text(f"id: gift\ntitle: !!python/object/apply:os.system ['touch {touched}']\n", encoding="utf-8")
    assert run(["exercises", "check", str(file)]) == 2
    told = capsys.readouterr()
    assert "has a tag" in told.out + told.err
    assert not touched.exists()


# What lies under the data folder.


def _modes(folder: Path) -> dict[str, int]:
    found = [path for path in (folder, *folder.rglob("*")) if not path.is_symlink()]
    return {str(path.relative_to(folder.parent)): stat.S_IMODE(path.stat().st_mode) for path in found}


@pytest.mark.model
@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_everything_that_a_review_leaves_is_its_owners_alone_whatever_the_umask(
    tmp_path: Path, models_folder: Path
) -> None:
    """Its own program with umask 000: recording, store and its side files, settings, locks, an export, a report."""
    home = tmp_path / "new" / "home"
    (home / "models").parent.mkdir(parents=True, mode=0o700)
    (home / "models").symlink_to(models_folder, target_is_directory=True)
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    code = (
        "import os, sys, json\nos.umask(0)\n"
        "from voice_trainer.cli.app import run\n"
        f"assert run(['--person', 'Ana', 'review', {str(REPLY)!r}, '--exercise', 'cold-dinner']) == 0\n"
        f"assert run(['--person', 'Ana', 'report', '--exercise', 'cold-dinner', '-o', {str(out / 'a.html')!r}]) == 0\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "VOICE_TRAINER_HOME": str(home), "VOICE_TRAINER_STORE": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    modes = {**_modes(home), **{name: mode for name, mode in _modes(out).items() if name != "out"}}
    assert any(name.endswith(".flac") for name in modes)
    assert any(name.endswith(".sqlite3") for name in modes)
    assert any(name.endswith(".html") for name in modes)
    assert {name: oct(mode) for name, mode in modes.items() if mode not in (0o600, 0o700)} == {}


# Models.


@pytest.mark.model
def test_an_altered_whisper_model_is_one_sentence_and_exit_1(
    tmp_path: Path, whisper_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "home" / "models" / "whisper-base"
    shutil.copytree(whisper_folder, copy, copy_function=os.link)
    content = bytearray((copy / "config.json").read_bytes())
    (copy / "config.json").unlink()
    content[-2] ^= 1
    (copy / "config.json").write_bytes(content)
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(tmp_path / "home"))
    for command in (["review", str(REPLY), "--exercise", "cold-dinner", "--no-save"], ["models", "verify"]):
        assert run(command) == 1
        told = capsys.readouterr().err.strip()
        assert "config.json" in told
        assert "is not what its hash says" in told
        assert len(told.splitlines()) == 1


@pytest.mark.model
@pytest.mark.parametrize("name", ["model.onnx", "model.json", "tokenizer.json"])
def test_an_altered_listening_model_is_one_sentence_and_exit_1(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "listening_model"
    shutil.copytree(listener.FOLDER, copy)
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content.replace(b"0", b"1", 1) if name != "model.onnx" else content[:-1] + b"\x00\x00")
    real = listener.OnnxListener
    monkeypatch.setattr(listener, "OnnxListener", lambda *given, **options: real(copy, **options))
    monkeypatch.setenv("VOICE_TRAINER_HOME", str(tmp_path / "home"))
    file = tmp_path / "said.jsonl"
    file.write_text('{"prompt": "I am so tired.", "reply": "You sound worn out."}\n', encoding="utf-8")
    assert run(["wording", str(file)]) == 1
    told = capsys.readouterr().err.strip()
    assert f"{name} is damaged" in told
    assert len(told.splitlines()) == 1


def test_the_listening_model_is_what_its_sums_say() -> None:
    """Where this fails after a new fit, ``python -m training.listening.sums`` writes them anew."""
    listener.verified(listener.FOLDER)


# Packages.


def _locked(name: str) -> dict[str, tuple[str, str]]:
    """Package → version and its lines, of a lock file and those that it builds on."""
    text = (LOCKS / f"{name}.lock").read_text(encoding="utf-8")
    found: dict[str, tuple[str, str]] = {}
    for block in re.split(r"\n(?=\S)", text):
        if block.startswith("-r "):
            found |= _locked(block.split()[1].removesuffix(".lock"))
        elif pin := re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", block):
            found[canonicalize_name(pin[1])] = (pin[2], block)
    return found


PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
WANTED = {
    "build": PROJECT["build-system"]["requires"],
    "run": [*PROJECT["project"]["dependencies"], *EXTRAS["model"]],
    "extras": [*EXTRAS["postgres"], *EXTRAS.get("cluster", [])],
    "dev": EXTRAS["dev"],
    "voices": EXTRAS["voices"],
    "audit": EXTRAS["audit"],
}


@pytest.mark.parametrize("name", WANTED)
def test_every_package_is_locked_at_a_version_that_fits(name: str) -> None:
    """Where this fails after pyproject.toml changed: ``make lock``."""
    locked = _locked(name)
    for each in map(Requirement, WANTED[name]):
        key = canonicalize_name(each.name)
        assert key in locked, f"{each} is not in requirements/{name}.lock: make lock"
        assert locked[key][0] in each.specifier, f"{each} does not fit requirements/{name}.lock: make lock"


@pytest.mark.parametrize("file", sorted(LOCKS.glob("*.lock")), ids=lambda file: file.stem)
def test_a_lock_file_holds_hashes_and_no_address(file: Path) -> None:
    assert file.stem in WANTED
    for line in file.read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(
            r"# .*|-r \w+\.lock|[a-z0-9.-]+==[\w.]+( ; [\w.' <>=!()-]+)?( \\)?|    --hash=sha256:[0-9a-f]{64}( \\)?",
            line,
        ), line
    for version, block in _locked(file.stem).values():
        assert "--hash=sha256:" in block, version
