"""Which pins of a service keep it from being locked, and the smallest set of changes that locks.

uv answers, by locking: from wheels alone, so that nothing of the service or of what it depends on
is built or run.
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
class Way:
    """A pin that stands in the way, and what would do instead."""

    pin: str
    instead: str
    """Empty: no version of it from the pinned one on comes as wheels that work."""
    line: int
    why: str = ""
    """What uv says, where no version works."""

    @property
    def source(self) -> str:
        """The package that would have to be built, where it comes as source only; or empty."""
        hint = re.search(r"Wheels are required for `([^`]+)`", self.why)
        return hint[1] if hint else ""


def resolve(
    folder: Path, python: str, say: Callable[[str], None], builds: Sequence[str] = ()
) -> list[Way]:
    """Return which requirements of a service's own keep it from being locked and installed.

    None: it locks, and all of it comes as wheels for `python` on Linux, but for the packages that
    `builds` names: these may be built, which runs their code. All groups count. No change can be
    spared of those that are returned, no version is lower than the one pinned, and locking has
    proved them. `say` is told each attempt. Raises BadInput when there is nothing to lock, or uv
    cannot tell.
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
    near = trials.nearest(loose | dropped, _pinned(set(loose) - set(bare)))
    if near is None:
        more = _hopeless(trials, own, loose, dropped)
        reasons |= dict.fromkeys(more, "")
        dropped = dict.fromkeys(reasons, _DROPPED)
        near = trials.nearest(loose | dropped, _pinned(set(loose) - set(bare)))
    bare = [pin for pin in bare if pin not in dropped]
    left = [pin for pin in loose if pin not in dropped and pin not in bare]
    fixed = {pin: loose[pin] for pin in bare} | dropped
    # Where the pinned versions are kept that can be, few are left that may have to change.
    likely = [pin for pin in left if near and not _holds(pin, near)]
    more = _needed(trials, left, lambda some: {pin: loose[pin] for pin in some} | fixed, likely)
    needed = [pin for pin in own if pin in bare or pin in more]
    lowest = _lowest(trials, {pin: loose[pin] for pin in needed}, dropped)
    for pin in (pin for pin, said in reasons.items() if not said):
        reasons[pin] = trials.objection(lowest | dropped | {pin: _relaxed(pin)})
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

    def __init__(
        self, text: str, python: str, say: Callable[[str], None], builds: Sequence[str] = ()
    ) -> None:
        self.text, self.python, self.say, self.builds = text, python, say, builds
        self.made: dict[str, str] = {}
        """What uv said of each text that was tried; empty: it locks."""
        self.attempts = 0
        self.known = False
        """Whether what is needed of the index was read already, and is in uv's cache."""

    def locks(self, changes: Mapping[str, str]) -> bool:
        """Tell whether it locks, and can be installed, with these changes."""
        return not self.objection(changes)

    def objection(self, changes: Mapping[str, str]) -> str:
        """Return what uv says against these changes; empty: it locks, and can be installed."""
        text = changed(self.text, changes)
        if text not in self.made:
            detail = f", with {len(changes)} changed pins" if changes else ""
            self.attempts += 1
            self.say(f"Locking, attempt {self.attempts}{detail}")
            self.made[text] = self._try(text)
        return self.made[text]

    def _try(self, text: str) -> str:
        if self.known:  # reading the index again takes most of the time
            try:
                self._lock(text, offline=True)
            except LockError as error:
                if not locking.lacks_network(str(error)):
                    return str(error)
            except UserError:
                pass  # something else is needed of the index
            else:
                return ""
        try:
            self._lock(text, offline=False)
        except LockError as error:
            return str(error)
        return ""

    def _lock(self, text: str, *, offline: bool) -> None:
        # For one Python and system first, which is sooner done than for all of them.
        locking.wheels(text, self.python, builds=self.builds, offline=offline)
        locking.locked(text, self.builds, offline=offline)

    def lowest(self, changes: Mapping[str, str], *options: str) -> dict[str, str]:
        """Return the lowest versions that the requirements allow with these changes.

        Raises LockError where there is no solution.
        """
        text = changed(self.text, changes)
        options = ("--resolution=lowest-direct", *options)
        return locking.wheels(text, self.python, *options, builds=self.builds)

    def nearest(
        self, changes: Mapping[str, str], versions: Mapping[str, str]
    ) -> dict[str, str] | None:
        """Return the versions it has with these changes, of `versions` as many as can be kept.

        None where there is no solution.
        """
        self.say("Checking which pinned versions work together")
        text = changed(self.text, changes)
        try:
            found = locking.wheels(text, self.python, builds=self.builds, preferred=versions)
        except LockError as error:
            self.made[text] = str(error)
            return None
        self.known = True
        return found


