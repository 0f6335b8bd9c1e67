"""Which pins of a service keep it from being locked, and the smallest set of changes that locks.

uv answers, by locking: from wheels alone, so that nothing of the service or of what it depends on
is built or run.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from drydock import locking
from drydock.adoption.translate.project import OWN, PATH
from drydock.errors import BadInput, one_line
from drydock.locking import LockError

_CAPS = {"==", "===", "~=", "<", "<="}
_DROPPED = ""


@dataclass(frozen=True)
class Way:
    """A pin that stands in the way, and what would do instead."""

    pin: str
    instead: str
    """Empty: no version of it from the pinned one on comes as wheels that work."""
    line: int
    why: str = ""
    """What uv says, where no version works."""


def resolve(folder: Path, python: str, say: Callable[[str], None]) -> list[Way]:
    """Return which requirements of a service's own keep it from being locked and installed.

    None: it locks, and all of it comes as wheels for `python` on Linux. All groups count. The
    changes are the fewest that are needed, no version is lower than the one pinned, and locking
    has proved them. `say` is told each attempt. Raises BadInput when there is nothing to lock, or
    uv cannot tell.
    """
    text = read(folder)
    try:
        own = list(dict.fromkeys(_own(text)))
    except (ValueError, KeyError) as error:
        raise BadInput(f"{folder / PATH}: {one_line(error)}") from error
    trials = _Trials(text, python, say)
    if trials.locks({}):
        return []
    loose = {pin: relaxed for pin in own if (relaxed := _relaxed(pin)) != pin}
    hopeless: list[str] = []
    if not trials.locks(loose):
        hopeless = _needed(trials, own, lambda some: loose | dict.fromkeys(some, _DROPPED))
        if hopeless == own and not trials.locks(dict.fromkeys(own, _DROPPED)):
            objection = trials.objection(dict.fromkeys(own, _DROPPED))
            raise BadInput(f"even without the service's own requirements: {objection}")
    dropped = dict.fromkeys(hopeless, _DROPPED)
    bare = {pin: loose[pin] for pin in _without_wheels(trials, loose, dropped)}
    left = [pin for pin in loose if pin not in dropped and pin not in bare]
    more = _needed(trials, left, lambda some: {p: loose[p] for p in some} | bare | dropped)
    needed = [pin for pin in own if pin in bare or pin in more]
    lowest = _lowest(trials, {pin: loose[pin] for pin in needed}, dropped)
    reasons = {pin: trials.objection(lowest | dropped | {pin: _relaxed(pin)}) for pin in hopeless}
    lines = text.splitlines()
    return [
        Way(pin, lowest.get(pin, ""), _line(lines, pin), reasons.get(pin, ""))
        for pin in own
        if pin in lowest or pin in dropped
    ]


def read(folder: Path) -> str:
    """Return the text of a service's pyproject.toml; raise BadInput if there is none."""
    try:
        return (folder / PATH).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"{folder / PATH}: {one_line(error)}") from error


def changed(text: str, changes: Mapping[str, str]) -> str:
    """Return a pyproject.toml with other requirements, each pin by what stands for it instead."""
    for pin, instead in changes.items():
        for quote in "\"'":
            entry = f"{quote}{pin}{quote}"
            if instead == _DROPPED:
                text = re.sub(rf"[ \t]*{re.escape(entry)}[ \t]*,?[^\n\]]*\n?", "", text)
            else:
                text = text.replace(entry, f"{quote}{instead}{quote}")
    return text


class _Trials:
    """Attempts to lock a project with some of its requirements changed."""

    def __init__(self, text: str, python: str, say: Callable[[str], None]) -> None:
        self.text, self.python, self.say = text, python, say
        self.made: dict[str, str] = {}
        """What uv said of each text that was tried; empty: it locks."""

    def locks(self, changes: Mapping[str, str]) -> bool:
        """Tell whether it locks, and can be installed, with these changes."""
        return not self.objection(changes)

    def objection(self, changes: Mapping[str, str]) -> str:
        """Return what uv says against these changes; empty: it locks, and can be installed."""
        text = changed(self.text, changes)
        if text not in self.made:
            self.say(f"Locking, attempt {len(self.made) + 1}")
            self.made[text] = self._try(text)
        return self.made[text]

    def _try(self, text: str) -> str:
        with ThreadPoolExecutor() as pool:
            lock = pool.submit(locking.locked, text)
            wheels = pool.submit(locking.wheels, text, self.python)
            errors = [lock.exception(), wheels.exception()]
        refused = " ".join(str(error) for error in errors if isinstance(error, LockError))
        for error in filter(None, errors if not refused else ()):
            raise error
        return refused


