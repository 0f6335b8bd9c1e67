"""`drydock retrofit --resolve`: the fewest changes to pins that make a service lockable."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from drydock import git, locking
from drydock.adoption import pins
from drydock.adoption.place import branch_of
from drydock.adoption.translate import project
from drydock.commands import first_lock
from drydock.errors import BadInput, undone_by
from drydock.paths import resolved
from drydock.project import repository_of, require_clean
from drydock.report.outcomes import PinsReport
from drydock.template import answers

_FILES = (project.PATH, "uv.lock")


def resolve(
    folder: Path, builds: Sequence[str], say: Callable[[str], None], *, apply: bool
) -> PinsReport:
    """Find the pins that prevent a lock file; with `apply`, change them in a commit of its own.

    The packages in `builds` can be built from source. `say` reports each step before it starts.
    Raises BadInput, with nothing changed, if the service was not adopted, uv does not lock it, or
    other work would be lost.
    """
    try:
        recorded = answers.read(folder, answers.find(folder)).values
    except BadInput as error:
        raise BadInput(f"--resolve needs a service that was retrofitted: {error}") from error
    if recorded.get("packaging") == "poetry":
        raise BadInput(
            "--resolve needs uv, but Poetry locks this service: poetry lock shows why it fails"
        )
    python = str(recorded.get("python_version", "3.11"))
    found = pins.resolve(folder, python, say, builds)
    report = PinsReport(found, python, tuple(builds), applied=apply)
    needs_lock = not found and (builds or not locking.locked_elsewhere(folder))
    if apply and (report.changes or needs_lock):
        _apply(folder, report.changes, builds)
    return report


def _apply(folder: Path, changes: Mapping[str, str], builds: Sequence[str]) -> None:
    """Replace the pins of a service that prevent locking, and commit that with the lock file.

    Versions that any tool has locked are kept where they fit. The packages in `builds` can be built
    from source. Raises BadInput, with nothing changed, if there is no solution or other work would
    be lost.
    """
    try:
        folder = resolved(folder)
        repository = repository_of(folder)
        require_clean(repository)
        git.require_identity(folder)
        before = pins.read(folder)
        if elsewhere := locking.locked_elsewhere(folder):
            raise BadInput(f"it is not locked here: {elsewhere}")
        text = pins.changed(before, changes)
        try:
            lock = locking.locked(
                text, builds, known=first_lock.known(repository, folder, text, builds)
            )
        except locking.LockError as error:
            raise BadInput(f"it still does not lock: {error}") from error
        with undone_by("git reset --hard"):
            # As bytes, which keep the line ends.
            content = (folder / project.PATH).read_bytes().decode()
            (folder / project.PATH).write_bytes(pins.changed(content, changes).encode())
            (folder / "uv.lock").write_text(lock, "utf-8")
            repository.git("add", "--force", "--", *(str(folder / n) for n in _FILES))
            if not repository.text("diff", "--cached", "--name-only"):
                return
            relaxed = [f"{pin} -> {replacement}" for pin, replacement in changes.items()]
            built = [f"{name} is built from source" for name in builds]
            what = "Relax the pins that kept the service from being locked"
            branch_of(repository, folder).commit(
                repository, what if changes else "Lock the service", "\n".join(relaxed + built)
            )
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error
