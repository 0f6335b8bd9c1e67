"""What stands between parts: comments, empty lines, indentation, and lists on one line or many."""

import re
from dataclasses import replace

from drydock import git
from drydock.documents.nodes import Body, Part, name_of
from drydock.merging.certainty import NotCertain

# A comment of some words that only people read: what speaks to a tool may have to stay where it is.
_PROSE = re.compile(r"(?:#|//)\s*(?!no[a-z]+\b)\w+(?:\s+[^\s:=]+){2,}")


def between(base: str | None, ours: str, theirs: str, owner: Part) -> str:
    """Merge what stands between parts: remarks and blank space."""
    if theirs in (ours, base):
        return ours
    if theirs.split() == ours.split():
        # Empty lines are merged, indentation stays that of ours.
        before, mine, new = (_empty_lines(text or "") for text in (base, ours, theirs))
        return (new if mine == before else mine) + ours.lstrip("\n")
    if ours == base:
        return theirs
    said = (base or "").split()
    if theirs.split() == said:
        return ours
    if ours.split() == said:
        return theirs
    if base is not None:
        merged = git.merge_texts(base.encode(), ours.encode(), theirs.encode())
        if merged is not None:
            return merged.decode()
    raise NotCertain(f"both sides changed the comment at {name_of(owner)}")


def above(base: Part | None, ours: Part, theirs: Part, lead: str) -> str | None:
    """Return a lead with theirs' remark in it, where both sides put one behind a part."""
    mine, new = ours.after.strip(), theirs.after.strip()
    both_new = not (base and base.after.strip()) and mine.split() != new.split()
    _, line_end, indentation = lead.rpartition("\n")
    if both_new and line_end and _PROSE.fullmatch(mine) and _PROSE.fullmatch(new):
        return f"{lead}{new}\n{indentation}"
    return None


def _empty_lines(text: str) -> str:
    return text[: len(text) - len(text.lstrip("\n"))]


def laid_out(body: Body, base: Body | None, ours: Body, theirs: Body) -> Body:
    """Give parts of both sides one layout: of the side that changed it, or else ours."""
    as_before = base and base.parts and _is_broken(base) == _is_broken(ours)
    changed = as_before and theirs.parts and _is_broken(ours) != _is_broken(theirs)
    frame = theirs if changed or not ours.parts else ours
    if not frame.parts:
        return body
    first, *others = [part.lead if not part.lead.strip() else None for part in frame.parts]
    broken = "\n" if _is_broken(frame) else ""
    usual = next((lead for lead in others if lead is not None), first if broken else " ")
    usual = "\n" if usual is None else usual
    own = {part.key: part.lead for part in frame.parts[1:] if not part.lead.strip()}
    parts = []
    for place, part in enumerate(body.parts):
        lead, last = part.lead, place + 1 == len(body.parts)
        if not lead.strip():
            lead = own.get(part.key, usual) if place or first is None else first
        elif not broken:
            raise NotCertain(f"a comment at {name_of(part)} does not fit on one line")
        if part.after.strip() and "\n" not in (frame.closing if last else usual):
            raise NotCertain(f"a comment at {name_of(part)} does not fit on one line")
        parts.append(replace(part, lead=lead))
    same = {
        place: getattr(frame, place)
        for place in ("opening", "closing")
        if getattr(frame, place).split() == getattr(body, place).split()
    }
    return replace(body, parts=tuple(parts), **same)


def _is_broken(body: Body) -> bool:
    return any("\n" in part.lead for part in body.parts)
