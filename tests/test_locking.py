"""Locking a service: only in its own folder, and with uv's own errors."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from drydock import locking
from drydock.commands import update
from drydock.errors import BadInput, UserError, undone_by

from tests.support import Outcome, snapshot, write

pytestmark = pytest.mark.usefixtures("shared_uv_cache")

PROJECT = '[project]\nname = "{}"\nversion = "1"\nrequires-python = ">=3.10"\n'
WORKSPACE = PROJECT.format("all") + '[tool.uv.workspace]\nmembers = ["a*", "deep/*"]\n'
MEMBER = "a member of the uv workspace in {}: run uv lock there"


@pytest.mark.parametrize(
    ("folder", "root"),
    [("a", "../"), ("deep/a", "../../")],
)
def test_workspace_member_is_not_locked(tmp_path: Path, folder: str, root: str) -> None:
    service = tmp_path / folder
    write(tmp_path, {"pyproject.toml": WORKSPACE, "uv.lock": "version = 1\n"})
    write(service, {"pyproject.toml": PROJECT.format("shop")})
    before = snapshot(tmp_path)

    assert locking.write(service) == MEMBER.format(root)
    assert locking.write(service, {"fastapi": "0.115.0"}) == MEMBER.format(root)
    assert snapshot(tmp_path) == before


def test_workspace_member_is_recognized_through_a_symbolic_link(tmp_path: Path) -> None:
    write(tmp_path / "all", {"pyproject.toml": WORKSPACE})
    write(tmp_path / "all/a", {"pyproject.toml": PROJECT.format("shop")})
    (tmp_path / "link").symlink_to("all/a")
    assert locking.write(tmp_path / "link") == MEMBER.format("../")


@pytest.mark.parametrize(
    ("above", "folder", "more"),
    [
        pytest.param(WORKSPACE, "b", "", id="not-a-member"),
        pytest.param(WORKSPACE + 'exclude = ["a1"]\n', "a1", "", id="excluded"),
        pytest.param(WORKSPACE, "b", "[tool.uv.workspace]\n", id="its-own-workspace"),
        pytest.param(PROJECT.format("all"), "a", "", id="project-without-workspace"),
        pytest.param("[tool.ruff]\n", "a", "", id="other-tool-settings"),
    ],
)
def test_service_below_an_unrelated_project_is_locked_in_its_own_folder(
    tmp_path: Path, above: str, folder: str, more: str
) -> None:
    write(tmp_path, {"pyproject.toml": above})
    write(tmp_path / folder, {"pyproject.toml": PROJECT.format("shop") + more})
    before = snapshot(tmp_path)

    assert locking.write(tmp_path / folder) is None
    after = snapshot(tmp_path)
    assert after.keys() - before.keys() == {f"{folder}/uv.lock"}
    assert {name: after[name] for name in before} == before


def test_broken_workspace_is_reported_with_uv_error(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": WORKSPACE})
    write(tmp_path / "a", {"pyproject.toml": PROJECT.format("shop")})
    write(tmp_path / "a2", {"pyproject.toml": "[project\n"})
    before = snapshot(tmp_path)
    assert "a2" in (locking.write(tmp_path / "a") or "")
    assert snapshot(tmp_path) == before


def test_missing_cache_entry_is_distinguished_from_no_solution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))
    text = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [{}]\n'
    for lock in (
        lambda text: locking.locked(text, offline=True),
        lambda text: locking.wheels(text, "3.11", offline=True),
    ):
        with pytest.raises(locking.LockError) as lacking:
            lock(text.format('"attrs"'))
        with pytest.raises(locking.LockError) as unsolvable:
            lock(text.format('"attrs>2", "attrs<1"'))
        assert locking.lacks_network(str(lacking.value))
        assert not locking.lacks_network(str(unsolvable.value))


@pytest.mark.parametrize("text", ["[", f"a = {'1' * 5000}", "a = " + "[" * 5000])
def test_invalid_lock_file_is_named(text: str) -> None:
    with pytest.raises(BadInput, match=r"uv\.lock is not valid"):
        locking.packages(text)


@pytest.mark.parametrize("pinned", ["3.11.99\n", "no-such-environment\n"])
def test_locking_does_not_need_the_pinned_python(tmp_path: Path, pinned: str) -> None:
    write(tmp_path, {"pyproject.toml": PROJECT.format("shop"), ".python-version": pinned})
    assert locking.write(tmp_path) is None
    assert (tmp_path / "uv.lock").exists()


def test_unreachable_index_is_not_taken_for_bad_input() -> None:
    failed = subprocess.CompletedProcess("uv", 2, stderr="error: Failed to fetch: `https://a/b/`")
    with pytest.raises(UserError, match="Failed to fetch") as caught, undone_by("git reset --hard"):
        locking.require_index(failed)
    assert type(caught.value) is locking.NoIndexError
    assert not isinstance(caught.value, BadInput)


def test_unreachable_index_ends_a_command_with_one_line(
    drydock: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise locking.NoIndexError("uv: Failed to fetch\nhttps://a/b/")

    monkeypatch.setattr(update, "update", fail)
    outcome = drydock("update")
    assert (outcome.code, outcome.err) == (2, "drydock: uv: Failed to fetch https://a/b/\n")
