"""The three-way merge of trees in the object database, without reading or writing a work tree.

Git merges the trees (https://git-scm.com/docs/git-merge-tree). Its clean merges by lines are then
checked, and its conflicts are tried again structurally. The formats are modules in
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
    """The names of the three sides in conflict markers."""

    base: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Conflict:
    """A file that a person must resolve."""

    stages: dict[int, Entry]
    """Its index entries: 1 base, 2 ours, 3 theirs."""
    reason: str


@dataclass
class Merge:
    """The result of a merge."""

    changes: dict[str, Entry | None]
    """Files that differ from ours, including conflicts with markers; None: removed."""
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    declined: set[str] = field(default_factory=set)
    """Files that theirs changes and ours deleted: they stay deleted."""
    shadows: dict[str, str] = field(default_factory=dict)
    """Files that are left out because ours has a file in their place, with the reason."""

    moved: dict[str, str] = field(default_factory=dict)
    """The path in base of each file that ours or theirs moved, by its new path."""
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Report lines for the rules used to merge each file."""
    doubts: list[str] = field(default_factory=list)
    """Problems that are in no file that both sides changed."""

    def kept(self, ours: Tree) -> Tree:
        """Return ours without the files that the merge removes."""
        return {path: e for path, e in ours.items() if self.changes.get(path, e) is not None}

    def leave_out(self, path: str, reason: str) -> None:
        """Leave out a file that theirs adds, or changes where ours deleted it."""
        self.changes.pop(path, None)
        self.declined.discard(path)
        self.shadows[path] = reason


# Keyed by git's short message types (merge-ort.c: type_short_descriptions).
_REASONS = {
    "contents": "both versions change the same lines",
    "add/add": "both versions add it, with different content",
    "binary": "both versions change it, and it is not a text file",
    "modify/delete": "you changed it, the release removes it",
    "rename/delete": "moved in one version, removed in the other",
    "rename/rename": "both versions move it, to different paths",
    "file/directory": "a file in one version is a directory in the other",
}
_NOTED = re.compile(r"CONFLICT \((?P<kind>[^)]+)\)")
_NOTICES = {"Auto-merging"}
_DELETED_BY_OURS = {"modify/delete", "rename/delete"}


def three_way(
    repository: Repository, base: Tree, ours: Tree, theirs: Tree, labels: Labels
) -> Merge:
    """Merge the changes from `base` to `ours` and from `base` to `theirs`.

    All trees are of the whole repository: outside the part to merge they must be equal, so that
    nothing there looks removed, added or moved. `repository` stores new objects. Raises
    git.GitError if git fails.
    """
    trees = repository.write_trees(ours, base, theirs)
    root = repository.commit_tree(trees[1])
    sides = [repository.commit_tree(tree, root) for tree in (trees[0], trees[2])]
    output = repository.merge_commits(*sides)
    names = dict(zip((root, *sides), (labels.base, labels.ours, labels.theirs), strict=True))
    tree, stages, kinds = _parse(output, names)
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
    _check_clean_merges(repository, merge, (base, ours, theirs), labels)
    _check_charts(repository, merge, (base, ours, theirs), labels)
    _label(repository, merge, names)
    return merge


def _parse(
    output: bytes, names: dict[str, str]
) -> tuple[str, dict[str, dict[int, Entry]], dict[str, set[str]]]:
    """Return the merged tree, and the index stages and the kinds of each conflict."""
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
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
        next(fields)  # the message, which only repeats the paths and the kind
        if kind not in _NOTICES:
            match = _NOTED.match(kind)
            for path in paths:
                kinds.setdefault(path, set()).add(match["kind"] if match else kind)
    return tree, stages, kinds


_TYPES = "distinct modes"
"""Git's name for a path that is a file on one side and a link or submodule on the other."""
_KINDS = {"100": "a file", "120": "a symbolic link", "160": "a submodule"}


def _rejoin(stages: dict[str, dict[int, Entry]], kinds: dict[str, set[str]], merge: Merge) -> None:
    """Join the two paths that git gives a file of different types into one conflict, with ours."""
    for path in [path for path, known in kinds.items() if _TYPES in known]:
        whole = path.rpartition("~")[0]
        if path not in stages or _TYPES not in kinds.get(whole, ()):
            continue
        stages[whole] = stages.pop(path) | stages.get(whole, {})
        merge.changes.pop(path, None)
        merge.changes.pop(whole, None)
        ours, theirs = (_KINDS.get(stages[whole][stage].mode[:3], "a file") for stage in (2, 3))
        kinds[whole] = {f"it is {ours} in your version, {theirs} in the release"}
        del kinds[path]


