"""Settings of one version that a file of the other version hides from their tool are reported."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from drydock.git import Entry, Repository
from drydock.merging import precedence
from drydock.merging.trees import Labels, three_way

from tests.support import git

RUFF = "[tool.ruff]\nline-length = 100\n"
PROJECT = '[project]\nname = "shop"\n'
Files = Mapping[str, str]

# base, ours, theirs, notes
CASES: dict[str, tuple[Files, Files, Files, list[str]]] = {
    "release_adds_file_before_table_of_service": (
        {"pyproject.toml": PROJECT},
        {"pyproject.toml": f"{PROJECT}\n{RUFF}"},
        {"pyproject.toml": PROJECT, "ruff.toml": ""},
        [
            "ruff.toml: the release adds it, so ruff no longer reads [tool.ruff] in "
            "pyproject.toml: move the settings that you need"
        ],
    ),
    "release_adds_table_behind_file_of_service": (
        {"pyproject.toml": PROJECT},
        {"pyproject.toml": PROJECT, ".ruff.toml": ""},
        {"pyproject.toml": f"{PROJECT}\n{RUFF}"},
        [
            "[tool.ruff] in pyproject.toml: the release changes it, "
            "but ruff reads only your .ruff.toml: move the settings that you need"
        ],
    ),
    "release_leaves_hidden_table_unchanged": (
        {"pyproject.toml": f"{PROJECT}\n{RUFF}"},
        {"pyproject.toml": f"{PROJECT}\n{RUFF}", ".ruff.toml": ""},
        {"pyproject.toml": f"{PROJECT}version = '2'\n\n{RUFF}"},
        [],
    ),
    "release_moves_its_own_table_to_file": (
        {"pyproject.toml": f"{PROJECT}\n{RUFF}"},
        {"pyproject.toml": f"{PROJECT}\n{RUFF}", "own.py": ""},
        {"pyproject.toml": PROJECT, "ruff.toml": ""},
        [],
    ),
    "release_adds_owners_in_folder_that_comes_first": (
        {},
        {"CODEOWNERS": "* @shop/api\n"},
        {".github/CODEOWNERS": "* @shop/platform\n"},
        [
            ".github/CODEOWNERS: the release adds it, so GitHub no longer reads CODEOWNERS: "
            "move the settings that you need"
        ],
    ),
    "release_adds_compose_file_with_other_name": (
        {},
        {"docker-compose.yml": "services: {}\n"},
        {"compose.yaml": "services: {}\n"},
        [
            "compose.yaml: the release adds it, so docker compose no longer reads "
            "docker-compose.yml: move the settings that you need"
        ],
    ),
    "release_adds_section_before_that_of_service": (
        {"setup.cfg": "[metadata]\nname = shop\n"},
        {"setup.cfg": "[metadata]\nname = shop\n\n[tool:pytest]\naddopts = -x\n"},
        {"setup.cfg": "[metadata]\nname = shop\n", "tox.ini": "[pytest]\naddopts = -ra\n"},
        [
            "[pytest] in tox.ini: the release adds it, so pytest no longer reads [tool:pytest] in "
            "setup.cfg: move the settings that you need"
        ],
    ),
    "release_adds_package_with_name_of_module": (
        {},
        {"src/shop/clock.py": "NOW = 1\n"},
        {"src/shop/clock/__init__.py": "THEN = 2\n"},
        [
            "src/shop/clock/__init__.py: the release adds it, so Python does not import "
            "src/shop/clock.py: rename one of them"
        ],
    ),
    "release_makes_module_a_package": (
        {"src/shop/clock.py": "NOW = 1\n"},
        {"src/shop/clock.py": "NOW = 1\n", "own.py": ""},
        {"src/shop/clock/__init__.py": "NOW = 1\n"},
        [],
    ),
    "release_adds_file_for_another_tool": (
        {},
        {"pyproject.toml": f"{PROJECT}\n{RUFF}"},
        {"mypy.ini": "[mypy]\n"},
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_hidden_settings(tmp_path: Path, case: str) -> None:
    *sides, notes = CASES[case]
    git(tmp_path, "init", "--quiet")
    with Repository.at(tmp_path).quarantined() as repository:
        trees = []
        for side in sides:
            assert isinstance(side, Mapping)
            oids = repository.write_blobs([text.encode() for text in side.values()])
            trees.append({p: Entry("100644", oid) for p, oid in zip(side, oids, strict=True)})
        base, ours, theirs = trees
        labels = Labels(base="release v1", ours="yours", theirs="release v2")
        merge = three_way(repository, base, ours, theirs, labels)
        found = precedence.find(repository, "", merge, base=base, ours=ours, theirs=theirs)
        assert list(found) == notes
