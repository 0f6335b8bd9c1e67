"""Waivers: with a reason, for a time; what has expired holds no longer."""

from pathlib import Path

import pytest
from drydock_standard.run import Result, run

from tests.support import write

BROKEN = {"a.py": "<<<<<<< yours\nb\n=======\nc\n>>>>>>> theirs\n", "a.py.rej": ""}


def results(folder: Path, waivers: str) -> dict[str, Result]:
    write(folder, BROKEN | {"pyproject.toml": f"[tool.repo-review]\nignore = {waivers}\n"})
    return {one.code: one for one in run(folder)}


@pytest.mark.parametrize(
    "waiver",
    [
        '{DM101 = "until 2999-01-31: a fixture"}',
        '{DM101 = "Until 2999-01-31:a fixture"}',
        '{DM = "until 2999-01-31: a fixture"}',
        '{DS104 = "on purpose", DM101 = "until 2999-01-31: x", PY001 = ""}',
    ],
)
def test_a_waiver_with_a_reason_holds(waiver: str, tmp_path: Path) -> None:
    found = results(tmp_path, waiver)
    assert (found["DM101"].status, found["DM000"].status) == ("waived", "passed")


@pytest.mark.parametrize(
    ("waiver", "wrong"),
    [
        ('["DM101"]', "`DM101` has no reason"),
        ('{DM101 = ""}', "`DM101` has no reason"),
        ('{DM101 = "until 2999-01-31"}', "`DM101` has no reason"),
        ('{DM101 = "until 2999-01-31: "}', "`DM101` has no reason"),
        ('{DM101 = "a fixture"}', "`DM101` waives a must without an end"),
        ('{DM101 = "until 2999-02-30: a fixture"}', "ends on 2999-02-30, which is no day"),
        ('{DM999 = "until 2999-01-31: x"}', "`DM999` names no check of this standard"),
        ('{DM000 = "until 2999-01-31: x"}', "`DM000` cannot be waived"),
        ("{DM101 = 3}", "`DM101` has no reason"),
    ],
)
def test_what_is_wrong_with_a_waiver_fails(waiver: str, wrong: str, tmp_path: Path) -> None:
    found = results(tmp_path, waiver)["DM000"]
    assert found.status == "failed"
    assert wrong in found.message


@pytest.mark.parametrize("name", ["DM101", "DM"])
def test_what_has_expired_holds_no_longer(name: str, tmp_path: Path) -> None:
    found = results(tmp_path, f'{{{name} = "until 2026-01-31: a fixture"}}')
    assert found["DM101"].status == "failed"
    assert f"`{name}` expired on 2026-01-31" in found["DM000"].message


def test_all_musts_may_be_waived_but_not_that_of_the_waivers(tmp_path: Path) -> None:
    found = results(tmp_path, '{DM = "until 2999-01-31: x", DS = ""}')
    assert "`DS` has no reason" in found["DM000"].message
    musts = {one.status for one in found.values() if one.level == "must" and one.code != "DM000"}
    assert musts == {"waived"}


def test_what_is_selected_for_other_checks_leaves_none_out(tmp_path: Path) -> None:
    write(tmp_path, BROKEN | {"pyproject.toml": '[tool.repo-review]\nselect = ["PY"]\n'})
    assert {one.code: one for one in run(tmp_path)}["DM101"].status == "failed"


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
def test_what_is_no_waiver_at_all_changes_nothing(pyproject: str, tmp_path: Path) -> None:
    write(tmp_path, BROKEN | {"pyproject.toml": pyproject})
    assert {one.code: one for one in run(tmp_path)}["DM101"].status == "failed"
