"""Shared by the tests that install services."""

import os
from pathlib import Path

import pytest

# Read before tests change HOME.
UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv use its real cache, although each test has its own HOME."""
    monkeypatch.setenv("UV_CACHE_DIR", str(UV_CACHE))
