"""The rules for versions that both sides raised: the higher one wins if it satisfies both."""

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from typing import TypeVar

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

# A number is a version only if something indicates it: a `v`, three numbers (four are an address; a
# year, month and day with leading zeros are a date), the text before it, or its key. An upper bound
# is not treated as a version: a higher one allows more.
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
# The version of a schema or format: a higher one is not newer, but different.
_WRITTEN_IN = re.compile(
    r"(?i)^\W*[\w-]*(?:api|config|data|file|format|layout|manifest|model|protocol|schema)_?-?version\b"
)

_PINNED = re.compile(r"(?P<what>.*@)[0-9a-f]{40,64}[ \t]+#[ \t]*(?P<version>v?\d+(?:\.\d+)*)\s*")
_TAGGED = re.compile(r"(?P<what>.*@)(?P<version>v?\d+(?:\.\d+)*)\s*")


def higher(base: str | None, ours: str, theirs: str) -> tuple[str, str] | None:
    """Resolve two texts that differ in one version, such as `actions/checkout@v4` and `@v5`.

    Returns the text with the higher version and a report line; None if the texts differ in more,
    or only one side raised the version.
    """
    texts = [text for text in (base, ours, theirs) if text is not None]
    if any(_WRITTEN_IN.search(text) for text in texts):
        return None
    pattern = _ANY_VERSION if all(_NAMED.search(text) for text in texts) else _VERSION
    versions_in = [pattern.findall(text) for text in texts]
    if len({pattern.sub("\0", text) for text in texts}) > 1:
        return _pinned(base, ours, theirs)
    differing = [versions for versions in zip(*versions_in, strict=True) if len(set(versions)) > 1]
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
    """Resolve versions that are partly pinned by digest, with the version in a comment."""
    texts = [text for text in (base, ours, theirs) if text is not None]
    matches = [_PINNED.fullmatch(text) or _TAGGED.fullmatch(text) for text in texts]
    if len({match["what"] if match else None for match in matches}) > 1 or None in matches:
        return None
    releases = [Version(match["version"]).release for match in matches if match]
    our_release, their_release = releases[-2:]
    if base is not None and (our_release < releases[0] or their_release < releases[0]):
        return None
    shared = min(len(our_release), len(their_release))
    if our_release[:shared] == their_release[:shared]:
        # A tag such as `v5` can stand for a newer version; only a digest is exact.
        pinned = [bool(_PINNED.fullmatch(text)) for text in (ours, theirs)]
        if pinned == [True, False] and len(our_release) >= len(their_release):
            text = " ".join(ours.split())
            return ours, f"the version pinned by digest, from your version: {text}"
        if pinned == [False, True] and len(their_release) >= len(our_release):
            text = " ".join(theirs.split())
            return theirs, f"the version pinned by digest, from the release: {text}"
        return None
    return _the_higher(ours, theirs, ours_is=our_release > their_release)


_T = TypeVar("_T")

# name, extras, blank space, constraints, marker
_WRITTEN = re.compile(
    r"(?P<name>[\w.-]+)(?P<extras>\s*\[[^\]]*\])?(?P<space>\s*)(?P<specifier>[^;@]*?)(?P<marker>\s*;.*)?"
)
_QUOTED = re.compile(r"(?P<quote>[\"']?)(?P<inner>[^\"'].*)(?P=quote)", re.DOTALL)
_LOWER = {">=", "==", "~=", ">"}
_UPPER = {"<", "<="}


@dataclass(frozen=True)
class _Demand:
    """A requirement: the constraints on a package."""

    name: str
    lower: Specifier | None
    upper: Specifier | None
    others: Set[Specifier]
    extras: Set[str]
    marker: str

    @classmethod
    def of(cls, text: str) -> "_Demand":
        """Parse a requirement; raise ValueError if it is invalid or not supported."""
        quoted = _QUOTED.fullmatch(text)
        parsed = Requirement(quoted["inner"] if quoted else text)
        lower = [one for one in parsed.specifier if one.operator in _LOWER]
        upper = [one for one in parsed.specifier if one.operator in _UPPER]
        others = frozenset(parsed.specifier) - {*lower, *upper}
        if parsed.url or len(lower) > 1 or len(upper) > 1:
            raise ValueError("unsupported requirement")
        if any(one.operator != "!=" for one in others):
            raise ValueError("unsupported constraint")
        return cls(
            canonicalize_name(parsed.name),
            lower[0] if lower else None,
            upper[0] if upper else None,
            others,
            frozenset(canonicalize_name(extra) for extra in parsed.extras),
            str(parsed.marker or ""),
        )

    def specifiers(self) -> list[Specifier]:
        """Return the constraints, in the usual order."""
        ends = [one for one in (self.lower, self.upper) if one]
        return [*ends, *sorted(self.others, key=str)]


