"""Files of which a tool reads only the first that it finds: one more would shadow a service's own.

Renovate is such a tool:
https://docs.renovatebot.com/configuration-options/#configuration-file-locations
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drydock.git import Repository, Tree

# `.gitlab/` and its like are read on that platform only, which the repository does not tell.
_RENOVATE = re.compile(r"((\.[a-z-]+/)?renovate|\.renovaterc)\.json[c5]?|\.renovaterc")
_PACKAGE = "package.json"


@dataclass(frozen=True)
class Shadow:
    """A file of the release that stays out, because the service has one that is read instead."""

    path: str
    own: str
    says: str
    """What the release's file says, on one line."""

    @property
    def reason(self) -> str:
        """Why it stays out."""
        return f"Renovate reads one configuration, and yours is {self.own}"

    @property
    def duty(self) -> str:
        """What the service's file needs instead."""
        return f"add to it what you want of the release's: {self.says}"


def find(
    repository: Repository, prefix: str, base: Tree, ours: Tree, theirs: Tree
) -> Iterator[Shadow]:
    """Yield the files that theirs adds or changes, that ours lacks, and has another one for.

    Only at the root of a repository: in a folder of it Renovate reads none.
    """
    if prefix:
        return
    three = [_configurations(repository, side) for side in (base, ours, theirs)]
    of_template = three[0] | three[2]
    own = sorted(three[1] - of_template)
    for path in sorted(of_template - {_PACKAGE}) if own else ():
        if path in theirs and path not in ours and theirs[path] != base.get(path):
            (text,) = repository.read_blobs([theirs[path].oid]).values()
            yield Shadow(path, own[0], _one_line(text))


def _configurations(repository: Repository, side: Tree) -> set[str]:
    found = {path for path in side if _RENOVATE.fullmatch(path)}
    if _PACKAGE in side and side[_PACKAGE].mode.startswith("100"):
        (text,) = repository.read_blobs([side[_PACKAGE].oid]).values()
        found |= {_PACKAGE} if "renovate" in _object(text) else set()
    return found


def _object(text: bytes) -> dict[str, object]:
    """Return the keys of a JSON file, if it is one."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _one_line(text: bytes) -> str:
    said: Iterable[tuple[str, object]] = _object(text).items()
    said = [item for item in said if item[0] != "$schema"]
    return ", ".join(f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in said)
