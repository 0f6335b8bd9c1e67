"""Which files of a service are read, and how they are decoded."""

from pathlib import Path

import pytest
from drydock.adoption.place import place_of, texts_of
from drydock.errors import BadInput

from tests.support import commit, git

READ = {
    "no line end at the end": ("pyproject.toml", b"[project]", "[project]\n"),
    "module that declares its encoding": (
        "main.py",
        "# -*- coding: latin-1 -*-\r\na = 'ö'\r\n".encode("latin-1"),
        "# -*- coding: latin-1 -*-\na = 'ö'\n",
    ),
    "UTF-16 of PowerShell": ("requirements.txt", "a==1\r\n".encode("utf-16"), "a==1\n"),
    "UTF-8 with a byte order mark": ("requirements.txt", b"\xef\xbb\xbfa==1\n", "a==1\n"),
    "comments in Latin-1": ("requirements.txt", b"a  # \xfcber\n", "a  # \u00fcber\n"),
    "an empty file": ("requirements.txt", b"", ""),
}
UNREAD = {
    "an image": ("logo.png", b"\x89PNG\r\n\0"),
    "code in Latin-1": ("main.py", b"# \xfc\n"),
}


@pytest.mark.parametrize("case", READ)
def test_text_file_is_decoded(case: str) -> None:
    path, content, expected = READ[case]
    assert texts_of({path: content}) == {path: expected}


@pytest.mark.parametrize("case", UNREAD)
def test_other_file_is_not_read(case: str) -> None:
    path, content = UNREAD[case]
    assert texts_of({path: content}) == {}


def test_symbolic_link_is_read_as_its_target(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/base.txt").write_text("a==1\n")
    (tmp_path / "requirements.txt").symlink_to("requirements/base.txt")
    (tmp_path / "outside.txt").symlink_to("/etc/hostname")
    commit(tmp_path, "As it was")
    place = place_of(tmp_path)
    assert place.files == {"requirements.txt": "a==1\n", "requirements/base.txt": "a==1\n"}
    assert list(place.contents) == ["requirements/base.txt"]


def test_unknown_home_folder_is_bad_input() -> None:
    with pytest.raises(BadInput, match="~nobody-here: there is no such home"):
        place_of(Path("~nobody-here"))
