"""The script of a campaign, run as multi-gitter runs it: in a clone, by its exit code."""

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
    """Run the script with what multi-gitter adds to the environment."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    added = {"REPOSITORY": f"shop/{service.name}", "DRY_RUN": "false", "PATH": path}
    return subprocess.run(
        [SCRIPT], cwd=service, env=os.environ | added | ({"CAMPAIGN": what} if what else {}),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def iris(releases: Template, tmp_path: Path) -> Service:
    return Service.make(releases, tmp_path / "iris", name="iris")


def test_an_update_changes_files_and_leaves_the_commit_to_multi_gitter(iris: Service) -> None:
    head, branch = git(iris.path, "rev-parse", "HEAD"), git(iris.path, "branch", "--show-current")

    done = campaign(iris.path)

    assert done.returncode == 0, done.stderr
    assert git(iris.path, "rev-parse", "HEAD") == head
    assert git(iris.path, "branch", "--show-current") == branch
    commit(iris.path, "Update the template")
    assert iris.read("more.txt") == "new\n"
    assert git(iris.path, "status", "--porcelain") == ""


def test_a_service_that_is_up_to_date_has_no_changes(iris: Service) -> None:
    campaign(iris.path)
    commit(iris.path, "Update the template")

    done = campaign(iris.path)

    assert done.returncode == 0
    assert git(iris.path, "status", "--porcelain") == ""


def test_conflicts_leave_the_repository_out(iris: Service) -> None:
    iris.change({"app.cfg": "[app]\nport = 9\n\n[log]\nlevel = info\n"})

    done = campaign(iris.path)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("shop/iris: conflicts: run drydock update")


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("modernize", 0, "Nothing to do"),
        ("retrofit", 2, "drydock: "),
        ("everything", 2, "expected update, modernize or retrofit"),
    ],
)
def test_other_campaigns_end_as_their_commands_do(
    what: str, code: int, said: str, iris: Service
) -> None:
    done = campaign(iris.path, what)

    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert git(iris.path, "status", "--porcelain") == ""
