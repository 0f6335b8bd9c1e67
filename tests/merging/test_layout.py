"""Where a side changed the layout alone, the other side's changes come out beside it."""

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

# path, base, the side that changed the layout, the other, merged
ALIKE = {
    "another line length": (
        "a.py",
        CODE,
        SHORT,
        CODE.replace("return None", "return path").replace("import os", "import sys"),
        SHORT.replace("return None", "return path").replace("import os", "import sys"),
    ),
    "another line length, and a change": (
        "a.py",
        CODE,
        SHORT.replace('"json"', '"yaml"'),
        CODE.replace("return None", "return path"),
        SHORT.replace('"json"', '"yaml"').replace("return None", "return path"),
    ),
    "another line length, and a new function": (
        "a.py",
        CODE,
        f"{SHORT}\n\ndef mine():\n    return 1\n",
        CODE.replace("return None", "return path"),
        f"{SHORT}\n\ndef mine():\n    return 1\n".replace("return None", "return path"),
    ),
    "other dashes": (
        "a.yaml",
        HOOKS,
        DASHED,
        HOOKS.replace("v1", "v2").replace("[--fix]", "[]\n        files: x"),
        DASHED.replace("v1", "v2").replace("[--fix]", "[]\n        files: x"),
    ),
    "an indentation by four": (
        "a.json",
        '{\n  "a": {\n    "b": 1\n  }\n}\n',
        '{\n    "a": {\n        "b": 1\n    }\n}\n',
        '{\n  "a": {\n    "b": 1,\n    "c": 2\n  }\n}\n',
        '{\n    "a": {\n        "b": 1,\n        "c": 2\n    }\n}\n',
    ),
    "blanks at the ends of lines": (
        "notes.txt",
        "one  \ntwo\nthree \nfour\n",
        "one\ntwo\nthree\nfour\n",
        "one  \ntwo\nthree \n4\n",
        "one\ntwo\nthree\n4\n",
    ),
    "tabs": (
        "Makefile",
        "test:\n    pytest\ndocs:\n    sphinx\n",
        "test:\n\tpytest\ndocs:\n\tsphinx\n",
        "test:\n    pytest\n    mypy\ndocs:\n    sphinx\n",
        "test:\n\tpytest\n\tmypy\ndocs:\n\tsphinx\n",
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_the_change_comes_out_in_the_other_layout(name: str) -> None:
    path, *texts, merged = ALIKE[name]
    base, side, other = (text.encode() for text in texts)
    assert structural.merge(path, base, side, other).text.decode() == merged
    known = formats.of(path)
    swapped = structural.merge(path, base, other, side).text.decode()
    if known:  # what yours changed may be laid out as yours
        units = audit.of(formats.name_of(known))
        assert units(swapped) == units(merged)
    else:
        assert swapped == merged


def test_each_side_changes_the_layout_elsewhere() -> None:
    base, ours, theirs = (
        f"a = f({one})\nx = 1\nb = {two}\ny = {three}\n".encode()
        for one, two, three in (("1, 2", "'b'", 1), ("1,\n    2", "'b'", 2), ("1, 2", '"b"', 1))
    )
    merged = structural.merge("a.py", base, ours, theirs).text.decode()
    assert merged == 'a = f(1,\n    2)\nx = 1\nb = "b"\ny = 2\n'


# path, base, ours, theirs
NOT_ALIKE = {
    "a comment within that one side changed": (
        "a.py",
        'x = f("aaaa", "bbbb")  # old\n',
        'x = f(\n    "aaaa",\n    "bbbb",\n)  # mine\n',
        'x = f("aaaa", "bbbb")  # new\n',
    ),
    "both changed the statement that is laid out anew": (
        "a.py",
        'x = f("aaaa" + g(1))\n',
        'x = f(\n    "aaaa"\n    + g(2)\n)\n',
        'x = f("aaaa" + g(3))\n',
    ),
    "blanks that both changed, where they may mean something": (
        "notes.txt",
        "a:\n  b\nc\n",
        "a:\n    b\nc2\n",
        "a:\nb\nc\n",
    ),
    "an indentation in two ways": (
        "notes.txt",
        "  a\n  b\nc\n",
        "    a\n\tb\nc\n",
        "  a\n  b\n  d\n",
    ),
}


@pytest.mark.parametrize("name", NOT_ALIKE)
def test_not_certain(name: str) -> None:
    path, *texts = NOT_ALIKE[name]
    with pytest.raises(NotCertain):
        structural.merge(path, *(text.encode() for text in texts))


def test_statements_are_all_of_the_text() -> None:
    for text in (CODE, SHORT, "", "x = 1", "# c\n\nx = [  # d\n    # e\n    1,\n]\n\n\n# f\n"):
        assert "".join(layout._statements(text)) == text
