"""Workers: a service that kills its process, hangs or raises affects no other service."""

import gc
import os
import signal
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.fleet import workers
from drydock.fleet.inventory import Member

MEMBERS = [Member(name, path=Path()) for name in ("one", "broken", "three", "four")]


def run(examine: workers.Examine, cache: Path, seconds: float = 60) -> dict[str, workers.Result]:
    results = workers.run(examine, MEMBERS, cache, jobs=2, seconds=seconds)
    return {member.name: result for member, result in results}


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hanging() -> None:
    time.sleep(600)


def full() -> None:
    raise OSError(28, "No space left on device", "/x/y")


def refused() -> None:
    raise BadInput("https://me:hunter2@h/a.git is\nmissing")


def wrong() -> None:
    raise ValueError("odd")


@pytest.mark.parametrize(
    ("fail", "message"),
    [
        (killed, "its process ended unexpectedly (SIGKILL)"),
        pytest.param(hanging, "took more than 3 s", marks=pytest.mark.slow),
        (full, "/x/y: No space left on device"),
        (refused, "https://h/a.git is missing"),
        (wrong, "internal error: ValueError('odd')"),
    ],
)
def test_failing_service_stops_no_other(
    fail: Callable[[], None], message: str, tmp_path: Path
) -> None:
    def examine(member: Member, _place: Path) -> workers.Result:
        if member.name == "broken":
            fail()
        return {"examined": member.name}

    found = run(examine, tmp_path, seconds=3)

    assert found["broken"]["error"].endswith(message)
    assert {name: found[name]["examined"] for name in ("one", "three", "four")} == {
        name: name for name in ("one", "three", "four")
    }


def test_temporary_files_of_this_and_killed_runs_are_removed(tmp_path: Path) -> None:
    killed_run = tmp_path / "runs" / "old"
    killed_run.mkdir(parents=True)
    killed_run.with_suffix(".lock").touch()

    def examine(member: Member, place: Path) -> workers.Result:
        (place / member.name).write_text("scratch")
        return {}

    run(examine, tmp_path)

    assert list((tmp_path / "runs").iterdir()) == []


def test_no_service_starts_once_enough_are_done_or_in_progress(tmp_path: Path) -> None:
    done: list[str] = []

    for member, _ in workers.run(
        lambda _member, _place: {}, MEMBERS, tmp_path, jobs=1, seconds=60,
        enough=lambda busy: len(done) + busy >= 2,
    ):  # fmt: skip
        done.append(member.name)

    assert done == ["one", "broken"]


def test_garbage_of_one_service_is_collected_before_the_next(tmp_path: Path) -> None:
    references: list[weakref.ref[Node]] = []

    def examine(_member: Member, _place: Path) -> workers.Result:
        alive = sum(reference() is not None for reference in references)
        references.append(weakref.ref(Node()))
        return {"alive": alive}

    gc.disable()  # the command line hardly ever lets Python collect
    try:
        found = list(workers.run(examine, MEMBERS, tmp_path, jobs=1, seconds=60))
    finally:
        gc.enable()
    assert [result["alive"] for _, result in found] == [0] * len(MEMBERS)


class Node:
    """Refers to itself, so that only a garbage collection frees it."""

    def __init__(self) -> None:
        self.own = self
