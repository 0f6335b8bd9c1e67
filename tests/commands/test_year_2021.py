"""A service written in 2021 is brought to the current standard with unchanged behaviour."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from drydock.commands.prove import Options, prove

from tests.legacy.support import NOW, make
from tests.legacy.year_2021 import ROOMS
from tests.support import Outcome, git
from tests.template.matrix import REPOSITORY

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
ROW = re.compile(r"^\| `(\w+ /\S*)` \| (same|differs[\w ]*|not proved) \| (.*?) ?\|$", re.MULTILINE)


@pytest.mark.prove
def test_three_commands_adopt_a_2021_service_with_the_differences_in_the_readme(
    drydock: Callable[..., Outcome],
    standard: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    folder = make(ROOMS, tmp_path / "rooms")
    git(folder, "switch", "--quiet", "--create", "today")
    assert drydock("modernize", folder).code == 0
    git(folder, "commit", "--quiet", "--all", "--message", "Modernize the code")
    outcome = drydock("retrofit", folder, "--defaults", "--template", standard, "--to", NOW)
    assert outcome.code == 0, outcome.out

    proof = prove(folder, Options(before="main"), lambda _: None)

    assert proof.exit_code == 0, proof.verdict
    assert proof.before.tests.count() == "2 passed"
    assert {end for name, end in proof.after.tests.ends.items() if "test_rooms" in name} == {
        "passed"
    }
    differences = {
        row.operation: (row.outcome, "; ".join(sorted({finding.intended for finding in row.found})))
        for row in proof.rows
        if row.is_operation
    }
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert {name: (outcome, why) for name, outcome, why in ROW.findall(readme)} == differences
