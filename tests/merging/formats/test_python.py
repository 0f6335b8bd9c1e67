"""Python is merged by imports, definitions and assignments, as long as their meaning is certain."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import python
from drydock.merging import audit, structural
from drydock.merging.certainty import NotCertain

from tests.merging.formats.examples import Examples, check

IMPORTS: Examples = {
    "both_sides_add_imports_sorted_into_groups": (
        "import os\nfrom a import b\n\nimport pytest\n",
        "import json\nimport os\nfrom a import b\n\nimport httpx\nimport pytest\n",
        "import os\nimport sys\nfrom a import b\n\nimport pytest\nimport yaml\n",
        "import json\nimport os\nimport sys\nfrom a import b\n"
        "\nimport httpx\nimport pytest\nimport yaml\n",
    ),
    "both_sides_add_names_to_import": (
        "from a import b\n",
        "from a import b, c\n",
        "from a import a, b\n",
        "from a import a, b, c\n",
    ),
    "ours_splits_import_into_lines_both_add_names": (
        "from a import b, d\n",
        "from a import (\n    b,\n    c,  # noqa: F401\n    d,\n)\n",
        "from a import b, d, e\n",
        "from a import (\n    b,\n    c,  # noqa: F401\n    d,\n    e,\n)\n",
    ),
    "both_sides_add_unsorted_imports": (
        "import z\nimport a\n",
        "import z\nimport y\nimport a\n",
        "import z\nimport x\nimport a\nprint(x)\n",
        "import z\nimport x\nimport y\nimport a\nprint(x)\n",
    ),
    "both_sides_add_aliased_imports": (
        "import a\nfrom b import c\n",
        "import a\nimport numpy as np\nfrom b import c\n",
        "import a\nfrom b import c\nfrom b import d as e\n",
        "import a\nimport numpy as np\nfrom b import c\nfrom b import d as e\n",
    ),
    "both_sides_add_type_checking_imports": (
        "if TYPE_CHECKING:\n    from a import b\n\nx = f()\n",
        "if TYPE_CHECKING:\n    from a import b\n    from mine import m\n\nx = f()\n",
        "if TYPE_CHECKING:\n    from a import b, c\n    from z import y\n\nx = f()\n",
        "if TYPE_CHECKING:\n    from a import b, c\n    from mine import m\n    from z import y\n"
        "\nx = f()\n",
    ),
    "ours_adds_docstring_and_import_theirs_adds_all": (
        "from .version import v\n",
        '"""What it is."""\n\nimport os\nfrom .version import v\n',
        'from .version import v\n\n__all__ = ["v"]\n',
        '"""What it is."""\n\nimport os\nfrom .version import v\n\n__all__ = ["v"]\n',
    ),
    "ours_adds_name_to_import_theirs_removes_one": (
        "import a\nfrom typing import Any\n\nx: Any = 1\n",
        "import a\nfrom typing import Any, cast\n\nx: Any = 1\ny = cast(int, x)\n",
        "import a\n\nx = 1\n",
        "import a\nfrom typing import cast\n\nx = 1\ny = cast(int, x)\n",
    ),
    "theirs_removes_first_import_ours_adds_one": (
        "import os\n\nfrom a import b\n",
        "import os\n\nfrom a import b\nfrom a.c import d\n",
        "from a import b, e\n",
        "from a import b, e\nfrom a.c import d\n",
    ),
    "theirs_removes_import_ours_uses_it": (
        "import os\nimport sys\n\nx = os.sep\n",
        "import os\nimport sys\n\nx = os.sep\ny = os.pathsep\n",
        "import sys\n\nx = '/'\n",
        "import os\nimport sys\n\nx = '/'\ny = os.pathsep\n",
    ),
    "both_sides_import_name_from_different_modules_conflicts": (
        "import os\n",
        "import os\nfrom collections.abc import Callable\n",
        "import os\nfrom typing import Callable\n",
        None,
    ),
    "theirs_replaces_package_ours_uses_more_of_it_conflicts": (
        "from old import a\n\nprint(a)\n",
        "from old import a\nfrom old.more import b\n\nprint(a)\nprint(b)\n",
        "from new import a\n\nprint(a)\n",
        None,
    ),
    "both_sides_add_star_import_conflicts": (
        "from a import *\n",
        "from mine import *\nfrom a import *\n",
        "from new import *\nfrom a import *\n",
        None,
    ),
}

DEFINITIONS: Examples = {
    "both_sides_append_definitions": (
        "def f():\n    pass\n",
        "def f():\n    pass\n\n\ndef mine():\n    pass\n",
        "def f():\n    pass\n\n\nclass New:\n    x = 1\n",
        "def f():\n    pass\n\n\ndef mine():\n    pass\n\n\nclass New:\n    x = 1\n",
    ),
    "both_sides_add_methods": (
        "class C:\n    def f(self): ...\n",
        "class C:\n    def f(self): ...\n\n    @property\n    def mine(self): ...\n",
        "class C:\n    # new\n    async def new(self): ...\n\n    def f(self): ...\n",
        "class C:\n    # new\n    async def new(self): ...\n\n    def f(self): ...\n"
        "\n    @property\n    def mine(self): ...\n",
    ),
    "sides_change_different_lines_of_function": (
        "def f(x):\n\ta = 1\n\tb = 2\n\tc = 3\n\treturn a\n",
        "def f(x):\n\ta = 10\n\tb = 2\n\tc = 3\n\treturn a\n",
        "def f(x):\n\ta = 1\n\tb = 2\n\tc = 3\n\treturn a + b\n",
        "def f(x):\n\ta = 10\n\tb = 2\n\tc = 3\n\treturn a + b\n",
    ),
    "sides_change_getter_and_setter": (
        "class C:\n    @property\n    def x(self): return 1\n\n"
        "    @x.setter\n    def x(self, value): pass\n",
        "class C:\n    @property\n    def x(self): return 2\n\n"
        "    @x.setter\n    def x(self, value): pass\n",
        "class C:\n    @property\n    def x(self): return 1\n\n"
        "    @x.setter\n    def x(self, value): self.y = value\n",
        "class C:\n    @property\n    def x(self): return 2\n\n"
        "    @x.setter\n    def x(self, value): self.y = value\n",
    ),
    "both_sides_add_function_differently_conflicts": (
        "x = f()\n",
        "x = f()\n\n\ndef g(): return 1\n",
        "x = f()\n\n\ndef g(): return 2\n",
        None,
    ),
    "both_sides_add_class_differently_conflicts": (
        "x = f()\n",
        "x = f()\n\n\nclass C:\n    def mine(self): ...\n",
        "x = f()\n\n\nclass C:\n    def new(self): ...\n",
        None,
    ),
    "ours_edits_function_theirs_renames_it_conflicts": (
        "def f():\n    return 1\n",
        "def f():\n    return 2\n",
        "def g():\n    return 1\n",
        None,
    ),
    "both_sides_rename_function_conflicts": (
        "x = 1\n\n\ndef f():\n    y = 1\n    return y\n\n\nz = 2\n",
        "x = 1\n\n\ndef mine():\n    y = 1\n    return y\n\n\nz = 2\n",
        "x = 1\n\n\ndef new():\n    y = 1\n    return y\n\n\nz = 2\n",
        None,
    ),
    "ours_edits_function_theirs_moves_it_into_class_conflicts": (
        "def f():\n    return 1\n\n\nclass C:\n    x = f()\n",
        "def f():\n    return 2\n\n\nclass C:\n    x = f()\n",
        "class C:\n    def f():\n        return 1\n    x = f()\n",
        None,
    ),
    "ours_renames_function_theirs_calls_it_conflicts": (
        "def f(): ...\n\n\nx = 1\n",
        "def g(): ...\n\n\nx = 1\n",
        "def f(): ...\n\n\nx = f()\n",
        None,
    ),
    "ours_adds_parameter_theirs_calls_function_conflicts": (
        "def f(): ...\n\n\ndef g():\n    pass\n",
        "def f(x): ...\n\n\ndef g():\n    pass\n",
        "def f(): ...\n\n\ndef g():\n    f()\n",
        None,
    ),
    "ours_renames_method_theirs_calls_it_conflicts": (
        "class C:\n    def f(self): ...\n\n    def g(self):\n        pass\n",
        "class C:\n    def h(self): ...\n\n    def g(self):\n        pass\n",
        "class C:\n    def f(self): ...\n\n    def g(self):\n        self.f()\n",
        None,
    ),
    "both_sides_append_routes_conflicts": (
        "app = App()\n",
        'app = App()\n\n\n@app.get("/{name}")\ndef mine(name): ...\n',
        'app = App()\n\n\n@app.get("/new")\ndef new(): ...\n',
        None,
    ),
    "theirs_adds_helper_below_statement_of_ours_that_needs_it_conflicts": (
        "def make(): return 1\n",
        "def make(): return 1\n\n\napp = make()\n",
        "def make(): return help()\n\n\ndef help(): return 1\n",
        None,
    ),
}

STATEMENTS: Examples = {
    "both_sides_append_constants": (
        "X = 1\n",
        "X = 1\nMINE = 2  # why\n",
        "X = 1\nNEW: int = 3\n",
        "X = 1\nMINE = 2  # why\nNEW: int = 3\n",
    ),
    "both_sides_export_names": (
        '__all__ = ["b"]\n\nfrom x import *\n',
        '__all__ = ["b", "c"]\n\nfrom x import *\n',
        '__all__ = ["a", "b"]\n\nfrom x import *\n',
        '__all__ = ["a", "b", "c"]\n\nfrom x import *\n',
    ),
    "both_sides_add_keyword_arguments": (
        'app = App("x", a=1)\n',
        'app = App("x", a=1, mine=2)\n',
        'app = App("x", new=3, a=10)\n',
        'app = App("x", new=3, a=10, mine=2)\n',
    ),
    "sides_add_items_in_different_places": (
        'MIDDLEWARE = [\n    "a",\n    "b",\n]\n',
        'MIDDLEWARE = [\n    "mine",\n    "a",\n    "b",\n]\n',
        "MIDDLEWARE = [\n    'a',\n    'b',  # last\n    'new',\n]\n",
        "MIDDLEWARE = [\n    \"mine\",\n    'a',\n    'b',  # last\n    'new',\n]\n",
    ),
    "both_sides_append_item_conflicts": (
        'X = ["a"]\n',
        'X = ["a", "mine"]\n',
        'X = ["a", "new"]\n',
        None,
    ),
    "sides_change_different_keys_of_dictionary": (
        'X = {"a": 1, "b": 2}\n',
        'X = {"a": 10, "b": 2}\n',
        'X = {"a": 1, "b": 20, **more}\n',
        'X = {"a": 10, "b": 20, **more}\n',
    ),
    "both_sides_append_statement_conflicts": (
        "app = App()\n",
        "app = App()\napp.add_middleware(Mine)\n",
        "app = App()\napp.include_router(new)\n",
        None,
    ),
    "sides_add_statements_in_different_places": (
        "app = App()\nx = f()\n",
        "app = App()\napp.add_middleware(Mine)\nx = f()\n",
        "app = App()\nx = f()\napp.include_router(new)\n",
        "app = App()\napp.add_middleware(Mine)\nx = f()\napp.include_router(new)\n",
    ),
    "both_sides_change_value_conflicts": ("X = 1\n", "X = 2\n", "X = 3\n", None),
    "ours_appends_to_list_theirs_makes_it_call_conflicts": (
        "X = [1]\n",
        "X = [1, 2]\n",
        "X = f(1)\n",
        None,
    ),
    "both_sides_append_dataclass_field_conflicts": (
        "@dataclass\nclass C:\n    x: int = 1\n",
        "@dataclass\nclass C:\n    x: int = 1\n    mine: int = 2\n",
        "@dataclass\nclass C:\n    x: int = 1\n    new: int = 3\n",
        None,
    ),
    "theirs_removes_first_of_two_assignments_conflicts": (
        "x = 1\nprint(x)\nx = 2\n",
        "x = 1\nprint(x)\nx = 3\n",
        "print(0)\nx = 2\n",
        None,
    ),
    "ours_adds_statement_next_to_one_theirs_removes": (
        "a = f()\nb = f()\nc = f()\n",
        "a = f()\nb = f()\nmine = f()\nc = f()\n",
        "a = f()\nc = f()\n",
        "a = f()\nmine = f()\nc = f()\n",
    ),
    "theirs_removes_everything_ours_adds_code": (
        "import os\n\nif os.x:\n    f()\n",
        "import os\nimport sys\n\nMINE = 1\n\nif os.x:\n    f()\n\n\ndef mine():\n    sys.exit()\n",
        "",
        "import sys\n\nMINE = 1\n\n\ndef mine():\n    sys.exit()\n",
    ),
    "theirs_removes_everything_ours_uses_import": (
        "import os\n\nif os.x:\n    f()\n",
        "import os\n\nif os.x:\n    f()\n\n\ndef mine():\n    os.exit()\n",
        "",
        "import os\n\n\ndef mine():\n    os.exit()\n",
    ),
    "theirs_removes_all_exports_ours_replaces_them": (
        'from .a import b\n\n__all__ = ["b"]\n',
        'from .mine import m\n\n__all__ = ["m"]\n',
        "",
        'from .mine import m\n\n__all__ = ["m"]\n',
    ),
    "theirs_removes_all_exports_ours_removes_one": (
        'from .a import b, c\n\n__all__ = ["b", "c"]\n',
        'from .a import b\n\n__all__ = ["b"]\n',
        "x = 1\n",
        "x = 1\n",
    ),
    "sides_change_different_comments": (
        "#!/usr/bin/env python\n# about\n\na = f()\n\n# b\nb = f()\n# end\n",
        "#!/usr/bin/env python\n# about me\n\na = f()\n\n# b, mine\nb = f()\n# end\n",
        "#!/usr/bin/env python\n# about\n\na = f()  # a\n\n# b\nb = f(1)\n# the end\n",
        "#!/usr/bin/env python\n# about me\n\na = f()  # a\n\n# b, mine\nb = f(1)\n# the end\n",
    ),
    "both_sides_add_comment_in_function_conflicts": (
        "def f():\n    return 1\n",
        "def f():\n    # mine\n    return 1\n",
        "def f():\n    # new\n    return 1\n",
        None,
    ),
    "ours_reformats_theirs_changes_code": (
        "def f(a, b):\n    return {'x': a}\n\n\nx = g('a')\n",
        'def f(\n    a,\n    b,\n):\n    return {"x": a}\n\n\nx = g("a")\n',
        "def f(a, b):\n    return {'x': b}\n\n\nx = g('b')\n",
        "def f(\n    a,\n    b,\n):\n    return {'x': b}\n\n\nx = g('b')\n",
    ),
    "both_sides_add_function_with_different_quotes": (
        "x = 1\n",
        "x = 1\n\n\ndef f():\n    return 'a'\n",
        'x = 1\n\n\ndef f():\n    return "a"\n',
        "x = 1\n\n\ndef f():\n    return 'a'\n",
    ),
    "sides_change_match_and_shared_lines": (
        "match x:\n    case 1: pass\na, b = f()\nz = 1\nc = d = 1; e = 2\n",
        "match x:\n    case 1: pass\na, b = g()\nz = 1\nc = d = 1; e = 2\n",
        "match x:\n    case 2: pass\na, b = f()\nz = 1\nc = d = 1; e = 3\n",
        "match x:\n    case 2: pass\na, b = g()\nz = 1\nc = d = 1; e = 3\n",
    ),
    "theirs_is_not_valid_conflicts": ("x = 1\n", "x = 1\ny = 2\n", "x = (\n", None),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_merge_imports(name: str) -> None:
    check("a.py", *IMPORTS[name])


@pytest.mark.parametrize("name", DEFINITIONS)
def test_merge_definitions(name: str) -> None:
    check("a.py", *DEFINITIONS[name])


@pytest.mark.parametrize("name", STATEMENTS)
def test_merge_statements(name: str) -> None:
    check("a.py", *STATEMENTS[name])


TEXTS = [
    "",
    "\n\n",
    "# only a comment\n",
    '"""Doc."""\n# x\n',
    "x = 1 \\\n  + 2\n",
    "from a import b, \\\n    c\n",
    "from a import (  # why\n    b,\n    # c\n    c\n    # end\n)\n",
    "f(x for x in y)\nf(*a, **b)\nf((1, 2), [3, 4,],)\n",
    "x = [\n]\ny = {**a, 'b': 1}\nz = {1, 2}\nq = [*a, *a, 1, 1]\n",
    "class A(B, metaclass=C): pass\nclass D:\n\n    # x\n\n    y = 1\n    # end\n# out\n",
    "class A:\n\tx = 1\n\tdef f(self):\n\t\treturn 1\n\t\t# end\n",
    "try:\n    import a\nexcept ImportError:\n    a = 1\nelse:\n    b = 1\nfinally:\n    c = 2\n",
    "async def f():\n    async with a as b, c:\n        async for d in e: yield d\n",
    "@a.b(c)\n# between\n@d\n\nclass E: ...\n",
    "x = '''\n# no comment\n'''  # a comment\n",
    "é = f('ü', b=[1])\n",
    "if x: y = 1; z = 2\nelif w: pass\n",
    "type = 1\nmatch = 2\ncase = match\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_reading_preserves_source(text: str) -> None:
    assert nodes.source(python.read(text)) == text
    units = audit.of("python")
    assert units(text) == units(text.replace("    ", "\t"))


def test_crlf_and_byte_order_mark_are_preserved() -> None:
    texts = ["x = f()\n", "x = f()\nm = g()\n", "n = h()\nx = f()\n"]
    ours, theirs = ("\ufeff" + text.replace("\n", "\r\n") for text in texts[1:])
    merged = structural.merge("a.py", texts[0].encode(), ours.encode(), theirs.encode())
    assert merged.text.decode() == "\ufeffn = h()\r\nx = f()\r\nm = g()\r\n"


def test_deep_nesting_conflicts() -> None:
    deep = "x = " + "[" * 150 + "]" * 150 + "\n"
    deeper = "x = " + "-" * 20_000 + "1\n"
    for text in (deep, deeper):
        with pytest.raises(NotCertain):
            structural.merge("a.py", b"x = 1\n", b"x = 2\n", text.encode())


def test_stub_files_are_python() -> None:
    assert formats.of("a.pyi") is formats.of("a.py")


DOCUMENTED = b'"""Tests."""\n\ndef test_a():\n    """It works."""\n    assert 1  # noqa: PLR2004\n'


def test_same_code_with_different_docstrings_takes_ours() -> None:
    theirs = DOCUMENTED.replace(b"It works.", b"One is true.")
    resolution = structural.merge("tests/test_a.py", None, DOCUMENTED, theirs)
    assert resolution.text == DOCUMENTED
    assert resolution.rules == ("both versions add the same code; kept your docstrings",)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_docstrings_of_ours_keep_line_ends_and_byte_order_mark(mark: bytes) -> None:
    ours = mark + DOCUMENTED.replace(b"\n", b"\r\n")
    theirs = ours.replace(b"It works.", b"One is true.")
    assert structural.merge("tests/test_a.py", None, ours, theirs).text == ours


@pytest.mark.parametrize(
    ("before", "after"), [(b"assert 1", b"assert 2"), (b"  # noqa: PLR2004", b""), (b"_a", b"_b")]
)
def test_different_code_added_by_both_sides_conflicts(before: bytes, after: bytes) -> None:
    with pytest.raises(NotCertain):
        structural.merge("tests/test_a.py", None, DOCUMENTED, DOCUMENTED.replace(before, after))


def test_changed_docstrings_of_existing_file_conflict() -> None:
    sides = [DOCUMENTED.replace(b"It works.", text) for text in (b"", b"mine", b"new")]
    with pytest.raises(NotCertain):
        structural.merge("tests/test_a.py", *sides)
