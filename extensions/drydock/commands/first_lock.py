"""The first lock file of an adopted service, which keeps its current versions."""

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
_FEWEST = f"{_RELAX} makes the fewest changes that let it lock"


def write(
    repository: Repository, place: Place, report: RetrofitReport, builds: Sequence[str]
) -> None:
    """Write and stage the lock file of a service, and add the result to `report`.

    An abort undoes it with the rest. `builds` are packages that may be built from source.
    """
    if (command := locking.command(place.folder)) != locking.FILES["uv.lock"]:
        report.todo.append(Todo(project.PATH, 0, "no lock file was written", command, "start"))
        return
    path, file = f"{place.prefix}uv.lock", place.folder / "uv.lock"
    if path not in place.tracked:
        if file.exists():
            fix = "commit it: the image is built from it"
            report.todo.append(Todo("uv.lock", 0, "git does not track it", fix, "start"))
            return
        (empty,) = repository.write_blobs([b""])
        repository.write_index([(path, 0, Entry("100644", empty))])
    source, versions = locked.before(place.files)
    kept = locked.to_keep(locked.versions(place.files)[1], pins.read(place.folder))
    if problem := lock_file.write(repository, place.folder, place.prefix, kept, builds):
        _report_problem(report, place.folder, "was not written", problem)
        if path not in place.tracked:
            repository.write_index([(path, 0, None)])
        return
    new = locking.packages(file.read_text("utf-8"))
    same = [name for name, version in versions.items() if new.get(name) == version]
    if versions:
        where = "the new one" if source == "uv.lock" else "uv.lock"
        report.locked = f"{len(same)} of {len(versions)} versions of {source} are in {where}"
    if raised := [f"{n} {v} → {new[n]}" for n, v in versions.items() if new.get(n, v) != v]:
        reason = f"these versions could not be kept: {', '.join(sorted(raised))}"
        fix = "read their changelogs; run the tests"
        report.todo.append(Todo(source, 0, reason, fix, "callers"))


def again(place: Place, report: RetrofitReport, builds: Sequence[str]) -> str | None:
    """Lock the requirements that codemods changed; return the path of the lock file.

    Returns None if there is no lock file, or if locking fails, which is added to `report`.
    """
    path = f"{place.prefix}uv.lock"
    if report.unlocked or path not in place.repository.tracked()[0]:
        return None
    if problem := locking.write(place.folder, builds=builds):
        _report_problem(report, place.folder, "lacks new requirements of the code", problem)
        return None
    return path


def _report_problem(report: RetrofitReport, folder: Path, what: str, problem: str) -> None:
    """Add a problem with the lock file to the report, and a way to fix it."""
    fix, report.locks_by = _FEWEST, _RELAX
    if problem == locking.locked_elsewhere(folder):
        fix = (
            "the image is built from the service's own lock file: "
            "exclude the service from the workspace, then uv lock"
        )
        report.locks_by = "exclude it from the workspace, then uv lock"
    elif not locking.has_no_solution(problem) or locking.lacks_network(problem):
        fix = "uv lock, where its indexes can be reached and its Python is installed"
        report.locks_by = fix
    report.unlocked = f"uv.lock {what}: {problem}"
    report.todo.insert(0, Todo(project.PATH, 0, report.unlocked, fix, "start"))


def known(repository: Repository, folder: Path, text: str, builds: Sequence[str]) -> str:
    """Return the lock file to start from: the service's own, or one converted from another tool's.

    `text` is its pyproject.toml. Empty if it has no lock file.
    """
    if (file := folder / "uv.lock").exists():
        return file.read_text("utf-8")
    files = texts_of(contents_of(repository, prefix_of(folder, repository)))
    return locking.locked_preferring(text, locked.to_keep(locked.versions(files)[1], text), builds)
