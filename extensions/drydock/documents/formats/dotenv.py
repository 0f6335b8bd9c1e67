"""Files of environment variables: `.env`, `.env.example` and the like.

Variables are unordered, except those whose value refers to others, and the ones that it refers to
(https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/).
"""

import re
from collections.abc import Sequence

from drydock.documents import markers
from drydock.documents.kinds import ANYWHERE, TABLE
from drydock.documents.nodes import Body, Part
from drydock.profiles import Profile

_NAME = re.compile(r"(?:^|/)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env)$")
# A value of several lines is not supported.
_LINE = re.compile(
    r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*="
    r"[ \t]*(?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[^\"'\s#][^\n]*?)?(?:[ \t]+#[^\n]*)?[ \t]*"
)
_USED = re.compile(r"\$\{?(\w+)")


def handles(path: str) -> bool:
    """Tell whether `path` names a file of environment variables."""
    return bool(_NAME.search(path))


def check(text: str) -> None:
    """Raise ValueError if `text` has conflict markers: each tool accepts other lines."""
    markers.refuse(text)


def read(text: str, _file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into variables, each with the comments and empty lines above it."""
    check(text)
    used = {name for line in text.split("\n") for name in _USED.findall(line)}
    lead, parts = "", list[Part]()
    for line in text.split("\n")[:-1]:
        if not line.strip() or line.lstrip().startswith("#"):
            lead += f"{line}\n"
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"unsupported line: {line.strip()[:40]}")
        is_ordered = match["name"] in used or "$" in line or "`" in line
        place = None if is_ordered else ANYWHERE
        parts.append(Part(match["name"], line, lead=lead, after="\n", place=place))
        lead = ""
    if len({part.key for part in parts}) < len(parts):
        raise ValueError("a variable is set twice")
    return Part("the variables", body=Body(tuple(parts), closing=lead, kind=TABLE))
