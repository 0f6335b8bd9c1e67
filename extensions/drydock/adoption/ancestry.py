"""Which text each file of a service came from.

A service that was copied by hand, from a generated one or from another repository, still has
files that resemble what they were copied from. The closest such text is the base of a merge; a
file that nothing resembles has none, and none is invented for it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from drydock.adoption.facts import names_of
from drydock.errors import BadInput
from drydock.git import Repository
from drydock.template.addresses import local_folder
from drydock.template.releases import open_template

SIMILAR = 0.5
"""How much of two files must be the same for one to have come from the other."""
_LARGEST = 1 << 20  # bytes
_TELLING = re.compile(rb"\w\W*\w\W*\w\W*\w")


@dataclass(frozen=True)
class Ancestor:
    """The text that a file came from."""

    content: bytes
    origin: str
    """Where it was: a release or commit, and its path there."""
    similarity: float
    """From SIMILAR to 1: the same bytes."""
    of_template: bool = False
    """Whether it was the template that made it."""

    @property
    def is_obsolete(self) -> bool:
        """Whether the file goes when the standard no longer has it.

        Of another repository's files, nobody can tell which the service needs.
        """
        return self.of_template and self.similarity == 1


@dataclass(frozen=True)
class Candidate:
    """A text that files may have come from."""

    path: str
    """Where it would be in the service."""
    content: bytes
    origin: str
    of_template: bool = False


def find(files: Mapping[str, bytes], candidates: Iterable[Candidate]) -> dict[str, Ancestor]:
    """Return the closest candidate of each of `files` that has one.

    Candidates at the same path win over others of the same similarity, earlier ones over later.
    Only files of one kind (by their ending) come from each other.
    """
    by_content: dict[bytes, Candidate] = {}
    places: dict[str, dict[bytes, Candidate]] = defaultdict(dict)
    for candidate in candidates:
        by_content.setdefault(candidate.content, candidate)
        places[candidate.path].setdefault(candidate.content, candidate)
        places[_kind(candidate.path)].setdefault(candidate.content, candidate)
    found = {}
    lines: dict[bytes, Counter[bytes]] = {}
    for path, content in files.items():
        there = places.get(path, {})
        if same := there.get(content) or by_content.get(content):
            if content.strip():
                found[path] = Ancestor(content, same.origin, 1.0, same.of_template)
            continue
        near = [*there.values(), *places.get(_kind(path), {}).values()]
        best = _closest(content, near, lines)
        if best:
            found[path] = best
    return found


def is_copy(files: Mapping[str, bytes], made: Iterable[Candidate]) -> bool:
    """Tell whether files are copies of what a template `made`.

    Templates resemble each other; so most of the files in the same places must be the same.
    """
    there = [one for one in made if one.content.strip() and one.path in files]
    same = [one for one in there if files[one.path] == one.content]
    return len(same) > 1 and 2 * len(same) >= len(there)


def _kind(path: str) -> str:
    """Return what files that may be copies of each other have in common: their name."""
    return f"*/{PurePosixPath(path).name}"


def _closest(
    content: bytes, candidates: Iterable[Candidate], known: dict[bytes, Counter[bytes]]
) -> Ancestor | None:
    best: Ancestor | None = None
    if len(content) > _LARGEST or b"\0" in content:
        return None
    mine = _lines(content)
    for candidate in candidates:
        if candidate.content not in known:
            known[candidate.content] = _lines(candidate.content)
        other = known[candidate.content]
        longest = max(mine.total(), other.total())
        alike = (mine & other).total() / longest if longest else 0.0
        if alike >= SIMILAR and (best is None or alike > best.similarity):
            best = Ancestor(candidate.content, candidate.origin, alike, candidate.of_template)
    return best


def _lines(content: bytes) -> Counter[bytes]:
    """Return the lines that tell something: brackets and blank ones are in every file."""
    return Counter(line.strip() for line in content.splitlines() if _TELLING.search(line))


def of_repository(named: str, files: Mapping[str, bytes]) -> list[Candidate]:
    """Return every version of every file of an ancestor, as its copy in a service would be.

    `named` is `REPO` or `REPO@REF`; `files` are the service's: where the ancestor says its own
    name, a copy says the service's. Raises BadInput when there is no such repository or commit.
    """
    address, ref = _parted(named)
    with open_template(address, Path.cwd()) as ancestor:
        commit = ancestor.repository.commit_of(ref or "HEAD")
        if commit is None:
            raise BadInput(f"{ancestor.address} has no branch, tag or commit {ref!r}")
        return list(_history(ancestor.repository, commit, files))


def _parted(named: str) -> tuple[str, str]:
    """Return the repository and the ref of `REPO` or `REPO@REF`; no ref has a colon."""
    address, at, ref = named.rpartition("@")
    is_login = re.fullmatch(r"[\w+.-]+://[^/]*", address)
    if not at or ":" in ref or is_login or local_folder(named, Path.cwd()):
        return named, ""
    return address, ref


def _history(
    repository: Repository, commit: str, files: Mapping[str, bytes]
) -> Iterator[Candidate]:
    versions = _versions(repository, commit)
    contents = repository.read_blobs(oid for _, oid in versions) if versions else {}
    newest = {path: contents[oid] for path, oid in reversed(versions)}
    folder = _folder(newest, files)
    inside = {p.removeprefix(folder): c for p, c in newest.items() if p.startswith(folder)}
    rename = Substitution(dict(zip(_names(inside), _names(files), strict=True)))
    for (path, oid), at in versions.items():
        if len(contents[oid]) <= _LARGEST and path.startswith(folder):
            there = rename(path.removeprefix(folder).encode()).decode("utf-8", "surrogateescape")
            yield Candidate(there, rename(contents[oid]), f"{at}:{path}")


def _versions(repository: Repository, commit: str) -> dict[tuple[str, str], str]:
    """Return path and id of every file that ever was, and the commit that made it; newest first."""
    log = repository.git(
        "log", "--format=%x00%h", "--raw", "-z", "--no-abbrev", "--no-renames", "-m", "--root",
        "--diff-filter=AM", commit,
    )  # fmt: skip
    found: dict[tuple[str, str], str] = {}
    at = ""
    fields = iter(log.decode("utf-8", "surrogateescape").split("\0"))
    for text in map(str.strip, fields):
        if text.startswith(":"):
            _, mode, _, oid, _ = text.split(" ")
            path = next(fields)
            if mode.startswith("100"):
                found.setdefault((path, oid), at)
        elif text:
            at = text
    return found


def _folder(theirs: Mapping[str, bytes], ours: Mapping[str, bytes]) -> str:
    """Return the folder of an ancestor that looks most like the service: empty, or with a slash."""
    projects = {"pyproject.toml", "setup.py", "requirements.txt", "Dockerfile", "setup.cfg"}
    folders = {"", *(f"{path.rpartition('/')[0]}/" for path in theirs
                     if "/" in path and path.rpartition("/")[2] in projects)}  # fmt: skip

    def alike(folder: str) -> tuple[int, int]:
        inside = {p.removeprefix(folder) for p in theirs if p.startswith(folder)}
        return len(inside & ours.keys()), -len(folder)

    return max(sorted(folders), key=alike)


def _names(files: Mapping[str, bytes]) -> tuple[str, str]:
    """Return what a service calls itself, and its package; the same twice if it says but one."""
    texts = {p: c.decode("utf-8", "replace") for p, c in files.items() if b"\0" not in c[:1024]}
    said = names_of(texts)
    packages = Counter(
        match[1]
        for path in files
        if (match := re.match(r"(?:src/|python/)?([A-Za-z_]\w*)/.*\.py$", path))
        and match[1] not in {"tests", "test", "docs", "scripts", "src"}
    )
    package = packages.most_common(1)[0][0] if packages else ""
    name = said[0] if said else package
    return name, package or name


class Substitution:
    """Replaces names in all their spellings: snake_case, dashes, CamelCase, UPPER_CASE."""

    def __init__(self, names: Mapping[str, str]) -> None:
        pairs: dict[bytes, bytes] = {}
        for old, new in names.items():
            if not old or not new:
                continue
            for one, other in zip(_spellings(old), _spellings(new), strict=True):
                pairs.setdefault(one.encode(), other.encode())
        longest_first = sorted(pairs, key=len, reverse=True)
        self._pairs = pairs
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first))) if pairs else None

    def __call__(self, content: bytes) -> bytes:
        """Return `content` with every name replaced."""
        if self._pattern is None or b"\0" in content:
            return content
        return self._pattern.sub(lambda found: self._pairs[found[0]], content)


def _spellings(name: str) -> list[str]:
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    lower = [word.lower() for word in words]
    camel = "".join(word.capitalize() for word in lower)
    return [
        "_".join(lower),
        "-".join(lower),
        camel,
        camel[:1].lower() + camel[1:],
        "_".join(lower).upper(),
        "".join(lower),
        " ".join(word.capitalize() for word in lower),
    ]
