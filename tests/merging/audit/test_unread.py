"""Files without a reader are checked by the names that their lines set or define."""

import pytest
from drydock.merging.audit import unread

# Ours, theirs, merged, and a part of the reason; empty: no problem.
JUDGED = {
    "both_sides_add_variable_in_different_places": (
        "A=1\nNEW=2\nB=1\n", "A=1\nB=1\nNEW=3\n", "A=1\nNEW=2\nB=1\nNEW=3\n", "NEW",
    ),
    "ours_has_variable_in_two_branches": (
        "if x\nA = 1\nelse\nA = 2\nendif\n", "A = 1\n", "if x\nA = 1\nelse\nA = 2\nendif\n", "",
    ),
    "sides_have_key_below_different_parents": (
        "a:\n  name: x\n", "b:\n  name: x\n", "a:\n  name: x\nb:\n  name: x\n", "",
    ),
    "ours_lacks_template_that_theirs_defines_and_uses": (
        "kind: Pod\n",
        '{{ define "labels" }}{{ end }}\nkind: Pod\n{{ include "labels" . }}\n',
        'kind: Pod\n{{ include "labels" . }}\n',
        "your version removes labels",
    ),
    "theirs_lacks_template_that_ours_defines_and_uses": (
        '{{ define "labels" }}{{ end }}\n{{ include "labels" . }}\n',
        "kind: Pod\n",
        '{{ include "labels" . }}\nkind: Pod\n',
        "the release removes labels",
    ),
    "both_sides_set_repeatable_systemd_key": (
        "[Service]\nEnvironment=A=1\n",
        "[Service]\nEnvironment=B=1\n",
        "[Service]\nEnvironment=A=1\nEnvironment=B=1\n",
        "",
    ),
    "comment_sets_nothing": ("# A=1\n", "A=2\n", "# A=1\nA=2\n# A=3\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", JUDGED)
def test_merge_is_checked_by_lines(case: str) -> None:
    ours, theirs, merged, named = JUDGED[case]
    reason = unread.broken("templates/a.yaml", ours, theirs, merged)
    assert named in (reason or "")
    assert bool(reason) is bool(named)
