"""`drydock prove` checks the removal of redundant code: all else behaves as before."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from drydock.codemods.run import run
from drydock.commands.retrofit import Options, retrofit
from drydock.proving.proof import Proof

from tests.codemods.chassis.adopted import BROKEN, FILES
from tests.codemods.proved import found, proved
from tests.legacy.support import NOW, released
from tests.support import commit, git, write

pytestmark = [pytest.mark.rules, pytest.mark.usefixtures("packages")]
REMOVED = "/health"
"""The route that the chassis serves on its management port instead."""


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of this repository's template."""
    return released(tmp_path_factory.mktemp("standard") / "template")


@pytest.fixture
def adopted(tmp_path: Path, standard: Path) -> Mapping[str, str]:
    """The service after `drydock retrofit`, with a chassis."""
    folder = tmp_path / "adopted"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, dict(FILES))
    commit(folder, "As it was")
    retrofit(folder, Options(template=str(standard), to=NOW), lambda _: None, None)
    paths = git(folder, "ls-files").splitlines()
    return {path: (folder / path).read_text("utf-8") for path in paths}


def _other_differences(proof: Proof) -> set[str]:
    """Return the operations that differ, except the removed route."""
    operations = {operation for operation, _ in found(proof)}
    return {one for one in operations if one.split()[1].rstrip("/") != REMOVED}


def _without_redundant_code(adopted: Mapping[str, str]) -> dict[str, str]:
    return {**adopted, **run(adopted, list(BROKEN), unsafe=False).texts}


def test_all_routes_but_health_behave_as_before(tmp_path: Path, adopted: Mapping[str, str]) -> None:
    files = _without_redundant_code(adopted)
    main = files["shop/main.py"]
    for name in ("Instrumentator", "basicConfig", "CorrelationId", f'"{REMOVED}"', "uvicorn"):
        assert name not in main
    proof = proved(tmp_path / "shop", adopted, files)
    assert f"GET {REMOVED}" in {operation for operation, _ in found(proof)}
    assert _other_differences(proof) == set()
    assert proof.differences == []


@pytest.mark.parametrize("rule", BROKEN)
def test_proof_finds_mistake_of_rule(rule: str, tmp_path: Path, adopted: Mapping[str, str]) -> None:
    right, wrong = BROKEN[rule]
    files = _without_redundant_code(adopted)
    assert right in files["shop/main.py"]
    files = {**files, "shop/main.py": files["shop/main.py"].replace(right, wrong)}
    proof = proved(tmp_path / "shop", adopted, files)
    assert proof.exit_code == 1
    assert _other_differences(proof) or "not start" in proof.verdict
