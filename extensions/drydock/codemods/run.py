"""Applies rules to the files of a service, in two processes if there are many modules."""

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
_MANY = 24  # modules: from here on a second process pays off


@dataclass
class Outcome:
    """The result of applying rules to a service."""

    texts: dict[str, str] = field(default_factory=dict)
    """The new text of each changed file, by its path."""
    findings: list[Finding] = field(default_factory=list)
    """The findings; lines are those of the new texts."""


def run(
    files: Mapping[str, str],
    names: Sequence[str] | None,
    *,
    unsafe: bool,
    before: Mapping[str, str] | None = None,
) -> Outcome:
    """Apply the rules in `names` (None: all but those on request) to a service's files.

    `unsafe` also applies unsafe changes. If a commit has just changed the requirements, `before`
    has the files before it. Nothing is written to disk.
    """
    own, libraries = _own(files)
    project = Project(own, before)
    rules = [rule for rule in all_rules() if names is None or rule.name in names]
    outcome = Outcome()
    for folder, count in libraries.items():
        noun = "library file is" if count == 1 else "library files are"
        what = f"{count} {noun} under version control; left unchanged"
        how = f"git rm --cached -r {folder}"
        outcome.findings.append(Finding("", folder, 0, "left", what, how))
    for path, why in sorted(project.syntax_errors.items()):
        how = "port it to Python 3 if the service uses it"
        outcome.findings.append(Finding("", path, 0, "left", f"is not valid Python: {why}", how))
    for path, text, findings in _rewritten(project, rules, named=names is not None, unsafe=unsafe):
        outcome.findings += findings
        if text is not None:
            outcome.texts[path] = text
    for rule in rules:
        if not rule.survey:
            continue
        updated = Project({**own, **outcome.texts}, project.before) if outcome.texts else project
        wanted = names is not None or not rule.on_request
        for result in rule.survey(updated):
            if isinstance(result, Finding):
                outcome.findings.append(result if wanted else _on_request(result))
            elif wanted:
                outcome.texts[result.path] = result.text
    outcome.texts = {p: text for p, text in outcome.texts.items() if files.get(p) != text}
    outcome.findings.sort(key=lambda one: (one.path, one.line, one.rule))
    return outcome


def _own(files: Mapping[str, str]) -> tuple[dict[str, str], Counter[str]]:
    """Return the service's own files, and the number of library files by folder."""
    own, libraries = {}, Counter[str]()
    for path, text in files.items():
        parts = path.split("/")
        if "chassis" in parts[:-1] and ".copier-answers.yml" in files:
            continue  # a standard file: releases update it
        place = next((at for at, part in enumerate(parts) if part in _LIBRARIES), None)
        if place is None:
            own[path] = text
        else:
            libraries["/".join(parts[: place + 1])] += 1
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
    """The input of a worker process."""

    project: Project
    names: list[str]
    named: bool
    """Whether the rules were selected by name, which some require."""
    unsafe: bool

    def rewrite(self, path: str) -> _Rewritten:
        """Apply the rules to one module: return its path, new text (None: unchanged), findings."""
        project = self.project
        original, text = project.modules[path], project.files[path]
        findings: list[Finding] = []
        for rule in all_rules():
            if rule.name not in self.names or not any(word in text for word in rule.words):
                continue
            new, reported = self._apply(rule, path, text)
            new_line = _line_map(text, new)
            findings = [replace(one, line=new_line(one.line)) for one in findings]
            findings += [replace(one, line=new_line(one.line)) for one in reported]
            if new != text:
                project.modules[path] = read(path, new)
                text = new
        project.modules[path] = original
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
            how = "make the change by hand, and report this as a fault in Drydock"
            return text, [Finding(rule.name, path, 0, "left", what, how)]
        if wanted:
            return new, source.findings
        return text, [_on_request(one) for one in source.findings]


def _on_request(finding: Finding) -> Finding:
    if finding.certainty == "left":
        return finding
    return replace(finding, certainty="left", how=f"drydock modernize --rule {finding.rule}")


_STATE: list[_State] = []
"""The state of this worker process."""


def _start(state: _State) -> None:
    _STATE[:] = [state]


def _share(paths: Sequence[str]) -> list[_Rewritten]:
    return [_STATE[0].rewrite(path) for path in paths]


def _line_map(before: str, after: str) -> Callable[[int], int]:
    """Return a function from line numbers of one text to those of the other."""
    if before == after:
        return lambda line: line
    blocks = difflib.SequenceMatcher(
        None, before.split("\n"), after.split("\n"), autojunk=False
    ).get_opcodes()

    def new_line(line: int) -> int:
        for _, start, end, first, last in blocks:
            if start <= line - 1 < end:
                return first + 1 + min(line - 1 - start, max(last - first - 1, 0))
        return line

    return new_line
