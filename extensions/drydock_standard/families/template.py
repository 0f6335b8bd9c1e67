"""What a template left behind: its answers, its release, conflicts of its updates."""

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
_LEFT_OVER = re.compile(r"\.(rej|orig)\Z")
_SHARED = ("pyproject.toml", ".gitignore", "chart/values.yaml", "ruff.toml", "mypy.ini")
"""Files of the template that a service is meant to add to; the last two hold its list of debt."""
_LOCAL = re.compile(r"[./~]|[A-Za-z]:[\\/]|file:")


class ConflictMarkers(Check):
    """No file has conflict markers.

    Markers that were committed break whatever reads the file, or are shipped as text.

    Fix: decide what the file is to say, take the markers out, and commit.

    Since v1.5.0.
    """

    code = "DM101"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.paths:
            text = repository.text(path) or ""
            if "\n=======" in text and (line := _conflict(text)):
                yield at(path, line)


def _conflict(text: str) -> int:
    """Return the line of the first conflict that has all its markers, in order; 0 without one."""
    begun, divided = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("<<<<<<< "):
            begun, divided = number, False
        elif line == "=======":
            divided = begun > 0
        elif line.startswith(">>>>>>> "):
            if divided:
                return begun
            begun = 0
    return 0


class RejectedPatches(Check):
    """No rejected patch was left behind.

    A file `*.rej` holds the part of an update that did not apply, so the update is incomplete; an
    `*.orig` is the file before it.

    Fix: bring the change into the file that it was meant for, then delete the `.rej` or `.orig`.

    Since v1.5.0.
    """

    code = "DM102"

    def find(self, repository: Repository) -> Iterator[str]:
        for path in repository.named(r".*\.(rej|orig)"):
            if path.endswith(".rej") or _LEFT_OVER.sub("", path) in repository:
                yield at(path)


class AnswersFile(Check):
    """The answers file can be read, and holds no password.

    It says which template and which release made the service; without it no update works. An
    address with a login in it hands that login to everyone who reads the repository.

    Fix: restore the file from git's history; take a login out of `_src_path` and change it.

    Since v1.5.0.
    """

    code = "DM103"

    def find(self, repository: Repository) -> Iterator[str]:
        path = repository.answers_file
        if path is None:
            skip("no template made this service")
        try:
            answers = repository.yaml(path)
        except Unusable as error:
            yield f"{at(path)}: {code(error)}"
            return
        if not isinstance(answers, dict):
            yield f"{at(path)} holds no answers by name"
            return
        for key in ("_src_path", "_commit"):
            if not isinstance(answers.get(key), str) or not answers[key].strip():
                yield f"{at(path)}: {code(key)} is missing, or is not a text in quotes"
        if _login(str(answers.get("_src_path"))):
            yield f"{at(path)}: {code('_src_path')} holds a login"


