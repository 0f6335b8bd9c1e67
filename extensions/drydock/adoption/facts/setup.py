"""setup.py, which is parsed and never run, and setup.cfg."""

import ast
from collections.abc import Iterator

from drydock.adoption import python
from drydock.adoption.facts import SAYS, Fact, Files
from drydock.documents.formats import ini
from drydock.documents.places import line_of

_ABOUT = {
    "name": "service_name",
    "description": "description",
    "author": "owner",
    "python_requires": "requires_python",
}


def find(files: Files) -> Iterator[Fact]:
    """Yield the arguments of `setup()` and the metadata of setup.cfg."""
    if "setup.py" in files:
        yield Fact("packaging", "setup.py", "setup.py", 0, SAYS)
        yield from _from_call(files["setup.py"])
    if "setup.cfg" in files:
        yield from _from_ini(files["setup.cfg"])


def _from_call(text: str) -> Iterator[Fact]:
    try:
        tree = python.parse(text)
    except (SyntaxError, ValueError):  # ValueError: null bytes, before Python 3.11.4
        return
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in calls:
        function = call.func
        name = getattr(function, "attr", getattr(function, "id", ""))
        if name == "setup":
            for keyword in call.keywords:
                about = _ABOUT.get(keyword.arg or "")
                value = keyword.value
                if about and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield Fact(about, value.value, "setup.py", value.lineno, SAYS)


def _from_ini(text: str) -> Iterator[Fact]:
    sections = ini.data(text)
    if "metadata" not in sections:
        return
    yield Fact("packaging", "setup.cfg", "setup.cfg", line_of("setup.cfg", text, "metadata"), SAYS)
    for key, about in _ABOUT.items():
        for section in ("metadata", "options"):
            value = sections.get(section, {}).get(key, "").strip()
            if value and not value.startswith(("attr:", "file:")):
                line = line_of("setup.cfg", text, section, key)
                yield Fact(about, value, "setup.cfg", line, SAYS)
