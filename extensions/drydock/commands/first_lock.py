"""The lock file of an adopted service: its first, with the versions that it ran with so far."""

from collections.abc import Sequence
from pathlib import Path

from drydock import locking
from drydock.adoption import locked, pins
from drydock.adoption.place import Place, texts_of
from drydock.adoption.translate import Todo, project
from drydock.commands import lock_file
from drydock.git import Entry, Repository
from drydock.project import contents_of, prefix_of
from drydock.report.outcomes import RetrofitReport

_RELAX = "drydock retrofit --resolve --apply"
_FEWEST = f"{_RELAX} makes the fewest changes after which it locks"


def write(
    repository: Repository, place: Place, report: RetrofitReport, builds: Sequence[str]
) -> None:
    """Write and stage the lock file of a service; `report` is told what comes of it.

    An abort takes it back with the rest. `builds` are packages that may be built for it.
    """
    if (command := locking.command(place.folder)) != locking.FILES["uv.lock"]:
        report.todo.append(Todo(project.PATH, 0, "no lock file is written", command, "start"))
        return
    path, file = f"{place.prefix}uv.lock", place.folder / "uv.lock"
    if path not in place.tracked:
        if file.exists():
            how = "commit one: the image is built from it"
            report.todo.append(Todo("uv.lock", 0, "git does not track it", how, "start"))
            return
        (empty,) = repository.write_blobs([b""])
        repository.write_index([(path, 0, Entry("100644", empty))])
    source, versions = locked.versions(place.files)
    kept = locked.to_keep(versions, pins.read(place.folder))
    if problem := lock_file.write(repository, place.folder, place.prefix, kept, builds):
        _report_problem(report, place.folder, "is not written", problem)
        if path not in place.tracked:
            repository.write_index([(path, 0, None)])
        return
    now = locking.packages(file.read_text("utf-8"))
    same = [name for name, version in versions.items() if now.get(name) == version]
    if versions:
        report.locked = f"{len(same)} of {len(versions)} versions of {source} are in uv.lock"
    if raised := [f"{n} {v} → {now[n]}" for n, v in versions.items() if now.get(n, v) != v]:
        why = f"these versions could not be kept: {', '.join(sorted(raised))}"
        report.todo.append(Todo(source, 0, why, "read their changelogs; run the tests", "callers"))


def again(place: Place, report: RetrofitReport, builds: Sequence[str]) -> str | None:
    """Lock what the rules make the service require; return its lock file, where that is so.

    Where it cannot be, `report` is told.
    """
    path = f"{place.prefix}uv.lock"
    if report.unlocked or path not in place.repository.tracked()[0]:
        return None
    if problem := locking.write(place.folder, builds=builds):
        _report_problem(report, place.folder, "lacks what the code requires now", problem)
        return None
    return path


def _report_problem(report: RetrofitReport, folder: Path, what: str, problem: str) -> None:
    """Report what is wrong with the lock file, and what may make the service lock."""
    how, report.locks_by = _FEWEST, _RELAX
    if problem == locking.locked_elsewhere(folder):
        how = "the image is built from a lock file beside it: exclude it there, then uv lock"
        report.locks_by = "exclude it from the workspace, then uv lock"
    elif not locking.has_no_solution(problem) or locking.lacks_network(problem):
        how = "uv lock, where its indexes can be reached and its Python is installed"
        report.locks_by = how
    report.unlocked = f"uv.lock {what}: {problem}"
    report.todo.insert(0, Todo(project.PATH, 0, report.unlocked, how, "start"))


def known(repository: Repository, folder: Path, text: str, builds: Sequence[str]) -> str:
    """Return the lock file that a service goes on from: its own, or one made from another tool's.

    `text` is its pyproject.toml. Empty: it has none.
    """
    if (file := folder / "uv.lock").exists():
        return file.read_text("utf-8")
    files = texts_of(contents_of(repository, prefix_of(folder, repository)))
    return locking.locked_preferring(text, locked.to_keep(locked.versions(files)[1], text), builds)
