"""Makefiles, by target (https://www.gnu.org/software/make/manual/html_node/Rules.html).

Rules are unordered, except the first, which is the default goal. Variables and the lines that use
them when they are read are ordered. Conditions, patterns and other directives are not supported.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from drydock.documents import markers, siblings
from drydock.documents.kinds import ANYWHERE, PACKAGES, SECTIONS
from drydock.documents.nodes import Body, Part
from drydock.profiles import Profile

_NAME = re.compile(r"(?:^|/)(?:GNUm|M|m)akefile$")
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
    """Raise ValueError if `text` has conflict markers: nothing else is checked."""
    markers.refuse(text)


def read(text: str, _file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into variables and rules, each with the comments above it."""
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
    first = next((index for index, part in enumerate(parts) if _can_be_goal(part)), None)
    if first is not None:
        parts[first] = replace(parts[first], place=None)
    return Part("the rules", body=Body(siblings.distinct(parts), closing=lead, kind=SECTIONS))


def _part(line: str) -> Part:
    if match := _PHONY.fullmatch(line):
        names = tuple(_words(match["words"]))
        return Part(".PHONY:", body=Body(names, ".PHONY:", kind=PACKAGES), after="\n")
    if match := _VARIABLE.match(line):
        return Part(f"{match['name']} =", line[:-1], after="\n")
    match = _RULE.fullmatch(line)
    if match is None or "=" in match["rest"]:
        raise ValueError(f"unsupported line: {line.strip()[:40]}")
    # make expands the variables of a rule line when it reads the line.
    place = None if "$" in match["rest"] else ANYWHERE
    return Part(f"{match['targets']}:", line[:-1], after="\n", place=place)


def _words(text: str) -> Iterator[Part]:
    for word in text.split():
        yield Part(word, word, lead=" ", place=ANYWHERE)


def _can_be_goal(part: Part) -> bool:
    return str(part.key).endswith(":") and not str(part.key).startswith(".")


def _has_recipe(part: Part) -> bool:
    return str(part.key).endswith(":") and part.body is None
