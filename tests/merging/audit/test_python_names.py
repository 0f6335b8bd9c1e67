"""A fault that merged Python has but neither side has is reported with what each side did."""

import pytest
from drydock.merging.audit import python_names

LOAD = "def load(path):\n    return path\n\n\nfirst = load('a')\n"
MORE = f"{LOAD}second = load('b')\n"
METHOD = "class M:\n    def load(self, path):\n        return path\n"
CALLED = f"{METHOD}\n    def run(self):\n        return self.load(1)\n"
RUN = "class M:\n    def run(self):\n        self.x = 1\n"

# base, ours, theirs, merged, message
BROKEN = {
    "theirs_removes_import_ours_uses_it": (
        "import os\nx = os.sep\n",
        "import os\nx = os.sep\ny = os.sep\n",
        "x = 1\n",
        "x = 1\ny = os.sep\n",
        "the release removes `import os`, your code still uses it",
    ),
    "ours_removes_comma_theirs_appends_text": (
        "x = [\n    'a',\n    # b\n]\n",
        "x = [\n    'a'\n    # b\n]\n",
        "x = [\n    'a',\n    # b\n    'c',\n]\n",
        "x = [\n    'a'\n    # b\n    'c',\n]\n",
        "`'a'` and `'c'` would be joined to one text",
    ),
    "ours_removes_function_theirs_uses_it": (
        "def f():\n    pass\n",
        "",
        "def f():\n    pass\n\n\nf()\n",
        "f()\n",
        "you removed `f`, the release uses it",
    ),
    "ours_removes_imported_name_theirs_uses_it": (
        "from a import b, c\nb, c\n",
        "from a import b\nb\n",
        "from a import b, c\nb, c\nprint(c)\n",
        "from a import b\nb\nprint(c)\n",
        "you removed `from a import c`, the release uses it",
    ),
    "ours_removes_import_theirs_exports_it": (
        "from a import b\n__all__ = []\n",
        "__all__ = []\n",
        "from a import b\n__all__ = ['b']\n",
        "__all__ = ['b']\n",
        "you removed `from a import b`, the release names it in `__all__`",
    ),
    "ours_removes_import_theirs_adds_it_to_exports": (
        "from a import b\n__all__ = []\n",
        "__all__ = []\n",
        "from a import b\n__all__ = []\n__all__ += ['b']\n",
        "__all__ = []\n__all__ += ['b']\n",
        "you removed `from a import b`, the release names it in `__all__`",
    ),
    "theirs_adds_exports_that_hide_name_of_ours": (
        "a = 1\n",
        "from .b import C\na = 1\n",
        "a = 1\n__all__ = ['a']\n",
        "from .b import C\na = 1\n__all__ = ['a']\n",
        "the release adds `__all__`, which omits your `C`",
    ),
    "ours_adds_exports_that_hide_name_of_theirs": (
        "a = 1\n",
        "a = 1\n__all__ = ['a']\n",
        "a = 1\ndef f():\n    pass\n",
        "a = 1\ndef f():\n    pass\n__all__ = ['a']\n",
        "you add `__all__`, which omits the release's `f`",
    ),
    "theirs_replaces_import_ours_removes_its_use": (
        "import b\nb.run()\n",
        "print(1)\n",
        "from a import b\nb.run()\n",
        "from a import b\nprint(1)\n",
        "the release has `from a import b`, but you removed the code that uses it",
    ),
    "ours_adds_parameter_theirs_calls_function": (
        LOAD,
        LOAD.replace("(path)", "(path, device)").replace("'a'", "'a', 1"),
        MORE,
        MORE.replace("(path)", "(path, device)").replace("'a'", "'a', 1"),
        "you changed the parameters of `load`, the release has `load('b')`",
    ),
    "ours_adds_parameter_theirs_calls_function_in_list": (
        LOAD,
        LOAD.replace("(path)", "(path, device)").replace("'a'", "'a', 1"),
        f"{LOAD}second = [load('b')]\n",
        f"{LOAD.replace('(path)', '(path, device)').replace(chr(39) + 'a' + chr(39), '1, 2')}"
        "second = [load('b')]\n",
        "you changed the parameters of `load`, the release has `load('b')`",
    ),
    "theirs_removes_parameter_ours_passes_it": (
        LOAD,
        f"{LOAD}second = load(path='b')\n",
        LOAD.replace("(path):\n    return path", "(name):\n    return name"),
        "def load(name):\n    return name\n\n\nfirst = load('a')\nsecond = load(path='b')\n",
        "the release changes the parameters of `load`, your code has `load(path='b')`",
    ),
    "theirs_adds_parameter_ours_calls_method": (
        METHOD,
        CALLED,
        METHOD.replace("path)", "path, device)"),
        CALLED.replace("path)", "path, device)"),
        "the release changes the parameters of `self.load`, your code has `self.load(1)`",
    ),
    "theirs_adds_parameter_ours_instantiates_class": (
        "class M:\n    def __init__(self, path):\n        pass\n",
        "class M:\n    def __init__(self, path):\n        pass\n\n\nm = M(1)\n",
        "class M:\n    def __init__(self, path, device):\n        pass\n",
        "class M:\n    def __init__(self, path, device):\n        pass\n\n\nm = M(1)\n",
        "the release changes the parameters of `M`, your code has `M(1)`",
    ),
    "theirs_makes_function_async_ours_calls_it": (
        LOAD,
        MORE,
        LOAD.replace("def load", "async def load"),
        MORE.replace("def load", "async def load"),
        "the release makes `load` async, your code does not await `load('b')`",
    ),
    "ours_makes_function_synchronous_theirs_awaits_it": (
        LOAD.replace("def load", "async def load"),
        LOAD,
        f"{LOAD}\n\nasync def run():\n    await load(1)\n".replace("def load", "async def load"),
        f"{LOAD}\n\nasync def run():\n    await load(1)\n",
        "you made `load` synchronous, the release awaits `load(1)`",
    ),
    "ours_moves_definition_theirs_uses_it_above": (
        "limit = 1\nx = 1\n",
        "x = 1\nlimit = 1\n",
        "limit = 1\ntwice = limit\nx = 1\n",
        "twice = limit\nx = 1\nlimit = 1\n",
        "`limit` would be used above its definition",
    ),
    "ours_moves_definition_theirs_calls_function_that_uses_it": (
        "limit = 1\n\n\ndef f():\n    return limit\n",
        "def f():\n    return limit\n\n\nlimit = 1\n",
        "limit = 1\n\n\ndef f():\n    return limit\n\n\nf()\n",
        "def f():\n    return limit\n\n\nf()\nlimit = 1\n",
        "`limit` would be used above its definition",
    ),
    "both_sides_define_function": (
        "x = 1\n",
        "def f():\n    pass\n\n\nx = 1\n",
        "x = 1\n\n\ndef f():\n    return 1\n",
        "def f():\n    pass\n\n\nx = 1\n\n\ndef f():\n    return 1\n",
        "`f` would be defined twice",
    ),
    "theirs_stops_setting_attribute_ours_uses_it": (
        RUN,
        f"{RUN}\n    def y(self):\n        return self.x\n",
        RUN.replace("self.x = 1", "pass"),
        RUN.replace("self.x = 1", "pass") + "\n    def y(self):\n        return self.x\n",
        "`self.x` would be used, but not defined",
    ),
    "theirs_replaces_package_ours_uses_more_of_it": (
        "import old\nold.f()\n",
        "import old\nfrom old.more import g\nold.f()\ng()\n",
        "import new\nnew.f()\n",
        "import new\nfrom old.more import g\nnew.f()\ng()\n",
        "the release no longer uses old, your code adds a use of it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_merge_is_reported(name: str) -> None:
    base, ours, theirs, merged, message = BROKEN[name]
    assert python_names.broken(base, ours, theirs, merged) == message


@pytest.mark.parametrize(
    "name", sorted(BROKEN.keys() - {"theirs_replaces_package_ours_uses_more_of_it"})
)
def test_fault_of_a_side_is_not_a_fault_of_the_merge(name: str) -> None:
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
def test_text_that_does_not_compile_is_not_checked(text: str) -> None:
    assert python_names.broken(text, text, text, text) is None
    assert python_names.broken("", "", "", text) is None


@pytest.mark.parametrize(
    "call",
    ["load('b')", "load(path='b')", "load(*args)", "load(**kwargs)", "load('b', device=1)"],
)
def test_matching_call_has_no_fault(call: str) -> None:
    changed = LOAD.replace("(path)", "(path, device=None)")
    assert (
        python_names.broken(LOAD, changed, f"{LOAD}x = {call}\n", f"{changed}x = {call}\n") is None
    )


def test_coroutine_awaited_elsewhere_is_no_fault() -> None:
    text = "import asyncio\n\n\nasync def load():\n    pass\n\n\nasyncio.run(load())\n"
    assert (
        python_names.broken(text, f"{text}x = 1\n", f"y = 1\n{text}", f"y = 1\n{text}x = 1\n")
        is None
    )
