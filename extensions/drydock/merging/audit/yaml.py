"""The units of YAML."""

import re
from collections import Counter
from collections.abc import Iterator

import yaml


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each value with its path and kind, and the comments."""
    counts: Counter[tuple[str, str]] = Counter()
    for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        counts.update(_leaves("", document, set()))
    counts.update(("#", comment.strip()) for comment in re.findall(r"(?m)(?:^|\s)#(.*)$", text))
    return counts


def broken(_base: str | None, ours: str, theirs: str, merged: str) -> str | None:
    """Return a merge key that a mapping of `merged` repeats, although each side has it once."""
    in_ours, in_theirs, in_merged = (_merge_keys(text) for text in (ours, theirs, merged))
    for place, count in in_merged.items():
        if count > max(1, in_ours[place], in_theirs[place]):
            shown = place.removeprefix(".") or "the file"
            return f"`<<` would occur {count} times in {shown}, each version has it once"
    return None


def _merge_keys(text: str) -> Counter[str]:
    """Return the number of merge keys by the place of their mapping."""
    counts: Counter[str] = Counter()
    if "<<" in text:
        try:
            for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
                _count_merge_keys(counts, "", document, set())
        except yaml.YAMLError:
            return Counter()
    return counts


def _count_merge_keys(
    counts: Counter[str], place: str, node: yaml.Node | None, seen: set[int]
) -> None:
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        counts[place] = max(counts[place], keys.count("<<"))
        for key, value in node.value:
            _count_merge_keys(counts, f"{place}.{key.value}", value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _count_merge_keys(counts, f"{place}[{_label(item)}]", item, seen)


def _leaves(place: str, node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[str, str]]:
    if node is not None and id(node) in seen:
        yield place, "*"  # counted at its anchor
    elif isinstance(node, yaml.MappingNode):
        seen.add(id(node))
        yield f"{place} {node.tag}", "{}"
        for key, value in node.value:
            yield from _leaves(f"{place}.{key.value!r}", value, seen)
    elif isinstance(node, yaml.SequenceNode):
        seen.add(id(node))
        yield f"{place} {node.tag}", "[]"
        for item in node.value:
            yield from _leaves(f"{place}[{_label(item)}]", item, seen)
    elif isinstance(node, yaml.ScalarNode):
        seen.add(id(node))
        for line in node.value.splitlines() or [""]:
            yield f"{place} {node.tag}", line


def _label(item: yaml.Node) -> str:
    """Return the identity of a list item; empty if it has none."""
    entries = {}
    if isinstance(item, yaml.MappingNode):
        entries = {key.value: value.value for key, value in item.value}
    return next((f"{key}={entries[key]}" for key in ("id", "name", "repo") if key in entries), "")
