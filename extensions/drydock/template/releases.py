"""Which releases a template has, and their files.

Versions are PEP 440, as for Copier
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
    """One state of a template: a release, or any commit of it."""

    name: str
    """A tag, or what `git describe --tags --always` says: Copier's `_commit`."""
    commit: str
    version: Version | None


@dataclass(frozen=True)
class Template:
    """A template's repository, at hand on this machine."""

    address: str
    """Where it was read from, without credentials."""
    repository: git.Repository
    folder: Path | None = None
    """The folder on this machine that it was read from in place; None: there is none."""

    @cached_property
    def head(self) -> str | None:
        """The commit that is checked out there, or that a clone starts at; None: there is none."""
        return self.repository.commit_of("HEAD")

    @cached_property
    def releases(self) -> dict[str, Release]:
        """Every release by its name, oldest first.

        A clone may lack tags; there, the commit that made a release tells of it by its subject.
        """
        found = self._subjects | self._tags
        versions = {name: version for name in found if (version := version_of(name)) is not None}
        return {
            name: Release(name, found[name], version)
            for name, version in sorted(versions.items(), key=lambda pair: pair[1])
        }

    @cached_property
    def _subjects(self) -> dict[str, str]:
        """The commits that made releases, by what they say they released.

        Only first parents count: what was merged from a fork brings that fork's releases.
        """
        found: dict[str, str] = {}
        log = self.repository.text(
            "log", "--first-parent", "--extended-regexp", "--grep=^release: v", "--format=%H %s"
        )
        for line in reversed(log.splitlines()):
            commit, _, subject = line.partition(" ")
            if named := _RELEASE_SUBJECT.fullmatch(subject):
                found[named[1]] = commit
        return found

    @cached_property
    def _tags(self) -> dict[str, str]:
        """The commits that are tagged, by their tags."""
        found: dict[str, str] = {}
        form = (
            "--format=%(refname:strip=2) %(objecttype) %(objectname) %(*objecttype) %(*objectname)"
        )
        for line in self.repository.text("for-each-ref", form, "refs/tags").splitlines():
            name, *kinds_and_ids = line.split(" ")
            pairs = dict(zip(kinds_and_ids[::2], kinds_and_ids[1::2], strict=True))
            if tagged := pairs.get("commit"):
                found[name] = tagged
        return found

    def latest(self, *, prereleases: bool = False) -> Release:
        """Return the newest release, by default no prerelease; without any, the newest commit.

        In a fork that names its company only its own releases count. Raises BadInput when the
        template has no commit, or the fork no release.
        """
        for release in reversed(self.releases.values()):
            wanted = release.version and (prereleases or not release.version.is_prerelease)
            if wanted and self.is_own(release):
                return release
        if self.company:
            newest = next(reversed(self.releases.values()), None)
            after = newest.version.public if newest and newest.version else "1.0.0"
            raise BadInput(
                f"{self.address} is a fork for {self.company} that has no release of its own yet: "
                f"cut one there, with nox -s release -- {after}+{self.company}.1"
            )
        return self.find("HEAD")

    @cached_property
    def company(self) -> str:
        """The company that this fork is for, by its newest commit; empty if it names none."""
        return company.name_in(self._values("HEAD"))

    def foreign(self, release: Release) -> str | None:
        """Return why `release` may be another company's, and what to do; None if it is not.

        A fork that names no company is known by values that `release` has otherwise, of those
        that upstream never changes.
        """
        if self.company or release.version is None:
            return None
        before, now = self._values(release.commit), self._values("HEAD")
        changed = [name for name in company.PLACEHOLDERS if before.get(name) != now.get(name)]
        if not changed:
            return None
        return (
            f"{release.name} does not have the values of {company.FILE} ({', '.join(changed)}): "
            f"in a fork, set company_name there, commit, and cut a release of its own with "
            f"nox -s release -- {release.version.public}+NAME.1"
        )

    @property
    def tags_missing(self) -> str | None:
        """What to say of a clone that lacks tags; None if it has those of its releases."""
        missing = [name for name in self.releases if name not in self._tags]
        if not missing:
            return None
        return (
            f"{self.address} is a clone without the tags of its releases ({', '.join(missing)}): "
            "Copier cannot tell them, and records bare commits; run nox -s tags there, "
            "and git push --tags"
        )

    def uncommitted(self, release: Release) -> str | None:
        """Return what to say where `release` is a folder's last commit, and the folder has more."""
        if self.folder is None or not (self.folder / ".git").exists():
            return None
        if release.commit != self.head or not self._changed:
            return None
        return (
            f"{self.address} has uncommitted changes: they take no part, since no other clone "
            "could render them again; commit them there, then update"
        )

    @cached_property
    def _changed(self) -> bytes:
        """What git says is uncommitted in the folder."""
        return git.run("status", "--porcelain", cwd=self.folder)

    def is_own(self, release: Release) -> bool:
        """Tell whether `release` is the template's own, and not that of a fork's upstream."""
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
        """What the company's file says, by commit."""
        return {}

    def find(self, name: str) -> Release:
        """Return the release called `name` (with or without `v`), or any commit git knows by it.

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
            known = [r.name for r in self.releases.values()][-3:]
            newest = f"; its newest are {', '.join(known)}" if known else "; it has none yet"
            raise BadInput(f"{self.address} has no release {name!r}{newest}")
        for release in reversed(self.releases.values()):
            if release.commit == commit:
                return release
        described = self.repository.text("describe", "--tags", "--always", commit)
        # Without a tag it is the start of the commit's id, which may look like a version.
        bare = commit.startswith(described)
        return Release(described, commit, None if bare else version_of(described))

    def is_older(self, one: Release, other: Release) -> bool:
        """Tell whether `one` comes before `other`: by version, or by history where one has none."""
        if one.version and other.version:
            return one.version < other.version
        if one.commit == other.commit:
            return False
        base = self.repository.git("merge-base", one.commit, other.commit, accept=(0, 1))
        return base.decode().strip() == one.commit

    def checkout(self, release: Release, folder: Path) -> None:
        """Write the files at `release` into the new `folder`; raise BadInput if that fails."""
        folder.mkdir(parents=True)
        with self._reading(release):
            self.repository.checkout(release.commit, folder)
            self._fill_submodules(release, folder)

    def checkout_rendered(
        self, release: Release, folder: Path, other: tuple[Release, Path] | None = None
    ) -> bool:
        """Write at least the files at `release` that a render starts from into the new `folder`.

        Those that are the same in `other`, a release and the folder that it is checked out in, are
        linked. Return whether all are written, as where that is not sure to be so. Raises BadInput
        if it fails.
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
        self, tree: Tree, wanted: set[str], folder: Path, other: Release, there: Path
    ) -> set[str]:
        """Link the files of a release that are the same in another; return their paths."""
        known = self.repository.tree_of(other.commit)
        # They say what a checkout makes of a file.
        if any(path.endswith(".gitattributes") for path, _ in tree.items() ^ known.items()):
            return set()
        linked = set()
        for path in wanted:
            if tree[path] == known.get(path) and tree[path].mode.startswith("100"):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                with suppress(OSError):
                    (folder / path).hardlink_to(there / path)
                    linked.add(path)
        return linked

    @contextmanager
    def _reading(self, release: Release) -> Iterator[None]:
        try:
            yield
        except git.GitError as error:
            raise BadInput(f"{self.address} at {release.name} cannot be read: {error}") from error

    def checkout_changed(self, release: Release, other: Release, folder: Path) -> bool:
        """Write those files at `release` that `other` has not the same, and those at the top.

        Return False, with nothing written, if the files at the top differ: they say how to render.
        """
        said = self.repository.text("ls-tree", "-z", release.commit).split("\0")
        top = [line.partition("\t")[2] for line in said if " blob " in line]
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
        # Submodules need a repository of their own; relative addresses start at the template's.
        git.run("init", "--quiet", folder)
        git.run("remote", "add", "origin", self.address, cwd=folder)
        git.run("fetch", "--quiet", self.repository.git_dir, release.commit, cwd=folder)
        git.run("checkout", "--quiet", "--force", release.commit, cwd=folder)
        git.run("submodule", "--quiet", "update", "--init", "--recursive", cwd=folder)


