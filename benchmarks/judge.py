"""Judges the result of an update, file by file, without any code of the judged engines.

It compares four trees: `base` (the old release rendered), `ours` (the project before the update),
`theirs` (the new release rendered) and `result` (the project after it).

A file that only one side changed must equal that side's, byte for byte: no edit of the user is
lost, no change of the release is missing, a file that the user deleted stays deleted. A file that
the user edited and the release removed or renamed must be kept, or a file that the release adds
must contain the user's units.

A file that both sides changed is judged in the *units* of its format, with their counts:

- TOML, YAML, JSON: every value with its path (without list positions, so that a list is judged as a
  bag of items; multi-line strings line by line), and the comments; JSON may contain comments and
  trailing commas, as in settings of editors;
- Python: every line, as Python prints it, with its class or function; the comments; imports by
  name, and lists of strings by item;
- anything else: every line, ignoring whitespace and a trailing comma.

Let `+o` and `+t` be the changes of a unit's count from base to ours and to theirs. The result must
contain base `+o+t`. If both sides changed it in the same direction, they may have made the same
change, so base plus the larger of the two is right as well. Hence every added unit is present,
every removed unit is absent, and nothing is invented. Some replacements are legitimate:

- If both sides changed a version number in the same unit, the higher one can replace both; the
  version of an action that is pinned to a commit is in its comment.
- Of two requirements of one package, one that demands everything that either demands can remain.
- If a side only renamed a table, a job or a function, the other side's changes are expected under
  the new name.
- An import that one side removed can stay if the rest of the result uses its name.

In addition, the result must parse if both sides do; it must not contain a definition or list item
twice that neither side contains twice; and two neighbouring lines must not be in an order that
contradicts every side that has both.

The judge does not see a value that is right in its place but wrong in meaning, the order of items
in a list, or changes of whitespace.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from units import Unit, lines_of, squeezed, text_of, units_of

Tree = Mapping[str, bytes]
DEFINITION = re.compile(r"(?:async )?(?:def|class) \w+|\w+(?:: [^=]+)? = ")
ACTION = re.compile(r"(?P<name>[\w.-]+/[\w./-]+)@(?P<ref>[\w.-]+)(?:\s+#\s*(?P<version>v?[\d.]+))?")
LOCK_FILES = {"uv.lock", "poetry.lock", "pdm.lock"}
"""Computed from other files, so an update can refresh them."""


def faults(
    base: Tree,
    ours: Tree,
    theirs: Tree,
    result: Tree,
    *,
    conflicts: Collection[str],
    keeps: Callable[[str], bool],
) -> dict[str, list[str]]:
    """Return what is wrong with each file of `result` that is not in conflict.

    `keeps` returns whether the template never replaces an existing file (`_skip_if_exists`).
    """
    found = {}
    every = base.keys() | ours.keys() | theirs.keys() | result.keys()
    for path in sorted(every - set(conflicts)):
        sides = base.get(path), ours.get(path), theirs.get(path), result.get(path)
        if keeps(path):
            # A file that the user deleted can be recreated, as Copier documents.
            follows = path not in {*theirs, *result} and ours.get(path) == base.get(path)
            lost = path in ours and result.get(path) != ours[path] and not follows
            wrong = ["a file that the template keeps was changed"] if lost else []
        else:
            wrong = _file_faults(path, *sides)
            if wrong and _was_moved(path, base, ours, theirs, result):
                wrong = []
        if wrong:
            found[path] = wrong
    return found


def both_changed(path: str, base: Tree, ours: Tree, theirs: Tree) -> bool:
    """Return whether user and release changed `path` to different contents."""
    b, o, t = base.get(path), ours.get(path), theirs.get(path)
    return o not in (b, t) and t != b


def _file_faults(  # noqa: PLR0911 - one for each case
    path: str, base: bytes | None, ours: bytes | None, theirs: bytes | None, result: bytes | None
) -> list[str]:
    if theirs in (ours, base):
        if PurePosixPath(path).name in LOCK_FILES and result is not None:
            return []
        return [] if result == ours else [f"the user's {_change(base, ours)} is lost"]
    if ours == base:
        return [] if result == theirs else [f"the release's {_change(base, theirs)} is missing"]
    if ours is None:
        return [] if result is None else ["a file that the user deleted was recreated"]
    if theirs is None:
        return [] if result == ours else ["the user's edit of a file the release removed is lost"]
    if result is None:
        return ["a file that both sides changed is missing"]
    return merge_faults(path, base or b"", ours, theirs, result)


def _change(base: bytes | None, side: bytes | None) -> str:
    if base is None:
        return "new file"
    return "deletion" if side is None else "edit"


def _was_moved(path: str, base: Tree, ours: Tree, theirs: Tree, result: Tree) -> bool:
    """Return whether a move explains why a file is not what its path alone requires.

    Either the release moved it together with the user's units, or the user moved it and the
    release's change followed, or the release only moved or renamed a file that the user deleted.
    """
    if path in ours and path not in result:
        added = lines_of(text_of(ours[path])) - lines_of(text_of(base.get(path, b"")))
        homes = result.keys() - ours.keys() - base.keys()
        return any(added <= lines_of(text_of(result[home])) for home in homes)
    if path in ours and path not in base and path not in theirs:
        sources = [p for p in base.keys() & theirs.keys() - ours.keys() if base[p] != theirs[p]]
        return any(
            not merge_faults(path, base[p], ours[path], theirs[p], result[path]) for p in sources
        )
    if path in theirs and path not in ours and path in result:
        sources = [p for p in base.keys() & ours.keys() - theirs.keys() if base[p] != ours[p]]
        return any(
            not merge_faults(path, base[p], ours[p], theirs[path], result[path]) for p in sources
        )
    if path in theirs and path not in result:
        gone = base.keys() - ours.keys() - theirs.keys()
        return any(_same_file(p, base[p], path, theirs[path]) for p in gone)
    return False


def _same_file(path: str, content: bytes, other: str, moved: bytes) -> bool:
    """Return whether a file was moved: unchanged, or with its name and half of its lines."""
    before, after = lines_of(text_of(content)), lines_of(text_of(moved))
    same_name = PurePosixPath(path).name == PurePosixPath(other).name
    half = 2 * (before & after).total() >= after.total() > 0
    return half and (same_name or content == moved)


def merge_faults(path: str, base: bytes, ours: bytes, theirs: bytes, result: bytes) -> list[str]:
    """Return what is wrong with the merge of one file that both sides changed."""
    if b"\0" in ours or b"\0" in theirs:
        return [] if result in (ours, theirs) else ["a binary file that neither side wrote"]
    texts = [units_of(path, side) for side in (base, ours, theirs, result)]
    (b, parsed_b), (o, parsed_o), (t, parsed_t), (r, parsed_r) = texts
    if not parsed_r and parsed_o and parsed_t:
        return ["does not parse"]
    if not (parsed_r and parsed_o and parsed_t and (parsed_b or not base)):
        b, o, t, r = (lines_of(text_of(side)) for side in (base, ours, theirs, result))
    raised = _raised_actions(*(text_of(side) for side in (ours, theirs, result)))
    wrong = _unit_faults(path, b, o, t, r, raised)
    by_user, by_release = _renames(b, o), _renames(b, t)
    if wrong and (by_user or by_release):
        b = _renamed(_renamed(b, by_user), by_release)
        again = _unit_faults(path, b, _renamed(o, by_release), _renamed(t, by_user), r, raised)
        wrong = again and wrong
    name = PurePosixPath(path)
    if name.suffix not in {".toml", ".yaml", ".yml", ".json"} and "requirements" not in name.name:
        wrong += _order_faults(text_of(ours), text_of(theirs), text_of(result))
    return wrong


def _unit_faults(  # noqa: PLR0917 - four sides and their context
    path: str, b: Counter[Unit], o: Counter[Unit], t: Counter[Unit], r: Counter[Unit],
    raised: Collection[str],
) -> list[str]:  # fmt: skip
    wrong = []
    for unit in sorted(b.keys() | o.keys() | t.keys() | r.keys()):
        fault = _unit_fault(unit, b[unit], o[unit], t[unit], r[unit])
        gone = not r[unit] or unit[0] == "#"
        replaced = gone and (unit[1].strip("'") in raised or _is_demanded(unit, r))
        replaced = replaced or (fault.startswith("more") and _is_of_both(unit, o, t))
        replaced = replaced or (fault.startswith("kept, although") and _is_used_import(unit, r))
        if fault and not replaced and not _higher_pin(unit, o - b, t - b, r):
            wrong.append(f"{fault}: {' = '.join(filter(None, unit))[:160]}")
        elif _doubled(path, unit) and r[unit] > max(o[unit], t[unit], 1):
            wrong.append(f"duplicate: {' = '.join(filter(None, unit))[:160]}")
    return wrong


def _is_used_import(unit: Unit, result: Counter[Unit]) -> bool:
    """Return whether a unit is an import whose name is used elsewhere in `result`."""
    where, what = unit
    if where.rpartition(".")[2] != "import":
        return False
    used = re.compile(rf"(?<![\w.]){re.escape(what.split()[-1].partition('.')[0])}(?!\w)")
    places = (place.rpartition(".")[2] for place, _ in result)
    return any(
        used.search(text)
        for place, (_, text) in zip(places, result, strict=True)
        if place not in {"import", "#"}
    )


def _renames(base: Counter[Unit], side: Counter[Unit]) -> dict[str, str]:
    """Return the parts (a table, a job, a function) that a side only renamed."""
    removed, new = _parts(base) - _parts(side), _parts(side) - _parts(base)
    found: dict[str, str] = {}
    for part in sorted(removed):
        before = _inside(base, part)
        for other in sorted(new):
            if _parent(part) == _parent(other) and other not in found.values():
                after = _inside(side, other)
                if 2 * (before & after).total() >= min(before.total(), after.total()):
                    found[part] = other
                    break
    return found


def _parts(units: Counter[Unit]) -> set[str]:
    steps = (where.split(".") for where, _ in units)
    return {".".join(step[:end]) for step in steps for end in range(1, len(step) + 1)}


def _parent(part: str) -> str:
    return part.rpartition(".")[0]


def _inside(units: Counter[Unit], part: str) -> Counter[Unit]:
    return Counter(
        {
            (where.removeprefix(part), what): count
            for (where, what), count in units.items()
            if where == part or where.startswith((f"{part}.", f"{part}["))
        }
    )


def _renamed(units: Counter[Unit], renames: Mapping[str, str]) -> Counter[Unit]:
    """Return `units` with renamed parts."""
    result: Counter[Unit] = Counter()
    for (where, what), count in units.items():
        parts = sorted(p for p in renames if where == p or where.startswith((f"{p}.", f"{p}[")))
        name = renames[parts[0]] + where.removeprefix(parts[0]) if parts else where
        result[name, what] += count
    return result


def _unit_fault(unit: Unit, base: int, ours: int, theirs: int, result: int) -> str:
    o, t = ours - base, theirs - base
    expected = [max(0, base + o + t)]
    if o * t > 0:
        expected.append(base + (max(o, t) if o > 0 else min(o, t)))
    low, high = min(expected), max(expected)
    if result < low:
        if o > 0 or t > 0:
            return f"missing, added by {'the user' if o > 0 else 'the release'}"
        return "missing, in base and both sides" if not (o or t) else "missing, removed too often"
    if result > high:
        if o < 0 or t < 0:
            return f"kept, although removed by {'the user' if o < 0 else 'the release'}"
        return "more often than both sides wrote it"
    return ""


def _higher_pin(
    unit: Unit, by_user: Counter[Unit], by_release: Counter[Unit], result: Counter[Unit]
) -> bool:
    """Return whether the other side's higher version replaces a unit that one side added."""
    where, what = unit
    if result[unit] or not re.search(r"\d", what) or (unit in by_user) == (unit in by_release):
        return False
    rivals = by_release if unit in by_user else by_user
    return any(
        place == where and _masked(other) == _masked(what) and _version(other) > _version(what)
        for place, other in result.keys() & rivals.keys()
    )


