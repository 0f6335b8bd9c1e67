"""The campaign script, run as multi-gitter does: in a clone, judged by its exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import Service, Template, commit, git
from tests.template.matrix import REPOSITORY

pytestmark = pytest.mark.slow

SCRIPT = REPOSITORY / "docs/fleet/campaign.sh"
BIN = Path(sys.executable).parent


def campaign(service: Path, what: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script with the environment variables of multi-gitter."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    added = {"REPOSITORY": f"shop/{service.name}", "DRY_RUN": "false", "PATH": path}
    return subprocess.run(
        [SCRIPT], cwd=service, env=os.environ | added | ({"CAMPAIGN": what} if what else {}),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def iris(releases: Template, tmp_path: Path) -> Service:
    return Service.make(releases, tmp_path / "iris", name="iris")


def test_update_changes_files_and_leaves_the_commit_to_multi_gitter(iris: Service) -> None:
    head, branch = git(iris.path, "rev-parse", "HEAD"), git(iris.path, "branch", "--show-current")

    done = campaign(iris.path)

    assert done.returncode == 0, done.stderr
    assert git(iris.path, "rev-parse", "HEAD") == head
    assert git(iris.path, "branch", "--show-current") == branch
    commit(iris.path, "Update the template")
    assert iris.read("more.txt") == "new\n"
    assert git(iris.path, "status", "--porcelain") == ""


def test_up_to_date_service_is_unchanged(iris: Service) -> None:
    campaign(iris.path)
    commit(iris.path, "Update the template")

    done = campaign(iris.path)

    assert done.returncode == 0
    assert git(iris.path, "status", "--porcelain") == ""


def test_service_with_conflicts_fails_and_is_skipped(iris: Service) -> None:
    iris.change({"app.cfg": "[app]\nport = 9\n\n[log]\nlevel = info\n"})

    done = campaign(iris.path)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("shop/iris: conflicts: run drydock update")


@pytest.mark.parametrize(
    ("what", "code", "message"),
    [
        ("modernize", 0, "Nothing to do"),
        ("retrofit", 2, "drydock: "),
        ("everything", 2, "expected update, modernize or retrofit"),
    ],
)
def test_campaign_exits_with_the_code_of_its_command(
    what: str, code: int, message: str, iris: Service
) -> None:
    done = campaign(iris.path, what)

    assert done.returncode == code
    assert message in done.stdout + done.stderr
    assert git(iris.path, "status", "--porcelain") == ""
