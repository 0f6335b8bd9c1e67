"""The template works with stock Copier: without trust, add-ons or open questions."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import commit, git, snapshot, write
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.slow

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
PARTS = ("copier.yml", "company.yml", "reserved.yml", "company_questions.yml", "template")


def copier(*arguments: str | Path, version: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the real command line, of this environment or of another `version`."""
    folder = Path(sys.executable).parent
    command: list[str | Path] = [folder / "copier"]
    if version:
        command = [folder / "uv", "tool", "run", "--isolated", "--python", sys.executable]
        command += ["--cache-dir", UV_CACHE, f"copier@{version}"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """This template with a release v1.0.0 and a later v1.1.0."""
    path = tmp_path / "template repository"
    path.mkdir()
    for name in PARTS:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, path / name)
    git(path, "init", "--quiet", "--initial-branch=main")
    commit(path, "release: v1.0.0")
    git(path, "tag", "-a", "v1.0.0", "-m", "v1.0.0")
    for name, old, new in (
        ("template/pytest.toml", "strict = true", "strict = true\nconsole_output_style = 'count'"),
        ("template/.gitignore", ".env\n", ".env\n.envrc\n"),
        ("template/README.md.jinja", "## Start", "## Begin"),
    ):
        text = (path / name).read_text()
        assert old in text
        (path / name).write_text(text.replace(old, new))
    commit(path, "release: v1.1.0")
    git(path, "tag", "-a", "v1.1.0", "-m", "v1.1.0")
    return path


@pytest.fixture
def service(tmp_path: Path, template: Path) -> Path:
    """A service of v1.0.0 under version control."""
    path = tmp_path / "service"
    done = copier(
        *("copy", "--defaults", "--data=service_name=my-service", "--vcs-ref", "v1.0.0"),
        *(template, path),
    )
    assert done.returncode == 0, done.stderr
    assert "nox -s tags" not in done.stderr
    git(path, "init", "--quiet", "--initial-branch=main")
    commit(path, "Begin")
    return path


def test_copy_needs_no_trust_and_no_terminal(service: Path) -> None:
    answers = (service / ".copier-answers.yml").read_text()

    assert "_commit: v1.0.0" in answers
    assert "adopted: false" in answers


def test_update_merges_and_leaves_starters_alone(service: Path) -> None:
    write(service, {"src/my_service/routes.py": "# ours\n", "README.md": "# ours\n"})
    with (service / ".gitignore").open("a") as ignored:
        ignored.write("/data/\n")
    git(service, "rm", "--quiet", "tests/test_model.py")
    commit(service, "Make it ours")

    done = copier("update", "--defaults", service)

    assert done.returncode == 0, done.stderr
    assert "console_output_style" in (service / "pytest.toml").read_text()
    ignored_now = (service / ".gitignore").read_text()
    assert ".envrc\n" in ignored_now
    assert "/data/\n" in ignored_now
    assert "_commit: v1.1.0" in (service / ".copier-answers.yml").read_text()
    assert (service / "README.md").read_text() == "# ours\n"
    assert (service / "src/my_service/routes.py").read_text() == "# ours\n"
    assert not (service / "tests/test_model.py").exists()


def test_update_keeps_edits_next_to_a_deleted_standard_file(service: Path) -> None:
    with (service / ".gitignore").open("a") as ignored:
        ignored.write("/data/\n")
    git(service, "rm", "--quiet", ".pre-commit-config.yaml")
    commit(service, "Make it ours")

    done = copier("update", "--defaults", service)

    assert done.returncode == 0, done.stderr
    assert {".envrc", "/data/"} <= set((service / ".gitignore").read_text().splitlines())
    assert not (service / ".pre-commit-config.yaml").exists()


def test_recopy_replaces_no_starter(service: Path) -> None:
    write(service, {"README.md": "# ours\n", "config/application.yml": "settings: ''\n"})
    commit(service, "Make it ours")
    before = snapshot(service)

    done = copier("recopy", "--defaults", "--overwrite", service)

    assert done.returncode == 0, done.stderr
    after = snapshot(service)
    assert after["README.md"] == before["README.md"]
    assert after["config/application.yml"] == before["config/application.yml"]


def test_service_of_untagged_clone_updates_without_conflict(tmp_path: Path, template: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--no-tags", template, "clone")
    clone, service = tmp_path / "clone", tmp_path / "service"
    git(clone, "reset", "--quiet", "--hard", git(template, "rev-parse", "v1.0.0^{commit}"))
    done = copier("copy", "--defaults", clone, service)
    assert done.returncode == 0
    assert "nox -s tags" in done.stderr
    assert "_commit: v" not in (service / ".copier-answers.yml").read_text()
    git(service, "init", "--quiet", "--initial-branch=main")
    commit(service, "Begin")
    git(clone, "pull", "--quiet", "--tags")

    done = copier("update", "--defaults", service)

    assert done.returncode == 0, done.stderr
    assert "_commit: v1.1.0" in (service / ".copier-answers.yml").read_text()
    assert "console_output_style" in (service / "pytest.toml").read_text()
    assert git(service, "diff", "--name-only", "--diff-filter=U") == ""
    assert not git(service, "status", "--porcelain", "--", "Dockerfile", "src")


def test_wrong_answer_fails_with_one_line(tmp_path: Path, template: Path) -> None:
    done = copier("copy", "--defaults", "--data", "service_name=Iris", template, tmp_path / "it")

    assert done.returncode != 0
    # Without a terminal Copier prints its own traceback first.
    assert "like iris-api: at most 50 lower-case letters" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "it").exists()


@pytest.mark.slow
def test_minimum_copier_version_works(tmp_path: Path, template: Path) -> None:
    done = copier("copy", "--defaults", template, tmp_path / "it", version="9.19.1")

    assert done.returncode == 0, done.stderr
    assert "adopted: false" in (tmp_path / "it/.copier-answers.yml").read_text()


@pytest.mark.slow
def test_older_copier_reports_its_version(tmp_path: Path, template: Path) -> None:
    done = copier("copy", "--defaults", template, tmp_path / "it", version="9.18.1")

    assert done.returncode != 0
    assert "9.19.1" in done.stderr
    assert not (tmp_path / "it").exists()
