"""Every call of git; no other file starts it.

Nothing that a repository or its user configured to run on such calls is run: hooks and the file
system monitor are off. The exception is what decides the content of files (clean and smudge
filters, merge drivers), because a service is only stored right with them.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from drydock.errors import BadInput, Refused, one_line

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
# Nor does a call reach into submodules, as a `reset --hard` else would: their work is not ours.
_QUIET = (
    *("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false"),
    *("-c", "submodule.recurse=false"),
)


UNMERGED = frozenset(("DD", "AU", "UD", "UA", "DU", "AA", "UU"))
"""Those of git's states of a file that are a conflict."""


class GitError(Refused):
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


_scratch: ContextVar[Path | None] = ContextVar("scratch", default=None)


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder for files that git reads by name; within it, the same again.

    To make a file takes longer than to write to one: who merges many texts opens it around them.
    """
    if known := _scratch.get():
        yield known
        return
    with tempfile.TemporaryDirectory(prefix="drydock.") as made:
        token = _scratch.set(Path(made))
        try:
            yield Path(made)
        finally:
            _scratch.reset(token)


def merge_texts(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge three texts by lines; return None if that leaves a conflict."""
    try:
        return _merge_file((ours, base, theirs), ("ours", "theirs"), accept=(0,))
    except GitError:
        return None


def mark_differences(ours: bytes, theirs: bytes, labels: tuple[str, str]) -> bytes:
    """Return both texts in one, with conflict markers around every place where they differ."""
    # The exit code is the number of conflicts.
    return _merge_file((ours, b"", theirs), labels, accept=range(128))


def mark_conflicts(base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str]) -> bytes:
    """Merge three texts by lines, with markers around what conflicts that show the base, too."""
    return _merge_file((ours, base, theirs), labels, accept=range(128), style="diff3")


def _merge_file(
    texts: tuple[bytes, bytes, bytes],
    labels: tuple[str, str],
    accept: Sequence[int],
    style: str = "merge",
) -> bytes:
    with scratch() as folder:
        names = [folder / name for name in ("ours", "base", "theirs")]
        for name, content in zip(names, texts, strict=True):
            name.write_bytes(content)
        return run(
            "-c", f"merge.conflictStyle={style}", "merge-file", "-p",
            "-L", labels[0], "-L", "base", "-L", labels[1], *names, accept=accept,
        )  # fmt: skip


def _quoted(path: str) -> str:
    """Return `path` as git reads it from a line."""
    if path.startswith('"') or "\n" in path:
        return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return path


def has_identity(folder: Path) -> bool:
    """Tell whether a commit in `folder` would bear a name and address that somebody set."""
    if os.environ.get("GIT_COMMITTER_EMAIL") and os.environ.get("GIT_AUTHOR_EMAIL"):
        return True
    return bool(run("config", "user.email", cwd=folder, accept=(0, 1)).strip())


