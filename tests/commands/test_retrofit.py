"""`drydock retrofit`: adopt services that no template made."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.legacy import Legacy, packaged, poetry, repositories, requirements
from tests.legacy.support import LATER, NEXT, NOW, lost, make, texts
from tests.support import COPIER_YML, Outcome, Template, commit, git, snapshot, write

pytestmark = pytest.mark.slow

Drydock = Callable[..., Outcome]
LEGACY = {
    "Poetry, src/, flat YAML": poetry.ORDERS,
    "Poetry with events": poetry.ORDERS_EVENTS,
    "requirements.txt, raw manifests": requirements.GREETER,
    "a flat main.py": requirements.FLAT,
    "a factory, setuptools": packaged.LOBBY,
    "setup.py": packaged.STOCK,
    "one of several services in a repository": repositories.PRICING,
    "own chart and pipeline": repositories.CHARTED,
}
CONFLICTS = {".gitignore"}
"""Files that may conflict, and whose lines can be combined."""
BIN = Path(sys.executable).parent


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")  # lock only with what this test fetched


def retrofit(drydock: Drydock, folder: Path, template: Path, *arguments: str | Path) -> Outcome:
    return drydock(
        "retrofit", folder, "--defaults", "--template", template, "--to", NOW, *arguments
    )


def report_of(outcome: Outcome) -> dict[str, Any]:
    assert outcome.code in (0, 1), outcome.err
    report: dict[str, Any] = json.loads(outcome.out)
    return report


def small(tmp_path: Path, files: Mapping[str, str], *, executable: str = "") -> Path:
    """Return the folder of a committed service with one module and `files`."""
    folder = tmp_path / "parcels"
    app = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    write(folder, {"parcels/__init__.py": "", "parcels/main.py": app, **files})
    if executable:
        (folder / executable).chmod(0o755)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "As it was")
    return folder


def outcomes(report: Mapping[str, Any]) -> dict[str, str]:
    return {file["path"]: file["outcome"] for file in report["files"]}


def resolve(folder: Path) -> None:
    """Resolve conflicts by keeping the lines of both sides."""
    for path in sorted(CONFLICTS):
        if path in git(folder, "diff", "--name-only", "--relative", "--diff-filter=U").split():
            lines = (folder / path).read_text().splitlines()
            resolved = [line for line in lines if line[:7] not in ("<<<<<<<", "=======", ">>>>>>>")]
            (folder / path).write_text("\n".join(dict.fromkeys(resolved)) + "\n")
            git(folder, "add", path)
    if git(folder, "status", "--porcelain", "--untracked-files=no"):
        git(folder, "commit", "--quiet", "--message", "Bring the standard in")


@pytest.fixture(scope="module", params=LEGACY)
def legacy(request: pytest.FixtureRequest) -> Legacy:
    return LEGACY[request.param]


@pytest.fixture
def folder(legacy: Legacy, tmp_path: Path) -> Path:
    return make(legacy, tmp_path / "parcels")


def test_retrofit_adds_the_standard_and_loses_nothing(
    drydock: Drydock, legacy: Legacy, folder: Path, standard: Path
) -> None:
    before = texts(folder)
    report = report_of(retrofit(drydock, folder, standard, "--json", "--no-format"))

    answers = {answer["name"]: answer["value"] for answer in report["answers"]}
    assert {name: answers[name] for name in legacy.answers} == legacy.answers
    assert {file["path"] for file in report["files"] if file["outcome"] == "conflict"} <= CONFLICTS
    for path, expected in legacy.carried.items():
        text = (folder / path).read_text()
        for part in expected:
            assert part in text, f"{part!r} is not in {path}:\n{text}"
    listed = {f"{todo['path']}:{todo['line']}".removesuffix(":0") for todo in report["todo"]}
    assert legacy.places() <= listed
    by_path = outcomes(report)
    assert {path for path, outcome in by_path.items() if outcome == "removed"} == {*legacy.removed}
    changed = {
        path
        for path, outcome in by_path.items()
        if outcome in {"merged", "updated", "conflict", "removed"}
    }
    assert list(lost(before, texts(folder), changed)) == []
    unchanged = before.keys() - changed
    assert {p: t for p, t in texts(folder).items() if p in unchanged} == {
        path: before[path] for path in unchanged
    }
    recorded = yaml.safe_load((folder / ".copier-answers.yml").read_text())
    assert (recorded["_commit"], recorded["app"]) == (NOW, answers["app"])


@pytest.mark.slow
def test_second_retrofit_is_refused_and_the_next_release_updates_the_service(
    drydock: Drydock, legacy: Legacy, folder: Path, standard: Path, tmp_path: Path
) -> None:
    assert retrofit(drydock, folder, standard).code in (0, 1)
    resolve(folder)
    before = snapshot(folder)
    again = retrofit(drydock, folder, standard)
    assert (again.code, "use drydock update" in again.err) == (2, True)
    assert snapshot(folder) == before
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "parcels", other)

    update = drydock("update", folder, "--defaults", "--to", NEXT, "--json")
    assert update.code == 0, (update.out, update.err)
    subprocess.run(
        [BIN / "copier", "update", "--defaults", "--quiet", "--vcs-ref", NEXT],
        cwd=other / legacy.folder, check=True,
    )  # fmt: skip
    for root in (folder, other / legacy.folder):
        text = "".join(texts(root).values())
        assert "<<<<<<<" not in text
        for _, new in LATER.values():
            assert new in text
    assert texts(other / legacy.folder) == texts(folder)


def test_retrofit_can_be_undone(
    drydock: Drydock, legacy: Legacy, folder: Path, standard: Path, tmp_path: Path
) -> None:
    top = tmp_path / "parcels"
    before = files(top)
    assert retrofit(drydock, folder, standard).code in (0, 1)
    assert drydock("retrofit", folder, "--abort").code == 0
    assert files(top) == before
    assert git(top, "status", "--porcelain", "--ignored", "--branch") == "## main"
    assert git(top, "branch", "--format=%(refname:short)") == "main"
    assert retrofit(drydock, folder, standard, "--no-commit").code in (0, 1)
    assert git(top, "branch", "--format=%(refname:short)") == "main"
    assert drydock("retrofit", folder, "--abort").code == 0
    assert files(top) == before
    assert git(top, "status", "--porcelain", "--ignored") == ""


def files(folder: Path) -> dict[str, Any]:
    return {k: v for k, v in snapshot(folder).items() if not k.startswith(".git/")}


def test_dry_run_changes_nothing(drydock: Drydock, standard: Path, tmp_path: Path) -> None:
    folder = make(poetry.ORDERS, tmp_path / "orders")
    before = snapshot(folder)
    dry = report_of(retrofit(drydock, folder, standard, "--dry-run", "--json"))
    assert snapshot(folder) == before
    real = report_of(retrofit(drydock, folder, standard, "--json"))
    assert outcomes(dry) == outcomes(real)


def test_first_commit_on_the_branch_has_the_report(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(poetry.ORDERS, tmp_path / "orders")
    outcome = retrofit(drydock, folder, standard)
    assert outcome.code == 0
    assert git(folder, "branch", "--show-current") == "drydock/retrofit"
    first = git(folder, "rev-list", "main..").split()[-1]
    message = git(folder, "show", "--no-patch", "--format=%B", first)
    assert "| service_port | `5000` | default_config.yml:1, docker/Dockerfile:16 |" in message
    assert "- [ ] `src/parcel_orders/app.py:29`: it serves /health itself." in message
    for text in ("service_port: 5000", "src/parcel_orders/settings.py:16", "merged    pyproject"):
        assert text in outcome.out


def test_modernize_changes_the_code_in_a_separate_commit(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(poetry.ORDERS_EVENTS, tmp_path / "orders")
    plan = report_of(retrofit(drydock, folder, standard, "--modernize", "--dry-run", "--json"))
    assert [file["path"] for file in plan["modernized"]["files"]] == ["src/parcel_orders/app.py"]
    outcome = retrofit(drydock, folder, standard, "--modernize")
    assert outcome.code == 0
    assert "fastapi-lifespan" in outcome.out
    commits = git(folder, "log", "--reverse", "--format=%s", "main..").splitlines()
    assert commits[1] == "Migrate the code to current library versions"
    second = git(folder, "rev-list", "--reverse", "main..").split()[1]
    changed = git(folder, "show", "--name-only", "--format=", second)
    assert changed.split() == ["src/parcel_orders/app.py"]
    assert "lifespan=lifespan" in (folder / "src/parcel_orders/app.py").read_text()
    assert drydock("retrofit", folder, "--abort").code == 0
    assert git(folder, "log", "--format=%s", "main..") == ""
    assert git(folder, "status", "--porcelain") == ""


def test_modernize_interprets_code_by_its_old_pins(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    app = """\
from typing import Optional

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str
    note: Optional[str]


