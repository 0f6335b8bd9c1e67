"""The changes that are printed when the pin of Copier moves."""

from pathlib import Path

from tests.peers import source
from tests.support import write

CHANGELOG = "# Changes\n\n## v9.10.0\n\n- new\n\n## v9.9.0\n\n- known\n"


def test_newer_changelog_sections_and_changed_tests_are_listed(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    same = "def test_same():\n    pass\n"
    write(old, {"tests/test_a.py": same + "def test_gone(): pass\ndef test_other(): assert 1\n"})
    write(
        new,
        {
            "CHANGELOG.md": CHANGELOG,
            "tests/test_a.py": "def test_same(): pass  # moved\ndef test_other(): assert 2\n",
            "tests/test_b.py": "def test_more(): pass\n",
        },
    )

    assert list(source.changes(old, new, "9.9.0")) == [
        "## v9.10.0\n\n- new",
        "removed test: test_a.py::test_gone",
        "changed test: test_a.py::test_other",
        "new test: test_b.py::test_more",
    ]
