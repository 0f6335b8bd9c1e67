"""`drydock update`: its effects on a service."""

import contextlib
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Prepared
from tests.support import (
    ANSWERS,
    COPIER_YML,
    Content,
    Outcome,
    Service,
    Template,
    commit,
    git,
    snapshot,
    write,
)

pytestmark = pytest.mark.usefixtures("shared_uv_cache")

Drydock = Callable[..., Outcome]
LINES = "".join(f"line {number}\n" for number in range(1, 21))


def changed(text: str, number: int, suffix: str) -> str:
    return text.replace(f"line {number}\n", f"line {number} {suffix}\n")


def files(outcome: Outcome) -> dict[str, str]:
    """Return the outcome of each file in a JSON report."""
    return {file["path"]: file["outcome"] for file in json.loads(outcome.out)["files"]}


def _build(folder: Path) -> None:
    template = Template.make(folder / "template")
    template.release(
        "v1.0.0",
        {
            "code.txt": LINES,
            "other.txt": "".join(f"other {n}\n" for n in range(20)),
            "old.txt": "".join(f"old {n}\n" for n in range(20)),
            "data.bin": b"\0one",
        },
    )
    Service.make(template, folder / "service")


@pytest.fixture
def template(prepared: Prepared) -> Template:
    """A template with one release."""
    return Template(prepared(_build) / "template")


@pytest.fixture
def unreleased(tmp_path: Path) -> Template:
    """A template without a release."""
    return Template.make(tmp_path / "template")


@pytest.fixture
def service(template: Template) -> Service:
    """A service at v1.0.0; each test releases v1.1.0."""
    return Service(template.path.parent / "service")


def test_update_applies_the_release_and_merges_edits(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"code.txt": changed(LINES, 3, "mine"), "mine.txt": "mine\n"})
    template.release(
        "v1.1.0", {"code.txt": changed(LINES, 17, "new"), "new.txt": "new\n", "old.txt": None}
    )
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0, outcome.err
    assert service.read("code.txt") == changed(changed(LINES, 3, "mine"), 17, "new")
    assert files(outcome) == {
        ".copier-answers.yml": "updated",
        "code.txt": "merged",
        "new.txt": "added",
        "old.txt": "removed",
    }
    assert not (service.path / "old.txt").exists()
    assert service.read("mine.txt") == "mine\n"
    assert "_commit: v1.1.0\n" in service.read(".copier-answers.yml")
    assert git(service.path, "diff") == ""  # index and work tree agree


def test_second_run_changes_nothing(drydock: Drydock, template: Template, service: Service) -> None:
    service.change({"code.txt": changed(LINES, 3, "mine"), "old.txt": None})
    template.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    assert drydock("update", service.path, "--defaults").code == 0
    commit(service.path, "update")
    before = snapshot(service.path)
    again = drydock("update", service.path, "--defaults")
    assert (again.code, snapshot(service.path)) == (0, before)
    assert "Nothing to do" in again.out
    forced = drydock("update", service.path, "--data", "name=demo", "--defaults", "--json")
    assert (forced.code, service.status()) == (0, "")


def test_conflict_is_left_unmerged_with_readable_labels(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"code.txt": changed(LINES, 3, "mine")})
    template.release("v1.1.0", {"code.txt": changed(changed(LINES, 3, "new"), 17, "new")})
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 1
    assert "conflict  code.txt" in outcome.out
    assert service.status() == "M  .copier-answers.yml\nUU code.txt"
    text = service.read("code.txt")
    assert "<<<<<<< yours\nline 3 mine\n=======\nline 3 new\n>>>>>>> release v1.1.0\n" in text
    assert "line 17 new\n" in text
    stages = git(service.path, "show", ":1:code.txt", ":2:code.txt", ":3:code.txt")
    assert (stages.count("line 3 mine"), stages.count("line 3 new")) == (1, 1)


@pytest.mark.parametrize("style", ["diff3", "zdiff3"])
def test_base_of_a_conflict_is_labelled(
    drydock: Drydock, template: Template, service: Service, style: str
) -> None:
    git(service.path, "config", "merge.conflictStyle", style)
    service.change({"code.txt": changed(LINES, 3, "mine")})
    template.release("v1.1.0", {"code.txt": changed(LINES, 3, "new")})
    assert drydock("update", service.path, "--defaults").code == 1
    assert "||||||| release v1.0.0\nline 3\n" in service.read("code.txt")


