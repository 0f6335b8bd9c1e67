"""Every call of git; no other file starts it.

Nothing that a repository or its user configured to run on such calls is run: hooks and the file
system monitor are off. The exception is what decides the content of files (clean and smudge
filters, merge drivers), because a service is only stored right with them.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from drydock.errors import BadInput, one_line

MINIMUM = (2, 38)  # the first with `merge-tree --write-tree`

# What `git rev-parse --local-env-vars` prints, less the settings given by environment: they would
# point us at the wrong repository when started from a hook.
_LOCAL = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
}
_QUIET = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")


class GitError(Exception):
    """Git refused; the text is what it said, on one line."""


def run(
    *arguments: str | Path,
    cwd: Path | None = None,
    stdin: bytes = b"",
    accept: Sequence[int] = (0,),
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Run `git` with `arguments` and return what it wrote to its standard output.

    Raises GitError when its exit code is not in `accept`, BadInput when there is no git.
    """
    variables = {k: v for k, v in os.environ.items() if k not in _LOCAL}
    # LC_ALL: messages are parsed. OPTIONAL_LOCKS: looking must not rewrite the index.
    variables |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    if not sys.stdin.isatty():
        variables.setdefault("GIT_TERMINAL_PROMPT", "0")
    variables |= environment or {}
    try:
        done = subprocess.run(
            ["git", *_QUIET, *map(str, arguments)],
            cwd=cwd,
            input=stdin,
            capture_output=True,
            env=variables,
            check=False,
        )
    except FileNotFoundError as error:
        raise BadInput("git is not installed, or not on the PATH") from error
    if done.returncode not in accept:
        raise GitError(one_line(done.stderr.decode(errors="replace")) or f"exit {done.returncode}")
    return done.stdout


def require_version() -> None:
    """Raise BadInput when git is too old for the engine."""
    said = run("version").decode()
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) < MINIMUM:
        needed = ".".join(map(str, MINIMUM))
        raise BadInput(f"{said.strip()} is too old: git {needed} or newer is needed")


def has_identity(folder: Path) -> bool:
    """Tell whether a commit in `folder` would bear a name and address that somebody set."""
    if os.environ.get("GIT_COMMITTER_EMAIL") and os.environ.get("GIT_AUTHOR_EMAIL"):
        return True
    return bool(run("config", "user.email", cwd=folder, accept=(0, 1)).strip())


@dataclass(frozen=True)
class Entry:
    """What a tree holds at one path: a file mode such as `100644`, and an object id."""

    mode: str
    oid: str


Tree = dict[str, Entry]
"""Files by their path from the top of the repository, with `/`."""


@dataclass(frozen=True)
class Repository:
    """A git repository, and where its objects and its index are looked for."""

    git_dir: Path
    root: Path | None = None
    """The top of the work tree; None for a bare repository, and where it does not matter."""
    objects: Path | None = None
    """Where new objects go instead of the repository (see `quarantined`)."""

    @classmethod
    def at(cls, folder: Path) -> "Repository":
        """Return the repository whose work tree holds `folder`; raise GitError if none does."""
        said = run("rev-parse", "--absolute-git-dir", "--show-toplevel", cwd=folder)
        git_dir, root = os.fsdecode(said).rstrip("\n").split("\n")
        return cls(Path(git_dir), Path(root))

    def git(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        accept: Sequence[int] = (0,),
        index: Path | None = None,
        work_tree: Path | None = None,
    ) -> bytes:
        """Run git on this repository; `index` and `work_tree` stand in for its own."""
        environment = {"GIT_DIR": str(self.git_dir)}
        tree = work_tree or self.root
        if tree:
            environment["GIT_WORK_TREE"] = str(tree)
        if index:
            environment["GIT_INDEX_FILE"] = str(index)
        if self.objects:
            environment["GIT_OBJECT_DIRECTORY"] = str(self.objects)
        return run(*arguments, cwd=tree, stdin=stdin, accept=accept, environment=environment)

    def text(self, *arguments: str | Path, stdin: bytes = b"") -> str:
        """Run git and return its output as text without the last line end."""
        return os.fsdecode(self.git(*arguments, stdin=stdin)).rstrip("\n")

    def commit_of(self, name: str) -> str | None:
        """Return the commit id that `name` stands for; None when there is no such commit."""
        said = self.git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}",
            accept=(0, 1, 128),
        )  # fmt: skip
        return said.decode().strip() or None

    def checkout(self, commit: str, folder: Path) -> None:
        """Write the files of `commit` into the empty `folder`; work tree and index stay as is."""
        with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
            self.git(
                "checkout", "--quiet", "--force", commit, "--", ".",
                index=Path(scratch, "index"), work_tree=folder,
            )  # fmt: skip

    @cached_property
    def _own_objects(self) -> Path:
        return Path(self.text("rev-parse", "--path-format=absolute", "--git-path", "objects"))

    @contextmanager
    def quarantined(self) -> Iterator["Repository"]:
        """Yield this repository with a throw-away folder for new objects.

        `keep` moves into the repository what is wanted; the rest is gone at the end.
        """
        with tempfile.TemporaryDirectory(prefix="drydock.objects.") as folder:
            Path(folder, "info").mkdir()
            # A file, not GIT_ALTERNATE_OBJECT_DIRECTORIES: a path there must not hold a colon.
            Path(folder, "info", "alternates").write_bytes(os.fsencode(self._own_objects) + b"\n")
            yield replace(self, objects=Path(folder))

    def keep(self, oids: Sequence[str]) -> None:
        """Copy objects from the quarantine into the repository itself."""
        names = "\n".join(dict.fromkeys(oids)).encode()
        if names:
            pack = self.git("pack-objects", "--quiet", "--stdout", stdin=names + b"\n")
            replace(self, objects=None).git("unpack-objects", "-q", stdin=pack)
