"""`drydock prove` checks the rules: their output behaves as before, each mistake is found."""

from pathlib import Path

import pytest
from drydock.codemods import all_rules
from drydock.codemods.run import Outcome, run

from tests.codemods.chassis import adopted
from tests.codemods.old_service import BROKEN, FILES, NEW_REQUIREMENTS, RUFF
from tests.codemods.proved import found, proved
from tests.codemods.test_tables import REPORT_ONLY

VARIABLES = ["SHOP_LOCATION=there", "SHOP_GREETING=hi"]

# A newer Starlette sends Accept-Ranges and another ETag for files, whatever the rules do.
KNOWN = {("GET /file", "accept-ranges"), ("GET /file", "etag")}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """What the rules do to the old service."""
    return run(FILES, None, unsafe=False)


@pytest.fixture(scope="module")
def modern(outcome: Outcome) -> dict[str, str]:
    """The files of the migrated service."""
    return {**FILES, **outcome.texts, "requirements.txt": NEW_REQUIREMENTS}


def test_old_service_has_code_for_each_rule_that_changes_behaviour(
    outcome: Outcome, modern: dict[str, str]
) -> None:
    changed = {one.rule for one in outcome.findings if one.certainty == "changed"}
    assert changed == set(BROKEN)
    for rule, (right, _) in BROKEN.items():
        assert any(right in text for text in modern.values()), rule


def test_every_rule_that_changes_code_has_a_mistake_to_find() -> None:
    of_marshmallow = {"marshmallow-to-pydantic", "marshmallow-call-sites"}
    proved_rules = {*BROKEN, *adopted.BROKEN, *of_marshmallow, "aioredis", "tools-ruff"}
    assert proved_rules == {rule.name for rule in all_rules()} - REPORT_ONLY


@pytest.mark.rules
@pytest.mark.usefixtures("packages")
def test_migrated_service_behaves_as_before(tmp_path: Path, modern: dict[str, str]) -> None:
    proof = proved(tmp_path / "shop", FILES, modern, variables=VARIABLES)
    assert found(proof) - KNOWN == set()
    assert proof.differences == []
    assert proof.before.tests.count() == proof.after.tests.count() == "1 passed"


@pytest.mark.rules
@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("rule", BROKEN)
def test_proof_finds_mistake_of_rule(rule: str, tmp_path: Path, modern: dict[str, str]) -> None:
    right, wrong = BROKEN[rule]
    files = {path: text.replace(right, wrong) for path, text in modern.items()}
    assert files != modern
    proof = proved(tmp_path / "shop", FILES, files, variables=VARIABLES)
    assert proof.exit_code == 1
    assert found(proof) - KNOWN or proof.differences or "does not start" in proof.verdict


@pytest.mark.rules
@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("mistake", [False, True], ids=["ruff", "mistake of ruff"])
def test_only_correct_output_of_ruff_behaves_as_before(
    mistake: bool, tmp_path: Path, modern: dict[str, str]
) -> None:
    right, wrong = RUFF
    files = {**modern, **run(modern, ["tools-ruff"], unsafe=False).texts}
    assert right in files["main.py"]
    if mistake:
        files["main.py"] = files["main.py"].replace(right, wrong)
    proof = proved(tmp_path / "shop", modern, files, variables=VARIABLES)
    assert proof.exit_code == int(mistake)
