"""The end of a retrofit: old code is formatted and its debt listed, in a commit each."""

from collections.abc import Mapping

from drydock import locking
from drydock.adoption import debt
from drydock.adoption.debt import REVISIONS, Debt
from drydock.adoption.translate import style
from drydock.errors import BadInput
from drydock.git import Entry, Repository
from drydock.merging import work_tree
from drydock.merging.branch import Branch
from drydock.merging.trees import Merge
from drydock.merging.work_tree import Work
from drydock.project import contents_of

_FORMATTED = "Format the code with ruff"
_NOTED = "Formatting only, when the template came in:"


def settle(repository: Repository, prefix: str, branch: Branch, *, formats: bool) -> Debt:
    """Format what is committed of a service, and list what it does not meet otherwise.

    `prefix` is where the service lies in its repository. A commit for each, on the branch that is
    checked out. Raises BadInput, with nothing changed, where that cannot be done.
    """
    contents = contents_of(repository, prefix)
    found = debt.find(contents, _version(contents), formats=formats)
    listed = {style.PATH: found.settings.encode()}
    later = {REVISIONS: b""} if found.formatted else {}
    _merge(repository, prefix, {**found.formatted, **listed, **later})  # before the first commit
    if found.formatted:
        how = f"git config blame.ignoreRevsFile {REVISIONS}"
        _write(repository, Work(branch.command, prefix), found.formatted)
        branch.commit(repository, _FORMATTED, f"So that git blame looks behind it: {how}")
        commit = repository.text("rev-parse", "HEAD")
        listed[REVISIONS] = contents.get(REVISIONS, b"") + f"# {_NOTED}\n{commit}\n".encode()
    if _write(repository, Work(branch.command, prefix), listed):
        body = "The lists in ruff.toml and mypy.ini are only ever to be shortened."
        branch.commit(repository, "List what the code does not meet yet", body)
    return found


def stage(repository: Repository, prefix: str) -> Debt:
    """List what a service does not meet, its formatting too, in the index and the work tree."""
    contents = contents_of(repository, prefix)
    found = debt.find(contents, _version(contents), formats=False)
    path = f"{prefix}{style.PATH}"
    work_tree.also_written(repository, prefix, path)
    (repository.top / path).write_text(found.settings, "utf-8")
    repository.git("add", "--force", "--", str(repository.top / path))
    return found


def _version(contents: Mapping[str, bytes]) -> str:
    """Return the version of ruff that the service's lint session will run; empty: the newest."""
    lock = contents.get("uv.lock", b"")
    try:
        return locking.packages(lock.decode()).get("ruff", "")
    except ValueError as error:
        raise BadInput(f"uv.lock cannot be read: {error}") from error


def _merge(repository: Repository, prefix: str, contents: Mapping[str, bytes]) -> Merge:
    """Return what writing these files changes. Raises BadInput where something would be lost."""
    tracked, unwatched = repository.tracked()
    oids = repository.write_blobs(list(contents.values()))
    found: dict[str, Entry | None] = {}
    for path, oid in zip(contents, oids, strict=True):
        old = tracked.get(prefix + path)
        if old is None or old.oid != oid:
            found[prefix + path] = Entry(old.mode if old else "100644", oid)
    merge = Merge(found)
    work_tree.require_room(repository, tracked, unwatched, merge)
    return merge


def _write(repository: Repository, work: Work, contents: Mapping[str, bytes]) -> bool:
    """Write files into index and work tree; tell whether that changes any."""
    merge = _merge(repository, work.service, contents)
    if merge.changes:
        head = repository.text("rev-parse", "HEAD")
        work_tree.write(repository, head, merge, work)
    return bool(merge.changes)