def _login(address: str) -> bool:
    """Tell whether an address has a password; the user of an SSH address is part of the way."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.password or (parts.username and not parts.scheme.endswith("ssh")))


class TemplateAddress(Check):
    """The template can be reached by others.

    A folder on the machine that the service was made on is not there for a colleague, a pipeline,
    or Renovate.

    Fix: put the address of the template's repository into `_src_path` of the answers file, by
    `drydock update --template URL`.

    Since v1.5.0.
    """

    code = "DS104"

    def find(self, repository: Repository) -> Iterator[str]:
        address = repository.answers.get("_src_path")
        if not isinstance(address, str):
            skip("no template made this service")
        if _LOCAL.match(address):
            yield f"{at(repository.answers_file or '')}: {code(address)} is a folder of one machine"


class TemplateRelease(Check):
    """The service is at a current release of the template.

    Releases fix faults of the chassis, the image and the chart; the longer a service waits, the
    more there is to merge. A release has to be taken within 30 days. Releases that are newer than
    this package are not known to it.

    Fix: `drydock update`, or merge the update that is open.

    Since v1.5.0.
    """

    code = "DS105"
    days = 30

    def find(self, repository: Repository) -> Iterator[str]:
        if not repository.has_chassis:
            skip("this template did not make the service")
        recorded = str(repository.answers.get("_commit"))
        known = releases.known()
        if recorded not in known:
            if releases.is_newer(recorded):
                skip("its release is newer than this package")
            where = at(repository.answers_file or "")
            yield f"{where}: {code(recorded)} is no release of the template"
            return
        newer = [name for name in known if releases.order(name) > releases.order(recorded)]
        late = min((known[name] for name in newer), default=None)
        today = datetime.date.today()
        if late and (today - late).days > self.days:
            newest = max(newer, key=releases.order)
            behind = f"{len(newer)} release{'s' if len(newer) > 1 else ''} behind {newest}"
            yield (
                f"{code(recorded)} of {known[recorded]} is {behind}, the first of them of {late}, "
                f"{(today - late).days} days ago"
            )


def _engine(name: str, repository: Repository) -> Any:
    """Return a module of the engine; skip the check where there is none, or nothing to ask it."""
    if not repository.has_chassis:
        skip("this template did not make the service")
    try:
        return import_module(f"drydock.conformance.{name}")
    except ImportError:
        skip("drydock-engine is not installed here")


def _files(repository: Repository) -> dict[str, str]:
    return {path: text for path in repository.paths if (text := repository.text(path)) is not None}


class AnswersMatch(Check):
    """The answers are what the code says.

    An update renders the template with the recorded answers: a wrong one brings files of another
    service. Editing the answers file changes no code. Needs drydock-engine.

    Fix: put the old value back, commit, then `drydock update --data NAME=VALUE`, which changes the
    files, too.

    Since v1.5.0.
    """

    code = "DS106"

    def find(self, repository: Repository) -> Iterator[str]:
        answers = _engine("answers", repository)
        where = at(repository.answers_file or "")
        for one in answers.disagreements(_files(repository), repository.answers):
            recorded = f"{one.answer}: {one.recorded}"
            yield f"{where}: {code(recorded)}, but {at(one.where)} says {code(one.found)}"


class Drift(Check):
    """The template's files are as its release has them.

    An edit there is merged with each update, and may conflict with it; where the template has no
    place for what a service needs, its maintainers want to know. Files that a service is meant to
    add to are not looked at. Needs drydock-engine, and the network where the template is elsewhere.

    Fix: move the edit into a file of the service (settings, a values file, its own session), or
    propose it to the template. Restore a file with `git checkout COMMIT -- FILE`.

    Since v1.5.0.
    """

    code = "DC107"

    def find(self, repository: Repository) -> Iterator[str]:
        engine = _engine("drift", repository)
        if repository.folder is None or repository.answers_file != ".copier-answers.yml":
            skip("the repository is not on this machine, or its answers file has another name")
        try:
            if not repository.network and not engine.is_at_hand(repository.folder):
                skip("it reads the template: drydock check --network, or DRYDOCK_CHECK_NETWORK=1")
            drifted = list(engine.drift(repository.folder))
        except engine.BadInput as error:
            skip(f"its release cannot be rendered: {plain(error)}")
        for one in drifted:
            if one.path not in _SHARED:
                yield f"{at(one.path)} was {one.how}"


class Superfluous(Check):
    """The service does nothing that its chassis does.

    Two metrics servers, two set-ups of logging, or a health route of its own are code to maintain,
    and the one that is watched may be the other one. Needs drydock-engine.

    Fix: take it out; the message says what the chassis does instead. The rules of drydock modernize
    whose names begin with `chassis-` remove what is certain.

    Since v1.5.0.
    """

    code = "DC108"

    def find(self, repository: Repository) -> Iterator[str]:
        engine = _engine("superfluous", repository)
        package = str(repository.answers["package_path"])
        for fact in engine.superfluous(_files(repository), package):
            yield f"{at(fact.path, fact.line)}: {code(fact.value)}; {engine.INSTEAD[fact.about]}"
