"""The duties of an updating team, from the changelog."""

import pytest
from drydock.template.changelog import duties, you_must
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
def test_items_between_two_releases_are_listed(after: str, until: str, must: list[str]) -> None:
    assert you_must(LOG, Version(after), Version(until)) == must


def test_all_releases_in_between_are_included() -> None:
    assert len(you_must(LOG, Version("0.9"), Version("2"))) == 5


def test_introduction_of_duties_is_skipped() -> None:
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


def test_empty_changelog_has_no_duties() -> None:
    assert you_must("", Version("1"), Version("2")) == []


ANSWERS = {"inference": "local", "ci": "none", "tracing": False, "config_server": True}


@pytest.mark.parametrize(
    ("item", "listed"),
    [
        ("Set up the credentials.", True),
        ("Nothing, where you answer no new question.", False),
        ("A service with `inference: triton` takes a section out.", False),
        ("A service with `inference: local` takes a section out.", True),
        ("With `config_server`, tests ask no server.", True),
        ("With `tracing`, set an endpoint.", False),
        ("A service answers `ci` with `none`.", False),
        ("One with `tracing` or `config_server` looks at its pins.", True),
        ("Longer ones set `inference.deadline_seconds`.", True),
    ],
)
def test_duty_is_listed_only_for_matching_answers(item: str, listed: bool) -> None:
    assert duties([item], ANSWERS, locked=False) == ([item] if listed else [])


def test_lock_duty_is_dropped_once_locked() -> None:
    items = ["Run `uv lock` and commit it: one.", "Look.", "Run `uv lock` and commit it: two."]
    assert duties(items, ANSWERS, locked=True) == ["Look."]
    assert duties(items, ANSWERS, locked=False) == items[:2]


def test_changed_answer_lists_its_duties_again() -> None:
    items = ["Look.", "With `config_server`, wait.", "With `inference: local`, load."]
    changed = {"config_server"}
    assert duties(items, ANSWERS, locked=False, changed=changed) == [items[1]]
