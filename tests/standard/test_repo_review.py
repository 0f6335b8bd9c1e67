"""The checks as a plugin of the real repo-review, in an otherwise empty environment."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from drydock_standard.families import classes, modules

from tests.support import Content, Outcome, commit, git, write
from tests.template.matrix import REPOSITORY

PACKAGE = REPOSITORY / "extensions/drydock_standard"
UV = str(Path(sys.executable).with_name("uv"))
UV_CACHE = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache/uv"  # before tests move home
GOOD: dict[str, Content] = {
    "pyproject.toml": "[project]\nname = 'a'\nrequires-python = '>=3.11'\ndependencies = []\n",
    "uv.lock": (
        'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "a"\n'
        'source = { virtual = "." }\n\n[package.metadata]\nrequires-dist = []\n'
    ),
    "tests/test_a.py": "def test_a():\n    pass\n",
}
MARKERS = "<<<<<<< yours\na\n=======\nb\n>>>>>>> theirs\n"


def uv(*arguments: object) -> None:
    """Run uv with this machine's cache."""
    environment = os.environ | {"UV_CACHE_DIR": str(UV_CACHE)}
    subprocess.run([UV, *map(str, arguments)], check=True, env=environment)


def call(command: Sequence[object], folder: Path, **more: str) -> Outcome:
    """Run a command in a folder."""
    process = subprocess.run(
        [*map(str, command)],
        cwd=folder, env=os.environ | {"COLUMNS": "200"} | more, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Outcome(process.returncode, process.stdout, process.stderr)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of drydock-standard."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--wheel", "--out-dir", folder, PACKAGE)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `bin` directory of an environment that contains only drydock-standard."""
    folder = tmp_path_factory.mktemp("alone")
    uv("venv", "--quiet", "--python", sys.executable, folder)
    uv("pip", "install", "--quiet", "--python", folder / "bin/python", wheel)
    return folder / "bin"


@pytest.mark.packaging
class TestAlone:
    """Without the engine, on repositories that use no template."""

    def test_wheel_contains_checks_and_changelogs(self, wheel: Path) -> None:
        names = set(zipfile.ZipFile(wheel).namelist())
        families = {f"drydock_standard/families/{name}.py" for name in modules()}
        assert names >= families | {"drydock_standard/CHANGELOG.md"}
        assert not {name for name in names if not name.startswith("drydock_standard")}

    def test_engine_is_not_installed(self, alone: Path) -> None:
        code = "import drydock_standard.run, importlib.util as i; assert not i.find_spec('drydock')"
        assert call([alone / "python", "-c", code], alone).code == 0

    def test_list_all_includes_every_check(self, alone: Path) -> None:
        listed = call([alone / "repo-review", "--list-all"], alone).out
        assert {code for code in classes() if f'"{code}"' in listed} == set(classes())

    def test_good_repository_passes_all_musts(self, alone: Path, tmp_path: Path) -> None:
        write(tmp_path, GOOD)
        outcome = call([alone / "repo-review", "--select", "DM"], tmp_path)
        assert (outcome.code, "DM202 All dependencies are locked" in outcome.out) == (0, True)
        assert "DS" not in outcome.out

    def test_failed_must_exits_with_3_and_shows_the_fix(self, alone: Path, tmp_path: Path) -> None:
        write(tmp_path, GOOD | {"a.py": MARKERS})
        outcome = call([alone / "repo-review", "--select", "DM", "."], tmp_path)
        assert outcome.code == 3
        assert "a.py:1" in outcome.out
        assert "Fix: resolve the conflict, remove the markers" in outcome.out

    def test_reason_of_a_skip_is_shown(self, alone: Path, tmp_path: Path) -> None:
        write(tmp_path, GOOD)
        out = call([alone / "repo-review"], tmp_path).out
        assert "(there is no Dockerfile for a Python service) [skipped]" in out
        assert "(queries the package index: drydock check --network" in out

    def test_checks_that_need_the_engine_are_skipped_with_that_reason(
        self, alone: Path, tmp_path: Path
    ) -> None:
        answers = "_commit: v1.4.0\n_src_path: gh:a/b\npackage_path: src/a\n"
        write(tmp_path, GOOD | {".copier-answers.yml": answers, "src/a/chassis/settings.py": ""})
        checks = json.loads(call([alone / "repo-review", "--format", "json"], tmp_path).out)[
            "checks"
        ]
        for code in ("DS106", "DC107", "DC108"):
            assert checks[code]["result"] is None
            assert checks[code]["description"].endswith("(drydock-engine is not installed here)")

    @pytest.mark.parametrize("format_", ["rich", "html", "json", "svg"])
    def test_every_output_format_shows_the_results(
        self, format_: str, alone: Path, tmp_path: Path
    ) -> None:
        write(tmp_path, GOOD | {"[b]<i>`.rej": "", "a.py": MARKERS})
        outcome = call([alone / "repo-review", "--format", format_], tmp_path)
        assert (outcome.code, outcome.err) == (3, "")
        assert "<i>" not in outcome.out or format_ != "html"
        if format_ != "svg":  # repo-review 1.3.0 draws an empty picture
            assert "No rejected patch is left over" in outcome.out

    def test_waiver_shows_its_reason_and_expired_waiver_fails(
        self, alone: Path, tmp_path: Path
    ) -> None:
        waivers = (
            "[tool.repo-review.ignore]\nDM101 = 'until 2999-01-01: a fixture'\n"
            "DM102 = 'until 2026-01-01: too late'\n"
        )
        project = f"{GOOD['pyproject.toml']!s}{waivers}"
        write(tmp_path, GOOD | {"a.py": MARKERS, "b.rej": "", "pyproject.toml": project})
        checks = json.loads(call([alone / "repo-review", "--format", "json"], tmp_path).out)[
            "checks"
        ]
        assert checks["DM101"]["skip_reason"] == "until 2999-01-01: a fixture"
        assert checks["DM102"]["result"] is False
        assert "`DM102` expired on 2026-01-01" in checks["DM000"]["err_msg"]

    @pytest.mark.parametrize("text", ["tool = 1\n", "a = " + "[" * 300 + "]" * 300])
    def test_pyproject_with_unexpected_types_does_not_abort_the_run(
        self, text: str, alone: Path, tmp_path: Path
    ) -> None:
        write(tmp_path, GOOD | {"pyproject.toml": text})
        outcome = call([alone / "repo-review", "--select", "DM201"], tmp_path)
        assert (outcome.code, outcome.err) == (3, "")

    @pytest.mark.parametrize("text", ["[", "\0"])
    def test_invalid_pyproject_fails_in_the_reader_of_repo_review(
        self, text: str, alone: Path, tmp_path: Path
    ) -> None:
        write(tmp_path, GOOD | {"pyproject.toml": text})
        outcome = call([alone / "repo-review", "--select", "DM201"], tmp_path)
        assert outcome.code == 1
        assert outcome.err.splitlines()[-1].startswith("tomllib.TOMLDecodeError: ")

    def test_fixture_names_of_all_plugins_are_unique(self, alone: Path) -> None:
        """Of two fixtures with one name, the order in which packages are listed decides."""
        code = (
            "import importlib.metadata as m; "
            "print(*(e.name for e in m.entry_points(group='repo_review.fixtures')))"
        )
        names = call([alone / "python", "-c", code], alone).out.split()
        assert "pyproject" in names
        assert len(names) == len(set(names))

    def test_package_dir_selects_a_directory_of_the_repository(
        self, alone: Path, tmp_path: Path
    ) -> None:
        write(tmp_path, {f"services/a/{name}": text for name, text in GOOD.items()})
        command = [alone / "repo-review", "--package-dir", "services/a", "--select", "DM"]
        assert call(command, tmp_path).code == 0


ACTION = REPOSITORY / "action.yml"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"


@pytest.mark.packaging
def test_action_runs_as_on_github(tmp_path: Path) -> None:
    step = yaml.safe_load(ACTION.read_text())["runs"]["steps"][0]
    assert step["env"] == {"SERVICE": "${{ inputs.path }}", "SELECT": "${{ inputs.select }}"}
    write(tmp_path, {"run.sh": step["run"], "temp/keep": ""})
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", tmp_path / "run.sh"]
    environment = {
        "SERVICE": "a service",
        "SELECT": "DM",
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_ACTION_PATH": str(REPOSITORY),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.html"),
    }
    write(tmp_path / "a service", GOOD)
    passed = call(command, tmp_path, **environment)
    write(tmp_path / "a service", {"a.py": MARKERS})
    failed = call(command, tmp_path, **environment)

    assert (passed.code, failed.code) == (0, 3), passed.err + failed.err
    assert "a.py:1" in failed.err
    summary = (tmp_path / "summary.html").read_text()
    assert summary.count("No file contains conflict markers") == 2
    assert "<code>a.py:1</code>" in summary


@pytest.mark.packaging
def test_hook_runs_in_pre_commit(tmp_path: Path) -> None:
    """pre-commit clones the repository, so a copy with everything committed is used."""
    hooks = tmp_path / "hooks"
    for name in git(REPOSITORY, "ls-files").splitlines():
        if not name.startswith(("template/", "tests/", "benchmarks/", "docs/")):
            (hooks / name).parent.mkdir(parents=True, exist_ok=True)
            (hooks / name).write_bytes((REPOSITORY / name).read_bytes())
    (hooks / HOOKS.name).write_bytes(HOOKS.read_bytes())
    git(hooks, "init", "--quiet")
    commit(hooks, "Begin")
    service = tmp_path / "service"
    write(service, GOOD)
    git(service, "init", "--quiet")
    commit(service, "Begin")
    command = [UV, "tool", "run", "--quiet", "pre-commit", "try-repo", hooks, "drydock-check"]
    environment = {"UV_CACHE_DIR": str(UV_CACHE), "PRE_COMMIT_HOME": str(tmp_path / "home")}

    passed = call(command, service, **environment)
    write(service, {"a.py": MARKERS})
    git(service, "add", "--all")
    failed = call(command, service, **environment)

    assert passed.code == 0, passed.out + passed.err
    assert failed.code == 1
    assert "a.py:1" in failed.out


def test_action_and_hook_match_their_schemas() -> None:
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    for file, schema in {ACTION: "vendor.github-actions", HOOKS: "vendor.pre-commit-hooks"}.items():
        if schema.endswith("hooks"):
            (hook,) = yaml.safe_load(file.read_text())
            assert {"id", "name", "entry", "language"} <= set(hook)
            continue
        subprocess.run([checker, "--builtin-schema", schema, file], check=True)


def test_zizmor_finds_nothing_in_the_action() -> None:
    zizmor = str(Path(sys.executable).with_name("zizmor"))
    outcome = call([zizmor, "--offline", "--persona", "pedantic", ACTION], REPOSITORY)
    assert outcome.code == 0, outcome.out + outcome.err
