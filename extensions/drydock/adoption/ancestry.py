"""Finds the text that each file of a service was copied from.

A service that was copied by hand, from a generated one or from another repository, still has
files that resemble their originals. The closest original is the base of the merge. A file without
one gets no base; none is made up.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from drydock.adoption.facts import names_of
from drydock.errors import BadInput
from drydock.git import Repository
from drydock.merging.lines import SIGNIFICANT
from drydock.template.addresses import local_folder
from drydock.template.releases import open_template

SIMILAR = 0.5
"""The least share of common lines for one file to count as a copy of another."""
_LARGEST = 1 << 20  # bytes


@dataclass(frozen=True)
class Ancestor:
    """The text that a file was copied from."""

    content: bytes
    origin: str
    """Its release or commit, and its path there."""
    similarity: float
    """From SIMILAR to 1, which means the same bytes."""
    of_template: bool = False
    """Whether the template rendered it."""

    @property
    def is_obsolete(self) -> bool:
        """Whether the file is removed if the standard no longer has it.

        Files of another repository stay: the service may need them.
        """
        return self.of_template and self.similarity == 1


@dataclass(frozen=True)
class Candidate:
    """A text that files may have been copied from."""

    path: str
    """Its path in the service."""
    content: bytes
    origin: str
    of_template: bool = False


def find(files: Mapping[str, bytes], candidates: Iterable[Candidate]) -> dict[str, Ancestor]:
    """Return the closest candidate of each of `files` that has one.

    Of equally similar candidates, one at the same path wins, then the earliest. Only files with the
    same name can be copies of each other, unless their content is the same.
    """
    by_content: dict[bytes, Candidate] = {}
    by_place: dict[str, dict[bytes, Candidate]] = defaultdict(dict)
    for candidate in candidates:
        by_content.setdefault(candidate.content, candidate)
        by_place[candidate.path].setdefault(candidate.content, candidate)
        by_place[_any_folder(candidate.path)].setdefault(candidate.content, candidate)
    ancestors = {}
    known_lines: dict[bytes, Counter[bytes]] = {}
    for path, content in files.items():
        at_path = by_place.get(path, {})
        if same := at_path.get(content) or by_content.get(content):
            if content.strip():
                ancestors[path] = Ancestor(content, same.origin, 1.0, same.of_template)
            continue
        similar = [*at_path.values(), *by_place.get(_any_folder(path), {}).values()]
        if closest := _closest(content, similar, known_lines):
            ancestors[path] = closest
    return ancestors


def is_copy(files: Mapping[str, bytes], rendered: Iterable[Candidate]) -> bool:
    """Tell whether files are copies of files that a template `rendered`.

    Templates resemble each other, so most of the files at the same paths must be identical.
    """
    shared = [one for one in rendered if one.content.strip() and one.path in files]
    same = [one for one in shared if files[one.path] == one.content]
    return len(same) > 1 and 2 * len(same) >= len(shared)


def _any_folder(path: str) -> str:
    """Return a key for all paths with the same name."""
    return f"*/{PurePosixPath(path).name}"


def _closest(
    content: bytes, candidates: Iterable[Candidate], known_lines: dict[bytes, Counter[bytes]]
) -> Ancestor | None:
    best: Ancestor | None = None
    if len(content) > _LARGEST or b"\0" in content:
        return None
    lines = _lines(content)
    for candidate in candidates:
        if candidate.content not in known_lines:
            known_lines[candidate.content] = _lines(candidate.content)
        others = known_lines[candidate.content]
        longest = max(lines.total(), others.total())
        similarity = (lines & others).total() / longest if longest else 0.0
        if similarity >= SIMILAR and (best is None or similarity > best.similarity):
            best = Ancestor(candidate.content, candidate.origin, similarity, candidate.of_template)
    return best


def _lines(content: bytes) -> Counter[bytes]:
    """Return the lines with content of their own."""
    return Counter(line.strip() for line in content.splitlines() if SIGNIFICANT.search(line))


def of_repository(named: str, files: Mapping[str, bytes]) -> list[Candidate]:
    """Return every version of every file of an ancestor, as a copy in the service would look.

    `named` is `REPO` or `REPO@REF`; `files` are the service's. The ancestor's names are replaced by
    the service's. Raises BadInput if there is no such repository or commit.
    """
    address, ref = _repository_and_ref(named)
    with open_template(address, Path.cwd()) as ancestor:
        commit = ancestor.repository.commit_of(ref or "HEAD")
        if commit is None:
            raise BadInput(f"{ancestor.address} has no branch, tag or commit {ref!r}")
        return list(_history(ancestor.repository, commit, files))


def _repository_and_ref(named: str) -> tuple[str, str]:
    """Split `REPO` or `REPO@REF`; no ref contains a colon."""
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
    for (path, oid), commit_id in versions.items():
        if len(contents[oid]) <= _LARGEST and path.startswith(folder):
            renamed = rename(path.removeprefix(folder).encode())
            own_path = renamed.decode("utf-8", "surrogateescape")
            yield Candidate(own_path, rename(contents[oid]), f"{commit_id}:{path}")


def _versions(repository: Repository, commit: str) -> dict[tuple[str, str], str]:
    """Return path and id of every version of every file, with its commit; newest first."""
    log = repository.git(
        "log", "--format=%x00%h", "--raw", "-z", "--no-abbrev", "--no-renames", "-m", "--root",
        "--diff-filter=AM", commit,
    )  # fmt: skip
    versions: dict[tuple[str, str], str] = {}
    commit_id = ""
    fields = iter(log.decode("utf-8", "surrogateescape").split("\0"))
    for text in map(str.strip, fields):
        if text.startswith(":"):
            _, mode, _, oid, _ = text.split(" ")
            path = next(fields)
            if mode.startswith("100"):
                versions.setdefault((path, oid), commit_id)
        elif text:
            commit_id = text
    return versions


def _folder(theirs: Mapping[str, bytes], ours: Mapping[str, bytes]) -> str:
    """Return the ancestor's folder that is most like the service: empty, or with a final slash."""
    projects = {"pyproject.toml", "setup.py", "requirements.txt", "Dockerfile", "setup.cfg"}
    folders = {"", *(f"{path.rpartition('/')[0]}/" for path in theirs
                     if "/" in path and path.rpartition("/")[2] in projects)}  # fmt: skip

    def likeness(folder: str) -> tuple[int, int]:
        inside = {p.removeprefix(folder) for p in theirs if p.startswith(folder)}
        return len(inside & ours.keys()), -len(folder)

    return max(sorted(folders), key=likeness)


def _names(files: Mapping[str, bytes]) -> tuple[str, str]:
    """Return the names of a service and of its package; the same twice if it has only one."""
    texts = {p: c.decode("utf-8", "replace") for p, c in files.items() if b"\0" not in c[:1024]}
    names = names_of(texts)
    packages = Counter(
        match[1]
        for path in files
        if (match := re.match(r"(?:src/|python/)?([A-Za-z_]\w*)/.*\.py$", path))
        and match[1] not in {"tests", "test", "docs", "scripts", "src"}
    )
    package = packages.most_common(1)[0][0] if packages else ""
    name = names[0] if names else package
    return name, package or name


class Substitution:
    """Replaces names in all spellings: snake_case, dashes, CamelCase, UPPER_CASE."""

    def __init__(self, names: Mapping[str, str]) -> None:
        pairs: dict[bytes, bytes] = {}
        for old, new in names.items():
            if not old or not new:
                continue
            for old_spelling, new_spelling in zip(_spellings(old), _spellings(new), strict=True):
                pairs.setdefault(old_spelling.encode(), new_spelling.encode())
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