def test_conflict_can_be_resolved_with_git(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"code.txt": changed(LINES, 3, "mine")})
    template.release("v1.1.0", {"code.txt": changed(LINES, 3, "new")})
    assert drydock("update", service.path, "--defaults").code == 1
    refused = drydock("update", service.path, "--defaults")
    assert (refused.code, "uncommitted changes" in refused.err) == (2, True)
    git(service.path, "checkout", "--theirs", "code.txt")
    commit(service.path, "update")
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("code.txt") == changed(LINES, 3, "new")


def test_edited_file_removed_in_the_release_is_kept_as_a_conflict(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"old.txt": "mine\n"})
    template.release("v1.1.0", {"old.txt": None})
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 1
    assert "you changed it, the release removes it" in outcome.out
    assert service.read("old.txt") == "mine\n"


def test_edit_follows_a_file_moved_by_the_release(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"code.txt": changed(LINES, 3, "mine")})
    template.release("v1.1.0", {"code.txt": None, "lib/code.txt": changed(LINES, 17, "new")})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert service.read("lib/code.txt") == changed(changed(LINES, 3, "mine"), 17, "new")
    assert not (service.path / "code.txt").exists()
    assert files(outcome)["lib/code.txt"] == "merged"


def test_release_follows_a_file_moved_by_the_user(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"code.txt": None, "deep/mine.txt": changed(LINES, 3, "mine")})
    template.release("v1.1.0", {"code.txt": changed(LINES, 17, "new")})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert service.read("deep/mine.txt") == changed(changed(LINES, 3, "mine"), 17, "new")
    assert not (service.path / "code.txt").exists()
    assert files(outcome) == {".copier-answers.yml": "updated", "deep/mine.txt": "merged"}


def test_own_files_stay_when_the_release_moves_their_folder(
    drydock: Drydock, unreleased: Template, tmp_path: Path
) -> None:
    names = ["a.txt", "b.txt", "c.txt"]
    texts: dict[str, Content] = {name: f"{name}\n" + LINES for name in names}
    unreleased.release("v1.0.0", {f"old/{name}": text for name, text in texts.items()})
    service = Service.make(unreleased, tmp_path / "service")
    service.change({"old/mine.txt": "mine\n", "old/a.txt": changed(f"a.txt\n{LINES}", 3, "mine")})
    unreleased.release(
        "v1.1.0",
        {
            **{f"old/{name}": None for name in names},
            **{f"new/{name}": text for name, text in texts.items()},
        },
    )
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert service.read("old/mine.txt") == "mine\n"
    assert "line 3 mine\n" in service.read("new/a.txt")
    assert not (service.path / "old/a.txt").exists()


@pytest.mark.parametrize("release", [{"old.txt": "newer\n"}, {"code.txt": "x\n"}, {"moved": ""}])
def test_deleted_file_stays_deleted_and_is_listed(
    drydock: Drydock, template: Template, service: Service, release: dict[str, str]
) -> None:
    service.change({"old.txt": None})
    if "moved" in release:
        old = (template.path / "template/old.txt").read_bytes()
        template.release("v1.1.0", {"old.txt": None, "place/old.txt": old})
    else:
        template.release("v1.1.0", dict(release))
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert "declined" in files(outcome).values()
    assert not (service.path / "old.txt").exists()
    assert not (service.path / "place/old.txt").exists()


def test_new_file_similar_to_a_deleted_one_is_added(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"old.txt": None})
    old = (template.path / "template/old.txt").read_text()
    template.release("v1.1.0", {"old.txt": None, "like.txt": f"new\n{old}"})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert files(outcome) == {".copier-answers.yml": "updated", "like.txt": "added"}
    assert service.read("like.txt") == f"new\n{old}"


def test_file_added_by_both_sides_is_merged(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"same.txt": "same\n", "both.txt": "a\nb\nmine\n"})
    template.release("v1.1.0", {"same.txt": "same\n", "both.txt": "a\nb\nnew\n"})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 1
    assert files(outcome) == {".copier-answers.yml": "updated", "both.txt": "conflict"}
    assert service.read("both.txt").startswith("a\nb\n<<<<<<< yours\nmine\n")


