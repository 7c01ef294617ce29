"""Workers of a Dask cluster: the same code for each file, the models loaded once in every worker.

The files are not sent: every worker must see them under the same path, which is looked at before anything begins. A
worker that is on a file for longer than any recording of its size takes is restarted by its nanny, and the file passed
over.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from distributed import (
    CancelledError,
    Client,
    KilledWorker,
    Security,
    Worker,
    WorkerPlugin,
    as_completed,
    get_worker,
)

from ..errors import ModelError, RequestInvalid, Unreachable, VoiceTrainerError
from ..exercise import Exercise
from ..listening.attunement import SCORING_VERSION
from .address import checked, private
from .columns import failed_row
from .limits import hung, limit_s
from .plan import Task
from .scorer import Done, MakeEngines, Scorer, stamp_of

ANSWERS_WITHIN_S = 15
AHEAD = 3
"""Files that wait at each worker, so that none is idle while its next is on the way."""
LOOK_S = 30.0
"""How often the workers are asked how long each has been on its file."""
LOOKED_AT = 2000
"""Paths that one message asks a worker for."""


class Tls(NamedTuple):
    """PEM files; where there are none, those of Dask's own configuration (``distributed.comm.tls``)."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


def scored(
    tasks: Sequence[Task],
    make: MakeEngines,
    exercises: Mapping[str, Exercise],
    *,
    address: str,
    model_version: str,
    tls: Tls = Tls(),
) -> Iterator[Done]:
    """The tasks as they get done, in any order. ``model_version``: of the listening model on this machine.

    Raises:
        RequestInvalid: an address that is not private, no certificates, no workers, other versions on a worker, or
            files that a worker doesn't see.
        Unreachable: the scheduler doesn't answer, or goes away. ModelMissing, ModelCorrupt.
    """
    whole = checked(address)
    with _without_its_log(), _connected(whole, _security(whole, tls)) as client:
        _check_workers(client, whole)
        _check_paths(client, [*(task.path for task in tasks), *_prompts(tasks, exercises)])
        plugin = ScoringPlugin(make, exercises)
        try:
            client.register_plugin(plugin, name=plugin.name)
            _check_versions(client, plugin.name, (SCORING_VERSION, model_version))
            yield from _work(client, plugin.name, tasks)
        finally:
            if client.status == "running":  # a cluster that is gone has forgotten the models by itself
                with suppress(Exception):
                    client.unregister_worker_plugin(plugin.name)


class ScoringPlugin(WorkerPlugin):  # type: ignore[misc]
    """Keeps the models of one run in every worker, those that join later, too."""

    def __init__(self, make: MakeEngines, exercises: Mapping[str, Exercise]) -> None:
        self.name = f"voice-trainer-{uuid.uuid4().hex}"
        self._given = (make, dict(exercises))
        self._scorer: Scorer | None = None
        self._one_at_a_time: Any = None
        self.on: tuple[str, float] | None = None  # the key of what it is busy with, and since when

    def setup(self, worker: Worker) -> None:  # noqa: ARG002
        self._one_at_a_time = threading.Lock()  # a worker with many threads has the models once, all the same
        self._scorer = Scorer(*self._given)
        self._scorer.warm()

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002
        self._scorer = None

    @property
    def scorer(self) -> Scorer:
        if self._scorer is None:
            raise ModelError("The models of a worker are not loaded; look at its log, and start it anew.")
        return self._scorer

    def score(self, task: Task, key: str) -> Done:
        with self._one_at_a_time:
            self.on = (key, time.monotonic())
            try:
                return self.scorer.score(task)
            finally:
                self.on = None


def _score(plugin: str, task: Task, key: str) -> Done:
    found: ScoringPlugin = get_worker().plugins[plugin]
    return found.score(task, key)


