"""The higher of two raised versions wins if it satisfies both sides."""

import pytest
from drydock.merging.rules import versions

OLD, NEW = "0" * 40, "f" * 40
HIGHER: dict[str, tuple[str | None, str, str, str]] = {
    "tag": ("uses: a/b@v3", "uses: a/b@v4", "uses: a/b@v5", "theirs"),
    "tag_higher_in_ours": ("uses: a/b@v3", "uses: a/b@v10", "uses: a/b@v9", "ours"),
    "both_sides_add_tag": (None, "uses: a/b@v4", "uses: a/b@v5", "theirs"),
    "three_numbers": ("rev: 1.9.0", "rev: 1.10.0", "rev: 1.9.1", "ours"),
    "image_tag": (
        "image: python:3.11-slim",
        "image: python:3.12-slim",
        "image: python:3.13-slim",
        "theirs",
    ),
    "version_key": ("version: 1", "version: 3", "version: 2", "ours"),
    "quoted_version_key": (
        'python-version: "3.9"',
        'python-version: "3.10"',
        'python-version: "3.11"',
        "theirs",
    ),
    "lower_bound": (
        'requires-python = ">=3.9"',
        'requires-python = ">=3.12"',
        'requires-python = ">=3.11"',
        "ours",
    ),
    "caret_constraint": ('numpy = "^1.2"', 'numpy = "^1.26"', 'numpy = "^2"', "theirs"),
    "prereleases": ("rev: v5.0.0-beta.1", "rev: v5.0.0-beta.3", "rev: v5.0.0-beta.10", "theirs"),
    "release_after_prerelease": ("rev: 5.0.0-beta.1", "rev: 5.0.0-rc.1", "rev: 5.0.0", "theirs"),
    "build_numbers": ("rev: 5.0.0", "rev: 5.0.0+b2", "rev: 5.0.0+b1", "ours"),
    "python_prereleases": ("rev: 1.0.0a1", "rev: 1.0.0b1", "rev: 1.0.0rc1", "theirs"),
    "dated_version_with_key": ("rev: 2024.01.01", "rev: 2024.03.04", "rev: 2024.05.06", "theirs"),
    "pinned_digests": (
        f"uses: a/b@{OLD} # v3",
        f"uses: a/b@{NEW} # v4.1",
        f"uses: a/b@{OLD} # v4.2",
        "theirs",
    ),
    "ours_pins_version_of_tag": ("uses: a/b@v4", f"uses: a/b@{NEW} # v5.1", "uses: a/b@v5", "ours"),
    "ours_pins_older_version_than_tag": (
        "uses: a/b@v4",
        f"uses: a/b@{NEW} # v4.2",
        "uses: a/b@v5",
        "theirs",
    ),
    "theirs_pins_version_of_tag": (
        "uses: a/b@v4",
        "uses: a/b@v5",
        f"uses: a/b@{NEW} # v5.0.1",
        "theirs",
    ),
}
NOT_HIGHER: dict[str, tuple[str | None, str, str]] = {
    "ours_lowers_tag": ("uses: a/b@v3", "uses: a/b@v2", "uses: a/b@v5"),
    "both_sides_lower_tag": ("uses: a/b@v5", "uses: a/b@v2", "uses: a/b@v3"),
    "name_differs_too": ("uses: a/b@v3", "uses: a/c@v4", "uses: a/b@v5"),
    "plain_number": ("timeout: 10", "timeout: 20", "timeout: 30"),
    "decimal_number": ("ratio: 0.5", "ratio: 0.6", "ratio: 0.7"),
    "port": ('- "80:8080"', '- "80:8081"', '- "80:8082"'),
    "address": ("host: 10.0.0.1", "host: 10.0.0.2", "host: 10.0.0.3"),
    "upper_bound": ('python = "<3.11"', 'python = "<3.12"', 'python = "<3.13"'),
    "two_versions": ('p = ">=3.9,==1.0"', 'p = ">=3.10,==1.1"', 'p = ">=3.11,==1.2"'),
    "different_digests_of_one_version": (None, f"uses: a/b@{OLD} # v4", f"uses: a/b@{NEW} # v4"),
    "pin_less_precise_than_tag": ("uses: a/b@v3", f"uses: a/b@{NEW} # v4", "uses: a/b@v4.2"),
    "pin_lowered": ("uses: a/b@v5", f"uses: a/b@{NEW} # v4", "uses: a/b@v6"),
    "date": ("since: 2024.01.01", "since: 2024.03.04", "since: 2024.05.06"),
    "quoted_date": ('since = "2024.01.01"', 'since = "2024.03.04"', 'since = "2024.05.06"'),
    "schema_version": ("schema_version: 1", "schema_version: 3", "schema_version: 2"),
    "api_version_with_dots": (
        '"apiVersion": "1.0.0"',
        '"apiVersion": "1.2.0"',
        '"apiVersion": "1.3.0"',
    ),
    "unknown_prereleases": ("rev: 1.0.0-mine.1", "rev: 1.0.0-mine.2", "rev: 1.0.0-mine.3"),
    "digests_without_version": ("a@v1", f"a@{OLD}", f"a@{NEW}"),
}


