"""What the corpus replays: real histories, and the services of this repository's tests."""

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
"""Templates, and projects that they made."""
ADOPTIONS = {
    "DiamondLightSource/blueapi": "935653696",
    "DiamondLightSource/FastCS": "cdeb0fcc",
    "DiamondLightSource/tickit-devices": "f7d8284",
}
"""Projects, and the commit in which people brought them under their template."""
ANCESTOR = "DiamondLightSource/python3-pip-skeleton"
"""What those had been copied from."""
SERVICES = (
    "mediadistillery/ExampleTemplateService",
    "4OH4/kubernetes-fastapi",
    "eightBEC/fastapi-ml-skeleton",
    "cosmic-cortex/fastAPI-ML-quickstart",
)
"""Services that no template made, for this repository's template."""
ADDRESS = "https://git.example.com/platform/drydock.git"
"""Where git is told that this repository lies: what is recorded must be the same on every run."""


@dataclass(frozen=True)
class Case:
    """Commands on a service, by any engine."""

    kind: str
    name: str
    called: str
    """The folder of its clone: some templates ask for that name."""
    origin: Path
    commit: str
    folder: str
    """Where the service lies in it."""
    commands: tuple[tuple[str, ...], ...]
    config: Path
    """Git's configuration, which leads addresses to local clones."""

    @cached_property
    def key(self) -> str:
        """What tells the input of a case from any other's."""
        tree = git(self.origin, "rev-parse", f"{self.commit}^{{tree}}").strip()
        told = json.dumps([self.name, tree, self.folder, self.commands])
        return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Clones:
    """A folder of clones, bare or not."""

    folder: Path | None

    def find(self, name: str) -> Path | None:
        """Return the clone of `OWNER/NAME`; None if there is none."""
        forms = (name, name.replace("/", "+"))
        places = [f"{form}{end}" for form in forms for end in ("/repo", "", ".git")]
        folders = [self.folder / place for place in places] if self.folder else []
        return next((one for one in folders if _is_repository(one)), None)

    def fetch(self, name: str) -> Path | None:
        """Clone `OWNER/NAME` from GitHub; None if that fails."""
        if self.folder is None:
            raise SystemExit("--clones names the folder to clone to")
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
    """Yield every case of which the clones are there; note what cannot be replayed, and why."""
    for template, projects in TEMPLATES.items():
        if place := clones.find(template):
            yield from _histories(place, projects, clones, scratch, left_out)
    with open_template(str(REPOSITORY), REPOSITORY) as source:
        releases = {name: release.commit for name, release in source.releases.items()}
    own = scratch / "standard"
    git(scratch, "clone", "--quiet", "--bare", str(REPOSITORY), str(own))
    for name, at in releases.items():  # a clone of a clone may lack tags
        git(own, "tag", "--force", name, at)
    config = _config(scratch, own, {ADDRESS})
    yield from _made(list(releases), config, scratch)
    yield from _written(list(releases), config, scratch)
    yield from _found(list(releases), config, clones)


def _config(scratch: Path, template: Path, addresses: set[str]) -> Path:
    """Write git's configuration for a template's recorded addresses."""
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
    """Yield the updates and the adoptions of the projects that a template made."""
    found = [(name, project) for name in projects if (project := clones.find(name))]
    made = {name: list(updates(project)) for name, project in found}
    addresses = {
        str(at["_src_path"]) for held in made.values() for one in held for at in (one.old, one.new)
    }
    remote = {one for one in addresses if "://" in one or one.startswith(("git@", "gh:", "gl:"))}
    config = _config(scratch, template, remote)
    questions = _Questions(template, scratch)
    for name, project in found:
        for one in made[name]:
            told = f"{name} {one.commit[:8]}"
            if not {one.old["_src_path"], one.new["_src_path"]} <= remote:
                left_out.append(f"{told}: the template's recorded address is a folder")
                continue
            try:
                data = questions.given(one)
            except LeftOut:
                left_out.append(f"{told}: a release is not in the template's clone")
                continue
            yield _update(name, project, one, data, config)
        if name in ADOPTIONS and (ancestor := clones.find(ANCESTOR)):
            yield from _adoption(name, project, ancestor, config)


class _Questions:
    """What the releases of a template ask."""

    def __init__(self, template: Path, scratch: Path) -> None:
        self.template = template
        self.folder = scratch
        self.known: dict[str, set[str]] = {}

    def given(self, update: Update) -> list[str]:
        """Return the answers that people changed, as on a command line."""
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


def _update(name: str, project: Path, one: Update, data: list[str], config: Path) -> Case:
    before, after = one.old["_commit"], one.new["_commit"]
    file = PurePosixPath(one.answers_file).name
    arguments = ("update", f"--to={after}", "--defaults", "--trust", f"--answers-file={file}")
    return Case(
        "updates", f"{name} {one.commit[:8]}: {before} -> {after}, {one.answers_file}",
        name.rpartition("/")[2], project, one.parent, one.folder, ((*arguments, *data),), config,
    )  # fmt: skip


def _adoption(name: str, project: Path, ancestor: Path, config: Path) -> Iterator[Case]:
    at = ADOPTIONS[name]
    answers = yaml.safe_load(git(project, "show", f"{at}:.copier-answers.yml"))
    given = [f"--data={k}={_text(v)}" for k, v in answers.items() if not k.startswith("_")]
    arguments = ("retrofit", "--defaults", "--no-commit", f"--template={answers['_src_path']}",
                 f"--to={answers['_commit']}", *given)  # fmt: skip
    for way, more in (("no base", ()), ("ancestor", (f"--ancestor={ancestor}",))):
        yield Case(
            "adoptions", f"{name} {at}: adoption, {way}", name.rpartition("/")[2], project,
            f"{at}^", "", ((*arguments, *more),), config,
        )  # fmt: skip


def _made(releases: list[str], config: Path, scratch: Path) -> Iterator[Case]:
    """Yield updates of services that this template made, with the edits that teams make."""
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


def _written(releases: list[str], config: Path, scratch: Path) -> Iterator[Case]:
    """Yield services that no template made, as the tests have them: brought in, then updated."""
    before, last = releases[-2:]
    for name, legacy in LEGACY.items():
        top = scratch / "written" / name.replace(" ", "-")
        make(legacy, top)
        arguments = (
            ("retrofit", "--defaults", "--no-commit", f"--template={ADDRESS}", f"--to={before}"),
            ("update", "--defaults", f"--to={last}"),
        )
        at = git(top, "rev-parse", "HEAD").strip()
        told = f"{name}: retrofit to {before}, update to {last}"
        yield Case("legacy services", told, "service", top, at, legacy.folder, arguments, config)


def _found(releases: list[str], config: Path, clones: Clones) -> Iterator[Case]:
    """Yield real services that no template made."""
    for name in SERVICES:
        if project := clones.find(name):
            at = git(project, "rev-parse", "HEAD").strip()
            told = f"{name} {at[:8]}: retrofit to {releases[-1]}"
            arguments = ("retrofit", "--defaults", "--no-commit", f"--template={ADDRESS}",
                         f"--to={releases[-1]}")  # fmt: skip
            called = name.rpartition("/")[2]
            yield Case("real services", told, called, project, at, "", (arguments,), config)


def _committed(service: Path) -> str:
    git(service, "init", "--quiet", "--initial-branch=main")
    commit(service, "Make it ours")
    return head(service)
