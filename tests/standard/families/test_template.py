"""Checks of the service's link to its template."""

import datetime
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from drydock_standard import releases
from drydock_standard.families.template import TemplateRelease

from tests.standard.support import ANSWERS, CHASSIS, TODAY, Today, run_check
from tests.support import Content, Service, Template

MARKERS = "a\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> release v1.4.0\nd\n"
ADDRESS = "_src_path: https://git.example.com/platform/drydock.git\n"


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("DM101", {"a.py": "x = 1\n"}),
        ("DM101", {"title.rst": "Title\n=======\n"}),
        ("DM101", {"only-begins.txt": "\n<<<<<<< yours\n=======\nx\n"}),
        ("DM101", {"quoted.md": f"    {MARKERS.replace(chr(10), chr(10) + '    ')}"}),
        ("DM101", {"binary.bin": b"\0\n" + MARKERS.encode()}),
        ("DM101", {"order.txt": ">>>>>>> b\n=======\n<<<<<<< a\n"}),
        ("DM101", {"lengths.md": "<<<<<<< a\n========\n>>>>>>>>> b\n=======\n"}),
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
def test_check_passes(code: str, files: dict[str, Content], tmp_path: Path) -> None:
    assert run_check(code, tmp_path, files).passed


@pytest.mark.parametrize(
    ("code", "files", "finding"),
    [
        ("DM101", {"a.py": MARKERS}, "- `a.py:2`\n"),
        ("DM101", {"docs/a.md": MARKERS.replace("c\n", "||||||| base\nc\n")}, "- `docs/a.md:2`\n"),
        ("DM101", {"crlf.txt": MARKERS.replace("\n", "\r\n")}, "- `crlf.txt:2`\n"),
        ("DM101", {"uv.lock": MARKERS, "é`.txt": MARKERS}, "- `é'.txt:2`\n"),
        (
            "DM101",
            {"title.md": "<<<<<<<< yours\nb\n=======\n<<<<<<< x\n========\nc\n>>>>>>>> new\n"},
            "- `title.md:1`\n",
        ),
        ("DM102", {"a.py.rej": ""}, "- `a.py.rej`\n"),
        ("DM102", {"src/a.py": "", "src/a.py.orig": ""}, "- `src/a.py.orig`\n"),
        (
            "DM103",
            {".copier-answers.yml": "a: [\n"},
            "`.copier-answers.yml`: `is not valid, line 2",
        ),
        ("DM103", {".copier-answers.yml": "- a\n"}, "is not a mapping of answers"),
        ("DM103", {".copier-answers.yml": ADDRESS}, "`_commit` is missing"),
        (
            "DM103",
            {".copier-answers.yml": f"_commit: 1.10\n{ADDRESS}"},
            "or is not a quoted string",
        ),
        (
            "DM103",
            {".copier-answers.yml": "_src_path: https://u:p@h/x\n"},
            "`_src_path` contains credentials",
        ),
        (
            "DM103",
            {".copier-answers.yml": "_src_path: https://token@h/x\n"},
            "contains credentials",
        ),
        ("DS104", {".copier-answers.yml": "_src_path: /home/me/drydock\n"}, "is a local directory"),
        ("DS104", {".copier-answers.yml": "_src_path: ../drydock\n"}, "`../drydock`"),
        ("DS104", {".copier-answers.yml": "_src_path: file:///srv/t\n"}, "is a local directory"),
    ],
)
def test_check_reports_finding(
    code: str, files: dict[str, Content], finding: str, tmp_path: Path
) -> None:
    assert finding in run_check(code, tmp_path, files).failed


@pytest.mark.parametrize(
    ("code", "files", "reason"),
    [
        ("DM103", {"a.py": ""}, "the service uses no template"),
        ("DS104", {"a.py": ""}, "the service uses no template"),
        ("DS105", {"a.py": ""}, "the service does not use this template"),
        ("DS105", {".copier-answers.yml": ANSWERS}, "the service does not use this template"),
    ],
)
def test_check_is_skipped_with_reason(
    code: str, files: dict[str, Content], reason: str, tmp_path: Path
) -> None:
    assert run_check(code, tmp_path, files).skipped == reason


def test_credentials_are_not_shown_in_the_report(tmp_path: Path) -> None:
    answers = "_commit: v1\n_src_path: https://user:hunter2@host/x\n"
    assert "hunter2" not in run_check("DM103", tmp_path, {".copier-answers.yml": answers}).failed


