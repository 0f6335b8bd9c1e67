"""The rules for versions that both sides raised: the higher one that satisfies both."""

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from typing import TypeVar

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

# A number is a version only where something tells so: a `v`, three numbers (four are an address, a
# year, a month and a day with their zeros a date), what stands before it, or its key. A limit from
# above is none: a higher one allows more.
_END = r"(?:[-.]?(?:alpha|beta|a|b|c|rc|pre|preview|dev|post)[-.]?\d+)?(?:\+[a-z0-9.]+)?(?![\w.])"
_DATE = r"\d{4}\.(?:0\d|1[0-2])\.(?:0[1-9]|[12]\d|3[01])(?![\w.])"
_TELLING = (
    rf"(?<![\w./<!])(?<!<=)(?<!< )v\d+(?:\.\d+)*{_END}"
    rf"|(?<![\w.<!])(?<!<=)(?<!< )(?!{_DATE})\d+\.\d+\.\d+{_END}"
    rf"|(?:(?<=\w@)|(?<=[\w\"'\]][=~>]=)|(?<=[\"' ]\^))\d+(?:\.\d+)*{_END}"
    rf"|(?:(?<=\w:)|(?<=\w-))\d+\.\d+{_END}"
)
_VERSION = re.compile(_TELLING)
_ANY_VERSION = re.compile(rf"{_TELLING}|(?<=[\"' ])(?:{_DATE}|\d+(?:\.\d+)?(?![\w.]))")
_NAMED = re.compile(r"(?i)^\W*[\w-]*(?:version|\brev|\btag)[\"']?\s*[:=]")
# The version of what something is written in: a higher one is not newer, but other.
_WRITTEN_IN = re.compile(
    r"(?i)^\W*[\w-]*(?:api|config|data|file|format|layout|manifest|model|protocol|schema)_?-?version\b"
)

_PINNED = re.compile(r"(?P<what>.*@)[0-9a-f]{40,64}[ \t]+#[ \t]*(?P<version>v?\d+(?:\.\d+)*)\s*")
_TAGGED = re.compile(r"(?P<what>.*@)(?P<version>v?\d+(?:\.\d+)*)\s*")


def higher(base: str | None, ours: str, theirs: str) -> tuple[str, str] | None:
    """Settle two texts that differ in one version, such as `actions/checkout@v4` and `@v5`.

    Returns the text with the higher one and what was done, or None if more than that differs or
    not both sides raised it.
    """
    texts = [text for text in (base, ours, theirs) if text is not None]
    if any(_WRITTEN_IN.search(text) for text in texts):
        return None
    pattern = _ANY_VERSION if all(_NAMED.search(text) for text in texts) else _VERSION
    found = [pattern.findall(text) for text in texts]
    if len({pattern.sub("\0", text) for text in texts}) > 1:
        return _pinned(base, ours, theirs)
    differing = [versions for versions in zip(*found, strict=True) if len(set(versions)) > 1]
    if len(differing) != 1:
        return None
    versions = [Version(version) for version in differing[0]]
    if versions[-2] == versions[-1] or (base is not None and min(versions[1:]) <= versions[0]):
        return None
    return _the_higher(ours, theirs, ours_is=versions[-2] > versions[-1])


def _the_higher(ours: str, theirs: str, *, ours_is: bool) -> tuple[str, str]:
    text, side = (ours, "from your version") if ours_is else (theirs, "from the release")
    return text, f"the higher version, {side}: {' '.join(text.split())}"


def _pinned(base: str | None, ours: str, theirs: str) -> tuple[str, str] | None:
    """Settle versions of which some are pinned by a digest, with the version in a remark."""
    texts = [text for text in (base, ours, theirs) if text is not None]
    found = [_PINNED.fullmatch(text) or _TAGGED.fullmatch(text) for text in texts]
    if len({match["what"] if match else None for match in found}) > 1 or None in found:
        return None
    releases = [Version(match["version"]).release for match in found if match]
    mine, new = releases[-2:]
    if base is not None and (mine < releases[0] or new < releases[0]):
        return None
    if mine == new or _shorter(mine, new) == _shorter(new, mine):
        # One may be newer than its tag tells; only a digest is one version.
        pins = [bool(_PINNED.fullmatch(text)) for text in (ours, theirs)]
        if pins == [True, False] and len(mine) >= len(new):
            return (
                ours,
                f"the version pinned by its digest, from your version: {' '.join(ours.split())}",
            )
        if pins == [False, True] and len(new) >= len(mine):
            text = " ".join(theirs.split())
            return theirs, f"the version pinned by its digest, from the release: {text}"
        return None
    return _the_higher(ours, theirs, ours_is=mine > new)


