"""A retrofitted service passes its own lint: its code is formatted and its debt is listed."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.legacy import Legacy
from tests.legacy.support import NOW, make
from tests.support import Outcome, git, snapshot, write

pytestmark = pytest.mark.slow

Drydock = Callable[..., Outcome]
RUFF = Path(sys.executable).with_name("ruff")
CODE = (
    "from fastapi import FastAPI\nimport os\n\napp = FastAPI( title = 'tills' )\n\n"
    "@app.get('/tills')\ndef tills(): return {'tills': [ 1,2 ]}\n"
)
TILLS = Legacy(
    files={
        "tills/__init__.py": "",
        "tills/main.py": CODE,
        "tills/old.py": "print 'of old'\n",
        "requirements.txt": "fastapi\nuvicorn\n",
        "test/test_tills.py": "from tills.main import tills\n\ndef test_it():\n  assert tills()\n",
        ".git-blame-ignore-revs": "# earlier\n0123456789012345678901234567890123456789\n",
    },
    answers={},
)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(TILLS, tmp_path / "tills")


def retrofit(drydock: Drydock, folder: Path, standard: Path, *options: str) -> Outcome:
    return drydock("retrofit", folder, "--defaults", "--template", standard, "--to", NOW, *options)


def lint(folder: Path) -> str:
    """Run the commands of `nox -s lint`; return the output of those that fail."""
    output = ""
    for command in (["format", "--check", "."], ["check", "."]):
        done = subprocess.run(
            [RUFF, *command], cwd=folder, capture_output=True, text=True, check=False
        )
        output += done.stdout + done.stderr if done.returncode else ""
    return output


def subjects(folder: Path) -> list[str]:
    return git(folder, "log", "--format=%s", "main..").splitlines()


def test_formatting_and_debt_are_separate_commits(
    drydock: Drydock, folder: Path, standard: Path
) -> None:
    outcome = retrofit(drydock, folder, standard, "--json")

    assert outcome.code == 0, outcome.err
    assert subjects(folder)[:2] == [
        "List what the code does not meet yet",
        "Format the code with ruff",
    ]
    assert lint(folder) == ""
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "diff", "--name-only", "HEAD~2..HEAD~1").split() == [
        "test/test_tills.py",
        "tills/main.py",
    ]
    assert ast.dump(ast.parse((folder / "tills/main.py").read_text())) == ast.dump(ast.parse(CODE))
    assert json.loads(outcome.out)["debt"] == [
        "2 files formatted, in a separate commit",
        "excluded in ruff.toml, since ruff cannot parse it: tills/old.py",
        "2 findings in 1 file, listed in ruff.toml: F401 1, I001 1",
        "2 modules not type-checked, listed in mypy.ini",
    ]


def test_git_blame_ignores_the_formatting(drydock: Drydock, folder: Path, standard: Path) -> None:
    retrofit(drydock, folder, standard)

    revisions = (folder / ".git-blame-ignore-revs").read_text()
    assert revisions.startswith(str(TILLS.files[".git-blame-ignore-revs"]))
    assert git(folder, "rev-parse", "HEAD~1") in revisions
    blamed = git(folder, "blame", "--ignore-revs-file=.git-blame-ignore-revs", "tills/main.py")
    (line,) = [line for line in blamed.splitlines() if "FastAPI(title" in line]
    assert git(folder, "rev-parse", "main").startswith(line.split()[0].lstrip("^?"))


def test_no_format_lists_unformatted_files(drydock: Drydock, folder: Path, standard: Path) -> None:
    outcome = retrofit(drydock, folder, standard, "--no-format")

    assert "2 files not formatted, listed in ruff.toml" in outcome.out
    assert lint(folder) == ""
    assert (folder / "tills/main.py").read_text() == CODE


def test_no_commit_lists_debt_in_the_work_tree(
    drydock: Drydock, folder: Path, standard: Path
) -> None:
    assert retrofit(drydock, folder, standard, "--no-commit").code == 0

    assert lint(folder) == ""
    assert (folder / "tills/main.py").read_text() == CODE
    assert git(folder, "diff", "--name-only") == ""
    drydock("retrofit", folder, "--abort")
    assert git(folder, "status", "--porcelain") == ""


def test_code_is_not_formatted_if_the_revision_cannot_be_recorded(
    drydock: Drydock, folder: Path, standard: Path
) -> None:
    git(folder, "rm", "--quiet", "--cached", ".git-blame-ignore-revs")
    write(folder, {".gitignore": ".git-blame-ignore-revs\n"})
    git(folder, "add", ".gitignore")
    git(folder, "commit", "--quiet", "--message", "Ignore it")
    outcome = retrofit(drydock, folder, standard)
    assert "move it first: .git-blame-ignore-revs" in outcome.out
    assert len(subjects(folder)) == 1
    assert (folder / "tills/main.py").read_text() == CODE


def test_abort_undoes_all_commits(drydock: Drydock, folder: Path, standard: Path) -> None:
    before = git(folder, "rev-parse", "HEAD")
    retrofit(drydock, folder, standard)
    assert len(subjects(folder)) == 3

    undone = drydock("retrofit", folder, "--abort")
    assert undone.code == 0
    assert undone.out == "Retrofit undone: branch drydock/retrofit deleted, back on main.\n"
    assert git(folder, "rev-parse", "HEAD") == before
    assert git(folder, "branch", "--format=%(refname:short)").split() == ["main"]


@pytest.mark.parametrize("options", [["--abort"], ["--debt"], ["--resolve", "--apply"]])
def test_abort_debt_and_apply_have_no_dry_run(
    drydock: Drydock, folder: Path, options: list[str]
) -> None:
    before = snapshot(folder)

    refused = drydock("retrofit", folder, *options, "--dry-run")
    assert refused.code == 2
    assert f"--dry-run cannot be combined with {options[-1]}" in refused.err
    assert snapshot(folder) == before


def test_abort_that_would_lose_commits_is_refused(
    drydock: Drydock, folder: Path, standard: Path
) -> None:
    retrofit(drydock, folder, standard)
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Mine")

    outcome = drydock("retrofit", folder, "--abort")
    assert (outcome.code, "has commits of yours" in outcome.err) == (2, True)


@pytest.mark.parametrize("option", ["--debt", "--no-format"])
def test_missing_identity_is_reported_before_anything_is_written(
    drydock: Drydock, folder: Path, standard: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    before = snapshot(folder)

    outcome = retrofit(drydock, folder, standard, option)
    assert outcome.code == 2
    assert "git has no user.name and user.email: set them with" in outcome.err
    assert snapshot(folder) == before


def test_debt_option_lists_debt_after_conflicts_are_resolved(
    drydock: Drydock, folder: Path, standard: Path
) -> None:
    write(folder, {"chart/Chart.yaml": "apiVersion: v2\nname: own\nversion: 3.0.0\n",
                   ".gitignore": "*.pyc\n/own\n"})  # fmt: skip
    write(folder, {"noxfile.py": "import nox\n\nnox.options.sessions = []\n"})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "More")
    outcome = retrofit(drydock, folder, standard)
    assert outcome.code == 1
    assert "drydock retrofit --debt" in outcome.out
    git(folder, "checkout", "--quiet", "--theirs", "--", ".")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Bring the standard in")

    done = drydock("retrofit", folder, "--debt")
    assert done.code == 0, done.err
    assert "2 files formatted" in done.out
    assert lint(folder) == ""
    again = drydock("retrofit", folder, "--debt")
    assert (again.code, "already lists debt" in again.err) == (2, True)
    tip = git(folder, "rev-parse", "HEAD")
    refused = drydock("retrofit", folder, "--abort")
    assert refused.code == 2
    assert "drydock/retrofit has commits of yours: " in refused.err
    assert " Bring the standard in: git switch main && " in refused.err
    assert git(folder, "rev-parse", "drydock/retrofit") == tip


def test_files_outside_the_service_are_not_formatted(
    drydock: Drydock, standard: Path, tmp_path: Path
) -> None:
    inside = {f"services/tills/{path}": text for path, text in TILLS.files.items()}
    outside = "x   =  1\n"
    legacy = Legacy(files={**inside, "other.py": outside}, answers={}, folder="services/tills")
    folder = make(legacy, tmp_path / "all")
    assert retrofit(drydock, folder, standard).code == 0

    assert lint(folder) == ""
    assert (tmp_path / "all/other.py").read_text() == outside
    changed = git(folder, "diff", "--name-only", "main..").splitlines()
    assert all(path.startswith("services/tills/") for path in changed)


def test_files_that_cannot_be_merged_are_kept(
    drydock: Drydock, folder: Path, standard: Path
) -> None:
    own = {"AGENTS.md": "# Tills\n\nAsk first.\n", ".gitignore": "*.pyc\n!keep.pyc\n"}
    write(folder, dict(own))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "More")
    outcome = retrofit(drydock, folder, standard)

    assert outcome.code == 0, outcome.out
    assert (folder / "AGENTS.md").read_text() == own["AGENTS.md"]
    assert "AGENTS.md: your file is kept" in outcome.out
    assert "could not be merged" in outcome.out
    patterns = (folder / ".gitignore").read_text()
    assert patterns.endswith(own[".gitignore"])
    assert "/.nox/\n" in patterns