def _raised_actions(ours: str, theirs: str, result: str) -> set[str]:
    """Return references and comments of action versions that higher ones replace."""
    found = [list(ACTION.finditer(text)) for text in (ours, theirs, result)]
    taken = {action["name"]: _number(action) for action in found[2]}
    lost = {
        (action["name"], action["ref"], action["version"])
        for action in (*found[0], *found[1])
        if action["name"] in taken and (0,) < _number(action) <= taken[action["name"]]
    }
    return {f"{name}@{ref}" for name, ref, _ in lost} | {
        comment for _, _, comment in lost if comment
    }


def _number(action: re.Match[str]) -> tuple[int, ...]:
    """Return the version of an action, from its comment or else its tag."""
    text = action["version"] or action["ref"]
    found = re.fullmatch(r"v?(\d+(?:\.\d+)*)", text)
    return tuple(int(part) for part in found[1].split(".")) if found else (0,)


def _is_demanded(unit: Unit, result: Counter[Unit]) -> bool:
    """Return whether another requirement of the same package demands everything in `unit`."""
    wanted = _requirement(unit)
    rivals = (_requirement(other) for other in result if other[0] == unit[0])
    return wanted is not None and any(
        canonicalize_name(other.name) == canonicalize_name(wanted.name)
        and other.extras >= wanted.extras
        and set(other.specifier) >= set(wanted.specifier)
        for other in rivals
        if other
    )


