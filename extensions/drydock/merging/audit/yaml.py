"""What YAML says where."""

import re
from collections import Counter
from collections.abc import Iterator

import yaml


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each value with its path and kind, and the comments."""
    found: Counter[tuple[str, str]] = Counter()
    for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        found.update(_leaves("", document, set()))
    found.update(("#", remark.strip()) for remark in re.findall(r"(?m)(?:^|\s)#(.*)$", text))
    return found


def _leaves(place: str, node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[str, str]]:
    if node is not None and id(node) in seen:
        yield place, "*"  # said before, where its anchor is
    elif isinstance(node, yaml.MappingNode):
        seen.add(id(node))
        yield f"{place} {node.tag}", "{}"
        for key, held in node.value:
            yield from _leaves(f"{place}.{key.value!r}", held, seen)
    elif isinstance(node, yaml.SequenceNode):
        seen.add(id(node))
        yield f"{place} {node.tag}", "[]"
        for held in node.value:
            yield from _leaves(f"{place}[{_label(held)}]", held, seen)
    elif isinstance(node, yaml.ScalarNode):
        seen.add(id(node))
        for line in node.value.splitlines() or [""]:
            yield f"{place} {node.tag}", line


def _label(item: yaml.Node) -> str:
    """Return by what an item of a list is known, if it is."""
    known = {}
    if isinstance(item, yaml.MappingNode):
        known = {key.value: held.value for key, held in item.value}
    return next((f"{key}={known[key]}" for key in ("id", "name", "repo") if key in known), "")