def test_line_moved_by_the_user_and_removed_in_the_release_is_not_kept_silently(
    drydock: Drydock, unreleased: Template, tmp_path: Path
) -> None:
    start = "import os\nimport sys\nimport autoapi\n\n" + LINES
    unreleased.release("v1.0.0", {"conf.txt": start})
    service = Service.make(unreleased, tmp_path / "service")
    moved = start.replace("import os\n", "").replace("autoapi\n", "autoapi\nimport os\n")
    moved = "import autoapi\n" + moved.replace("import autoapi\n", "")
    service.change({"conf.txt": moved})
    unreleased.release("v1.1.0", {"conf.txt": start.replace("import autoapi\n", "")})
    outcome = drydock("update", service.path, "--defaults")
    removed = "import autoapi" not in service.read("conf.txt")
    assert removed or outcome.code == 1


def test_merge_with_an_invalid_result_is_a_conflict(
    drydock: Drydock, unreleased: Template, tmp_path: Path
) -> None:
    start = "[a]\nx = 1\n\n[b]\ny = 1\n\n[c]\nz = 1\n"
    unreleased.release("v1.0.0", {"settings.toml": start, "settings.py": "a = 1\n"})
    service = Service.make(unreleased, tmp_path / "service")
    service.change({"settings.toml": "[new]\nk = 1\n\n" + start})
    unreleased.release("v1.1.0", {"settings.toml": start + "\n[new]\nk = 2\n"})
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 1
    assert "a merge by lines would not be valid" in outcome.out
    assert "UU settings.toml" in service.status()
    assert "<<<<<<< yours\n" in service.read("settings.toml")
    assert service.read("settings.toml").count("[new]") == 2


def test_final_newline_added_in_the_release_is_merged(
    drydock: Drydock, unreleased: Template, tmp_path: Path
) -> None:
    unreleased.release("v1.0.0", {"settings.json": '{\n"a": 1\n}'})
    service = Service.make(unreleased, tmp_path / "service")
    service.change({"settings.json": '{\n"a": 1,\n"mine": 2\n}'})
    unreleased.release("v1.1.0", {"settings.json": '{\n"a": 1\n}\n'})
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("settings.json") == '{\n"a": 1,\n"mine": 2\n}\n'