def _without_wheels(
    trials: _Trials, loose: Mapping[str, str], dropped: Mapping[str, str]
) -> list[str]:
    """Return the pins to a version that has no wheel for this Python: each of them must change."""
    text = changed(trials.text, {**loose, **dropped})
    trials.say("Looking for wheels of the pinned versions")
    try:
        lowest = locking.wheels(text, trials.python, "--no-deps", "--resolution=lowest-direct")
    except (LockError, BadInput):
        return []  # what is missing is found by trying
    found = []
    for pin in loose:
        wanted = Requirement(pin)
        pinned = [o.version for o in wanted.specifier if o.operator in {"==", "==="}]
        version = lowest.get(canonicalize_name(wanted.name))
        if (
            pin not in dropped
            and version
            and pinned
            and not wanted.specifier.contains(version, True)
        ):
            found.append(pin)
    return found


def _needed(
    trials: _Trials, items: Sequence[str], changes: Callable[[list[str]], Mapping[str, str]]
) -> list[str]:
    """Return the fewest of `items` that must change, where all of them together are enough.

    uv names what it stumbles over, so these are tried first: few attempts, however many there are.
    """
    chosen: list[str] = []
    while objection := trials.objection(changes(chosen)):
        named = {canonicalize_name(one) for one in re.findall(r"[\w.-]*\w", objection)}
        more = [pin for pin in items if pin not in chosen and _name(pin) in named]
        chosen = [*chosen, *more] if more else list(items)
        if len(chosen) == len(items):
            break
    return _smallest(chosen, lambda some: trials.locks(changes(some)))


def _name(pin: str) -> str:
    return canonicalize_name(Requirement(pin).name)


def _smallest(items: Sequence[str], locks: Callable[[list[str]], bool]) -> list[str]:
    """Return the fewest of `items` that must change, where all of them together are enough.

    By halves, so that it takes few attempts where few of many are needed (QuickXplain, Junker
    2004).
    """

    def needed(some: list[str], others: list[str]) -> list[str]:
        if locks(others):
            return []
        if len(some) == 1:
            return some
        first, second = some[: len(some) // 2], some[len(some) // 2 :]
        right = needed(second, others + first)
        return needed(first, others + right) + right

    return needed(list(items), []) if items else []


def _lowest(
    trials: _Trials, loose: Mapping[str, str], dropped: Mapping[str, str]
) -> dict[str, str]:
    """Return what stands for each pin: from the lowest version on that locks, if that is known."""
    if not loose:
        return {}
    text = changed(trials.text, {**loose, **dropped})
    try:
        found = locking.wheels(text, trials.python, "--resolution=lowest-direct")
    except (LockError, BadInput):
        return dict(loose)
    raised = {pin: _from(pin, found) for pin in loose}
    return raised if trials.locks({**raised, **dropped}) else dict(loose)


def _from(pin: str, found: Mapping[str, str]) -> str:
    wanted = Requirement(pin)
    version = found.get(canonicalize_name(wanted.name))
    wanted.specifier = SpecifierSet(f">={version}") if version else SpecifierSet()
    return _written(wanted)


def _relaxed(pin: str) -> str:
    """Return a requirement without upper bound, from its pinned version on."""
    wanted = Requirement(pin)
    if not any(one.operator in _CAPS for one in wanted.specifier):
        return pin
    kept = [
        f">={one.version.removesuffix('.*')}" if one.operator != ">" else str(one)
        for one in wanted.specifier
        if one.operator not in {"<", "<=", "!="}
    ]
    wanted.specifier = SpecifierSet(",".join(kept))
    return _written(wanted)


def _written(wanted: Requirement) -> str:
    return str(wanted).replace('"', "'")


def _own(text: str) -> Iterator[str]:
    """Yield the requirements that are the service's, of every group."""
    data = tomllib.loads(text)
    project, groups = data["project"], data.get("dependency-groups", {})
    behind = {part.partition("\n]")[0] for part in text.split(OWN)[1:]}
    listed: list[tuple[bool, Any]] = [
        (True, project["dependencies"]),
        (True, groups.get("dev", [])),
    ]
    listed += [(False, held) for name, held in groups.items() if name != "dev"]
    listed += [(False, held) for held in project.get("optional-dependencies", {}).values()]
    for shared, held in listed:
        for one in held:
            mine = not shared or not behind or any(f'"{one}"' in part for part in behind)
            if isinstance(one, str) and mine and not _is_direct(one):
                yield one


def _is_direct(requirement: str) -> bool:
    try:
        return bool(Requirement(requirement).url)
    except InvalidRequirement:
        return True


def _line(lines: list[str], pin: str) -> int:
    return next((n for n, held in enumerate(lines, 1) if pin in held), 0)
