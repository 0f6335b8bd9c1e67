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
