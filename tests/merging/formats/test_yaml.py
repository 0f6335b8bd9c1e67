"""YAML is merged by keys and identities; what stands in an order keeps it."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import yaml

from tests.merging.formats.examples import Examples, check

OLD, NEW = "0" * 40, "f" * 40

EXAMPLES: Examples = {
    "keys of a mapping": (
        "a:\n  x: 1\n  y: 2\nb: 1\n",
        "a:\n  x: 2 # mine\n  y: 2\nb: 1\n",
        "a:\n  # new\n  z: 1\n  x: 1\n  y: 3\nb: 1\n",
        "a:\n  # new\n  z: 1\n  x: 2 # mine\n  y: 3\nb: 1\n",
    ),
    "a job that one side renames and the other changes": (
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 1}\n",
        "jobs:\n  image:\n    on: mine\n    uses: o/b@v1\n    with: {x: 1}\n  more:\n    y: 1\n",
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 2}\n",
        "jobs:\n  image:\n    on: mine\n    uses: o/b@v1\n    with: {x: 2}\n  more:\n    y: 1\n",
    ),
    "a job that one side renames and the other needs": (
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 1}\n",
        "jobs:\n  image:\n    on: a\n    uses: o/b@v1\n    with: {x: 1}\n",
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 2}\n  c:\n    needs: build\n",
        None,
    ),
    "a job that two may be now": (
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n",
        "jobs:\n  one:\n    on: a\n    uses: o/b@v1\n  two:\n    on: a\n    uses: o/b@v1\n",
        "jobs:\n  build:\n    on: b\n    uses: o/b@v1\n",
        None,
    ),
    "a job for which another stands": (
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 1}\n",
        "jobs:\n  image:\n    on: a\n    uses: o/c@v1\n",
        "jobs:\n  build:\n    on: a\n    uses: o/b@v1\n    with: {x: 2}\n",
        None,
    ),
    "a key that a tool knows, renamed": (
        "tools:\n  old:\n    a: 1\n    b: 1\n    c: 1\n",
        "tools:\n  old:\n    a: 2\n    b: 1\n    c: 1\n",
        "tools:\n  new:\n    a: 1\n    b: 1\n    c: 1\n",
        None,
    ),
    "steps by their names": (
        "steps:\n  - name: a\n    run: x\n  - uses: o/b@v1\n  - name: c\n    run: y\n",
        "steps:\n  - name: a\n    run: x\n    if: mine\n  - uses: o/b@v1\n  - name: c\n    run: y\n"
        "  - run: mine\n",
        "steps:\n  - id: new\n    run: z\n  - name: a\n    run: x\n  - uses: o/b@v2\n"
        "    with: {q: 1}\n  - name: c\n    run: new\n",
        "steps:\n  - id: new\n    run: z\n  - name: a\n    run: x\n    if: mine\n  - uses: o/b@v2\n"
        "    with: {q: 1}\n  - name: c\n    run: new\n  - run: mine\n",
    ),
    "a key before the first one of an item": (
        "s:\n- name: a\n  run: x\n",
        "s:\n- name: a\n  run: y\n",
        "s:\n# why\n- if: z\n  # so\n  name: a\n  run: x\n",
        "s:\n# why\n- if: z\n  # so\n  name: a\n  run: y\n",
    ),
    "the first key of an item removed": (
        "s:\n- if: z\n  # so\n  name: a\n  run: x\n",
        "s:\n- # so\n  name: a\n  run: x\n",
        "s:\n- if: z\n  # so\n  name: a\n  run: y\n",
        "s:\n- # so\n  name: a\n  run: y\n",
    ),
    "lines of a script": (
        "run: |\n  a\n  b\n  c\nx: 1\n",
        "run: |\n  mine\n  a\n  b\n  c\nx: 1\n",
        "run: |\n  a\n  b\n  c\n  new\nx: 2\n",
        "run: |\n  mine\n  a\n  b\n  c\n  new\nx: 2\n",
    ),
    "both added a repository, in other places": (
        "repos:\n  - repo: a\n    rev: v1\n",
        "repos:\n  - repo: mine\n    rev: v7\n  - repo: a\n    rev: v2\n",
        "repos:\n  - repo: a\n    rev: v3\n\n  # why\n  - repo: new\n    rev: v8\n",
        "repos:\n  - repo: mine\n    rev: v7\n  - repo: a\n    rev: v3\n\n  # why\n  - repo: new\n"
        "    rev: v8\n",
    ),
    "a pin satisfies the tag": (
        "uses: o/a@v4\nx: 1\n",
        f"uses: o/a@{NEW} # v5.0.1\nx: 1\n",
        "uses: o/a@v5\nx: 2\n",
        f"uses: o/a@{NEW} # v5.0.1\nx: 2\n",
    ),
    "a remark at a pin that one side changed": (
        f"uses: o/a@{OLD} # v4\nx: 1\n",
        f"uses: o/a@{NEW} # v5\nx: 1\n",
        f"uses: o/a@{OLD} # v4\nx: 2\n",
        f"uses: o/a@{NEW} # v5\nx: 2\n",
    ),
    "words of a flow list": (
        "os: [a, b]\nv: ['3.9', '3.10']\n",
        "os: [a, b, mine]\nv: ['3.10']\n",
        "os: [new, a, b]\nv: ['3.9', '3.10', '3.11']\n",
        "os: [new, a, b, mine]\nv: ['3.10', '3.11']\n",
    ),
    "only another layout gives way": (
        "a: 'x'\nb: [y,z]\n",
        "a: x\nb: [y, z]\n",
        'a: "x"\nb: [y,\n  z]\n',
        "a: x\nb: [y,\n  z]\n",
    ),
    "anchors and aliases": (
        "a: &a\n  x: 1\nb:\n  <<: *a\n  y: 1\n",
        "a: &a\n  x: 2\nb:\n  <<: *a\n  y: 1\n",
        "a: &a\n  x: 1\n  z: 1\nb:\n  <<: *a\n  y: 2\n",
        "a: &a\n  x: 2\n  z: 1\nb:\n  <<: *a\n  y: 2\n",
    ),
    "documents by kind and name": (
        "kind: A\nmetadata:\n  name: a\nx: 1\n---\nkind: B\nmetadata:\n  name: b\n",
        "kind: A\nmetadata:\n  name: a\nx: 2\n---\nkind: B\nmetadata:\n  name: b\n",
        "kind: N\nmetadata:\n  name: n\n--- # new\nkind: A\nmetadata:\n  name: a\nx: 1\n---\n"
        "kind: B\nmetadata:\n  name: b\ny: 1\n",
        "kind: N\nmetadata:\n  name: n\n--- # new\nkind: A\nmetadata:\n  name: a\nx: 2\n---\n"
        "kind: B\nmetadata:\n  name: b\ny: 1\n",
    ),
    "a second document": (
        "kind: A\nmetadata: {name: a}\nx: 1\n",
        "kind: A\nmetadata: {name: a}\nx: 1\n---\nkind: B\nmetadata: {name: b}\n",
        "kind: A\nmetadata: {name: a}\nx: 2\n",
        "kind: A\nmetadata: {name: a}\nx: 2\n---\nkind: B\nmetadata: {name: b}\n",
    ),
    "marked documents": (
        "---\nkind: A\nmetadata:\n  name: a\nx: 1\n---\nkind: B\nmetadata:\n  name: b\n",
        "---\nkind: A\nmetadata:\n  name: a\nx: 2\n---\nkind: B\nmetadata:\n  name: b\n",
        "---\nkind: N\nmetadata:\n  name: n\n--- # a\nkind: A\nmetadata:\n  name: a\nx: 1\n---\n"
        "kind: B\nmetadata:\n  name: b\ny: 1\n",
        "---\nkind: N\nmetadata:\n  name: n\n--- # a\nkind: A\nmetadata:\n  name: a\nx: 2\n---\n"
        "kind: B\nmetadata:\n  name: b\ny: 1\n",
    ),
    "both changed a word": ("a: x\n", "a: y\n", "a: z\n", None),
    "numbers are not versions": ("a: 1.5\n", "a: 2.5\n", "a: 3.5\n", None),
    "both added a step in one place": (
        "steps:\n- name: a\n",
        "steps:\n- name: a\n- name: mine\n",
        "steps:\n- name: a\n- name: new\n",
        None,
    ),
    "the step before an added one removed": (
        "steps:\n- name: a\n- name: b\n- name: c\n",
        "steps:\n- name: a\n- name: b\n- name: mine\n- name: c\n",
        "steps:\n- name: a\n- name: c\n",
        None,
    ),
    "another step of the same action added before": (
        "steps:\n- uses: o/a@v1\n  with: {x: 1}\n- run: z\n",
        "steps:\n- uses: o/a@v1\n  with: {y: 1}\n- uses: o/a@v1\n  with: {x: 1}\n- run: z\n",
        "steps:\n- uses: o/a@v1\n  with: {x: 1, q: 1}\n- run: z\n",
        None,
    ),
    "a script in lines is in order": (
        "script:\n- a\n- b\n",
        "script:\n- a\n- b\n- mine\n",
        "script:\n- a\n- b\n- new\n",
        None,
    ),
    "negated paths are in order": (
        "paths: [a, '!b']\n",
        "paths: [a, '!b', mine]\n",
        "paths: [a, '!b', new]\n",
        None,
    ),
    "in brackets on one side": (
        "x:\n- a\n- b\n",
        "x: [a, b, mine]\n",
        "x:\n- a\n- b\n- new\n",
        None,
    ),
    "another indentation": (
        "x:\n- a: b\n  c: d\n",
        "x:\n  - a: b\n    c: e\n",
        "x:\n- a: b\n  c: d\n  f: g\n",
        None,
    ),
    "an item that the release moved and the user removed": (
        "x: [a, b]\ny: [c]\n",
        "x: [a]\ny: [c]\n",
        "x: [a]\ny: [c, b]\n",
        None,
    ),
    "a key that the release moved into a new item and the user removed": (
        "hooks:\n- id: a\n  args: x\n  b: 1\n",
        "hooks:\n- id: a\n  b: 1\n",
        "hooks:\n- id: a\n  b: 1\n- id: c\n  args: x\n",
        None,
    ),
    "a word replaced on both sides": ("x: [a, b]\n", "x: [a, c]\n", "x: [a, d]\n", None),
    "a job renamed on both sides": (
        "jobs:\n  a: {x: 1}\n",
        "jobs:\n  b: {x: 1}\n",
        "jobs:\n  c: {x: 1}\n",
        None,
    ),
    "a job that one side renames, of which too little is left to know it": (
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
    "# only a remark\n",
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
def test_nothing_is_lost_by_reading(text: str) -> None:
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
def test_what_is_doubtful_is_not_read(text: str) -> None:
    known = formats.of("a.yaml")
    assert known
    with pytest.raises(ValueError, match=r"\w"):
        known.read(text)


SAID_ONCE = {
    "a key with nothing, and its comment": (
        "on:\n  # why\n  a:\n\n  # why\n  a:\n  b:\n",
        "on:\n  # why\n  a:\n  b:\n",
    ),
    "a key with the same word, thrice": ("a: x\na: x\na: x\n", "a: x\n"),
    "in an item of a list": ("- a: x\n  a: x\n- a: x\n", "- a: x\n- a: x\n"),
    "a key with another word": ("a: x\na: y\n", "a: x\na: y\n"),
    "a key with more than a word": ("a: [x]\na: [x]\n", "a: [x]\na: [x]\n"),
    "a text of several lines": ("a: |\n  x\na: |\n  x\n", "a: |\n  x\na: |\n  x\n"),
    "keys that are no words": ("? [a]\n: x\n? [a]\n: x\n", "? [a]\n: x\n? [a]\n: x\n"),
    "an anchor in itself": ("&a [*a]\n", "&a [*a]\n"),
}


@pytest.mark.parametrize("name", SAID_ONCE)
def test_what_is_said_again_is_left_out(name: str) -> None:
    text, once = SAID_ONCE[name]
    assert yaml.said_once(text) == once
