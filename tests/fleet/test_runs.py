"""`drydock fleet status`, `forecast` and `update`, for remotes and checkouts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drydock.adoption import python
from drydock.commands.fleet import Run
from drydock.fleet.inventory import Member

from tests.fleet.conftest import Fleet, listed, publish
from tests.support import Outcome, Service, Template, commit, git, snapshot, write


def records(file: Path = Path("fleet.jsonl")) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def by_name(out: str) -> dict[str, dict[str, Any]]:
    return {record["service"]: record for record in json.loads(out)}


def test_status_shows_release_owner_and_drift(fleet: Fleet, three: Path) -> None:
    done = fleet("status", three, "--json")

    found = by_name(done.out)
    assert done.code == 0
    iris, parcel, tulip = found["iris"], found["parcel"], found["tulip"]
    assert (iris["release"], iris["newest"], iris["releases_behind"]) == ("v1.0.0", "v1.2.0", 2)
    assert (iris["owner"], iris["wave"], iris["changed"]) == ("team-iris", 0, [])
    assert parcel["changed"] == ["app.cfg"]
    assert tulip["releases_behind"] == 0
    assert {line["service"]: line["kind"] for line in records()} == dict.fromkeys(found, "status")


def test_status_shows_missing_files_and_uncommitted_changes_of_a_checkout(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    service = Service.make(releases, tmp_path / "all" / "iris")
    service.change({"app.cfg": None})
    write(service.path, {"own.txt": "not yet\n"})
    before = snapshot(tmp_path / "all")

    found = by_name(fleet("status", tmp_path / "all", "--json").out)["iris"]

    assert (found["missing"], found["dirty"]) == (["app.cfg"], True)
    assert snapshot(tmp_path / "all") == before


def test_forecast_lists_files_and_lines_that_would_conflict(fleet: Fleet, three: Path) -> None:
    done = fleet("forecast", three, "--json")

    found = by_name(done.out)
    assert done.code == 1
    assert {name: record["outcome"] for name, record in found.items()} == {
        "iris": "clean",
        "parcel": "conflict",
        "tulip": "up to date",
    }
    (conflict,) = found["parcel"]["conflicts"]
    assert (conflict["path"], conflict["source"]) == ("app.cfg", "template/app.cfg")
    assert conflict["parts"] == [{"line": 2, "ours": ["port = 9"], "theirs": ["port = 2"]}]


def test_rehearsal_names_the_template_lines_that_conflict(
    fleet: Fleet, three: Path, releases: Template
) -> None:
    releases.write(
        {"own.txt": "start\nmore\n", "app.cfg": "[app]\nport = 3\n\n[log]\nlevel = info\n"}
    )
    before = snapshot(releases.path)

    done = fleet("forecast", three, "--to", releases.path)

    assert done.code == 1
    assert "template/app.cfg:2: port = 3 (1: parcel)" in done.out
    assert "own.txt" not in done.out
    assert snapshot(releases.path) == before


@pytest.mark.parametrize(("most", "code"), [("33", 1), ("34", 0)])
def test_rehearsal_fails_above_the_allowed_share_of_conflicts(
    most: str, code: int, fleet: Fleet, three: Path, releases: Template
) -> None:
    releases.write({"app.cfg": "[app]\nport = 3\n\n[log]\nlevel = info\n"})

    done = fleet("forecast", three, "--to", releases.path, "--most", most)

    assert done.code == code


def test_update_pushes_a_commit_with_its_report(fleet: Fleet, three: Path, remotes: Path) -> None:
    done = fleet("update", three, "--wave", "0", "--push")

    assert done.code == 0
    iris = remotes / "iris.git"
    assert git(iris, "show", "drydock/update:app.cfg").startswith("[app]\nport = 2")
    message = git(iris, "show", "--no-patch", "--format=%B", "drydock/update")
    assert message.startswith("Update the template to v1.2.0\n")
    report = Path("fleet-reports/iris.md").read_text()
    assert "Updates the template from `v1.0.0` to `v1.2.0`." in report
    assert report.strip() in message
    assert not git(remotes / "parcel.git", "branch", "--list", "drydock/*")


def test_update_with_conflicts_creates_no_branch(fleet: Fleet, three: Path, remotes: Path) -> None:
    before = snapshot(remotes / "parcel.git")

    done = fleet("update", three, "--push", "--json")

    found = by_name(done.out)
    assert done.code == 1
    assert found["parcel"]["outcome"] == "conflict"
    assert [one["path"] for one in found["parcel"]["conflicts"]] == ["app.cfg"]
    assert "- [ ] `app.cfg`" in Path("fleet-reports/parcel.md").read_text()
    assert snapshot(remotes / "parcel.git") == before


def test_second_update_changes_nothing(fleet: Fleet, three: Path, remotes: Path) -> None:
    fleet("update", three, "--push")
    before = snapshot(remotes)

    found = by_name(fleet("update", three, "--push", "--json").out)

    assert found["iris"]["outcome"] == "is there already"
    assert found["tulip"]["outcome"] == "up to date"
    assert snapshot(remotes) == before


def test_newer_release_replaces_an_unmerged_update(
    fleet: Fleet, three: Path, remotes: Path, releases: Template
) -> None:
    fleet("update", three, "--wave", "0", "--push")
    releases.release("v1.3.0", {"more.txt": "newer\n"})

    found = by_name(fleet("update", three, "--wave", "0", "--push", "--json").out)

    assert found["iris"]["outcome"] == "pushed"
    iris = remotes / "iris.git"
    assert git(iris, "show", "drydock/update:more.txt") == "newer"
    assert git(iris, "rev-list", "--count", "main..drydock/update") == "1"


@pytest.mark.parametrize("how", ["added", "amended"])
def test_foreign_commits_on_the_branch_are_never_overwritten(
    how: str, fleet: Fleet, three: Path, remotes: Path, releases: Template, tmp_path: Path
) -> None:
    fleet("update", three, "--wave", "0", "--push")
    work = tmp_path / "theirs"
    git(tmp_path, "clone", "--quiet", "--branch=drydock/update", remotes / "iris.git", work)
    write(work, {"own.txt": "by hand\n"})
    if how == "added":
        commit(work, "Ours")
    else:
        git(work, "commit", "--quiet", "--all", "--amend", "--no-edit")
    git(work, "push", "--quiet", "--force", "origin", "HEAD:drydock/update")
    theirs = git(work, "rev-parse", "HEAD")
    releases.release("v1.3.0", {"more.txt": "newer\n"})

    done = fleet("update", three, "--wave", "0", "--push")

    assert done.code == 1
    assert "has commits that Drydock did not make" in done.out
    assert git(remotes / "iris.git", "rev-parse", "drydock/update") == theirs
    assert "edited by others" in fleet("status", three).out


def test_limit_leaves_the_remaining_services_for_the_next_run(
    fleet: Fleet, three: Path, remotes: Path
) -> None:
    listed(three, *(f"file://{remotes}/{name}.git" for name in ("tulip", "iris")))
    work = remotes.parent / "work" / "iris"
    more = remotes.parent / "work" / "rose"
    git(work, "clone", "--quiet", work, more)
    git(more, "remote", "remove", "origin")
    publish(more, remotes)
    addresses = [f"file://{remotes}/{name}.git" for name in ("tulip", "iris", "rose")]
    listed(three, *addresses)

    first = by_name(fleet("update", three, "--push", "--limit", "1", "--json").out)
    second = by_name(fleet("update", three, "--push", "--json").out)

    assert [name for name, one in first.items() if one["outcome"] == "pushed"] == ["iris"]
    assert [name for name, one in second.items() if one["outcome"] == "pushed"] == ["rose"]


def test_processes_share_one_clone_of_a_template(
    fleet: Fleet, releases: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "https://git.example.com/template"
    git(tmp_path, "config", "--global", f"url.{releases.path}.insteadOf", address)
    for number in range(4):
        service = Service.make(releases, tmp_path / "all" / f"s{number}")
        answers = service.read(".copier-answers.yml").replace(str(releases.path), address)
        service.change({".copier-answers.yml": answers})
    log = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(log))

    done = fleet("forecast", tmp_path / "all", "--jobs", "2", "--json")

    assert {one["outcome"] for one in json.loads(done.out)} == {"clean"}
    started = [json.loads(line) for line in log.read_text().splitlines()]
    clones = [one for one in started if one["event"] == "cmd_name" and one["name"] == "clone"]
    assert len(clones) == 1


def test_update_leaves_the_work_tree_of_a_checkout_alone(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    service = Service.make(releases, tmp_path / "all" / "iris")
    head = git(service.path, "rev-parse", "HEAD")

    done = fleet("update", tmp_path / "all")

    assert done.code == 0
    assert git(service.path, "rev-parse", "HEAD") == head
    assert service.status() == ""
    assert git(service.path, "show", "drydock/update:more.txt") == "new"


def test_each_service_of_a_repository_has_its_own_branch(
    fleet: Fleet, releases: Template, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "mono")
    for name in ("iris", "rose"):
        Service.make(releases, tmp_path / "mono" / "services" / name, name=name)
    commit(tmp_path / "mono", "Start")
    publish(tmp_path / "mono", tmp_path / "remotes")
    url = f"file://{tmp_path}/remotes/mono.git"
    folders = [{"url": url, "folder": f"services/{name}"} for name in ("iris", "rose")]

    done = fleet("update", listed(tmp_path / "fleet.yaml", *folders), "--push")

    assert done.code == 0
    for name, other in (("iris", "rose"), ("rose", "iris")):
        changed = git(
            tmp_path / "remotes/mono.git", "diff", "--name-only",
            f"main..drydock/update-services-{name}",
        )  # fmt: skip
        assert f"services/{name}/more.txt" in changed
        assert other not in changed


def test_prepared_update_is_pushed_without_another_merge(
    fleet: Fleet, three: Path, remotes: Path
) -> None:
    fleet("update", three, "--wave", "0")
    Path("fleet-reports/iris.md").unlink()

    found = by_name(fleet("update", three, "--wave", "0", "--push", "--json").out)["iris"]

    assert found["outcome"] == "pushed"
    assert git(remotes / "iris.git", "rev-parse", "drydock/update") == found["commit"]
    assert not Path("fleet-reports/iris.md").exists()


@pytest.fixture
def mono(releases: Template, tmp_path: Path) -> Path:
    """The folder of two services in one checkout; rose conflicts with v1.1.0."""
    top = tmp_path / "mono"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "mono")
    for name in ("iris", "rose"):
        Service.make(releases, top / "services" / name, name=name)
    write(top, {"services/rose/app.cfg": "[app]\nport = 9\n\n[log]\nlevel = info\n"})
    commit(top, "Start")
    return top / "services"


def test_services_in_one_checkout_are_handled_separately(fleet: Fleet, mono: Path) -> None:
    found = by_name(fleet("status", mono, "--json").out)
    assert {name: one["changed"] for name, one in found.items()} == {
        "iris": [],
        "rose": ["app.cfg"],
    }
    outcomes = by_name(fleet("forecast", mono, "--json").out)
    assert {name: one["outcome"] for name, one in outcomes.items()} == {
        "iris": "clean",
        "rose": "conflict",
    }

    done = by_name(fleet("update", mono, "--json").out)

    assert (done["iris"]["outcome"], done["iris"]["branch"]) == (
        "updated",
        "drydock/update-services-iris",
    )
    assert done["rose"]["conflicts"][0]["path"] == "app.cfg"
    assert by_name(fleet("status", mono, "--json").out)["iris"]["update_release"] == "v1.2.0"


def test_conflict_in_one_service_of_a_checkout_does_not_affect_the_other(
    fleet: Fleet, drydock: Callable[..., Outcome], mono: Path
) -> None:
    assert drydock("update", mono / "rose", "--defaults").code == 1

    found = by_name(fleet("status", mono, "--json").out)

    states = {name: (one["conflict"], one["dirty"]) for name, one in found.items()}
    assert states == {"iris": (False, False), "rose": (True, True)}
    assert by_name(fleet("update", mono, "--json").out)["iris"]["outcome"] == "updated"


def test_committed_update_is_not_in_conflict(
    fleet: Fleet, drydock: Callable[..., Outcome], mono: Path
) -> None:
    drydock("update", mono / "rose", "--defaults")
    write(mono, {"rose/app.cfg": "[app]\nport = 9\n"})
    commit(mono, "Update the template")
    found = by_name(fleet("status", mono / "rose", "--json").out)
    assert (found["rose"]["conflict"], found["rose"]["release"]) == (False, "v1.2.0")


def test_cache_option_is_relative_to_the_current_folder(fleet: Fleet, three: Path) -> None:
    found = by_name(fleet("status", three, "--cache", "own", "--json").out)
    assert [one["error"] for one in found.values()] == ["", "", ""]
    assert Path("own").is_dir()


def test_update_without_a_git_identity_fails_with_one_line(
    fleet: Fleet, three: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    monkeypatch.delenv("GIT_AUTHOR_EMAIL", raising=False)
    done = fleet("update", three)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("drydock: git has no user.name and user.email: set them with ")
    assert "git config --global user.name NAME" in done.err
    assert not Path("fleet.jsonl").exists()


@pytest.mark.parametrize("seconds", ["0", "nan", "inf", "1e9"])
def test_invalid_timeout_is_a_usage_error(seconds: str, fleet: Fleet, three: Path) -> None:
    assert fleet("status", three, "--timeout", seconds).code == 2


def test_process_drops_parsed_code_between_services(tmp_path: Path) -> None:
    def examine(member: Member, _place: Path) -> dict[str, Any]:
        cached = python._parsed.cache_info().currsize
        python.parse(f"x = {member.name!r}")
        return {"outcome": f"{cached} cached"}

    python._parsed.cache_clear()  # workers start as copies of this process
    members = [Member(name, path=tmp_path) for name in ("iris", "rose", "tulip")]
    run = Run(members, cache=tmp_path / "cache", jobs=1)
    found = run.each("impact", examine, lambda record: str(record["outcome"]))
    assert [record["outcome"] for record in found] == ["0 cached"] * 3