@app.post("/items")
def add(item: Item) -> Item:
    return item
"""
    write(folder, {"app.py": app, "requirements.txt": "fastapi==0.85.0\npydantic==1.10.2\n"})
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "As it was")
    assert retrofit(drydock, folder, standard, "--modernize").code == 0
    assert "    note: Optional[str] = None\n" in (folder / "app.py").read_text()


def test_modernize_cannot_be_combined_with_no_commit(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(poetry.ORDERS_EVENTS, tmp_path / "orders")
    before = snapshot(folder)
    outcome = retrofit(drydock, folder, standard, "--modernize", "--no-commit")
    assert outcome.code == 2
    assert "leave out --no-commit" in outcome.err
    assert snapshot(folder) == before


def flask() -> Mapping[str, str]:
    return {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}


UNSUPPORTED = {
    "Flask": (flask(), "app.py:3: this is a Flask application"),
    "no application": ({"lib.py": "X = 1\n"}, "no ASGI application found"),
    "a broken pyproject": (
        {"pyproject.toml": "[project\n", **dict(requirements.FLAT.files)},
        "pyproject.toml is not valid",
    ),
}


def refuses(drydock: Drydock, folder: Path, standard: Path, *arguments: str | Path) -> str:
    before = snapshot(folder)
    outcome = retrofit(drydock, folder, standard, *arguments)
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert snapshot(folder) == before
    line = outcome.err.splitlines()[-1]
    assert line.startswith("drydock: ")
    return line


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_unsupported_application_is_refused(
    drydock: Drydock, standard: Path, tmp_path: Path, case: str
) -> None:
    files, message = UNSUPPORTED[case]
    folder = make(Legacy(files, {}), tmp_path / "service")
    assert message in refuses(drydock, folder, standard)
    refuses(drydock, folder, standard, "--dry-run")


def test_flask_error_names_parts_of_the_standard_that_still_work(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(Legacy(flask(), {}), tmp_path / "service")
    line = refuses(drydock, folder, standard)
    assert "you can still use the standard's lint, types, image and pipeline" in line


def test_folder_without_git_is_refused(drydock: Drydock, standard: Path, tmp_path: Path) -> None:
    write(tmp_path / "plain", dict(requirements.FLAT.files))
    assert "git init" in refuses(drydock, tmp_path / "plain", standard)


def test_uncommitted_changes_are_refused(drydock: Drydock, standard: Path, tmp_path: Path) -> None:
    folder = make(requirements.FLAT, tmp_path / "service")
    write(folder, {"main.py": "changed\n"})
    assert "uncommitted changes" in refuses(drydock, folder, standard)


def test_module_that_calls_a_factory_is_added(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    factory = "from fastapi import FastAPI\n\n\ndef create_app(name):\n    return FastAPI()\n"
    main = "from parcels.main import create_app\n\n\ndef main():\n    run(create_app('a'))\n"
    folder = small(tmp_path, {"parcels/main.py": factory, "parcels/__main__.py": main})
    report = report_of(retrofit(drydock, folder, standard, "--dry-run", "--json"))
    (module,) = (file for file in report["files"] if file["path"] == "parcels/asgi.py")
    how = "it calls the factory as parcels/__main__.py:5 does"
    assert (module["outcome"], module["reason"]) == ("added", how)


def test_given_answers_determine_derived_answers(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "nm"
    app = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    write(folder, {"main.py": app, "requirements.txt": "fastapi\n"})
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "As it was")
    options = ("--data", "service_name=orders", "--data", "service_port=9000")
    report = report_of(retrofit(drydock, folder, standard, *options, "--dry-run", "--json"))
    answers = {answer["name"]: answer["value"] for answer in report["answers"]}
    assert (answers["package_path"], answers["management_port"]) == ("orders", 9001)
    assert answers["description"] == "The orders service."


def test_unknown_release_ancestor_and_existing_branch_are_refused(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(requirements.FLAT, tmp_path / "service")
    assert "has no release 'v7'" in refuses(drydock, folder, standard, "--to", "v7")
    unknown = f"{standard}@nowhere"
    assert "has no branch, tag or commit 'nowhere'" in refuses(
        drydock, folder, standard, "--ancestor", unknown
    )
    missing = tmp_path / "gone"
    assert "cannot be read" in refuses(drydock, folder, standard, "--ancestor", missing)
    git(folder, "branch", "drydock/retrofit")
    assert "undo it with drydock retrofit --abort" in refuses(drydock, folder, standard)


@pytest.mark.parametrize(("given", "manager"), [((), "uv"), (("packaging=poetry",), "poetry")])
def test_poetry_service_becomes_uv_by_default_or_stays_poetry(
    drydock: Drydock, standard: Path, tmp_path: Path, given: tuple[str, ...], manager: str
) -> None:
    folder = make(poetry.ORDERS, tmp_path / "service")
    data = [option for answer in given for option in ("--data", answer)]
    report = report_of(retrofit(drydock, folder, standard, "--json", *data))
    (answer,) = [answer for answer in report["answers"] if answer["name"] == "packaging"]
    assert (answer["value"], answer["doubtful"]) == (manager, not given)
    assert [fact["path"] for fact in answer["evidence"]] == (["--data"] if given else [])
    against = [] if given else ["pyproject.toml"]
    assert [fact["path"] for fact in answer["against"]] == against
    text = (folder / "pyproject.toml").read_text()
    assert ("requires-poetry" in text, "poetry.core.masonry.api" in text) == (
        manager == "poetry",
        manager == "poetry",
    )
    assert f"{manager}.lock" in (folder / "Dockerfile").read_text()
    outcome = drydock("retrofit", folder, "--resolve")
    if manager == "poetry":
        assert {"why": "no lock file was written", "how": "poetry lock"}.items() <= next(
            todo for todo in report["todo"] if todo["how"] == "poetry lock"
        ).items()
        assert (outcome.code, "poetry lock" in outcome.err) == (2, True)


def test_untracked_file_would_be_overwritten(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(requirements.FLAT, tmp_path / "service")
    write(folder, {"noxfile.py": "mine\n"})
    assert "would be overwritten: move it first: noxfile.py" in refuses(drydock, folder, standard)


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_file_that_git_does_not_watch_is_not_changed(
    drydock: Drydock, standard: Path, tmp_path: Path, mark: str
) -> None:
    folder = make(requirements.FLAT, tmp_path / "service")
    write(folder, {"ruff.toml": "line-length = 79\n"})
    commit(folder, "Taste")
    git(folder, "update-index", mark, "ruff.toml")
    write(folder, {"ruff.toml": "line-length = 120\n"})
    error = refuses(drydock, folder, standard)
    assert "git is set to ignore changes to ruff.toml, which would be overwritten" in error


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ({"docs": "how to run it\n"}, "docs"),
        ({"Dockerfile/web": "FROM scratch\n"}, "Dockerfile/web"),
    ],
)
def test_own_file_or_folder_at_a_path_of_the_standard_is_kept(
    drydock: Drydock, standard: Path, tmp_path: Path, own: dict[str, str], path: str
) -> None:
    folder = make(requirements.FLAT, tmp_path / "service")
    write(folder, {name: None for name in ("Dockerfile",) if (folder / name).exists()})
    commit(folder, "Less")
    write(folder, own)
    commit(folder, "More")
    report = report_of(retrofit(drydock, folder, standard, "--json"))
    assert (folder / path).read_text() == own[path]
    assert path not in outcomes(report)
    reasons = [todo["why"] for todo in report["todo"] if todo["path"] == path]
    assert [reason.partition(" has ")[0] for reason in reasons] == ["it is where the standard"]


def test_own_link_at_a_folder_of_the_standard_is_kept(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(requirements.FLAT, tmp_path / "service")
    (folder / "docs").symlink_to(".")
    commit(folder, "A link")
    report = report_of(retrofit(drydock, folder, standard, "--json"))
    assert (folder / "docs").is_symlink()
    assert "docs" in {todo["path"] for todo in report["todo"]}


def test_abort_that_would_lose_work_is_refused(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(poetry.ORDERS, tmp_path / "orders")
    assert retrofit(drydock, folder, standard).code == 0
    write(folder, {"noxfile.py": "edited\n"})
    refused = drydock("retrofit", folder, "--abort")
    assert (refused.code, "uncommitted changes" in refused.err) == (2, True)
    commit(folder, "more")
    refused = drydock("retrofit", folder, "--abort")
    assert (refused.code, "has commits of yours" in refused.err) == (2, True)
    assert (folder / "noxfile.py").read_text() == "edited\n"


def test_abort_without_a_retrofit_is_refused(drydock: Drydock, tmp_path: Path) -> None:
    folder = make(requirements.FLAT, tmp_path / "service")
    refused = drydock("retrofit", folder, "--abort")
    assert (refused.code, "there is no retrofit to undo" in refused.err) == (2, True)


def test_sibling_services_are_left_alone(drydock: Drydock, standard: Path, tmp_path: Path) -> None:
    folder = make(repositories.PRICING, tmp_path / "all")
    assert retrofit(drydock, folder, standard).code == 0
    changed = git(tmp_path / "all", "diff", "--name-only", "main").splitlines()
    assert changed
    assert all(path.startswith("services/pricing/") for path in changed)


def copied(drydock: Drydock, standard: Path, folder: Path, release: str, *more: str) -> None:
    """Create a service from `release`, rename it by hand, and edit it."""
    data = ("--data", "service_name=parcels", "--data", "service_port=8700")
    outcome = drydock(
        "new", folder, "--defaults", "--template", standard, "--ref", release, *data, *more
    )
    assert outcome.code == 0, outcome.err
    shutil.rmtree(folder / ".git")
    (folder / ".copier-answers.yml").unlink()
    (folder / "src/parcels").rename(folder / "src/letters")
    for file in folder.rglob("*"):
        if file.is_file() and "parcels" in (text := file.read_text()):
            file.write_text(text.replace("parcels", "letters"))
    for name, (old, new) in {
        "ruff.toml": ("line-length = 100", "line-length = 120"),
        "pyproject.toml": (
            "    # The service's own:\n",
            '    # The service\'s own:\n    "babel",\n',
        ),
        "src/letters/chassis/logs.py": ('"""', '"""Ours: '),
    }.items():
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))
    (folder / "mypy.ini").unlink()
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "As it was")


def releases(standard: Path) -> list[str]:
    return [tag for tag in git(standard, "tag").split() if tag not in (NOW, NEXT)]


@pytest.mark.slow
def test_copy_of_a_generated_service_is_recognized(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    for number, release in enumerate([*releases(standard), NOW]):
        folder = tmp_path / f"service{number}"
        copied(drydock, standard, folder, release)
        before = texts(folder)
        report = report_of(retrofit(drydock, folder, standard, "--json"))
        answers = {answer["name"]: answer["value"] for answer in report["answers"]}
        assert answers["adopted"] is False
        assert (answers["service_name"], answers["app"]) == ("letters", "letters.main:app")
        assert (answers["service_port"], answers["inference"]) == (8700, "local")
        by_path = outcomes(report)
        assert "conflict" not in by_path.values(), by_path
        assert by_path["mypy.ini"] == "declined"
        assert not (folder / "mypy.ini").exists()
        after = texts(folder)
        assert '    "babel",\n' in after["pyproject.toml"]
        assert "line-length = 120" in after["ruff.toml"]
        assert '"""Ours: ' in after["src/letters/chassis/logs.py"]
        # No starter is restored or changed.
        starters = ("README.md", "config/application.yml", "src/letters/routes.py")
        assert {name: after[name] for name in starters} == {name: before[name] for name in starters}
        assert f"_commit: {NOW}" in after[".copier-answers.yml"]
        if release == NOW:
            assert {path for path in after if after[path] != before.get(path)} == {
                ".copier-answers.yml"
            }


