"""Helpers for tests of hand-written services."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from drydock.template.releases import open_template

from tests.legacy import Legacy
from tests.support import commit, git, write
from tests.template.matrix import REPOSITORY, as_upstream

NOW, NEXT = "v99.0.0", "v99.1.0"
"""Releases of the current template and of a later one."""
LATER = {
    "template/Dockerfile.jinja": ("UV_LINK_MODE=copy", "UV_LINK_MODE=hardlink"),
    "template/noxfile.py.jinja": ('"""Run the tests;', '"""Run every test;'),
    "template/{{ package_path }}/chassis/health.py": ('"""', '"""Later: '),
    "template/pyproject.toml.jinja": ('"structlog>=25.1"', '"structlog>=25.2"'),
}


def released(path: Path) -> Path:
    """Clone this repository to `path`, with releases of its working tree and of a later one."""
    git(REPOSITORY, "clone", "--quiet", REPOSITORY, path)
    git(path, "config", "user.name", "Tester")
    git(path, "config", "user.email", "tester@example.invalid")
    with open_template(str(REPOSITORY), REPOSITORY) as source:
        for release in source.releases.values():  # a clone of a clone may lack tags
            git(path, "tag", "--force", release.name, release.commit)
    shutil.rmtree(path / "template")
    shutil.copytree(REPOSITORY / "template", path / "template")
    for name in ("copier.yml", "company.yml", "reserved.yml", "company_questions.yml"):
        shutil.copy(REPOSITORY / name, path / name)
    as_upstream(path / "company.yml")
    _release(path, NOW)
    for name, (old, new) in LATER.items():
        file = path / name
        text = file.read_text()
        assert old in text, name
        file.write_text(text.replace(old, new, 1))
    _release(path, NEXT)
    return path


def _release(path: Path, tag: str) -> None:
    commit(path, f"release: {tag}")
    git(path, "tag", tag)


def make(legacy: Legacy, path: Path) -> Path:
    """Write a service and commit it; return its folder."""
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--initial-branch=main")
    write(path, dict(legacy.files))
    commit(path, "As it was")
    return path / legacy.folder


def texts(folder: Path) -> dict[str, str]:
    """Return the text of every file below `folder` that git would track, by path."""
    names = git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return {n: (folder / n).read_text() for n in names if n and (folder / n).is_file()}


def lost(before: dict[str, str], after: dict[str, str], reported: set[str]) -> Iterator[str]:
    """Yield the lines that a service lost without a report.

    `reported` are the files that the report lists as merged, removed or in conflict.
    """
    everything = {line.strip() for text in after.values() for line in text.splitlines()}
    for path, text in before.items():
        same = after.get(path)
        if same == text or path in reported:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and line.strip() not in everything:
                yield f"{path}:{number}: {line}"