def _known(monkeypatch: pytest.MonkeyPatch, days: dict[str, int]) -> None:
    known = {name: TODAY - datetime.timedelta(ago) for name, ago in days.items()}
    monkeypatch.setattr(releases, "known", lambda: known)
    monkeypatch.setattr(datetime, "date", Today)


@pytest.mark.parametrize(
    ("days", "finding"),
    [
        ({"v1.4.0": 400}, ""),
        ({"v1.4.0": 400, "v1.5.0": 30}, ""),
        ({"v1.10.0": 31, "v1.4.0": 400}, "is 1 release behind v1.10.0"),
        (
            {"v1.10.0": 1, "v1.5.0": 90, "v1.4.0": 400},
            "2 releases behind v1.10.0: an update has been available for 90",
        ),
        ({"v1.3.0": 40, "v1.5.0": 3}, "`v1.4.0` is not a release of the template"),
    ],
)
def test_service_must_update_within_30_days(
    days: dict[str, int], finding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _known(monkeypatch, days)
    result = run_check("DS105", tmp_path, dict(CHASSIS))
    assert result.passed != bool(finding)
    assert finding in result.failed


def test_unknown_newer_release_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _known(monkeypatch, {"v1.3.0": 400})
    assert (
        run_check("DS105", tmp_path, dict(CHASSIS)).skipped
        == "the service's release is newer than this package"
    )


def test_releases_are_read_from_the_changelog() -> None:
    assert releases.known()["v1.3.0"] == datetime.date(2026, 11, 23)
    assert TemplateRelease.days == 30


class TestWithTheEngine:
    """Checks that use the engine, where it is installed."""

    FILES: ClassVar[dict[str, Content]] = CHASSIS | {"src/iris/main.py": "app = FastAPI()\n"}

    @pytest.mark.parametrize("code", ["DS106", "DC108"])
    def test_check_passes(self, code: str, tmp_path: Path) -> None:
        assert run_check(code, tmp_path, self.FILES).passed

    @pytest.mark.parametrize(
        ("code", "text", "finding"),
        [
            ("DS106", "other = 1\n", "`src/iris/main.py` has `no app in it`"),
            ("DC108", "logging.basicConfig()\n", "`src/iris/main.py:1`: `basicConfig`;"),
        ],
    )
    def test_check_reports_finding(
        self, code: str, text: str, finding: str, tmp_path: Path
    ) -> None:
        files: dict[str, Content] = {"src/iris/main.py": text}
        assert finding in run_check(code, tmp_path, self.FILES | files).failed

    @pytest.mark.parametrize("code", ["DS106", "DC107", "DC108"])
    def test_check_is_skipped_without_a_chassis(self, code: str, tmp_path: Path) -> None:
        assert "does not use this template" in run_check(code, tmp_path, {"a.py": ""}).skipped

    @pytest.mark.parametrize("code", ["DS106", "DC107", "DC108"])
    def test_check_is_skipped_without_the_engine(
        self, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("answers", "drift", "superfluous"):
            monkeypatch.setitem(sys.modules, f"drydock.conformance.{name}", None)
        assert (
            run_check(code, tmp_path, self.FILES).skipped == "drydock-engine is not installed here"
        )

    def test_drift_is_skipped_without_network_access(self, tmp_path: Path) -> None:
        assert "reads the template" in run_check("DC107", tmp_path, self.FILES).skipped

    def test_drift_is_skipped_if_the_release_does_not_exist(self, tmp_path: Path) -> None:
        template = Template.make(tmp_path / "t")
        template.release("v1.0.0")
        answers = ANSWERS.replace(
            "https://git.example.com/platform/drydock.git", str(template.path)
        )
        reason = run_check(
            "DC107", tmp_path / "s", self.FILES | {".copier-answers.yml": answers}
        ).skipped
        assert "the service's release cannot be rendered:" in reason
        assert "has no release ?v1.4.0?" in reason

    def test_drift_reports_edited_files_except_those_meant_to_be_extended(
        self, tmp_path: Path
    ) -> None:
        template = Template.make(tmp_path / "t")
        rendered = {
            "Dockerfile": "FROM a\n",
            "pyproject.toml": "",
            "src/iris/chassis/settings.py": "",
        }
        template.release("v1.0.0", dict(rendered))
        service = Service.make(template, tmp_path / "s")
        answers = service.read(".copier-answers.yml") + "package_path: src/iris\n"
        files: dict[str, Content] = {"Dockerfile": "FROM b\n", "pyproject.toml": "a = 1\n"}
        message = run_check("DC107", service.path, files | {".copier-answers.yml": answers}).failed
        assert message.startswith("- `Dockerfile` was edited\n\n")
