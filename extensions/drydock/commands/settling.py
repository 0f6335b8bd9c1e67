"""The end of a retrofit: format the old code and list its debt, in one commit each."""

from collections.abc import Mapping
from pathlib import Path

from drydock import git, locking
from drydock.adoption import debt
from drydock.adoption.debt import REVISIONS, Debt
from drydock.adoption.place import branch_of
from drydock.adoption.translate import style
from drydock.errors import BadInput, undone_by
from drydock.git import Entry, Repository
from drydock.merging import work_tree
from drydock.merging.branch import Branch
from drydock.merging.trees import Merge
from drydock.merging.work_tree import Work
from drydock.paths import resolved
from drydock.project import contents_of, prefix_of, repository_of, require_clean

_FORMATTED = "Format the code with ruff"
_REVISION_COMMENT = "Formatting only, when the template was adopted:"


def settle_later(folder: Path, *, formats: bool) -> list[str]:
    """Settle the service in `folder`, which was adopted with conflicts; return the results.

    Raises BadInput, with nothing changed, if that was done before or other work would be lost.
    """
    try:
        folder = resolved(folder)
        repository = repository_of(folder)
        require_clean(repository)
        git.require_identity(folder)
        prefix, branch = prefix_of(folder, repository), branch_of(repository, folder)
        with undone_by("git reset --hard"):
            return debt.summary(settle(repository, prefix, branch, formats=formats))
    except git.GitError as error:
        raise BadInput(f"git: {error}") from error


def settle(repository: Repository, prefix: str, branch: Branch, *, formats: bool) -> Debt:
    """Format the committed code of a service, and list the rules that it still violates.

    `prefix` is the service's folder in the repository. Makes a commit for each step on the current
    branch. Raises BadInput, with nothing changed, when that is not possible.
    """
    contents = contents_of(repository, prefix)
    result = debt.find(contents, _version(contents), formats=formats)
    lists = {style.PATH: result.settings.encode()}
    later = {REVISIONS: b""} if result.formatted else {}
    _merge(repository, prefix, {**result.formatted, **lists, **later})  # fails before any commit
    if result.formatted:
        command = f"git config blame.ignoreRevsFile {REVISIONS}"
        _write(repository, Work(branch.command, prefix), result.formatted)
        branch.commit(repository, _FORMATTED, f"To make git blame skip this commit: {command}")
        commit = repository.text("rev-parse", "HEAD")
        comment = f"# {_REVISION_COMMENT}\n{commit}\n"
        lists[REVISIONS] = contents.get(REVISIONS, b"") + comment.encode()
    if _write(repository, Work(branch.command, prefix), lists):
        body = "The lists in ruff.toml and mypy.ini should only get shorter."
        branch.commit(repository, "List what the code does not meet yet", body)
    return result


def stage(repository: Repository, prefix: str) -> Debt:
    """List the rules that a service violates, including formatting; stage the lists."""
    contents = contents_of(repository, prefix)
    result = debt.find(contents, _version(contents), formats=False)
    path = f"{prefix}{style.PATH}"
    work_tree.also_written(repository, prefix, path)
    (repository.top / path).write_text(result.settings, "utf-8")
    repository.git("add", "--force", "--", str(repository.top / path))
    return result


def _version(contents: Mapping[str, bytes]) -> str:
    """Return the version of ruff in the service's lock file; empty: the newest."""
    lock = contents.get("uv.lock", b"")
    try:
        return locking.packages(lock.decode()).get("ruff", "")
    except ValueError as error:
        raise BadInput(f"uv.lock cannot be read: {error}") from error


def _merge(repository: Repository, prefix: str, contents: Mapping[str, bytes]) -> Merge:
    """Return the changes of writing these files; raise BadInput if other work would be lost."""
    tracked, unwatched = repository.tracked()
    oids = repository.write_blobs(list(contents.values()))
    changes: dict[str, Entry | None] = {}
    for path, oid in zip(contents, oids, strict=True):
        old = tracked.get(prefix + path)
        if old is None or old.oid != oid:
            changes[prefix + path] = Entry(old.mode if old else "100644", oid)
    merge = Merge(changes)
    work_tree.require_room(repository, tracked, unwatched, merge)
    return merge


def _write(repository: Repository, work: Work, contents: Mapping[str, bytes]) -> bool:
    """Write files to the index and the work tree; return whether that changes any."""
    merge = _merge(repository, work.service, contents)
    if merge.changes:
        head = repository.text("rev-parse", "HEAD")
        work_tree.write(repository, head, merge, work)
    return bool(merge.changes)
