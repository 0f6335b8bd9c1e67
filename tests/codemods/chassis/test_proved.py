"""`drydock prove` judges what is taken out beside a chassis: the rest of the service is as it was."""

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
GONE = "/health"
"""What the chassis answers instead, on its own port."""


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's template, released as it is."""
    return released(tmp_path_factory.mktemp("standard") / "template")


@pytest.fixture
def adopted(tmp_path: Path, standard: Path) -> Mapping[str, str]:
    """The service with a chassis around it, as `drydock retrofit` leaves it."""
    folder = tmp_path / "adopted"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, dict(FILES))
    commit(folder, "As it was")
    retrofit(folder, Options(template=str(standard), to=NOW), lambda _: None, None)
    paths = git(folder, "ls-files").splitlines()
    return {path: (folder / path).read_text("utf-8") for path in paths}


def _others(proof: Proof) -> set[str]:
    """Return what differs at other paths, with or without a slash at the end."""
    operations = {operation for operation, _ in found(proof)}
    return {one for one in operations if one.split()[1].rstrip("/") != GONE}


def _without(adopted: Mapping[str, str]) -> dict[str, str]:
    return {**adopted, **run(adopted, list(BROKEN), unsafe=False).texts}


def test_all_but_the_health_route_is_as_it_was(tmp_path: Path, adopted: Mapping[str, str]) -> None:
    made = _without(adopted)
    main = made["shop/main.py"]
    for name in ("Instrumentator", "basicConfig", "CorrelationId", f'"{GONE}"', "uvicorn"):
        assert name not in main
    proof = proved(tmp_path / "shop", adopted, made)
    assert f"GET {GONE}" in {operation for operation, _ in found(proof)}
    assert _others(proof) == set()
    assert proof.differences == []


@pytest.mark.parametrize("rule", BROKEN)
def test_a_mistake_of_a_rule_is_found(
    rule: str, tmp_path: Path, adopted: Mapping[str, str]
) -> None:
    right, wrong = BROKEN[rule]
    made = _without(adopted)
    assert right in made["shop/main.py"]
    files = {**made, "shop/main.py": made["shop/main.py"].replace(right, wrong)}
    proof = proved(tmp_path / "shop", adopted, files)
    assert proof.exit_code == 1
    assert _others(proof) or "not start" in proof.verdict
