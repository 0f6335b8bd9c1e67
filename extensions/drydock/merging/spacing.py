"""Merges the source between parts: comments, empty lines, indentation, line breaks in lists."""

import re
from dataclasses import replace

from drydock import git
from drydock.documents.nodes import Body, Part, name_of
from drydock.merging.certainty import NotCertain

# A comment of several words for people only; a comment for a tool may have to stay in its line.
_PROSE = re.compile(r"(?:#|//)\s*(?!no[a-z]+\b)\w+(?:\s+[^\s:=]+){2,}")


def between(base: str | None, ours: str, theirs: str, owner: Part) -> str:
    """Merge comments and blank space between parts."""
    if theirs in (ours, base):
        return ours
    if theirs.split() == ours.split():
        # Merge the empty lines, and keep the indentation of ours.
        base_gap, our_gap, their_gap = (_empty_lines(text or "") for text in (base, ours, theirs))
        return (their_gap if our_gap == base_gap else our_gap) + ours.lstrip("\n")
    if ours == base:
        return theirs
    base_words = (base or "").split()
    if theirs.split() == base_words:
        return ours
    if ours.split() == base_words:
        return theirs
    if base is not None:
        merged = git.merge_texts(base.encode(), ours.encode(), theirs.encode())
        if merged is not None:
            return merged.decode()
    raise NotCertain(f"both versions change the comment at {name_of(owner)}")


def above(base: Part | None, ours: Part, theirs: Part, lead: str) -> str | None:
    """Return `lead` with the comment of theirs, if both sides added one after a part; else None."""
    our_comment, their_comment = ours.after.strip(), theirs.after.strip()
    both_new = not (base and base.after.strip()) and our_comment.split() != their_comment.split()
    _, line_end, indentation = lead.rpartition("\n")
    are_prose = _PROSE.fullmatch(our_comment) and _PROSE.fullmatch(their_comment)
    if both_new and line_end and are_prose:
        return f"{lead}{their_comment}\n{indentation}"
    return None


def _empty_lines(text: str) -> str:
    return text[: len(text) - len(text.lstrip("\n"))]


def laid_out(body: Body, base: Body | None, ours: Body, theirs: Body) -> Body:
    """Return a list with the layout of the side that changed it, or else of ours."""
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
    for index, part in enumerate(body.parts):
        lead, last = part.lead, index + 1 == len(body.parts)
        if not lead.strip():
            lead = own.get(part.key, usual) if index or first is None else first
        elif not broken:
            raise NotCertain(f"a comment at {name_of(part)} does not fit on one line")
        if part.after.strip() and "\n" not in (frame.closing if last else usual):
            raise NotCertain(f"a comment at {name_of(part)} does not fit on one line")
        parts.append(replace(part, lead=lead))
    same = {
        name: getattr(frame, name)
        for name in ("opening", "closing")
        if getattr(frame, name).split() == getattr(body, name).split()
    }
    return replace(body, parts=tuple(parts), **same)


def _is_broken(body: Body) -> bool:
    """Tell whether a list has several lines."""
    return any("\n" in part.lead for part in body.parts)
