"""Which pins of a service prevent locking, and the smallest set of changes that locks.

uv decides, by locking with wheels only. So neither the service nor its dependencies are built or
run.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from drydock import locking
from drydock.adoption.translate.project import OWN, PATH
from drydock.errors import BadInput, UserError, one_line
from drydock.locking import LockError

_CAPS = {"==", "===", "~=", "<", "<="}
_DROPPED = ""


@dataclass(frozen=True)
class Obstacle:
    """A pin that prevents locking."""

    pin: str
    replacement: str
    """The requirement that locks instead; empty if no later version has wheels that work."""
    line: int
    why: str = ""
    """uv's message, if no version works."""

    @property
    def source(self) -> str:
        """The package that must be built because it has no wheels; empty if there is none."""
        hint = re.search(r"Wheels are required for `([^`]+)`", self.why)
        return hint[1] if hint else ""


def resolve(
    folder: Path, python: str, say: Callable[[str], None], builds: Sequence[str] = ()
) -> list[Obstacle]:
    """Return the service's own requirements that prevent locking and installing it.

    An empty list means that it locks, with wheels for `python` on Linux. Packages in `builds` may
    be built, which runs their code. All groups count. Every returned change is necessary, none
    lowers a pinned version, and together they were locked. `say` receives a line for each attempt.
    Raises BadInput if there is nothing to lock, or if uv cannot decide.
    """
    text = read(folder)
    try:
        own = list(dict.fromkeys(own_of(text)))
    except (ValueError, KeyError) as error:
        raise BadInput(f"{folder / PATH}: {one_line(error)}") from error
    trials = _Trials(text, python, say, builds)
    if trials.locks({}):
        return []
    loose = {pin: relaxed for pin in own if (relaxed := _relaxed(pin)) != pin}
    reasons, bare = _without_wheels(trials, own, loose)
    dropped = dict.fromkeys(reasons, _DROPPED)
    nearest = trials.nearest(loose | dropped, _pinned(set(loose) - set(bare)))
    if nearest is None:
        reasons |= dict.fromkeys(_unsolvable(trials, own, loose, dropped), "")
        dropped = dict.fromkeys(reasons, _DROPPED)
        nearest = trials.nearest(loose | dropped, _pinned(set(loose) - set(bare)))
    bare = [pin for pin in bare if pin not in dropped]
    left = [pin for pin in loose if pin not in dropped and pin not in bare]
    fixed = {pin: loose[pin] for pin in bare} | dropped
    # If as many pinned versions as possible are kept, only a few pins may have to change.
    likely = [pin for pin in left if nearest and not _holds(pin, nearest)]
    more = _needed(trials, left, lambda some: {pin: loose[pin] for pin in some} | fixed, likely)
    needed = [pin for pin in own if pin in bare or pin in more]
    lowest = _lowest(trials, {pin: loose[pin] for pin in needed}, dropped)
    for pin in (pin for pin, reason in reasons.items() if not reason):
        reasons[pin] = trials.objection(lowest | dropped | {pin: _relaxed(pin)})
    lines = text.splitlines()
    return [
        Obstacle(pin, lowest.get(pin, ""), _line(lines, pin), reasons.get(pin, ""))
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
    """Return a pyproject.toml in which each pin is replaced; an empty replacement removes it."""
    for pin, replacement in changes.items():
        for quote in "\"'":
            entry = f"{quote}{pin}{quote}"
            if replacement == _DROPPED:
                rest = r"[ \t]*,?(?:[ \t]*(?:#[^\n]*)?\r?\n)?"
                text = re.sub(rf"[ \t]*{re.escape(entry)}{rest}", "", text)
            else:
                text = text.replace(entry, f"{quote}{replacement}{quote}")
    return text


class _Trials:
    """Attempts to lock a project with some of its requirements changed."""

    def __init__(
        self, text: str, python: str, say: Callable[[str], None], builds: Sequence[str] = ()
    ) -> None:
        self.text, self.python, self.say, self.builds = text, python, say, builds
        self.objections: dict[str, str] = {}
        """uv's message for each text that was tried; empty: it locks."""
        self.attempts = 0
        self.is_cached = False
        """Whether uv's cache has what it needs of the index."""

    def locks(self, changes: Mapping[str, str]) -> bool:
        """Tell whether the project locks and installs with these changes."""
        return not self.objection(changes)

    def objection(self, changes: Mapping[str, str]) -> str:
        """Return uv's objection to these changes; empty: the project locks and installs."""
        text = changed(self.text, changes)
        if text not in self.objections:
            detail = f", with {len(changes)} changed pins" if changes else ""
            self.attempts += 1
            self.say(f"Locking, attempt {self.attempts}{detail}")
            self.objections[text] = self._try(text)
        return self.objections[text]

    def _try(self, text: str) -> str:
        if self.is_cached:  # reading the index again takes most of the time
            try:
                self._lock(text, offline=True)
            except LockError as error:
                if not locking.lacks_network(str(error)):
                    return str(error)
            except UserError:
                pass  # the index is needed after all
            else:
                return ""
        try:
            self._lock(text, offline=False)
        except LockError as error:
            return str(error)
        return ""

    def _lock(self, text: str, *, offline: bool) -> None:
        # First for one Python and system, which is faster than for all of them.
        locking.wheels(text, self.python, builds=self.builds, offline=offline)
        locking.locked(text, self.builds, offline=offline)

    def lowest(self, changes: Mapping[str, str], *options: str) -> dict[str, str]:
        """Return the lowest versions that the requirements allow with these changes.

        Raises LockError if there is no solution.
        """
        text = changed(self.text, changes)
        options = ("--resolution=lowest-direct", *options)
        return locking.wheels(text, self.python, *options, builds=self.builds)

    def nearest(
        self, changes: Mapping[str, str], versions: Mapping[str, str]
    ) -> dict[str, str] | None:
        """Return the versions with these changes, keeping as many of `versions` as possible.

        None if there is no solution.
        """
        self.say("Checking which pinned versions work together")
        text = changed(self.text, changes)
        try:
            found = locking.wheels(text, self.python, builds=self.builds, preferred=versions)
        except LockError as error:
            self.objections[text] = str(error)
            return None
        self.is_cached = True
        return found


def _without_wheels(
    trials: _Trials, own: Sequence[str], loose: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return the pins of which no version has a wheel for this Python, each with uv's message.

    Also return those of which only the pinned version has none: each of them must change.
    """
    trials.say("Looking for wheels for the pinned versions")
    reasons: dict[str, str] = {}
    while True:
        try:
            lowest = trials.lowest({**loose, **dict.fromkeys(reasons, _DROPPED)}, "--no-deps")
        except LockError as error:
            named = _named(_without_wheel(str(error)), own) - reasons.keys()
            if not named:
                return reasons, []  # trials find the missing wheels
            reasons |= dict.fromkeys(named, str(error))
        except BadInput:
            return reasons, []
        else:
            pinned = _pinned(loose.keys() - reasons.keys())
            return reasons, [
                pin for pin in loose if _name(pin) in pinned and not _holds(pin, lowest)
            ]


def _without_wheel(objection: str) -> str:
    """Return the package without wheels if uv names it; else all packages in the message."""
    hint = re.search(r"Wheels are required for `([^`]+)`", objection)
    return hint[1] if hint else " ".join(re.findall(r"[\w.-]*\w(?=\s?[<>=~!]=?)", objection))


def _named(text: str, pins: Sequence[str]) -> set[str]:
    """Return the pins whose package occurs in a text."""
    words = {canonicalize_name(one) for one in re.findall(r"[\w.-]*\w", text)}
    return {pin for pin in pins if _name(pin) in words}


def _pinned(pins: Set[str]) -> dict[str, str]:
    """Return the version of each package that is pinned to one."""
    found: dict[str, str] = {}
    for pin in pins:
        requirement = Requirement(pin)
        exact = [one.version for one in requirement.specifier if one.operator in {"==", "==="}]
        if exact and not exact[0].endswith("*"):
            found[canonicalize_name(requirement.name)] = exact[0]
    return found


def _holds(pin: str, versions: Mapping[str, str]) -> bool:
    """Tell whether `versions` satisfies a pin; True if its package is not installed."""
    version = versions.get(_name(pin))
    return version is None or Requirement(pin).specifier.contains(version, prereleases=True)


def _unsolvable(
    trials: _Trials, own: Sequence[str], loose: Mapping[str, str], dropped: Mapping[str, str]
) -> list[str]:
    """Return further pins of which no version works with the rest.

    Raises BadInput if the project does not lock even without all of them.
    """
    left = [pin for pin in own if pin not in dropped]
    changes = {**loose, **dropped}
    if trials.locks(changes):
        return []
    found = _needed(trials, left, lambda some: changes | dict.fromkeys(some, _DROPPED))
    if found == left and (objection := trials.objection(dict.fromkeys(own, _DROPPED))):
        raise BadInput(f"it does not lock even without the service's own requirements: {objection}")
    return found


def _needed(
    trials: _Trials,
    items: Sequence[str],
    changes: Callable[[Sequence[str]], Mapping[str, str]],
    likely: Sequence[str] = (),
) -> list[str]:
    """Return a minimal set of items whose change is enough; changing all items must be enough.

    uv explains each conflict and names its pins: the `likely` ones are changed, or else all. If a
    conflict has only one changed pin in the end, that pin is proved necessary. Every other pin is
    tried without its change.
    """
    chosen: list[str] = []
    conflicts: list[set[str]] = []
    while (objection := trials.objection(changes(chosen))) and len(chosen) < len(items):
        left = [pin for pin in items if pin not in chosen]
        named = _named(objection, left)
        conflicts.append(named)
        chosen += [pin for pin in likely if pin in named] or [*named] or left
    for pin in list(chosen):
        kept = [one for one in chosen if one != pin]
        proved = any(conflict & {*chosen} == {pin} for conflict in conflicts)
        if not proved and trials.locks(changes(kept)):
            chosen = kept
    return [pin for pin in items if pin in chosen]


def _name(pin: str) -> str:
    return canonicalize_name(Requirement(pin).name)


def _lowest(
    trials: _Trials, loose: Mapping[str, str], dropped: Mapping[str, str]
) -> dict[str, str]:
    """Return the replacement of each pin: from the lowest version that locks, if it is known."""
    if not loose:
        return {}
    try:
        found = trials.lowest({**loose, **dropped})
    except (LockError, BadInput):  # not NoIndexError: a guess would raise more than is needed
        return dict(loose)
    raised = {pin: _from(pin, found) for pin in loose}
    return raised if trials.locks({**raised, **dropped}) else dict(loose)


def _from(pin: str, found: Mapping[str, str]) -> str:
    requirement = Requirement(pin)
    version = found.get(canonicalize_name(requirement.name))
    requirement.specifier = SpecifierSet(f">={version}") if version else SpecifierSet()
    return _written(requirement)


def _relaxed(pin: str) -> str:
    """Return a requirement without its upper bound, from the pinned version on."""
    requirement = Requirement(pin)
    if not any(one.operator in _CAPS for one in requirement.specifier):
        return pin
    kept = [
        f">={one.version.removesuffix('.*')}" if one.operator != ">" else str(one)
        for one in requirement.specifier
        if one.operator not in {"<", "<=", "!="}
    ]
    requirement.specifier = SpecifierSet(",".join(kept))
    return _written(requirement)


def _written(requirement: Requirement) -> str:
    """Return a requirement without double quotes, which would end a TOML string."""
    return str(requirement).replace('"', "'")


def own_of(text: str) -> Iterator[str]:
    """Yield the service's own requirements in a pyproject.toml, from all groups."""
    data = tomllib.loads(text)
    project, groups = data["project"], data.get("dependency-groups", {})
    own_parts = {part.partition("\n]")[0] for part in text.split(OWN)[1:]}
    lists: list[tuple[bool, Any]] = [
        (True, project["dependencies"]),
        (True, groups.get("dev", [])),
    ]
    lists += [(False, entries) for name, entries in groups.items() if name != "dev"]
    lists += [(False, entries) for entries in project.get("optional-dependencies", {}).values()]
    for is_shared, entries in lists:
        for entry in entries:
            is_own = not is_shared or not own_parts or any(f'"{entry}"' in p for p in own_parts)
            if isinstance(entry, str) and is_own and not is_direct(entry):
                yield entry


def is_direct(requirement: str) -> bool:
    """Tell whether a requirement has an address, or is not a requirement at all."""
    try:
        return bool(Requirement(requirement).url)
    except InvalidRequirement:
        return True


def _line(lines: list[str], pin: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if pin in line), 0)
