"""Rehearse a release: treat the working tree of a template as if it were released.

Conflicts are traced to the lines of the template that changed since the service's release.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from drydock import git
from drydock.errors import BadInput
from drydock.git import GitError, Repository
from drydock.template.releases import Template, open_template

_HUNK = re.compile(r"^@@ -\S+ \+(?P<start>\d+)(?:,(?P<count>\d+))? @@", re.MULTILINE)
_JINJA = re.compile(r"\{[{%#].*?[}%#]\}")
_SHORTEST = 3  # letters; shorter lines match by chance


@dataclass(frozen=True)
class Blame:
    """Lines of a template that a release changed, and the services in which they conflict."""

    where: str
    """`path:first-last`, in the rehearsed working tree."""
    text: str
    """The first of these lines."""
    services: tuple[str, ...]


@contextmanager
def template(folder: Path) -> Iterator[tuple[Template, str]]:
    """Yield the template in `folder` with an additional release, and that release's name.

    The release contains what `git add --all` would commit. The folder and its repository are left
    alone. Raises BadInput if it is not a template.
    """
    folder = folder.resolve()
    with (
        open_template(str(folder), folder) as source,
        tempfile.TemporaryDirectory(prefix="drydock.rehearsal.") as scratch,
    ):
        place = Path(scratch, folder.name)
        try:
            git.run("clone", "--quiet", "--shared", "--no-checkout", "--", str(folder), place)
            copy = Repository(place / ".git")
            for release in source.releases.values():  # the folder may lack their tags
                copy.git("update-ref", f"refs/tags/{release.name}", release.commit)
            name = _next_release(source)
            _commit(copy, folder, Path(scratch, "index"), name)
        except GitError as error:
            raise BadInput(f"{folder} cannot be rehearsed: {error}") from error
        with open_template(str(place), place) as rehearsed:
            yield Template(source.address, rehearsed.repository), name


def _next_release(source: Template) -> str:
    versions = [release.version for release in source.releases.values() if release.version]
    newest = max(versions, default=Version("0"))
    return f"v{newest.major}.{newest.minor + 1}.0.dev0"


def _commit(copy: Repository, folder: Path, index: Path, name: str) -> None:
    head = copy.text("rev-parse", "HEAD")
    copy.git("read-tree", head, index=index)
    copy.git("add", "--all", index=index, work_tree=folder)
    tree = copy.git("write-tree", index=index).decode().strip()
    commit = copy.commit_tree(tree, head)
    copy.git("update-ref", f"refs/tags/{name}", commit)
    copy.git("update-ref", "HEAD", commit)


def blame(rehearsed: Template, to: str, forecasts: Sequence[dict[str, Any]]) -> list[Blame]:
    """Return the lines of the template that cause the conflicts of these forecasts, worst first."""
    affected: dict[tuple[str, str], list[str]] = {}
    hunks: dict[tuple[str, str], list[_Hunk]] = {}
    for record in forecasts:
        for conflict in record.get("conflicts", ()):
            path = conflict.get("source")
            if not path:
                continue
            key = (record["release"], path)
            if key not in hunks:
                hunks[key] = list(_hunks(rehearsed, record["release"], to, path))
            for hunk in _to_blame(hunks[key], conflict["parts"]):
                services = affected.setdefault((hunk.where, hunk.text), [])
                if record["service"] not in services:
                    services.append(record["service"])
    ordered = sorted(affected.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Blame(where, text, tuple(services)) for (where, text), services in ordered]


@dataclass(frozen=True)
class _Hunk:
    where: str
    text: str
    lines: frozenset[str]
    """The removed and added lines, without Jinja expressions."""


def _hunks(rehearsed: Template, old: str, new: str, path: str) -> Iterator[_Hunk]:
    commits = [rehearsed.find(name).commit for name in (old, new)]
    options = ("--unified=0", "--inter-hunk-context=0", "--no-ext-diff", "--no-textconv")
    diff = rehearsed.repository.git("diff", *options, *commits, "--", path)
    text = diff.decode("utf-8", "replace")
    starts = [*_HUNK.finditer(text)]
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        body = text[start.end() : end].splitlines()[1:]
        first, count = int(start["start"]), int(start["count"] or 1)
        last = first + max(count - 1, 0)
        added = [line[1:] for line in body if line.startswith("+")]
        shown = (added or [line[1:] for line in body if line.startswith("-")] or [""])[0].strip()
        yield _Hunk(
            f"{path}:{first}" if last == first else f"{path}:{first}-{last}",
            shown,
            frozenset(plain for line in body if len(plain := _plain(line[1:])) >= _SHORTEST),
        )


def _to_blame(hunks: Sequence[_Hunk], parts: Sequence[dict[str, Any]]) -> list[_Hunk]:
    """Return the hunks with lines that are in conflict; all hunks if there are none."""
    conflicting = {_plain(line) for part in parts for line in (*part["ours"], *part["theirs"])}
    matching = [hunk for hunk in hunks if hunk.lines & conflicting]
    return matching or list(hunks)


def _plain(line: str) -> str:
    return " ".join(_JINJA.sub("", line).split())


def share_in_conflict(forecasts: Sequence[dict[str, Any]]) -> float:
    """Return the share of services that would conflict or could not be read, from 0 to 1."""
    bad = sum(bool(record["error"] or record["conflicts"]) for record in forecasts)
    return bad / len(forecasts) if forecasts else 0.0