def _is_new(path: str, staged: dict[int, Entry], base: Tree, theirs: Tree) -> bool:
    """Tell whether git matched a new file of theirs with a similar one that ours deleted.

    A file that really moved has the same name or the same content.
    """
    if path in base or not {1, 3} <= staged.keys() or staged[1].oid == staged[3].oid:
        return False
    before = [old for old in base.keys() - theirs.keys() if base[old].oid == staged[1].oid]
    name = PurePosixPath(path).name
    return bool(before) and all(PurePosixPath(old).name != name for old in before)


def _named(path: str, names: dict[str, str]) -> str:
    """Return `path` with the label of a side instead of the commit that git appended to it."""
    head, tilde, commit = path.rpartition("~")
    label = names.get(commit)
    return f"{head}~{label.replace(' ', '-').replace('/', '-')}" if tilde and label else path


def _hunk_by_hunk(
    path: str, base: bytes | None, ours: bytes, theirs: bytes, labels: Labels
) -> hunks.Hunks | None:
    """Resolve hunks of a merge by lines; None if none can be, or the result has a problem."""
    if base is None or structural.is_generated(path, ours):
        return None
    result = hunks.resolve(path, (base, ours, theirs), (labels.ours, labels.theirs))
    before = {1: base, 2: ours, 3: theirs}
    if not result.done or (not result.left and structural.line_problem(path, before, result.text)):
        return None
    return result


def _clearly_marked(sides: tuple[bytes, bytes, bytes], labels: Labels) -> bytes | None:
    """Return a merge with longer markers than git's; None if no line looks like git's."""
    if git.marker_size(*sides) == git.MARKER_SIZE:
        return None
    return git.mark_conflicts(*sides, (labels.ours, labels.theirs), with_base=False)


def _try_again(repository: Repository, merge: Merge, labels: Labels) -> None:
    """Resolve conflicts in texts without their ends, structurally, or hunk by hunk."""
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
        text = ends.merge(base, ours, theirs)
        if text is not None and base is not None:
            before = {1: base, 2: ours, 3: theirs}
            text = None if structural.line_problem(path, before, text) else text
        if text is None:
            try:
                resolution = structural.merge(path, base, ours, theirs)
            except NotCertain as error:
                resolved = _hunk_by_hunk(path, base, ours, theirs, labels)
                if resolved and not resolved.left:
                    text, merge.rules[path] = resolved.text, resolved.done
                elif once := structural.merge_repaired(path, base, ours, theirs):
                    text, merge.rules[path] = once.text, once.rules
                else:
                    sides = base or b"", ours, theirs
                    clear = resolved.text if resolved else _clearly_marked(sides, labels)
                    if clear:
                        written[path] = marked.mode, clear
                    if formats.of(path):
                        reason = f"{merge.conflicts[path].reason}; {error}"
                        merge.conflicts[path] = replace(merge.conflicts[path], reason=reason)
                    continue
            else:
                text, merge.rules[path] = resolution.text, resolution.rules
        if text is not None:
            written[path] = marked.mode, text  # git merged the mode
            del merge.conflicts[path]
    _write(repository, merge, written)


def _write(repository: Repository, merge: Merge, files: Mapping[str, tuple[str, bytes]]) -> None:
    """Store files, given as mode and content, and add them to the changes of the merge."""
    oids = repository.write_blobs([content for _, content in files.values()])
    for (path, (mode, _)), oid in zip(files.items(), oids, strict=True):
        merge.changes[path] = Entry(mode, oid)


def _note_moves(
    repository: Repository, merge: Merge, trees: list[str], sides: tuple[Tree, Tree, Tree]
) -> None:
    """Record the files that ours or theirs moved."""
    ours, base, theirs = sides
    for tree, side in ((trees[0], ours), (trees[2], theirs)):
        if base.keys() - side.keys() and side.keys() - base.keys():
            merge.moved |= repository.renames(trees[1], tree)


