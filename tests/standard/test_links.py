"""The address of the page about the checks, from the recorded origin of the package (PEP 610)."""

import json
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from drydock_standard import links

COMMIT = "0" * 40


class _Installed(Distribution):
    """A distribution that has only an origin."""

    def __init__(self, origin: object) -> None:
        self.origin = origin

    def read_text(self, filename: str) -> str | None:
        return None if self.origin is None else json.dumps(self.origin)

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    links._base.cache_clear()
    yield
    links._base.cache_clear()


@pytest.mark.parametrize(
    ("address", "page"),
    [
        (
            "https://git.example.com/platform/drydock.git",
            "https://git.example.com/platform/drydock",
        ),
        ("https://git.example.com/platform/drydock", "https://git.example.com/platform/drydock"),
        ("https://user:token@git.example.com/a/b.git", "https://git.example.com/a/b"),
        ("git+https://git.example.com/a/b.git", "https://git.example.com/a/b"),
    ],
)
def test_page_is_in_the_repository_that_the_package_came_from(
    address: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = {"url": address, "vcs_info": {"vcs": "git", "commit_id": COMMIT}}
    monkeypatch.setattr(links, "distribution", lambda _: _Installed(origin))
    assert links.page("DM101") == f"{page}/blob/{COMMIT}/docs/checks.md#dm101"


@pytest.mark.parametrize(
    "origin",
    [
        None,
        {"url": "file:///srv/drydock", "dir_info": {"editable": True}},
        {"url": "ssh://git@git.example.com/a/b.git", "vcs_info": {"commit_id": COMMIT}},
        {"url": 3, "vcs_info": []},
        [],
    ],
)
def test_unknown_origin_gives_no_link(origin: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "distribution", lambda _: _Installed(origin))
    assert links.page("DM101") == ""
