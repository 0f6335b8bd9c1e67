"""Python is merged by imports, definitions and assignments; what they mean must stay certain."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import python
from drydock.merging import audit, structural
from drydock.merging.certainty import NotCertain

from tests.merging.formats.examples import Examples, check

IMPORTS: Examples = {
    "of both sides, where they belong": (
        "import os\nfrom a import b\n\nimport pytest\n",
        "import json\nimport os\nfrom a import b\n\nimport httpx\nimport pytest\n",
        "import os\nimport sys\nfrom a import b\n\nimport pytest\nimport yaml\n",
        "import json\nimport os\nimport sys\nfrom a import b\n"
        "\nimport httpx\nimport pytest\nimport yaml\n",
    ),
    "names of both sides": (
        "from a import b\n",
        "from a import b, c\n",
        "from a import a, b\n",
        "from a import a, b, c\n",
    ),
    "names, broken by one side": (
        "from a import b, d\n",
        "from a import (\n    b,\n    c,  # noqa: F401\n    d,\n)\n",
        "from a import b, d, e\n",
        "from a import (\n    b,\n    c,  # noqa: F401\n    d,\n    e,\n)\n",
    ),
    "that nobody sorts": (
        "import z\nimport a\n",
        "import z\nimport y\nimport a\n",
        "import z\nimport x\nimport a\nprint(x)\n",
        "import z\nimport x\nimport y\nimport a\nprint(x)\n",
    ),
    "by another name": (
        "import a\nfrom b import c\n",
        "import a\nimport numpy as np\nfrom b import c\n",
        "import a\nfrom b import c\nfrom b import d as e\n",
        "import a\nimport numpy as np\nfrom b import c\nfrom b import d as e\n",
    ),
    "for types only": (
        "if TYPE_CHECKING:\n    from a import b\n\nx = f()\n",
        "if TYPE_CHECKING:\n    from a import b\n    from mine import m\n\nx = f()\n",
        "if TYPE_CHECKING:\n    from a import b, c\n    from z import y\n\nx = f()\n",
        "if TYPE_CHECKING:\n    from a import b, c\n    from mine import m\n    from z import y\n"
        "\nx = f()\n",
    ),
    "below a docstring that one side adds": (
        "from .version import v\n",
        '"""What it is."""\n\nimport os\nfrom .version import v\n',
        'from .version import v\n\n__all__ = ["v"]\n',
        '"""What it is."""\n\nimport os\nfrom .version import v\n\n__all__ = ["v"]\n',
    ),
    "of which one side uses no more, the other another": (
        "import a\nfrom typing import Any\n\nx: Any = 1\n",
        "import a\nfrom typing import Any, cast\n\nx: Any = 1\ny = cast(int, x)\n",
        "import a\n\nx = 1\n",
        "import a\nfrom typing import cast\n\nx = 1\ny = cast(int, x)\n",
    ),
    "the first of all removed": (
        "import os\n\nfrom a import b\n",
        "import os\n\nfrom a import b\nfrom a.c import d\n",
        "from a import b, e\n",
        "from a import b, e\nfrom a.c import d\n",
    ),
    "removed, while the other side uses it": (
        "import os\nimport sys\n\nx = os.sep\n",
        "import os\nimport sys\n\nx = os.sep\ny = os.pathsep\n",
        "import sys\n\nx = '/'\n",
        "import os\nimport sys\n\nx = '/'\ny = os.pathsep\n",
    ),
    "of one name from two places": (
        "import os\n",
        "import os\nfrom collections.abc import Callable\n",
        "import os\nfrom typing import Callable\n",
        None,
    ),
    "from a package that the release left for another": (
        "from old import a\n\nprint(a)\n",
        "from old import a\nfrom old.more import b\n\nprint(a)\nprint(b)\n",
        "from new import a\n\nprint(a)\n",
        None,
    ),
    "of everything": (
        "from a import *\n",
        "from mine import *\nfrom a import *\n",
        "from new import *\nfrom a import *\n",
        None,
    ),
}

DEFINITIONS: Examples = {
    "added by both in one place": (
        "def f():\n    pass\n",
        "def f():\n    pass\n\n\ndef mine():\n    pass\n",
        "def f():\n    pass\n\n\nclass New:\n    x = 1\n",
        "def f():\n    pass\n\n\ndef mine():\n    pass\n\n\nclass New:\n    x = 1\n",
    ),
    "methods of both": (
        "class C:\n    def f(self): ...\n",
        "class C:\n    def f(self): ...\n\n    @property\n    def mine(self): ...\n",
        "class C:\n    # new\n    async def new(self): ...\n\n    def f(self): ...\n",
        "class C:\n    # new\n    async def new(self): ...\n\n    def f(self): ...\n"
        "\n    @property\n    def mine(self): ...\n",
    ),
    "lines of one function": (
        "def f(x):\n\ta = 1\n\tb = 2\n\tc = 3\n\treturn a\n",
        "def f(x):\n\ta = 10\n\tb = 2\n\tc = 3\n\treturn a\n",
        "def f(x):\n\ta = 1\n\tb = 2\n\tc = 3\n\treturn a + b\n",
        "def f(x):\n\ta = 10\n\tb = 2\n\tc = 3\n\treturn a + b\n",
    ),
    "a getter and its setter": (
        "class C:\n    @property\n    def x(self): return 1\n\n"
        "    @x.setter\n    def x(self, value): pass\n",
        "class C:\n    @property\n    def x(self): return 2\n\n"
        "    @x.setter\n    def x(self, value): pass\n",
        "class C:\n    @property\n    def x(self): return 1\n\n"
        "    @x.setter\n    def x(self, value): self.y = value\n",
        "class C:\n    @property\n    def x(self): return 2\n\n"
        "    @x.setter\n    def x(self, value): self.y = value\n",
    ),
    "one function, differently": (
        "x = f()\n",
        "x = f()\n\n\ndef g(): return 1\n",
        "x = f()\n\n\ndef g(): return 2\n",
        None,
    ),
    "one class, differently": (
        "x = f()\n",
        "x = f()\n\n\nclass C:\n    def mine(self): ...\n",
        "x = f()\n\n\nclass C:\n    def new(self): ...\n",
        None,
    ),
    "renamed and edited": (
        "def f():\n    return 1\n",
        "def f():\n    return 2\n",
        "def g():\n    return 1\n",
        None,
    ),
    "renamed by both": (
        "x = 1\n\n\ndef f():\n    y = 1\n    return y\n\n\nz = 2\n",
        "x = 1\n\n\ndef mine():\n    y = 1\n    return y\n\n\nz = 2\n",
        "x = 1\n\n\ndef new():\n    y = 1\n    return y\n\n\nz = 2\n",
        None,
    ),
    "moved into a class, and edited": (
        "def f():\n    return 1\n\n\nclass C:\n    x = f()\n",
        "def f():\n    return 2\n\n\nclass C:\n    x = f()\n",
        "class C:\n    def f():\n        return 1\n    x = f()\n",
        None,
    ),
    "renamed, while the other side calls it": (
        "def f(): ...\n\n\nx = 1\n",
        "def g(): ...\n\n\nx = 1\n",
        "def f(): ...\n\n\nx = f()\n",
        None,
    ),
    "given a parameter, while the other side calls it": (
        "def f(): ...\n\n\ndef g():\n    pass\n",
        "def f(x): ...\n\n\ndef g():\n    pass\n",
        "def f(): ...\n\n\ndef g():\n    f()\n",
        None,
    ),
    "a method renamed, while the other side calls it": (
        "class C:\n    def f(self): ...\n\n    def g(self):\n        pass\n",
        "class C:\n    def h(self): ...\n\n    def g(self):\n        pass\n",
        "class C:\n    def f(self): ...\n\n    def g(self):\n        self.f()\n",
        None,
    ),
    "routes, whose order decides": (
        "app = App()\n",
        'app = App()\n\n\n@app.get("/{name}")\ndef mine(name): ...\n',
        'app = App()\n\n\n@app.get("/new")\ndef new(): ...\n',
        None,
    ),
    "a helper below the statement that needs it": (
        "def make(): return 1\n",
        "def make(): return 1\n\n\napp = make()\n",
        "def make(): return help()\n\n\ndef help(): return 1\n",
        None,
    ),
}

STATEMENTS: Examples = {
    "constants of both in one place": (
        "X = 1\n",
        "X = 1\nMINE = 2  # why\n",
        "X = 1\nNEW: int = 3\n",
        "X = 1\nMINE = 2  # why\nNEW: int = 3\n",
    ),
    "exported names": (
        '__all__ = ["b"]\n\nfrom x import *\n',
        '__all__ = ["b", "c"]\n\nfrom x import *\n',
        '__all__ = ["a", "b"]\n\nfrom x import *\n',
        '__all__ = ["a", "b", "c"]\n\nfrom x import *\n',
    ),
    "arguments by their names": (
        'app = App("x", a=1)\n',
        'app = App("x", a=1, mine=2)\n',
        'app = App("x", new=3, a=10)\n',
        'app = App("x", new=3, a=10, mine=2)\n',
    ),
    "items in different places": (
        'MIDDLEWARE = [\n    "a",\n    "b",\n]\n',
        'MIDDLEWARE = [\n    "mine",\n    "a",\n    "b",\n]\n',
        "MIDDLEWARE = [\n    'a',\n    'b',  # last\n    'new',\n]\n",
        "MIDDLEWARE = [\n    \"mine\",\n    'a',\n    'b',  # last\n    'new',\n]\n",
    ),
    "items in one place": ('X = ["a"]\n', 'X = ["a", "mine"]\n', 'X = ["a", "new"]\n', None),
    "keys of a dictionary": (
        'X = {"a": 1, "b": 2}\n',
        'X = {"a": 10, "b": 2}\n',
        'X = {"a": 1, "b": 20, **more}\n',
        'X = {"a": 10, "b": 20, **more}\n',
    ),
    "statements in one place": (
        "app = App()\n",
        "app = App()\napp.add_middleware(Mine)\n",
        "app = App()\napp.include_router(new)\n",
        None,
    ),
    "statements in different places": (
        "app = App()\nx = f()\n",
        "app = App()\napp.add_middleware(Mine)\nx = f()\n",
        "app = App()\nx = f()\napp.include_router(new)\n",
        "app = App()\napp.add_middleware(Mine)\nx = f()\napp.include_router(new)\n",
    ),
    "one value, differently": ("X = 1\n", "X = 2\n", "X = 3\n", None),
    "a list that became a call": ("X = [1]\n", "X = [1, 2]\n", "X = f(1)\n", None),
    "fields of a class, whose order may mean something": (
        "@dataclass\nclass C:\n    x: int = 1\n",
        "@dataclass\nclass C:\n    x: int = 1\n    mine: int = 2\n",
        "@dataclass\nclass C:\n    x: int = 1\n    new: int = 3\n",
        None,
    ),
    "assigned twice, which one side makes once": (
        "x = 1\nprint(x)\nx = 2\n",
        "x = 1\nprint(x)\nx = 3\n",
        "print(0)\nx = 2\n",
        None,
    ),
    "what one side removes beside what the other adds": (
        "a = f()\nb = f()\nc = f()\n",
        "a = f()\nb = f()\nmine = f()\nc = f()\n",
        "a = f()\nc = f()\n",
        "a = f()\nmine = f()\nc = f()\n",
    ),
    "all that was there, which one side removes": (
        "import os\n\nif os.x:\n    f()\n",
        "import os\nimport sys\n\nMINE = 1\n\nif os.x:\n    f()\n\n\ndef mine():\n    sys.exit()\n",
        "",
        "import sys\n\nMINE = 1\n\n\ndef mine():\n    sys.exit()\n",
    ),
    "all that was there, of which the other needs more": (
        "import os\n\nif os.x:\n    f()\n",
        "import os\n\nif os.x:\n    f()\n\n\ndef mine():\n    os.exit()\n",
        "",
        "import os\n\n\ndef mine():\n    os.exit()\n",
    ),
    "exported names that one side removes, and the other replaces": (
        'from .a import b\n\n__all__ = ["b"]\n',
        'from .mine import m\n\n__all__ = ["m"]\n',
        "",
        'from .mine import m\n\n__all__ = ["m"]\n',
    ),
    "exported names, of which one side removes all and the other removes one": (
        'from .a import b, c\n\n__all__ = ["b", "c"]\n',
        'from .a import b\n\n__all__ = ["b"]\n',
        "x = 1\n",
        "x = 1\n",
    ),
    "remarks on different things": (
        "#!/usr/bin/env python\n# about\n\na = f()\n\n# b\nb = f()\n# end\n",
        "#!/usr/bin/env python\n# about me\n\na = f()\n\n# b, mine\nb = f()\n# end\n",
        "#!/usr/bin/env python\n# about\n\na = f()  # a\n\n# b\nb = f(1)\n# the end\n",
        "#!/usr/bin/env python\n# about me\n\na = f()  # a\n\n# b, mine\nb = f(1)\n# the end\n",
    ),
    "a remark within a function is no layout": (
        "def f():\n    return 1\n",
        "def f():\n    # mine\n    return 1\n",
        "def f():\n    # new\n    return 1\n",
        None,
    ),
    "only another layout stays where nothing changed": (
        "def f(a, b):\n    return {'x': a}\n\n\nx = g('a')\n",
        'def f(\n    a,\n    b,\n):\n    return {"x": a}\n\n\nx = g("a")\n',
        "def f(a, b):\n    return {'x': b}\n\n\nx = g('b')\n",
        "def f(\n    a,\n    b,\n):\n    return {'x': b}\n\n\nx = g('b')\n",
    ),
    "the same in both": (
        "x = 1\n",
        "x = 1\n\n\ndef f():\n    return 'a'\n",
        'x = 1\n\n\ndef f():\n    return "a"\n',
        "x = 1\n\n\ndef f():\n    return 'a'\n",
    ),
    "a match, several targets, statements on one line": (
        "match x:\n    case 1: pass\na, b = f()\nz = 1\nc = d = 1; e = 2\n",
        "match x:\n    case 1: pass\na, b = g()\nz = 1\nc = d = 1; e = 2\n",
        "match x:\n    case 2: pass\na, b = f()\nz = 1\nc = d = 1; e = 3\n",
        "match x:\n    case 2: pass\na, b = g()\nz = 1\nc = d = 1; e = 3\n",
    ),
    "no Python": ("x = 1\n", "x = 1\ny = 2\n", "x = (\n", None),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_imports(name: str) -> None:
    check("a.py", *IMPORTS[name])


@pytest.mark.parametrize("name", DEFINITIONS)
def test_definitions(name: str) -> None:
    check("a.py", *DEFINITIONS[name])


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements(name: str) -> None:
    check("a.py", *STATEMENTS[name])


TEXTS = [
    "",
    "\n\n",
    "# only a remark\n",
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
    "x = '''\n# no remark\n'''  # a remark\n",
    "é = f('ü', b=[1])\n",
    "if x: y = 1; z = 2\nelif w: pass\n",
    "type = 1\nmatch = 2\ncase = match\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_lost_by_reading(text: str) -> None:
    assert nodes.source(python.read(text)) == text
    units = audit.of("python")
    assert units(text) == units(text.replace("    ", "\t"))


def test_its_line_ends_and_mark_stay() -> None:
    texts = ["x = f()\n", "x = f()\nm = g()\n", "n = h()\nx = f()\n"]
    ours, theirs = ("\ufeff" + text.replace("\n", "\r\n") for text in texts[1:])
    merged = structural.merge("a.py", texts[0].encode(), ours.encode(), theirs.encode())
    assert merged.text.decode() == "\ufeffn = h()\r\nx = f()\r\nm = g()\r\n"


def test_what_is_nested_too_deeply_is_not_certain() -> None:
    deep = "x = " + "[" * 150 + "]" * 150 + "\n"
    deeper = "x = " + "-" * 20_000 + "1\n"
    for text in (deep, deeper):
        with pytest.raises(NotCertain):
            structural.merge("a.py", b"x = 1\n", b"x = 2\n", text.encode())


def test_stubs_are_python() -> None:
    assert formats.of("a.pyi") is formats.of("a.py")