def _busy(plugin: str, dask_worker: Worker) -> tuple[str, float] | None:  # Dask fills in an argument of that name
    """The key of what this worker is on, and for how many seconds."""
    on = dask_worker.plugins[plugin].on
    return None if on is None else (on[0], time.monotonic() - on[1])


def _versions(plugin: str, dask_worker: Worker) -> tuple[str, str]:
    found: ScoringPlugin = dask_worker.plugins[plugin]
    return SCORING_VERSION, found.scorer.model_version


def _sizes(paths: Sequence[str]) -> list[int | None]:
    """What this worker sees at each path: bytes; None where it can't read a file there."""
    found: list[int | None] = []
    for path in paths:
        stamp = stamp_of(path)
        found.append(stamp[0] if stamp is not None and os.access(path, os.R_OK) else None)
    return found


def _security(address: str, tls: Tls) -> Security | None:
    if not address.startswith("tls://"):
        return None
    given = {"tls_ca_file": tls.ca, "tls_client_cert": tls.certificate, "tls_client_key": tls.key}
    for path in given.values():
        if path is not None and not os.access(path, os.R_OK):
            raise RequestInvalid(f"The TLS file {path} can't be read; check the name.")
    try:
        security = Security(
            require_encryption=True, **{name: str(path) for name, path in given.items() if path is not None}
        )
        if security.tls_ca_file is None or security.tls_client_cert is None:
            raise RequestInvalid(
                "tls:// needs certificates; give --tls-ca, --tls-cert and --tls-key, "
                "or set distributed.comm.tls in Dask's configuration."
            )
        security.get_connection_args("client")
    except (OSError, ValueError, TypeError) as error:  # ssl.SSLError is an OSError
        raise RequestInvalid(f"The TLS certificates can't be used ({error}); they are PEM files.") from error
    return security


