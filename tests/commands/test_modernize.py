"""`drydock modernize`: the code that is changed, listed and left alone."""

import json
from pathlib import Path

import pytest

from tests.support import commit, git, snapshot, write
from tests.test_cli import Drydock

OLD = "from fastapi import Query\n\nq = Query(None, regex='^a')\n"
NEW = OLD.replace("regex", "pattern")


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A small service in its own repository."""
    folder = tmp_path / "service"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, {"app/__init__.py": "", "app/api.py": OLD, "README.md": OLD})
    commit(folder, "start")
    return folder


def test_modernize_changes_code_without_staging_it(drydock: Drydock, service: Path) -> None:
    outcome = drydock("modernize", service)
    assert outcome.code == 0, outcome.err
    assert (service / "app/api.py").read_text() == NEW
    assert git(service, "status", "--porcelain") == " M app/api.py"
    assert "app/api.py:3: regex= -> pattern= [fastapi-pattern]" in outcome.out


def test_dry_run_shows_the_diff_and_changes_nothing(drydock: Drydock, service: Path) -> None:
    before = snapshot(service)
    outcome = drydock("modernize", service, "--dry-run", "--diff")
    assert snapshot(service) == before
    assert "-q = Query(None, regex='^a')\n+q = Query(None, pattern='^a')" in outcome.out


def test_json_and_markdown_list_the_same_findings(drydock: Drydock, service: Path) -> None:
    report = json.loads(drydock("modernize", service, "--dry-run", "--json").out)
    (finding,) = report["findings"]
    assert (finding["rule"], finding["path"], finding["line"]) == (
        "fastapi-pattern",
        "app/api.py",
        3,
    )
    assert [file["path"] for file in report["files"]] == ["app/api.py"]
    markdown = drydock("modernize", service, "--dry-run", "--markdown").out
    assert "| fastapi-pattern | 1 |" in markdown
    assert "`app/api.py:3`" in markdown


def test_uncommitted_changes_are_refused(drydock: Drydock, service: Path) -> None:
    (service / "app/api.py").write_text(OLD + "x = 1\n")
    outcome = drydock("modernize", service)
    assert outcome.code == 2
    assert "uncommitted changes: commit or stash them first: app/api.py" in outcome.err
    assert (service / "app/api.py").read_text() == OLD + "x = 1\n"


def test_unknown_rule_is_refused_with_a_list_of_rules(drydock: Drydock, service: Path) -> None:
    outcome = drydock("modernize", service, "--rule", "fastapi-patern")
    assert outcome.code == 2
    assert "there is no rule fastapi-patern" in outcome.err
    assert "fastapi-pattern" in outcome.err


def test_untracked_files_and_other_services_are_left_alone(drydock: Drydock, service: Path) -> None:
    write(service, {"sibling/api.py": OLD, "one/api.py": OLD})
    commit(service, "two")
    write(service, {"one/notes.py": OLD, "sibling/dirty.py": OLD})
    assert drydock("modernize", service / "one").code == 0
    assert git(service, "status", "--porcelain", "--untracked-files=no") == " M one/api.py"
    assert (service / "one/notes.py").read_text() == OLD


def test_line_ends_and_byte_order_mark_are_kept(drydock: Drydock, service: Path) -> None:
    data = b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode()
    (service / "app/api.py").write_bytes(data.removesuffix(b"\r\n"))
    commit(service, "from Windows")
    assert drydock("modernize", service).code == 0
    after = (service / "app/api.py").read_bytes()
    assert after == data.removesuffix(b"\r\n").replace(b"regex", b"pattern")


def test_second_run_changes_nothing(drydock: Drydock, service: Path) -> None:
    drydock("modernize", service)
    commit(service, "modernize")
    outcome = drydock("modernize", service)
    assert outcome.code == 0
    assert "Nothing to do" in outcome.out
    assert git(service, "status", "--porcelain") == ""


def test_code_of_the_service_is_not_run(drydock: Drydock, service: Path) -> None:
    trap = "open('ran', 'w').close()\n"
    write(service, {"sitecustomize.py": trap, "app/trap.py": trap + OLD, "conftest.py": trap})
    commit(service, "trap")
    assert drydock("modernize", service).code == 0
    assert not (service / "ran").exists()


def test_since_applies_only_newer_rules(drydock: Drydock, service: Path) -> None:
    outcome = drydock("modernize", service, "--since", "v99.0.0", "--dry-run")
    assert outcome.code == 0
    assert "Nothing to do" in outcome.out
    assert "pattern" in drydock("modernize", service, "--since", "v1.4.0", "--dry-run").out
    refused = drydock("modernize", service, "--since", "yesterday")
    assert refused.code == 2
    assert "yesterday is not a release" in refused.err


def test_chassis_is_left_to_updates(drydock: Drydock, service: Path) -> None:
    write(service, {".copier-answers.yml": "_commit: v1.4.0\n", "app/chassis/x.py": OLD})
    commit(service, "retrofit")
    assert drydock("modernize", service).code == 0
    assert git(service, "status", "--porcelain") == " M app/api.py"
