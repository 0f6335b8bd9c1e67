"""Writes a merge to index and work tree, and undoes it.

The index is written before the files. So after a kill at any step, git sees all written files as
changed or new, and `git reset --hard` restores exactly the old state.
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
    """A command on a service; each has its own journal, which an abort reads."""

    command: str
    service: str = ""
    """The service's folder from the top of its repository: empty, or with a trailing `/`."""

    def described(self, repository: Repository) -> str:
        """Return the command and the service, and how to undo it from the current folder."""
        article = "an" if self.command == "update" else "a"
        service = shlex.quote(os.path.relpath(repository.top / self.service))
        undo = f"drydock {self.command} {service} --abort"
        return f"{article} {self.command} of {self.service or './'}: {undo}"


def require_room(repository: Repository, ours: Tree, unwatched: Set[str], merge: Merge) -> None:
    """Raise BadInput if writing a merge would lose content that is not in git.

    `ours` has the tracked files. `unwatched` are those that git ignores changes to: edits to them
    are in no commit and no status.
    """
    if paths := in_the_way(repository, ours, merge):
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        raise BadInput(f"untracked file would be overwritten: move it first: {paths[0]}{more}")
    if hidden := sorted(unwatched & (merge.changes.keys() | merge.conflicts.keys())):
        raise BadInput(
            f"git is set to ignore changes to {hidden[0]}, which would be overwritten: first run "
            f"git update-index --no-assume-unchanged --no-skip-worktree {hidden[0]}"
        )


def in_the_way(repository: Repository, ours: Tree, merge: Merge) -> list[str]:
    """Return the untracked files, ignored or not, that the merge would overwrite.

    `ours` has the tracked files. Only reads; raises nothing.
    """
    removed = {path for path, entry in merge.changes.items() if entry is None}
    untracked = set()
    for path, entry in merge.changes.items():
        if entry is None or path in ours:
            continue
        for part in (path, *(str(parent) for parent in Path(path).parents[:-1])):
            file = repository.top / part
            if part in ours:
                break  # a tracked file, which the merge removes or replaces
            if file.is_symlink() or (file.exists() and not file.is_dir()):
                untracked.add(part)
            elif part == path and file.is_dir():
                untracked |= set(_files_in(repository.top, file, removed))
    return sorted(untracked)


def _files_in(root: Path, folder: Path, removed: set[str]) -> Iterator[str]:
    """Yield the files in a folder that the merge does not remove."""
    for file in folder.rglob("*"):
        path = file.relative_to(root).as_posix()
        if path not in removed and (file.is_symlink() or not file.is_dir()):
            yield path


def write(
    repository: Repository,
    head: str,
    merge: Merge,
    work: Work,
    then: Callable[[Repository], None] | None = None,
) -> None:
    """Write the result of a merge to index and work tree, or leave both unchanged.

    `repository` has the objects in quarantine; `head` is the current commit of the service. `work`
    is recorded for an abort. Uncommitted changes elsewhere are kept. Files in conflict get markers
    and their three stages in the index. `then` runs as part of the write. If something cannot be
    written, or `then` raises, everything is undone and the GitError, OSError or other error raised.
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
        except BaseException:  # including an interrupt
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
    with suppress(NotADirectoryError):  # a file replaces its folder
        (root / path).unlink(missing_ok=True)
    for parent in Path(path).parents[:-1]:
        try:
            (root / parent).rmdir()
        except OSError:
            return  # it is not empty


def is_noted(repository: Repository, work: Work | None = None) -> bool:
    """Tell whether `work`, or without it any work on the repository, can be undone."""
    return bool(_noted(repository, work) if work else _journals(repository))


def noted_head(repository: Repository, work: Work) -> str | None:
    """Return the commit at which the recorded work started; None if it is unknown."""
    journal = _noted(repository, work)
    head = _read(journal).get("head") if journal else None
    return head if isinstance(head, str) else None


def forget(repository: Repository) -> None:
    """Delete all journals, because the work is committed and no longer undone by an abort."""
    for journal in _journals(repository):
        journal.unlink(missing_ok=True)


def also_written(repository: Repository, service: str, path: str) -> None:
    """Record that the current work on `service` also changes the tracked file `path`."""
    journal = _journal(repository, service)
    about = json.loads(journal.read_text())
    _note(journal, about | {"paths": [*about["paths"], path]}).close()


def _journal(repository: Repository, service: str) -> Path:
    """Return the path of the journal for the service in a folder; empty: the only service."""
    folder = hashlib.sha256(os.fsencode(service)).hexdigest()[:16] if service else ""
    return repository.git_dir / "-".join(filter(None, (_JOURNAL, folder)))


def _journals(repository: Repository) -> list[Path]:
    paths = repository.git_dir.glob(f"{_JOURNAL}*")
    return sorted(path for path in paths if path.suffix != ".new")


def _noted(repository: Repository, work: Work) -> Path | None:
    """Return the journal of `work`, or one from a version that did not record the command."""
    for journal in (_journal(repository, work.service), _journal(repository, "")):
        if journal.exists() and _work_of(_read(journal)) in (work, None):
            return journal
    return None


def _read(journal: Path) -> dict[str, Any]:
    """Return the content of a journal; empty if it is damaged."""
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
    """Write a journal atomically.

    Returns the open journal, which is locked until it is closed; a kill also closes it.
    """
    new = journal.with_suffix(".new")
    stream = new.open("w")
    fcntl.flock(stream, fcntl.LOCK_EX)
    json.dump(about, stream)
    stream.flush()
    new.replace(journal)
    return stream


def nothing_of(repository: Repository, work: Work) -> BadInput:
    """Return the error that there is no `work` to undo, naming other work that is staged."""
    changed, head = set(repository.changes()), repository.commit_of("HEAD")
    for about in map(_read, _journals(repository)):
        other = _work_of(about)
        if other and about.get("head") == head and changed.intersection(about.get("paths", ())):
            return BadInput(f"the staged changes are {other.described(repository)}")
    return BadInput(f"there is no {work.command} to undo")


def abort(repository: Repository, work: Work) -> None:
    """Undo `work`: restore its files in index and work tree from the last commit.

    Raises BadInput if there is nothing to undo, the work is still running, or files that it did
    not touch were changed.
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
        raise BadInput(f"the {work.command} is still running") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{journal} is damaged: undo the {work.command} with git reset --hard"
        ) from error
    if repository.commit_of("HEAD") != head:
        raise BadInput(f"the {work.command} is already committed: undo it with git revert")
    changed = set(repository.changes()) - set(paths)
    if others := sorted(path for path in changed if path.startswith(folder)):
        raise BadInput(f"other files were changed since: commit or stash them first: {others[0]}")
    if not done:
        # A git that is killed while it writes the index leaves its lock behind.
        (repository.git_dir / "index.lock").unlink(missing_ok=True)
    _restore(repository, paths)
    journal.unlink()


def _restore(repository: Repository, paths: Sequence[str]) -> None:
    """Restore `paths` in index and work tree from the last commit; keep everything else."""
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
