"""All calls of git; no other file starts it.

Hooks and the file system monitor of the repository and of the user are not run. Clean and smudge
filters and merge drivers are, because they decide the content of files.
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
from itertools import chain, count
from pathlib import Path

from drydock.errors import BadInput, Refused, one_line

MINIMUM = (2, 38)  # the first with `merge-tree --write-tree`

# What `git rev-parse --local-env-vars` prints, except settings passed by environment. Started from
# a hook, they would point us at the wrong repository.
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
_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    # Submodules are not ours: `reset --hard` would reset them, too.
    "submodule.recurse=false",
    # Settings of users that change output which is parsed, or the encoding of messages.
    "color.ui=false",
    "color.diff=false",
    "color.grep=false",
    "log.showSignature=false",
    "log.diffMerges=separate",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
)
_QUIET = tuple(chain.from_iterable(("-c", setting) for setting in _SETTINGS))


UNMERGED = frozenset(("DD", "AU", "UD", "UA", "DU", "AA", "UU"))
"""The states of a file in conflict, as `git status --porcelain` shows them."""


class GitError(Refused):
    """Git failed; the text is its error message, on one line."""


def run(
    *arguments: str | Path,
    cwd: Path | None = None,
    stdin: bytes = b"",
    accept: Sequence[int] = (0,),
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Run `git` with `arguments` and return its standard output.

    Raises GitError when its exit code is not in `accept`, BadInput when git is not installed.
    """
    variables = {k: v for k, v in os.environ.items() if k not in _LOCAL}
    # LC_ALL: messages are parsed. OPTIONAL_LOCKS: reading must not rewrite the index.
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
    output = run("version").decode()
    version = re.search(r"(\d+)\.(\d+)", output)
    if version and (int(version[1]), int(version[2])) < MINIMUM:
        needed = ".".join(map(str, MINIMUM))
        raise BadInput(f"{output.strip()} is too old: git {needed} or newer is needed")


_scratch: ContextVar[Path | None] = ContextVar("scratch", default=None)


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder for files that git reads by name; nested calls yield the same one.

    Overwriting a file is faster than creating one, so open it around a series of merges.
    """
    if known := _scratch.get():
        yield known
        return
    with tempfile.TemporaryDirectory(prefix="drydock.") as folder:
        token = _scratch.set(Path(folder))
        try:
            yield Path(folder)
        finally:
            _scratch.reset(token)


def merge_texts(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge three texts by lines; return None if that leaves a conflict."""
    try:
        return _merge_file((ours, base, theirs), ("ours", "theirs"), accept=(0,))
    except GitError:
        return None


_MARKER = re.compile(rb"^([<|=>])\1{6,}(?=\s|\Z)", re.MULTILINE)
MARKER_SIZE = 7
"""The usual length of git's conflict markers."""


def marker_size(*texts: bytes) -> int:
    """Return the length of conflict markers that no line of these texts looks like.

    Git does not look: it takes its usual length although a heading can be underlined with as many
    equals signs.
    """
    taken = {len(match[0]) for text in texts for match in _MARKER.finditer(text)}
    return next(size for size in count(MARKER_SIZE) if size not in taken)


def mark_differences(ours: bytes, theirs: bytes, labels: tuple[str, str]) -> bytes:
    """Return both texts as one, with conflict markers around each difference."""
    # The exit code is the number of conflicts.
    return _merge_file((ours, b"", theirs), labels, accept=range(128))


def mark_conflicts(
    base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str], *, with_base: bool = True
) -> bytes:
    """Merge three texts by lines, with conflict markers that `with_base` also show the base."""
    style = "diff3" if with_base else "merge"
    return _merge_file((ours, base, theirs), labels, accept=range(128), style=style)


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
            f"--marker-size={marker_size(*texts)}",
            "-L", labels[0], "-L", "base", "-L", labels[1], *names, accept=accept,
        )  # fmt: skip


def _quoted(path: str) -> str:
    """Return `path` quoted as git expects it in a line of input."""
    if path.startswith('"') or "\n" in path:
        return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return path


def has_identity(folder: Path) -> bool:
    """Tell whether git can commit in `folder` with an address that the user has set."""
    roles = ("committer", "author")
    return _has_settings(folder) or all(_has_identity(folder, role) for role in roles)


