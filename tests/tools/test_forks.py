"""A company forks the template, releases, and keeps merging upstream without conflicts."""

import datetime
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.template.releases import open_template

from tests.support import Outcome, commit, git
from tests.template.matrix import REPOSITORY, as_upstream
from tools import release
from tools import version as versions

pytestmark = pytest.mark.slow

Drydock = Callable[..., Outcome]
DAY = datetime.date(2026, 11, 22)
TOP = (
    "copier.yml", "company.yml", "reserved.yml", "company_questions.yml", "CHANGELOG.company.md",
)  # fmt: skip


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def note(repository: Path, text: str, changelog: str = "CHANGELOG.md") -> None:
    replace(repository / changelog, "## Unreleased\n", f"## Unreleased\n\n- {text}\n")


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """This template with a release v1.0.0."""
    path = tmp_path / "upstream"
    path.mkdir()
    for name in TOP:
        shutil.copy(REPOSITORY / name, path / name)
    shutil.copytree(REPOSITORY / "template", path / "template")
    as_upstream(path / "company.yml")
    (path / "company_questions.yml").write_text("# Only forks write here.\n")
    (path / "CHANGELOG.company.md").write_text("# Changelog\n\n## Unreleased\n")
    (path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- It begins.\n")
    git(path, "init", "--quiet", "--initial-branch=main")
    commit(path, "Begin")
    release.check(path, "1.0.0")
    release.cut(path, "1.0.0", DAY)
    return path


@pytest.fixture
def fork(tmp_path: Path, upstream: Path) -> Path:
    """A fork of it with the company's own registry, question and file, all committed."""
    path = tmp_path / "fork"
    git(tmp_path, "clone", "--quiet", upstream, path)
    replace(path / "company.yml", "registry.example.com/services", "registry.acme.example/apps")
    name = path / "company.yml"
    text, before = name.read_text(), "company_name:"
    start = text.index(before)
    name.write_text(text[:start] + re.sub(r"default: ''", "default: acme", text[start:], count=1))
    with (path / "company_questions.yml").open("a") as questions:
        questions.write(
            "\ncost_centre:\n  type: str\n  help: Cost centre\n  default: cc-1\n"
            '  validator: "{% if not cost_centre %}like cc-1{% endif %}"\n'
        )
    (path / "template/COSTS.md.jinja").write_text("{{ service_name }}: {{ cost_centre }}\n")
    note(path, "Each service names its cost centre.", "CHANGELOG.company.md")
    commit(path, "Make it ours")
    return path


def cut(fork: Path, version: str) -> None:
    release.check(fork, version)
    release.cut(fork, version, DAY)


@pytest.mark.slow
def test_fork_merges_releases_of_upstream_and_its_services_follow(
    tmp_path: Path, upstream: Path, fork: Path, drydock: Drydock
) -> None:
    cut(fork, "1.0.0+acme.1")
    services = [tmp_path / "by copier", tmp_path / "by drydock"]
    for service in services:
        assert drydock("new", service, "--template", fork, "--defaults").code == 0
        assert "_commit: v1.0.0+acme.1\n" in (service / ".copier-answers.yml").read_text()
        assert (service / "COSTS.md").read_text() == f"{service.name.replace(' ', '-')}: cc-1\n"
        assert "registry.acme.example/apps" in (service / "noxfile.py").read_text()

    later = {
        "1.0.1": ("template/pytest.toml", "strict = true", "strict = true\nminversion = '9'"),
        "1.1.0": ("copier.yml", "default: my-team", "default: a-team"),
        "1.2.0": ("template/.gitignore", ".env\n", ".env\n.envrc\n"),
    }
    for number, (version, edit) in enumerate(later.items()):
        replace(upstream / edit[0], *edit[1:])
        note(upstream, f"You must look at {version}.")
        commit(upstream, "Go on")
        cut(upstream, version)
        if number == 1:  # the fork changes, too
            note(fork, "You must tell finance.", "CHANGELOG.company.md")
            replace(fork / "template/COSTS.md.jinja", "{{ service_name }}", "Costs of it")
            commit(fork, "Say whose costs")
            cut(fork, "1.0.1+acme.2")
        git(fork, "fetch", "--quiet", "--no-tags", "origin", f"refs/tags/v{version}")
        git(fork, "merge", "--quiet", "--no-edit", "FETCH_HEAD")
        assert versions.newest(fork / "CHANGELOG.md") == version
        cut(fork, f"{version}+acme.1")

        stock, ours = services
        done = subprocess.run(
            [Path(sys.executable).with_name("copier"), "update", "--defaults"],
            cwd=stock, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        outcome = drydock("update", ours, "--defaults")
        assert outcome.code == 0, outcome.out + outcome.err
        assert f"You must look at {version}." in outcome.out
        assert ("tell finance" in outcome.out) == (number == 1)
        for service in services:
            answers = (service / ".copier-answers.yml").read_text()
            assert f"_commit: v{version}+acme.1\n" in answers
            assert git(service, "diff", "--name-only", "--diff-filter=U") == ""
            commit(service, "Update")
    assert "Costs of it" in (services[0] / "COSTS.md").read_text()
    assert (stock / "pytest.toml").read_text() == (ours / "pytest.toml").read_text()


@pytest.mark.parametrize("command", ["new", "retrofit"])
def test_fork_without_a_release_creates_no_service(
    tmp_path: Path, fork: Path, drydock: Drydock, command: str
) -> None:
    service = tmp_path / "service"
    if command == "retrofit":
        service.mkdir()
        (service / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
        git(service, "init", "--quiet")
        commit(service, "As it was")

    outcome = drydock(command, service, "--template", fork, "--defaults")

    assert outcome.code == 2
    assert "nox -s release -- 1.0.0+acme.1" in outcome.err.splitlines()[-1]
    assert not (service / ".copier-answers.yml").exists()


def test_service_of_upstream_is_not_updated_from_a_fork_without_a_release(
    tmp_path: Path, upstream: Path, fork: Path, drydock: Drydock
) -> None:
    service = tmp_path / "service"
    assert drydock("new", service, "--template", upstream, "--defaults").code == 0

    outcome = drydock("update", service, "--template", fork, "--defaults")

    assert outcome.code == 2
    assert "nox -s release -- 1.0.0+acme.1" in outcome.err.splitlines()[-1]


@pytest.mark.parametrize("command", ["new", "update"])
def test_unreleased_values_of_a_fork_without_a_company_name_are_reported(
    tmp_path: Path, fork: Path, drydock: Drydock, command: str
) -> None:
    replace(fork / "company.yml", "default: acme", "default: ''")
    commit(fork, "Forget the name")
    service = tmp_path / "service"
    options = ("--ref", "v1.0.0") if command == "update" else ()
    outcome = drydock("new", service, "--template", fork, "--defaults", *options)
    if command == "update":
        assert outcome.code == 0
        (service / "x").touch()
        commit(service, "Work")
        outcome = drydock("update", service, "--data", "owner=another", "--defaults")
        assert outcome.code == 0, outcome.err
    else:
        assert outcome.code == 2

    output = outcome.out + outcome.err
    assert "company_registry" in output
    assert "company_name" in output


def test_fork_rejects_other_versions_than_its_next(fork: Path) -> None:
    for wrong in ("1.1.0", "1.0.0+acme.2", "1.0.0+other.1", "1.1.0+acme.1"):
        with pytest.raises(BadInput, match=r"expected 1\.0\.0\+acme\.1"):
            release.check(fork, wrong)
    cut(fork, "1.0.0+acme.1")
    with pytest.raises(BadInput, match=r"expected 1\.0\.0\+acme\.2"):
        release.check(fork, "1.0.0+acme.1")
    with pytest.raises(BadInput, match=r"CHANGELOG\.company\.md: the section Unreleased"):
        release.check(fork, "1.0.0+acme.2")


def test_upstream_has_no_company(upstream: Path) -> None:
    with open_template(str(upstream), upstream) as template:
        assert template.company == ""


def test_version_of_a_fork_is_that_of_its_own_release(fork: Path) -> None:
    tools = fork / "tools"
    tools.mkdir()
    shutil.copy(REPOSITORY / "tools/version.py", tools)
    installed = [sys.executable, "-c", "from version import version; print(version())"]

    assert subprocess.check_output(installed, cwd=tools, text=True) == "1.0.0\n"
    commit(fork, "Bring the tool")
    cut(fork, "1.0.0+acme.1")
    assert subprocess.check_output(installed, cwd=tools, text=True) == "1.0.0+acme.1\n"
