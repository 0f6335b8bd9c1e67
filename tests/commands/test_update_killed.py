"""A killed update can be undone: `git reset --hard` restores exactly the old state."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import Outcome, Service, Template, commit, git, snapshot, write

Drydock = Callable[..., Outcome]
Kill = Callable[..., bool]
CONFLICT = {1}  # the exit codes of an update of this service
LINES = "".join(f"line {number}\n" for number in range(1, 21))

pytestmark = pytest.mark.slow


@pytest.fixture
def service(template: Template, tmp_path: Path) -> Service:
    """A service whose next update makes every kind of change to a file."""
    template.release(
        "v1.0.0",
        {
            "both.txt": LINES,
            "changed.txt": LINES,
            "run.sh": "#!/bin/sh\n" + LINES,
            "gone/deep.txt": "gone\n",
            "moved.txt": LINES + "moved\n",
            "place": "a file that becomes a folder\n",
        },
    )
    service = Service.make(template, tmp_path / "service")
    service.change({"both.txt": LINES.replace("line 3\n", "mine\n"), "mine.txt": "mine\n"})
    template.release(
        "v1.1.0",
        {
            "both.txt": LINES.replace("line 3\n", "new\n"),
            "changed.txt": LINES.replace("line 9\n", "new\n"),
            "run.sh": LINES,
            "gone/deep.txt": None,
            "moved.txt": None,
            "to/moved.txt": LINES + "moved\n",
            "place": None,
            "place/in.txt": "in\n",
        },
    )
    (template.path / "template/run.sh").chmod(0o644)
    template.release("v1.1.1")
    return service


def files(folder: Path) -> dict[str, Any]:
    return {k: v for k, v in snapshot(folder).items() if not k.startswith(".git/")}


def folders(folder: Path) -> set[str]:
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir())
    return {name for name in names if not name.startswith(".git")}


def copies(service: Service, tmp_path: Path) -> Iterator[Path]:
    number = 0
    while True:
        number += 1
        copy = tmp_path / f"copy{number}"
        shutil.copytree(service.path, copy, symlinks=True)
        # The copied index has the times of the original files.
        git(copy, "status")
        yield copy
        shutil.rmtree(copy)


def test_update_killed_at_any_step_can_be_undone(
    drydock: Drydock, kill: Kill, service: Service, tmp_path: Path
) -> None:
    before = files(service.path), folders(service.path)
    changed = 0
    for at, copy in enumerate(copies(service, tmp_path), 1):
        if not kill(copy, at, ends=CONFLICT):
            break
        changed += files(copy) != before[0]
        if at % 2:
            git(copy, "reset", "--hard", "--quiet")
        else:
            drydock("update", copy, "--abort")
        assert (files(copy), folders(copy)) == before, f"killed at step {at}"
        assert git(copy, "status", "--porcelain", "--ignored") == ""
        assert drydock("update", copy, "--defaults").code == 1  # and another update works
    assert at > 30
    assert changed >= 5  # steps after the first file was written


@pytest.mark.parametrize("conflict", [False, True])
def test_update_with_commit_killed_at_any_step_can_be_undone(
    drydock: Drydock, kill: Kill, service: Service, tmp_path: Path, conflict: bool
) -> None:
    if not conflict:
        service.change({"both.txt": LINES})
    before = files(service.path), folders(service.path)
    changed = 0
    for at, copy in enumerate(copies(service, tmp_path), 1):
        command = ("update", copy, "--defaults", "--commit", "--json")
        killed = kill(copy, at, *command, ends={int(conflict)})
        changed += files(copy) != before[0]
        undone = drydock("update", copy, "--abort")
        assert undone.code == 0 or " to undo" in undone.err, undone.err
        assert (files(copy), folders(copy)) == before, f"killed at step {at}"
        assert git(copy, "status", "--porcelain", "--ignored", "--branch") == "## main"
        assert git(copy, "branch", "--format=%(refname:short)") == "main", f"killed at step {at}"
        if not killed:
            break
    assert at > 30
    assert changed > 5


def test_uncommitted_work_elsewhere_survives_a_kill_at_any_step(
    drydock: Drydock, kill: Kill, service: Service, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(service.path, repository / "one", ignore=shutil.ignore_patterns(".git"))
    git(tmp_path, "init", "--quiet", "--initial-branch=main", repository)
    write(repository, {"two/staged.txt": "old\n", "two/changed.txt": "old\n"})
    commit(repository, "start")
    write(repository, {"two/staged.txt": "staged\n"})
    git(repository, "add", "--all")
    write(repository, {"two/changed.txt": "changed\n", "two/new.txt": "new\n"})
    before = files(repository), folders(repository), git(repository, "status", "--porcelain")
    changed = 0
    for at, copy in enumerate(copies(Service(repository), tmp_path), 1):
        killed = kill(copy / "one", at, ends=CONFLICT)
        changed += files(copy) != before[0]
        undone = drydock("update", copy / "one", "--abort")
        assert undone.code == 0 or " to undo" in undone.err, undone.err
        after = files(copy), folders(copy), git(copy, "status", "--porcelain")
        assert after == before, f"killed at step {at}"
        assert git(copy, "show", ":two/staged.txt") == "staged"
        if not killed:
            break
    assert at > 30
    assert changed >= 5


def test_abort_removes_a_stale_index_lock(
    drydock: Drydock, kill: Kill, service: Service, tmp_path: Path
) -> None:
    before = files(service.path)
    for at, copy in enumerate(copies(service, tmp_path), 1):
        killed = kill(copy, at, ends=CONFLICT)
        if (copy / ".git/drydock-update").exists():
            break
        assert killed
    write(copy, {".git/index.lock": "half an index"})
    assert drydock("update", copy, "--abort").code == 0
    assert files(copy) == before
    assert git(copy, "status", "--porcelain") == ""


def test_update_killed_while_git_writes_files_can_be_undone(
    drydock: Drydock, kill: Kill, service: Service, tmp_path: Path
) -> None:
    service.change({".gitattributes": "*.txt filter=deadly\n"})
    before = files(service.path)
    script = '#!/bin/sh\ncat\necho >> "$0.count"\n[ $(wc -l < "$0.count") = 3 ] && kill -9 0\n:\n'
    write(tmp_path, {"deadly": script})
    git(service.path, "config", "filter.deadly.smudge", str(tmp_path / "deadly"))
    assert kill(service.path, 0, ends=CONFLICT)
    assert files(service.path) != before
    assert drydock("update", service.path, "--abort").code == 0
    assert files(service.path) == before
    assert git(service.path, "status", "--porcelain") == ""


def test_abort_refuses_a_running_update(drydock: Drydock, service: Service) -> None:
    assert drydock("update", service.path, "--defaults").code == 1
    with (service.path / ".git/drydock-update").open() as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        refused = drydock("update", service.path, "--abort")
    assert (refused.code, "still running" in refused.err) == (2, True)
    assert drydock("update", service.path, "--abort").code == 0
