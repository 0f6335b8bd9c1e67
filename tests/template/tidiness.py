"""Checks that a generated service looks carefully written, without running its code."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml
from ruff.__main__ import find_ruff_bin

from tests.template import matrix

UNRENDERED = re.compile(r"(?<!\$)\{\{[ -]|\{%|\{#[ -]")  # GitHub's own are `${{ … }}`
OTHER_TEMPLATES = ("chart/templates/", "chart/alerts/")  # Helm and Prometheus have braces, too
ILLEGAL_ON_WINDOWS = re.compile(r"""["'<>|?*:\\]|[ .]$""")
LONGEST_PATH = 120
# Words that only a service with one of these answers may have.
WORDS: dict[tuple[str, tuple[object, ...]], tuple[str, ...]] = {
    ("inference", ("local", "triton")): ("inference", "numpy", "model.py", "weights"),
    ("inference", ("triton",)): ("triton",),
    ("config_server", (True,)): ("config_server", "config server", "config-server", "spring"),
    ("tracing", (True,)): ("opentelemetry", "otlp", "otel_", "tracing", "exporter.py", "trace_id"),
    ("helm", (True,)): ("helm", "chart.yaml", "alert"),
    ("packaging", ("uv",)): ("uv.lock", "uv sync", "uv run", "uvx", "hatch", "uv_publish"),
    ("packaging", ("poetry",)): ("poetry", "pipx"),
    ("package_index", (matrix.PACKAGE_INDEX,)): ("tool.uv.index", "tool.poetry.source", "401"),
    ("ci", ("jenkins",)): ("jenkins", "tag_name"),
    ("ci", ("github",)): ("github",),
    ("ci", ("gitlab",)): ("gitlab", "ci_commit"),
}


def problems(service: Path, answers: dict[str, object]) -> list[str]:
    """Return the problems of a service's files, a line each."""
    found: list[str] = []
    for path in sorted(service.rglob("*")):
        name = path.relative_to(service).as_posix()
        if path.is_file():
            found += (f"{name}: {problem}" for problem in _of_file(path, name, answers))
    # Named explicitly, files are checked even if the service excludes them.
    files = [str(path) for path in sorted(service.rglob("*.py"))]
    for arguments in (["format", "--check", "--no-cache"], ["check", "--no-cache"]):
        ruff = subprocess.run(
            [find_ruff_bin(), *arguments, *files],
            cwd=service,
            capture_output=True,
            text=True,
            check=False,
        )
        if ruff.returncode:
            found.append(f"ruff {arguments[0]}: {ruff.stdout}{ruff.stderr}")
    return found


def _of_file(path: Path, name: str, answers: dict[str, object]) -> Iterator[str]:
    if len(name) > LONGEST_PATH:
        yield f"its path has {len(name)} characters"
    if any(ILLEGAL_ON_WINDOWS.search(part) for part in name.split("/")):
        yield "its name is illegal on Windows"
    text = path.read_text(encoding="utf-8")
    yield from _of_text(text, path.suffix)
    meant = re.findall(r"\{\{.*?\}\}", str(answers.get("description")))
    if name.startswith(OTHER_TEMPLATES):
        meant += ["{{ ", "{{-"]
    if any(found not in "".join(meant) for found in UNRENDERED.findall(text)):
        yield "something in it was not rendered"
    if not name.startswith(".copier"):
        without_links = re.sub(r"https://\S+", "", text.lower())
        yield from (
            f"{word!r} is about {question} {' or '.join(map(str, chosen))}, which was not chosen"
            for (question, chosen), words in WORDS.items()
            if question in answers and answers[question] not in chosen
            for word in words
            if word in without_links
        )
    if name.startswith("chart/templates/"):
        return  # tests/template/chart parses Helm's output
    try:
        _parse(text, path)
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        yield f"does not parse: {error}"


def _of_text(text: str, suffix: str) -> Iterator[str]:
    if not text.strip():
        yield "is empty"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield "does not end with one line end"
    if text.startswith("\n"):
        yield "begins with a blank line"
    if "\r" in text or "\t" in text:
        yield "has carriage returns or tabs"
    if re.search(r"[ \t]$", text, re.MULTILINE):
        yield "has blanks at the end of a line"
    if suffix == ".md" and re.search(r"[^\n]\n#{2,} ", text):
        yield "has a heading right below a text"
    most = 2 if suffix == ".py" or not suffix else 1
    if "\n" * (most + 2) in text:
        yield f"has more than {most} blank lines in a row"


def _parse(text: str, path: Path) -> None:
    if path.suffix == ".py":
        ast.parse(text)
    elif path.suffix == ".toml":
        tomllib.loads(text)
    elif path.suffix in (".yml", ".yaml"):
        yaml.safe_load(text)
    elif path.suffix == ".json":
        json.loads(text)
