"""Applies rules to the files of a service; in two processes where there is enough to do."""

import difflib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace

import libcst as cst

from drydock.codemods import all_rules
from drydock.codemods.finding import Finding
from drydock.codemods.project import Project, read
from drydock.codemods.rule import Rule
from drydock.codemods.source import Source
from drydock.errors import one_line

_LIBRARIES = {".venv", "venv", "site-packages", "node_modules", ".tox", ".nox"}
_MANY = 24  # modules, from which on another process is worth its start


@dataclass
class Outcome:
    """What rules make of a service."""

    texts: dict[str, str] = field(default_factory=dict)
    """The new text of each file that changes, by its path."""
    findings: list[Finding] = field(default_factory=list)
    """What was found; lines are those of the new texts."""


def run(
    files: Mapping[str, str],
    names: Sequence[str] | None,
    *,
    unsafe: bool,
    before: Mapping[str, str] | None = None,
) -> Outcome:
    """Apply the rules called `names` (None: all that are not on request) to a service's files.

    `unsafe` rules are changed, too. Where a commit has just changed what the service requires,
    `before` are its files as they were. Nothing is written.
    """
    own, libraries = _own(files)
    project = Project(own, before)
    rules = [rule for rule in all_rules() if names is None or rule.name in names]
    outcome = Outcome()
    for folder, count in libraries.items():
        what = f"{count} files of libraries are under version control, and left"
        outcome.findings.append(Finding("", folder, 0, "left", what, "git rm --cached -r them"))
    for path, why in sorted(project.broken.items()):
        how = "make it Python 3, or ignore it"
        outcome.findings.append(Finding("", path, 0, "left", f"is not valid Python: {why}", how))
    for path, text, findings in _rewritten(project, rules, named=names is not None, unsafe=unsafe):
        outcome.findings += findings
        if text is not None:
            outcome.texts[path] = text
    for rule in rules:
        if not rule.survey:
            continue
        now = Project({**own, **outcome.texts}, project.before) if outcome.texts else project
        wanted = names is not None or not rule.on_request
        for found in rule.survey(now):
            if isinstance(found, Finding):
                outcome.findings.append(found if wanted else _on_request(found))
            elif wanted:
                outcome.texts[found.path] = found.text
    outcome.texts = {p: text for p, text in outcome.texts.items() if files.get(p) != text}
    outcome.findings.sort(key=lambda one: (one.path, one.line, one.rule))
    return outcome


def _own(files: Mapping[str, str]) -> tuple[dict[str, str], Counter[str]]:
    """Return the service's files, and how many of each folder are those of libraries."""
    own, libraries = {}, Counter[str]()
    for path, text in files.items():
        parts = path.split("/")
        if "chassis" in parts[:-1] and ".copier-answers.yml" in files:
            continue  # the standard's, which its releases bring along
        found = next((at for at, part in enumerate(parts) if part in _LIBRARIES), None)
        if found is None:
            own[path] = text
        else:
            libraries["/".join(parts[: found + 1])] += 1
    return own, libraries


_Rewritten = tuple[str, str | None, list[Finding]]


def _rewritten(
    project: Project, rules: Sequence[Rule], *, named: bool, unsafe: bool
) -> Iterable[_Rewritten]:
    names = [rule.name for rule in rules if rule.rewrite]
    words = {word for rule in rules if rule.rewrite for word in rule.words}
    paths = [p for p in project.modules if any(word in project.files[p] for word in words)]
    state = _State(project, names, named, unsafe)
    if len(paths) < _MANY or (os.cpu_count() or 1) < 2:
        return [state.rewrite(path) for path in paths]
    shares = [paths[start : start + 8] for start in range(0, len(paths), 8)]
    with ProcessPoolExecutor(2, initializer=_start, initargs=(state,)) as pool:
        return [one for many in pool.map(_share, shares) for one in many]


@dataclass(frozen=True)
class _State:
    """What a process has to know to rewrite modules."""

    project: Project
    names: list[str]
    named: bool
    """Whether the rules were asked for by name, as some have to be."""
    unsafe: bool

    def rewrite(self, path: str) -> _Rewritten:
        """Apply the rules to one module: return its path, its new text if any, the findings."""
        project = self.project
        known, text = project.modules[path], project.files[path]
        findings: list[Finding] = []
        for rule in all_rules():
            if rule.name not in self.names or not any(word in text for word in rule.words):
                continue
            new, found = self._apply(rule, path, text)
            moved = _moved(text, new)
            findings = [replace(one, line=moved(one.line)) for one in findings]
            findings += [replace(one, line=moved(one.line)) for one in found]
            if new != text:
                project.modules[path] = read(path, new)
                text = new
        project.modules[path] = known
        return path, text if text != project.files[path] else None, findings

    def _apply(self, rule: Rule, path: str, text: str) -> tuple[str, list[Finding]]:
        assert rule.rewrite
        wanted = self.named or not rule.on_request
        source = Source(path, text, self.project, rule.name, allowed=self.unsafe)
        try:
            tree = rule.rewrite(source)
            new = source.finish(tree) if tree else text
            read(path, new)
        except (cst.ParserSyntaxError, SyntaxError) as error:
            what = f"cannot be rewritten: {one_line(error)[:80]}"
            how = "do by hand what the rule does, and report this as a fault of Drydock's own"
            return text, [Finding(rule.name, path, 0, "left", what, how)]
        if wanted:
            return new, source.findings
        return text, [_on_request(one) for one in source.findings]


def _on_request(finding: Finding) -> Finding:
    if finding.certainty == "left":
        return finding
    return replace(finding, certainty="left", how=f"drydock modernize --rule {finding.rule}")


_STATE: list[_State] = []
"""Of a worker process."""


def _start(state: _State) -> None:
    _STATE[:] = [state]


def _share(paths: Sequence[str]) -> list[_Rewritten]:
    return [_STATE[0].rewrite(path) for path in paths]


def _moved(before: str, after: str) -> Callable[[int], int]:
    """Return what tells where a line of one text is in the other."""
    if before == after:
        return lambda line: line
    blocks = difflib.SequenceMatcher(
        None, before.split("\n"), after.split("\n"), autojunk=False
    ).get_opcodes()

    def moved(line: int) -> int:
        for _, start, end, first, last in blocks:
            if start <= line - 1 < end:
                return first + 1 + min(line - 1 - start, max(last - first - 1, 0))
        return line

    return moved
