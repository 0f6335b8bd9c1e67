"""The releases of a template, and their files.

Versions follow PEP 440, as for Copier
(https://copier.readthedocs.io/en/stable/generating/#templates-versions).
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from drydock import git
from drydock.errors import BadInput
from drydock.git import Tree
from drydock.template import addresses, company, needed
from drydock.template.addresses import local_folder, without_credentials

_DESCRIBED = re.compile(r"(?P<tag>.+)-(?P<ahead>\d+)-g(?P<commit>[0-9a-f]+)")
_RELEASE_SUBJECT = re.compile(r"release: (v\S+)")


@dataclass(frozen=True)
class Release:
    """One state of a template: a release, or any other commit."""

    name: str
    """A tag, or the output of `git describe --tags --always`: Copier's `_commit`."""
    commit: str
    version: Version | None


@dataclass(frozen=True)
class Template:
    """The local repository of a template."""

    address: str
    """Its address, without credentials."""
    repository: git.Repository
    folder: Path | None = None
    """Its folder on this machine, if it is read in place."""

    @cached_property
    def head(self) -> str | None:
        """The checked-out commit, or that of the default branch; None if there is no commit."""
        return self.repository.commit_of("HEAD")

    @cached_property
    def releases(self) -> dict[str, Release]:
        """All releases by name, oldest first.

        A clone may lack tags; then the subjects of release commits identify them.
        """
        commits = self._subjects | self._tags
        versions = {name: version for name in commits if (version := version_of(name)) is not None}
        return {
            name: Release(name, commits[name], version)
            for name, version in sorted(versions.items(), key=lambda pair: pair[1])
        }

    @cached_property
    def _subjects(self) -> dict[str, str]:
        """The release commits, by the name of the release in their subject.

        Only first parents count, because a merged fork brings its own release commits.
        """
        commits: dict[str, str] = {}
        log = self.repository.text(
            "log", "--first-parent", "--extended-regexp", "--grep=^release: v", "--format=%H %s"
        )
        for line in reversed(log.splitlines()):
            commit, _, subject = line.partition(" ")
            if match := _RELEASE_SUBJECT.fullmatch(subject):
                commits[match[1]] = commit
        return commits

    @cached_property
    def _tags(self) -> dict[str, str]:
        """The tagged commits, by tag."""
        commits: dict[str, str] = {}
        output_format = (
            "--format=%(refname:strip=2) %(objecttype) %(objectname) %(*objecttype) %(*objectname)"
        )
        for line in self.repository.text("for-each-ref", output_format, "refs/tags").splitlines():
            name, *kinds_and_ids = line.split(" ")
            pairs = dict(zip(kinds_and_ids[::2], kinds_and_ids[1::2], strict=True))
            if commit := pairs.get("commit"):
                commits[name] = commit
        return commits

    def latest(self, *, prereleases: bool = False) -> Release:
        """Return the newest release, or the newest commit if there is no release.

        Prereleases count only with `prereleases`. In a fork that names its company, only its own
        releases count. Raises BadInput when the template has no commit, or the fork no release.
        """
        for release in reversed(self.releases.values()):
            wanted = release.version and (prereleases or not release.version.is_prerelease)
            if wanted and self.is_own(release):
                return release
        if self.company:
            newest = next(reversed(self.releases.values()), None)
            version = newest.version.public if newest and newest.version else "1.0.0"
            raise BadInput(
                f"{self.address} is a fork for {self.company} without a release of its own: "
                f"cut one there with nox -s release -- {version}+{self.company}.1"
            )
        return self.find("HEAD")

    @cached_property
    def company(self) -> str:
        """The company of this fork, as its newest commit names it; empty if it names none."""
        return company.name_in(self._values("HEAD"))

    def foreign(self, release: Release) -> str | None:
        """Return why `release` may be upstream's rather than the fork's own, with the fix, or None.

        A fork without a company name is recognized by values that differ from those of `release`
        although upstream never changes them.
        """
        if self.company or release.version is None:
            return None
        before, now = self._values(release.commit), self._values("HEAD")
        changed = [name for name in company.PLACEHOLDERS if before.get(name) != now.get(name)]
        if not changed:
            return None
        return (
            f"{release.name} does not have the values of {company.FILE} ({', '.join(changed)}): "
            f"in a fork, set company_name there, commit, and cut the fork's own release with "
            f"nox -s release -- {release.version.public}+NAME.1"
        )

    @property
    def tags_missing(self) -> str | None:
        """A warning about a clone without the tags of its releases; None if it has them."""
        missing = [name for name in self.releases if name not in self._tags]
        if not missing:
            return None
        return (
            f"{self.address} is a clone without the tags of its releases ({', '.join(missing)}): "
            "Copier cannot find its releases and records bare commits; run nox -s tags there, "
            "then git push --tags"
        )

    def uncommitted(self, release: Release) -> str | None:
        """Return a warning if `release` is the last commit of a folder with uncommitted changes."""
        if self.folder is None or not (self.folder / ".git").exists():
            return None
        if release.commit != self.head or not self._changed:
            return None
        return (
            f"{self.address} has uncommitted changes, which are ignored because no other clone "
            "could render them; commit them there, then update"
        )

    @cached_property
    def _changed(self) -> bytes:
        """The folder's uncommitted changes, as `git status` prints them."""
        return git.run("status", "--porcelain", "--untracked-files=normal", cwd=self.folder)

    def is_own(self, release: Release) -> bool:
        """Tell whether `release` is the template's own, rather than that of a fork's upstream."""
        if not self.company:
            return True
        return release.version is not None and company.is_of(release.version, self.company)

    def _values(self, commit: str) -> dict[str, Any]:
        if commit not in self._known_values:
            text = self.repository.read_file(commit, company.FILE)
            self._known_values[commit] = company.values((text or b"").decode(errors="replace"))
        return self._known_values[commit]

    @cached_property
    def _known_values(self) -> dict[str, dict[str, Any]]:
        """The values of the company's file, by commit."""
        return {}

    def find(self, name: str) -> Release:
        """Return the release `name` (with or without `v`), or any commit of that name.

        Raises BadInput when there is neither.
        """
        if release := self.releases.get(name):
            return release
        if (version := version_of(name)) is not None:
            for release in self.releases.values():
                if release.version == version:
                    return release
        commit = None if name.startswith("-") else self.repository.commit_of(name)
        if commit is None:
            known = [release.name for release in self.releases.values()][-3:]
            newest = f"; its newest are {', '.join(known)}" if known else "; it has none yet"
            raise BadInput(f"{self.address} has no release {name!r}{newest}")
        for release in reversed(self.releases.values()):
            if release.commit == commit:
                return release
        described = self.repository.text("describe", "--tags", "--always", commit)
        # Without a tag it is an abbreviated commit id, which may look like a version.
        is_bare = commit.startswith(described)
        return Release(described, commit, None if is_bare else version_of(described))

    def is_older(self, release: Release, other: Release) -> bool:
        """Tell whether `release` is older than `other`, by version or else by history."""
        if release.version and other.version:
            return release.version < other.version
        if release.commit == other.commit:
            return False
        base = self.repository.git("merge-base", release.commit, other.commit, accept=(0, 1))
        return base.decode().strip() == release.commit

    def checkout(self, release: Release, folder: Path) -> None:
        """Write the files of `release` into the new `folder`; raise BadInput if that fails."""
        folder.mkdir(parents=True)
        with self._reading(release):
            self.repository.checkout(release.commit, folder)
            self._fill_submodules(release, folder)

    def checkout_rendered(
        self, release: Release, folder: Path, other: tuple[Release, Path] | None = None
    ) -> bool:
        """Write the files of `release` that a render needs at the start into the new `folder`.

        Files that are the same in `other`, a release and its checkout, are linked. If it is unclear
        which files are needed, it writes all of them. Returns whether it wrote all; raises BadInput
        if that fails.
        """
        folder.mkdir(parents=True)
        with self._reading(release):
            tree = self.repository.tree_of(release.commit)
            if wanted := needed.files(self.repository, tree):
                if other:
                    wanted -= self._linked(tree, wanted, folder, *other)
                self.repository.checkout_files(release.commit, folder, wanted)
                return False
            self.repository.checkout(release.commit, folder)
            self._fill_submodules(release, folder)
        return True

    def _linked(
        self, tree: Tree, wanted: set[str], folder: Path, other: Release, checkout: Path
    ) -> set[str]:
        """Link the files of a release that are the same in `checkout`; return their paths."""
        other_tree = self.repository.tree_of(other.commit)
        # Attributes change how files are checked out.
        if any(path.endswith(".gitattributes") for path, _ in tree.items() ^ other_tree.items()):
            return set()
        linked = set()
        for path in wanted:
            if tree[path] == other_tree.get(path) and tree[path].mode.startswith("100"):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                with suppress(OSError):
                    (folder / path).hardlink_to(checkout / path)
                    linked.add(path)
        return linked

    @contextmanager
    def _reading(self, release: Release) -> Iterator[None]:
        try:
            yield
        except git.GitError as error:
            raise BadInput(f"{self.address} at {release.name} cannot be read: {error}") from error

    def checkout_changed(self, release: Release, other: Release, folder: Path) -> bool:
        """Write the files of `release` that differ from `other`, and those at the top.

        Returns False, and writes nothing, if YAML files at the top differ: they configure renders.
        """
        entries = self.repository.text("ls-tree", "-z", release.commit).split("\0")
        top = [entry.partition("\t")[2] for entry in entries if " blob " in entry]
        changed = self.repository.differences(other.commit, release.commit)
        if any(path.endswith((".yml", ".yaml")) and "/" not in path for path in changed):
            return False
        folder.mkdir(parents=True)
        wanted = {*top, *(path for path, entry in changed.items() if entry)}
        pathspecs = (f":(literal){path}" for path in sorted(wanted))
        self.repository.checkout(release.commit, folder, *pathspecs)
        return True

    def _fill_submodules(self, release: Release, folder: Path) -> None:
        if not (folder / ".gitmodules").is_file():
            return
        # Submodules need a repository; their relative addresses start at the template's.
        git.run("init", "--quiet", folder)
        git.run("remote", "add", "origin", self.address, cwd=folder)
        git.run("fetch", "--quiet", self.repository.git_dir, release.commit, cwd=folder)
        git.run("checkout", "--quiet", "--force", release.commit, cwd=folder)
        git.run("submodule", "--quiet", "update", "--init", "--recursive", cwd=folder)


