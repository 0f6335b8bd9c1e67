"""Where a service stands: which release it is at, how far behind, and what differs from it."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drydock_standard.check import Level
from drydock_standard.run import Result, run

from drydock.errors import BadInput
from drydock.fleet.clones import Source
from drydock.git import UNMERGED, Entry, Repository, Tree
from drydock.project import repository_of
from drydock.template import answers, rendering
from drydock.template.addresses import redacted, without_credentials
from drydock.template.opened import Templates
from drydock.template.releases import Release, Template

_LARGEST_COMPARED = 4 << 20  # bytes
_LONGEST_MESSAGE = 1000  # letters
_SEEN_OTHERWISE = ("DC107",)  # drift: it would render once more
_WEIGHTS: dict[Level, int] = {"must": 4, "should": 2, "could": 1}
_OWN = re.compile(r"^Drydock-Tree: ([0-9a-f]{40,64})$", re.MULTILINE)


@dataclass
class Status:
    """What is known of one service; every field is plain data."""

    template: str = ""
    release: str = ""
    newest: str = ""
    releases_behind: int = 0
    days_behind: int = 0
    """How long there has been a newer release than the service's."""
    changed: list[str] = field(default_factory=list)
    """Files of the template that are not as its release renders them."""
    missing: list[str] = field(default_factory=list)
    """Files of the template that the service deleted."""
    update_branch: str = ""
    """The branch with an update that is not merged yet; empty: none."""
    update_release: str = ""
    """The release that the branch brings."""
    update_is_edited: bool = False
    """Whether others changed what is on that branch, or added to it."""
    conflict: bool = False
    """Whether files of the service wait in the checkout for conflicts to be resolved."""
    dirty: bool = False
    """Whether the checkout has uncommitted changes of the service."""
    checks: list[dict[str, Any]] = field(default_factory=list)
    """What the standard's checks say (drydock_standard.run.Result), without those that passed."""
    passed: int = 0
    """How many checks passed."""
    score: int = 100
    """How much of what applies passes, from 0 to 100; a must counts four times a could."""


def examine(source: Source, folder: Path, templates: Templates, place: Path) -> Status:
    """Return the status of the service in `folder`; `place` is for scratch. Nothing is changed.

    Raises BadInput where it cannot be told.
    """
    read = answers.read(folder, answers.find(folder))
    if without_credentials(read.template) != read.template:
        raise BadInput(f"{read.file}: _src_path contains credentials: remove them")
    template = templates.open(read.template, folder)
    release = template.find(read.release)
    newest = template.latest()
    newer = list(_newer(template, release))
    status = Status(
        template=template.address,
        release=read.release,
        newest=newest.name,
        releases_behind=len(newer),
        days_behind=_days_since(template, newer[0]) if newer else 0,
    )
    repository = source.repository if source.member.path else repository_of(folder)
    files, _ = repository.tracked()
    checkout = rendering.Checkout(
        templates.checkout(template, release), read.template, release, read.release
    )
    request = rendering.request_as_recorded(read, folder)
    rendered = rendering.contents(checkout, place / "render" / folder.name, request)
    own = {
        path.removeprefix(source.prefix): entry
        for path, entry in files.items()
        if path.startswith(source.prefix)
    }
    _note_drift(status, own, rendered)
    states = [how for path, how in repository.states().items() if path.startswith(source.prefix)]
    status.dirty = bool(states)
    status.conflict = any(how in UNMERGED for how in states)
    _note_branch(status, source, source.prefix + read.file)
    tracked = {path: entry.mode for path, entry in own.items()}
    _note_checks(status, run(folder, without=_SEEN_OTHERWISE, tracked=tracked))
    return status


def _note_checks(status: Status, results: Sequence[Result]) -> None:
    status.passed = sum(one.status == "passed" for one in results)
    status.checks = [
        {
            "code": one.code,
            "level": one.level,
            "name": one.name,
            "status": one.status,
            "message": redacted(one.message)[:_LONGEST_MESSAGE],
        }
        for one in results
        if one.status != "passed"
    ]
    counted = [one for one in results if one.status in ("passed", "failed")]
    most = sum(_WEIGHTS[one.level] for one in counted)
    reached = sum(_WEIGHTS[one.level] for one in counted if one.status == "passed")
    status.score = 100 * reached // most if most else 100


def is_own(repository: Repository, commit: str) -> bool:
    """Tell whether a commit holds just what `drydock fleet update` put there."""
    found = _OWN.search(repository.text("show", "--no-patch", "--format=%B", commit))
    return found is not None and repository.text("rev-parse", f"{commit}^{{tree}}") == found[1]


def release_on(repository: Repository, commit: str, file: str) -> str:
    """Return the release that the answers file of a commit records; empty if it has none."""
    if not repository.git("ls-tree", "--name-only", "--full-tree", commit, "--", file):
        return ""
    text = repository.git("show", f"{commit}:{file}")[:_LARGEST_COMPARED]
    found = re.search(r"^_commit:\s*['\"]?([^\s'\"]+)", text.decode(errors="replace"), re.MULTILINE)
    return found[1] if found else ""


def _newer(template: Template, release: Release) -> Iterator[Release]:
    for other in template.releases.values():
        counts = other.version and not other.version.is_prerelease and template.is_own(other)
        if counts and other.commit != release.commit and template.is_older(release, other):
            yield other


def _days_since(template: Template, release: Release) -> int:
    said = template.repository.text("show", "--no-patch", "--format=%cI", release.commit)
    return max(0, (datetime.now(UTC) - datetime.fromisoformat(said)).days)


def _note_drift(status: Status, files: Tree, rendered: Mapping[str, bytes | Path]) -> None:
    for path, content in sorted(rendered.items()):
        entry = files.get(path)
        if entry is None:
            status.missing.append(path)
        elif not _is_same(entry, content):
            status.changed.append(path)


def _is_same(entry: Entry, content: bytes | Path) -> bool:
    """Tell whether git stored just what was rendered, line ends aside."""
    if isinstance(content, Path):
        return entry.mode == "120000" and entry.oid == _blob_id(os.fsencode(content), entry.oid)
    if entry.oid == _blob_id(content, entry.oid):
        return True
    if b"\r\n" not in content:
        return False
    return entry.oid == _blob_id(content.replace(b"\r\n", b"\n"), entry.oid)


def _blob_id(content: bytes, like: str) -> str:
    """Return git's id of a blob, by the hash that the id `like` was made with."""
    made = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return made(b"blob %d\0" % len(content) + content).hexdigest()


def _note_branch(status: Status, source: Source, answers_file: str) -> None:
    repository, tip = source.repository, source.tip
    if tip is None or tip == source.commit:
        return
    release = release_on(repository, tip, answers_file)
    if not release or release == status.release:
        return  # merged, or not about an update of this service
    status.update_branch, status.update_release = source.branch, release
    status.update_is_edited = not is_own(repository, tip)
