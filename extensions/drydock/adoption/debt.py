"""What the old code of a service does not meet: formatted, or listed file by file in ruff.toml.

ruff only reads the code. Types are the other half of the debt: `translate.types` lists those.
"""

import json
import re
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drydock import locking
from drydock.adoption.translate import types
from drydock.adoption.translate.style import PATH
from drydock.documents.formats import toml
from drydock.errors import BadInput

REVISIONS = ".git-blame-ignore-revs"
"""Commits that only format, for `git blame`; GitHub reads this file at the root of a repository."""
_CODE = (".py", ".pyi", ".ipynb", ".md")
_SETTINGS = re.compile(r"(^|/)(\.?ruff|pyproject)\.toml$")
_TABLE = "[lint.per-file-ignores]\n"
_SHOWN = 8
_REASON = 300  # characters of what ruff says
_LISTED = "# Debt: what these files do not meet. Only ever shorten it.\n"


@dataclass(frozen=True)
class Debt:
    """What the old code of a service does not meet yet."""

    formatted: Mapping[str, bytes]
    """The files that are formatted now, by their path."""
    settings: str
    """The text of ruff.toml, with the list."""
    rules: Mapping[str, int]
    """How often each rule is broken."""
    files: int
    """In how many files."""
    unformatted: tuple[str, ...]
    """Files that stay as they are."""
    unreadable: tuple[str, ...]
    """Files that are no Python which the standard runs on; ruff leaves them out."""
    untyped: int
    """Modules that no types are checked in."""


def told(debt: Debt) -> list[str]:
    """Return what of the code is formatted and what is listed, a line each."""
    lines = []
    if debt.formatted:
        lines.append(f"{_counted(len(debt.formatted), 'file')} formatted, in a commit of its own")
    if debt.unformatted:
        lines.append(f"{_counted(len(debt.unformatted), 'file')} not formatted: in {PATH}")
    if debt.unreadable:
        lines.append(
            f"no Python that ruff reads, so left out in {PATH}: {', '.join(debt.unreadable)}"
        )
    if debt.rules:
        most = sorted(debt.rules.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{rule} {number}" for rule, number in most[:_SHOWN])
        more = f" and {len(most) - _SHOWN} more rules" if len(most) > _SHOWN else ""
        found = _counted(sum(debt.rules.values()), "finding")
        lines.append(f"{found} in {_counted(debt.files, 'file')}, in {PATH}: {shown}{more}")
    if debt.untyped:
        lines.append(f"{_counted(debt.untyped, 'module')} without checked types, in {types.PATH}")
    return lines


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def find(contents: Mapping[str, bytes], version: str, *, formats: bool) -> Debt:
    """Format the code of a service, and list what it does not meet otherwise.

    `contents` are its files by their path, ruff.toml among them; `version` is that of its ruff,
    empty for the newest. Without `formats` what is not formatted is listed, too. Raises BadInput
    where ruff cannot be run or refuses its settings.
    """
    if PATH not in contents:
        raise BadInput(f"there is no {PATH}")
    if _LISTED.encode() in contents[PATH]:
        raise BadInput(f"the list in {PATH} is only ever to be shortened: nox -s debt")
    with tempfile.TemporaryDirectory(prefix="drydock.") as scratch:
        folder = Path(scratch).resolve()
        code = [path for path in contents if path.endswith(_CODE)]
        for path in [*code, *filter(_SETTINGS.search, contents)]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(contents[path])
        return _Ruff(folder, version, contents[PATH].decode()).debt(code, contents, formats=formats)


class _Ruff:
    """Ruff on copies of a service's code."""

    def __init__(self, folder: Path, version: str, settings: str) -> None:
        self.folder, self.settings = folder, settings
        self.command = locking.tool("ruff", version)

    def debt(self, code: list[str], contents: Mapping[str, bytes], *, formats: bool) -> Debt:
        unreadable = tuple(sorted({path for path, rule in self._found() if not rule}))
        self._exclude("extend-exclude", unreadable)
        self._run("format")
        after = {path: (self.folder / path).read_bytes() for path in code}
        changed = {path: text for path, text in after.items() if text != contents[path]}
        # Examples in texts stay as their authors wrote them.
        kept = sorted(p for p in changed if not formats or p.endswith(".md"))
        for path in kept:
            (self.folder / path).write_bytes(contents[path])
        self._exclude("format", kept)
        found = Counter(self._found())
        by_file: dict[str, list[str]] = defaultdict(list)
        for path, rule in sorted(found):
            by_file[path].append(rule)
        self._write(_with_ignored(self.settings, by_file))
        if left := sorted(set(self._found())):
            raise BadInput(f"ruff still objects to {left[0][0]}: {left[0][1]}")
        rules: Counter[str] = Counter()
        for (_, rule), number in found.items():
            rules[rule] += number
        formatted = {path: text for path, text in changed.items() if path not in kept}
        untyped = types.listed(contents.get(types.PATH, b"").decode())
        return Debt(formatted, self.settings, rules, len(by_file), tuple(kept), unreadable, untyped)

    def _write(self, settings: str) -> None:
        self.settings = settings
        (self.folder / PATH).write_text(settings, "utf-8")

    def _exclude(self, where: str, paths: Iterable[str]) -> None:
        if items := list(paths):
            self._write(_with_excluded(self.settings, where, items))

    def _found(self) -> list[tuple[str, str]]:
        """Return file and rule of each finding; the rule is empty where the file is no Python."""
        done = self._run("check", "--output-format=json", "--exit-zero")
        try:
            findings: list[dict[str, Any]] = json.loads(done.stdout)
        except ValueError as error:
            raise BadInput(f"ruff does not accept {PATH}: {done.stderr[:_REASON]}") from error
        return [
            (
                Path(one["filename"]).relative_to(self.folder).as_posix(),
                "" if one["code"] in {None, "invalid-syntax"} else one["code"],
            )
            for one in findings
        ]

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *arguments, "--no-cache", "."],
            cwd=self.folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip


def _with_excluded(text: str, where: str, paths: Iterable[str]) -> str:
    """Add paths to `extend-exclude`, or to `exclude` of the table `format`."""
    items = "".join(f"    {json.dumps(path)},\n" for path in paths)
    if where == "format":
        array = f"# Not formatted yet. Only ever shorten it.\nexclude = [\n{items}]\n"
        if "[format]\n" in text:
            return text.replace("[format]\n", f"[format]\n{array}", 1)
        return f"{text.rstrip()}\n\n[format]\n{array}"
    return re.sub(
        r"(?m)^extend-exclude = \[(.*)\]$",
        lambda found: (
            "extend-exclude = [\n"
            + "".join(f"    {one.strip()},\n" for one in found[1].split(","))
            + f"    # No Python that the service runs on:\n{items}]"
        ),
        text,
        count=1,
    )


def _with_ignored(text: str, by_file: Mapping[str, Iterable[str]]) -> str:
    """Add what is ignored in which file to its table's end, with what stands there already."""
    if not by_file:
        return text
    head, table, rest = text.partition(_TABLE)
    if not table:
        raise BadInput(f"{PATH} has no table {_TABLE.strip()}, in which to list what is not met")
    known = toml.data(text)["lint"]["per-file-ignores"]
    held, bracket, end = rest.partition("\n[")
    lines = ""
    for path, codes in by_file.items():
        named = json.dumps(path)
        held = re.sub(rf"(?m)^{re.escape(named)} = \[[^\]]*\]\n?", "", held)
        lines += f"{named} = {json.dumps(list(dict.fromkeys([*known.get(path, ()), *codes])))}\n"
    return f"{head}{table}{held.rstrip()}\n{_LISTED}{lines}{bracket}{end}"