def _move_object(name: Path, place: Path, into: Path) -> None:
    """Move an object's file from one folder of objects into another, where it appears whole."""
    file, target = place / name, into / name
    if target.exists() or not file.exists():  # what the repository had before is in no quarantine
        return
    if not target.parent.is_dir():
        target.parent.mkdir(exist_ok=True)
        target.parent.chmod(stat.S_IMODE(into.stat().st_mode))  # others may have to write there
    if place.stat().st_dev == into.stat().st_dev:
        file.rename(target)
        return
    with tempfile.TemporaryDirectory(prefix="tmp_objdir-", dir=into) as beside:
        Path(shutil.copy(file, beside)).rename(target)


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
        said = run(
            "rev-parse", "--absolute-git-dir", "--show-toplevel", "--show-object-format",
            "--path-format=absolute", "--git-path", "objects", cwd=folder,
        )  # fmt: skip
        git_dir, root, form, objects = os.fsdecode(said).rstrip("\n").split("\n")
        repository = cls(Path(git_dir), Path(root))
        vars(repository).update(_format=form, _own_objects=Path(objects))
        return repository

    @property
    def top(self) -> Path:
        """The top of the work tree, of a repository that is known to have one."""
        assert self.root is not None
        return self.root

    @property
    def is_partial(self) -> bool:
        """Whether files may have to be fetched before they can be read."""
        return any((self.git_dir / "objects" / "pack").glob("*.promisor"))

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

    def commits_of(self, *names: str) -> list[str | None]:
        """Return what `commit_of` says of each name, by one call of git."""
        wanted = "".join(f"{name}^{{commit}}\n" for name in names)
        said = self.text("cat-file", "--batch-check=%(objectname)", stdin=os.fsencode(wanted))
        return [None if line.endswith(" missing") else line for line in said.split("\n")]

    def checkout(self, commit: str, folder: Path, *pathspecs: str) -> None:
        """Write files of `commit` into `folder`; work tree and index stay as is.

        Without `pathspecs` (https://git-scm.com/docs/gitglossary), all of them.
        """
        with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
            self.git(
                "--no-literal-pathspecs", "checkout", "--quiet", "--force", commit, "--",
                *(pathspecs or (".",)),
                index=Path(scratch, "index"), work_tree=folder,
            )  # fmt: skip

    def checkout_files(self, commit: str, folder: Path, paths: Iterable[str]) -> None:
        """Write these files of `commit` into `folder`, as `checkout` does."""
        names = b"\0".join(os.fsencode(path) for path in sorted(paths))
        if not names:
            return
        with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
            self.git(
                "--literal-pathspecs", "checkout", "--quiet", "--force",
                "--pathspec-from-file=-", "--pathspec-file-nul", commit,
                stdin=names, index=Path(scratch, "index"), work_tree=folder,
            )  # fmt: skip

    def changes(self) -> list[str]:
        """Return the tracked files, and the submodules, that differ from the last commit."""
        return [*self.states()]

    def states(self) -> dict[str, str]:
        """Return how each of `changes` differs: git's two letters, of the index and the file."""
        said = self.git(
            "status", "--porcelain", "-z", "--no-renames",
            "--untracked-files=no", "--ignore-submodules=untracked",
        )  # fmt: skip
        return {os.fsdecode(line[3:]): line[:2].decode() for line in said.split(b"\0") if line}

    def tree_of(self, commit: str) -> Tree:
        """Return the files of `commit`, links and submodules too."""
        found = {}
        for line in self.git("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            mode, _kind, oid = about.decode().split(" ")
            found[os.fsdecode(name)] = Entry(mode, oid)
        return found

    def committed(self, paths: Sequence[str]) -> Tree:
        """Return what the last commit has of `paths`."""
        wanted = set(paths)
        return {path: entry for path, entry in self.tree_of("HEAD").items() if path in wanted}

    def ignored(self, paths: Iterable[str]) -> set[str]:
        """Return those of `paths` that ignore rules match, tracked or not."""
        # Git refuses to judge what is beyond a link.
        names = b"".join(
            os.fsencode(path) + b"\0"
            for path in paths
            if not any((self.top / parent).is_symlink() for parent in Path(path).parents[:-1])
        )
        if not names:
            return set()
        said = self.git("check-ignore", "--no-index", "--stdin", "-z", stdin=names, accept=(0, 1))
        return {os.fsdecode(name) for name in said.split(b"\0")[:-1]}

    def additions(self) -> list[str]:
        """Return the files that the index has and the last commit has not."""
        said = self.git("diff", "--cached", "--name-only", "-z", "--no-renames", "--diff-filter=A")
        return [os.fsdecode(name) for name in said.split(b"\0")[:-1]]

    def unstage(self) -> None:
        """Take what is staged out of the index, but for conflicts; the work tree stays as it is.

        With `core.fileMode=false` git reads no mode from the work tree, so a changed one stays.
        """
        said = self.git("diff", "--cached", "--raw", "-z", "--no-renames", "--diff-filter=ACDMRT")
        fields = said.split(b"\0")[:-1]
        staged = dict(zip(fields[1::2], fields[::2], strict=True))
        if not staged:
            return
        self.git(
            "--literal-pathspecs", "reset", "--quiet",
            "--pathspec-from-file=-", "--pathspec-file-nul", stdin=b"\0".join(staged),
        )  # fmt: skip
        if self.git("config", "--type=bool", "core.fileMode", accept=(0, 1)).strip() != b"false":
            return
        for old, new, sign in ((b":100644", b"100755", "+x"), (b":100755", b"100644", "-x")):
            changed = [path for path, about in staged.items() if about.split()[:2] == [old, new]]
            if changed:
                paths = b"".join(path + b"\0" for path in changed)
                self.git("update-index", f"--chmod={sign}", "-z", "--stdin", stdin=paths)

    def check_out_ours(self) -> None:
        """Write our version of each file in conflict; the index stays as it is."""
        unmerged: dict[str, set[str]] = {}
        for line in self.git("ls-files", "--unmerged", "-z").split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            unmerged.setdefault(os.fsdecode(name), set()).add(about.decode().rpartition(" ")[2])
        for path, stages in unmerged.items():
            if "2" in stages:
                self.git("checkout-index", "--force", "--stage=2", "--", path)
            else:
                (self.top / path).unlink(missing_ok=True)

    def tracked(self) -> tuple[Tree, set[str]]:
        """Return what the index holds, and which of its files git was told not to look at.

        The latter are marked `assume-unchanged` or `skip-worktree`: no status tells of them.
        """
        files, unwatched = {}, set()
        for line in self.git("ls-files", "-v", "--stage", "-z").split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            mark, mode, oid, _stage = about.decode().split(" ")
            path = os.fsdecode(name)
            files[path] = Entry(mode, oid)
            if mark.islower() or mark == "S":
                unwatched.add(path)
        return files, unwatched

    def read_blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Return the content of blobs by their id."""
        names = list(dict.fromkeys(oids))
        found = {}
        said = self.git("cat-file", "--batch", stdin="".join(f"{n}\n" for n in names).encode())
        start = 0
        for name in names:
            end = said.index(b"\n", start)
            size = int(said[start:end].rpartition(b" ")[2])
            found[name] = said[end + 1 : end + 1 + size]
            start = end + size + 2
        return found

    def read_file(self, commit: str, path: str) -> bytes | None:
        """Return what a file is in `commit`; None if there is no such file."""
        said = self.git("cat-file", "--batch", stdin=os.fsencode(f"{commit}:{path}\n"))
        about, _, content = said.partition(b"\n")
        return content[:-1] if about.split(b" ")[1:2] == [b"blob"] else None

    def write_blobs(self, contents: Sequence[bytes]) -> list[str]:
        """Store `contents` as they are; return their ids."""
        if not contents:
            return []
        with scratch() as folder:
            names = [folder / str(number) for number in range(len(contents))]
            for name, content in zip(names, contents, strict=True):
                name.write_bytes(content)
            lines = "".join(f"{name}\n" for name in names).encode()
            said = self.git("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=lines)
        return said.decode().split()

    def store(self, folder: Path, paths: Iterable[str], attributes: Iterable[str]) -> Tree:
        """Store files of `folder`, which stands for the top of the work tree, as `git add` would.

        What the repository's attributes say (line ends, clean filters) is done to them;
        `attributes` are the `.gitattributes` of the repository, and those in `folder` count for
        nothing. Ignore rules count for nothing either. Other files of `folder` stay as they are:
        they may be links to those of a checkout.
        """
        tree: Tree = {}
        plain, own = [], {}
        for path in paths:
            file = folder / path
            mode = file.lstat().st_mode
            if stat.S_ISLNK(mode):
                (oid,) = self.write_blobs([os.fsencode(file.readlink())])
                tree[path] = Entry("120000", oid)
                if file.name == ".gitattributes":
                    file.unlink()  # the repository's come there, and must not go through it
                continue
            tree[path] = Entry("100755" if mode & stat.S_IXUSR else "100644", "")
            if file.name == ".gitattributes":
                own[path] = file.read_bytes()
                file.unlink()
            else:
                plain.append(path)
        for path in attributes:
            if (folder / path).parent.is_dir() and (self.top / path).is_file():
                (folder / path).write_bytes((self.top / path).read_bytes())
        hashed = self.git(
            "-c", "core.safecrlf=false", "hash-object", "-w", "--stdin-paths",
            stdin=b"".join(os.fsencode(_quoted(path)) + b"\n" for path in plain),
            work_tree=folder,
        )  # fmt: skip
        ids = dict(zip(plain, hashed.decode().split(), strict=True))
        for path, content in own.items():
            said = self.git("hash-object", "-w", "--stdin", f"--path={path}", stdin=content)
            ids[path] = said.decode().strip()
        return {path: Entry(entry.mode, ids.get(path, entry.oid)) for path, entry in tree.items()}

    def write_index(
        self, entries: Iterable[tuple[str, int, Entry | None]], index: Path | None = None
    ) -> None:
        """Put files into `index` by path and stage (0, or 1 to 3 in a conflict); None removes."""
        removed, added = [], []
        nothing = b"0" * (64 if self._format == "sha256" else 40)
        for path, stage, entry in entries:
            name = os.fsencode(path)
            if entry is None:
                removed.append(b"0 " + nothing + b"\t" + name + b"\0")
            else:
                added.append(f"{entry.mode} {entry.oid} {stage}\t".encode() + name + b"\0")
        # Removals first: a file may take the place of a folder.
        lines = b"".join(removed + added)
        self.git("update-index", "-z", "--index-info", stdin=lines, index=index)

    def write_trees(self, first: Tree, *others: Tree) -> list[str]:
        """Store trees that have most in common; return their ids."""
        with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
            index = Path(scratch, "index")
            oids, last = [], Tree()
            for tree in (first, *others):
                different = last.items() ^ tree.items()
                self.write_index(((p, 0, tree.get(p)) for p in {p for p, _ in different}), index)
                oids.append(self.git("write-tree", index=index).decode().strip())
                last = tree
        return oids

    def commit_tree(self, tree: str, *parents: str) -> str:
        """Store a commit that no branch will ever name; return its id."""
        of = [argument for parent in parents for argument in ("-p", parent)]
        name = ("-c", "user.name=Drydock", "-c", "user.email=drydock@example.invalid")
        return self.text(*name, "commit-tree", tree, *of, "-m", "drydock")

    def merge_commits(self, ours: str, theirs: str) -> bytes:
        """Merge two commits that have one parent; return what `merge-tree -z` says.

        Files follow their own moves only: where most of a folder moved, git would move a user's
        other files in it along, or make each of them a conflict.
        `merge-tree` takes the base from the history, as it has `--merge-base` from git 2.40 on.
        """
        return self.git(
            "-c", "merge.renames=true", "-c", "merge.directoryRenames=false",
            "merge-tree", "--write-tree", "-z", "--messages", ours, theirs, accept=(0, 1),
        )  # fmt: skip

    def renames(self, one: str, other: str) -> dict[str, str]:
        """Return the old path by the new one, for files that moved between two trees."""
        fields = self.git("diff-tree", "-r", "-z", "-M", "--diff-filter=R", one, other).split(b"\0")
        names = [os.fsdecode(field) for field in fields]
        return dict(zip(names[2::3], names[1::3], strict=False))

    def differences(self, one: str, other: str) -> dict[str, Entry | None]:
        """Return the files of tree `other` that differ from tree `one`; None where it has none."""
        fields = self.git("diff-tree", "-r", "-z", "--no-renames", one, other).split(b"\0")
        found: dict[str, Entry | None] = {}
        for about, name in zip(fields[:-1:2], fields[1::2], strict=True):
            _mode, mode, _oid, oid, status = about.decode().lstrip(":").split(" ")
            found[os.fsdecode(name)] = None if status == "D" else Entry(mode, oid)
        return found

    @cached_property
    def _format(self) -> str:
        return self.text("rev-parse", "--show-object-format")

    @cached_property
    def _own_objects(self) -> Path:
        return Path(self.text("rev-parse", "--path-format=absolute", "--git-path", "objects"))

    def storing_in(self, objects: Path | None) -> "Repository":
        """Return this repository with new objects going to a folder; None: to its own."""
        other = replace(self, objects=objects)
        vars(other).update({name: known for name, known in vars(self).items() if name[0] == "_"})
        return other

    @contextmanager
    def quarantined(self) -> Iterator["Repository"]:
        """Yield this repository with a throw-away folder for new objects.

        `keep` moves into the repository what is wanted; the rest is gone at the end.
        """
        with tempfile.TemporaryDirectory(prefix="drydock.objects.") as folder:
            Path(folder, "info").mkdir()
            # A file, not GIT_ALTERNATE_OBJECT_DIRECTORIES: a path there must not hold a colon.
            Path(folder, "info", "alternates").write_bytes(os.fsencode(self._own_objects) + b"\n")
            yield self.storing_in(Path(folder))

    def keep(self, oids: Iterable[str]) -> None:
        """Move objects from the quarantine into the repository itself; what it has stays.

        Nothing is done without a quarantine: they are there then.
        """
        if not self.objects:
            return
        names = [*dict.fromkeys(oids)]
        if any(self.objects.glob("pack/*.pack")):  # git packs a file of 512 MiB at once
            pack = self.git("pack-objects", "-q", "--stdout", stdin="\n".join(names).encode())
            self.storing_in(None).git("unpack-objects", "-q", stdin=pack)
            return
        # The layout is git's interface: https://git-scm.com/docs/gitrepository-layout
        into = Path(os.fsdecode((self.objects / "info/alternates").read_bytes().rstrip(b"\n")))
        for name in names:
            _move_object(Path(name[:2], name[2:]), self.objects, into)
