"""Files are loaded as plain data for the checks of invariants."""

import pytest
from drydock.merging.audit.data import Data, is_unread, load

DATA: dict[str, tuple[str, str, list[Data]]] = {
    "yaml_documents": ("a.yaml", "a: 1\n---\nb: [x]\n", [{"a": "1"}, {"b": ["x"]}]),
    "yaml_alias_is_star": (
        "a.yml", "a: &x [1]\nb: *x\n", [{"a": ["1"], "b": "*"}],
    ),
    "dot_in_key_is_replaced": ("a.toml", '"a.b" = 1\n', [{"a\u2024b": "1"}]),
    "json_with_comment": ("a.json", '{"a": 1, // why\n}', [{"a": "1"}]),
    "ini_value_of_several_lines_is_list": (
        "tox.ini", "[testenv]\ndeps =\n    a\n    b\nskip = 1\n",
        [{"testenv": {"deps": ["a", "b"], "skip": "1"}}],
    ),
    "requirements_without_comments": (
        "requirements/dev.txt", "# why\na==1  # pinned\n\n-r b.txt\n", [["a==1", "-r b.txt"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DATA)
def test_load(case: str) -> None:
    path, text, expected = DATA[case]
    assert load(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.yaml", "a: [\n"), ("a.toml", "a =\n"), ("a.json", "{"), ("a.py", "a = 1\n"),
     ("chart/templates/a.yaml", "a: 1\n"), ("a.json", "[" * 100_000)],
)  # fmt: skip
def test_invalid_files_and_other_formats_load_nothing(path: str, text: str) -> None:
    assert load(path, text) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [("Makefile", True), ("chart/templates/a.yaml", True), (".env", True), ("a.yaml", False),
     ("setup.cfg", False), ("README.md", False), ("a.py", False)],
)  # fmt: skip
def test_is_unread(path: str, expected: bool) -> None:
    assert is_unread(path) is expected
