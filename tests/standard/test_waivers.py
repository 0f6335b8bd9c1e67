"""Waivers need a reason and an end, and stop applying when they have expired."""

from pathlib import Path

import pytest
from drydock_standard.run import Result, run

from tests.support import write

BROKEN = {"a.py": "<<<<<<< yours\nb\n=======\nc\n>>>>>>> theirs\n", "a.py.rej": ""}


def results(folder: Path, waivers: str) -> dict[str, Result]:
    write(folder, BROKEN | {"pyproject.toml": f"[tool.repo-review]\nignore = {waivers}\n"})
    return {result.code: result for result in run(folder)}


@pytest.mark.parametrize(
    "waiver",
    [
        '{DM101 = "until 2999-01-31: a fixture"}',
        '{DM101 = "Until 2999-01-31:a fixture"}',
        '{DM = "until 2999-01-31: a fixture"}',
        '{DS104 = "on purpose", DM101 = "until 2999-01-31: x", PY001 = ""}',
    ],
)
def test_waiver_with_a_reason_applies(waiver: str, tmp_path: Path) -> None:
    checks = results(tmp_path, waiver)
    assert (checks["DM101"].status, checks["DM000"].status) == ("waived", "passed")


@pytest.mark.parametrize(
    ("waiver", "problem"),
    [
        ('["DM101"]', "`DM101` has no reason"),
        ('{DM101 = ""}', "`DM101` has no reason"),
        ('{DM101 = "until 2999-01-31"}', "`DM101` has no reason"),
        ('{DM101 = "until 2999-01-31: "}', "`DM101` has no reason"),
        ('{DM101 = "a fixture"}', "`DM101` waives a must without an end date"),
        (
            '{DM101 = "until 2999-02-30: a fixture"}',
            "ends on 2999-02-30, which is not a valid date",
        ),
        ('{DM999 = "until 2999-01-31: x"}', "`DM999` is not a check of this standard"),
        ('{DM000 = "until 2999-01-31: x"}', "`DM000` cannot be waived"),
        ("{DM101 = 3}", "`DM101` has no reason"),
    ],
)
def test_invalid_waiver_fails(waiver: str, problem: str, tmp_path: Path) -> None:
    result = results(tmp_path, waiver)["DM000"]
    assert result.status == "failed"
    assert problem in result.message


@pytest.mark.parametrize("name", ["DM101", "DM"])
def test_expired_waiver_no_longer_applies(name: str, tmp_path: Path) -> None:
    checks = results(tmp_path, f'{{{name} = "until 2026-01-31: a fixture"}}')
    assert checks["DM101"].status == "failed"
    assert f"`{name}` expired on 2026-01-31" in checks["DM000"].message


def test_all_musts_except_the_waiver_check_can_be_waived(tmp_path: Path) -> None:
    checks = results(tmp_path, '{DM = "until 2999-01-31: x", DS = ""}')
    assert "`DS` has no reason" in checks["DM000"].message
    musts = {c.status for c in checks.values() if c.level == "must" and c.code != "DM000"}
    assert musts == {"waived"}


def test_select_setting_of_repo_review_is_ignored(tmp_path: Path) -> None:
    write(tmp_path, BROKEN | {"pyproject.toml": '[tool.repo-review]\nselect = ["PY"]\n'})
    assert {result.code: result for result in run(tmp_path)}["DM101"].status == "failed"


@pytest.mark.parametrize(
    "pyproject",
    [
        "tool = 3",
        "tool.repo-review = 3",
        "tool.repo-review.ignore = 3",
        "[",
        "tool.repo-review.select = 3",
    ],
)
def test_malformed_waivers_change_nothing(pyproject: str, tmp_path: Path) -> None:
    write(tmp_path, BROKEN | {"pyproject.toml": pyproject})
    assert {result.code: result for result in run(tmp_path)}["DM101"].status == "failed"
