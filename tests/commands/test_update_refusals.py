"""Updates that `drydock update` refuses: one line, exit code 2, nothing changed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Prepared
from tests.support import (
    Content,
    Outcome,
    Service,
    Template,
    commit,
    git,
    head,
    run_alone,
    snapshot,
    write,
)

Drydock = Callable[..., Outcome]
ANSWERS_FILE = ".copier-answers.yml"


def _build(folder: Path) -> None:
    template = Template.make(folder / "template")
    template.release("v1.0.0", {"code.txt": "1\n", "gone.txt": "x\n"})
    Service.make(template, folder / "service")
    template.release("v1.1.0", {"code.txt": "2\n", "gone.txt": None, "new/a.txt": "new\n"})


@pytest.fixture
def service(prepared: Prepared) -> Service:
    """A service at the first of two releases."""
    return Service(prepared(_build) / "service")


@pytest.fixture
def released(service: Service) -> Template:
    """The template of the service."""
    return Template(service.path.parent / "template")


def refuses(drydock: Drydock, folder: Path, *arguments: str | Path) -> str:
    """Return the error of a refused update; assert that it changed nothing."""
    before = snapshot(folder)
    outcome = drydock("update", folder, "--defaults", *arguments)
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert snapshot(folder) == before
    *steps, line = outcome.err.splitlines()
    assert all(step.endswith("…") for step in steps)
    assert line.startswith("drydock: ")
    return line


UNTRACKED: dict[str, Content] = {"new/a.txt": "mine\n", "new/a.txt/deep.txt": "mine\n", "new": "x"}


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("path", UNTRACKED)
def test_untracked_or_ignored_file_would_be_overwritten(
    drydock: Drydock, service: Service, path: str, ignored: bool
) -> None:
    if ignored:
        service.change({".gitignore": "new\n*.txt\n"})
    write(service.path, {path: UNTRACKED[path]})
    assert f"would be overwritten: move it first: {path}" in refuses(drydock, service.path)
    refuses(drydock, service.path, "--dry-run")


def test_untracked_link_would_be_overwritten(
    drydock: Drydock, service: Service, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (service.path / "new").symlink_to(tmp_path / "elsewhere")
    assert "would be overwritten: move it first: new" in refuses(drydock, service.path)


def test_untracked_files_elsewhere_are_kept(drydock: Drydock, service: Service) -> None:
    write(service.path, {"new/b.txt": "mine\n", "notes.txt": "mine\n"})
    (service.path / "new/a.txt").mkdir()  # nothing is lost with an empty folder
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("new/b.txt") == service.read("notes.txt") == "mine\n"


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("content", ["edited\n", None])
def test_uncommitted_changes(
    drydock: Drydock, service: Service, content: Content, staged: bool
) -> None:
    write(service.path, {"code.txt": content})
    if staged:
        git(service.path, "add", "--all")
    assert "uncommitted changes: commit or stash them first: code.txt" in refuses(
        drydock, service.path
    )


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_edit_of_a_file_that_git_does_not_watch(
    drydock: Drydock, service: Service, mark: str
) -> None:
    git(service.path, "update-index", mark, "code.txt")
    write(service.path, {"code.txt": "hidden work\n"})
    assert "ignore changes to code.txt" in refuses(drydock, service.path)


ANSWERS: dict[str, tuple[Content, str]] = {
    "missing": (None, "no .copier-answers.yml"),
    "broken": ("a: [", "not valid YAML"),
    "not a mapping": ("- a\n", "must map names to answers"),
    "without a template": ("_commit: v1.0.0\n", "no _src_path"),
    "without a commit": ("_src_path: {path}\n", "no _commit"),
    "an unknown release": ("_src_path: {path}\n_commit: v0.9.9\n", "--template URL"),
    "an unpushed state": (
        "_src_path: {path}\n_commit: v1.0.0-2-g1234567\n",
        "set _commit to v1.0.0 in .copier-answers.yml, commit, and update again",
    ),
    "an unpushed state without a tag": (
        "_src_path: {path}\n_commit: 12345ab\n",
        "set _commit to the nearest release in .copier-answers.yml",
    ),
    "an option as commit": ("_src_path: {path}\n_commit: --output=x\n", "not usable"),
    "an option as template": ("_src_path: --upload-pack=x\n_commit: v1.0.0\n", "not usable"),
    "a command as template": ("_src_path: ext::sh -c x\n_commit: v1.0.0\n", "not an address"),
    "a missing template": ("_src_path: /no/where\n_commit: v1.0.0\n", "--template URL"),
    "credentials": (
        "_src_path: https://me:secret@example.invalid/a.git\n_commit: v1.0.0\n",
        "contains credentials",
    ),
    "a wrong type": ("_src_path: {path}\n_commit: 1.0\n", "must be a string"),
    "too large": ("_src_path: {path}\n_commit: v1.0.0\nx: " + "y" * (1 << 20), "larger than"),
    "a path outside": ("_src_path: {path}\n_commit: v1.0.0\nplace: ../../out\n", "outside"),
    "a path into git": (
        "_src_path: {path}\n_commit: v1.0.0\nplace: .git/hooks\n",
        "belongs to git",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_invalid_answers_file(drydock: Drydock, tmp_path: Path, case: str) -> None:
    template = Template.make(tmp_path / "template", "_subdirectory: template\nplace: here\n")
    template.release("v1.0.0", {"{{ place }}/a.txt": "1\n"})
    service = Service.make(template, tmp_path / "service")
    template.release("v1.1.0", {"{{ place }}/a.txt": "2\n"})
    content, message = ANSWERS[case]
    if isinstance(content, str):
        content = content.replace("{path}", str(template.path))
    service.change({ANSWERS_FILE: content})
    line = refuses(drydock, service.path)
    assert message in line
    assert "secret" not in line
    assert not (tmp_path / "out").exists()


def test_untracked_answers_file(drydock: Drydock, service: Service) -> None:
    git(service.path, "rm", "--quiet", "--cached", ANSWERS_FILE)
    git(service.path, "commit", "--quiet", "-m", "forget it")
    assert "not committed" in refuses(drydock, service.path)


def test_answers_file_outside_the_service(drydock: Drydock, service: Service) -> None:
    assert "inside" in refuses(drydock, service.path, "--answers-file", "../template/copier.yml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--to", "v9.9.9"), "no release 'v9.9.9'; its newest are v1.0.0, v1.1.0"),
        (("--to=--all",), "no release '--all'"),
        (("--data", "nme=x"), "no question 'nme'"),
        (("--data", "name=a b"), "a name has no spaces"),
        (("--data", "name"), "name=value"),
        (("--template", "/no/where"), "cannot be read"),
    ],
)
def test_invalid_options(
    drydock: Drydock, service: Service, arguments: tuple[str, ...], message: str
) -> None:
    assert message in refuses(drydock, service.path, *arguments)


def test_downgrade(drydock: Drydock, service: Service) -> None:
    assert drydock("update", service.path, "--defaults").code == 0
    commit(service.path, "update")
    assert "updates go forward only" in refuses(drydock, service.path, "--to", "v1.0.0")


def test_downgrade_between_commits_without_a_release(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(tmp_path / "template")
    commit(template.path, "first")
    first = head(template.path)
    template.write({"a.txt": "1\n"})
    commit(template.path, "second")
    service = Service.make(template, tmp_path / "service", ref="HEAD")
    assert "forward only" in refuses(drydock, service.path, "--to", first)


def test_new_question_without_default_or_terminal(
    drydock: Drydock, service: Service, released: Template
) -> None:
    yml = (released.path / "copier.yml").read_text() + "extra:\n  type: str\n"
    write(released.path, {"copier.yml": yml})
    released.release("v1.2.0")
    assert "extra" in refuses(drydock, service.path)  # --defaults, but there is no default
    outcome = run_alone("update", service.path)
    assert outcome.code == 2
    assert "--defaults" in outcome.err.splitlines()[-1]
    assert drydock("update", service.path, "--defaults", "--data", "extra=x").code == 0


def test_invalid_template(drydock: Drydock, service: Service, released: Template) -> None:
    released.release("v1.2.0", {"broken.txt.jinja": "{% if %}\n"})
    assert "v1.2.0" in refuses(drydock, service.path)
    write(released.path, {"copier.yml": "a: [\n"})
    released.release("v1.3.0")
    assert "v1.3.0" in refuses(drydock, service.path)


def test_template_for_a_newer_copier(
    drydock: Drydock, service: Service, released: Template
) -> None:
    write(released.path, {"copier.yml": "_min_copier_version: '99'\n_subdirectory: template\n"})
    released.release("v1.2.0")
    assert "requires Copier version >= 99" in refuses(drydock, service.path)


def test_folder_that_is_not_a_service(drydock: Drydock, tmp_path: Path) -> None:
    assert "is not a directory" in refuses(drydock, tmp_path / "nothing")
    (tmp_path / "plain").mkdir()
    assert "not in a git repository" in refuses(drydock, tmp_path / "plain")
    git(tmp_path, "init", "--quiet", "empty")
    assert "no .copier-answers.yml" in refuses(drydock, tmp_path / "empty")
    write(tmp_path / "empty", {ANSWERS_FILE: "_src_path: gh:a/b\n_commit: v1\n"})
    assert "has no commit yet" in refuses(drydock, tmp_path / "empty")


def fake_git(folder: Path, version: str) -> str:
    script = f'#!/bin/sh\ncase "$*" in *" version") echo "git version {version}"; exit;; esac\n'
    write(folder, {"git": script + f'exec "{shutil.which("git")}" "$@"\n'})
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize(("version", "code"), [("2.37.9", 2), ("2.38.0", 0), ("2.39.5 (Apple)", 0)])
def test_git_version_must_be_recent_enough(
    drydock: Drydock, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    version: str, code: int,
) -> None:  # fmt: skip
    monkeypatch.setenv("PATH", fake_git(tmp_path / "bin", version))
    if code:
        line = refuses(drydock, service.path)
        assert "git version 2.37.9 is too old: git 2.38 or newer is needed" in line
    else:
        assert drydock("update", service.path, "--defaults").code == 0


def test_git_not_installed(
    drydock: Drydock, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "git is not installed" in refuses(drydock, service.path)
