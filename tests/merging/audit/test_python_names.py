"""What holds in both sides of Python and not in the merge is found, and told by what each did."""

import pytest
from drydock.merging.audit import python_names

LOAD = "def load(path):\n    return path\n\n\nfirst = load('a')\n"
MORE = f"{LOAD}second = load('b')\n"
METHOD = "class M:\n    def load(self, path):\n        return path\n"
CALLED = f"{METHOD}\n    def run(self):\n        return self.load(1)\n"
RUN = "class M:\n    def run(self):\n        self.x = 1\n"

# base, ours, theirs, merged; what is told
BROKEN = {
    "an import that the release removes": (
        "import os\nx = os.sep\n",
        "import os\nx = os.sep\ny = os.sep\n",
        "x = 1\n",
        "x = 1\ny = os.sep\n",
        "the release removes `import os`, your code still uses it",
    ),
    "a name that yours removed": (
        "def f():\n    pass\n",
        "",
        "def f():\n    pass\n\n\nf()\n",
        "f()\n",
        "you removed `f`, the release uses it",
    ),
    "one of several imported names": (
        "from a import b, c\nb, c\n",
        "from a import b\nb\n",
        "from a import b, c\nb, c\nprint(c)\n",
        "from a import b\nb\nprint(c)\n",
        "you removed `from a import c`, the release uses it",
    ),
    "an exported name": (
        "from a import b\n__all__ = []\n",
        "__all__ = []\n",
        "from a import b\n__all__ = ['b']\n",
        "__all__ = ['b']\n",
        "you removed `from a import b`, the release names it in `__all__`",
    ),
    "an exported name, added by itself": (
        "from a import b\n__all__ = []\n",
        "__all__ = []\n",
        "from a import b\n__all__ = []\n__all__ += ['b']\n",
        "__all__ = []\n__all__ += ['b']\n",
        "you removed `from a import b`, the release names it in `__all__`",
    ),
    "what the release exports hides what yours defines": (
        "a = 1\n",
        "from .b import C\na = 1\n",
        "a = 1\n__all__ = ['a']\n",
        "from .b import C\na = 1\n__all__ = ['a']\n",
        "the release brings `__all__`, which leaves out your `C`",
    ),
    "what yours exports hides what the release defines": (
        "a = 1\n",
        "a = 1\n__all__ = ['a']\n",
        "a = 1\ndef f():\n    pass\n",
        "a = 1\ndef f():\n    pass\n__all__ = ['a']\n",
        "you bring `__all__`, which leaves out the release's `f`",
    ),
    "an import from elsewhere, of what yours removed": (
        "import b\nb.run()\n",
        "print(1)\n",
        "from a import b\nb.run()\n",
        "from a import b\nprint(1)\n",
        "the release has `from a import b`, which nothing uses: you removed what did",
    ),
    "a new parameter": (
        LOAD,
        LOAD.replace("(path)", "(path, device)").replace("'a'", "'a', 1"),
        MORE,
        MORE.replace("(path)", "(path, device)").replace("'a'", "'a', 1"),
        "you changed the parameters of `load`, the release has `load('b')`",
    ),
    "a new parameter, in a list": (
        LOAD,
        LOAD.replace("(path)", "(path, device)").replace("'a'", "'a', 1"),
        f"{LOAD}second = [load('b')]\n",
        f"{LOAD.replace('(path)', '(path, device)').replace(chr(39) + 'a' + chr(39), '1, 2')}"
        "second = [load('b')]\n",
        "you changed the parameters of `load`, the release has `load('b')`",
    ),
    "a parameter that goes": (
        LOAD,
        f"{LOAD}second = load(path='b')\n",
        LOAD.replace("(path):\n    return path", "(name):\n    return name"),
        "def load(name):\n    return name\n\n\nfirst = load('a')\nsecond = load(path='b')\n",
        "the release changes the parameters of `load`, your code has `load(path='b')`",
    ),
    "a new parameter of a method": (
        METHOD,
        CALLED,
        METHOD.replace("path)", "path, device)"),
        CALLED.replace("path)", "path, device)"),
        "the release changes the parameters of `self.load`, your code has `self.load(1)`",
    ),
    "a new parameter of a class": (
        "class M:\n    def __init__(self, path):\n        pass\n",
        "class M:\n    def __init__(self, path):\n        pass\n\n\nm = M(1)\n",
        "class M:\n    def __init__(self, path, device):\n        pass\n",
        "class M:\n    def __init__(self, path, device):\n        pass\n\n\nm = M(1)\n",
        "the release changes the parameters of `M`, your code has `M(1)`",
    ),
    "a function that became async": (
        LOAD,
        MORE,
        LOAD.replace("def load", "async def load"),
        MORE.replace("def load", "async def load"),
        "the release makes `load` async, your code does not await `load('b')`",
    ),
    "a function that is async no longer": (
        LOAD.replace("def load", "async def load"),
        LOAD,
        f"{LOAD}\n\nasync def run():\n    await load(1)\n".replace("def load", "async def load"),
        f"{LOAD}\n\nasync def run():\n    await load(1)\n",
        "you made `load` synchronous, the release awaits `load(1)`",
    ),
    "a use above the definition": (
        "limit = 1\nx = 1\n",
        "x = 1\nlimit = 1\n",
        "limit = 1\ntwice = limit\nx = 1\n",
        "twice = limit\nx = 1\nlimit = 1\n",
        "`limit` would be used above its definition",
    ),
    "a use by a function above the definition": (
        "limit = 1\n\n\ndef f():\n    return limit\n",
        "def f():\n    return limit\n\n\nlimit = 1\n",
        "limit = 1\n\n\ndef f():\n    return limit\n\n\nf()\n",
        "def f():\n    return limit\n\n\nf()\nlimit = 1\n",
        "`limit` would be used above its definition",
    ),
    "a name that both define": (
        "x = 1\n",
        "def f():\n    pass\n\n\nx = 1\n",
        "x = 1\n\n\ndef f():\n    return 1\n",
        "def f():\n    pass\n\n\nx = 1\n\n\ndef f():\n    return 1\n",
        "`f` would be defined twice",
    ),
    "an attribute that the release no longer sets": (
        RUN,
        f"{RUN}\n    def y(self):\n        return self.x\n",
        RUN.replace("self.x = 1", "pass"),
        RUN.replace("self.x = 1", "pass") + "\n    def y(self):\n        return self.x\n",
        "`self.x` would be used, but not defined",
    ),
    "a package that the release leaves": (
        "import old\nold.f()\n",
        "import old\nfrom old.more import g\nold.f()\ng()\n",
        "import new\nnew.f()\n",
        "import new\nfrom old.more import g\nnew.f()\ng()\n",
        "the release no longer uses old, your code comes to use more of it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_told(name: str) -> None:
    base, ours, theirs, merged, told = BROKEN[name]
    assert python_names.broken(base, ours, theirs, merged) == told


@pytest.mark.parametrize("name", sorted(BROKEN.keys() - {"a package that the release leaves"}))
def test_what_a_side_has_already_is_no_fault_of_the_merge(name: str) -> None:
    base, ours, theirs, merged, _ = BROKEN[name]
    assert python_names.broken(base, merged, theirs, merged) is None
    assert python_names.broken(base, ours, merged, merged) is None
    assert python_names.broken(None, merged, merged, merged) is None


@pytest.mark.parametrize(
    "text",
    [
        "def f(a, a): pass\n",
        "x = 1\ndef f():\n    x\n    global x\n",
        "nonlocal x\n",
        "def f(:\n",
        "\0",
    ],
)
def test_what_does_not_compile_is_not_judged(text: str) -> None:
    assert python_names.broken(text, text, text, text) is None
    assert python_names.broken("", "", "", text) is None


@pytest.mark.parametrize(
    "call",
    ["load('b')", "load(path='b')", "load(*args)", "load(**kwargs)", "load('b', device=1)"],
)
def test_a_call_that_fits_is_no_fault(call: str) -> None:
    changed = LOAD.replace("(path)", "(path, device=None)")
    assert (
        python_names.broken(LOAD, changed, f"{LOAD}x = {call}\n", f"{changed}x = {call}\n") is None
    )


def test_what_is_awaited_elsewhere_is_as_it_was() -> None:
    text = "import asyncio\n\n\nasync def load():\n    pass\n\n\nasyncio.run(load())\n"
    assert (
        python_names.broken(text, f"{text}x = 1\n", f"y = 1\n{text}", f"y = 1\n{text}x = 1\n")
        is None
    )
