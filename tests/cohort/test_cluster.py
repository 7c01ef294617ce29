"""A real Dask cluster on this machine: the same rows, the models once in each worker, and what is refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from voice_trainer.cohort import limits, local
from voice_trainer.cohort.address import checked
from voice_trainer.cohort.plan import Task
from voice_trainer.errors import RequestInvalid, Unreachable

from .scripted import EXERCISE, TURN, Scripted, exercise, recordings, tasks_in

distributed = pytest.importorskip("distributed")

import dask  # noqa: E402
from distributed import LocalCluster, Security  # noqa: E402

from voice_trainer.cohort import cluster  # noqa: E402

MODEL = "scripted"


@pytest.fixture(scope="module")
def two_workers() -> Iterator[LocalCluster]:
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), begun(2) as running:
        yield running


def begun(workers: int, **other) -> LocalCluster:
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50, **other
    )


def scored(running: LocalCluster, tasks, make=None, **other):
    given = {"address": running.scheduler_address, "model_version": MODEL, **other}
    return cluster.scored(tasks, make or Scripted(), exercise(), **given)


def test_a_cluster_gives_the_same_rows_with_the_models_once_in_each_worker(
    two_workers: LocalCluster, tmp_path: Path
) -> None:
    folder, made = recordings(tmp_path / "in", 20), tmp_path / "made"
    (folder / "broken.wav").write_bytes(b"")
    tasks = tasks_in(folder)
    rows = {done.key: done for done in scored(two_workers, tasks, Scripted(made=made, slow_s=0.02))}
    assert rows == {done.key: done for done in local.scored(tasks, Scripted(), exercise(), workers=1)}
    assert sum(done.error is not None for done in rows.values()) == 1
    pids = made.read_text().split()
    assert len(pids) == len(set(pids)) == 2


def test_a_file_that_kills_its_worker_is_told_and_the_others_are_scored(
    two_workers: LocalCluster, tmp_path: Path
) -> None:
    folder, deadly = recordings(tmp_path / "in", 3), tmp_path / "deadly"
    deadly.write_text("once")
    done = list(scored(two_workers, tasks_in(folder), Scripted(deadly=deadly)))
    assert len(done) == 3
    told = [each.error for each in done if each.error]
    assert told
    assert all("ended by themselves" in text for text in told)


def test_a_file_that_hangs_its_worker_is_given_up_and_the_others_are_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SHORTEST_LIMIT_S", 4.0)
    monkeypatch.setattr(limits, "SLOWEST", 0.0)
    monkeypatch.setattr(cluster, "LOOK_S", 1.0)
    folder, deadly = recordings(tmp_path / "in", 3), tmp_path / "deadly"
    deadly.write_text("hangs")
    # What waits at a worker that is restarted counts as failed once; Dask allows three, the module's cluster none.
    with dask.config.set({"distributed.scheduler.allowed-failures": 3}), begun(1) as running:
        done = list(scored(running, tasks_in(folder), Scripted(deadly=deadly)))
    told = [each.error for each in done if each.error]
    assert len(done) == 3
    assert len(told) == 1
    assert "was given up" in told[0]


def test_a_file_that_a_worker_does_not_see_is_told_with_worker_and_path(two_workers: LocalCluster) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs a path that only this process sees")
    descriptor = os.dup2(os.open(__file__, os.O_RDONLY), 700)
    task = Task(file="x", path="/proc/self/fd/700", exercise=EXERCISE, turn=TURN)
    try:
        with pytest.raises(RequestInvalid, match=r"The worker tcp://127\.0\.0\.1:\d+ doesn't see /proc/self/fd/700;"):
            list(scored(two_workers, [task]))
    finally:
        os.close(descriptor)


def test_another_model_on_a_worker_is_told(two_workers: LocalCluster, tmp_path: Path) -> None:
    tasks = tasks_in(recordings(tmp_path / "in", 1))
    with pytest.raises(RequestInvalid, match=r"with the listening model scripted, and this machine by .* with other"):
        list(scored(two_workers, tasks, model_version="other"))


def test_tls_works_and_its_certificates_are_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    security = Security.temporary()
    files = []
    for name in ("tls_ca_file", "tls_client_cert", "tls_client_key"):
        files.append(tmp_path / name)
        files[-1].write_text(getattr(security, name))
    tasks = tasks_in(recordings(tmp_path / "in", 2))
    with begun(1, security=security) as running:
        assert running.scheduler_address.startswith("tls://")
        done = list(scored(running, tasks, tls=cluster.Tls(*files)))
        assert [each.error for each in done] == [None, None]
        with pytest.raises(RequestInvalid, match="needs certificates"):
            list(scored(running, tasks))
        other = Security.temporary()
        files[0].write_text(other.tls_ca_file)
        with pytest.raises(Unreachable, match="No scheduler answers"):
            list(scored(running, tasks, tls=cluster.Tls(*files)))


def test_a_cluster_that_goes_away_ends_the_run_in_one_sentence(tmp_path: Path) -> None:
    tasks = tasks_in(recordings(tmp_path / "in", 30))
    with begun(1) as running:
        work = scored(running, tasks, Scripted(slow_s=0.1))
        next(work)
        running.close()
        with pytest.raises(Unreachable, match="goes on where it was"):
            list(work)


def test_a_cluster_that_goes_away_while_a_result_is_fetched_ends_the_run_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = distributed.Future.result
    with begun(1) as running:

        def fetch_too_late(future: distributed.Future) -> object:
            running.close()
            return fetch(future)

        monkeypatch.setattr(distributed.Future, "result", fetch_too_late)
        with pytest.raises(Unreachable, match="goes on where it was"):
            list(scored(running, tasks_in(recordings(tmp_path / "in", 3))))


def test_no_workers_and_no_scheduler_are_one_sentence(tmp_path: Path) -> None:
    tasks = tasks_in(recordings(tmp_path / "in", 1))
    with begun(0) as running:
        with pytest.raises(RequestInvalid, match="has no workers"):
            list(scored(running, tasks))
        address = running.scheduler_address
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "ANSWERS_WITHIN_S", 1)
        with pytest.raises(Unreachable, match="No scheduler answers"):
            list(cluster.scored(tasks, Scripted(), exercise(), address=address, model_version=MODEL))


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("localhost:8786", "tcp://localhost:8786"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
        ("tls://10.0.0.5:8786", "tls://10.0.0.5:8786"),
    ],
)
def test_this_machine_and_tls_are_taken(given: str, whole: str) -> None:
    assert checked(given) == whole


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("tcp://10.0.0.5:8786", "plain TCP to another machine"),
        ("scheduler.example:8786", "plain TCP to another machine"),
        ("tcp://127.0.0.1.example:8786", "plain TCP to another machine"),
        ("tcp://localhost@evil.example:8786", "no address"),
        ("ucx://127.0.0.1:8786", "not used here"),
        ("ws://127.0.0.1:8786", "not used here"),
        ("127.0.0.1", "no address"),
        ("127.0.0.1:99999", "no address"),
        ("", "no address"),
        ("tls://[::1", "no address"),
    ],
)
def test_any_other_address_is_refused(given: str, says: str) -> None:
    with pytest.raises(RequestInvalid, match=says):
        checked(given)