@contextmanager
def _without_its_log() -> Iterator[None]:
    """What Dask logs of a broken connection stays out of the way: it is told in one sentence."""
    log = logging.getLogger("distributed")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def _connected(address: str, security: Security | None) -> Iterator[Client]:
    try:
        client = Client(address, security=security, timeout=ANSWERS_WITHIN_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise Unreachable(
            f"No scheduler answers at {address} ({_first_line(error)}); start it, or check address and certificates."
        ) from error
    try:
        yield client
    except VoiceTrainerError:
        raise
    except (OSError, TimeoutError, RuntimeError) as error:  # what Dask raises when a connection breaks
        raise _lost(address, error) from error
    finally:
        with suppress(Exception):
            client.close(timeout=5)


def _lost(address: str, error: BaseException) -> Unreachable:
    return Unreachable(
        f"The scheduler at {address} does not answer any more ({_first_line(error)}); "
        "what was scored is kept, and the same command goes on where it was."
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160].rstrip(".")


def _check_workers(client: Client, address: str) -> None:
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise RequestInvalid(
            f"The scheduler at {address} has no workers; start some: dask worker {address} --nthreads 1."
        )
    for worker in workers:
        if not private(worker):
            raise RequestInvalid(
                f"The worker {worker} is reached by plain TCP over the network; start the cluster with TLS."
            )


def _prompts(tasks: Iterable[Task], exercises: Mapping[str, Exercise]) -> Iterator[str]:
    asked = {(task.exercise, task.turn) for task in tasks}
    for exercise, turn in sorted(asked):
        path = exercises[exercise].audio_path(exercises[exercise].turn(turn))
        if path is not None:
            yield str(path.absolute())


def _check_paths(client: Client, paths: Sequence[str]) -> None:
    """Whether every worker sees what this machine sees; a file that is missing here is told with its row."""
    here = [(path, size) for path, size in zip(paths, _sizes(paths), strict=True) if size is not None]
    for part in _batched(here):
        answers: dict[str, Any] = client.run(_sizes, [path for path, _ in part], on_error="return")
        for worker, found in sorted(answers.items()):
            if isinstance(found, BaseException):
                raise _cant_run(worker, found) from found
            for (path, size), seen in zip(part, found, strict=True):
                if seen != size:
                    what = "doesn't see" if seen is None else "has another file at"
                    raise RequestInvalid(
                        f"The worker {worker} {what} {path}; every worker needs the recordings and the exercises under "
                        "the same path: put them on a shared folder."
                    )


def _batched(items: Sequence[tuple[str, int]]) -> Iterator[Sequence[tuple[str, int]]]:
    for start in range(0, len(items), LOOKED_AT):
        yield items[start : start + LOOKED_AT]


def _check_versions(client: Client, plugin: str, here: tuple[str, str]) -> None:
    answers: dict[str, Any] = client.run(_versions, plugin, on_error="return")
    for worker, found in sorted(answers.items()):
        if isinstance(found, BaseException):
            raise _cant_run(worker, found) from found
        if tuple(found) != here:
            raise RequestInvalid(
                f"The worker {worker} scores by version {found[0]} with the listening model {found[1]}, and this "
                f"machine by {here[0]} with {here[1]}; install the same voice-trainer on both."
            )


def _cant_run(worker: str, error: BaseException) -> VoiceTrainerError:
    if isinstance(error, VoiceTrainerError):
        return error
    return RequestInvalid(
        f"The worker {worker} can't run voice-trainer ({type(error).__name__}: {_first_line(error)}); "
        "install the same version on every worker."
    )


class _Watch:
    """Asks the workers now and then what they are on, and restarts the one that hangs.

    A worker without a nanny can't be restarted: its file is passed over all the same, and the others take its work.
    """

    def __init__(self, client: Client, plugin: str) -> None:
        self.waiting: dict[str, tuple[Any, Task]] = {}
        self.given_up: set[str] = set()
        self._client, self._plugin = client, plugin
        self._over = threading.Event()
        threading.Thread(target=self._look, name="cohort-watch", daemon=True).start()

    def close(self) -> None:
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            with suppress(Exception):  # a broken connection is told by the run itself
                answers = self._client.run(_busy, self._plugin, on_error="ignore")
                for worker, on in answers.items():
                    if on is not None:
                        self._end_if_hung(worker, *on)

    def _end_if_hung(self, worker: str, key: str, seconds: float) -> None:
        future, task = self.waiting.get(key, (None, None))
        if task is None or key in self.given_up or seconds <= limit_s(task.path):
            return
        self.given_up.add(key)
        self._client.cancel([future], force=True)
        self._client.restart_workers([worker], raise_for_error=False)


def _work(client: Client, plugin: str, tasks: Sequence[Task]) -> Iterator[Done]:
    left = iter(tasks)
    watch = _Watch(client, plugin)
    number = itertools.count()

    def submit(task: Task) -> Any:
        key = f"{plugin}-{next(number)}"
        future = client.submit(_score, plugin, task, key, key=key, pure=False)
        watch.waiting[key] = (future, task)
        return future

    count = AHEAD * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
    waiting = as_completed([submit(task) for task in itertools.islice(left, count)], loop=client.loop)
    try:
        for future in waiting:
            _, task = watch.waiting.pop(future.key)
            done = _done(future, task, watch.given_up)
            following = next(left, None)
            if following is not None:
                waiting.add(submit(following))
            yield done
    finally:
        watch.close()


def _done(future: Any, task: Task, given_up: Set[str]) -> Done:
    """What came of ``task``. Raises OSError where the scheduler went away with it, even while the result is fetched."""
    try:
        done: Done = future.result()
    except (CancelledError, KilledWorker) as error:
        if future.key in given_up:
            text = hung(task.path)
        elif isinstance(error, CancelledError):
            raise OSError("it went away with the files that were being scored") from error
        else:
            text = f"The workers that scored {task.path} ended by themselves, one after another; score it on its own."
        return Done(key=task.key, stamp=stamp_of(task.path), row=failed_row(task, text))
    return done