def test_new_question_takes_its_default_and_answers_stay(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change(
        {".copier-answers.yml": service.read(".copier-answers.yml").replace("demo", "x")}
    )
    write(template.path, {"copier.yml": (template.path / "copier.yml").read_text() + "extra: 7\n"})
    template.release("v1.1.0")
    assert drydock("update", service.path, "--defaults").code == 0
    answers = service.read(".copier-answers.yml")
    assert "extra: 7\n" in answers
    assert "name: x\n" in answers


def test_answer_that_became_invalid_is_reported(
    drydock: Drydock, unreleased: Template, tmp_path: Path
) -> None:
    questions = "_subdirectory: template\nci:\n  type: str\n  choices: [%s]\n  default: one\n"
    write(unreleased.path, {"copier.yml": questions % "one, two"})
    unreleased.release("v1.0.0")
    service = Service.make(unreleased, tmp_path / "service", ci="two")
    write(unreleased.path, {"copier.yml": questions % "one, three"})
    unreleased.release("v1.1.0")
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 0
    assert "ci: 'two' is no longer valid; using 'one'" in outcome.out


STARTERS = """\
_subdirectory: template
_exclude:
  - "{% if not http %}http_*{% endif %}"
  - "{% if _copier_operation == 'update' %}*_starter.txt{% endif %}"
_skip_if_exists: ["*_starter.txt", once.txt]
http: false
"""


@pytest.fixture
def starters(tmp_path: Path) -> Template:
    """A template with starters and a file that is written only once."""
    template = Template.make(tmp_path / "template", STARTERS)
    template.release(
        "v1.0.0",
        {"a_starter.txt": "a\n", "http_starter.txt": "http\n", "once.txt": "1\n", "std.txt": "1\n"},
    )
    return template


def test_starters_are_never_changed_or_restored(
    drydock: Drydock, starters: Template, tmp_path: Path
) -> None:
    service = Service.make(starters, tmp_path / "service")
    service.change({"a_starter.txt": None, "once.txt": "mine\n"})
    starters.release(
        "v1.1.0",
        {"a_starter.txt": "b\n", "late_starter.txt": "x\n", "once.txt": "2\n", "std.txt": "2\n"},
    )
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert files(outcome) == {".copier-answers.yml": "updated", "std.txt": "updated"}
    assert service.read("once.txt") == "mine\n"
    assert not (service.path / "a_starter.txt").exists()
    assert not (service.path / "late_starter.txt").exists()


def test_changed_answer_adds_its_starter(
    drydock: Drydock, starters: Template, tmp_path: Path
) -> None:
    service = Service.make(starters, tmp_path / "service")
    service.change({"a_starter.txt": None})
    starters.release("v1.1.0", {"std.txt": "2\n", "late_starter.txt": "x\n"})
    outcome = drydock("update", service.path, "--defaults", "--data", "http=true")
    assert outcome.code == 0
    assert service.read("http_starter.txt") == "http\n"
    assert not (service.path / "a_starter.txt").exists()
    assert not (service.path / "late_starter.txt").exists()


def test_changed_answer_keeps_an_existing_starter(
    drydock: Drydock, starters: Template, tmp_path: Path
) -> None:
    service = Service.make(starters, tmp_path / "service")
    service.change({"http_starter.txt": "mine\n"})
    outcome = drydock("update", service.path, "--defaults", "--data", "http=true")
    assert outcome.code == 0
    assert service.read("http_starter.txt") == "mine\n"


def test_deleted_skip_if_exists_file_stays_deleted(
    drydock: Drydock, starters: Template, tmp_path: Path
) -> None:
    service = Service.make(starters, tmp_path / "service")
    service.change({"once.txt": None})
    starters.release("v1.1.0", {"once.txt": "2\n"})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert files(outcome)["once.txt"] == "declined"
    assert not (service.path / "once.txt").exists()


@pytest.mark.parametrize("when", ["new", "known"])
def test_untracked_skip_if_exists_file_is_kept(
    drydock: Drydock, starters: Template, tmp_path: Path, when: str
) -> None:
    name = "late_once.txt" if when == "new" else "once.txt"
    yml = (starters.path / "copier.yml").read_text().replace("once.txt]", "'*once.txt']")
    write(starters.path, {"copier.yml": yml})
    starters.release("v1.0.1")
    service = Service.make(starters, tmp_path / "service", ref="v1.0.1")
    if when == "known":
        git(service.path, "rm", "--quiet", "--cached", name)
    write(service.path, {".gitignore": "*once.txt\n", name: "mine\n"})
    git(service.path, "add", ".gitignore")
    git(service.path, "commit", "--quiet", "--message", "ignore it")
    starters.release("v1.1.0", {name: "2\n", "std.txt": "2\n"})
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read(name) == "mine\n"
    assert service.read("std.txt") == "2\n"


def test_standard_file_that_becomes_a_starter_is_kept(
    drydock: Drydock, starters: Template, tmp_path: Path
) -> None:
    service = Service.make(starters, tmp_path / "service")
    yml = (starters.path / "copier.yml").read_text().replace("*_starter.txt{%", "std.txt{%")
    write(starters.path, {"copier.yml": yml})
    starters.release("v1.1.0", {"std.txt": "2\n"})
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("std.txt") == "1\n"


def test_starter_is_not_mistaken_for_a_moved_standard_file(
    drydock: Drydock, starters: Template, tmp_path: Path
) -> None:
    starters.release("v1.0.1", {"std.txt": LINES, "a_starter.txt": changed(LINES, 1, "starter")})
    service = Service.make(starters, tmp_path / "service", ref="v1.0.1")
    service.change({"std.txt": None})
    starters.release("v1.1.0", {"std.txt": changed(LINES, 17, "new")})
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert files(outcome)["std.txt"] == "declined"
    assert service.read("a_starter.txt") == changed(LINES, 1, "starter")


def test_tasks_and_migrations_are_listed_but_not_run(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(
        tmp_path / "template",
        "_subdirectory: template\nname: x\n_tasks: ['touch task-{{ name }}']\n_migrations:\n"
        "  - version: v1.1.0\n    command: touch migrated\n  - version: v1.0.0\n    command: no\n"
        "  - command: [touch, '{{ _version_to }}']\n    when: \"{{ _stage == 'before' }}\"\n",
    )
    template.release("v1.0.0")
    service = Service.make(template, tmp_path / "service")
    template.release("v1.1.0")
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["skipped"] == [
        "task: touch task-x",
        "migration (before the update): touch v1.1.0",
        "migration (after the update): touch migrated",
    ]
    assert sorted(path.name for path in service.path.iterdir()) == [".copier-answers.yml", ".git"]


def test_jinja_extensions_need_trust(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(tmp_path / "template")
    template.release("v1.0.0", {"a.txt.jinja": "{{ name }}\n"})
    service = Service.make(template, tmp_path / "service")
    yml = (template.path / "copier.yml").read_text() + "_jinja_extensions: [jinja2.ext.do]\n"
    write(template.path, {"copier.yml": yml})
    template.release("v1.1.0", {"a.txt.jinja": "{% do [] %}{{ name }}!\n"})
    refused = drydock("update", service.path, "--defaults")
    assert (refused.code, "--trust" in refused.err) == (2, True)
    assert drydock("update", service.path, "--defaults", "--trust").code == 0
    assert service.read("a.txt") == "demo!\n"


CHANGELOG = """\
# Changelog

## [1.2.0]

- Better. You must
  restart.

## v1.1.0 - 2026-01-01

### You must

- rename a.
- rename b.

### Fixed

- c

## v1.0.0

- You must do nothing.
"""


def test_duties_are_read_from_the_changelog(
    drydock: Drydock, template: Template, service: Service
) -> None:
    write(template.path, {"CHANGELOG.md": CHANGELOG})
    template.release("v1.1.0")
    template.release("v1.2.0")
    outcome = drydock("update", service.path, "--defaults", "--json")
    assert json.loads(outcome.out)["must"] == [
        "Better. You must restart.",
        "rename a.",
        "rename b.",
    ]


def test_reverted_update_can_be_repeated(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"code.txt": changed(LINES, 3, "mine")})
    template.release("v1.1.0", {"code.txt": changed(LINES, 17, "new"), "new.txt": "new\n"})
    assert drydock("update", service.path, "--defaults").code == 0
    updated = snapshot(service.path)
    commit(service.path, "update")
    git(service.path, "revert", "--no-edit", "HEAD")
    assert "_commit: v1.0.0\n" in service.read(".copier-answers.yml")
    assert drydock("update", service.path, "--defaults").code == 0
    updated_again = snapshot(service.path)
    assert {k: v for k, v in updated_again.items() if not k.startswith(".git/")} == {
        k: v for k, v in updated.items() if not k.startswith(".git/")
    }


def test_to_option_allows_updates_in_steps(
    drydock: Drydock, template: Template, service: Service
) -> None:
    template.release("v1.1.0", {"code.txt": "1.1\n"})
    template.release("v1.2.0", {"code.txt": "1.2\n"})
    template.release("v2.0.0rc1", {"code.txt": "2\n"})
    for to, text in (("1.1.0", "1.1\n"), (None, "1.2\n"), ("v2.0.0rc1", "2\n")):
        option = ("--to", to) if to else ()
        assert drydock("update", service.path, "--defaults", *option).code == 0
        assert service.read("code.txt") == text
        commit(service.path, "update")
    assert "Nothing to do" in drydock("update", service.path, "--defaults").out


def test_template_option_is_used_and_recorded(
    drydock: Drydock, template: Template, service: Service, tmp_path: Path
) -> None:
    template.release("v1.1.0", {"code.txt": "new\n"})
    template.path.rename(tmp_path / "moved")
    refused = drydock("update", service.path, "--defaults")
    assert refused.code == 2
    assert "--template URL" in refused.err
    outcome = drydock("update", service.path, "--defaults", "--template", tmp_path / "moved")
    assert outcome.code == 0
    assert f"  template: {tmp_path / 'moved'}, was {template.path}\n" in outcome.out
    assert f"_src_path: {tmp_path / 'moved'}\n" in service.read(".copier-answers.yml")
    assert service.read("code.txt") == "new\n"


def test_comment_in_the_answers_file_is_kept(
    drydock: Drydock, template: Template, service: Service
) -> None:
    text = service.read(".copier-answers.yml")
    service.change({".copier-answers.yml": text.replace("_commit: v1.0.0", "_commit: v1.0.0 # me")})
    template.release("v1.1.0")
    assert drydock("update", service.path, "--defaults").code == 0
    assert "_commit: v1.1.0 # me\n" in service.read(".copier-answers.yml")


def test_edited_answers_file_is_regenerated(
    drydock: Drydock, template: Template, service: Service
) -> None:
    text = service.read(".copier-answers.yml")
    service.change({".copier-answers.yml": f"{text}extra: mine\n"})
    template.release("v1.1.0")
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 0
    assert "was regenerated" in outcome.out
    assert service.read(".copier-answers.yml") == text.replace("v1.0.0", "v1.1.0")


def test_custom_answers_file_is_found_and_updated(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(
        tmp_path / "template", "_subdirectory: template\n_answers_file: .ci/answers.yml\nname: x\n"
    )
    template.write(
        {
            "{{ _copier_conf.answers_file }}.jinja": None,
            ".ci/{% if true %}answers.yml{% endif %}.jinja": ANSWERS,
        }
    )
    template.release("v1.0.0", {"a.txt": "1\n"})
    service = Service.make(template, tmp_path / "service")
    template.release("v1.1.0", {"a.txt": "2\n"})
    assert drydock("update", service.path, "--defaults").code == 0
    assert "_commit: v1.1.0\n" in service.read(".ci/answers.yml")
    assert service.read("a.txt") == "2\n"


def test_dry_run_reports_the_same_and_changes_nothing(
    drydock: Drydock, template: Template, service: Service
) -> None:
    service.change({"code.txt": changed(LINES, 3, "mine")})
    template.release("v1.1.0", {"code.txt": changed(LINES, 3, "new"), "new.txt": "new\n"})
    before = snapshot(service.path)  # including .git
    dry = drydock("update", service.path, "--defaults", "--json", "--dry-run")
    assert snapshot(service.path) == before
    real = drydock("update", service.path, "--defaults", "--json")
    assert (dry.code, files(dry)) == (real.code, files(real)) == (1, files(real))


def test_abort_undoes_an_update(drydock: Drydock, template: Template, service: Service) -> None:
    service.change({"code.txt": changed(LINES, 3, "mine")})
    template.release(
        "v1.1.0", {"code.txt": changed(LINES, 3, "new"), "deep/new.txt": "new\n", "old.txt": None}
    )
    before = snapshot(service.path)
    assert drydock("update", service.path, "--defaults").code == 1
    assert drydock("update", service.path, "--abort").code == 0
    assert service.status() == ""
    files_after = {k: v for k, v in snapshot(service.path).items() if not k.startswith(".git/")}
    assert files_after == {k: v for k, v in before.items() if not k.startswith(".git/")}
    assert not (service.path / "deep").exists()
    assert drydock("update", service.path, "--abort").code == 2


def test_failed_write_is_undone_at_once(
    drydock: Drydock, template: Template, service: Service
) -> None:
    git(service.path, "config", "filter.broken.clean", "cat")
    git(service.path, "config", "filter.broken.smudge", "grep -v new")
    git(service.path, "config", "filter.broken.required", "true")
    service.change({".gitattributes": "other.txt filter=broken\n"})
    template.release("v1.1.0", {"code.txt": "new\n", "new.txt": "n\n", "other.txt": "new\n"})
    before = service.read("code.txt")
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 2
    assert "git:" in outcome.err
    assert (service.read("code.txt"), service.status()) == (before, "")
    assert not (service.path / "new.txt").exists()
    assert "no update" in drydock("update", service.path, "--abort").err


def test_abort_that_would_lose_work_is_refused(
    drydock: Drydock, template: Template, service: Service
) -> None:
    template.release("v1.1.0", {"code.txt": "new\n"})
    assert drydock("update", service.path, "--defaults").code == 0
    write(service.path, {"other.txt": "work since\n"})
    refused = drydock("update", service.path, "--abort")
    assert (refused.code, "other.txt" in refused.err) == (2, True)
    assert service.read("other.txt") == "work since\n"
    commit(service.path, "update")
    assert "git revert" in drydock("update", service.path, "--abort").err


def test_external_data_is_read_from_the_service(drydock: Drydock, tmp_path: Path) -> None:
    template = Template.make(
        tmp_path / "template", "_subdirectory: template\n_external_data: {team: 'team.yml'}\n"
    )
    template.release("v1.0.0", {"a.txt.jinja": "{{ _external_data.team.name }}\n" + LINES})
    service = Service.make(template, tmp_path / "service")
    service.change({"team.yml": "name: crew\n", "a.txt": "crew\n" + LINES})
    template.release(
        "v1.1.0", {"a.txt.jinja": "{{ _external_data.team.name }}\n" + changed(LINES, 9, "new")}
    )
    assert drydock("update", service.path, "--defaults").code == 0
    assert service.read("a.txt") == "crew\n" + changed(LINES, 9, "new")


@pytest.mark.parametrize("place", ["../secret.yml", "{outside}/secret.yml"])
def test_external_data_outside_the_service_needs_trust(
    place: str, drydock: Drydock, template: Template, service: Service
) -> None:
    write(service.path.parent, {"secret.yml": "key: found\n"})
    place = place.format(outside=service.path.parent)
    write(template.path, {"copier.yml": COPIER_YML + f"_external_data: {{secret: '{place}'}}\n"})
    template.release("v1.1.0", {"new.txt.jinja": "{{ _external_data.secret.key }}\n"})

    refused = drydock("update", service.path, "--defaults")

    assert refused.code == 2
    assert f'reads "{place}", _external_data outside the service: give --trust' in refused.err
    assert service.status() == ""
    assert drydock("update", service.path, "--defaults", "--trust").code == 0
    assert service.read("new.txt") == "found\n"


@pytest.mark.parametrize("place", ["../outside", "/etc", "nowhere"])
def test_invalid_subdirectory_is_named(
    place: str, drydock: Drydock, template: Template, service: Service
) -> None:
    text = COPIER_YML.replace("_subdirectory: template", f"_subdirectory: {place}")
    write(template.path, {"copier.yml": text})
    template.release("v1.1.0")

    refused = drydock("update", service.path, "--defaults")

    assert (refused.code, service.status()) == (2, "")
    assert place in refused.err
    assert "drydock." not in refused.err  # the temporary folder


def test_pending_changes_of_the_template_are_reported(
    drydock: Drydock, template: Template, service: Service
) -> None:
    template.write({"code.txt": "not committed\n"})

    at_head = drydock("update", service.path, "--defaults")
    template.release("v1.1.0", {"code.txt": "committed\n"})
    clean = drydock("update", service.path, "--defaults", "--dry-run")
    template.write({"code.txt": "more\n"})
    dirty = drydock("update", service.path, "--defaults")

    assert "uncommitted changes, which are ignored" in at_head.out
    assert "uncommitted" not in clean.out
    assert "uncommitted changes, which are ignored" in dirty.out
    assert service.read("code.txt") == "committed\n"


def test_messages_of_the_template_are_reported(
    drydock: Drydock, template: Template, service: Service
) -> None:
    messages = "_message_before_update: Read it, {{ name }}.\n_message_after_update: Done.\n"
    write(template.path, {"copier.yml": COPIER_YML + messages})
    template.release("v1.1.0", {"code.txt": "new\n"})

    outcome = drydock("update", service.path, "--defaults")

    assert "Read it, demo.\n\nDone.\n" in outcome.out


def test_changed_mode_reaches_the_index_with_core_filemode_off(
    drydock: Drydock, template: Template, service: Service
) -> None:
    git(service.path, "config", "core.fileMode", "false")
    (template.path / "template/code.txt").chmod(0o755)
    template.release("v1.1.0")

    assert drydock("update", service.path, "--defaults").code == 0
    assert git(service.path, "ls-files", "--stage", "code.txt").split()[0] == "100755"


def test_relative_template_is_relative_to_the_service(
    drydock: Drydock, template: Template, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = service.read(".copier-answers.yml").replace(str(template.path), "../template")
    service.change({".copier-answers.yml": text})
    template.release("v1.1.0", {"code.txt": "new\n"})
    monkeypatch.chdir("/")
    assert drydock("update", service.path, "--defaults").code == 0
    assert "_src_path: ../template\n" in service.read(".copier-answers.yml")


PROJECT = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n'
LOCK = 'version = 1\nrequires-python = ">=3.10"\n\n[[package]]\nname = "x"\nversion = "0"\n'


def locked(template: Template, folder: Path, more: str = "") -> Service:
    template.release("v1.0.0", {"pyproject.toml": PROJECT + more, "a.txt": "1\n"})
    service = Service.make(template, folder)
    service.change({"uv.lock": LOCK})
    return service


def test_lock_file_is_regenerated(drydock: Drydock, unreleased: Template, tmp_path: Path) -> None:
    service = locked(unreleased, tmp_path / "service")
    unreleased.release("v1.1.0", {"pyproject.toml": PROJECT.replace("3.11", "3.11,<4")})
    outcome = drydock("update", service.path, "--defaults")
    assert outcome.code == 0
    if "uv.lock was not regenerated" not in outcome.out:  # no uv, no network
        assert service.read("uv.lock") != LOCK
        assert "updated   uv.lock  regenerated by uv lock\n" in outcome.out
        assert "M  uv.lock" in service.status()
        assert drydock("update", service.path, "--abort").code == 0
    assert service.read("uv.lock") == LOCK


def test_lock_file_of_a_uv_workspace_is_left_alone(
    drydock: Drydock, unreleased: Template, tmp_path: Path
) -> None:
    top = tmp_path / "all"
    root = PROJECT.replace('"x"', '"all"') + '[tool.uv.workspace]\nmembers = ["service"]\n'
    write(top, {"pyproject.toml": root, "uv.lock": LOCK})
    git(top, "init", "--quiet", "--initial-branch=main")
    service = locked(unreleased, top / "service")
    commit(top, "start")
    before = snapshot(service.path)
    unreleased.release("v1.1.0", {"pyproject.toml": PROJECT.replace("3.11", "3.11,<4")})

    outcome = drydock("update", service.path, "--defaults")

    assert outcome.code == 0
    reason = "a member of the uv workspace in ../: run uv lock there"
    assert f"uv.lock was not regenerated ({reason})" in outcome.out
    assert (top / "uv.lock").read_text() == service.read("uv.lock") == LOCK
    assert git(top, "diff", "--name-only") == ""
    assert drydock("update", service.path, "--abort").code == 0
    assert (git(top, "status", "--porcelain"), snapshot(service.path)) == ("", before)


@pytest.mark.parametrize("why", ["dynamic", "conflict", "dry run", "not touched", "poetry"])
def test_lock_file_is_left_alone(
    drydock: Drydock, unreleased: Template, tmp_path: Path, why: str
) -> None:
    service = locked(
        unreleased, tmp_path / "service", 'dynamic = ["classifiers"]\n' if why == "dynamic" else ""
    )
    write(service.path, {"setup.py": "import pathlib; pathlib.Path('ran').touch()\n"})
    if why == "conflict":
        write(service.path, {"a.txt": "mine\n"})
    if why == "poetry":
        write(service.path, {"poetry.lock": "", "uv.lock": None})
    service.change({})
    new: dict[str, Content] = {"a.txt": "2\n"}
    if why != "not touched":
        new["pyproject.toml"] = (
            unreleased.path / "template/pyproject.toml"
        ).read_text() + "# new\n"
    unreleased.release("v1.1.0", new)
    flag = ("--dry-run",) if why == "dry run" else ()
    outcome = drydock("update", service.path, "--defaults", *flag)
    name = "poetry" if why == "poetry" else "uv"
    assert (f"{name} lock" in outcome.out) == (why != "not touched")
    assert name == "poetry" or service.read("uv.lock") == LOCK
    assert not (service.path / "ran").exists()


def test_uv_lock_is_no_longer_used_after_a_change_to_poetry(
    drydock: Drydock, unreleased: Template, tmp_path: Path
) -> None:
    service = locked(unreleased, tmp_path / "service")
    project = (unreleased.path / "template/pyproject.toml").read_text()
    poetry = '\n[tool.poetry]\nrequires-poetry = ">=2.2"\n'
    unreleased.release("v1.1.0", {"pyproject.toml": project + poetry})

    outcome = drydock("update", service.path, "--defaults")

    assert "uv.lock is no longer used: git rm uv.lock, then poetry lock" in outcome.out
    assert service.read("uv.lock") == LOCK


def test_lock_file_of_a_former_tool_is_no_longer_used(
    drydock: Drydock, unreleased: Template, tmp_path: Path
) -> None:
    service = locked(unreleased, tmp_path / "service")
    service.change({"Pipfile.lock": "{}"})
    project = (unreleased.path / "template/pyproject.toml").read_text()
    unreleased.release("v1.1.0", {"pyproject.toml": f"{project}# new\n"})

    outcome = drydock("update", service.path, "--defaults")

    assert "Note: Pipfile.lock is no longer used: git rm Pipfile.lock\n" in outcome.out


@pytest.mark.slow
def test_terminal_prompts_for_new_questions_only(template: Template, service: Service) -> None:
    yml = (template.path / "copier.yml").read_text()
    write(template.path, {"copier.yml": yml + "extra:\n  type: str\n  help: What else?\n"})
    template.release("v1.1.0")
    main, terminal = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-c", "from drydock.cli import main; main()", "update", service.path],
        stdin=terminal, stdout=terminal, stderr=terminal, env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(terminal)

    def read_terminal() -> bytes:
        assert select.select([main], [], [], 60)[0], f"silence after {output!r}"
        return os.read(main, 1024)

    output = b""
    while b"What else?" not in output:
        output += read_terminal()
    os.write(main, b"more\r")
    with contextlib.suppress(OSError):  # the terminal ends with the process
        while True:
            output += read_terminal()
    os.close(main)
    assert running.wait() == 0
    assert b"What is it called?" not in output
    assert "extra: more\n" in service.read(".copier-answers.yml")
