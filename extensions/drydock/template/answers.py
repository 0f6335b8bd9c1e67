"""The answers file of a service: find it, read it, and check its values.

Copier writes it (https://copier.readthedocs.io/en/stable/configuring/#the-copier-answersyml-file),
and anyone can edit it, so every value is checked before it reaches Copier or git.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from drydock.errors import BadInput

DEFAULT_NAME = ".copier-answers.yml"
_LARGEST = 1 << 20  # bytes
_MOST_VALUES = 100_000
_INT = "tag:yaml.org,2002:int"
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")


@dataclass(frozen=True)
class Answers:
    """The template, release and answers of a service."""

    file: str
    """The path of the answers file, relative to the service, separated by `/`."""
    template: str
    """The recorded address of the template (`_src_path`)."""
    release: str
    """The recorded release or commit of the template (`_commit`)."""
    values: dict[str, Any]
    """The answers by question."""


def parse_data(pairs: Iterable[str]) -> dict[str, str]:
    """Parse `name=value` pairs of the command line; raise BadInput for anything else."""
    data = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput(f"--data takes name=value, not {pair!r}")
        data[name] = value
    return data


def read_data(pairs: Iterable[str], file: Path | None) -> dict[str, Any]:
    """Return the answers given on the command line: those in a YAML `file`, then the `pairs`.

    Raises BadInput for an invalid file or pair.
    """
    data: dict[str, Any] = {}
    if file is not None:
        try:
            data = _load(str(file), file.read_bytes())
        except OSError as error:
            raise BadInput(f"--data-file {file}: {error.strerror}") from error
        # It can be an answers file; Copier's own entries there are not answers.
        data = {name: value for name, value in data.items() if not name.startswith("_")}
    return data | parse_data(pairs)


def find(service: Path, named: str | None = None) -> str:
    """Return the answers file of `service`, as a path relative to its folder.

    It is `named`, or the default name, or the only file in the folder (or in a hidden one such as
    `.github`) with the word answers in its name and a recorded template. Raises BadInput when
    there is none, or more than one.
    """
    if named is not None:
        return os.path.normpath(named)
    if (service / DEFAULT_NAME).exists() or (service / DEFAULT_NAME).is_symlink():
        return DEFAULT_NAME
    candidates = [
        path.relative_to(service).as_posix()
        for pattern in ("*answers*.y*ml", ".*/*answers*.y*ml")
        for path in sorted(service.glob(pattern))
        if path.is_file() and re.search(rb"^_src_path:", path.read_bytes()[:_LARGEST], re.MULTILINE)
    ]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        names = ", ".join(candidates)
        raise BadInput(f"several answers files: choose one with --answers-file: {names}")
    below = sorted(
        path.parent.relative_to(service) for path in service.glob(f"*/**/{DEFAULT_NAME}")
    )
    if below:
        raise BadInput(f"no {DEFAULT_NAME} in {service}; give the folder of a service: {below[0]}")
    raise BadInput(
        f"no {DEFAULT_NAME} in {service}: no template made this service; "
        "drydock retrofit adopts it into one"
    )


def read(service: Path, file: str) -> Answers:
    """Read the answers `file` in the folder `service`; raise BadInput if it is not valid."""
    path = service / file
    if not path.resolve().is_relative_to(service.resolve()) or path.is_symlink():
        raise BadInput(f"{file}: the answers file must be a file inside {service}")
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise BadInput(f"{file} is larger than {_LARGEST} bytes: it is not an answers file")
    values = _load(file, content)
    template, release = (_recorded(file, values, key) for key in ("_src_path", "_commit"))
    return Answers(
        file=file,
        template=template,
        release=release,
        values={k: v for k, v in values.items() if not k.startswith("_")},
    )


def _load(file: str, content: bytes) -> dict[str, Any]:
    values = load(file, content)
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise BadInput(f"{file} must map names to answers")
    return values


def load(file: str, content: bytes, most: int = _MOST_VALUES, *, strict: bool = False) -> Any:
    """Parse the untrusted `content` of a YAML `file`.

    Raises BadInput if it is not valid or holds more than `most` values. `strict` also refuses what
    YAML reads differently from people: a repeated key, of which it silently takes the last, and a
    number such as 010, which is 8 in YAML 1.1.
    """
    try:
        loader = yaml.SafeLoader(content)
        node = loader.get_single_node()
        if node is None:
            return None
        # An alias repeats what its anchor holds, and aliases nest ("billion laughs").
        if _size(node, {}, most) > most:
            raise BadInput(f"{file} is too large: more than {most} values")
        if strict:
            _require_plain(file, node, loader)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        # Without the lines around it, which may contain a password.
        at = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise BadInput(f"{file} is not valid YAML: {at}{error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{file} is not valid YAML: {error}") from error


def _size(node: yaml.Node, known: dict[int, int], most: int) -> int:
    if id(node) not in known:
        known[id(node)] = most + 1  # until it is computed: a node can contain itself
        parts: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            parts = node.value
        known[id(node)] = 1 + sum(_size(part, known, most) for part in parts)
    return known[id(node)]


def _require_plain(file: str, node: yaml.Node, loader: yaml.SafeLoader) -> None:
    """Raise BadInput for a repeated key, and for a whole number that is not plainly decimal."""
    pending, seen = [node], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        line = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        elif isinstance(node, yaml.MappingNode):
            keys = set[str]()
            for key, value in node.value:
                pending.append(value)
                if isinstance(key, yaml.ScalarNode):
                    if key.value in keys:
                        line = key.start_mark.line + 1
                        raise BadInput(f"{file} has the key {key.value!r} twice: line {line}"[:300])
                    keys.add(key.value)
        elif isinstance(node, yaml.ScalarNode) and node.tag == _INT:
            if _DECIMAL.fullmatch(node.value):
                continue
            number = loader.construct_yaml_int(node)
            raise BadInput(
                f"{file}: line {line}: YAML reads {node.value[:40]} as {number}: "
                "write it as a decimal without leading zeros, or in quotes if it is text"
            )


def _recorded(file: str, values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    if value is None:
        raise BadInput(f"{file} has no {key}: it does not name the template of this service")
    if not isinstance(value, str):
        raise BadInput(f"{file}: {key} must be a string in quotes, not {value!r}"[:200])
    if not value or value.startswith("-") or not value.isprintable() or len(value) > 4096:
        raise BadInput(f"{file}: {key} is not usable: {value!r}"[:200])
    return value
