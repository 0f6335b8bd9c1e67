"""The way of a merge into the work tree, and back.

The index is written first, the files after it. So a kill at any step leaves files that git knows
as changed or new, and `git reset --hard` gives exactly the old state.
"""

import fcntl
import hashlib
import json
import os
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from drydock.errors import BadInput
from drydock.git import Entry, Repository, Tree
from drydock.merging.trees import Merge

_JOURNAL = "drydock-update"


@dataclass(frozen=True)
class Work:
    """What a command does to a service; each has a journal of its own, for an abort."""

    command: str
    service: str = ""
    """The service's folder from the top of its repository: empty, or with `/` at its end."""

    def described(self, repository: Repository) -> str:
        """Return whose it is, and the command, for the current folder, that undoes it."""
        article = "an" if self.command == "update" else "a"
        service = shlex.quote(os.path.relpath(repository.top / self.service))
        undo = f"drydock {self.command} {service} --abort"
        return f"{article} {self.command} of {self.service or './'}: {undo}"


def require_room(repository: Repository, ours: Tree, unwatched: Set[str], merge: Merge) -> None:
    """Raise BadInput where writing a merge would lose what git does not hold.

    `ours` is what is tracked, and `unwatched` what of that git was told to overlook: edits of it
    are in no commit and in no status.
    """
    if found := in_the_way(repository, ours, merge):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise BadInput(f"untracked file would be overwritten: move it first: {found[0]}{more}")
    if hidden := sorted(unwatched & (merge.changes.keys() | merge.conflicts.keys())):
        raise BadInput(
            f"git was told to overlook {hidden[0]}, which is to change: "
            "git update-index --no-assume-unchanged --no-skip-worktree makes it look"
        )


def in_the_way(repository: Repository, ours: Tree, merge: Merge) -> list[str]:
    """Return what git does not track, ignored or not, where the merge would write.

    `ours` is what is tracked now. Reading only; raises nothing.
    """
    gone = {path for path, entry in merge.changes.items() if entry is None}
    found = set()
    for path, entry in merge.changes.items():
        if entry is None or path in ours:
            continue
        for part in (path, *(str(parent) for parent in Path(path).parents[:-1])):
            place = repository.top / part
            if part in ours:
                break  # a tracked file, which the merge removes or replaces
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                found.add(part)
            elif part == path and place.is_dir():
                found |= set(_untracked(repository.top, place, gone))
    return sorted(found)


def _untracked(root: Path, folder: Path, gone: set[str]) -> Iterator[str]:
    for place in folder.rglob("*"):
        path = place.relative_to(root).as_posix()
        if path not in gone and (place.is_symlink() or not place.is_dir()):
            yield path


def write(
    repository: Repository,
    head: str,
    merge: Merge,
    work: Work,
    then: Callable[[Repository], None] | None = None,
) -> None:
    """Write the result of a merge into index and work tree, or leave both as they are.

    `repository` has the objects in quarantine; `head` is the commit the service is at. `work` is
    noted for an abort. What is uncommitted elsewhere stays. Files in conflict get their markers and
    their three stages in the index. What is to be done `then` belongs to it. Raises GitError or
    OSError when something cannot be written, and what `then` raises, with everything taken back.
    """
    wanted = [entry for entry in merge.changes.values() if entry]
    staged = [entry for c in merge.conflicts.values() for entry in c.stages.values()]
    repository.keep([e.oid for e in (*wanted, *staged) if e.mode != "160000"])
    own = repository.storing_in(None)
    paths = sorted(merge.changes.keys() | merge.conflicts.keys())
    about = {"head": head, "folder": work.service, "done": False, "paths": paths}
    about |= {"command": work.command, "service": work.service}
    journal = _journal(own, work.service)
    with _note(journal, about):
        try:
            _write_files(own, merge)
            if then:
                then(own)
        except BaseException:  # an interrupt, too
            _restore(own, paths)
            journal.unlink()
            raise
        _note(journal, about | {"done": True}).close()


def _write_files(repository: Repository, merge: Merge) -> None:
    present = {path: entry for path, entry in merge.changes.items() if entry}
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        files = Path(scratch, "index")
        repository.write_index(((path, 0, entry) for path, entry in present.items()), files)
        repository.write_index(_index_entries(merge))
        for path in merge.changes.keys() - present.keys():
            _remove(repository.top, path)
        repository.git("checkout-index", "--quiet", "--force", "--all", index=files)
    repository.git("update-index", "-q", "--refresh", accept=(0, 1))


def _index_entries(merge: Merge) -> Iterator[tuple[str, int, Entry | None]]:
    for path, entry in merge.changes.items():
        if path not in merge.conflicts:
            yield path, 0, entry
    for path, conflict in merge.conflicts.items():
        yield path, 0, None
        for stage, entry in conflict.stages.items():
            yield path, stage, entry


