"""`drydock update --commit`: a branch and a commit, with the report for a pull request."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Prepared
from tests.support import Outcome, Service, Template, commit, git, head, snapshot, write

Drydock = Callable[..., Outcome]
CHANGELOG = """\
# Changelog

## v1.1.0

What you must do:

- Rename the setting `a` to `b`.

## v1.0.0
"""


def _build(folder: Path) -> None:
    template = Template.make(folder / "template")
    template.release("v1.0.0", {"code.txt": "one\ntwo\nthree\n", "port.txt": "80\n"})
    write(template.path, {"CHANGELOG.md": CHANGELOG})
    template.release("v1.1.0", {"code.txt": "one\ntwo\nTHREE\n", "new.txt": "new\n"})
    Service.make(template, folder / "service")


@pytest.fixture
def service(prepared: Prepared) -> Service:
    """A service at the first of two releases."""
    return Service(prepared(_build) / "service")


@pytest.fixture
def template(service: Service) -> Template:
    """The template of the service."""
    return Template(service.path.parent / "template")


def branch(service: Service) -> str:
    return git(service.path, "branch", "--show-current")


def files(service: Service) -> dict[str, object]:
    return {k: v for k, v in snapshot(service.path).items() if not k.startswith(".git/")}


def test_update_is_committed_on_its_own_branch(service: Service, drydock: Drydock) -> None:
    before = git(service.path, "rev-parse", "main")

    outcome = drydock("update", service.path, "--defaults", "--commit")

    assert outcome.code == 0
    assert branch(service) == "drydock/update"
    assert git(service.path, "rev-list", "main..HEAD", "--count") == "1"
    assert git(service.path, "rev-parse", "main") == before
    assert service.status() == ""
    assert service.read("code.txt") == "one\ntwo\nTHREE\n"
    assert "look at it: git show" in outcome.out


def test_commit_message_has_release_duties_and_report(service: Service, drydock: Drydock) -> None:
    drydock("update", service.path, "--defaults", "--commit")

    message = git(service.path, "log", "-1", "--format=%B")
    assert message.splitlines()[0] == "Update the template to v1.1.0"
    assert "from `v1.0.0` to `v1.1.0`" in message
    assert "- [ ] Rename the setting `a` to `b`." in message
    assert "| new.txt | added |" in message


def test_markdown_report_equals_the_commit_message(service: Service, drydock: Drydock) -> None:
    report = drydock("update", service.path, "--defaults", "--commit", "--markdown").out

    assert git(service.path, "log", "-1", "--format=%b").strip() == report.strip()


def test_dry_run_reports_the_update_without_a_branch(service: Service, drydock: Drydock) -> None:
    report = drydock(
        "update", service.path, "--defaults", "--commit", "--dry-run", "--markdown"
    ).out

    assert "Would update the template" in report
    assert branch(service) == "main"
    assert git(service.path, "branch", "--format=%(refname:short)") == "main"


def test_up_to_date_service_gets_no_branch(service: Service, drydock: Drydock) -> None:
    drydock("update", service.path, "--defaults")
    commit(service.path, "update")

    outcome = drydock("update", service.path, "--defaults", "--commit", "--markdown")

    assert (outcome.code, "Nothing to do" in outcome.out) == (0, True)
    assert git(service.path, "branch", "--format=%(refname:short)") == "main"


def test_abort_removes_the_branch(service: Service, drydock: Drydock) -> None:
    before = files(service)
    drydock("update", service.path, "--defaults", "--commit")

    undone = drydock("update", service.path, "--abort")
    assert undone.code == 0
    assert undone.out == "Update undone: branch drydock/update deleted, back on main.\n"
    assert branch(service) == "main"
    assert git(service.path, "branch", "--format=%(refname:short)") == "main"
    assert files(service) == before


def test_abort_of_a_staged_update_restores_the_last_commit(
    service: Service, drydock: Drydock
) -> None:
    drydock("update", service.path, "--defaults")

    undone = drydock("update", service.path, "--abort")
    assert undone.code == 0
    assert undone.out == "Update undone: index and working tree match the last commit.\n"
    assert service.status() == ""


def test_conflicts_are_left_on_the_branch_and_can_be_undone(
    service: Service, drydock: Drydock
) -> None:
    service.change({"code.txt": "one\ntwo\nthird\n"})
    before = files(service)

    outcome = drydock("update", service.path, "--defaults", "--commit", "--markdown")

    assert outcome.code == 1
    assert "- [ ] `code.txt`" in outcome.out
    assert branch(service) == "drydock/update"
    assert git(service.path, "rev-list", "main..HEAD", "--count") == "0"
    assert git(service.path, "diff", "--name-only", "--diff-filter=U") == "code.txt"
    assert drydock("update", service.path, "--abort").code == 0
    assert (branch(service), files(service)) == ("main", before)


def test_existing_branch_is_not_replaced(service: Service, drydock: Drydock) -> None:
    git(service.path, "switch", "--quiet", "--create", "drydock/update")
    service.change({"mine.txt": "mine\n"})
    mine = head(service.path)
    git(service.path, "switch", "--quiet", "main")

    outcome = drydock("update", service.path, "--defaults", "--commit")

    assert outcome.code == 2
    assert "the branch drydock/update already exists" in outcome.err
    assert git(service.path, "rev-parse", "drydock/update") == mine
    assert branch(service) == "main"


def test_second_update_on_the_branch_adds_a_commit(
    service: Service, template: Template, drydock: Drydock
) -> None:
    drydock("update", service.path, "--defaults", "--commit")
    service.change({"mine.txt": "mine\n"})
    mine = head(service.path)
    template.release("v1.2.0", {"port.txt": "8080\n"})

    outcome = drydock("update", service.path, "--defaults", "--commit")

    assert outcome.code == 0
    assert git(service.path, "rev-parse", "HEAD~") == mine
    assert service.read("port.txt") == "8080\n"
    assert "git reset --hard HEAD~" in outcome.out
    refused = drydock("update", service.path, "--abort")
    assert refused.code == 2
    assert git(service.path, "rev-parse", "HEAD~") == mine


def test_abort_of_a_second_update_keeps_earlier_commits(
    service: Service, template: Template, drydock: Drydock
) -> None:
    drydock("update", service.path, "--defaults", "--commit")
    service.change({"port.txt": "81\n"})
    mine = head(service.path)
    template.release("v1.2.0", {"port.txt": "8080\n"})

    assert drydock("update", service.path, "--defaults", "--commit").code == 1
    assert drydock("update", service.path, "--abort").code == 0
    assert git(service.path, "rev-parse", "drydock/update") == mine
    assert branch(service) == "drydock/update"
    assert service.status() == ""


def test_abort_of_a_staged_update_keeps_the_branch_it_is_on(
    service: Service, template: Template, drydock: Drydock
) -> None:
    drydock("update", service.path, "--defaults", "--commit")
    tip = head(service.path)
    template.release("v1.2.0", {"port.txt": "8080\n"})
    assert drydock("update", service.path, "--defaults").code == 0

    assert drydock("update", service.path, "--abort").code == 0
    assert (branch(service), head(service.path)) == ("drydock/update", tip)
    assert service.status() == ""


def test_abort_leaves_a_merged_branch_alone(
    service: Service, template: Template, drydock: Drydock
) -> None:
    drydock("update", service.path, "--defaults", "--commit")
    git(service.path, "switch", "--quiet", "main")
    git(service.path, "merge", "--quiet", "drydock/update")
    template.release("v1.2.0", {"port.txt": "8080\n"})
    before = files(service)
    drydock("update", service.path, "--defaults")

    assert drydock("update", service.path, "--abort").code == 0
    assert files(service) == before
    assert git(service.path, "rev-parse", "drydock/update") == git(
        service.path, "rev-parse", "main"
    )


def test_commit_without_a_git_identity_is_refused(
    service: Service, drydock: Drydock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "empty"))

    outcome = drydock("update", service.path, "--defaults", "--commit")

    assert (outcome.code, "git has no user.name and user.email" in outcome.err) == (2, True)
    assert branch(service) == "main"


def test_commit_with_an_address_but_no_name_is_refused(
    service: Service, drydock: Drydock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "address").write_text("[user]\nemail = me@example.invalid\nuseConfigOnly = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "address"))
    before = snapshot(service.path)

    outcome = drydock("update", service.path, "--defaults", "--commit")

    assert (outcome.code, "git has no user.name and user.email" in outcome.err) == (2, True)
    assert snapshot(service.path) == before


def test_failed_signature_is_reported_with_the_command_to_undo(
    service: Service, drydock: Drydock
) -> None:
    before = files(service)
    git(service.path, "config", "commit.gpgsign", "true")
    git(service.path, "config", "gpg.program", "false")
    outcome = drydock("update", service.path, "--defaults", "--commit")
    assert outcome.code == 2
    error = outcome.err.strip().splitlines()[-1]
    assert "gpg failed to sign" in error
    assert error.endswith("drydock update --abort undoes what was written")
    assert drydock("update", service.path, "--abort").code == 0
    assert files(service) == before
