"""The status of a service: its release, how far it is behind, and what differs from the release."""

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
_SKIPPED_CHECKS = ("DC107",)  # drift: this file finds it without another render
_WEIGHTS: dict[Level, int] = {"must": 4, "should": 2, "could": 1}
_OWN = re.compile(r"^Drydock-Tree: ([0-9a-f]{40,64})$", re.MULTILINE)


@dataclass
class Status:
    """The status of one service; every field is plain data."""

    template: str = ""
    release: str = ""
    newest: str = ""
    releases_behind: int = 0
    days_behind: int = 0
    """How long a newer release than the service's has existed."""
    changed: list[str] = field(default_factory=list)
    """Files of the template that differ from the render of its release."""
    missing: list[str] = field(default_factory=list)
    """Files of the template that the service deleted."""
    update_branch: str = ""
    """The branch with an update that is not merged yet; empty: none."""
    update_release: str = ""
    """The release on that branch."""
    update_is_edited: bool = False
    """Whether others edited that branch or added commits to it."""
    conflict: bool = False
    """Whether the checkout has unresolved conflicts in the service."""
    dirty: bool = False
    """Whether the checkout has uncommitted changes in the service."""
    checks: list[dict[str, Any]] = field(default_factory=list)
    """Results of the standard's checks (drydock_standard.run.Result), except those that passed."""
    passed: int = 0
    """The number of checks that passed."""
    score: int = 100
    """The share of applicable checks that pass, from 0 to 100; a must weighs four times a could."""


def examine(source: Source, folder: Path, templates: Templates, place: Path) -> Status:
    """Return the status of the service in `folder`, which is left alone; `place` is scratch space.

    Raises BadInput when the service or its template cannot be read.
    """
    recorded = answers.read(folder, answers.find(folder))
    if without_credentials(recorded.template) != recorded.template:
        raise BadInput(f"{recorded.file}: _src_path contains credentials: remove them")
    template = templates.open(recorded.template, folder)
    release = template.find(recorded.release)
    newest = template.latest()
    newer = list(_newer(template, release))
    status = Status(
        template=template.address,
        release=recorded.release,
        newest=newest.name,
        releases_behind=len(newer),
        days_behind=_days_since(template, newer[0]) if newer else 0,
    )
    repository = source.repository if source.member.path else repository_of(folder)
    files, _ = repository.tracked()
    checkout = rendering.Checkout(
        templates.checkout(template, release), recorded.template, release, recorded.release
    )
    request = rendering.request_as_recorded(recorded, folder)
    rendered = rendering.contents(checkout, place / "render" / folder.name, request)
    own = {
        path.removeprefix(source.prefix): entry
        for path, entry in files.items()
        if path.startswith(source.prefix)
    }
    _add_drift(status, own, rendered)
    states = [
        state for path, state in repository.states().items() if path.startswith(source.prefix)
    ]
    status.dirty = bool(states)
    status.conflict = any(state in UNMERGED for state in states)
    _add_branch(status, source, source.prefix + recorded.file)
    tracked = {path: entry.mode for path, entry in own.items()}
    _add_checks(status, run(folder, without=_SKIPPED_CHECKS, tracked=tracked))
    return status


def _add_checks(status: Status, results: Sequence[Result]) -> None:
    status.passed = sum(result.status == "passed" for result in results)
    status.checks = [
        {
            "code": result.code,
            "level": result.level,
            "name": result.name,
            "status": result.status,
            "message": redacted(result.message)[:_LONGEST_MESSAGE],
        }
        for result in results
        if result.status != "passed"
    ]
    counted = [result for result in results if result.status in ("passed", "failed")]
    possible = sum(_WEIGHTS[result.level] for result in counted)
    reached = sum(_WEIGHTS[result.level] for result in counted if result.status == "passed")
    status.score = 100 * reached // possible if possible else 100


def is_own(repository: Repository, commit: str) -> bool:
    """Tell whether a commit has exactly the tree that `drydock fleet update` committed."""
    match = _OWN.search(repository.text("show", "--no-patch", "--format=%B", commit))
    return match is not None and repository.text("rev-parse", f"{commit}^{{tree}}") == match[1]


def release_on(repository: Repository, commit: str, file: str) -> str:
    """Return the release that the answers file of a commit records; empty if there is none."""
    if not repository.git("ls-tree", "--name-only", "--full-tree", commit, "--", file):
        return ""
    text = repository.git("show", f"{commit}:{file}")[:_LARGEST_COMPARED]
    match = re.search(r"^_commit:\s*['\"]?([^\s'\"]+)", text.decode(errors="replace"), re.MULTILINE)
    return match[1] if match else ""


def _newer(template: Template, release: Release) -> Iterator[Release]:
    for other in template.releases.values():
        counts = other.version and not other.version.is_prerelease and template.is_own(other)
        if counts and other.commit != release.commit and template.is_older(release, other):
            yield other


def _days_since(template: Template, release: Release) -> int:
    date = template.repository.text("show", "--no-patch", "--format=%cI", release.commit)
    return max(0, (datetime.now(UTC) - datetime.fromisoformat(date)).days)


def _add_drift(status: Status, files: Tree, rendered: Mapping[str, bytes | Path]) -> None:
    for path, content in sorted(rendered.items()):
        entry = files.get(path)
        if entry is None:
            status.missing.append(path)
        elif not _is_same(entry, content):
            status.changed.append(path)


def _is_same(entry: Entry, content: bytes | Path) -> bool:
    """Tell whether git stored exactly what was rendered, except for line ends."""
    if isinstance(content, Path):
        return entry.mode == "120000" and entry.oid == _blob_id(os.fsencode(content), entry.oid)
    if entry.oid == _blob_id(content, entry.oid):
        return True
    if b"\r\n" not in content:
        return False
    return entry.oid == _blob_id(content.replace(b"\r\n", b"\n"), entry.oid)


def _blob_id(content: bytes, like: str) -> str:
    """Return git's id of a blob, with the hash algorithm of the id `like`."""
    algorithm = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


def _add_branch(status: Status, source: Source, answers_file: str) -> None:
    repository, tip = source.repository, source.tip
    if tip is None or tip == source.commit:
        return
    release = release_on(repository, tip, answers_file)
    if not release or release == status.release:
        return  # merged already, or not an update of this service

    status.update_branch, status.update_release = source.branch, release
    status.update_is_edited = not is_own(repository, tip)
