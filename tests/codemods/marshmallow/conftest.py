"""Both major versions of marshmallow."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def marshmallow(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Path | None]:
    """The folder of each major version; None if it is in the environment of the tests."""
    folder = tmp_path_factory.mktemp("marshmallow_3")
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--target", folder, "marshmallow>=3.26,<4"], check=True
    )
    return {3: folder, 4: None}
