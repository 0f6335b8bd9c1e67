"""Services of every earlier release, with edits of their teams, update to every newer state.

With stock `copier update` and `drydock update`: only changes of the same thing conflict, every edit
is still in effect, untouched files are as in a new service, the service's own tests pass, and a
second update changes nothing.
"""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import covertable
import pytest
import yaml
from drydock.template.releases import open_template

from tests.support import commit, git, snapshot
from tests.template import edits
from tests.template.edits import Edit, Place
from tests.template.later_releases import LATER
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.updates

NEXT = "v99.0.0"
TOP = ("copier.yml", "company.yml", "reserved.yml", "company_questions.yml")
BIN = Path(sys.executable).parent
UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home

VARIANTS: dict[str, Mapping[str, Any]] = {
    "defaults": {},
    "no model, flat": {"inference": "none", "package_path": "my_service", "app": "main:app"},
    "adopted": {"adopted": True, "inference": "none", "package_path": "app"},
}
# Answers that earlier releases did not have: a pair of variant and answers.
NEW_ANSWERS: dict[str, tuple[str, Mapping[str, str]]] = {
    "integrations": ("defaults", {"config_server": "true", "tracing": "true"}),
    "packaging": (
        "adopted",
        {"packaging": "poetry", "package_index": "https://packages.example.com/simple/"},
    ),
    "a model on a server": ("no model, flat", {"inference": "triton"}),
}
ANSWERS = {"no answer": [], "an answer": ["--data=python_version=3.12"]}
# Edits of lines that a release after the first changed, too, or of adjacent ones. (v1.4.0 bounds
# uvicorn, on the line below structlog's, which "dependency raised" changes.)
SAME_LINES = frozenset({"tool added", "file kept from the image", "dependency raised"})
# Edits next to a line that a new answer changes: only a person can tell which comes first.
ADJACENT = {"packaging": frozenset({"hook added"})}
# Edits of a line that an answer changes, too.
ANSWERED_LINES = {"no answer": frozenset(), "an answer": frozenset({"stage added"})}
STARTERS = (
    "README.md",
    "CHANGELOG.md",
    "config/",
    "docs/openapi.json",
    "main.py",
    "tests/conftest",
)
STARTER_PARTS = ("/main.py", "/routes.py", "/model.py", "/settings.py", "/weights.json", "/test_")


def released() -> list[str]:
    """Return the releases of this template, oldest first."""
    with open_template(str(REPOSITORY), REPOSITORY) as template:
        return list(template.releases)


def later(name: str) -> str:
    """Return the tag of a later release of the tests."""
    return f"v99.{1 + list(LATER).index(name)}.0"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository, with the working tree as its newest release, and possible later releases."""
    path = tmp_path_factory.mktemp("template") / "template"
    git(REPOSITORY, "clone", "--quiet", REPOSITORY, path)
    git(path, "config", "user.name", "Tester")
    git(path, "config", "user.email", "tester@example.invalid")
    with open_template(str(REPOSITORY), REPOSITORY) as source:
        for release in source.releases.values():  # a clone of a clone may lack tags
            git(path, "tag", "--force", release.name, release.commit)
    shutil.rmtree(path / "template")
    shutil.copytree(REPOSITORY / "template", path / "template")
    for name in (*TOP, "CHANGELOG.md"):
        shutil.copy(REPOSITORY / name, path / name)
    _release(path, NEXT)
    for name, following in LATER.items():
        git(path, "checkout", "--quiet", NEXT)
        following.change(path)
        _release(path, later(name))
    return path


def _release(template: Path, tag: str) -> None:
    commit(template, f"release: {tag}")
    git(template, "tag", "--annotate", tag, "--message", tag)


Make = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def original(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Return a function that creates a service of a release and a variant, once."""
    services: dict[tuple[str, str], Path] = {}

    def make(release: str, variant: str) -> Path:
        if (release, variant) not in services:
            service = tmp_path_factory.mktemp("original") / "service"
            _copy(template, service, release, VARIANTS[variant])
            services[release, variant] = service
        return services[release, variant]

    return make


