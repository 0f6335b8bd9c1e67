"""The lock file of an adopted service, and the report when it cannot be locked."""

from pathlib import Path

import pytest
from drydock.adoption.place import place_of
from drydock.commands import first_lock
from drydock.report.outcomes import RetrofitReport

from tests.support import commit, git, write

pytestmark = pytest.mark.usefixtures("shared_uv_cache")

PYPROJECT = '[project]\nname = "parcels"\nversion = "1.0.0"\nrequires-python = ">=3.11"\n'


@pytest.mark.parametrize(
    ("required", "locks_by"),
    [
        ("no-such-package-of-anybody==1.0", "uv lock, where its indexes can be reached"),
        ("parcels==2.0", "drydock retrofit --resolve --apply"),
    ],
    ids=["needs-an-index", "conflicting-pins"],
)
def test_unlockable_requirement_of_a_codemod_is_reported(
    required: str, locks_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    lock = 'version = 1\nrequires-python = ">=3.11"\n'
    write(tmp_path, {"pyproject.toml": PYPROJECT, "uv.lock": lock})
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "As it was")
    place = place_of(tmp_path)
    write(tmp_path, {"pyproject.toml": f'{PYPROJECT}dependencies = ["{required}"]\n'})
    report = RetrofitReport(str(tmp_path), "", "", False, [], [], {}, [])
    assert first_lock.again(place, report, ()) is None
    assert report.unlocked.startswith("uv.lock lacks new requirements of the code: ")
    assert report.locks_by.startswith(locks_by)
    assert [todo.why for todo in report.todo] == [report.unlocked]
    assert (tmp_path / "uv.lock").read_text() == lock
