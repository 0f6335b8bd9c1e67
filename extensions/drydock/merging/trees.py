"""The three-way merge of trees, in the object database; no work tree is looked at or changed.

Git merges (https://git-scm.com/docs/git-merge-tree); what it merges cleanly by lines is then held
to its format, and what it cannot merge is tried once more by meaning. A file format is a module in
`documents/formats`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from drydock import git
from drydock.documents import formats
from drydock.git import Entry, Repository, Tree
from drydock.merging import charts, ends, hunks, lines, structural
from drydock.merging.certainty import NotCertain


@dataclass(frozen=True)
class Labels:
    """What the three sides are called in conflict markers."""

    base: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Conflict:
    """A file that is left for a person to decide."""

    stages: dict[int, Entry]
    """What the index holds of it: 1 base, 2 ours, 3 theirs."""
    reason: str


@dataclass
class Merge:
    """What a merge comes to."""

    changes: dict[str, Entry | None]
    """Files that are to be other than ours, conflicts with their markers included; None: gone."""
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    declined: set[str] = field(default_factory=set)
    """Files that theirs changes and ours deleted: they stay deleted."""
    shadows: dict[str, str] = field(default_factory=dict)
    """Files that stay out because ours has another one that is read instead, each with why."""

    moved: dict[str, str] = field(default_factory=dict)
    """The path that a file had in base, by the one to which ours or theirs moved it."""
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What was done to merge each file structurally, beyond taking both sides."""
    doubts: list[str] = field(default_factory=list)
    """What is wrong though no file that both sides changed is."""

    def kept(self, ours: Tree) -> Tree:
        """Return what is still there of ours, as it was."""
        return {path: one for path, one in ours.items() if self.changes.get(path, one) is not None}

    def leave_out(self, path: str, reason: str) -> None:
        """Leave out a file that theirs adds, or changes where ours deleted it."""
        self.changes.pop(path, None)
        self.declined.discard(path)
        self.shadows[path] = reason


# By git's short types of its messages (merge-ort.c: type_short_descriptions).
_REASONS = {
    "contents": "both sides changed the same lines",
    "add/add": "both sides added it, with different content",
    "binary": "both sides changed it, and it is no text",
    "modify/delete": "you changed it, the release removes it",
    "rename/delete": "moved in one version, removed in the other",
    "rename/rename": "both sides moved it, to different places",
    "file/directory": "a file in one version is a directory in the other",
}
_NOTED = re.compile(r"CONFLICT \((?P<kind>[^)]+)\)")
_NOTICES = {"Auto-merging"}
_DELETED_BY_OURS = {"modify/delete", "rename/delete"}


def three_way(
    repository: Repository, base: Tree, ours: Tree, theirs: Tree, labels: Labels
) -> Merge:
    """Merge what `base` became in `ours` with what it became in `theirs`.

    All trees are of the whole repository: where only a part of it is of interest, the rest must
    be the same in all three, so that nothing there looks removed, new or moved. New objects go
    where `repository` puts them. Raises git.GitError when git fails.
    """
    trees = repository.write_trees(ours, base, theirs)
    root = repository.commit_tree(trees[1])
    sides = [repository.commit_tree(tree, root) for tree in (trees[0], trees[2])]
    said = repository.merge_commits(*sides)
    names = dict(zip((root, *sides), (labels.base, labels.ours, labels.theirs), strict=True))
    tree, stages, kinds = _parse(said, names)
    changes = {_named(p, names): e for p, e in repository.differences(trees[0], tree).items()}
    merge = Merge(changes=changes)
    _rejoin(stages, kinds, merge)
    new: dict[str, Entry] = {}
    for path, staged in stages.items():
        known = kinds.get(path, set())
        if 2 not in staged and known and known <= _DELETED_BY_OURS and path not in ours:
            if _is_new(path, staged, base, theirs):
                new[path] = merge.changes[path] = staged[3]
                continue
            merge.declined.add(path)
            merge.changes.pop(path, None)
        else:
            reasons = [_REASONS.get(kind, kind) for kind in sorted(known)]
            merge.conflicts[path] = Conflict(staged, "; ".join(reasons) or "see the other files")
    with git.scratch():
        _try_again(repository, merge, labels)
    _note_moves(repository, merge, trees, (ours, base, theirs))
    merge.moved = {path: before for path, before in merge.moved.items() if path not in new}
    _hold_to_formats(repository, merge, (base, ours, theirs), labels)
    _hold_to_charts(repository, merge, (base, ours, theirs), labels)
    _label(repository, merge, names)
    return merge


