"""What a file says as plain data, for the judge of invariants."""

import pytest
from drydock.merging.audit.data import Data, is_unread, load

SAID: dict[str, tuple[str, str, list[Data]]] = {
    "documents of YAML": ("a.yaml", "a: 1\n---\nb: [x]\n", [{"a": "1"}, {"b": ["x"]}]),
    "what an alias repeats is told at its anchor": (
        "a.yml", "a: &x [1]\nb: *x\n", [{"a": ["1"], "b": "*"}],
    ),
    "a dot in a key separates nothing": ("a.toml", '"a.b" = 1\n', [{"a\u2024b": "1"}]),
    "JSON with a comment": ("a.json", '{"a": 1, // why\n}', [{"a": "1"}]),
    "a value of several lines of INI is a list": (
        "tox.ini", "[testenv]\ndeps =\n    a\n    b\nskip = 1\n",
        [{"testenv": {"deps": ["a", "b"], "skip": "1"}}],
    ),
    "requirements without comments": (
        "requirements/dev.txt", "# why\na==1  # pinned\n\n-r b.txt\n", [["a==1", "-r b.txt"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_what_a_file_says(case: str) -> None:
    path, text, expected = SAID[case]
    assert load(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.yaml", "a: [\n"), ("a.toml", "a =\n"), ("a.json", "{"), ("a.py", "a = 1\n"),
     ("chart/templates/a.yaml", "a: 1\n"), ("a.json", "[" * 100_000)],
)  # fmt: skip
def test_of_what_is_not_valid_or_not_data_nothing_is_said(path: str, text: str) -> None:
    assert load(path, text) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [("Makefile", True), ("chart/templates/a.yaml", True), (".env", True), ("a.yaml", False),
     ("setup.cfg", False), ("README.md", False), ("a.py", False)],
)  # fmt: skip
def test_files_that_no_reader_reads(path: str, expected: bool) -> None:
    assert is_unread(path) is expected
