"""`drydock prove` judges the rules: what they make behaves as before, each mistake does not."""

from pathlib import Path

import pytest
from drydock.codemods import all_rules
from drydock.codemods.run import run

from tests.codemods.chassis import adopted
from tests.codemods.old_service import BROKEN, FILES, NEW_REQUIREMENTS, RUFF
from tests.codemods.proved import found, proved
from tests.codemods.test_tables import ONLY_TELL

VARIABLES = ["SHOP_LOCATION=there", "SHOP_GREETING=hi"]
OUTCOME = run(FILES, None, unsafe=False)
MODERN = {**FILES, **OUTCOME.texts, "requirements.txt": NEW_REQUIREMENTS}

# Of a file, the newer Starlette tells ranges and another ETag, whatever the rules do.
KNOWN = {("GET /file", "accept-ranges"), ("GET /file", "etag")}


def test_the_service_has_something_for_each_rule_that_changes_behaviour() -> None:
    changed = {one.rule for one in OUTCOME.findings if one.certainty == "changed"}
    assert changed == set(BROKEN)
    for rule, (right, _) in BROKEN.items():
        assert any(right in text for text in MODERN.values()), rule


def test_each_rule_that_changes_something_has_a_mistake_to_be_found() -> None:
    of_marshmallow = {"marshmallow-to-pydantic", "marshmallow-call-sites"}
    proved_rules = {*BROKEN, *adopted.BROKEN, *of_marshmallow, "aioredis", "tools-ruff"}
    assert proved_rules == {rule.name for rule in all_rules()} - ONLY_TELL


@pytest.mark.rules
@pytest.mark.usefixtures("packages")
def test_what_the_rules_make_behaves_as_before(tmp_path: Path) -> None:
    proof = proved(tmp_path / "shop", FILES, MODERN, variables=VARIABLES)
    assert found(proof) - KNOWN == set()
    assert proof.differences == []
    assert proof.before.tests.count() == proof.after.tests.count() == "1 passed"


@pytest.mark.rules
@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("rule", BROKEN)
def test_a_mistake_of_a_rule_is_found(rule: str, tmp_path: Path) -> None:
    right, wrong = BROKEN[rule]
    files = {path: text.replace(right, wrong) for path, text in MODERN.items()}
    assert files != MODERN
    proof = proved(tmp_path / "shop", FILES, files, variables=VARIABLES)
    assert proof.exit_code == 1
    assert found(proof) - KNOWN or proof.differences or "does not start" in proof.verdict


@pytest.mark.rules
@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("mistake", [False, True], ids=["ruff", "a mistake of ruff"])
def test_what_ruff_makes_behaves_as_before_and_a_mistake_of_it_does_not(
    mistake: bool, tmp_path: Path
) -> None:
    right, wrong = RUFF
    files = {**MODERN, **run(MODERN, ["tools-ruff"], unsafe=False).texts}
    assert right in files["main.py"]
    if mistake:
        files["main.py"] = files["main.py"].replace(right, wrong)
    proof = proved(tmp_path / "shop", MODERN, files, variables=VARIABLES)
    assert proof.exit_code == int(mistake)
