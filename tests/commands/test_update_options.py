"""The options of `copier update` that `drydock update` also has, and `--abort`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Prepared
from tests.support import Outcome, Service, Template, git

Drydock = Callable[..., Outcome]
COPIER_YML = """\
_subdirectory: template
name: {type: str, default: demo}
port: {type: int, default: 80}
"""
FILES = {"port.txt.jinja": "{{ port }}\n", "code.txt": "old\n", "docs/guide.md": "old\n"}


def _build(folder: Path) -> None:
    template = Template.make(folder / "template", COPIER_YML)
    template.release("v1.0.0", dict(FILES))
    template.release(
        "v1.1.0", {"code.txt": "new\n", "docs/guide.md": "new\n", "more.txt": "more\n"}
    )
    Service.make(template, folder / "service")


@pytest.fixture
def service(prepared: Prepared) -> Service:
    """A service at the first of two releases."""
    return Service(prepared(_build) / "service")


@pytest.fixture
def template(service: Service) -> Template:
    """The template of the service."""
    return Template(service.path.parent / "template")


@pytest.mark.parametrize("option", ["--to", "--vcs-ref", "-r"])
def test_current_stays_at_the_recorded_release(
    service: Service, drydock: Drydock, option: str
) -> None:
    nothing = drydock("update", service.path, "--defaults", option, ":current:")
    assert (nothing.code, "Nothing to do" in nothing.out, service.status()) == (0, True, "")

    outcome = drydock("update", service.path, "--defaults", option, ":current:", "-d", "port=81")

    assert outcome.code == 0
    assert service.read("port.txt") == "81\n"
    assert service.read("code.txt") == "old\n"
    assert "_commit: v1.0.0" in service.read(".copier-answers.yml")


def test_current_works_when_the_template_has_a_newer_patch_release(
    service: Service, template: Template, drydock: Drydock
) -> None:
    template.release("v1.0.1", {"code.txt": "patched\n"})

    assert (
        drydock("update", service.path, "--defaults", "--to", ":current:", "-d", "port=81").code
        == 0
    )
    assert service.read("code.txt") == "old\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), "v1.1.0"), (("--prereleases",), "v1.2.0rc1"), (("-g",), "v1.2.0rc1")],
)
def test_prereleases_are_used_only_on_request(
    service: Service, template: Template, drydock: Drydock, options: tuple[str, ...], expected: str
) -> None:
    template.release("v1.2.0rc1", {"code.txt": "next\n"})

    assert drydock("update", service.path, "--defaults", *options).code == 0
    assert f"_commit: {expected}" in service.read(".copier-answers.yml")


@pytest.mark.parametrize("option", ["--exclude", "-x"])
def test_excluded_files_are_left_alone(service: Service, drydock: Drydock, option: str) -> None:
    outcome = drydock("update", service.path, "--defaults", option, "docs", option, "more.txt")

    assert outcome.code == 0
    assert service.read("docs/guide.md") == "old\n"
    assert not (service.path / "more.txt").exists()
    assert service.read("code.txt") == "new\n"


@pytest.mark.parametrize("option", ["--skip", "-s"])
def test_skip_keeps_existing_files_and_adds_new_ones(
    service: Service, drydock: Drydock, option: str
) -> None:
    outcome = drydock("update", service.path, "--defaults", option, "code.txt", option, "more.txt")

    assert outcome.code == 0
    assert service.read("code.txt") == "old\n"
    assert service.read("more.txt") == "more\n"
    assert service.read("docs/guide.md") == "new\n"


def test_skip_answered_does_not_prompt(service: Service, drydock: Drydock) -> None:
    assert "port: 80" in service.read(".copier-answers.yml")

    assert drydock("update", service.path, "--skip-answered").code == 0
    assert service.read("code.txt") == "new\n"


def test_data_file_provides_answers(service: Service, drydock: Drydock, tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text("port: 83\n")

    file = ("--data-file", tmp_path / "answers.yml")
    assert drydock("update", service.path, "--defaults", *file).code == 0
    assert service.read("port.txt") == "83\n"


@pytest.fixture
def siblings(template: Template, tmp_path: Path) -> tuple[Service, Service]:
    """Two services in one repository."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch=main")
    one = Service.make(template, repository / "one")
    two = Service.make(template, repository / "two")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "start")
    return one, two


def test_services_of_one_repository_can_be_updated_in_sequence(
    siblings: tuple[Service, Service], drydock: Drydock
) -> None:
    one, two = siblings
    assert drydock("update", one.path, "--defaults").code == 0
    assert drydock("update", two.path, "--defaults").code == 0

    assert [service.read("code.txt") for service in siblings] == ["new\n", "new\n"]
    staged = git(one.path, "diff", "--cached", "--name-only").splitlines()
    assert {"one/code.txt", "two/code.txt"} <= set(staged)


