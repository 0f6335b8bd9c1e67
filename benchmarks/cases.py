"""The cases of the corpus: real histories, and the services of this repository's tests."""

import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from bench import LeftOut, Update, git, updates
from copier._main import Worker
from drydock.template.releases import open_template

from tests.commands.test_retrofit import LEGACY
from tests.legacy.support import make
from tests.support import commit, head
from tests.template import edits
from tests.template.edits import Place
from tests.template.matrix import REPOSITORY
from tests.template.test_updates import ADOPTED_APP, VARIANTS

TEMPLATES = {
    "DiamondLightSource/python-copier-template": (
        "DiamondLightSource/blueapi",
        "DiamondLightSource/daq-config-server",
        "DiamondLightSource/deploy-tools",
        "DiamondLightSource/FastCS",
        "DiamondLightSource/spectroscopy-bluesky",
        "DiamondLightSource/tickit-devices",
        "DiamondLightSource/i19-bluesky",
        "DiamondLightSource/saxs-bluesky",
    ),
    "lincc-frameworks/python-project-template": (
        "astronomy-commons/hats",
        "astronomy-commons/hats-import",
        "astronomy-commons/lsdb",
        "lincc-frameworks/fibad",
        "lincc-frameworks/nested-dask",
        "lincc-frameworks/nested-pandas",
        "lincc-frameworks/tape",
    ),
}
"""Templates, each with projects generated from it."""
ADOPTIONS = {
    "DiamondLightSource/blueapi": "935653696",
    "DiamondLightSource/FastCS": "cdeb0fcc",
    "DiamondLightSource/tickit-devices": "f7d8284",
}
"""Projects, each with the commit in which people adopted its template."""
ANCESTOR = "DiamondLightSource/python3-pip-skeleton"
"""The template that those were copied from."""
SERVICES = (
    "mediadistillery/ExampleTemplateService",
    "4OH4/kubernetes-fastapi",
    "eightBEC/fastapi-ml-skeleton",
    "cosmic-cortex/fastAPI-ML-quickstart",
)
"""Services that no template made, for this repository's template."""
ADDRESS = "https://git.example.com/platform/drydock.git"
"""The address that leads to this repository: recorded answers must be the same in every run."""


@dataclass(frozen=True)
class Case:
    """Commands to run on a service with an engine."""

    kind: str
    name: str
    called: str
    """The name of its clone's folder, which some templates use."""
    origin: Path
    commit: str
    folder: str
    """The service's folder in the repository."""
    commands: tuple[tuple[str, ...], ...]
    config: Path
    """The git configuration that redirects addresses to local clones."""

    @cached_property
    def key(self) -> str:
        """A hash of the case's input."""
        tree = git(self.origin, "rev-parse", f"{self.commit}^{{tree}}").strip()
        text = json.dumps([self.name, tree, self.folder, self.commands])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Clones:
    """A folder of clones, bare or not."""

    folder: Path | None

    def find(self, name: str) -> Path | None:
        """Return the clone of `OWNER/NAME`; None if there is none."""
        forms = (name, name.replace("/", "+"))
        names = [f"{form}{end}" for form in forms for end in ("/repo", "", ".git")]
        folders = [self.folder / path for path in names] if self.folder else []
        return next((folder for folder in folders if _is_repository(folder)), None)

    def fetch(self, name: str) -> Path | None:
        """Clone `OWNER/NAME` from GitHub; None if that fails."""
        if self.folder is None:
            raise SystemExit("--clones DIR is required: the folder to clone to")
        folder = self.folder / name.replace("/", "+")
        command = [
            "git",
            "clone",
            "--quiet",
            "--bare",
            f"https://github.com/{name}.git",
            str(folder),
        ]
        return folder if subprocess.run(command, check=False).returncode == 0 else None


def _is_repository(folder: Path) -> bool:
    return (folder / "HEAD").is_file() or (folder / ".git").exists()


