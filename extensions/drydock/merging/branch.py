"""The branch that a retrofit is made on: there with it, and gone when it is taken back.

Git's own configuration notes where the branch came from before it exists, and the commit once it
is made. So a kill at any step leaves something that can be told apart, and taken back.
"""

from contextlib import suppress

from drydock.errors import BadInput
from drydock.git import GitError, Repository
from drydock.merging import work_tree

NAME = "drydock/retrofit"
_REF = f"refs/heads/{NAME}"
_FROM, _MADE, _LEAVING = (f"branch.{NAME}.drydock{key}" for key in ("From", "Made", "Leaving"))


def require_none(repository: Repository) -> None:
    """Raise BadInput if the branch is there."""
    if repository.commit_of(_REF):
        raise BadInput(f"the branch {NAME} is there: drydock retrofit --abort takes it back")


def start(repository: Repository) -> None:
    """Go on a new branch; neither index nor work tree change."""
    _forget(repository)
    said = repository.git("symbolic-ref", "--quiet", "HEAD", accept=(0, 1)).decode().strip()
    repository.git("config", _FROM, said or repository.text("rev-parse", "HEAD"))
    repository.git("update-ref", _REF, "HEAD")
    repository.git("symbolic-ref", "-m", "drydock retrofit", "HEAD", _REF)


def commit(repository: Repository, subject: str, body: str) -> None:
    """Commit what is staged. Raises GitError when git cannot."""
    signed = repository.git("config", "--type=bool", "commit.gpgsign", accept=(0, 1)).strip()
    sign = ["-S"] if signed == b"true" else []
    tree, head = repository.text("write-tree"), repository.text("rev-parse", "HEAD")
    message = ("-m", subject, "-m", body)
    made = repository.text("commit-tree", *sign, tree, "-p", head, *message)
    repository.git("config", _MADE, made)
    repository.git("update-ref", "-m", "drydock retrofit", "HEAD", made, head)
    work_tree.forget(repository)


def abort(repository: Repository) -> None:
    """Take back a retrofit that is not merged: its branch is gone, the old one is as it was.

    Raises BadInput when there is none, or it holds work that would be lost.
    """
    came_from = _noted(repository, _FROM)
    tip, head = repository.commit_of(_REF), repository.commit_of("HEAD")
    on_it = (
        repository.git("symbolic-ref", "--quiet", "HEAD", accept=(0, 1)).decode().strip() == _REF
    )
    if work_tree.is_noted(repository) and not _noted(repository, _LEAVING):
        if not came_from or not on_it or repository.commit_of(came_from) == head:
            work_tree.abort(repository)
    elif not tip:
        raise BadInput("there is no retrofit to take back")
    if not came_from:
        return
    if tip and tip not in (_noted(repository, _MADE), repository.commit_of(came_from)):
        raise BadInput(f"{NAME} has work of yours: git branch -D {NAME} drops it")
    made = tip is not None and tip == _noted(repository, _MADE)
    if made and repository.text("rev-list", "--count", f"{came_from}..{_REF}") == "0":
        raise BadInput(f"{NAME} is merged: git revert takes it back")
    if on_it:
        _leave(repository, came_from)
    elif tip:
        repository.git("update-ref", "-d", _REF)
    _forget(repository)


def _leave(repository: Repository, came_from: str) -> None:
    if not _noted(repository, _LEAVING):
        if changed := repository.changes():
            raise BadInput(f"uncommitted changes: commit or stash them first: {changed[0]}")
        repository.git("config", _LEAVING, "yes")
    else:
        # The last run of this was killed; git leaves its lock behind then.
        (repository.git_dir / "index.lock").unlink(missing_ok=True)
    repository.git("reset", "--quiet", "--hard", came_from)
    if came_from.startswith("refs/"):
        repository.git("symbolic-ref", "HEAD", came_from)
    else:
        repository.git("update-ref", "--no-deref", "HEAD", came_from)
    repository.git("update-ref", "-d", _REF)


def _noted(repository: Repository, key: str) -> str:
    return repository.git("config", "--get", key, accept=(0, 1)).decode().strip()


def _forget(repository: Repository) -> None:
    with suppress(GitError):  # nothing is noted
        repository.git("config", "--remove-section", f"branch.{NAME}")
