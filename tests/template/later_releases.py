"""Possible releases after the working tree's, each with one typical change of a template.

They are derived from the current template, so that the tests stay valid while it grows.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Later:
    """The change of a later release to a checkout of this repository."""

    change: Callable[[Path], None]
    minor: bool = False
    """Whether a minor release may make the change: stock Copier must handle it, too."""
    renames: tuple[str, str] = ("", "")
    """A file, and its new name."""
    same_unit: frozenset[str] = frozenset()
    """Edits of teams that change the same unit, and so may conflict."""
    same_lines: frozenset[str] = frozenset()
    """Edits that only touch the same or adjacent lines: stock Copier may conflict."""


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new))


def _delete(checkout: Path) -> None:
    (checkout / "template/.pre-commit-config.yaml.jinja").unlink()


def _rename(checkout: Path) -> None:
    template = checkout / "template"
    (template / "ruff.toml.jinja").rename(template / ".ruff.toml.jinja")


def _split(checkout: Path) -> None:
    guide = checkout / "template/docs/operations.md.jinja"
    text = guide.read_text()
    start, end = text.index("## Ports"), text.index("## Configuration")
    (guide.parent / "ports.md.jinja").write_text(
        text[start:end].replace("## ", "# ").rstrip() + "\n"
    )
    guide.write_text(text[:start] + text[end:])


def _reformat(checkout: Path) -> None:
    template = checkout / "template"
    ruff = template / "ruff.toml.jinja"
    ruff.write_text(re.sub(r"^    ", "  ", ruff.read_text(), flags=re.MULTILINE))
    project = template / "pyproject.toml.jinja"
    project.write_text(re.sub(r'^    "', '  "', project.read_text(), flags=re.MULTILINE))
    noxfile = template / "noxfile.py.jinja"
    sync = '        "uv",\n        "sync",\n        "--quiet",\n        external=True,\n'
    _rewrite(noxfile, sync, '        *("uv", "sync", "--quiet"),\n        external=True,\n')


def _ask(checkout: Path) -> None:
    question = "channel:\n  type: str\n  help: Where its team talks\n  default: '#services'\n\n"
    _rewrite(checkout / "copier.yml", "package_path:\n  type", f"{question}package_path:\n  type")
    guide = checkout / "template/docs/operations.md.jinja"
    guide.write_text(guide.read_text() + "\n## Help\n\nAsk in {{ channel }}.\n")


def _add_choice(checkout: Path) -> None:
    _rewrite(checkout / "copier.yml", '"3.13", "3.14"]', '"3.13", "3.14", "3.15"]')
    _rewrite(checkout / "copier.yml", 'default: "3.13"', 'default: "3.14"')


def _raise_dependencies(checkout: Path) -> None:
    project = checkout / "template/pyproject.toml.jinja"
    _rewrite(project, '"structlog>=25.1"', '"structlog>=25.4,<27"')
    _rewrite(project, '"mypy>=1.18"', '"mypy>=1.19"')
    _rewrite(project, '    "ruff>=0.14",\n', '    "ruff>=0.15",\n')


def _extend(checkout: Path) -> None:
    """Change the places that teams change: the list in each file grows in its middle."""
    template = checkout / "template"
    _rewrite(
        template / "pyproject.toml.jinja", '    "uvicorn>', '    "tenacity>=9",\n    "uvicorn>'
    )
    _rewrite(
        template / "ruff.toml.jinja", '    "S104", #', '    "S105", # no secret\n    "S104", #'
    )
    _rewrite(template / ".gitignore", ".env\n", ".env\n.env.local\n")
    _rewrite(template / ".dockerignore.jinja", "docs\n", "docs\ndeploy\n")
    _rewrite(template / "Dockerfile.jinja", "USER 10001\n", "USER 10001\nSTOPSIGNAL SIGTERM\n")
    noxfile = template / "noxfile.py.jinja"
    _rewrite(noxfile, "\n\n@nox.session\ndef tests", f"{AUDIT}\n\n@nox.session\ndef tests")
    hooks = template / ".pre-commit-config.yaml.jinja"
    _rewrite(hooks, "      - id: ruff-check\n", f"{HOOK}      - id: ruff-check\n")
    _rewrite(
        template / "pytest.toml", "xfail_strict = true", 'xfail_strict = true\nminversion = "9"'
    )


AUDIT = '''

@nox.session
def audit(session: nox.Session) -> None:
    """Look for known vulnerabilities."""
    session.run("uv", "audit", external=True)
'''
HOOK = """\
      - id: types
        name: types
        entry: uv run mypy
        language: system
        pass_filenames: false
"""

LATER = {
    "file deleted": Later(_delete, same_unit=frozenset({"hook added"})),
    "file renamed": Later(_rename, renames=("ruff.toml", ".ruff.toml")),
    "file split": Later(_split),
    "reformatted": Later(_reformat),
    "new question": Later(_ask, minor=True),
    "choice added": Later(_add_choice, minor=True),
    "dependency major": Later(
        _raise_dependencies, minor=True, same_lines=frozenset({"dependency raised", "tool added"})
    ),
    "lists grow": Later(_extend),
}
