"""The service's link to its template: answers, release, and leftovers of updates."""

import datetime
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from drydock_standard import releases
from drydock_standard.check import Check, at, code, plain, skip
from drydock_standard.repository import Repository, Unusable

NAME = "Template"
ORDER = 1
# The usual length is 7; in a text with lines of that form, `drydock update` takes longer markers.
_MARKER = re.compile(r"(?:<{7,}|>{7,})(?= )|={7,}\Z")
_LEFT_OVER = re.compile(r"\.(rej|orig)\Z")
_SHARED = ("pyproject.toml", ".gitignore", "chart/values.yaml", "ruff.toml", "mypy.ini")
"""Template files that a service extends; the last two also hold its debt list."""
_LOCAL = re.compile(r"[./~]|[A-Za-z]:[\\/]|file:")


class ConflictMarkers(Check):
    """No file contains conflict markers.

    Committed conflict markers break the program that reads the file, or are shipped as text.

    Fix: resolve the conflict, remove the markers, and commit.

    Since v1.5.0.
    """

    code = "DM101"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.paths:
            text = repository.text(path) or ""
            if "\n=======" in text and (line := _conflict(text)):
                yield at(path, line)


def _conflict(text: str) -> int:
    """Return the line of the first conflict with all its markers, in order; 0 if there is none."""
    started, divided = dict[int, int](), set[int]()
    for number, line in enumerate(text.splitlines(), 1):
        if not (match := _MARKER.match(line)):
            continue
        size = len(match[0])
        if line[0] == "<":
            started[size] = number
            divided.discard(size)
        elif line[0] == "=":
            divided |= {size} & started.keys()
        elif size in divided:
            return started[size]
        else:
            started.pop(size, None)
    return 0


class RejectedPatches(Check):
    """No rejected patch is left over.

    A `*.rej` file holds the part of an update that did not apply, so the update is incomplete. An
    `*.orig` file is a copy of the file from before the patch.

    Fix: apply the rejected change by hand, then delete the `.rej` or `.orig` file.

    Since v1.5.0.
    """

    code = "DM102"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.named(r".*\.(rej|orig)"):
            if path.endswith(".rej") or _LEFT_OVER.sub("", path) in repository:
                yield at(path)


class AnswersFile(Check):
    """The answers file is readable and contains no credentials.

    It records the template and the release that the service was generated from; without it, no
    update works. Credentials in the template's address are visible to everyone who can read the
    repository.

    Fix: restore the file from git's history. If `_src_path` contains credentials, remove and revoke
    them.

    Since v1.5.0.
    """

    code = "DM103"

    def find(self, repository: Repository) -> Iterator[str]:
        path = repository.answers_file
        if path is None:
            skip("the service uses no template")
        try:
            answers = repository.yaml(path)
        except Unusable as error:
            yield f"{at(path)}: {code(error)}"
            return
        if not isinstance(answers, dict):
            yield f"{at(path)} is not a mapping of answers"
            return
        for key in ("_src_path", "_commit"):
            if not isinstance(answers.get(key), str) or not answers[key].strip():
                yield f"{at(path)}: {code(key)} is missing or is not a quoted string"
        if _has_credentials(str(answers.get("_src_path"))):
            yield f"{at(path)}: {code('_src_path')} contains credentials"


