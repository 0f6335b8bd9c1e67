"""`drydock new`: the result of `copier copy`, in a repository with a first commit."""

import os
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

import copier
import pytest
from drydock.template import origin

from tests.support import COPIER_YML, Content, Outcome, Template, git, run_alone, snapshot, write

Drydock = Callable[..., Outcome]
FILES: dict[str, Content] = {
    "src/{{ name }}/app.py.jinja": "NAME = '{{ name }}'\n",
    "{% if name == 'demo' %}only-demo.txt{% endif %}": "demo\n",
    "run.sh": "#!/bin/sh\n",
}


@pytest.fixture
def released(template: Template) -> Template:
    template.release("v1.0.0", FILES)
    return template


def test_new_creates_the_same_files_as_copier_copy(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    stock, ours = tmp_path / "a/service", tmp_path / "b/service"
    copier.run_copy(str(released.path), stock, data={"name": "fleet"}, quiet=True)
    outcome = drydock("new", ours, "--template", released.path, "--data", "name=fleet")
    assert outcome.code == 0, outcome.err
    shutil.rmtree(ours / ".git")
    assert snapshot(ours) == snapshot(stock)


def test_new_commits_on_main_and_prints_next_steps(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    service = tmp_path / "my services/one"
    outcome = drydock("new", service, "--template", released.path, "--defaults")
    assert outcome.code == 0
    assert git(service, "branch", "--show-current") == "main"
    assert git(service, "status", "--porcelain") == ""
    assert git(service, "log", "--format=%an %s") == "Tester Start from the template at v1.0.0"
    assert f"cd '{service}'" in outcome.out
    assert "drydock update" in outcome.out


def test_missing_git_identity_is_replaced_for_the_first_commit_only(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    outcome = drydock("new", tmp_path / "one", "--template", released.path, "--defaults")
    assert outcome.code == 0
    assert git(tmp_path / "one", "log", "--format=%ae") == "drydock@example.invalid"
    assert "--reset-author" in outcome.out
    assert "user.email" not in git(tmp_path / "one", "config", "--list")


def test_local_template_is_recorded_as_absolute_path_with_a_warning(
    drydock: Drydock, released: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(released.path.parent)
    outcome = drydock("new", "one", "--template", "template", "--defaults")
    assert outcome.code == 0
    assert f"_src_path: {released.path}" in (tmp_path / "one/.copier-answers.yml").read_text()
    assert "others cannot reach it" in outcome.out


@pytest.mark.parametrize(
    ("ref", "recorded"), [(None, "v1.2.0"), ("v1.0.0", "v1.0.0"), ("2.0.0rc1", "v2.0.0rc1")]
)
def test_newest_final_release_is_used_unless_another_is_given(
    drydock: Drydock, template: Template, tmp_path: Path, ref: str | None, recorded: str
) -> None:
    for tag in ("v1.0.0", "v1.2.0", "v1.1.0", "v2.0.0rc1"):
        template.release(tag)
    wanted = ("--ref", ref) if ref else ()
    outcome = drydock("new", tmp_path / "one", "--template", template.path, "--defaults", *wanted)
    assert outcome.code == 0, outcome.err
    assert f"_commit: {recorded}\n" in (tmp_path / "one/.copier-answers.yml").read_text()


def test_uncommitted_changes_of_the_template_are_ignored(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    released.write({"stray.txt": "not committed\n"})
    outcome = drydock("new", tmp_path / "one", "--template", released.path, "--defaults")
    assert outcome.code == 0
    assert not (tmp_path / "one/stray.txt").exists()


def test_tasks_are_listed_but_not_run(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(
        tmp_path / "template",
        "_subdirectory: template\n_tasks: ['touch ran-{{ name }}']\nname: x\n",
    )
    template.release("v1.0.0")
    outcome = drydock("new", tmp_path / "one", "--template", template.path, "--defaults")
    assert outcome.code == 0, outcome.err
    assert "Not run: task: touch ran-x" in outcome.out
    assert not (tmp_path / "one/ran-x").exists()


def test_service_inside_a_repository_gets_no_repository(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    outcome = drydock("new", tmp_path / "services/one", "--template", released.path, "--defaults")
    assert outcome.code == 0
    assert not (tmp_path / "services/one/.git").exists()
    assert "commit it there" in outcome.out


def test_service_in_an_ignored_folder_gets_its_own_repository(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {".gitignore": "/demo/\n"})
    assert drydock("new", tmp_path / "demo", "--template", released.path, "--defaults").code == 0
    assert git(tmp_path / "demo", "rev-list", "--count", "HEAD") == "1"


def test_existing_empty_folder_is_used(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    inode = (tmp_path / "one").stat().st_ino
    assert drydock("new", tmp_path / "one", "--template", released.path, "--defaults").code == 0
    assert (tmp_path / "one").stat().st_ino == inode  # it may be a shell's current folder
    assert git(tmp_path / "one", "status", "--porcelain") == ""


def test_new_writes_the_lock_file_with_uv(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    project = '[project]\nname = "{{ name }}"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
    template.release("v1.0.0", {"pyproject.toml.jinja": project})
    outcome = drydock("new", tmp_path / "one", "--template", template.path, "--defaults")
    assert outcome.code == 0
    if (tmp_path / "one/uv.lock").exists():
        assert "uv.lock" in git(tmp_path / "one", "ls-files")
    else:
        assert "no lock file yet" in outcome.out


def test_poetry_project_is_left_to_poetry_to_lock(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    project = '[project]\nname = "x"\nversion = "1"\n[tool.poetry]\npackage-mode = false\n'
    template.release("v1.0.0", {"pyproject.toml": project})
    outcome = drydock("new", tmp_path / "one", "--template", template.path, "--defaults")
    assert outcome.code == 0
    assert not (tmp_path / "one/uv.lock").exists()
    assert "poetry lock && git add" in outcome.out


def test_locking_never_runs_a_build(drydock: Drydock, template: Template, tmp_path: Path) -> None:
    project = '[project]\nname = "x"\ndynamic = ["version"]\n'
    evil = "import pathlib; pathlib.Path('ran').touch()\n"
    template.release("v1.0.0", {"pyproject.toml": project, "setup.py": evil})
    outcome = drydock("new", tmp_path / "one", "--template", template.path, "--defaults")
    assert outcome.code == 0
    assert not (tmp_path / "one/ran").exists()
    assert "would run the service's own build" in outcome.out


def test_missing_uv_is_reported_without_failing(
    drydock: Drydock, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template.release("v1.0.0", {"pyproject.toml": '[project]\nname = "x"\nversion = "1"\n'})
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr(sys, "executable", str(tools / "python"))
    outcome = drydock("new", tmp_path / "one", "--template", template.path, "--defaults")
    assert outcome.code == 0
    assert "uv is not installed" in outcome.out


def test_message_of_the_template_shows_the_final_folder(
    drydock: Drydock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = "_message_after_copy: |\n  Look into {{ _copier_conf.dst_path }}\n"
    message += "  {% if not made_by_drydock %}git init{% endif %}\n"
    template = Template.make(tmp_path / "template", f"{COPIER_YML}{message}")
    template.release("v1.0.0", FILES)
    monkeypatch.chdir(tmp_path)

    outcome = drydock("new", "one", "--template", template.path, "--defaults")

    assert ".drydock-" not in outcome.out
    assert "git init" not in outcome.out
    assert f"Look into {tmp_path / 'one'}\n" in outcome.out
    assert "  cd one\n" in outcome.out


def test_data_options_override_the_data_file(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    write(tmp_path, {"answers.yml": "_commit: v0\nname: fleet\n"})
    file = ("--data-file", tmp_path / "answers.yml")
    options = ("--template", released.path, "--defaults", *file)
    assert drydock("new", tmp_path / "one", *options).code == 0
    assert drydock("new", tmp_path / "two", *options, "--data", "name=other").code == 0

    assert "name: fleet\n" in (tmp_path / "one/.copier-answers.yml").read_text()
    assert "name: other\n" in (tmp_path / "two/.copier-answers.yml").read_text()


TYPED = """\
_subdirectory: template
name: {type: str, default: demo}
helm: {type: bool, default: true}
port: {type: int, default: 8000}
adopted: {type: bool, default: false, ask: false}
registry: {type: str, default: x, when: false}
"""


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("helm=disabled", "helm=disabled: expected yes or no"),
        ("helm=nein", "helm=nein: expected yes or no"),
        ("port=abc", "port=abc: expected a whole number, like 8000"),
        ("registry=foo", "registry is a hidden value"),
        ("adopted=true", "adopted is a hidden value"),
        ("hlem=true", "no question 'hlem'; did you mean helm? (drydock questions lists them)"),
        ("registri=x", "no question 'registri' (drydock questions"),
    ],
)
@pytest.mark.parametrize("source", ["option", "file"])
def test_invalid_answer_is_refused(
    drydock: Drydock, tmp_path: Path, answer: str, message: str, source: str
) -> None:
    template = Template.make(tmp_path / "template", TYPED)
    template.release("v1.0.0")
    name, _, value = answer.partition("=")
    write(tmp_path, {"answers.yml": f"{name}: '{value}'\n"})
    options = (
        ("--data", answer) if source == "option" else ("--data-file", tmp_path / "answers.yml")
    )

    outcome = drydock("new", tmp_path / "one", "--template", template.path, "--defaults", *options)

    assert outcome.code == 2
    assert message in outcome.err.splitlines()[-1]


@pytest.mark.parametrize("word", ["yes", "No", "TRUE", "off", "0"])
def test_boolean_answer_takes_common_words(drydock: Drydock, tmp_path: Path, word: str) -> None:
    template = Template.make(tmp_path / "template", TYPED)
    template.release("v1.0.0")
    options = ("--defaults", "--data", f"helm={word}")
    assert drydock("new", tmp_path / "one", "--template", template.path, *options).code == 0
    recorded = (tmp_path / "one/.copier-answers.yml").read_text()
    assert f"helm: {str(word in ('yes', 'TRUE')).lower()}\n" in recorded


def test_clone_without_tags_is_reported(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "--no-tags", released.path, "clone")
    options = ("--template", tmp_path / "clone", "--defaults")
    outcome = drydock("new", tmp_path / "one", *options)
    assert outcome.code == 0
    assert "_commit: v1.0.0\n" in (tmp_path / "one/.copier-answers.yml").read_text()
    assert "without the tags of its releases (v1.0.0)" in outcome.out
    assert "nox -s tags" in outcome.out


def test_new_in_an_existing_service_points_to_update(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    assert drydock("new", tmp_path / "one", "--template", released.path, "--defaults").code == 0
    outcome = drydock("new", tmp_path / "one", "--template", released.path, "--defaults")
    assert outcome.code == 2
    assert "drydock update" in outcome.err
    assert "retrofit" not in outcome.err


BAD = {
    "a name with spaces": (("--data", "name=a b"), "a name has no spaces"),
    "an unknown question": (("--data", "nmae=x"), "no question 'nmae'"),
    "a missing value": (("--data", "name"), "name=value"),
    "an unknown release": (("--ref", "v9.9.9"), "no release 'v9.9.9'"),
    "an option as release": (("--ref=--help",), "no release '--help'"),
    "a missing template": (("--template", "/no/such/template"), "cannot be read"),
    "an option as template": (("--template=--upload-pack=touch /tmp/x",), "not an address"),
    "a transport that runs commands": (("--template", "ext::sh -c ls"), "not an address"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_fails_with_one_line_and_changes_nothing(
    drydock: Drydock, released: Template, tmp_path: Path, case: str
) -> None:
    arguments, message = BAD[case]
    before = sorted(tmp_path.iterdir())
    outcome = drydock(
        "new", tmp_path / "deep/one", "--template", released.path, "--defaults", *arguments
    )
    assert outcome.code == 2
    assert message in outcome.err.splitlines()[-1]
    assert outcome.out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_unanswered_question_without_terminal_fails_with_one_line(
    released: Template, tmp_path: Path
) -> None:
    outcome = run_alone("new", tmp_path / "one", "--template", released.path)
    assert outcome.code == 2
    assert "--defaults" in outcome.err.splitlines()[-1]
    assert not (tmp_path / "one").exists()


def test_folder_with_files_is_left_alone(
    drydock: Drydock, released: Template, tmp_path: Path
) -> None:
    write(tmp_path / "one", {"mine.txt": "mine\n"})
    outcome = drydock("new", tmp_path / "one", "--template", released.path, "--defaults")
    assert (outcome.code, snapshot(tmp_path / "one")) == (2, {"mine.txt": (False, b"mine\n")})
    assert "drydock retrofit" in outcome.err


def test_jinja_extensions_are_refused(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(
        tmp_path / "template", "_subdirectory: template\n_jinja_extensions: [jinja2.ext.do]\n"
    )
    template.release("v1.0.0")
    outcome = drydock("new", tmp_path / "one", "--template", template.path, "--defaults")
    assert outcome.code == 2
    assert "Jinja extensions" in outcome.err


def test_answers_cannot_write_files_outside(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(tmp_path / "template", "_subdirectory: template\nplace: x\n")
    template.release("v1.0.0", {"{{ place }}/file.txt": "out\n"})
    outcome = drydock(
        "new", tmp_path / "one", "--template", template.path, "--data", "place=../../out"
    )
    assert outcome.code == 2
    assert "outside the template or the service" in outcome.err
    assert not (tmp_path / "out").exists()


def test_default_template_is_the_origin_of_drydock(
    drydock: Drydock, released: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        version = "1.0.0"
        direct = f'{{"url": "{released.path.as_uri()}", "vcs_info": {{"vcs": "git"}}}}'

        def read_text(self, name: str) -> str | None:
            return self.direct if name == "direct_url.json" else None

    released.release("v1.1.0")
    monkeypatch.setattr(origin, "distribution", lambda _name: Installed())
    outcome = drydock("new", tmp_path / "one", "--defaults")
    assert outcome.code == 0
    assert "_commit: v1.0.0\n" in (tmp_path / "one/.copier-answers.yml").read_text()
    assert "using v1.0.0, from which drydock was installed, although v1.1.0 is newer" in outcome.out


def test_distribution_has_the_drydock_script() -> None:
    scripts = distribution(origin.DISTRIBUTION).entry_points.select(
        group="console_scripts", name="drydock"
    )
    assert [script.value for script in scripts] == ["drydock.cli:main"]


def test_command_runs_in_a_separate_process() -> None:
    assert run_alone("--version").out.startswith("drydock ")
