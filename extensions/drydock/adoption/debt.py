"""The rules that a service's old code breaks: it is formatted, the rest is listed in ruff.toml.

ruff only reads the code. Types are the other half of the debt: `translate.types` lists them.
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
from drydock.adoption.facts import listed
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
_REASON = 300  # characters of ruff's message
_LISTED = "# Debt: what these files do not meet. Only ever shorten it.\n"


@dataclass(frozen=True)
class Debt:
    """The rules that a service's old code does not meet yet."""

    formatted: Mapping[str, bytes]
    """The files that are now formatted, by path."""
    settings: str
    """The text of ruff.toml, with the list."""
    rules: Mapping[str, int]
    """How many findings each rule has."""
    files: int
    """How many files have findings."""
    unformatted: tuple[str, ...]
    """Files that are not formatted."""
    unreadable: tuple[str, ...]
    """Files that the standard's Python cannot parse; ruff excludes them."""
    untyped: int
    """How many modules mypy does not check."""


def summary(debt: Debt) -> list[str]:
    """Return what was formatted and what is listed, one line each."""
    lines = []
    if debt.formatted:
        lines.append(f"{_counted(len(debt.formatted), 'file')} formatted, in a separate commit")
    if debt.unformatted:
        lines.append(f"{_counted(len(debt.unformatted), 'file')} not formatted, listed in {PATH}")
    if debt.unreadable:
        lines.append(f"excluded in {PATH}, since ruff cannot parse it: {listed(debt.unreadable)}")
    if debt.rules:
        most = sorted(debt.rules.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{rule} {number}" for rule, number in most[:_SHOWN])
        more = f" and {len(most) - _SHOWN} more rules" if len(most) > _SHOWN else ""
        found = _counted(sum(debt.rules.values()), "finding")
        lines.append(f"{found} in {_counted(debt.files, 'file')}, listed in {PATH}: {shown}{more}")
    if debt.untyped:
        lines.append(f"{_counted(debt.untyped, 'module')} not type-checked, listed in {types.PATH}")
    return lines


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def find(contents: Mapping[str, bytes], version: str, *, formats: bool) -> Debt:
    """Format a service's code, and list the findings that remain.

    `contents` are its files by path, ruff.toml included; `version` is the version of its ruff,
    empty for the newest. Without `formats`, unformatted files are listed instead. Raises BadInput
    if ruff cannot run or rejects its settings.
    """
    if PATH not in contents:
        raise BadInput(f"{PATH} is missing")
    if _LISTED.encode() in contents[PATH]:
        raise BadInput(f"{PATH} already lists debt; shorten the list with nox -s debt")
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
        # Examples in documents stay as their authors wrote them.
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
            raise BadInput(f"ruff still reports {left[0][1]} in {left[0][0]}")
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
        """Return file and rule of each finding; the rule is empty if the file cannot be parsed."""
        done = self._run("check", "--output-format=json", "--exit-zero")
        try:
            findings: list[dict[str, Any]] = json.loads(done.stdout)
        except ValueError as error:
            raise BadInput(f"ruff rejects {PATH}: {done.stderr[:_REASON]}") from error
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
    if where != "format":
        head, bracket, rest = text.partition("\n[")
        head = _with_items(head, where, "# No Python that the service runs on:", paths)
        return f"{head}{bracket}{rest}"
    comment = "# Not formatted yet. Only ever shorten it."
    if "exclude" in toml.data(text).get("format", {}):
        head, table, rest = text.partition("[format]\n")
        settings, bracket, end = rest.partition("\n[")
        return f"{head}{table}{_with_items(settings, 'exclude', comment, paths)}{bracket}{end}"
    array = f"{comment}\nexclude = [\n{_lines(paths)}]\n"
    if "[format]\n" in text:
        return text.replace("[format]\n", f"[format]\n{array}", 1)
    return f"{text.rstrip()}\n\n[format]\n{array}"


def _with_items(table: str, key: str, comment: str, paths: Iterable[str]) -> str:
    """Add paths below a comment to the array `key` of a table without header, one item a line."""
    added = f"    {comment}\n{_lines(paths)}]"
    if found := re.search(rf"(?ms)^{key}\s*=\s*\[[ \t]*\n(.*?)^[ \t]*\]", table):
        items = re.sub(
            r"(\A|\n)([ \t]*(\"[^\"\n]*\"|'[^'\n]*'))([ \t]*(#.*)?\s*)\Z", r"\1\2,\4", found[1]
        )
        return f"{table[: found.start()]}{key} = [\n{items}{added}{table[found.end() :]}"
    items = _lines(toml.data(table).get(key, []))
    found = re.search(rf"(?m)^{key}\s*=\s*\[.*\]", table)
    start, end = found.span() if found else (len(table), len(table))
    line_break = "" if found else "\n"
    return f"{table[:start]}{line_break}{key} = [\n{items}{added}{line_break}{table[end:]}"


def _lines(items: Iterable[str]) -> str:
    return "".join(f"    {json.dumps(item)},\n" for item in items)


def _with_ignored(text: str, by_file: Mapping[str, Iterable[str]]) -> str:
    """Add the rules that each file breaks to the end of the table, merged with its entries."""
    if not by_file:
        return text
    head, table, rest = text.partition(_TABLE)
    if not table:
        raise BadInput(f"{PATH} has no table {_TABLE.strip()} to list findings in")
    known = toml.data(text)["lint"]["per-file-ignores"]
    entries, bracket, end = rest.partition("\n[")
    lines = ""
    for path, codes in by_file.items():
        key = json.dumps(path)
        entries = re.sub(rf"(?m)^{re.escape(key)} = \[[^\]]*\]\n?", "", entries)
        lines += f"{key} = {json.dumps(list(dict.fromkeys([*known.get(path, ()), *codes])))}\n"
    return f"{head}{table}{entries.rstrip()}\n{_LISTED}{lines}{bracket}{end}"
