"""The rules that come with each release of the template."""

import pytest
from drydock.codemods import all_rules
from drydock.codemods.since import newer_than, offered, releases
from drydock.errors import BadInput


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        ("v1.5.0", "v1.6.0", ["pydantic-untyped"]),
        ("v1.3.0", "v1.4.0", []),
        ("v1.5.0", "v1.5.0", []),
        ("a1b2c3d", "v1.5.0", []),
        ("v1.4.0", "v1.4.0-3-ga1b2c3d", []),
    ],
)
def test_update_offers_rules_of_releases_in_between(
    before: str, after: str, rules: list[str]
) -> None:
    assert offered(before, after) == rules


def test_update_across_release_with_rules_offers_them() -> None:
    assert "fastapi-pattern" in offered("v1.4.0", "v1.5.0")


def test_newer_rules_exclude_rules_on_request() -> None:
    assert "fastapi-pattern" in newer_than("v1.4.0")
    assert "chassis-health" not in newer_than("v1.4.0")


def test_invalid_release_is_rejected() -> None:
    with pytest.raises(BadInput, match="yesterday is not a release"):
        newer_than("yesterday")


def test_releases_match_since_of_rules() -> None:
    assert releases() == {rule.since for rule in all_rules()}
