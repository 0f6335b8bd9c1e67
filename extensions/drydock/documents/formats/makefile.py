"""Makefiles, by their targets (https://www.gnu.org/software/make/manual/html_node/Rules.html).

The order of rules means nothing, but for the first, which is the default goal. What is read at
once, as variables and all that depends on them, stays where it is; a file with conditions,
patterns or other directives is not understood.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from drydock.documents import siblings
from drydock.documents.kinds import ANYWHERE, PACKAGES, SECTIONS
from drydock.documents.nodes import Body, Part
from drydock.profiles import Profile

_NAME = re.compile(r"(?:^|/)(?:GNUm|M|m)akefile$")
_MARKER = re.compile(r"^(?:<{7}|>{7}|={7})(?:\s|$)", re.MULTILINE)
_LINE = re.compile(r"(?:[^\n\\]|\\.|\\\n)*\n", re.DOTALL)
_RULE = re.compile(
    r"(?P<targets>[A-Za-z0-9_.][\w./ -]*?)[ ]*:(?![:=])(?P<rest>(?:[^\n\\;]|\\\n)*)\n"
)
_VARIABLE = re.compile(r"(?P<name>[A-Za-z_]\w*)[ \t]*(?:[:?+]?=)")
_PHONY = re.compile(r"\.PHONY:(?P<words>(?: [\w-]+)+)\n")


def handles(path: str) -> bool:
    """Tell whether `path` names a Makefile."""
    return bool(_NAME.search(path))


def check(text: str) -> None:
    """Raise ValueError if conflict markers are left: nothing else is judged."""
    if _MARKER.search(text):
        raise ValueError("there are conflict markers in it")


def read(text: str, _known: Sequence[Profile] = ()) -> Part:
    """Take `text` apart into variables and rules, each with the comments above it."""
    check(text)
    lead, parts = "", list[Part]()
    for line in _LINE.findall(text):
        if line.startswith("\t") and parts and _has_recipe(parts[-1]):
            last = parts[-1]
            parts[-1] = replace(last, text=f"{last.text}{last.after}{lead}{line[:-1]}")
            lead = ""
        elif not line.strip() or line.startswith("#"):
            lead += line
        else:
            parts.append(replace(_part(line), lead=lead))
            lead = ""
    first = next((at for at, one in enumerate(parts) if _may_be_goal(one)), None)
    if first is not None:
        parts[first] = replace(parts[first], place=None)
    return Part("the rules", body=Body(siblings.distinct(parts), closing=lead, kind=SECTIONS))


def _part(line: str) -> Part:
    if found := _PHONY.fullmatch(line):
        names = tuple(_words(found["words"]))
        return Part(".PHONY:", body=Body(names, ".PHONY:", kind=PACKAGES), after="\n")
    if found := _VARIABLE.match(line):
        return Part(f"{found['name']} =", line[:-1], after="\n")
    found = _RULE.fullmatch(line)
    if found is None or "=" in found["rest"]:
        raise ValueError(f"a line of the Makefile is not understood: {line.strip()[:40]}")
    # Variables of this line are looked up when it is read.
    place = None if "$" in found["rest"] else ANYWHERE
    return Part(f"{found['targets']}:", line[:-1], after="\n", place=place)


def _words(text: str) -> Iterator[Part]:
    for word in text.split():
        yield Part(word, word, lead=" ", place=ANYWHERE)


def _may_be_goal(part: Part) -> bool:
    return str(part.key).endswith(":") and not str(part.key).startswith(".")


def _has_recipe(part: Part) -> bool:
    return str(part.key).endswith(":") and part.body is None