def _without_wheels(
    trials: _Trials, own: Sequence[str], loose: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return the pins of which no version has a wheel for this Python, each with what uv says.

    And those of which only the pinned version has none: each of them must change.
    """
    trials.say("Looking for wheels for the pinned versions")
    reasons: dict[str, str] = {}
    while True:
        try:
            lowest = trials.lowest({**loose, **dict.fromkeys(reasons, _DROPPED)}, "--no-deps")
        except LockError as error:
            named = _named(_wanting(str(error)), own) - reasons.keys()
            if not named:
                return reasons, []  # what is missing is found by trying
            reasons |= dict.fromkeys(named, str(error))
        except BadInput:
            return reasons, []
        else:
            pinned = _pinned(loose.keys() - reasons.keys())
            return reasons, [
                pin for pin in loose if _name(pin) in pinned and not _holds(pin, lowest)
            ]


def _wanting(objection: str) -> str:
    """Return the package that has no wheel, where uv hints at it; else all that it names."""
    hint = re.search(r"Wheels are required for `([^`]+)`", objection)
    return hint[1] if hint else " ".join(re.findall(r"[\w.-]*\w(?=\s?[<>=~!]=?)", objection))


def _named(text: str, pins: Sequence[str]) -> set[str]:
    """Return the pins whose package a text names."""
    words = {canonicalize_name(one) for one in re.findall(r"[\w.-]*\w", text)}
    return {pin for pin in pins if _name(pin) in words}


def _pinned(pins: Set[str]) -> dict[str, str]:
    """Return the version of each package that is pinned to one."""
    found: dict[str, str] = {}
    for pin in pins:
        wanted = Requirement(pin)
        exact = [one.version for one in wanted.specifier if one.operator in {"==", "==="}]
        if exact and not exact[0].endswith("*"):
            found[canonicalize_name(wanted.name)] = exact[0]
    return found


def _holds(pin: str, versions: Mapping[str, str]) -> bool:
    """Tell whether the version of a package is as pinned; so it is where it is not installed."""
    version = versions.get(_name(pin))
    return version is None or Requirement(pin).specifier.contains(version, prereleases=True)


def _hopeless(
    trials: _Trials, own: Sequence[str], loose: Mapping[str, str], dropped: Mapping[str, str]
) -> list[str]:
    """Return the pins of which no version works with the rest, besides those dropped already.

    Raises BadInput where it would not lock without any of them.
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
    """Return items of which none can be spared, where a change of all of them is enough.

    uv explains each conflict, and names the pins of it: the `likely` ones of them are changed, if
    there are any. Where one pin of a conflict is changed in the end, and no other, that proves that
    it must be; what is not proved so is tried without.
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
    """Return what stands for each pin: from the lowest version on that locks, if that is known."""
    if not loose:
        return {}
    try:
        found = trials.lowest({**loose, **dropped})
    except (LockError, BadInput):  # not NoIndexError: a guess would raise more than is needed
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


def own_of(text: str) -> Iterator[str]:
    """Yield the requirements in a pyproject.toml that are the service's, of every group."""
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
            if isinstance(one, str) and mine and not is_direct(one):
                yield one


def is_direct(requirement: str) -> bool:
    """Tell whether a requirement names where its package is, or is none at all."""
    try:
        return bool(Requirement(requirement).url)
    except InvalidRequirement:
        return True


def _line(lines: list[str], pin: str) -> int:
    return next((n for n, held in enumerate(lines, 1) if pin in held), 0)
