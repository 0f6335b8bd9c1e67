"""One service that ends its process, hangs or raises is one result, and stops no other."""

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
    found = workers.run(examine, MEMBERS, cache, jobs=2, seconds=seconds)
    return {member.name: result for member, result in found}


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hanging() -> None:
    time.sleep(600)


def full() -> None:
    raise OSError(28, "No space left on device", "/x/y")


def refused() -> None:
    raise BadInput("https://me:hunter2@h/a.git is\nnot there")


def wrong() -> None:
    raise ValueError("odd")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (killed, "ended (SIGKILL)"),
        pytest.param(hanging, "took more than 3 s", marks=pytest.mark.slow),
        (full, "/x/y: No space left on device"),
        (refused, "https://h/a.git is not there"),
        (wrong, "a fault of Drydock's own: ValueError('odd')"),
    ],
)
def test_what_happens_to_one_service_stops_no_other(
    how: Callable[[], None], said: str, tmp_path: Path
) -> None:
    def examine(member: Member, _place: Path) -> workers.Result:
        if member.name == "broken":
            how()
        return {"was": member.name}

    found = run(examine, tmp_path, seconds=3)

    assert found["broken"]["error"].endswith(said)
    assert {name: found[name]["was"] for name in ("one", "three", "four")} == {
        name: name for name in ("one", "three", "four")
    }


def test_nothing_is_left_of_a_run_nor_of_one_that_was_killed(tmp_path: Path) -> None:
    left = tmp_path / "runs" / "old"
    left.mkdir(parents=True)
    left.with_suffix(".lock").touch()

    def examine(member: Member, place: Path) -> workers.Result:
        (place / member.name).write_text("scratch")
        return {}

    run(examine, tmp_path)

    assert list((tmp_path / "runs").iterdir()) == []


def test_enough_keeps_further_services_from_being_started(tmp_path: Path) -> None:
    done: list[str] = []

    for member, _ in workers.run(
        lambda _member, _place: {}, MEMBERS, tmp_path, jobs=1, seconds=60,
        enough=lambda busy: len(done) + busy >= 2,
    ):  # fmt: skip
        done.append(member.name)

    assert done == ["one", "broken"]


def test_what_one_service_left_is_gone_before_the_next(tmp_path: Path) -> None:
    left: list[weakref.ref[Node]] = []

    def examine(_member: Member, _place: Path) -> workers.Result:
        there = sum(one() is not None for one in left)
        left.append(weakref.ref(Node()))
        return {"there": there}

    gc.disable()  # the command line lets Python collect as good as never
    try:
        found = list(workers.run(examine, MEMBERS, tmp_path, jobs=1, seconds=60))
    finally:
        gc.enable()
    assert [result["there"] for _, result in found] == [0] * len(MEMBERS)


class Node:
    """Refers to itself, so that only a collection ends it."""

    def __init__(self) -> None:
        self.own = self
