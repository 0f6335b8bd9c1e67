"""Access to the files of a repository; hostile repositories exhaust neither memory nor time."""

import os
from pathlib import Path

import pytest
from drydock_standard import repository
from drydock_standard.repository import LARGEST, Repository, Unusable
from drydock_standard.run import run
from repo_review.ghpath import GHPath

from tests.support import Content, commit, git, write

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP = 100_000


def test_tracked_files_that_exist_are_listed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {"a.py": "", "gone.py": "", "sub/b.py": ""})
    commit(tmp_path, "a")
    write(tmp_path, {"untracked.py": "", "gone.py": None})
    assert Repository(tmp_path).paths == ("a.py", "sub/b.py")
    assert Repository(tmp_path / "sub").paths == ("b.py",)


def test_without_git_all_files_except_caches_and_environments_are_listed(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", ".github/x.yml": "", ".venv/b.py": "", "node_modules/c.js": ""})
    assert Repository(tmp_path).paths == (".github/x.yml", "a.py")


def test_git_repository_without_tracked_files_is_listed_like_a_directory(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {"a.py": ""})
    assert Repository(tmp_path).paths == ("a.py",)


def test_git_settings_of_the_repository_run_no_command(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {"a.py": ""})
    commit(tmp_path, "a")
    git(tmp_path, "config", "core.fsmonitor", f"touch {tmp_path}/ran; false")
    assert Repository(tmp_path).paths == ("a.py",)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("tracked", [False, True])
def test_symbolic_links_are_not_followed(tracked: bool, tmp_path: Path) -> None:
    write(tmp_path, {"outside/secret.txt": "s", "in/a.py": ""})
    inside = tmp_path / "in"
    (inside / "link.txt").symlink_to(tmp_path / "outside/secret.txt")
    (inside / "folder").symlink_to(tmp_path / "outside")
    (inside / "loop").symlink_to(inside)
    if tracked:
        git(inside, "init", "--quiet")
        commit(inside, "a")
    read = Repository(inside)
    assert read.paths == ("a.py",)
    assert read.text("link.txt") is None
    assert read.text("../outside/secret.txt") is None


def test_file_replaced_by_a_link_is_read_unless_the_link_leads_outside(tmp_path: Path) -> None:
    write(tmp_path, {"outside/a.txt": "secret", "in/a.txt": "a", "in/b.txt": "b", "in/c.txt": "c"})
    git(tmp_path / "in", "init", "--quiet")
    commit(tmp_path / "in", "a")
    for name, to in (("a.txt", "../outside/a.txt"), ("b.txt", "c.txt")):
        (tmp_path / "in" / name).unlink()
        (tmp_path / "in" / name).symlink_to(to)
    read = Repository(tmp_path / "in")
    assert read.paths == ("a.txt", "b.txt", "c.txt")
    assert (read.text("a.txt"), read.text("b.txt")) == (None, "c")


def test_known_list_of_tracked_files_is_used(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a", "b.py": "b", "link": "l", "sub/c.py": "c"})
    known = {"a.py": "100644", "link": "120000", "sub/c.py": "100755", "gone.py": "100644"}
    assert Repository(tmp_path, tracked=known).paths == ("a.py", "sub/c.py")


def test_directory_replaced_by_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"outside/a.txt": "secret", "in/sub/a.txt": "mine"})
    git(tmp_path / "in", "init", "--quiet")
    commit(tmp_path / "in", "a")
    (tmp_path / "in/sub/a.txt").unlink()
    (tmp_path / "in/sub").rmdir()
    (tmp_path / "in/sub").symlink_to(tmp_path / "outside")
    read = Repository(tmp_path / "in")
    assert read.paths == ("sub/a.txt",)
    assert read.text("sub/a.txt") is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a\n", "a\n"),
        (b"\xef\xbb\xbfa\n", "a\n"),
        (b"\xff\n", "\N{REPLACEMENT CHARACTER}\n"),
        (b"a\0b", None),
        (b"x" * repository.LARGEST, "x" * repository.LARGEST),
        (b"x" * (repository.LARGEST + 1), None),
    ],
)
def test_binary_and_too_large_files_have_no_text(
    content: bytes, text: str | None, tmp_path: Path
) -> None:
    write(tmp_path, {"a.txt": content})
    assert Repository(tmp_path).text("a.txt") == text


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.yaml", BOMB, "contains too many values"),
        ("a.yaml", "[" * DEEP, "is n"),
        ("a.yaml", "a: " * 500 + "b", "is not valid, line 1"),
        ("a.yaml", "".join(f"{' ' * n}a:\n" for n in range(900)), "is nested too deeply"),
        ("a.yaml", "&a [*a]", "contains too many values"),
        ("a.yaml", "a: [\n", "is not valid, line 2"),
        ("a.yaml", "a: 2026-13-45\n", "is not valid"),
        ("a.yaml", f"a: {'9' * 5000}\n", "is not valid"),
        ("a.toml", "a = " + "[" * DEEP, "is n"),
        ("a.toml", f"a{'.a' * 200} = 1\n", "is nested too deeply"),
        ("a.toml", "a = \n", "is not valid"),
        ("a.json", "[" * DEEP, "is nested too deeply"),
        ("a.json", "[" * 100 + "]" * 100, "is nested too deeply"),
        ("a.json", "{", "is not valid"),
        ("gone.json", "", "does not exist"),
    ],
)
def test_unusable_file_gives_the_reason(name: str, text: str, why: str, tmp_path: Path) -> None:
    write(tmp_path, {name: text} if text else {"other": ""})
    read = Repository(tmp_path)
    parse = {"yaml": read.yaml, "toml": read.toml, "json": read.json}[name.rpartition(".")[2]]
    with pytest.raises(Unusable, match=why):
        parse(name)