def _copy(template: Path, service: Path, release: str, answers: Mapping[str, Any]) -> None:
    named = {"service_name": "my-service"} | dict(answers)
    given = [f"--data={name}={value}" for name, value in named.items()]
    command = ("copy", "--defaults", "--quiet", "--vcs-ref", release, *given)
    _run(BIN / "copier", *command, template, service, folder=template)
    if answers.get("adopted"):
        _write(service / "app/main.py", ADOPTED_APP)
        _write(service / "README.md", "# A service from before\n")
        _write(service / "CHANGELOG.md", "# Changelog\n")
    git(service, "init", "--quiet", "--initial-branch=main")
    commit(service, "Start from the template")


def _update(service: Path, engine: str, to: str, *arguments: str) -> int:
    """Update with one engine; return its exit code, which may be that of conflicts."""
    release = "--to" if engine == "drydock" else "--vcs-ref"
    command = (str(BIN / engine), "update", "--defaults", release, to, *arguments)
    done = _run(*command, folder=service, accept=(0, 1))
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def _between(*values: str) -> Any:
    """Return parameters for a release between the first and the last, of which there are many."""
    return pytest.param(*values, marks=pytest.mark.between)


def origins() -> list[Any]:
    """Return pairs of release and variant: all variants for the first and the last release."""
    first, *between, last = released()
    turns = zip(between, itertools.cycle(VARIANTS), strict=False)
    return [*itertools.product([first, last], VARIANTS), *(_between(*one) for one in turns)]


@pytest.mark.parametrize(("release", "variant"), origins())
def test_edited_service_updates_and_its_tests_pass(
    tmp_path: Path, original: Make, release: str, variant: str
) -> None:
    service = tmp_path / "drydock"
    shutil.copytree(original(release, variant), service)
    _run("uv", "lock", "--quiet", folder=service)
    commit(service, "Lock")
    seed = released().index(release) + 10 * list(VARIANTS).index(variant)
    applied = edits.chosen(Place(service), seed, 12)
    edits.make(Place(service), applied)
    _run("uv", "lock", "--quiet", folder=service)
    commit(service, "Make it ours")
    before = snapshot(service)
    shutil.copytree(service, tmp_path / "copier")

    trees = set()
    for engine in ("drydock", "copier"):
        service = tmp_path / engine
        assert _update(service, engine, NEXT) == 0
        assert f"_commit: {NEXT}" in (service / ".copier-answers.yml").read_text()
        conflicting = _conflicts(service)
        allowed = SAME_LINES if engine == "copier" else set()
        assert conflicting <= {one.path for one in applied if one.name in allowed}
        _check_effects(Place(service), [one for one in applied if one.path not in conflicting])
        _check_starters(before, snapshot(service))
        if conflicting:
            continue
        _run("uv", "lock", "--quiet", folder=service)
        commit(service, "Update")
        tree = git(service, "rev-parse", "HEAD^{tree}")
        _check_second_update(service, engine, NEXT)
        if tree not in trees:
            _run("uv", "sync", "--quiet", folder=service)
            _run(service / ".venv/bin/pytest", "-q", folder=service)
        trees.add(tree)


def _set_all(text: str) -> str:
    """Return values of a chart, each changed to another value."""
    changed: list[str] = []
    for line in text.splitlines():
        key, _, value = line.partition(": ")
        other = {"[]": "[other]", "{}": "{other: one}", '""': "other", "true": "false",
                 "false": "true"}.get(value, f"other-{len(changed)}")  # fmt: skip
        changed.append(f"{key}: {other}" if value and "#" not in key else line)
    return "\n".join(changed) + "\n"


def charts() -> list[Any]:
    """Return pairs of release and inference: the last release has all, v1.2.0 all but Triton."""
    kinds = ("local", "none", "triton")
    first, *between, last = (release for release in released() if release >= "v1.2")
    turns = zip(between, itertools.cycle(kinds), strict=False)
    ends = [*itertools.product([first], kinds[:2]), *itertools.product([last], kinds)]
    return [*ends, *(_between(*one) for one in turns)]