def _check_clean_merges(
    repository: Repository, merge: Merge, sides: tuple[Tree, Tree, Tree], labels: Labels
) -> None:
    """Turn each clean merge that is not valid or lacks a change of a side into a conflict."""
    base, ours, theirs = sides
    known = {entry.oid for side in sides for entry in side.values()}
    merged = {path: entry for path, entry in merge.changes.items() if entry}
    merged = {path: entry for path, entry in merged.items() if entry.oid not in known}
    for path in base.keys() & ours.keys() & theirs.keys():
        # Both changed it, but the result of git can still equal one side.
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
        before = {stage: contents[side.oid] for stage, side in inputs[path].items()}
        problem = structural.line_problem(path, before, contents[entry.oid])
        if problem is None:
            continue
        three = before.get(1), before[2], before[3]
        resolution: structural.Resolution | None
        try:
            resolution = structural.merge(path, *three)
        except NotCertain:
            resolution = structural.merge_repaired(path, *three)
        if resolution:
            text, merge.rules[path] = resolution.text, resolution.rules
        else:
            text = _marked(before, contents[entry.oid], problem, labels)
            merge.conflicts[path] = Conflict(inputs[path], problem)
        written[path] = entry.mode, text
    _write(repository, merge, written)


def _check_charts(
    repository: Repository, merge: Merge, sides: tuple[Tree, Tree, Tree], labels: Labels
) -> None:
    """Turn the merged files of a chart with a problem into conflicts."""
    known = {entry.oid for side in sides for entry in side.values()}
    for problem in charts.problems(repository, sides, merge.changes):
        inside = {p: e for p, e in merge.changes.items() if e and p.startswith(problem.chart)}
        if merge.conflicts.keys() & inside.keys():
            continue  # with conflict markers, it cannot render
        merged = {path: entry for path, entry in inside.items() if entry.oid not in known}
        if not merged:
            merge.doubts.append(f"{problem.chart.removesuffix('/')}: {problem.reason}")
        written = {}
        for path, entry in merged.items():
            stages = dict(_inputs(path, sides, merge.moved))
            contents = repository.read_blobs([entry.oid, *(side.oid for side in stages.values())])
            before = {stage: contents[side.oid] for stage, side in stages.items()}
            text = _marked(before, contents[entry.oid], problem.reason, labels)
            written[path] = entry.mode, text
            merge.conflicts[path] = Conflict(stages, problem.reason)
        _write(repository, merge, written)


def _marked(before: dict[int, bytes], merged: bytes, problem: str, labels: Labels) -> bytes:
    """Return a merge by lines that has a problem, with markers around the part in disagreement."""
    names = labels.ours, labels.theirs
    is_complete = before.keys() == {1, 2, 3} and not lines.problem(
        before[1], before[2], before[3], merged
    )
    marked = hunks.mark(before[2], merged, problem, names) if is_complete else None
    # A merge that may lack a change is replaced by the two sides.
    return marked or git.mark_differences(before[2], before[3], names)


def _inputs(
    path: str, sides: tuple[Tree, Tree, Tree], moved: dict[str, str]
) -> Iterator[tuple[int, Entry]]:
    """Yield the index stage and entry of each side for the file that the merge has at `path`."""
    for stage, side in enumerate(sides, 1):
        entry = side.get(path) or side.get(moved.get(path, path))
        if entry:
            yield stage, entry


def _label(repository: Repository, merge: Merge, names: dict[str, str]) -> None:
    """Replace the commits in git's conflict markers with the labels of the sides."""
    marked = {
        path: entry
        for path in merge.conflicts
        if (entry := merge.changes.get(path)) and entry.mode.startswith("100")
    }
    contents = repository.read_blobs(entry.oid for entry in marked.values()) if marked else {}
    # Git names the base by the abbreviated commit.
    pattern = re.compile(rb"^(<{7,}|>{7,}|\|{7,}) ([0-9a-f]{4,64})(?=[:\r\n])", re.MULTILINE)

    def label(match: re.Match[bytes]) -> bytes:
        commits = [commit for commit in names if commit.encode().startswith(match[2])]
        return match[1] + b" " + names[commits[0]].encode() if commits else match[0]

    texts = {p: pattern.sub(label, contents[entry.oid]) for p, entry in marked.items()}
    changed = {p: (marked[p].mode, t) for p, t in texts.items() if t != contents[marked[p].oid]}
    _write(repository, merge, changed)
