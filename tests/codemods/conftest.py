"""What tests that install services share."""

import os
from pathlib import Path

import pytest

UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv find the packages that it has, though each test has a home of its own."""
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
