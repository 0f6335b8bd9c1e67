"""If a side changed only the layout, the changes of the other side merge with it."""

import pytest
from drydock.documents import formats
from drydock.merging import audit, layout, structural
from drydock.merging.certainty import NotCertain

CODE = """\
import os

response = client.get("/predict", params={"item": 1}, headers={"accept": "json"})


def load(path: str, device: str = "cpu", batch_size: int = 32, workers: int = 8) -> Model:
    if path.endswith(".onnx") and device == "cpu":  # the fast one
        return Model(path, device=device, batch_size=batch_size)
    elif device == "cuda":
        raise ValueError(f"{path} needs a cpu")
    else:
        return None
"""
SHORT = """\
import os

response = client.get(
    "/predict",
    params={"item": 1},
    headers={"accept": "json"},
)


def load(
    path: str,
    device: str = "cpu",
    batch_size: int = 32,
    workers: int = 8,
) -> Model:
    if (
        path.endswith(".onnx") and device == "cpu"
    ):  # the fast one
        return Model(
            path, device=device, batch_size=batch_size
        )
    elif device == "cuda":
        raise ValueError(
            f"{path} needs a cpu"
        )
    else:
        return None
"""
HOOKS = """\
repos:
  - repo: https://a.b/ruff
    rev: v1
    hooks:
      - id: ruff
        args: [--fix]
"""
DASHED = """\
repos:
-   repo: https://a.b/ruff
    rev: v1
    hooks:
    -   id: ruff
        args: [--fix]
"""

# path, base, the side that changed the layout, the other side, merged
ALIKE = {
    "line_length_changed_other_side_edits": (
        "a.py",
        CODE,
        SHORT,
        CODE.replace("return None", "return path").replace("import os", "import sys"),
        SHORT.replace("return None", "return path").replace("import os", "import sys"),
    ),
    "line_length_and_code_changed_other_side_edits": (
        "a.py",
        CODE,
        SHORT.replace('"json"', '"yaml"'),
        CODE.replace("return None", "return path"),
        SHORT.replace('"json"', '"yaml"').replace("return None", "return path"),
    ),
    "line_length_changed_and_function_added_other_side_edits": (
        "a.py",
        CODE,
        f"{SHORT}\n\ndef mine():\n    return 1\n",
        CODE.replace("return None", "return path"),
        f"{SHORT}\n\ndef mine():\n    return 1\n".replace("return None", "return path"),
    ),
    "list_indentation_changed_other_side_edits": (
        "a.yaml",
        HOOKS,
        DASHED,
        HOOKS.replace("v1", "v2").replace("[--fix]", "[]\n        files: x"),
        DASHED.replace("v1", "v2").replace("[--fix]", "[]\n        files: x"),
    ),
    "json_indentation_changed_other_side_adds_key": (
        "a.json",
        '{\n  "a": {\n    "b": 1\n  }\n}\n',
        '{\n    "a": {\n        "b": 1\n    }\n}\n',
        '{\n  "a": {\n    "b": 1,\n    "c": 2\n  }\n}\n',
        '{\n    "a": {\n        "b": 1,\n        "c": 2\n    }\n}\n',
    ),
    "trailing_blanks_removed_other_side_edits": (
        "notes.txt",
        "one  \ntwo\nthree \nfour\n",
        "one\ntwo\nthree\nfour\n",
        "one  \ntwo\nthree \n4\n",
        "one\ntwo\nthree\n4\n",
    ),
    "spaces_replaced_by_tabs_other_side_adds_lines": (
        "Makefile",
        "test:\n    pytest\ndocs:\n    sphinx\n",
        "test:\n\tpytest\ndocs:\n\tsphinx\n",
        "test:\n    pytest\n    mypy\ndocs:\n    sphinx\n",
        "test:\n\tpytest\n\tmypy\ndocs:\n\tsphinx\n",
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_change_gets_layout_of_the_other_side(name: str) -> None:
    path, *texts, merged = ALIKE[name]
    base, side, other = (text.encode() for text in texts)
    assert structural.merge(path, base, side, other).text.decode() == merged
    file_format = formats.of(path)
    swapped = structural.merge(path, base, other, side).text.decode()
    if file_format:  # the changes of ours can keep their own layout
        units = audit.of(formats.name_of(file_format))
        assert units(swapped) == units(merged)
    else:
        assert swapped == merged


def test_sides_change_layout_in_different_places() -> None:
    base, ours, theirs = (
        f"a = f({one})\nx = 1\nb = {two}\ny = {three}\n".encode()
        for one, two, three in (("1, 2", "'b'", 1), ("1,\n    2", "'b'", 2), ("1, 2", '"b"', 1))
    )
    merged = structural.merge("a.py", base, ours, theirs).text.decode()
    assert merged == 'a = f(1,\n    2)\nx = 1\nb = "b"\ny = 2\n'


# path, base, ours, theirs
NOT_ALIKE = {
    "both_sides_change_comment_of_reformatted_statement": (
        "a.py",
        'x = f("aaaa", "bbbb")  # old\n',
        'x = f(\n    "aaaa",\n    "bbbb",\n)  # mine\n',
        'x = f("aaaa", "bbbb")  # new\n',
    ),
    "both_sides_change_reformatted_statement": (
        "a.py",
        'x = f("aaaa" + g(1))\n',
        'x = f(\n    "aaaa"\n    + g(2)\n)\n',
        'x = f("aaaa" + g(3))\n',
    ),
    "both_sides_change_indentation_that_can_have_meaning": (
        "notes.txt",
        "a:\n  b\nc\n",
        "a:\n    b\nc2\n",
        "a:\nb\nc\n",
    ),
    "ours_changes_indentation_in_two_ways": (
        "notes.txt",
        "  a\n  b\nc\n",
        "    a\n\tb\nc\n",
        "  a\n  b\n  d\n",
    ),
}


@pytest.mark.parametrize("name", NOT_ALIKE)
def test_conflicts(name: str) -> None:
    path, *texts = NOT_ALIKE[name]
    with pytest.raises(NotCertain):
        structural.merge(path, *(text.encode() for text in texts))


def test_text_that_only_another_layout_makes_valid_is_not_laid_out() -> None:
    base = "a:\n\tb: 1\nc: 2\n"
    assert layout.alike("a.yml", base, base.replace("\t", "  "), f"{base}d: 3\n") is None


def test_statements_cover_the_whole_text() -> None:
    for text in (CODE, SHORT, "", "x = 1", "# c\n\nx = [  # d\n    # e\n    1,\n]\n\n\n# f\n"):
        assert "".join(layout._statements(text)) == text
