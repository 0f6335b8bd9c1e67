"""What a version of a package would affect in a service: lock file, requirements and code.

The lock file and the requirements show whether it would be installed; the package's codemods show
which lines must change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from drydock.adoption import locked
from drydock.adoption.translate import dependencies
from drydock.codemods import all_rules, run
from drydock.errors import BadInput
from drydock.locking import packages

_FAMILY = {"starlette": "fastapi", "pytest-asyncio": "pytest"}
"""The family of rules of packages without rules named after them."""


@dataclass(frozen=True)
class Wanted:
    """A package and its version."""

    name: str
    version: Version

    @classmethod
    def parse(cls, text: str) -> "Wanted":
        """Read `name==version`; raise BadInput for anything else."""
        name, _, version = text.partition("==")
        try:
            return cls(canonicalize_name(Requirement(name).name), Version(version))
        except (InvalidRequirement, InvalidVersion) as error:
            raise BadInput(
                f"{text!r}: expected a package and its version: fastapi==0.165"
            ) from error


@dataclass
class Impact:
    """What the version means for one service; every field is plain data."""

    package: str
    version: str
    outcome: str = ""
    """`has it`, `has a newer one`, `reached`, `kept out` by a requirement, or `not used`."""
    lock: str = ""
    """The lock file; empty: none."""
    locked: str = ""
    """The locked version; empty: the package is not locked."""
    requirements: list[dict[str, Any]] = field(default_factory=list)
    """The service's own requirements: path, line, text, and whether they allow the version."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    """The lines that must change, and the rule: see drydock.codemods.finding.Finding."""


def examine(wanted: Wanted, files: Mapping[str, str]) -> Impact:
    """Return what a version affects in a service with these `files`; change nothing."""
    lock, versions = ("uv.lock", _uv(files["uv.lock"])) if "uv.lock" in files else ("", {})
    if not lock:
        lock, versions = locked.versions(files)
    has = versions.get(wanted.name, "")
    impact = Impact(wanted.name, str(wanted.version), lock=lock, locked=has)
    impact.requirements = list(_requirements(wanted, files))
    impact.outcome = _outcome(wanted, impact)
    if impact.outcome in ("reached", "kept out") and (rules := rules_of(wanted.name)):
        outcome = run.run(files, rules, unsafe=False)
        impact.findings = [asdict(finding) for finding in outcome.findings if finding.rule]
    return impact


def rules_of(package: str) -> Sequence[str]:
    """Return the names of a package's rules."""
    family = _FAMILY.get(package, package).replace("-", "_")
    return [rule.name for rule in all_rules() if rule.name.partition("-")[0] == family]


def _outcome(wanted: Wanted, impact: Impact) -> str:
    try:
        has = Version(impact.locked) if impact.locked else None
    except InvalidVersion:
        has = None
    if has is None and not impact.requirements:
        return "not used"
    if has is not None and has >= wanted.version:
        return "has it" if has == wanted.version else "has a newer one"
    return "reached" if all(one["allows"] for one in impact.requirements) else "kept out"


def _requirements(wanted: Wanted, files: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for demand in dependencies.read(files)[0]:
        if canonicalize_name(demand.name) == wanted.name:
            allows = Requirement(demand.text).specifier.contains(wanted.version, prereleases=True)
            yield {"path": demand.path, "line": demand.line, "text": demand.text, "allows": allows}


def _uv(text: str) -> dict[str, str]:
    """Return the versions of a `uv.lock` that come from an index."""
    try:
        return packages(text)
    except (BadInput, ValueError):  # a number may have more digits than Python allows
        return {}
