"""Which rules come with which release of the template."""

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
def test_an_update_offers_the_rules_of_the_releases_between(
    before: str, after: str, rules: list[str]
) -> None:
    assert offered(before, after) == rules


def test_an_update_over_a_release_with_rules_offers_them() -> None:
    assert "fastapi-pattern" in offered("v1.4.0", "v1.5.0")


def test_rules_on_request_are_not_among_the_newer_ones() -> None:
    assert "fastapi-pattern" in newer_than("v1.4.0")
    assert "chassis-health" not in newer_than("v1.4.0")


def test_only_a_version_is_a_release() -> None:
    with pytest.raises(BadInput, match="yesterday is not a release"):
        newer_than("yesterday")


def test_releases_with_rules_are_known_without_importing_the_rules() -> None:
    assert releases() == {rule.since for rule in all_rules()}