@pytest.mark.parametrize("engine", ["drydock", "copier"])
@pytest.mark.parametrize(("release", "inference"), charts())
def test_changed_chart_values_do_not_conflict(
    tmp_path: Path, template: Path, release: str, inference: str, engine: str
) -> None:
    service = tmp_path / "service"
    _copy(template, service, release, {"inference": inference})
    values = service / "chart/values.yaml"
    text = _set_all(values.read_text())
    ours = yaml.safe_load(text)
    values.write_text(text)
    commit(service, "Set all values")

    _update(service, engine, NEXT)

    assert not {name for name in _conflicts(service) if name.startswith("chart/")}
    merged = yaml.safe_load(values.read_text())
    _check_kept(ours, merged)
    _copy(template, tmp_path / "new", NEXT, {"inference": inference})
    new = yaml.safe_load((tmp_path / "new/chart/values.yaml").read_text())
    assert new.keys() <= merged.keys()


def _check_kept(ours: Any, merged: Any) -> None:
    if isinstance(ours, dict) and isinstance(merged, dict):
        for key, value in ours.items():
            _check_kept(value, merged[key])
    else:
        assert merged == ours


def news() -> list[Any]:
    """Return pairs of release and new answers: all for the first and the last release."""
    first, *_, last = releases = released()
    some = [(release, new) for new in NEW_ANSWERS for release in (first, last)]
    return [*some, *(_between(release, "integrations") for release in releases[1:-1])]


@pytest.mark.parametrize(("release", "new"), news())
def test_update_applies_new_answers(
    tmp_path: Path, template: Path, original: Make, release: str, new: str
) -> None:
    variant, answers = NEW_ANSWERS[new]
    service = tmp_path / "service"
    shutil.copytree(original(release, variant), service)
    chosen = edits.chosen(Place(service), 50 + released().index(release), 8)
    applied = [one for one in chosen if one.name not in ADJACENT.get(new, ())]
    edits.make(Place(service), applied)
    commit(service, "Make it ours")
    before, others = snapshot(service), _answers(service, "no answer")

    given = [f"--data={name}={value}" for name, value in answers.items()]
    assert _update(service, "drydock", NEXT, *given) == 0, git(service, "diff")

    _check_effects(Place(service), applied)
    _check_starters(before, snapshot(service))
    recorded = _answers(service, "no answer")
    assert {name: str(recorded[name]).lower() for name in answers} == answers
    _copy(template, tmp_path / "new", NEXT, recorded)
    lacks = {*snapshot(tmp_path / "new")} - {*snapshot(service)}
    if any(map(_is_starter, lacks)):
        # A starter comes with the answer that it belongs to, never with a release.
        _copy(template, tmp_path / "without", NEXT, others)
        lacks -= {name for name in snapshot(tmp_path / "without") if _is_starter(name)}
    moved = {edit.path for edit in applied if edit.moved_to}
    assert {name for name in lacks if not name.startswith(".git/")} <= moved
    if new == "integrations":  # the others need an index, or a server
        _run("uv", "lock", "--quiet", folder=service)
        _run("uv", "sync", "--quiet", folder=service)
        _run(service / ".venv/bin/pytest", "-q", folder=service)


def rows() -> list[Any]:
    """Return covering that cover all pairs of values of any two factors.

    Only with the first and the last release: the test above covers all, and there will be many.
    """
    releases = released()
    factors = [[releases[0], releases[-1]], list(VARIANTS), list(LATER), list(ANSWERS)]
    covering = covertable.make(factors, strength=2)
    marks = {releases[0]: [pytest.mark.between]}
    return [pytest.param(*row, id=", ".join(row), marks=marks.get(row[0], ())) for row in covering]


