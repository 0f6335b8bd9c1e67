"""One requirement from several of the same package."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from drydock.adoption.translate import Demand, Todo


def one_each(demands: Iterable[Demand]) -> tuple[list[Demand], list[Todo]]:
    """Return each package once per group and marker, and the requirements that contradict others.

    `demands` are in the order in which they are installed.
    """
    groups: dict[tuple[str, str, str], list[Demand]] = {}
    for demand in demands:
        marker = str(Requirement(demand.text).marker or "")
        groups.setdefault((demand.name, demand.group, marker), []).append(demand)
    todo: list[Todo] = []
    found = {key: _combined(own, todo) for key, own in groups.items() if key[1] != "dev"}
    main = [demand for demand in found.values() if not demand.group]
    for key, group in groups.items():
        if key not in found and (added := [one for one in group if _adds(one, main, todo)]):
            found[key] = _combined(added, todo)
    return [found[key] for key in groups if key in found], todo


def _combined(demands: Sequence[Demand], todo: list[Todo]) -> Demand:
    """Return one requirement for all; add those that it does not meet to `todo`.

    An exact version or an address wins over a range, and otherwise what is installed last.
    """
    last_first = list(reversed(demands))
    kept, *others = sorted(last_first, key=lambda one: not _is_exact(one))
    for other in others:
        if both := _both(kept, other):
            kept = both
        else:
            todo.append(_dropped(other, kept))
    return kept


def _dropped(demand: Demand, kept: Demand) -> Todo:
    place = f"{kept.path}:{kept.line}" if kept.line else kept.path
    shown = [f"{one.text} ({one.source})" if one.source else one.text for one in (demand, kept)]
    why = f"not carried over: {shown[0]}, because {place} requires {shown[1]}"
    how = "decide which one the code needs, and set it in pyproject.toml"
    return Todo(demand.path, demand.line, why, how, "start")


def _adds(demand: Demand, main: Iterable[Demand], todo: list[Todo]) -> bool:
    """Tell whether a requirement of the dev group adds to the service's own.

    Where it contradicts them, it does not, and is added to `todo`.
    """
    requirement = Requirement(demand.text)
    for own in main:
        if own.name == demand.name:
            marker = Requirement(own.text).marker
            if marker in (None, requirement.marker) and _implies(own, demand):
                return False
            if marker == requirement.marker and not _both(own, demand):
                todo.append(_dropped(demand, own))
                return False
    return True


def _is_exact(demand: Demand) -> bool:
    requirement = Requirement(demand.text)
    return bool(requirement.url or demand.source or _version(requirement.specifier))


def _version(specifier: SpecifierSet) -> str:
    """Return the only version that a specifier allows; empty if there are more."""
    exact = (one.version for one in specifier if one.operator in {"==", "==="})
    return next((version for version in exact if not version.endswith("*")), "")


def _implies(demand: Demand, other: Demand) -> bool:
    """Tell whether whatever meets `demand` also meets `other`."""
    one, two = Requirement(demand.text), Requirement(other.text)
    version = _version(one.specifier)
    is_met = {*two.specifier} <= {*one.specifier} or (
        bool(version) and _contains(two.specifier, version)
    )
    has_origin = two.url in (None, one.url) and other.source in ("", demand.source)
    return is_met and has_origin and two.extras <= one.extras


def _both(kept: Demand, other: Demand) -> Demand | None:
    """Return a requirement that meets both; None if there is none."""
    if _implies(kept, other):
        return kept
    if _implies(other, kept):
        return other
    one, two = Requirement(kept.text), Requirement(other.text)
    sources, urls = {kept.source, other.source} - {""}, {one.url, two.url} - {None}
    specifier = one.specifier & two.specifier
    # It is unclear which version is at an address.
    if len(sources) > 1 or len(urls) > 1 or (urls and (specifier or sources)):
        return None
    if not _is_possible(specifier):
        return None
    extras = sorted(one.extras | two.extras)
    text = f"{one.name}[{','.join(extras)}]" if extras else one.name
    text += "".join(f" @ {url} " for url in urls)
    text += ",".join(sorted(map(str, _narrow(specifier)), reverse=True))
    text += f"; {one.marker}" if one.marker else ""
    return replace(kept, text=text.strip(), source="".join(sources))


def _narrow(specifier: SpecifierSet) -> Iterator[Specifier]:
    """Yield the parts of a specifier without those that others imply."""
    exact = _version(specifier)
    bounds = {">=": max, "<": min}
    for part in specifier:
        same = [one for one in specifier if one.operator == part.operator]
        if exact:
            if part.version == exact:
                yield part
        elif part.operator not in bounds or part == bounds[part.operator](
            same, key=lambda one: Version(one.version)
        ):
            yield part


def _is_possible(specifier: SpecifierSet) -> bool:
    """Tell whether any version meets a specifier: one of its bounds, or one next to it."""
    versions = {"0"}
    for part in specifier:
        with suppress(InvalidVersion):
            bound = Version(part.version.removesuffix(".*"))
            versions |= {part.version.removesuffix(".*"), f"{bound.base_version}.0.1"}
            for at, number in enumerate(bound.release):
                above = ".".join(map(str, (*bound.release[:at], number + 1)))
                versions.add(f"{bound.epoch}!{above}")
    return any(_contains(specifier, version) for version in versions)


def _contains(specifier: SpecifierSet, version: str) -> bool:
    try:
        return specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return False
