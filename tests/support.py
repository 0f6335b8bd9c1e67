"""Small templates and services for tests of the engine."""

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from drydock.commands.new import new

Content = str | bytes | None
"""What to write into a file; None removes it."""

IN_CI = bool(os.environ.get("CI") or os.environ.get("DRYDOCK_CI"))
"""Whether an unavailable part is a failure."""

ANSWERS = "{{ _copier_answers|to_nice_yaml }}"
COPIER_YML = """\
_subdirectory: template
name:
  type: str
  help: What is it called?
  default: demo
  validator: "{% if ' ' in name %}a name has no spaces{% endif %}"
"""


GIT_SETTINGS = """\
[user]
	name = Tester
	email = tester@example.invalid
[init]
	# No sample hooks: creating so many files takes longer than most tests.
	templateDir =
[maintenance]
	# Otherwise each commit starts a process that looks for work.
	auto = false
"""


def own_settings(home: Path) -> dict[str, str]:
    """Turn an empty folder into a home with a git identity; return its environment."""
    (home / ".gitconfig").write_text(GIT_SETTINGS, encoding="utf-8")
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def missing(reason: str) -> NoReturn:
    """Skip the test because a part is unavailable; fail it in CI."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Outcome:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


def run_alone(*arguments: str | Path) -> Outcome:
    """Run the command line in a separate process, with empty input."""
    done = subprocess.run(
        [sys.executable, "-c", "from drydock.cli import main; main()", *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


def git(folder: Path, *arguments: str | Path, stdin: bytes = b"") -> str:
    """Run git in `folder`; return its output, decoded."""
    done = subprocess.run(
        ["git", *map(str, arguments)], cwd=folder, input=stdin, capture_output=True, check=True
    )
    return os.fsdecode(done.stdout).rstrip("\n")


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """Write (or remove) `files` below `folder`; a text that starts with `#!` is executable."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        if data.startswith(b"#!"):
            path.chmod(0o755)


def commit(folder: Path, message: str) -> None:
    """Commit everything in `folder`."""
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)


def head(folder: Path) -> str:
    """Return the commit that is checked out in `folder`."""
    return git(folder, "rev-parse", "HEAD")


def snapshot(folder: Path) -> dict[str, Any]:
    """Return every file below `folder`, with kind, executable bit and content."""
    files: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            files[name] = ("link", str(path.readlink()))
        elif path.is_file():
            files[name] = (bool(path.stat().st_mode & stat.S_IXUSR), path.read_bytes())
    return files


@dataclass(frozen=True)
class Template:
    """A template's repository."""

    path: Path

    @classmethod
    def make(cls, path: Path, copier_yml: str = COPIER_YML) -> "Template":
        """Create a template with only its questions and the answers file."""
        path.mkdir(parents=True)
        git(path, "init", "--quiet", "--initial-branch=main")
        template = cls(path)
        write(path, {"copier.yml": copier_yml})
        template.write({"{{ _copier_conf.answers_file }}.jinja": ANSWERS})
        return template

    def write(self, files: Mapping[str, Content]) -> None:
        """Write (or remove) files that the template renders."""
        write(self.path / "template", files)

    def release(self, tag: str, files: dict[str, Content] | None = None) -> None:
        """Write `files`, commit and tag."""
        self.write(files or {})
        commit(self.path, f"release: {tag}")
        git(self.path, "tag", "--annotate", tag, "--message", tag)


@dataclass(frozen=True)
class Service:
    """A service in its own repository, or in a folder of one."""

    path: Path

    @classmethod
    def make(cls, template: Template, path: Path, ref: str = "v1.0.0", **data: str) -> "Service":
        """Create a service from `template` and commit it."""
        new(
            path, say=lambda _: None, data=data, defaults=True, ref=ref, template=str(template.path)
        )
        if not (path / ".git").exists():
            commit(path, "start")
        return cls(path)

    def change(self, files: Mapping[str, Content], message: str = "work") -> None:
        """Write (or remove) `files` and commit."""
        write(self.path, files)
        commit(self.path, message)

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return (self.path / name).read_text()

    def status(self) -> str:
        """Return `git status` without untracked files."""
        return git(self.path, "status", "--porcelain", "--untracked-files=no")
