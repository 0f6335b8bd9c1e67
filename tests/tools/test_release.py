"""A release is checked, recorded and tagged, and keeps what services rely on."""

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from drydock.errors import BadInput

from tests.support import commit, git
from tests.template.matrix import REPOSITORY, as_upstream
from tools import release
from tools import version as versions

DAY = datetime.date(2026, 11, 22)

Edit = Callable[[str, str, str], None]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of this template with unreleased changes and no release."""
    copy = tmp_path / "template"
    copy.mkdir()
    for name in ("copier.yml", "company.yml", "reserved.yml", "company_questions.yml"):
        shutil.copy(REPOSITORY / name, copy / name)
    shutil.copytree(REPOSITORY / "template", copy / "template")
    as_upstream(copy / "company.yml")
    (copy / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- It begins.\n")
    git(copy, "init", "--quiet", "--initial-branch=main")
    commit(copy, "Begin")
    return copy


@pytest.fixture
def edit(repository: Path) -> Edit:
    """A function that replaces a text in a file, adds to the changelog, and commits."""

    def edit(name: str, old: str, new: str) -> None:
        path = repository / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        changelog = repository / "CHANGELOG.md"
        text = changelog.read_text().replace("## Unreleased\n", "## Unreleased\n\n- More.\n", 1)
        changelog.write_text(text)
        commit(repository, "Change it")

    return edit


def test_release_is_a_commit_with_changelog_section_and_annotated_tag(repository: Path) -> None:
    release.check(repository, "1.0.0")
    release.cut(repository, "1.0.0", DAY)

    assert git(repository, "log", "-1", "--format=%s") == "release: v1.0.0"
    assert git(repository, "cat-file", "-t", "v1.0.0") == "tag"
    assert git(repository, "status", "--porcelain") == ""
    assert versions.newest(repository / "CHANGELOG.md") == "1.0.0"
    changelog = (repository / "CHANGELOG.md").read_text()
    assert "## Unreleased\n\n## v1.0.0 (2026-11-22)\n\n- It begins.\n" in changelog


@pytest.mark.parametrize("version", ["1", "1.0", "v1.0.0", "1.0.0rc1", "01.0.0", "x"])
def test_version_without_three_numbers_is_rejected(repository: Path, version: str) -> None:
    with pytest.raises(BadInput, match="expected a version"):
        release.check(repository, version)


def test_uncommitted_changes_are_rejected(repository: Path) -> None:
    (repository / "new").touch()

    with pytest.raises(BadInput, match="has uncommitted changes"):
        release.check(repository, "1.0.0")


def test_release_without_changes_is_rejected(repository: Path) -> None:
    release.cut(repository, "1.0.0", DAY)

    with pytest.raises(BadInput, match="Unreleased"):
        release.check(repository, "1.1.0")


def test_version_must_be_newer_than_the_last(repository: Path, edit: Edit) -> None:
    release.cut(repository, "1.1.0", DAY)
    edit("copier.yml", "my-team", "a-team")

    with pytest.raises(BadInput, match=r"v1\.0\.5 is not newer than v1\.1\.0"):
        release.check(repository, "1.0.5")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('["3.11", "3.12",', '["3.12",', "the choice 3.11 of python_version was removed"),
        ("    No model: none\n", "", "the choice none of inference was removed"),
        ("\nowner:\n", "\nteam:\n", "the question owner was removed"),
    ],
)
def test_removed_question_or_choice_requires_a_major_version(
    repository: Path, edit: Edit, old: str, new: str, reason: str
) -> None:
    release.cut(repository, "1.0.0", DAY)
    edit("copier.yml", old, new)

    with pytest.raises(BadInput, match=reason):
        release.check(repository, "1.1.0")
    release.check(repository, "2.0.0")


@pytest.mark.slow
def test_renamed_question_with_the_old_answer_as_default_is_allowed(
    repository: Path, edit: Edit
) -> None:
    release.cut(repository, "1.0.0", DAY)
    edit("copier.yml", "\nowner:\n", "\nteam:\n")
    edit("copier.yml", "default: my-team", "default: \"{{ owner | default('my-team') }}\"")
    edit("copier.yml", "not owner | trim or owner |", "not team | trim or team |")
    for path in (repository / "template").rglob("*.jinja"):
        path.write_text(path.read_text().replace("{{ owner", "{{ team"))
    commit(repository, "Use it")

    release.check(repository, "1.1.0")


@pytest.mark.slow
def test_removed_standard_file_requires_a_major_version(repository: Path) -> None:
    release.cut(repository, "1.0.0", DAY)
    git(repository, "mv", "template/pytest.toml", "template/tox.toml")
    changelog = repository / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace("d\n\n##", "d\n\n- Renamed.\n\n##", 1))
    commit(repository, "Rename it")

    with pytest.raises(
        BadInput, match=r"pytest\.toml was removed: this requires a new major version"
    ):
        release.check(repository, "1.1.0")
    release.check(repository, "2.0.0")


@pytest.mark.slow
def test_starter_can_be_removed(repository: Path) -> None:
    release.cut(repository, "1.0.0", DAY)
    git(repository, "rm", "--quiet", "template/CHANGELOG.md.jinja")
    changelog = repository / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace("d\n\n##", "d\n\n- Less.\n\n##", 1))
    commit(repository, "Start with less")

    release.check(repository, "1.1.0")


def test_lost_tags_are_rebuilt_at_the_same_commits(repository: Path) -> None:
    release.cut(repository, "1.0.0", DAY)
    made = git(repository, "rev-parse", "v1.0.0^{commit}")
    git(repository, "tag", "--delete", "v1.0.0")

    assert release.rebuild_tags(repository) == ["v1.0.0"]

    assert git(repository, "rev-parse", "v1.0.0^{commit}") == made
    assert git(repository, "cat-file", "-t", "v1.0.0") == "tag"
    assert release.rebuild_tags(repository) == []


def test_rebuilt_tag_has_the_committer_of_the_release_as_tagger(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release.cut(repository, "1.0.0", DAY)
    git(repository, "tag", "--delete", "v1.0.0")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git(repository, "config", "user.useConfigOnly", "true")

    release.rebuild_tags(repository)

    tagger = git(repository, "for-each-ref", "--format=%(taggername) %(taggeremail)", "refs/tags")
    assert tagger == "Tester <tester@example.invalid>"


def test_missing_arguments_fail_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main([]) == 2
    assert capsys.readouterr().err.count("\n") == 1