def version_of(name: str) -> Version | None:
    """Return the version of a tag or of a `git describe` name; None for any other name."""
    if described := _DESCRIBED.fullmatch(name):
        name = f"{described['tag']}.post{described['ahead']}"
    try:
        return Version(name)
    except InvalidVersion:
        return None


def release_before(name: str) -> str | None:
    """Return the tag in a `git describe` name; empty for a bare commit id, None for a tag."""
    if described := _DESCRIBED.fullmatch(name):
        return described["tag"]
    return "" if re.fullmatch(r"[0-9a-f]{7,64}", name) else None


@contextmanager
def open_template(address: str, base: Path, clone: Path | None = None) -> Iterator[Template]:
    """Yield the template at `address`: a folder (read in place), a bundle or a URL (cloned once).

    A relative folder is relative to `base`. `clone` is a persistent clone, which is created if it
    does not exist. Raises BadInput for an address that cannot be used.
    """
    shown = without_credentials(address)
    if address.startswith("-") or not address.isprintable() or re.match(r"[\w+.-]+::", address):
        raise BadInput(f"{shown!r} is not an address of a template")
    with tempfile.TemporaryDirectory(prefix="drydock.template.") as scratch:
        try:
            local = local_folder(address, base)
            folder = local if local and local.is_dir() else None
            repository = _local_repository(address, base, clone or Path(scratch, "template.git"))
            template = Template(shown, repository, folder)
            is_empty = template.head is None
        except git.GitError as error:
            reason = str(error).replace(address, shown)
            raise BadInput(
                f"the template {shown} cannot be read; if it moved, give --template URL: {reason}"
            ) from error
        if is_empty:
            raise BadInput(f"the template {shown} has no commit yet")
        yield template


def _local_repository(address: str, base: Path, clone: Path) -> git.Repository:
    local = local_folder(address, base)
    if local and local.is_dir():
        return _in_place(local)
    source = str(local) if local else addresses.expand(address)
    if not clone.exists():
        # Without blobs: git fetches the files of a release when they are needed.
        temporary = clone.with_name(f"{clone.name}.new")
        shutil.rmtree(temporary, ignore_errors=True)
        git.run(
            "clone",
            "--quiet",
            "--bare",
            "--template=",
            "--filter=blob:none",
            "--",
            source,
            temporary,
        )
        temporary.rename(clone)
    return git.Repository(clone)


def _in_place(folder: Path) -> git.Repository:
    output = git.run("rev-parse", "--absolute-git-dir", "--show-cdup", "--show-prefix", cwd=folder)
    git_dir, *prefixes = os.fsdecode(output).rstrip("\n").split("\n")
    if any(prefixes):
        raise BadInput(f"{folder} is not a template: it is a folder inside another repository")
    return git.Repository(Path(git_dir))