def requirement(base: str | None, ours: str, theirs: str) -> tuple[str, str] | None:
    """Resolve two requirements (PEP 508) of one package; quotes around them are kept.

    Extras and constraints are sets; the higher of two lower bounds wins if it satisfies the
    requirement of the other side. Returns the text and a report line, or None.
    """
    try:
        base_demand, our_demand, their_demand = (
            _Demand.of(text) if text is not None else None for text in (base, ours, theirs)
        )
        demands = (base_demand, our_demand, their_demand)
        if our_demand is None or their_demand is None or len({d.name for d in demands if d}) > 1:
            return None
        if base_demand is None and _spelling(ours) != _spelling(theirs):
            return None  # with different spellings, the sides may not know it is the same package
        result = _merged(base_demand, our_demand, their_demand)
        if result in (our_demand, their_demand):
            text = ours if result == our_demand else theirs
        else:
            text = _written(ours, theirs, result)
    except ValueError:  # including InvalidRequirement and InvalidVersion
        return None
    if result in (our_demand, their_demand) and our_demand.lower != their_demand.lower:
        return _the_higher(ours, theirs, ours_is=result == our_demand)
    return text, f"the constraints of both versions: {text}"


def changes_only_version(base: str, side: str) -> bool:
    """Tell whether two requirements differ at most in the version of the package."""
    try:
        old, new = _Demand.of(base), _Demand.of(side)
    except ValueError:
        return False
    return (old.name, old.extras, old.marker) == (new.name, new.extras, new.marker)


def _spelling(text: str) -> str | None:
    """Return the name of a package as written."""
    quoted = _QUOTED.fullmatch(text)
    written = _WRITTEN.fullmatch(quoted["inner"]) if quoted else None
    return written and written["name"]


def _merged(base: _Demand | None, ours: _Demand, theirs: _Demand) -> _Demand:
    """Merge three requirements; raise ValueError if the result is not certain."""
    if base is None and ours.marker != theirs.marker:
        raise ValueError("both versions add it with different markers")
    base = base or replace(ours, lower=None, upper=None, others=frozenset(), extras=frozenset())
    lower = _either(base.lower, ours.lower, theirs.lower, _higher_bound)
    upper = _either(base.upper, ours.upper, theirs.upper)
    if lower and ours.lower not in (base.lower, None) and theirs.lower not in (base.lower, None):
        upper = _capped(base, lower, upper, (ours.lower, theirs.lower))
    marker = _either(base.marker, ours.marker, theirs.marker)
    others = _union(base.others, ours.others, theirs.others)
    extras = _union(base.extras, ours.extras, theirs.extras)
    result = _Demand(ours.name, lower, upper, others, extras, marker or "")
    if lower:
        constraints = SpecifierSet(result.specifiers()[1:])
        if not constraints.contains(Version(lower.version), prereleases=True):
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
    """Return the value of the side that changed it; if both did, the result of `of_both`."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    if of_both is None or ours is None or theirs is None:
        raise ValueError("both versions change it")
    return of_both(base, ours, theirs)


def _higher_bound(base: Specifier | None, ours: Specifier, theirs: Specifier) -> Specifier:
    """Return the higher of two raised bounds; raise ValueError if it does not satisfy both."""
    low, high = sorted((ours, theirs), key=lambda bound: Version(bound.version))
    if base and Version(low.version) <= Version(base.version):
        raise ValueError("only one version raises it")
    both_pins = low.operator == high.operator == "=="
    if Version(low.version) == Version(high.version) or not (
        both_pins or low.contains(high.version, prereleases=True)
    ):
        raise ValueError("neither satisfies both")
    return high


def _capped(
    base: _Demand, lower: Specifier, upper: Specifier | None, bounds: tuple[Specifier, Specifier]
) -> Specifier | None:
    """Return the upper bound that a compatible release (`~=`) leaves if the other bound wins.

    `~=2.0` is `>=2.0, ==2.*`:
    https://packaging.python.org/en/latest/specifications/version-specifiers/#compatible-release
    """
    compatible = [bound for bound in bounds if bound.operator == "~="]
    if len(compatible) != 1:
        return upper
    if base.lower and base.lower.operator == "~=":
        raise ValueError("one version removes the upper bound")
    if lower.operator in {"~=", "=="}:
        return upper
    *head, last, _ = Version(compatible[0].version).release
    cap = Specifier("<" + ".".join(map(str, [*head, last + 1])))
    if upper and Version(upper.version) <= Version(cap.version):
        return upper
    return cap


def _written(ours: str, theirs: str, result: _Demand) -> str:
    """Return the source of a requirement in the style of ours."""
    quoted = _QUOTED.fullmatch(ours)
    written = _WRITTEN.fullmatch(quoted["inner"]) if quoted else None
    if quoted is None or written is None:
        raise ValueError("unsupported syntax")
    quote = quoted["quote"]
    extras = f"[{','.join(sorted(result.extras))}]" if result.extras else ""
    comma = ", " if ", " in f"{written['specifier']}{theirs}" else ","
    specifier = comma.join(map(str, result.specifiers()))
    space = written["space"] if specifier else ""
    marker = f"; {result.marker.replace(chr(34), _other_quote(quote))}" if result.marker else ""
    return f"{quote}{written['name']}{extras}{space}{specifier}{marker}{quote}"


def _other_quote(quote: str) -> str:
    return "'" if quote == '"' else '"'


RULES = {
    "ini": (requirement, higher),
    "json": (higher,),
    "requirements": (requirement,),
    "toml": (requirement, higher),
    "yaml": (higher,),
}
