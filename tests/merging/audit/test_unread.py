"""What is held of files that no reader reads: each line by what it sets or names."""

import pytest
from drydock.merging.audit import unread

# Ours, theirs, merged, and what the reason names; nothing: it holds.
JUDGED = {
    "both sides add one variable in two places": (
        "A=1\nNEW=2\nB=1\n", "A=1\nB=1\nNEW=3\n", "A=1\nNEW=2\nB=1\nNEW=3\n", "NEW",
    ),
    "a side has it twice already, in two branches": (
        "if x\nA = 1\nelse\nA = 2\nendif\n", "A = 1\n", "if x\nA = 1\nelse\nA = 2\nendif\n", "",
    ),
    "one key below two parents": (
        "a:\n  name: x\n", "b:\n  name: x\n", "a:\n  name: x\nb:\n  name: x\n", "",
    ),
    "yours removes a template that the release comes to use": (
        "kind: Pod\n",
        '{{ define "labels" }}{{ end }}\nkind: Pod\n{{ include "labels" . }}\n',
        'kind: Pod\n{{ include "labels" . }}\n',
        "your version removes labels",
    ),
    "the release removes a template that yours comes to use": (
        '{{ define "labels" }}{{ end }}\n{{ include "labels" . }}\n',
        "kind: Pod\n",
        '{{ include "labels" . }}\nkind: Pod\n',
        "the release removes labels",
    ),
    "what a unit of systemd may have several times": (
        "[Service]\nEnvironment=A=1\n",
        "[Service]\nEnvironment=B=1\n",
        "[Service]\nEnvironment=A=1\nEnvironment=B=1\n",
        "",
    ),
    "a comment sets nothing": ("# A=1\n", "A=2\n", "# A=1\nA=2\n# A=3\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", JUDGED)
def test_a_merge_is_held_to_its_lines(case: str) -> None:
    ours, theirs, merged, named = JUDGED[case]
    reason = unread.broken("templates/a.yaml", ours, theirs, merged)
    assert named in (reason or "")
    assert bool(reason) is bool(named)