@pytest.mark.parametrize("name", HIGHER)
def test_higher_version_wins(name: str) -> None:
    base, ours, theirs, side = HIGHER[name]
    resolution = versions.higher(base, ours, theirs)
    assert resolution
    assert resolution[0] == {"ours": ours, "theirs": theirs}[side]
    assert " ".join(resolution[0].split()) in resolution[1]
    swapped = versions.higher(base, theirs, ours)
    assert swapped
    assert swapped[0] == resolution[0]


@pytest.mark.parametrize("name", NOT_HIGHER)
def test_unresolved(name: str) -> None:
    assert versions.higher(*NOT_HIGHER[name]) is None


REQUIREMENTS: dict[str, tuple[str | None, str, str, str | None]] = {
    "higher_bound_wins": ("a>=1", "a>=2", "a>=3", "a>=3"),
    "higher_pin_wins": ("a==1.0", "a==1.10", "a==1.9", "a==1.10"),
    "pin_that_satisfies_bound": ("a>=1", "a==2.5", "a>=2", "a==2.5"),
    "pin_below_bound_conflicts": ("a>=1", "a==2.5", "a>=3", None),
    "ours_adds_extra_theirs_raises_bound": ("a>=1", "a[x]>=1", "a>=2", "a[x]>=2"),
    "both_sides_add_extras": ("a[x]", "a[x,y]", "a[x,z]", "a[x,y,z]"),
    "ours_removes_extra_theirs_raises_bound": ("a[x,y]>=1", "a[y]>=1", "a[x,y]>=2", "a[y]>=2"),
    "ours_adds_upper_bound_theirs_raises_lower": ("a>=1", "a>=1,<4", "a>=2", "a>=2,<4"),
    "upper_bound_below_lower_conflicts": ("a>=1", "a>=1,<2", "a>=3", None),
    "both_sides_change_upper_bound_conflicts": ("a<2", "a<3", "a<4", None),
    "both_sides_add_exclusions": ("a>=1", "a>=1,!=1.5", "a>=1,!=1.6", "a>=1,!=1.5,!=1.6"),
    "higher_compatible_release_wins": ("a~=1.1", "a~=1.4", "a~=1.2", "a~=1.4"),
    "incompatible_compatible_releases_conflict": ("a~=1.1", "a~=1.4", "a~=2.0", None),
    "compatible_release_and_bound": ("a>=1.0", "a~=2.0", "a>=2.5", "a>=2.5,<3"),
    "compatible_release_with_three_numbers": ("a>=1.0", "a>=2.0.3", "a~=2.0.1", "a>=2.0.3,<2.1"),
    "bound_and_compatible_release": ("a>=1.0", "a>=2.0", "a~=2.5", "a~=2.5"),
    "both_sides_add_one_with_compatible_release": (None, "a~=2.0", "a>=2.5", "a>=2.5,<3"),
    "compatible_release_and_pin": ("a>=1.0", "a~=2.0", "a==2.5", "a==2.5"),
    "compatible_release_and_lower_upper_bound": ("a>=1.0", "a~=2.0", "a>=2.5,<2.8", "a>=2.5,<2.8"),
    "compatible_release_and_higher_upper_bound": ("a>=1.0", "a~=2.0,<4", "a>=2.5", "a>=2.5,<3"),
    "theirs_removes_upper_bound_of_compatible_release_conflicts": (
        "a~=1.0",
        "a~=2.0",
        "a>=2.5",
        None,
    ),
    "compatible_release_below_bound_conflicts": ("a>=1.0", "a~=2.0", "a>=3.1", None),
    "prereleases": ("a==5.0.0b1", "a==5.0.0b4", "a==5.0.0b3", "a==5.0.0b4"),
    "ours_adds_marker_theirs_raises_bound": (
        "a>=1",
        "a>=1; python_version < '3.9'",
        "a>=2",
        'a>=2; python_version < "3.9"',
    ),
    "both_sides_add_different_markers_conflicts": (
        "a",
        "a; python_version < '3.9'",
        "a; python_version < '3.8'",
        None,
    ),
    "both_sides_add_theirs_with_marker_conflicts": (None, "a", "a; python_version < '3.8'", None),
    "both_sides_add_theirs_with_bound": (None, "a", "a>=2", "a>=2"),
    "ours_lowers_theirs_raises_bound_conflicts": ("a>=2", "a>=1", "a>=3", None),
    "ours_removes_theirs_raises_bound_conflicts": ("a>=1", "a", "a>=2", None),
    "ours_has_url_conflicts": ("a", "a @ https://a.b/c", "a>=2", None),
    "invalid_requirement_conflicts": ("x = 1", "x = 2", "x = 3", None),
    "quotes_and_blanks_of_ours_are_kept": ('"a >= 1"', '"a >= 1, < 4"', '"a>=2"', '"a >=2, <4"'),
    "spelling_of_ours_is_kept": ("A_b>=1", "A_b[x]>=1", "a-b>=2", "A_b[x]>=2"),
    "unsupported_wildcard_conflicts": ("a", "a==1.*", "a>=2", None),
}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirement_resolution(name: str) -> None:
    base, ours, theirs, merged = REQUIREMENTS[name]
    resolution = versions.requirement(base, ours, theirs)
    assert (resolution and resolution[0]) == merged
