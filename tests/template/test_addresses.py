"""Addresses of templates."""

from pathlib import Path

import pytest
from copier._vcs import get_repo
from drydock.errors import BadInput
from drydock.template.addresses import expand, without_credentials
from drydock.template.releases import open_template


@pytest.mark.parametrize(
    ("given", "recorded"),
    [
        ("https://user:secret@example.com/a/b.git", "https://example.com/a/b.git"),
        ("https://token@example.com:8443/a/b", "https://example.com:8443/a/b"),
        ("ssh://git@example.com/a/b", "ssh://git@example.com/a/b"),
        ("ssh://git:secret@example.com/a/b", "ssh://git@example.com/a/b"),
        ("git+https://me:secret@example.com/a", "git+https://example.com/a"),
        ("git@example.com:a/b.git", "git@example.com:a/b.git"),
        ("gh:a/b", "gh:a/b"),
        ("/a/b@c", "/a/b@c"),
    ],
)
def test_credentials_are_not_recorded(given: str, recorded: str) -> None:
    assert without_credentials(given) == recorded


@pytest.mark.parametrize("address", ["http://[x", "https://me:secret@[x", "~nobody-here/tpl"])
def test_an_invalid_address_is_bad_input(address: str) -> None:
    with pytest.raises(BadInput) as caught, open_template(address, Path.cwd()):
        pass
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expanded"),
    [
        ("gh:a/b", "https://github.com/a/b.git"),
        ("gl:a/b", "https://gitlab.com/a/b.git"),
        ("git+https://github.com/a/b.git", "https://github.com/a/b.git"),
        ("https://gitlab.com/a/b", "https://gitlab.com/a/b.git"),
        ("https://git.example.com/a/b", "https://git.example.com/a/b"),
    ],
)
def test_shortcuts_are_expanded_as_copier_does(given: str, expanded: str) -> None:
    assert expand(given) == expanded
    assert get_repo(given) in {expanded, None}  # None: Copier leaves it to git