def _has_credentials(address: str) -> bool:
    """Return whether an address contains credentials; the user of an SSH address is not one."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.password or (parts.username and not parts.scheme.endswith("ssh")))


class TemplateAddress(Check):
    """The template's address is not a local directory.

    A directory on the machine where the service was generated does not exist for colleagues,
    pipelines or Renovate.

    Fix: run `drydock update --template URL`; it records the address of the template's repository as
    `_src_path` in the answers file.

    Since v1.5.0.
    """

    code = "DS104"

    def find(self, repository: Repository) -> Iterator[str]:
        address = repository.answers.get("_src_path")
        if not isinstance(address, str):
            skip("the service uses no template")
        if _LOCAL.match(address):
            yield f"{at(repository.answers_file or '')}: {code(address)} is a local directory"


class TemplateRelease(Check):
    """The service uses a current release of the template.

    Releases fix faults in the chassis, the image and the chart, and the longer a service waits, the
    more there is to merge. A service has 30 days to update to a new release. Releases newer than
    this package are unknown to it.

    Fix: run `drydock update`, or merge the open update.

    Since v1.5.0.
    """

    code = "DS105"
    days = 30

    def find(self, repository: Repository) -> Iterator[str]:
        if not repository.has_chassis:
            skip("the service does not use this template")
        recorded = str(repository.answers.get("_commit"))
        known = releases.known()
        if recorded not in known:
            if releases.is_newer(recorded):
                skip("the service's release is newer than this package")
            where = at(repository.answers_file or "")
            yield f"{where}: {code(recorded)} is not a release of the template"
            return
        newer = [name for name in known if releases.order(name) > releases.order(recorded)]
        oldest = min((known[name] for name in newer), default=None)
        today = datetime.date.today()
        if oldest and (today - oldest).days > self.days:
            newest = max(newer, key=releases.order)
            behind = f"{len(newer)} release{'s' if len(newer) > 1 else ''} behind {newest}"
            since = f"an update has been available for {(today - oldest).days} days, since {oldest}"
            yield f"{code(recorded)} ({known[recorded]}) is {behind}: {since}"


def _engine(name: str, repository: Repository) -> Any:
    """Return a module of the engine; skip the check without the engine or the chassis."""
    if not repository.has_chassis:
        skip("the service does not use this template")
    try:
        return import_module(f"drydock.conformance.{name}")
    except ImportError:
        skip("drydock-engine is not installed here")


def _files(repository: Repository) -> dict[str, str]:
    return {path: text for path in repository.paths if (text := repository.text(path)) is not None}


class AnswersMatch(Check):
    """The recorded answers match the code.

    An update renders the template with the recorded answers; a wrong answer renders the files of a
    different service. Editing the answers file does not change the code. Needs drydock-engine.

    Fix: restore the old value and commit, then run `drydock update --data NAME=VALUE`, which also
    changes the files.

    Since v1.5.0.
    """

    code = "DS106"

    def find(self, repository: Repository) -> Iterator[str]:
        answers = _engine("answers", repository)
        where = at(repository.answers_file or "")
        for mismatch in answers.disagreements(_files(repository), repository.answers):
            recorded = f"{mismatch.answer}: {mismatch.recorded}"
            actual = f"{at(mismatch.where)} has {code(mismatch.found)}"
            yield f"{where}: {code(recorded)}, but {actual}"


class Drift(Check):
    """The template's files are unmodified.

    Each update merges edits to these files and can conflict with them. If the template leaves no
    room for what a service needs, its maintainers want to know. Files that a service is meant to
    extend are not checked. Needs drydock-engine, and the network if the template is remote.

    Fix: move the edit to a file that the service owns (settings, a values file, its own nox
    session), or propose it to the template's maintainers. To restore a file, run `git checkout
    COMMIT -- FILE`.

    Since v1.5.0.
    """

    code = "DC107"

    def find(self, repository: Repository) -> Iterator[str]:
        engine = _engine("drift", repository)
        if repository.folder is None or repository.answers_file != ".copier-answers.yml":
            skip("the repository is remote, or its answers file is not .copier-answers.yml")
        try:
            if not repository.network and not engine.is_at_hand(repository.folder):
                skip("reads the template: drydock check --network, or DRYDOCK_CHECK_NETWORK=1")
            drifted = list(engine.drift(repository.folder))
        except engine.BadInput as error:
            skip(f"the service's release cannot be rendered: {plain(error)}")
        for file in drifted:
            if file.path not in _SHARED:
                yield f"{at(file.path)} was {file.how}"


class Superfluous(Check):
    """The service does not duplicate its chassis.

    A second metrics server, a second logging set-up or a hand-written health route is more code to
    maintain, and monitoring may watch the wrong one. Needs drydock-engine.

    Fix: remove it; the finding names the chassis feature that replaces it. The `chassis-` rules of
    `drydock modernize` remove the certain cases.

    Since v1.5.0.
    """

    code = "DC108"

    def find(self, repository: Repository) -> Iterator[str]:
        engine = _engine("superfluous", repository)
        package = str(repository.answers["package_path"])
        for fact in engine.superfluous(_files(repository), package):
            yield f"{at(fact.path, fact.line)}: {code(fact.value)}; {engine.INSTEAD[fact.about]}"
