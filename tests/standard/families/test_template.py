"""Checks of what a template left behind."""

import datetime
from pathlib import Path

import pytest
from drydock_standard import releases
from drydock_standard.families.template import TemplateRelease

from tests.standard.support import ANSWERS, CHASSIS, said
from tests.support import Content

MARKERS = "a\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> release v1.4.0\nd\n"
ADDRESS = "_src_path: https://git.example.com/platform/drydock.git\n"
TODAY = datetime.date(2026, 11, 28)


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("DM101", {"a.py": "x = 1\n"}),
        ("DM101", {"title.rst": "Title\n=======\n"}),
        ("DM101", {"only-begins.txt": "\n<<<<<<< yours\n=======\nx\n"}),
        ("DM101", {"quoted.md": f"    {MARKERS.replace(chr(10), chr(10) + '    ')}"}),
        ("DM101", {"binary.bin": b"\0\n" + MARKERS.encode()}),
        ("DM101", {"order.txt": ">>>>>>> b\n=======\n<<<<<<< a\n"}),
        ("DM102", {"a.py": "", "rejected.txt": ""}),
        ("DM102", {"photo.orig": ""}),
        ("DM103", {".copier-answers.yml": ANSWERS}),
        ("DM103", {".copier-answers.yml": ANSWERS.replace("https://", "ssh://git@")}),
        ("DM103", {".copier-answers.yml": "_commit: v1\n_src_path: git@host:group/x.git\n"}),
        ("DS104", {".copier-answers.yml": ANSWERS}),
        ("DS104", {".copier-answers.yml": "_src_path: gh:group/template\n"}),
        ("DS104", {".copier-answers.yml": "_src_path: git@host:group/template.git\n"}),
    ],
)
def test_passes(code: str, files: dict[str, Content], tmp_path: Path) -> None:
    assert said(code, tmp_path, files).passed


@pytest.mark.parametrize(
    ("code", "files", "finding"),
    [
        ("DM101", {"a.py": MARKERS}, "- `a.py:2`\n"),
        ("DM101", {"docs/a.md": MARKERS.replace("c\n", "||||||| base\nc\n")}, "- `docs/a.md:2`\n"),
        ("DM101", {"crlf.txt": MARKERS.replace("\n", "\r\n")}, "- `crlf.txt:2`\n"),
        ("DM101", {"uv.lock": MARKERS, "é`.txt": MARKERS}, "- `é'.txt:2`\n"),
        ("DM102", {"a.py.rej": ""}, "- `a.py.rej`\n"),
        ("DM102", {"src/a.py": "", "src/a.py.orig": ""}, "- `src/a.py.orig`\n"),
        (
            "DM103",
            {".copier-answers.yml": "a: [\n"},
            "`.copier-answers.yml`: `is not valid, line 2",
        ),
        ("DM103", {".copier-answers.yml": "- a\n"}, "holds no answers by name"),
        ("DM103", {".copier-answers.yml": ADDRESS}, "`_commit` is missing"),
        ("DM103", {".copier-answers.yml": f"_commit: 1.10\n{ADDRESS}"}, "or is not a text"),
        (
            "DM103",
            {".copier-answers.yml": "_src_path: https://u:p@h/x\n"},
            "`_src_path` holds a login",
        ),
        ("DM103", {".copier-answers.yml": "_src_path: https://token@h/x\n"}, "holds a login"),
        ("DS104", {".copier-answers.yml": "_src_path: /home/me/drydock\n"}, "of one machine"),
        ("DS104", {".copier-answers.yml": "_src_path: ../drydock\n"}, "`../drydock`"),
        ("DS104", {".copier-answers.yml": "_src_path: file:///srv/t\n"}, "of one machine"),
    ],
)
def test_fails(code: str, files: dict[str, Content], finding: str, tmp_path: Path) -> None:
    assert finding in said(code, tmp_path, files).failed


@pytest.mark.parametrize(
    ("code", "files", "reason"),
    [
        ("DM103", {"a.py": ""}, "no template made this service"),
        ("DS104", {"a.py": ""}, "no template made this service"),
        ("DS105", {"a.py": ""}, "this template did not make the service"),
        ("DS105", {".copier-answers.yml": ANSWERS}, "this template did not make the service"),
    ],
)
def test_is_skipped(code: str, files: dict[str, Content], reason: str, tmp_path: Path) -> None:
    assert said(code, tmp_path, files).skipped == reason


def test_a_login_is_not_repeated(tmp_path: Path) -> None:
    answers = "_commit: v1\n_src_path: https://user:hunter2@host/x\n"
    assert "hunter2" not in said("DM103", tmp_path, {".copier-answers.yml": answers}).failed


class _Today(datetime.date):
    @classmethod
    def today(cls) -> "_Today":
        return cls(TODAY.year, TODAY.month, TODAY.day)


def _known(monkeypatch: pytest.MonkeyPatch, days: dict[str, int]) -> None:
    known = {name: TODAY - datetime.timedelta(ago) for name, ago in days.items()}
    monkeypatch.setattr(releases, "known", lambda: known)
    monkeypatch.setattr(datetime, "date", _Today)


@pytest.mark.parametrize(
    ("days", "finding"),
    [
        ({"v1.4.0": 400}, ""),
        ({"v1.4.0": 400, "v1.5.0": 30}, ""),
        ({"v1.10.0": 31, "v1.4.0": 400}, "is 1 release behind v1.10.0"),
        ({"v1.10.0": 1, "v1.5.0": 90, "v1.4.0": 400}, "2 releases behind v1.10.0, the first of"),
        ({"v1.3.0": 40, "v1.5.0": 3}, "`v1.4.0` is no release of the template"),
    ],
)
def test_a_release_has_to_be_taken_within_30_days(
    days: dict[str, int], finding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _known(monkeypatch, days)
    found = said("DS105", tmp_path, dict(CHASSIS))
    assert found.passed != bool(finding)
    assert finding in found.failed


def test_a_release_that_this_package_does_not_know_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _known(monkeypatch, {"v1.3.0": 400})
    assert (
        said("DS105", tmp_path, dict(CHASSIS)).skipped == "its release is newer than this package"
    )


def test_the_releases_are_those_of_the_changelog() -> None:
    assert releases.known()["v1.3.0"] == datetime.date(2026, 11, 23)
    assert TemplateRelease.days == 30