def test_each_of_several_updates_is_aborted_separately(
    siblings: tuple[Service, Service], drydock: Drydock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = siblings
    monkeypatch.chdir(one.path.parent)
    assert drydock("update", one.path, "--defaults").code == 0

    refused = drydock("update", two.path, "--abort")
    assert refused.code == 2
    assert "the staged changes are an update of one/: drydock update one --abort" in refused.err
    assert one.read("code.txt") == "new\n"

    assert drydock("update", two.path, "--defaults").code == 0
    assert drydock("update", one.path, "--abort").code == 0
    assert [service.read("code.txt") for service in siblings] == ["old\n", "new\n"]
    assert "the staged changes are an update of two/" in drydock("update", one.path, "--abort").err
    assert drydock("update", two.path, "--abort").code == 0
    assert one.status() == ""
    assert "there is no update to undo" in drydock("update", two.path, "--abort").err


def test_retrofit_abort_does_not_abort_an_update(
    siblings: tuple[Service, Service], drydock: Drydock
) -> None:
    one, _ = siblings
    assert drydock("update", one.path, "--defaults").code == 0

    for service in siblings:
        refused = drydock("retrofit", service.path, "--abort")
        assert (refused.code, "an update of one/" in refused.err) == (2, True)
    assert one.read("code.txt") == "new\n"


def test_committed_update_is_aborted_for_its_own_service_only(
    siblings: tuple[Service, Service], drydock: Drydock
) -> None:
    one, two = siblings
    assert drydock("update", one.path, "--defaults", "--commit").code == 0

    refused = drydock("update", two.path, "--abort")
    assert refused.code == 2
    assert "the branch drydock/update holds an update of one/" in refused.err
    assert drydock("update", two.path, "--defaults").code == 0
    assert drydock("update", two.path, "--abort").code == 0
    assert [service.read("code.txt") for service in siblings] == ["new\n", "old\n"]
    assert drydock("update", one.path, "--abort").code == 0
    assert one.read("code.txt") == "old\n"


def test_journal_without_a_service_can_be_aborted(
    siblings: tuple[Service, Service], drydock: Drydock
) -> None:
    one, _ = siblings
    assert drydock("update", one.path, "--defaults").code == 0
    git_dir = one.path.parent / ".git"
    (journal,) = git_dir.glob("drydock-update*")
    earlier = {"head", "folder", "done", "paths"}
    entries = {k: v for k, v in json.loads(journal.read_text()).items() if k in earlier}
    journal.unlink()
    (git_dir / "drydock-update").write_text(json.dumps(entries))

    assert drydock("update", one.path, "--abort").code == 0
    assert (one.read("code.txt"), one.status()) == ("old\n", "")


def test_abort_has_no_dry_run(siblings: tuple[Service, Service], drydock: Drydock) -> None:
    one, _ = siblings
    assert drydock("update", one.path, "--defaults").code == 0

    refused = drydock("update", one.path, "--abort", "--dry-run")
    assert (refused.code, "--dry-run cannot be combined with --abort" in refused.err) == (2, True)
    assert one.read("code.txt") == "new\n"


def test_abort_keeps_uncommitted_changes_of_a_sibling(
    siblings: tuple[Service, Service], drydock: Drydock
) -> None:
    one, two = siblings
    (one.path / "code.txt").write_text("staged\n")
    git(one.path, "add", "code.txt")
    (one.path / "docs/guide.md").write_text("not staged\n")
    (one.path / "port.txt").unlink()
    before = git(one.path, "status", "--porcelain")

    assert drydock("update", two.path, "--defaults").code == 0
    assert drydock("update", two.path, "--abort").code == 0

    assert git(one.path, "status", "--porcelain") == before
    assert git(one.path, "show", ":one/code.txt") == "staged"
    assert one.read("docs/guide.md") == "not staged\n"
    assert (two.read("code.txt"), (two.path / "more.txt").exists()) == ("old\n", False)


def test_conflicts_can_be_aborted_with_an_uncommitted_sibling(
    siblings: tuple[Service, Service], drydock: Drydock
) -> None:
    one, two = siblings
    two.change({"code.txt": "mine\n", "docs/guide.md": None})
    (one.path / "code.txt").write_text("not staged\n")

    assert drydock("update", two.path, "--defaults").code == 1
    assert drydock("update", two.path, "--abort").code == 0
    assert git(one.path, "status", "--porcelain").strip() == "M one/code.txt"
    assert two.read("code.txt") == "mine\n"
    assert not (two.path / "docs/guide.md").exists()


def test_uncommitted_change_in_the_service_stops_update_and_abort(
    siblings: tuple[Service, Service], drydock: Drydock
) -> None:
    _, two = siblings
    (two.path / "port.txt").write_text("81\n")
    assert "uncommitted changes" in drydock("update", two.path, "--defaults").err
    git(two.path, "checkout", "--quiet", "port.txt")
    assert drydock("update", two.path, "--defaults").code == 0
    (two.path / "port.txt").write_text("81\n")
    assert "other files were changed" in drydock("update", two.path, "--abort").err


def test_commit_is_refused_with_uncommitted_changes_of_a_sibling(
    siblings: tuple[Service, Service], drydock: Drydock
) -> None:
    one, two = siblings
    (one.path / "code.txt").write_text("mine\n")

    refused = drydock("update", two.path, "--defaults", "--commit")

    assert (refused.code, "uncommitted changes" in refused.err) == (2, True)