def _shorter(release: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return release[: min(len(release), len(other))]


_T = TypeVar("_T")

# name, extras, blank space, constraints, marker
_WRITTEN = re.compile(
    r"(?P<name>[\w.-]+)(?P<extras>\s*\[[^\]]*\])?(?P<space>\s*)(?P<asked>[^;@]*?)(?P<marker>\s*;.*)?"
)
_QUOTED = re.compile(r"(?P<quote>[\"']?)(?P<inner>[^\"'].*)(?P=quote)", re.DOTALL)
_LOWER = {">=", "==", "~=", ">"}
_UPPER = {"<", "<="}


@dataclass(frozen=True)
class _Demand:
    """What is asked of a package."""

    name: str
    lower: Specifier | None
    upper: Specifier | None
    others: Set[Specifier]
    extras: Set[str]
    marker: str

    @classmethod
    def of(cls, text: str) -> "_Demand":
        """Read a requirement; raise ValueError if it is none, or of an unusual kind."""
        inner = _QUOTED.fullmatch(text)
        found = Requirement(inner["inner"] if inner else text)
        lower = [one for one in found.specifier if one.operator in _LOWER]
        upper = [one for one in found.specifier if one.operator in _UPPER]
        others = frozenset(found.specifier) - {*lower, *upper}
        if found.url or len(lower) > 1 or len(upper) > 1:
            raise ValueError("an unusual requirement")
        if any(one.operator != "!=" for one in others):
            raise ValueError("an unusual constraint")
        return cls(
            canonicalize_name(found.name),
            lower[0] if lower else None,
            upper[0] if upper else None,
            others,
            frozenset(canonicalize_name(extra) for extra in found.extras),
            str(found.marker or ""),
        )

    def asked(self) -> list[Specifier]:
        """Return the constraints, in the usual order."""
        ends = [one for one in (self.lower, self.upper) if one]
        return [*ends, *sorted(self.others, key=str)]


def requirement(base: str | None, ours: str, theirs: str) -> tuple[str, str] | None:
    """Settle two requirements (PEP 508) of one package; quotes around them stay.

    Extras and constraints are sets; of two lower bounds the higher one stands, if it satisfies
    what the other side demands. Returns the text and what was done, or None.
    """
    try:
        was, mine, new = (
            _Demand.of(text) if text is not None else None for text in (base, ours, theirs)
        )
        if mine is None or new is None or len({one.name for one in (was, mine, new) if one}) > 1:
            return None
        if was is None and _spelt(ours) != _spelt(theirs):
            return None  # nobody saw that it is the same package
        result = _merged(was, mine, new)
        if result in (mine, new):
            text = ours if result == mine else theirs
        else:
            text = _written(ours, theirs, result)
    except ValueError:  # InvalidRequirement and InvalidVersion are such
        return None
    if result in (mine, new) and mine.lower != new.lower:
        return _the_higher(ours, theirs, ours_is=result == mine)
    return text, f"what both sides ask of a package: {text}"


def asks_for_another(base: str, side: str) -> bool:
    """Tell whether a requirement asks for another version of a package, and for nothing else."""
    try:
        was, now = _Demand.of(base), _Demand.of(side)
    except ValueError:
        return False
    return (was.name, was.extras, was.marker) == (now.name, now.extras, now.marker)


def _spelt(text: str) -> str | None:
    """Return the name of a package as it is written."""
    inner = _QUOTED.fullmatch(text)
    written = _WRITTEN.fullmatch(inner["inner"]) if inner else None
    return written and written["name"]


def _merged(base: _Demand | None, ours: _Demand, theirs: _Demand) -> _Demand:
    """Merge what three demands ask; raise ValueError if that is not certain."""
    if base is None and ours.marker != theirs.marker:
        raise ValueError("both sides added it, for different cases")
    was = base or replace(ours, lower=None, upper=None, others=frozenset(), extras=frozenset())
    lower = _either(was.lower, ours.lower, theirs.lower, _higher_bound)
    upper = _either(was.upper, ours.upper, theirs.upper)
    if lower and ours.lower not in (was.lower, None) and theirs.lower not in (was.lower, None):
        upper = _capped(was, lower, upper, (ours.lower, theirs.lower))
    marker = _either(was.marker, ours.marker, theirs.marker)
    others = _union(was.others, ours.others, theirs.others)
    extras = _union(was.extras, ours.extras, theirs.extras)
    result = _Demand(ours.name, lower, upper, others, extras, marker or "")
    if lower:
        demanded = SpecifierSet(result.asked()[1:])
        if not demanded.contains(Version(lower.version), prereleases=True):
            raise ValueError("no version satisfies both")
    return result


def _union(base: Set[_T], ours: Set[_T], theirs: Set[_T]) -> Set[_T]:
    return frozenset((ours & theirs) | (ours - base) | (theirs - base))


def _either(
    base: _T | None,
    ours: _T | None,
    theirs: _T | None,
    of_both: Callable[[_T | None, _T, _T], _T] | None = None,
) -> _T | None:
    """Return what the side that changed it says; `of_both` settles it where both did."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    if of_both is None or ours is None or theirs is None:
        raise ValueError("both sides changed it")
    return of_both(base, ours, theirs)


def _higher_bound(base: Specifier | None, ours: Specifier, theirs: Specifier) -> Specifier:
    """Return the higher of two bounds that both sides raised; raise ValueError if it is neither."""
    low, high = sorted((ours, theirs), key=lambda one: Version(one.version))
    if base and Version(low.version) <= Version(base.version):
        raise ValueError("not both raised it")
    both_pins = low.operator == high.operator == "=="
    if Version(low.version) == Version(high.version) or not (
        both_pins or low.contains(high.version, prereleases=True)
    ):
        raise ValueError("neither satisfies both")
    return high


def _capped(
    base: _Demand, lower: Specifier, upper: Specifier | None, bounds: tuple[Specifier, Specifier]
) -> Specifier | None:
    """Return the limit that stays of a compatible release (`~=`) where the other bound stands.

    `~=2.0` is `>=2.0, ==2.*`:
    https://packaging.python.org/en/latest/specifications/version-specifiers/#compatible-release
    """
    compatible = [one for one in bounds if one.operator == "~="]
    if len(compatible) != 1:
        return upper
    if base.lower and base.lower.operator == "~=":
        raise ValueError("one version removed the limit")
    if lower.operator in {"~=", "=="}:
        return upper
    *head, last, _ = Version(compatible[0].version).release
    cap = Specifier("<" + ".".join(map(str, [*head, last + 1])))
    if upper and Version(upper.version) <= Version(cap.version):
        return upper
    return cap


def _written(ours: str, theirs: str, result: _Demand) -> str:
    """Write what both sides demand the way ours is written."""
    inner = _QUOTED.fullmatch(ours)
    written = _WRITTEN.fullmatch(inner["inner"]) if inner else None
    if inner is None or written is None:
        raise ValueError("written in an unusual way")
    quote = inner["quote"]
    extras = f"[{','.join(sorted(result.extras))}]" if result.extras else ""
    comma = ", " if ", " in f"{written['asked']}{theirs}" else ","
    asked = comma.join(map(str, result.asked()))
    marker = f"; {result.marker.replace(chr(34), _other(quote))}" if result.marker else ""
    return (
        f"{quote}{written['name']}{extras}{written['space'] if asked else ''}{asked}{marker}{quote}"
    )


def _other(quote: str) -> str:
    return "'" if quote == '"' else '"'


RULES = {
    "ini": (requirement, higher),
    "json": (higher,),
    "requirements": (requirement,),
    "toml": (requirement, higher),
    "yaml": (higher,),
}