def all_cases(clones: Clones, scratch: Path, left_out: list[str]) -> Iterator[Case]:
    """Yield every case whose clones exist; add cases that cannot be replayed to `left_out`."""
    for template, projects in TEMPLATES.items():
        if folder := clones.find(template):
            yield from _histories(folder, projects, clones, scratch, left_out)
    with open_template(str(REPOSITORY), REPOSITORY) as source:
        releases = {name: release.commit for name, release in source.releases.items()}
    own = scratch / "standard"
    git(scratch, "clone", "--quiet", "--bare", str(REPOSITORY), str(own))
    for name, at in releases.items():  # a clone of a clone may lack tags
        git(own, "tag", "--force", name, at)
    config = _config(scratch, own, {ADDRESS})
    yield from _generated(list(releases), config, scratch)
    yield from _legacy(list(releases), config, scratch)
    yield from _real(list(releases), config, clones)


def _config(scratch: Path, template: Path, addresses: set[str]) -> Path:
    """Write a git configuration that redirects a template's addresses to its clone."""
    forms = set()
    for address in addresses:
        url = address.removeprefix("git+")
        for short, host in (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/")):
            url = f"{host}{url.removeprefix(short)}" if url.startswith(short) else url
        url = url.removesuffix("/").removesuffix(".git")
        forms |= {url, f"{url}.git"}
    lines = [f'[url "{template}"]', *(f"  insteadOf = {form}" for form in sorted(forms))]
    lines += ["[user]", "  name = Replay", "  email = replay@example.com"]
    lines += ["[init]", "  defaultBranch = main"]
    folder = Path(tempfile.mkdtemp(dir=scratch))
    (folder / "gitconfig").write_text("\n".join(lines) + "\n")
    return folder / "gitconfig"


def _histories(
    template: Path,
    projects: tuple[str, ...],
    clones: Clones,
    scratch: Path,
    left_out: list[str],
) -> Iterator[Case]:
    """Yield the updates and the adoptions of a template's projects."""
    found = [(name, project) for name in projects if (project := clones.find(name))]
    histories = {name: list(updates(project)) for name, project in found}
    addresses = {
        str(answers["_src_path"])
        for history in histories.values()
        for update in history
        for answers in (update.old, update.new)
    }
    remote = {
        address
        for address in addresses
        if "://" in address or address.startswith(("git@", "gh:", "gl:"))
    }
    config = _config(scratch, template, remote)
    questions = _Questions(template, scratch)
    for name, project in found:
        for update in histories[name]:
            label = f"{name} {update.commit[:8]}"
            if not {update.old["_src_path"], update.new["_src_path"]} <= remote:
                left_out.append(f"{label}: the recorded address of the template is a folder")
                continue
            try:
                data = questions.changed_answers(update)
            except LeftOut:
                left_out.append(f"{label}: the template's clone lacks a release")
                continue
            yield _update(name, project, update, data, config)
        if name in ADOPTIONS and (ancestor := clones.find(ANCESTOR)):
            yield from _adoption(name, project, ancestor, config)


class _Questions:
    """The questions of a template's releases."""

    def __init__(self, template: Path, scratch: Path) -> None:
        self.template = template
        self.folder = scratch
        self.known: dict[str, set[str]] = {}

    def changed_answers(self, update: Update) -> list[str]:
        """Return the answers that people changed, as command-line options."""
        release = str(update.new["_commit"])
        git(
            self.template, "rev-parse", "--verify", "--quiet", f"{update.old['_commit']}^{{commit}}"
        )
        git(self.template, "rev-parse", "--verify", "--quiet", f"{release}^{{commit}}")
        if release not in self.known:
            with warnings.catch_warnings(action="ignore"), Worker(
                src_path=f"git+file://{self.template}", dst_path=self.folder / "nowhere",
                vcs_ref=release, unsafe=True, quiet=True,
            ) as worker:  # fmt: skip
                self.known[release] = {*worker.template.questions_data}
        changed = {
            name: value
            for name, value in update.new.items()
            if name in self.known[release] and update.old.get(name, _NOTHING) != value
        }
        return [f"--data={name}={_text(value)}" for name, value in changed.items()]


_NOTHING = object()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _update(name: str, project: Path, update: Update, data: list[str], config: Path) -> Case:
    before, after = update.old["_commit"], update.new["_commit"]
    file = PurePosixPath(update.answers_file).name
    arguments = ("update", f"--to={after}", "--defaults", "--trust", f"--answers-file={file}")
    return Case(
        "updates", f"{name} {update.commit[:8]}: {before} -> {after}, {update.answers_file}",
        name.rpartition("/")[2], project, update.parent, update.folder, ((*arguments, *data),),
        config,
    )  # fmt: skip


def _adoption(name: str, project: Path, ancestor: Path, config: Path) -> Iterator[Case]:
    at = ADOPTIONS[name]
    answers = yaml.safe_load(git(project, "show", f"{at}:.copier-answers.yml"))
    data = [f"--data={k}={_text(v)}" for k, v in answers.items() if not k.startswith("_")]
    arguments = ("retrofit", "--defaults", "--no-commit", f"--template={answers['_src_path']}",
                 f"--to={answers['_commit']}", *data)  # fmt: skip
    for way, more in (("no base", ()), ("ancestor", (f"--ancestor={ancestor}",))):
        yield Case(
            "adoptions", f"{name} {at}: adoption, {way}", name.rpartition("/")[2], project,
            f"{at}^", "", ((*arguments, *more),), config,
        )  # fmt: skip


def _generated(releases: list[str], config: Path, scratch: Path) -> Iterator[Case]:
    """Yield updates of services generated from this template, with typical edits."""
    for release, variant in itertools.product(releases[:-1], VARIANTS):
        service = scratch / "made" / release / variant.replace(" ", "-") / "service"
        answers = [f"--data={name}={value}" for name, value in VARIANTS[variant].items()]
        subprocess.run(
            [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", "--vcs-ref", release,
             *answers, f"git+{ADDRESS}", str(service)],
            check=True, env=os.environ | {"GIT_CONFIG_GLOBAL": str(config)},
        )  # fmt: skip
        if VARIANTS[variant].get("adopted"):
            (service / "app").mkdir(exist_ok=True)
            (service / "app/main.py").write_text(ADOPTED_APP)
        seed = releases.index(release) + 10 * list(VARIANTS).index(variant)
        edits.make(Place(service), edits.chosen(Place(service), seed, 14))
        at = _committed(service)
        for to in {releases[releases.index(release) + 1], releases[-1]}:
            name = f"made by {release}, {variant}: update to {to}"
            arguments = (("update", "--defaults", f"--to={to}"),)
            yield Case("services of releases", name, "service", service, at, "", arguments, config)


def _legacy(releases: list[str], config: Path, scratch: Path) -> Iterator[Case]:
    """Yield the legacy services of the tests, which are adopted and then updated."""
    before, last = releases[-2:]
    for name, legacy in LEGACY.items():
        top = scratch / "written" / name.replace(" ", "-")
        make(legacy, top)
        arguments = (
            ("retrofit", "--defaults", "--no-commit", f"--template={ADDRESS}", f"--to={before}"),
            ("update", "--defaults", f"--to={last}"),
        )
        at = git(top, "rev-parse", "HEAD").strip()
        label = f"{name}: retrofit to {before}, update to {last}"
        yield Case("legacy services", label, "service", top, at, legacy.folder, arguments, config)


def _real(releases: list[str], config: Path, clones: Clones) -> Iterator[Case]:
    """Yield real services that no template made."""
    for name in SERVICES:
        if project := clones.find(name):
            at = git(project, "rev-parse", "HEAD").strip()
            label = f"{name} {at[:8]}: retrofit to {releases[-1]}"
            arguments = ("retrofit", "--defaults", "--no-commit", f"--template={ADDRESS}",
                         f"--to={releases[-1]}")  # fmt: skip
            called = name.rpartition("/")[2]
            yield Case("real services", label, called, project, at, "", (arguments,), config)


def _committed(service: Path) -> str:
    git(service, "init", "--quiet", "--initial-branch=main")
    commit(service, "Make it ours")
    return head(service)