@pytest.mark.slow
def test_copy_keeps_its_chart_and_pipeline_answers(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    more = ("--data", "helm=false", "--data", "ci=github")
    copied(drydock, standard, tmp_path / "letters", NOW, *more)
    report = report_of(retrofit(drydock, tmp_path / "letters", standard, "--json"))
    changes = {
        path: outcome
        for path, outcome in outcomes(report).items()
        if outcome not in ("kept", "declined")
    }
    assert changes == {".copier-answers.yml": "added"}
    recorded = yaml.safe_load((tmp_path / "letters/.copier-answers.yml").read_text())
    assert (recorded["helm"], recorded["ci"]) == (False, "github")


@pytest.mark.slow
def test_retrofit_of_a_copy_equals_an_update(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    release = releases(standard)[0]
    copied(drydock, standard, tmp_path / "copied", release)
    shutil.copytree(tmp_path / "copied", tmp_path / "updated")
    answers = {"_src_path": str(standard), "_commit": release, "service_name": "letters",
               "service_port": 8700}  # fmt: skip
    write(tmp_path / "updated", {".copier-answers.yml": yaml.safe_dump(answers)})
    commit(tmp_path / "updated", "answers")
    assert retrofit(drydock, tmp_path / "copied", standard).code == 0
    update = drydock("update", tmp_path / "updated", "--defaults", "--to", NOW)
    assert update.code == 0, update.out
    assert texts(tmp_path / "copied") == texts(tmp_path / "updated")


@pytest.mark.slow
def test_retrofitted_copy_is_updated_to_the_next_release(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copied"
    copied(drydock, standard, folder, releases(standard)[0])
    assert retrofit(drydock, folder, standard).code == 0
    before = snapshot(folder)
    again = retrofit(drydock, folder, standard)
    assert (again.code, "use drydock update" in again.err) == (2, True)
    assert snapshot(folder) == before
    command = [str(BIN / "copier"), "update", "--defaults", "--quiet", "--vcs-ref", NEXT]
    subprocess.run(command, cwd=folder, check=True)
    text = "".join(texts(folder).values())
    assert all(new in text for _, new in LATER.values())
    assert ('"""Ours: ' in text, "<<<<<<<" in text) == (True, False)


def test_ancestor_is_the_base_of_similar_files(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    ignored = "".join(f"cache{number}/\n" for number in range(12))
    ancestor = Legacy({"demo_app/__init__.py": "", ".gitignore": ignored + "/.venv/\n",
                       "ruff.toml": "# demo-app\nline-length = 90\n"}, {})  # fmt: skip
    old = make(ancestor, tmp_path / "demo-app")
    write(old, {".gitignore": ignored + "old/\n"})
    commit(old, "later")
    mine = {
        **requirements.GREETER.files,
        ".gitignore": ignored + "/.venv/\nmine/\n",
        "ruff.toml": "# service\nline-length = 90\n",
    }
    folder = make(Legacy(mine, {}), tmp_path / "greeter")
    report = report_of(retrofit(drydock, folder, standard, "--json", "--ancestor", old))
    # Unchanged since the ancestor except for the name: it takes the standard's version.
    assert outcomes(report)["ruff.toml"] == "updated"
    assert report["origins"][".gitignore"].endswith(":.gitignore")
    assert "mine/\n" in (folder / ".gitignore").read_text()


def test_template_without_adopted_question_removes_no_code(
    drydock: Drydock, template: Template, tmp_path: Path
) -> None:
    write(template.path, {"copier.yml": f"{COPIER_YML}_skip_if_exists: [notes.txt]\n"})
    theirs = {"demo/main.py": "theirs\n", "tests/conftest.py": "theirs\n", "tool.py": "theirs\n"}
    template.release("v1.0.0", {**theirs, "notes.txt": "theirs\n", "Dockerfile": "FROM theirs\n"})
    mine = dict.fromkeys([*theirs, "notes.txt"], "mine\n")
    mine |= {"demo/__init__.py": "", "Dockerfile": "FROM mine\n"}
    folder = make(Legacy(mine, {}), tmp_path / "demo")
    report = report_of(
        drydock("retrofit", folder, "--defaults", "--template", template.path, "--json")
    )
    # Files that are neither code nor starters conflict.
    assert outcomes(report) == {
        ".copier-answers.yml": "added", "Dockerfile": "conflict", "tool.py": "conflict"
    }  # fmt: skip
    assert [todo["path"] for todo in report["todo"]] == ["demo/main.py", "tests/conftest.py"]
    for name in ("demo/main.py", "tests/conftest.py", "notes.txt"):
        assert (folder / name).read_text() == "mine\n"


def test_credentials_of_an_index_are_not_copied(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    index = "--extra-index-url https://me:s3cret@packages.example.com/simple\n"
    mine = {**requirements.FLAT.files, "requirements.txt": f"{index}fastapi\n"}
    folder = make(Legacy(mine, {}), tmp_path / "counter")
    outcome = retrofit(drydock, folder, standard)
    assert (outcome.code, "  requirements.txt:1: uv now takes packages from" in outcome.out) == (
        0,
        True,
    )
    assert 'url = "https://packages.example.com/simple"' in (folder / "pyproject.toml").read_text()
    assert (folder / "requirements.txt").read_text() == mine["requirements.txt"]
    assert "s3cret" not in outcome.out + git(folder, "show", "--format=%B", "HEAD")


DEPLOYMENT = {
    "chart/Chart.yaml": "apiVersion: v2\nname: counter\nversion: 1.0.0\n",
    "chart/templates/web.yaml": "kind: Deployment\n",
    "Jenkinsfile": "pipeline { agent any }\n",
}


def test_own_chart_and_pipeline_are_kept(drydock: Drydock, standard: Path, tmp_path: Path) -> None:
    mine = {**requirements.FLAT.files, **DEPLOYMENT}
    folder = make(Legacy(mine, {}), tmp_path / "counter")
    report = report_of(retrofit(drydock, folder, standard, "--json"))
    answers = {answer["name"]: (answer["value"], answer["evidence"][0]["path"])
               for answer in report["answers"] if answer["name"] in ("helm", "ci")}  # fmt: skip
    assert answers == {"helm": (False, "chart/Chart.yaml"), "ci": ("none", "Jenkinsfile")}
    after = texts(folder)
    assert {path: after[path] for path in DEPLOYMENT} == DEPLOYMENT
    assert {path for path in after if path.startswith("chart/")} < DEPLOYMENT.keys()
    assert {"chart/Chart.yaml", "Jenkinsfile"} <= {todo["path"] for todo in report["todo"]}


def test_requested_pipeline_does_not_overwrite_an_existing_one(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    mine = {**requirements.FLAT.files, **DEPLOYMENT}
    folder = make(Legacy(mine, {}), tmp_path / "counter")
    report = report_of(retrofit(drydock, folder, standard, "--json", "--data", "ci=jenkins"))
    assert outcomes(report)["Jenkinsfile"] == "conflict"
    assert DEPLOYMENT["Jenkinsfile"] in (folder / "Jenkinsfile").read_text()


def test_files_that_only_work_at_the_root_are_listed(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(repositories.PRICING, tmp_path / "all")
    report = report_of(retrofit(drydock, folder, standard, "--json", "--data", "ci=github"))
    listed = {todo["path"] for todo in report["todo"] if "at the root" in todo["why"]}
    pipeline = ".github/workflows/pipeline.yml"
    assert listed == {pipeline, "renovate.json", ".pre-commit-config.yaml"}


def test_hooks_and_code_of_the_service_are_not_run(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = make(packaged.STOCK, tmp_path / "stock")
    for name in ("pre-commit", "post-commit", "post-checkout", "commit-msg"):
        write(folder, {f".git/hooks/{name}": f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n"})
    assert retrofit(drydock, folder, standard).code == 0
    assert drydock("retrofit", folder, "--abort").code == 0
    assert not (tmp_path / "ran").exists()


def test_entrypoint_with_migrations_is_kept_and_all_lines_are_accounted_for(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = small(
        tmp_path,
        {
            "entry.sh": "#!/bin/sh\nalembic upgrade head\nexec uvicorn parcels.main:app\n",
            "Dockerfile": 'FROM python:3.12\nENV PYTHON_ENV=live\nENTRYPOINT ["./entry.sh"]\n',
            "compose.yml": "services:\n  web:\n    build: .\n    command: ./entry.sh --dev\n",
        },
        executable="entry.sh",
    )
    report = report_of(retrofit(drydock, folder, standard, "--json"))

    image = (folder / "Dockerfile").read_text()
    assert image.endswith('ENTRYPOINT ["sh", "/app/entry.sh"]\nCMD ["parcels", "serve"]\n')
    assert "\nENV PYTHON_ENV=live\n" in image
    assert (folder / "entry.sh").read_text() == '#!/bin/sh\nalembic upgrade head\nexec "$@"\n'
    assert git(folder, "ls-files", "--stage", "entry.sh").startswith("100755")
    account = {(line["path"], line["line"]): line["outcome"] for line in report["account"]}
    assert account["entry.sh", 2] == "carried"
    assert account["entry.sh", 3] == "standard"
    assert account["Dockerfile", 2] == "carried"
    assert ("compose.yml", 4) in {(todo["path"], todo["line"]) for todo in report["todo"]}


def test_unreachable_index_leaves_the_service_unlocked_with_instructions(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = small(
        tmp_path,
        {
            "requirements.txt": "no-such-package-of-anybody==1.0\n",
        },
    )
    outcome = retrofit(drydock, folder, standard)
    assert "\n  make it lock: uv lock, where its indexes can be reached" in outcome.out


def test_file_names_that_differ_in_case_only_are_not_added(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    folder = small(
        tmp_path,
        {
            "dockerfile": "FROM python:3.12\nENV A=1\nEXPOSE 8080\n",
            "compose.yml": "services:\n  web:\n    build: {context: ., dockerfile: dockerfile}\n",
            "Ruff.toml": "line-length = 120\n",
        },
    )
    report = report_of(retrofit(drydock, folder, standard, "--json"))

    assert "\nENV A=1\n" in (folder / "Dockerfile").read_text()
    assert outcomes(report)["dockerfile"] == "removed"
    assert outcomes(report)["ruff.toml"] == "declined"
    names = git(folder, "ls-files").splitlines()
    assert len({name.casefold() for name in names}) == len(names)
    listed = {(todo["path"], todo["line"]) for todo in report["todo"]}
    assert {("compose.yml", 3), ("Ruff.toml", 0)} <= listed


def test_second_service_of_a_repository_has_its_own_branch(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    app = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    top = tmp_path / "all"
    files = {f"{name}/requirements.txt": "" for name in ("orders", "prices")}
    write(top, files | {f"{name}/{name}_api/main.py": app for name in ("orders", "prices")})
    git(top, "init", "--quiet", "--initial-branch=main")
    commit(top, "As it was")
    for name in ("orders", "prices"):
        assert retrofit(drydock, top / name, standard).code == 0
        assert git(top, "branch", "--show-current") == f"drydock/retrofit-{name}"
        if name == "orders":
            git(top, "checkout", "--quiet", "main")
            git(top, "merge", "--quiet", f"drydock/retrofit-{name}")
    assert drydock("retrofit", top / "prices", "--abort").code == 0
    assert git(top, "branch", "--show-current") == "main"
    assert (top / "orders/pyproject.toml").exists()
    assert "the folder holds several services" in retrofit(drydock, top, standard).err


@pytest.mark.slow
@pytest.mark.parametrize(
    "lock", [None, "version = 1\n"], ids=["without-lock-file", "with-lock-file"]
)
def test_lock_file_of_a_uv_workspace_is_left_alone(
    drydock: Drydock, standard: Path, tmp_path: Path, lock: str | None
) -> None:
    top = tmp_path / "all"
    project = '[project]\nname = "{}"\nversion = "1"\nrequires-python = ">=3.11"\n'
    workspace = '[tool.uv.workspace]\nmembers = ["services/*"]\n'
    folder = top / "services/orders"
    app = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    own = {"pyproject.toml": project.format("orders") + 'dependencies = ["fastapi"]\n'}
    write(top, {"pyproject.toml": project.format("all") + workspace, "uv.lock": "version = 1\n"})
    write(folder, own | {"orders/main.py": app} | ({"uv.lock": lock} if lock else {}))
    git(top, "init", "--quiet", "--initial-branch=main")
    commit(top, "As it was")
    before = snapshot(folder)

    outcome = retrofit(drydock, folder, standard)

    reason = "a member of the uv workspace in ../../: run uv lock there"
    assert f"The service cannot be locked yet: uv.lock was not written: {reason}" in outcome.out, (
        outcome.err
    )
    assert "exclude it from the workspace, then uv lock" in outcome.out
    assert (outcome.code, git(top, "status", "--porcelain")) == (0, "")
    changed = git(top, "diff", "--name-only", "main").split()
    assert all(path.startswith("services/orders/") for path in changed)
    assert "services/orders/uv.lock" not in changed
    assert drydock("retrofit", folder, "--abort").code == 0
    assert (git(top, "status", "--porcelain"), snapshot(folder)) == ("", before)


def test_resolve_needs_a_retrofitted_service(drydock: Drydock, tmp_path: Path) -> None:
    folder = make(requirements.FLAT, tmp_path / "service")

    outcome = drydock("retrofit", folder, "--resolve")

    assert outcome.code == 2
    assert "--resolve needs a service that was retrofitted" in outcome.err


def test_tasks_are_listed_and_messages_shown(drydock: Drydock, tmp_path: Path) -> None:
    questions = (
        "_subdirectory: template\nservice_name: x\n_tasks: ['touch made']\n"
        "_message_after_update: 'Welcome.'\n"
    )
    template = Template.make(tmp_path / "template", questions)
    template.release("v1.0.0", {"ruff.toml": "line-length = 100\n"})
    folder = make(requirements.FLAT, tmp_path / "service")
    outcome = drydock("retrofit", folder, "--defaults", "--template", template.path)
    assert outcome.code == 0, outcome.err
    assert "Not run: task: touch made" in outcome.out
    assert "\nWelcome.\n" in outcome.out
    assert not (folder / "made").exists()