def _is_of_both(unit: Unit, ours: Counter[Unit], theirs: Counter[Unit]) -> bool:
    """Return whether a requirement combines exactly the demands of both sides."""
    combined = _requirement(unit)
    if combined is None or unit in ours or unit in theirs:
        return False
    demands = [
        found
        for side in (ours, theirs)
        for other in side
        if other[0] == unit[0] and (found := _requirement(other)) and found.name == combined.name
    ]
    specifiers = {specifier for found in demands for specifier in found.specifier}
    extras = {extra for found in demands for extra in found.extras}
    return len(demands) > 1 and combined.extras == extras and set(combined.specifier) == specifiers


def _requirement(unit: Unit) -> Requirement | None:
    try:
        return Requirement(unit[1].strip("'\"").partition(" #")[0])
    except InvalidRequirement:
        return None


def _masked(text: str) -> str:
    return re.sub(r"\d+(\.\d+)*", "0", text)


def _version(text: str) -> list[list[int]]:
    return [[int(n) for n in v.split(".")] for v in re.findall(r"\d+(?:\.\d+)*", text)]


def _doubled(path: str, unit: Unit) -> bool:
    """Return whether a unit of this kind must be unique."""
    where, what = unit
    if path.endswith(".py"):
        return not where.endswith("import") and bool(DEFINITION.match(what))
    return where.endswith("[]")


def _order_faults(ours: str, theirs: str, result: str) -> list[str]:
    """Return neighbouring lines whose order contradicts every side that has both."""
    places = [_places(text) for text in (ours, theirs)]
    wrong = []
    for side in places:
        kept = [line for line in _places(result) if line in side]
        for first, second in pairwise(kept):
            holders = [p for p in places if first in p and second in p]
            if all(p[first] > p[second] for p in holders):
                wrong.append(f"in an order nobody wrote: {first} | {second}"[:160])
    return sorted(set(wrong))


def _places(text: str) -> dict[str, int]:
    """Return the position of each line that occurs once, except imports, which are unordered."""
    lines = [squeezed(line) for line in text.splitlines()]
    once = {line for line, count in Counter(lines).items() if count == 1}
    skip = ("import ", "from ", "")
    return {
        line: place
        for place, line in enumerate(lines)
        if line in once and not line.startswith(skip[:2]) and len(line) > 2
    }
