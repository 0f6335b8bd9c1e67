"""What the changelog asks of the team that updates."""

import pytest
from drydock.template.changelog import you_must
from packaging.version import Version

LOG = """\
# Changelog

## Unreleased

- You must wait.

## [2.0.0] - 2026-11-01

What changes in your service:

- Nothing.
* Faster. You must
  restart it.

### You must

1. rename `b`
- rename `a`

#### Details

- of no matter

### Added

- a thing

## v1.1.0

You must read this.

## 1.0.0

- You must not see this.
"""


@pytest.mark.parametrize(
    ("after", "until", "must"),
    [
        ("1.0.0", "1.1.0", ["You must read this."]),
        (
            "1.1.0",
            "2.0.0",
            ["Faster. You must restart it.", "rename `b`", "rename `a`"],
        ),
        ("2.0.0", "3.0.0", []),
        ("1.0.0", "1.0.0", []),
    ],
)
def test_items_between_two_releases(after: str, until: str, must: list[str]) -> None:
    assert you_must(LOG, Version(after), Version(until)) == must


def test_all_releases_between_count() -> None:
    assert len(you_must(LOG, Version("0.9"), Version("2"))) == 5


def test_a_line_may_introduce_what_must_be_done() -> None:
    log = """\
## v2.0.0

What changes in your service:

- Faster.

What you must do:

- Run `a`
  and `b`.

- Run `c`.

Thanks go to all:

- Ada

You must know this:

    uv lock

## v1.0.0

What you must do:
- Nothing.
"""
    assert you_must(log, Version("1"), Version("2")) == [
        "Run `a` and `b`.",
        "Run `c`.",
        "You must know this:",
    ]


def test_an_empty_changelog_asks_nothing() -> None:
    assert you_must("", Version("1"), Version("2")) == []
