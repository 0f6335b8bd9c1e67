"""A committed service is found; anything else is rejected with one line."""

from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.project import find

from tests.support import commit, git, write

ANSWERS = "_src_path: https://git.example.com/standard.git\n_commit: v1.0.0\n"


def make(folder: Path, prefix: str = "") -> Path:
    """Create a repository with a service in the folder `prefix`; return that folder."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    write(folder, {f"{prefix}.copier-answers.yml": ANSWERS, f"{prefix}app.py": "", "other": ""})
    commit(folder, "start")
    return folder / prefix


@pytest.mark.parametrize("prefix", ["", "services/shop/"])
def test_service_has_its_path_in_the_repository(tmp_path: Path, prefix: str) -> None:
    service = find(make(tmp_path / "all", prefix))
    assert service.prefix == prefix
    assert service.repository.top == tmp_path / "all"
    assert f"{prefix}app.py" in service.tracked
    assert service.answers.release == "v1.0.0"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"app.py": "x = 1\n"}, "uncommitted changes: commit or stash them first: app.py"),
        (
            {"app.py": "x = 1\n", ".copier-answers.yml": f"{ANSWERS}a: 1\n"},
            "uncommitted changes: commit or stash them first: .copier-answers.yml and 1 more",
        ),
        (
            {".copier-answers.yml": ANSWERS.replace("https://", "https://me:secret@")},
            ".copier-answers.yml: _src_path contains credentials: remove them",
        ),
    ],
)
def test_uncommitted_changes_and_credentials_are_rejected(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    folder = make(tmp_path / "all")
    write(folder, files)
    with pytest.raises(BadInput) as caught:
        find(folder)
    assert str(caught.value) == message
    assert "secret" not in str(caught.value)


def test_changes_outside_the_service_are_rejected_only_with_alone(tmp_path: Path) -> None:
    folder = make(tmp_path / "all", "shop/")
    write(tmp_path / "all", {"other": "changed\n"})
    assert find(folder).prefix == "shop/"
    with pytest.raises(BadInput, match=r"uncommitted changes.*: other$"):
        find(folder, alone=True)


def test_folder_outside_a_repository_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not in a git repository"):
        find(tmp_path)
    with pytest.raises(BadInput, match="is not a directory"):
        find(tmp_path / "nowhere")


def test_repository_without_a_commit_is_rejected(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {".copier-answers.yml": ANSWERS})
    with pytest.raises(BadInput, match="has no commit yet: commit the service first"):
        find(tmp_path)


def test_untracked_answers_file_is_rejected(tmp_path: Path) -> None:
    folder = make(tmp_path / "all")
    git(folder, "rm", "--quiet", "--cached", ".copier-answers.yml")
    git(folder, "commit", "--quiet", "--message", "forget it")
    with pytest.raises(BadInput, match="is not committed: commit the service first"):
        find(folder)


def test_unknown_home_is_bad_input() -> None:
    with pytest.raises(BadInput, match="~nobody-here: there is no such home"):
        find(Path("~nobody-here"))
