"""`drydock prove` checks the translation of a service: it behaves as before, mistakes are found."""

import json
from pathlib import Path

import pytest
from drydock.codemods.run import run

from tests.codemods.marshmallow.pairs import RULE
from tests.codemods.marshmallow.service import (
    BROKEN,
    FILES,
    NEW_REQUIREMENTS,
    REQUESTS,
)
from tests.codemods.proved import found, proved

pytestmark = [pytest.mark.rules, pytest.mark.usefixtures("packages")]


@pytest.fixture(scope="module")
def modern() -> dict[str, str]:
    """The files of the translated service."""
    texts = run(FILES, [RULE], unsafe=False).texts
    return {**FILES, **texts, "requirements.txt": NEW_REQUIREMENTS}


@pytest.fixture
def requests(tmp_path: Path) -> Path:
    """The recorded requests: valid orders, and invalid ones of each kind."""
    file = tmp_path / "requests.json"
    file.write_text(json.dumps(REQUESTS))
    return file


def test_translated_service_behaves_as_before(
    tmp_path: Path, requests: Path, modern: dict[str, str]
) -> None:
    proof = proved(tmp_path / "orders", FILES, modern, requests=requests)
    assert found(proof) == set()
    assert proof.exit_code == 0, proof.verdict
    assert proof.before.tests.count() == proof.after.tests.count() == "2 passed"
    assert {row.operation: row.outcome for row in proof.rows if row.is_operation} == {
        "GET /orders": "same",
        "GET /orders/{order_id}": "same",
        "PATCH /orders/{order_id}": "same",
        "POST /orders": "same",
        "POST /orders/check": "same",
        "POST /orders/import": "same",
    }


@pytest.mark.parametrize("kind", BROKEN)
def test_proof_finds_mistake_of_translation(
    kind: str, tmp_path: Path, requests: Path, modern: dict[str, str]
) -> None:
    path, right, wrong = BROKEN[kind]
    assert right in modern[path]
    files = {**modern, path: modern[path].replace(right, wrong)}
    proof = proved(tmp_path / "orders", FILES, files, requests=requests)
    assert proof.exit_code == 1
    assert found(proof)


def test_calls_of_models_behave_differently_as_the_rule_warns(
    tmp_path: Path, requests: Path, modern: dict[str, str]
) -> None:
    rule = "marshmallow-call-sites"
    files = {**modern, **run(modern, [rule], unsafe=True).texts}
    assert "OrderIn.model_validate(payload)" in files["main.py"]
    proof = proved(tmp_path / "orders", FILES, files, requests=requests)
    assert proof.exit_code == 1
    assert ("POST /orders", "status") in found(proof)