def _remove(root: Path, path: str) -> None:
    with suppress(NotADirectoryError):  # a file is where its folder would be
        (root / path).unlink(missing_ok=True)
    for parent in Path(path).parents[:-1]:
        try:
            (root / parent).rmdir()
        except OSError:
            return  # something is left in it


def is_noted(repository: Repository, work: Work | None = None) -> bool:
    """Tell whether there is work to take back; without `work`, of whatever command and service."""
    return bool(_noted(repository, work) if work else _journals(repository))


def noted_head(repository: Repository, work: Work) -> str | None:
    """Return the commit that the work to take back began at; None if that cannot be told."""
    journal = _noted(repository, work)
    head = _read(journal).get("head") if journal else None
    return head if isinstance(head, str) else None


def forget(repository: Repository) -> None:
    """Take it that nothing is to be taken back from the work tree any more: it is committed."""
    for journal in _journals(repository):
        journal.unlink(missing_ok=True)


def also_written(repository: Repository, service: str, path: str) -> None:
    """Note that the running work on `service` goes on to change the tracked file `path`."""
    journal = _journal(repository, service)
    about = json.loads(journal.read_text())
    _note(journal, about | {"paths": [*about["paths"], path]}).close()


def _journal(repository: Repository, service: str) -> Path:
    """Return the journal of the service in a folder; that of the only one has a plain name."""
    folder = hashlib.sha256(os.fsencode(service)).hexdigest()[:16] if service else ""
    return repository.git_dir / "-".join(filter(None, (_JOURNAL, folder)))


def _journals(repository: Repository) -> list[Path]:
    found = repository.git_dir.glob(f"{_JOURNAL}*")
    return sorted(path for path in found if path.suffix != ".new")


def _noted(repository: Repository, work: Work) -> Path | None:
    """Return the journal of `work`, or one that does not say whose it is, as earlier ones."""
    for journal in (_journal(repository, work.service), _journal(repository, "")):
        if journal.exists() and _work_of(_read(journal)) in (work, None):
            return journal
    return None


def _read(journal: Path) -> dict[str, Any]:
    """Return what a journal says; nothing if it is damaged."""
    try:
        about = json.loads(journal.read_text())
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _work_of(about: Mapping[str, Any]) -> Work | None:
    try:
        return Work(about["command"], about["service"])
    except KeyError:
        return None


def _note(journal: Path, about: Mapping[str, Any]) -> IO[str]:
    """Write down, whole or not at all, what an abort must know.

    Returns the open journal. It is locked until it is closed, which a kill does, too.
    """
    beside = journal.with_suffix(".new")
    stream = beside.open("w")
    fcntl.flock(stream, fcntl.LOCK_EX)
    json.dump(about, stream)
    stream.flush()
    beside.replace(journal)
    return stream


def nothing_of(repository: Repository, work: Work) -> BadInput:
    """Return the error that there is none of `work` to undo, and what there is instead."""
    changed, head = set(repository.changes()), repository.commit_of("HEAD")
    for about in map(_read, _journals(repository)):
        other = _work_of(about)
        if other and about.get("head") == head and changed.intersection(about.get("paths", ())):
            return BadInput(f"what is staged is {other.described(repository)}")
    return BadInput(f"there is no {work.command} to undo")


def abort(repository: Repository, work: Work) -> None:
    """Take `work` back: the last commit is again what index and work tree hold of its files.

    Raises BadInput when there is none to take back, it still runs, or files were changed that it
    did not touch.
    """
    journal = _noted(repository, work)
    if not journal:
        raise nothing_of(repository, work)
    try:
        with journal.open() as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            about = json.load(stream)
        head, folder, done, paths = (about[name] for name in ("head", "folder", "done", "paths"))
    except BlockingIOError as error:
        raise BadInput("the update is still running") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{journal} is damaged; git reset --hard undoes the update") from error
    if repository.commit_of("HEAD") != head:
        raise BadInput("the update was committed since; git revert undoes it")
    changed = set(repository.changes()) - set(paths)
    if others := sorted(path for path in changed if path.startswith(folder)):
        raise BadInput(f"other files were changed since: commit or stash them first: {others[0]}")
    if not done:
        # Git leaves its lock behind when it is killed while it writes the index.
        (repository.git_dir / "index.lock").unlink(missing_ok=True)
    _restore(repository, paths)
    journal.unlink()


def _restore(repository: Repository, paths: Sequence[str]) -> None:
    """Give index and work tree what the last commit has at `paths`; all else stays as it is."""
    if not set(repository.changes()) - set(paths):
        repository.git("reset", "--quiet", "--hard", "HEAD")
        return
    committed = repository.committed(paths)
    repository.write_index((path, 0, None) for path in paths)
    for path in paths:
        if path not in committed:
            _remove(repository.top, path)
    repository.write_index((path, 0, entry) for path, entry in committed.items())
    names = "".join(f"{path}\0" for path in committed)
    repository.git(
        "checkout-index", "--quiet", "--force", "-z", "--stdin", stdin=os.fsencode(names)
    )
    repository.git("update-index", "-q", "--refresh", accept=(0, 1))