def _parse(
    said: bytes, names: dict[str, str]
) -> tuple[str, dict[str, dict[int, Entry]], dict[str, set[str]]]:
    """Return the merged tree, the index stages of each conflict, and the kinds of conflict."""
    fields = iter(said.decode("utf-8", "surrogateescape").split("\0"))
    tree = next(fields).strip()
    stages: dict[str, dict[int, Entry]] = {}
    for line in fields:
        if not line:
            break
        about, _, path = line.partition("\t")
        mode, oid, stage = about.split(" ")
        stages.setdefault(_named(path, names), {})[int(stage)] = Entry(mode, oid)
    kinds: dict[str, set[str]] = {}
    for count in fields:
        if not count.strip():
            break
        paths = [_named(next(fields), names) for _ in range(int(count))]
        kind = next(fields)
        next(fields)  # the message: its paths and kind are all it says
        if kind not in _NOTICES:
            found = _NOTED.match(kind)
            for path in paths:
                kinds.setdefault(path, set()).add(found["kind"] if found else kind)
    return tree, stages, kinds


_TYPES = "distinct modes"
"""What git calls it that a path is a file on one side and a link or submodule on the other."""
_KINDS = {"100": "a file", "120": "a symbolic link", "160": "a submodule"}


def _rejoin(stages: dict[str, dict[int, Entry]], kinds: dict[str, set[str]], merge: Merge) -> None:
    """Make one conflict of what git gave two paths, because it is of two types; ours stays."""
    for path in [path for path, known in kinds.items() if _TYPES in known]:
        whole = path.rpartition("~")[0]
        if path not in stages or _TYPES not in kinds.get(whole, ()):
            continue
        stages[whole] = stages.pop(path) | stages.get(whole, {})
        merge.changes.pop(path, None)
        merge.changes.pop(whole, None)
        mine, new = (_KINDS.get(stages[whole][stage].mode[:3], "a file") for stage in (2, 3))
        kinds[whole] = {f"it is {mine} in your version, {new} in the release"}
        del kinds[path]


def _is_new(path: str, staged: dict[int, Entry], base: Tree, theirs: Tree) -> bool:
    """Tell whether git took a file of theirs for one that ours deleted, because they resemble.

    One that moved has its name still, or just the same content.
    """
    if path in base or not {1, 3} <= staged.keys() or staged[1].oid == staged[3].oid:
        return False
    before = [old for old in base.keys() - theirs.keys() if base[old].oid == staged[1].oid]
    name = PurePosixPath(path).name
    return bool(before) and all(PurePosixPath(old).name != name for old in before)


def _named(path: str, names: dict[str, str]) -> str:
    """Return `path` with a side's label where git put its commit to tell two files apart."""
    head, tilde, commit = path.rpartition("~")
    label = names.get(commit)
    return f"{head}~{label.replace(' ', '-').replace('/', '-')}" if tilde and label else path


def _place_by_place(
    path: str, base: bytes | None, ours: bytes, theirs: bytes, labels: Labels
) -> hunks.Hunks | None:
    """Settle what can be in a merge by lines; None if that is nothing, or not right as a whole."""
    if base is None or structural.is_computed(path, ours):
        return None
    marked = git.mark_conflicts(base, ours, theirs, (labels.ours, labels.theirs))
    found = hunks.settle(path, marked)
    before = {1: base, 2: ours, 3: theirs}
    if not found.done or (not found.left and structural.line_problem(path, before, found.text)):
        return None
    return found