def version_of(name: str) -> Version | None:
    """Return the version of a tag, or of a commit described from one; None for any other name."""
    if described := _DESCRIBED.fullmatch(name):
        name = f"{described['tag']}.post{described['ahead']}"
    try:
        return Version(name)
    except InvalidVersion:
        return None


def release_before(name: str) -> str | None:
    """Return the tag from which a commit is described; empty for a bare commit, None for a tag."""
    if described := _DESCRIBED.fullmatch(name):
        return described["tag"]
    return "" if re.fullmatch(r"[0-9a-f]{7,64}", name) else None


@contextmanager
def open_template(address: str, base: Path, kept: Path | None = None) -> Iterator[Template]:
    """Yield the template at `address`: a folder (read in place), a bundle, or a URL (cloned once).

    `base` is where a relative folder starts, `kept` a clone that stays: it is used if it is there,
    and made otherwise. Raises BadInput for an address that cannot be used.
    """
    shown = without_credentials(address)
    if address.startswith("-") or not address.isprintable() or re.match(r"[\w+.-]+::", address):
        raise BadInput(f"{shown!r} is not an address of a template")
    with tempfile.TemporaryDirectory(prefix="drydock.template.") as scratch:
        try:
            local = local_folder(address, base)
            folder = local if local and local.is_dir() else None
            repository = _at_hand(address, base, kept or Path(scratch, "template.git"))
            template = Template(shown, repository, folder)
            empty = template.head is None
        except git.GitError as error:
            said = str(error).replace(address, shown)
            raise BadInput(
                f"the template {shown} cannot be read; if it moved, give --template URL: {said}"
            ) from error
        if empty:
            raise BadInput(f"the template {shown} has no commit yet")
        yield template


def _at_hand(address: str, base: Path, clone: Path) -> git.Repository:
    local = local_folder(address, base)
    if local and local.is_dir():
        return _in_place(local)
    source = str(local) if local else addresses.expand(address)
    if not clone.exists():
        # It holds the history of names only; the files of the two releases follow when needed.
        beside = clone.with_name(f"{clone.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        git.run(
            "clone", "--quiet", "--bare", "--template=", "--filter=blob:none", "--", source, beside
        )
        beside.rename(clone)
    return git.Repository(clone)


def _in_place(folder: Path) -> git.Repository:
    said = git.run("rev-parse", "--absolute-git-dir", "--show-cdup", "--show-prefix", cwd=folder)
    git_dir, *inside = os.fsdecode(said).rstrip("\n").split("\n")
    if any(inside):
        raise BadInput(f"{folder} is no template: it is a folder inside another repository")
    return git.Repository(Path(git_dir))
