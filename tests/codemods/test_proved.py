"""`drydock prove` judges the rules: what they make behaves as before, each mistake does not."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from drydock.codemods.run import run
from drydock.commands.prove import Options, given, prove
from drydock.proving.proof import Proof

from tests.codemods.old_service import BROKEN, FILES, NEW_REQUIREMENTS
from tests.support import commit, git, write

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
VARIABLES = ["SHOP_LOCATION=there", "SHOP_GREETING=hi"]

OUTCOME = run(FILES, None, unsafe=False)
MODERN = {**FILES, **OUTCOME.texts, "requirements.txt": NEW_REQUIREMENTS}


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The service as it was, committed."""
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, dict(FILES))
    commit(folder, "As it was")
    return folder


def proved(folder: Path, files: Mapping[str, str]) -> Proof:
    write(folder, dict(files))
    commit(folder, "Carry the code to the libraries of today")
    options = Options(before="HEAD~", seconds=40, given=given(VARIABLES, [], network=False))
    return prove(folder, options, lambda _: None)


def test_the_service_has_something_for_each_rule_that_changes_behaviour() -> None:
    changed = {one.rule for one in OUTCOME.findings if one.certainty == "changed"}
    assert changed == set(BROKEN)
    for rule, (right, _) in BROKEN.items():
        assert any(right in text for text in MODERN.values()), rule


def found(proof: Proof) -> set[tuple[str, str]]:
    """Return what differs and is not intended."""
    rows = [(row, one) for row in proof.rows if row.outcome == "differs" for one in row.found]
    return {(row.operation, one.difference.where) for row, one in rows if not one.intended}


@pytest.mark.rules
def test_what_the_rules_make_behaves_as_before(service: Path) -> None:
    proof = proved(service, MODERN)
    assert found(proof) == set()
    assert proof.differences == []
    assert proof.before.tests.count() == proof.after.tests.count() == "1 passed"


@pytest.mark.rules
@pytest.mark.parametrize("rule", BROKEN)
def test_a_mistake_of_a_rule_is_found(service: Path, rule: str) -> None:
    right, wrong = BROKEN[rule]
    files = {path: text.replace(right, wrong) for path, text in MODERN.items()}
    assert files != MODERN
    proof = proved(service, files)
    assert proof.exit_code == 1
    assert found(proof) or proof.differences or "does not start" in proof.verdict