def test_custom_yaml_tags_are_ignored(tmp_path: Path) -> None:
    write(
        tmp_path, {"a.yml": "a: !reference [x, y]\nb: !!python/object/apply:os.system [x]\nc: 1\n"}
    )
    assert Repository(tmp_path).yaml("a.yml") == {"a": None, "b": None, "c": 1}


def test_parent_directories_are_read_up_to_the_top_of_the_git_repository(tmp_path: Path) -> None:
    write(tmp_path, {"x.toml": "outside", "top/x.toml": "1", "top/a/x.toml": "2", "top/a/y": "3"})
    write(tmp_path, {"top/a/binary.toml": b"\0", "top/a/large.toml": "x" * (LARGEST + 1)})
    git(tmp_path / "top", "init", "--quiet")
    (tmp_path / "top/out.toml").symlink_to(tmp_path / "x.toml")
    (tmp_path / "top/a/b").mkdir()
    read = Repository(tmp_path / "top/a/b")
    assert [*read.above("*.toml")] == [("../x.toml", "2"), ("../../x.toml", "1")]
    assert [read.path_from(path) for path, _ in read.above("x.toml")] == ["b", "a/b"]
    assert [*Repository(tmp_path / "top").above("*.toml")] == []


def test_remote_repository_is_read() -> None:
    """repo-review reads GitHub repositories through a Traversable, without git."""
    at = "https://raw.githubusercontent.com/o/r/main"
    files = {"pyproject.toml": "[project]\nname = 'a'\n", "src/a.rej": ""}
    remote = GHPath(
        repo="o/r",
        branch="main",
        _info=[{"path": "src", "type": "tree"}, *({"path": p, "type": "blob"} for p in files)],
        _fetched={f"{at}/{path}": text for path, text in files.items()},
    )
    assert Repository(remote).paths == ("pyproject.toml", "src/a.rej")
    statuses = {result.code: result.status for result in run(remote)}
    assert (statuses["DM102"], statuses["DM201"], statuses["DM101"]) == (
        "failed",
        "skipped",
        "passed",
    )


def test_too_many_files_skip_the_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MOST_FILES", 2)
    write(tmp_path, {"a.txt": "", "b.txt": "", "c.txt": ""})
    results = {result.code: result for result in run(tmp_path)}
    assert results["DM101"].status == "skipped"
    assert results["DM101"].message == "the repository is too large to be read completely"
    assert results["DM201"].status == "skipped"


def test_too_much_text_skips_the_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MOST_BYTES", 10)
    write(tmp_path, {"a.txt": "x" * 8, "b.txt": "x" * 8, "c.txt": "x"})
    assert {result.code: result for result in run(tmp_path)}["DM101"].status == "skipped"


HOSTILE: dict[str, Content] = {
    ".copier-answers.yml": BOMB,
    "pyproject.toml": "a = " + "[" * 5000,
    "config/application.yml": "[" * DEEP,
    "chart/values.yaml": "&a [*a]",
    "chart/Chart.yaml": b"\0",
    "Dockerfile": "FROM python\n" + "RUN a \\\n" * 50_000,
    "app/settings.py": "(" * 10_000,
    "tests/test_a.py": "\\" * 900_000,
    "a.yml": "password: " + "a1" * 400_000,
    "b.yml": "://" + "a:" * 400_000,
    "c.txt": "<<<<<<< a\n" * 90_000 + "=======\n" * 10,
    "uv.lock": "[[package]]\n" * 50_000 + 'source = { virtual = "." }\n',
    "mypy.ini": "[" * 1000,
    "\n`<script>{0}[b].rej": "",
}


HOSTILE_CHASSIS: dict[str, Content] = {
    ".copier-answers.yml": "_commit: v1\n_src_path: gh:a/b\napp: a.main:app\npackage_path: a\n",
    "a/chassis/settings.py": "class C(B):\n    a: int = " + "-" * 3000 + "1\n",
    "a/settings.py": "(" * 10_000,
    "a/main.py": "[" * 90 + "]" * 90,
    "a/config.py": "".join(f"class A{n}(A{n + 1}, A{n + 1}): pass\n" for n in range(60)),
    "config/application.yml": "settings: a.config:A0\nx: {y: 1}\n",
    "Dockerfile": "FROM python:${A:-${A:-" * 2000,
    "ruff.toml": "[lint.per-file-ignores]\n# Debt\n"
    + "".join(f'"a{n}.py" = ["E"]\n' for n in range(20_000)),
    "uv.lock": '[[package]]\nsource = { virtual = "." }\n\n[package.metadata]\n',
    "pyproject.toml": "[project]\nname = 'a'\n[dependency-groups]\n"
    + "".join(
        f"g{n} = [{{include-group = 'g{n + 1}'}}, {{include-group = 'g{n + 1}'}}]\n"
        for n in range(60)
    ),
    "one.txt": "<<<<<<< a\n" + "=======\n" * 100_000,
    "k8s/a.yaml": "apiVersion: v1\nkind: Deployment\n" + "httpGet:\n" * 50_000,
}


@pytest.mark.parametrize(
    "files", [HOSTILE, HOSTILE | HOSTILE_CHASSIS], ids=["plain", "with a chassis"]
)
def test_hostile_repository_runs_through_all_checks(
    files: dict[str, Content], tmp_path: Path
) -> None:
    write(tmp_path, files)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.txt")
    results = run(tmp_path)
    failures = [result.message for result in results if "The check itself failed" in result.message]
    assert failures == []
    rejected = next(result.message for result in results if result.code == "DM102")
    assert rejected.startswith("- ` '<script>{0}[b].rej`\n")
