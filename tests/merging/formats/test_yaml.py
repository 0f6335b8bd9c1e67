"""YAML is merged by keys and identities; ordered items keep their order."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import yaml
from drydock.merging import structural

from tests.merging.formats.examples import Examples, check

OLD, NEW = "0" * 40, "f" * 40

EXAMPLES: Examples = {
    "sides_edit_different_keys": (
        "a:\n  x: 1\n  y: 2\nb: 1\n",
        "a:\n  x: 2 # mine\n  y: 2\nb: 1\n",
        "a:\n  # new\n  z: 1\n  x: 1\n  y: 3\nb: 1\n",
        "a:\n  # new\n  z: 1\n  x: 2 # mine\n  y: 3\nb: 1\n",
    ),
    "ours_renames_job_theirs_changes_it": (
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 1}\n",
        "jobs:\n  image:\n    on: mine\n    uses: o/b@v1\n    with: {x: 1}\n  more:\n    y: 1\n",
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 2}\n",
        "jobs:\n  image:\n    on: mine\n    uses: o/b@v1\n    with: {x: 2}\n  more:\n    y: 1\n",
    ),
    "ours_renames_job_theirs_needs_it_conflicts": (
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 1}\n",
        "jobs:\n  image:\n    on: a\n    uses: o/b@v1\n    with: {x: 1}\n",
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 2}\n  c:\n    needs: build\n",
        None,
    ),
    "ours_replaces_job_with_two_similar_ones_conflicts": (
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n",
        "jobs:\n  one:\n    on: a\n    uses: o/b@v1\n  two:\n    on: a\n    uses: o/b@v1\n",
        "jobs:\n  build:\n    on: b\n    uses: o/b@v1\n",
        None,
    ),
    "ours_replaces_job_with_different_one_conflicts": (
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 1}\n",
        "jobs:\n  image:\n    on: a\n    uses: o/c@v1\n",
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 2}\n",
        None,
    ),
    "theirs_renames_tool_key_ours_changes_it_conflicts": (
        "tools:\n  old:\n    a: 1\n    b: 1\n    c: 1\n",
        "tools:\n  old:\n    a: 2\n    b: 1\n    c: 1\n",
        "tools:\n  new:\n    a: 1\n    b: 1\n    c: 1\n",
        None,
    ),
    "sides_edit_and_add_different_steps": (
        "steps:\n  - name: a\n    run: x\n  - uses: o/b@v1\n  - name: c\n    run: y\n",
        "steps:\n  - name: a\n    run: x\n    if: mine\n  - uses: o/b@v1\n  - name: c\n    run: y\n"
        "  - run: mine\n",
        "steps:\n  - id: new\n    run: z\n  - name: a\n    run: x\n  - uses: o/b@v2\n"
        "    with: {q: 1}\n  - name: c\n    run: new\n",
        "steps:\n  - id: new\n    run: z\n  - name: a\n    run: x\n    if: mine\n  - uses: o/b@v2\n"
        "    with: {q: 1}\n  - name: c\n    run: new\n  - run: mine\n",
    ),
    "theirs_adds_key_before_first_of_item": (
        "s:\n- name: a\n  run: x\n",
        "s:\n- name: a\n  run: y\n",
        "s:\n# why\n- if: z\n  # so\n  name: a\n  run: x\n",
        "s:\n# why\n- if: z\n  # so\n  name: a\n  run: y\n",
    ),
    "ours_removes_first_key_of_item": (
        "s:\n- if: z\n  # so\n  name: a\n  run: x\n",
        "s:\n- # so\n  name: a\n  run: x\n",
        "s:\n- if: z\n  # so\n  name: a\n  run: y\n",
        "s:\n- # so\n  name: a\n  run: y\n",
    ),
    "sides_add_lines_at_both_ends_of_script": (
        "run: |\n  a\n  b\n  c\nx: 1\n",
        "run: |\n  mine\n  a\n  b\n  c\nx: 1\n",
        "run: |\n  a\n  b\n  c\n  new\nx: 2\n",
        "run: |\n  mine\n  a\n  b\n  c\n  new\nx: 2\n",
    ),
    "sides_add_repositories_in_different_places": (
        "repos:\n  - repo: a\n    rev: v1\n",
        "repos:\n  - repo: mine\n    rev: v7\n  - repo: a\n    rev: v2\n",
        "repos:\n  - repo: a\n    rev: v3\n\n  # why\n  - repo: new\n    rev: v8\n",
        "repos:\n  - repo: mine\n    rev: v7\n  - repo: a\n    rev: v3\n\n  # why\n  - repo: new\n"
        "    rev: v8\n",
    ),
    "ours_pins_digest_of_tag_theirs_raises_to": (
        "uses: o/a@v4\nx: 1\n",
        f"uses: o/a@{NEW} # v5.0.1\nx: 1\n",
        "uses: o/a@v5\nx: 2\n",
        f"uses: o/a@{NEW} # v5.0.1\nx: 2\n",
    ),
    "ours_raises_pin_with_version_comment": (
        f"uses: o/a@{OLD} # v4\nx: 1\n",
        f"uses: o/a@{NEW} # v5\nx: 1\n",
        f"uses: o/a@{OLD} # v4\nx: 2\n",
        f"uses: o/a@{NEW} # v5\nx: 2\n",
    ),
    "both_sides_edit_flow_lists": (
        "os: [a, b]\nv: ['3.9', '3.10']\n",
        "os: [a, b, mine]\nv: ['3.10']\n",
        "os: [new, a, b]\nv: ['3.9', '3.10', '3.11']\n",
        "os: [new, a, b, mine]\nv: ['3.10', '3.11']\n",
    ),
    "ours_changes_only_quotes": (
        "a: 'x'\nb: [y,z]\n",
        "a: x\nb: [y, z]\n",
        'a: "x"\nb: [y,\n  z]\n',
        "a: x\nb: [y,\n  z]\n",
    ),
    "sides_edit_mappings_with_anchor_and_alias": (
        "a: &a\n  x: 1\nb:\n  <<: *a\n  y: 1\n",
        "a: &a\n  x: 2\nb:\n  <<: *a\n  y: 1\n",
        "a: &a\n  x: 1\n  z: 1\nb:\n  <<: *a\n  y: 2\n",
        "a: &a\n  x: 2\n  z: 1\nb:\n  <<: *a\n  y: 2\n",
    ),
    "documents_match_by_kind_and_name": (
        "kind: A\nmetadata:\n  name: a\nx: 1\n---\nkind: B\nmetadata:\n  name: b\n",
        "kind: A\nmetadata:\n  name: a\nx: 2\n---\nkind: B\nmetadata:\n  name: b\n",
        "kind: N\nmetadata:\n  name: n\n--- # new\nkind: A\nmetadata:\n  name: a\nx: 1\n---\n"
        "kind: B\nmetadata:\n  name: b\ny: 1\n",
        "kind: N\nmetadata:\n  name: n\n--- # new\nkind: A\nmetadata:\n  name: a\nx: 2\n---\n"
        "kind: B\nmetadata:\n  name: b\ny: 1\n",
    ),
    "ours_appends_document_theirs_changes_first": (
        "kind: A\nmetadata: {name: a}\nx: 1\n",
        "kind: A\nmetadata: {name: a}\nx: 1\n---\nkind: B\nmetadata: {name: b}\n",
        "kind: A\nmetadata: {name: a}\nx: 2\n",
        "kind: A\nmetadata: {name: a}\nx: 2\n---\nkind: B\nmetadata: {name: b}\n",
    ),
    "documents_with_start_markers_match_by_name": (
        "---\nkind: A\nmetadata:\n  name: a\nx: 1\n---\nkind: B\nmetadata:\n  name: b\n",
        "---\nkind: A\nmetadata:\n  name: a\nx: 2\n---\nkind: B\nmetadata:\n  name: b\n",
        "---\nkind: N\nmetadata:\n  name: n\n--- # a\nkind: A\nmetadata:\n  name: a\nx: 1\n---\n"
        "kind: B\nmetadata:\n  name: b\ny: 1\n",
        "---\nkind: N\nmetadata:\n  name: n\n--- # a\nkind: A\nmetadata:\n  name: a\nx: 2\n---\n"
        "kind: B\nmetadata:\n  name: b\ny: 1\n",
    ),
    "both_sides_change_word_conflicts": ("a: x\n", "a: y\n", "a: z\n", None),
    "both_sides_raise_number_conflicts": ("a: 1.5\n", "a: 2.5\n", "a: 3.5\n", None),
    "both_sides_append_step_conflicts": (
        "steps:\n- name: a\n",
        "steps:\n- name: a\n- name: mine\n",
        "steps:\n- name: a\n- name: new\n",
        None,
    ),
    "ours_adds_step_after_one_theirs_removes_conflicts": (
        "steps:\n- name: a\n- name: b\n- name: c\n",
        "steps:\n- name: a\n- name: b\n- name: mine\n- name: c\n",
        "steps:\n- name: a\n- name: c\n",
        None,
    ),
    "ours_adds_step_of_same_action_theirs_changes_it_conflicts": (
        "steps:\n- uses: o/a@v1\n  with: {x: 1}\n- run: z\n",
        "steps:\n- uses: o/a@v1\n  with: {y: 1}\n- uses: o/a@v1\n  with: {x: 1}\n- run: z\n",
        "steps:\n- uses: o/a@v1\n  with: {x: 1, q: 1}\n- run: z\n",
        None,
    ),
    "both_sides_append_script_line_conflicts": (
        "script:\n- a\n- b\n",
        "script:\n- a\n- b\n- mine\n",
        "script:\n- a\n- b\n- new\n",
        None,
    ),
    "both_sides_append_after_negated_path_conflicts": (
        "paths: [a, '!b']\n",
        "paths: [a, '!b', mine]\n",
        "paths: [a, '!b', new]\n",
        None,
    ),
    "ours_changes_block_list_to_flow_conflicts": (
        "x:\n- a\n- b\n",
        "x: [a, b, mine]\n",
        "x:\n- a\n- b\n- new\n",
        None,
    ),
    "ours_changes_indentation_conflicts": (
        "x:\n- a: b\n  c: d\n",
        "x:\n  - a: b\n    c: e\n",
        "x:\n- a: b\n  c: d\n  f: g\n",
        None,
    ),
    "ours_removes_item_theirs_moves_it_conflicts": (
        "x: [a, b]\ny: [c]\n",
        "x: [a]\ny: [c]\n",
        "x: [a]\ny: [c, b]\n",
        None,
    ),
    "ours_removes_key_theirs_moves_it_conflicts": (
        "hooks:\n- id: a\n  args: x\n  b: 1\n",
        "hooks:\n- id: a\n  b: 1\n",
        "hooks:\n- id: a\n  b: 1\n- id: c\n  args: x\n",
        None,
    ),
    "both_sides_replace_list_item_conflicts": ("x: [a, b]\n", "x: [a, c]\n", "x: [a, d]\n", None),
    "both_sides_rename_job_conflicts": (
        "jobs:\n  a: {x: 1}\n",
        "jobs:\n  b: {x: 1}\n",
        "jobs:\n  c: {x: 1}\n",
        None,
    ),
    "ours_changes_tiny_job_theirs_renames_it_conflicts": (
        "jobs:\n  a:\n    x: 1\n",
        "jobs:\n  a:\n    x: 2\n",
        "jobs:\n  b:\n    x: 1\n",
        None,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check(".github/workflows/ci.yml", *EXAMPLES[name])


READABLE = [
    "",
    "# only a comment\n",
    "a",
    "- a\n-\n- - b\n  - c\n-   d: e\n\n    f: g # h\n# the end",
    "--- # first\na: !t {b: [c, {d: e}, ], f: }\n---\n- x\n",
    "a: &x\n  # above\n  b: |-\n    c\n\n     d\n\n  # below\ne: *x\nf:   >2\n    g\n",
    "'a b': \"c\n  d\"\n? e\n",
    "a:\n  b\n  c # d\ne: 'f: g # h'\n",
    "on:\n  push:\n    branches: [ main ,  x ]\n",
    "- &a b: c\n- ! d\n- [e,\n   # f\n   g]  # h\n",
]


@pytest.mark.parametrize("text", READABLE)
def test_reading_preserves_source(text: str) -> None:
    known = formats.of("a.yaml")
    assert known
    text = f"{text}\n" if text and not text.endswith("\n") else text
    try:
        read = known.read(text)
    except ValueError:
        assert "? e" in text
    else:
        assert nodes.source(read) == text


DOUBTFUL = [
    "a: 1\na: 2\n",
    "a: &x 1\nb: &x 2\nc: *x\n",
    "%YAML 1.2\n---\na: 1\n",
    "a: 1\n...\n",
    "? a\n: b\n",
    "? [a, b]\n: c\n",
    "a: |+\n  b\n\n",
    "---\na: 1\n---\na: 1\n",
    "<<: {a: 1}\n<<: {b: 1}\n",
    "a: [b\n  , c]\n",
]


@pytest.mark.parametrize("text", DOUBTFUL)
def test_invalid_or_unsupported_text_is_rejected(text: str) -> None:
    known = formats.of("a.yaml")
    assert known
    with pytest.raises(ValueError, match=r"\w"):
        known.read(text)


REPEATED_KEYS = {
    "empty_key_with_comment": (
        "on:\n  # why\n  a:\n\n  # why\n  a:\n  b:\n",
        "on:\n  # why\n  a:\n  b:\n",
    ),
    "key_repeated_three_times": ("a: x\na: x\na: x\n", "a: x\n"),
    "key_repeated_in_list_item": ("- a: x\n  a: x\n- a: x\n", "- a: x\n- a: x\n"),
    "different_values_stay": ("a: x\na: y\n", "a: x\na: y\n"),
    "collections_stay": ("a: [x]\na: [x]\n", "a: [x]\na: [x]\n"),
    "multiline_scalars_stay": ("a: |\n  x\na: |\n  x\n", "a: |\n  x\na: |\n  x\n"),
    "complex_keys_stay": ("? [a]\n: x\n? [a]\n: x\n", "? [a]\n: x\n? [a]\n: x\n"),
    "recursive_anchor_stays": ("&a [*a]\n", "&a [*a]\n"),
}


@pytest.mark.parametrize("name", REPEATED_KEYS)
def test_repeated_scalar_keys_are_removed(name: str) -> None:
    text, once = REPEATED_KEYS[name]
    assert yaml.without_repeated_keys(text) == once


def test_merge_without_repeated_keys_keeps_the_line_ends() -> None:
    base = b"a: x\r\na: x\r\nb: 1\r\nc: 1\r\n"
    ours = b"a: x\r\nb: 2\r\nc: 1\r\n"
    theirs = base.replace(b"c: 1", b"c: 3")
    merged = structural.merge_repaired("a.yaml", base, ours, theirs)
    assert merged
    assert merged.text == b"a: x\r\nb: 2\r\nc: 3\r\n"
    assert merged.rules == ("removed keys that the release repeats",)