def _try_again(repository: Repository, merge: Merge, labels: Labels) -> None:
    """Settle each conflict in a text that its ends or meaning can settle."""
    tried = {_REASONS["contents"], _REASONS["add/add"]}
    texts = {
        path: [conflict.stages.get(stage) for stage in (1, 2, 3)]
        for path, conflict in merge.conflicts.items()
        if conflict.reason in tried and {2, 3} <= conflict.stages.keys()
    }
    wanted = [entry.oid for entries in texts.values() for entry in entries if entry]
    contents = repository.read_blobs(wanted) if wanted else {}
    written: dict[str, tuple[str, bytes]] = {}
    for path, entries in texts.items():
        marked = merge.changes.get(path)
        base, ours, theirs = (contents[entry.oid] if entry else None for entry in entries)
        if marked is None or ours is None or theirs is None:
            continue
        settled = ends.merge(base, ours, theirs)
        if settled is not None and base is not None:
            before = {1: base, 2: ours, 3: theirs}
            settled = None if structural.line_problem(path, before, settled) else settled
        if settled is None:
            try:
                by_meaning = structural.merge(path, base, ours, theirs)
            except NotCertain as error:
                found = _place_by_place(path, base, ours, theirs, labels)
                if found and not found.left:
                    settled, merge.rules[path] = found.text, found.done
                elif once := structural.merge_repeated(path, base, ours, theirs):
                    settled, merge.rules[path] = once.text, once.rules
                else:
                    if found:
                        written[path] = marked.mode, found.text
                    if formats.of(path):
                        reason = f"{merge.conflicts[path].reason}; {error}"
                        merge.conflicts[path] = replace(merge.conflicts[path], reason=reason)
                    continue
            else:
                settled, merge.rules[path] = by_meaning.text, by_meaning.rules
        if settled is not None:
            written[path] = marked.mode, settled  # git has merged the mode
            del merge.conflicts[path]
    _write(repository, merge, written)


def _write(repository: Repository, merge: Merge, files: Mapping[str, tuple[str, bytes]]) -> None:
    """Let the merge change files to what is given: the mode and the content of each."""
    oids = repository.write_blobs([content for _, content in files.values()])
    for (path, (mode, _)), oid in zip(files.items(), oids, strict=True):
        merge.changes[path] = Entry(mode, oid)


def _note_moves(
    repository: Repository, merge: Merge, trees: list[str], sides: tuple[Tree, Tree, Tree]
) -> None:
    ours, base, theirs = sides
    for tree, side in ((trees[0], ours), (trees[2], theirs)):
        if base.keys() - side.keys() and side.keys() - base.keys():
            merge.moved |= repository.renames(trees[1], tree)


def _hold_to_formats(
    repository: Repository, merge: Merge, sides: tuple[Tree, Tree, Tree], labels: Labels
) -> None:
    """Turn each clean merge that is not valid or lacks a side's change into a conflict."""
    base, ours, theirs = sides
    known = {entry.oid for side in sides for entry in side.values()}
    merged = {path: entry for path, entry in merge.changes.items() if entry}
    merged = {path: entry for path, entry in merged.items() if entry.oid not in known}
    for path in base.keys() & ours.keys() & theirs.keys():
        # Both changed it, and all the same one side came out.
        if len({base[path].oid, ours[path].oid, theirs[path].oid}) == len(sides):
            merged[path] = merge.changes.get(path) or ours[path]
    merged = {
        path: entry
        for path, entry in merged.items()
        if path not in merge.conflicts and entry.mode.startswith("100")
    }
    if not merged:
        return
    inputs = {path: dict(_inputs(path, sides, merge.moved)) for path in merged}
    wanted = [entry.oid for entry in merged.values()]
    wanted += [entry.oid for stages in inputs.values() for entry in stages.values()]
    contents = repository.read_blobs(wanted)
    written: dict[str, tuple[str, bytes]] = {}
    for path, entry in merged.items():
        before = {stage: contents[given.oid] for stage, given in inputs[path].items()}
        problem = structural.line_problem(path, before, contents[entry.oid])
        if problem is None:
            continue
        three = before.get(1), before[2], before[3]
        by_meaning: structural.Settled | None
        try:
            by_meaning = structural.merge(path, *three)
        except NotCertain:
            by_meaning = structural.merge_repeated(path, *three)
        if by_meaning:
            result, merge.rules[path] = by_meaning.text, by_meaning.rules
        else:
            result = _marked(before, contents[entry.oid], problem, labels)
            merge.conflicts[path] = Conflict(inputs[path], problem)
        written[path] = entry.mode, result
    _write(repository, merge, written)