@pytest.mark.parametrize(("release", "variant", "following", "answer"), rows())
def test_service_updates_to_possible_later_releases(
    tmp_path: Path, template: Path, original: Make, release: str, variant: str,
    following: str, answer: str,
) -> None:  # fmt: skip
    service = tmp_path / "drydock"
    shutil.copytree(original(release, variant), service)
    seed = 100 * list(LATER).index(following) + list(VARIANTS).index(variant)
    applied = edits.chosen(Place(service), seed, 14)
    edits.make(Place(service), applied)
    commit(service, "Make it ours")
    before = snapshot(service)
    shutil.copytree(service, tmp_path / "copier")
    _copy(template, tmp_path / "new", later(following), _answers(service, answer))
    new = snapshot(tmp_path / "new")

    engines = ("drydock", "copier") if LATER[following].minor else ("drydock",)
    for engine in engines:
        service = tmp_path / engine
        code = _update(service, engine, later(following), *ANSWERS[answer])
        allowed = LATER[following].same_unit
        if engine == "copier":
            allowed |= SAME_LINES | LATER[following].same_lines | ANSWERED_LINES[answer]
        conflicting = _conflicts(service)
        place = Place(service, LATER[following].renames)
        allowed_paths = {place.path(one.path) for one in applied if one.name in allowed}
        assert {service / path for path in conflicting} <= allowed_paths, git(service, "diff")
        assert engine == "copier" or code == bool(conflicting), git(service, "status", "--short")
        _check_effects(place, [one for one in applied if one.path not in conflicting])
        _check_starters(before, snapshot(service))
        touched = {place.path(path) for one in applied for path in (one.path, one.moved_to)}
        names = {path.relative_to(service).as_posix() for path in touched}
        _check_as_in_new_service(snapshot(service), new, names)
        if not conflicting:
            commit(service, "Update")
            _check_second_update(service, engine, later(following))


def _answers(service: Path, answer: str) -> dict[str, Any]:
    given = Place(service).answers()
    changed = dict(one.removeprefix("--data=").split("=") for one in ANSWERS[answer])
    return {name: value for name, value in given.items() if name[0] != "_"} | changed


def _conflicts(service: Path) -> set[str]:
    """Return the files in conflict, by git's index or by conflict markers."""
    unmerged = git(service, "diff", "--name-only", "--diff-filter=U").split("\n")
    texts = [path for path in service.rglob("*") if path.is_file() and ".git" not in path.parts]
    marked = {p.relative_to(service).as_posix() for p in texts if b"\n>>>>>>> " in p.read_bytes()}
    return {*filter(None, unmerged), *marked}


def _check_effects(place: Place, applied: list[Edit]) -> None:
    assert [edit.name for edit in applied if not edit.in_effect(place)] == []


def _check_starters(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name, content in before.items():
        if _is_starter(name):
            assert after[name] == content, name


def _is_starter(name: str) -> bool:
    named = name.startswith(STARTERS) or any(part in name for part in STARTER_PARTS)
    standard = "/chassis/" in name or name in {"tests/test_chassis.py", "tests/test_openapi.py"}
    return named and not standard


def _check_as_in_new_service(
    after: Mapping[str, Any], new: Mapping[str, Any], touched: set[str]
) -> None:
    untouched = [
        name
        for name in new
        if name not in touched
        and not _is_starter(name)
        and not name.startswith(".git/")
        # Edits name files relative to the package.
        and not any(name.endswith(one.rpartition("}")[2]) for one in touched if "}" in one)
    ]
    assert len(untouched) > 10
    for name in untouched:
        assert after.get(name) == new[name], name


def _check_second_update(service: Path, engine: str, to: str) -> None:
    updated = git(service, "rev-parse", "HEAD^{tree}")
    assert _update(service, engine, to) == 0
    commit(service, "Nothing")
    assert git(service, "rev-parse", "HEAD^{tree}") == updated


ADOPTED_APP = '''\
"""An application that was there before the chassis."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/hello")
def hello() -> dict[str, str]:
    """Greet."""
    return {"hello": "world"}
'''


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _run(
    *command: str | Path, folder: Path, accept: tuple[int, ...] = (0,)
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"UV_CACHE_DIR": str(UV_CACHE), "UV_PYTHON": sys.executable}
    environment["PATH"] = f"{BIN}{os.pathsep}{environment['PATH']}"
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in accept, f"{command}\n{done.stdout}\n{done.stderr}"
    return done