def _has_settings(folder: Path) -> bool:
    """Tell whether `user.name` and `user.email` are set, and nothing overrides them.

    This is the usual case, which needs one process instead of four.
    """
    names = (f"GIT_{role}_{part}" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL"))
    if any(name in os.environ for name in names):
        return False
    output = run(
        "config", "--null", "--get-regexp", r"^(user|author|committer)\.(name|email)$",
        cwd=folder, accept=(0, 1),
    )  # fmt: skip
    settings = dict(os.fsdecode(line).partition("\n")[::2] for line in output.split(b"\0")[:-1])
    # Git removes punctuation at both ends, and refuses a name of which nothing is left.
    return settings.keys() == {"user.name", "user.email"} and all(
        re.search(r"[^\W_]", value) for value in settings.values()
    )


def _has_identity(folder: Path, role: str) -> bool:
    address = os.environ.get(f"GIT_{role.upper()}_EMAIL") or run(
        "config", "--get-regexp", rf"^(user|{role})\.email$", cwd=folder, accept=(0, 1)
    )
    # It also fails without a name, unless git may derive one from the user's account.
    return bool(address and run("var", f"GIT_{role.upper()}_IDENT", cwd=folder, accept=(0, 128)))


def require_identity(folder: Path, *, scope: str = "", instead: str = "") -> None:
    """Raise BadInput if a commit in `folder` would fail because git does not know who commits.

    `scope` is the option of `git config` that sets it there, `instead` another way out.
    """
    if not has_identity(folder):
        config = " ".join(filter(None, ("git config", scope)))
        fix = f"{config} user.name NAME and {config} user.email ADDRESS"
        raise BadInput(
            f"git has no user.name and user.email: set them with {fix}"
            + (f", or {instead}" if instead else "")
        )


def _move_object(name: Path, place: Path, into: Path) -> None:
    """Move an object file between folders of objects, atomically for readers."""
    file, target = place / name, into / name
    if target.exists() or not file.exists():  # older objects are in the repository already
        return
    if not target.parent.is_dir():
        target.parent.mkdir(exist_ok=True)
        target.parent.chmod(stat.S_IMODE(into.stat().st_mode))  # a shared repository
    if place.stat().st_dev == into.stat().st_dev:
        file.rename(target)
        return
    with tempfile.TemporaryDirectory(prefix="tmp_objdir-", dir=into) as temporary:
        Path(shutil.copy(file, temporary)).rename(target)


@dataclass(frozen=True)
class Entry:
    """What a tree holds at one path: a file mode such as `100644`, and an object id."""

    mode: str
    oid: str


Tree = dict[str, Entry]
"""Files by their path from the top of the repository, separated by `/`."""


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
        """Return the repository whose work tree contains `folder`; raise GitError without one."""
        output = run(
            "rev-parse", "--absolute-git-dir", "--show-toplevel", "--show-object-format",
            "--path-format=absolute", "--git-path", "objects", cwd=folder,
        )  # fmt: skip
        git_dir, root, form, objects = os.fsdecode(output).rstrip("\n").split("\n")
        repository = cls(Path(git_dir), Path(root))
        vars(repository).update(_format=form, _own_objects=Path(objects))
        return repository

    @property
    def top(self) -> Path:
        """The top of the work tree; the repository must have one."""
        assert self.root is not None
        return self.root

    @property
    def is_partial(self) -> bool:
        """Whether it is a partial clone, which may fetch a file when it is read."""
        return any((self.git_dir / "objects" / "pack").glob("*.promisor"))

    def git(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        accept: Sequence[int] = (0,),
        index: Path | None = None,
        work_tree: Path | None = None,
    ) -> bytes:
        """Run git on this repository; `index` and `work_tree` replace its own."""
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
        """Return the id of the commit `name`; None when there is no such commit."""
        output = self.git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}",
            accept=(0, 1, 128),
        )  # fmt: skip
        return output.decode().strip() or None

    def commits_of(self, *names: str) -> list[str | None]:
        """Return the result of `commit_of` for each name, with one call of git."""
        wanted = "".join(f"{name}^{{commit}}\n" for name in names)
        output = self.text("cat-file", "--batch-check=%(objectname)", stdin=os.fsencode(wanted))
        return [None if line.endswith(" missing") else line for line in output.split("\n")]

    def checkout(self, commit: str, folder: Path, *pathspecs: str) -> None:
        """Write files of `commit` into `folder`; leave work tree and index alone.

        Without `pathspecs` (https://git-scm.com/docs/gitglossary), it writes all files.
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
        """Return the tracked files and submodules that differ from the last commit."""
        return [*self.states()]

    def states(self) -> dict[str, str]:
        """Return the state of each of `changes`: git's two letters, for index and work tree."""
        output = self.git(
            "status", "--porcelain", "-z", "--no-renames",
            "--untracked-files=no", "--ignore-submodules=untracked",
        )  # fmt: skip
        return {os.fsdecode(line[3:]): line[:2].decode() for line in output.split(b"\0") if line}

    def tree_of(self, commit: str) -> Tree:
        """Return the files of `commit`, including links and submodules."""
        tree = {}
        for line in self.git("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
            info, _, name = line.partition(b"\t")
            mode, _kind, oid = info.decode().split(" ")
            tree[os.fsdecode(name)] = Entry(mode, oid)
        return tree

    def committed(self, paths: Sequence[str]) -> Tree:
        """Return those of `paths` that the last commit has."""
        wanted = set(paths)
        return {path: entry for path, entry in self.tree_of("HEAD").items() if path in wanted}

    def ignored(self, paths: Iterable[str]) -> set[str]:
        """Return those of `paths` that match ignore rules, tracked or not."""
        # Git refuses paths behind a symbolic link.
        names = b"".join(
            os.fsencode(path) + b"\0"
            for path in paths
            if not any((self.top / parent).is_symlink() for parent in Path(path).parents[:-1])
        )
        if not names:
            return set()
        output = self.git("check-ignore", "--no-index", "--stdin", "-z", stdin=names, accept=(0, 1))
        return {os.fsdecode(name) for name in output.split(b"\0")[:-1]}

    def additions(self) -> list[str]:
        """Return the files that are in the index but not in the last commit."""
        output = self.git(
            "diff", "--cached", "--name-only", "-z", "--no-renames", "--diff-filter=A"
        )
        return [os.fsdecode(name) for name in output.split(b"\0")[:-1]]

    def unstage(self) -> None:
        """Unstage all changes except conflicts; leave the work tree alone.

        With `core.fileMode=false` git reads no mode from the work tree, so changed modes stay.
        """
        output = self.git("diff", "--cached", "--raw", "-z", "--no-renames", "--diff-filter=ACDMRT")
        fields = output.split(b"\0")[:-1]
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
            changed = [path for path, info in staged.items() if info.split()[:2] == [old, new]]
            if changed:
                paths = b"".join(path + b"\0" for path in changed)
                self.git("update-index", f"--chmod={sign}", "-z", "--stdin", stdin=paths)

    def check_out_ours(self) -> None:
        """Write our version of each file in conflict; leave the index alone."""
        unmerged: dict[str, set[str]] = {}
        for line in self.git("ls-files", "--unmerged", "-z").split(b"\0")[:-1]:
            info, _, name = line.partition(b"\t")
            unmerged.setdefault(os.fsdecode(name), set()).add(info.decode().rpartition(" ")[2])
        for path, stages in unmerged.items():
            if "2" in stages:
                self.git("checkout-index", "--force", "--stage=2", "--", path)
            else:
                (self.top / path).unlink(missing_ok=True)

    def tracked(self) -> tuple[Tree, set[str]]:
        """Return the files of the index, and which of them git does not watch.

        The latter are marked `assume-unchanged` or `skip-worktree`: `git status` ignores them.
        """
        files, unwatched = {}, set()
        for line in self.git("ls-files", "-v", "--stage", "-z").split(b"\0")[:-1]:
            info, _, name = line.partition(b"\t")
            mark, mode, oid, _stage = info.decode().split(" ")
            path = os.fsdecode(name)
            files[path] = Entry(mode, oid)
            if mark.islower() or mark == "S":
                unwatched.add(path)
        return files, unwatched

    def read_blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Return the content of blobs by id."""
        names = list(dict.fromkeys(oids))
        if not names:
            return {}
        contents = {}
        output = self.git("cat-file", "--batch", stdin="".join(f"{n}\n" for n in names).encode())
        start = 0
        for name in names:
            end = output.index(b"\n", start)
            size = int(output[start:end].rpartition(b" ")[2])
            contents[name] = output[end + 1 : end + 1 + size]
            start = end + size + 2
        return contents

    def read_file(self, commit: str, path: str) -> bytes | None:
        """Return the content of a file in `commit`; None if there is no such file."""
        output = self.git("cat-file", "--batch", stdin=os.fsencode(f"{commit}:{path}\n"))
        info, _, content = output.partition(b"\n")
        return content[:-1] if info.split(b" ")[1:2] == [b"blob"] else None

    def write_blobs(self, contents: Sequence[bytes]) -> list[str]:
        """Store `contents` unfiltered; return their ids."""
        if not contents:
            return []
        with scratch() as folder:
            names = [folder / str(number) for number in range(len(contents))]
            for name, content in zip(names, contents, strict=True):
                name.write_bytes(content)
            lines = "".join(f"{name}\n" for name in names).encode()
            output = self.git("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=lines)
        return output.decode().split()

    def store(self, folder: Path, paths: Iterable[str], attributes: Iterable[str]) -> Tree:
        """Store files of `folder` as `git add` would if it were the top of the work tree.

        The repository's attributes (line ends, clean filters) apply: `attributes` are the paths
        of its `.gitattributes` files, and those in `folder` are ignored. So are ignore rules.
        Other files of `folder` are left alone: they may be links to files of a checkout.
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
                    file.unlink()  # the repository's own is written there, not through the link
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
            output = self.git("hash-object", "-w", "--stdin", f"--path={path}", stdin=content)
            ids[path] = output.decode().strip()
        return {path: Entry(entry.mode, ids.get(path, entry.oid)) for path, entry in tree.items()}

    def write_index(
        self, entries: Iterable[tuple[str, int, Entry | None]], index: Path | None = None
    ) -> None:
        """Write entries (path, stage, file) to `index`; a file of None removes the path.

        The stage is 0, or 1 to 3 in a conflict.
        """
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
        """Store trees that are mostly alike; return their ids."""
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
        """Store a commit for internal use, on no branch; return its id."""
        options = [option for parent in parents for option in ("-p", parent)]
        identity = ("-c", "user.name=Drydock", "-c", "user.email=drydock@example.invalid")
        return self.text(*identity, "commit-tree", tree, *options, "-m", "drydock")

    def merge_commits(self, ours: str, theirs: str) -> bytes:
        """Merge two commits with a common parent; return the output of `merge-tree -z`.

        Renames of folders are off: where most of a folder moved, git would move a user's other
        files in it, too, or report each of them as a conflict.
        The base comes from the history: `merge-tree --merge-base` needs git 2.40.
        """
        return self.git(
            "-c", "merge.renames=true", "-c", "merge.directoryRenames=false",
            "merge-tree", "--write-tree", "-z", "--messages", ours, theirs, accept=(0, 1),
        )  # fmt: skip

    def renames(self, one: str, other: str) -> dict[str, str]:
        """Return the old path of each file that moved between two trees, by its new path."""
        fields = self.git("diff-tree", "-r", "-z", "-M", "--diff-filter=R", one, other).split(b"\0")
        names = [os.fsdecode(field) for field in fields]
        return dict(zip(names[2::3], names[1::3], strict=False))

    def differences(self, one: str, other: str) -> dict[str, Entry | None]:
        """Return the files of tree `other` that differ from tree `one`; None for removed files."""
        fields = self.git("diff-tree", "-r", "-z", "--no-renames", one, other).split(b"\0")
        changes: dict[str, Entry | None] = {}
        for info, name in zip(fields[:-1:2], fields[1::2], strict=True):
            _mode, mode, _oid, oid, status = info.decode().lstrip(":").split(" ")
            changes[os.fsdecode(name)] = None if status == "D" else Entry(mode, oid)
        return changes

    @cached_property
    def _format(self) -> str:
        return self.text("rev-parse", "--show-object-format")

    @cached_property
    def _own_objects(self) -> Path:
        return Path(self.text("rev-parse", "--path-format=absolute", "--git-path", "objects"))

    def storing_in(self, objects: Path | None) -> "Repository":
        """Return this repository, storing new objects in a folder; None: in its own."""
        other = replace(self, objects=objects)
        vars(other).update({name: known for name, known in vars(self).items() if name[0] == "_"})
        return other

    @contextmanager
    def quarantined(self) -> Iterator["Repository"]:
        """Yield this repository with a temporary folder for new objects.

        `keep` moves objects into the repository; all others are deleted at the end.
        """
        with tempfile.TemporaryDirectory(prefix="drydock.objects.") as folder:
            Path(folder, "info").mkdir()
            # A file, not GIT_ALTERNATE_OBJECT_DIRECTORIES: a path there must not hold a colon.
            Path(folder, "info", "alternates").write_bytes(os.fsencode(self._own_objects) + b"\n")
            yield self.storing_in(Path(folder))

    def keep(self, oids: Iterable[str]) -> None:
        """Move objects from the quarantine into the repository.

        Without a quarantine it does nothing: they are stored there already.
        """
        if not self.objects:
            return
        names = [*dict.fromkeys(oids)]
        if any(self.objects.glob("pack/*.pack")):  # git stores files over 512 MiB in packs
            pack = self.git("pack-objects", "-q", "--stdout", stdin="\n".join(names).encode())
            self.storing_in(None).git("unpack-objects", "-q", stdin=pack)
            return
        # The layout is git's interface: https://git-scm.com/docs/gitrepository-layout
        into = Path(os.fsdecode((self.objects / "info/alternates").read_bytes().rstrip(b"\n")))
        for name in names:
            _move_object(Path(name[:2], name[2:]), self.objects, into)
