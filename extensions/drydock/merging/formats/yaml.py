"""YAML (https://yaml.org/spec/1.2.2/)."""

import yaml


def handles(path: str) -> bool:
    """Tell whether `path` names a YAML file."""
    return path.endswith((".yml", ".yaml"))


def check(text: str) -> None:
    """Raise ValueError if `text` is not YAML, or a mapping names a key twice.

    The specification forbids equal keys; most readers silently take the last.
    """
    try:
        for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
            _check_keys(document, set())
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _check_keys(node: yaml.Node | None, seen: set[int]) -> None:
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names = set()
        for pair in node.value:
            key = pair[0].value
            if isinstance(pair[0], yaml.ScalarNode) and key in names and key != "<<":
                raise ValueError(f"{key!r} is there twice")
            if isinstance(pair[0], yaml.ScalarNode):
                names.add(key)
            for part in pair:
                _check_keys(part, seen)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            _check_keys(part, seen)
