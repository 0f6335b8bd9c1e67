"""Both major versions of marshmallow."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def marshmallow(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Path | None]:
    """Where each major version is: 4 in the tests' own environment, 3 in a folder beside it."""
    folder = tmp_path_factory.mktemp("marshmallow_3")
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--target", folder, "marshmallow>=3.26,<4"], check=True
    )
    return {3: folder, 4: None}