def _hold_to_charts(
    repository: Repository, merge: Merge, sides: tuple[Tree, Tree, Tree], labels: Labels
) -> None:
    """Turn the merged files of a chart that does not render as it must into conflicts."""
    known = {entry.oid for side in sides for entry in side.values()}
    for problem in charts.problems(repository, sides, merge.changes):
        inside = {p: e for p, e in merge.changes.items() if e and p.startswith(problem.chart)}
        if merge.conflicts.keys() & inside.keys():
            continue  # it is as broken as its files
        merged = {path: entry for path, entry in inside.items() if entry.oid not in known}
        if not merged:
            merge.doubts.append(f"{problem.chart.removesuffix('/')}: {problem.reason}")
        written = {}
        for path, entry in merged.items():
            stages = dict(_inputs(path, sides, merge.moved))
            contents = repository.read_blobs([entry.oid, *(one.oid for one in stages.values())])
            before = {stage: contents[one.oid] for stage, one in stages.items()}
            text = _marked(before, contents[entry.oid], problem.reason, labels)
            written[path] = entry.mode, text
            merge.conflicts[path] = Conflict(stages, problem.reason)
        _write(repository, merge, written)


def _marked(before: dict[int, bytes], merged: bytes, problem: str, labels: Labels) -> bytes:
    """Return a merge by lines that is not right, with markers around what is in disagreement."""
    names = labels.ours, labels.theirs
    whole = before.keys() == {1, 2, 3} and not lines.problem(
        before[1], before[2], before[3], merged
    )
    found = hunks.mark(before[2], merged, problem, names) if whole else None
    # What is not sure to hold both sides' changes is shown as what the sides have.
    return found or git.mark_differences(before[2], before[3], names)


def _inputs(
    path: str, sides: tuple[Tree, Tree, Tree], moved: dict[str, str]
) -> Iterator[tuple[int, Entry]]:
    """Yield what each side has of the file that came to be at `path`, by its index stage."""
    for stage, side in enumerate(sides, 1):
        entry = side.get(path) or side.get(moved.get(path, path))
        if entry:
            yield stage, entry


def _label(repository: Repository, merge: Merge, names: dict[str, str]) -> None:
    """Write the sides' labels where git wrote their commits into conflict markers."""
    marked = {
        path: entry
        for path in merge.conflicts
        if (entry := merge.changes.get(path)) and entry.mode.startswith("100")
    }
    contents = repository.read_blobs(entry.oid for entry in marked.values()) if marked else {}
    # The base is named by the start of its commit only.
    pattern = re.compile(rb"^(<{7,}|>{7,}|\|{7,}) ([0-9a-f]{4,64})(?=[:\r\n])", re.MULTILINE)

    def label(found: re.Match[bytes]) -> bytes:
        commits = [name for name in names if name.encode().startswith(found[2])]
        return found[1] + b" " + names[commits[0]].encode() if commits else found[0]

    texts = {p: pattern.sub(label, contents[entry.oid]) for p, entry in marked.items()}
    changed = {p: (marked[p].mode, t) for p, t in texts.items() if t != contents[marked[p].oid]}
    _write(repository, merge, changed)
