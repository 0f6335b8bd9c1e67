"""The checks as a plugin of the real repo-review, in an environment with nothing else in it."""

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
    """Run uv with the cache that the machine has."""
    environment = os.environ | {"UV_CACHE_DIR": str(UV_CACHE)}
    subprocess.run([UV, *map(str, arguments)], check=True, env=environment)


def call(command: Sequence[object], folder: Path, **more: str) -> Outcome:
    """Run a command in a folder."""
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder, env=os.environ | {"COLUMNS": "200"} | more, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of drydock-standard."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--wheel", "--out-dir", folder, PACKAGE)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has drydock-standard and what it needs."""
    folder = tmp_path_factory.mktemp("alone")
    uv("venv", "--quiet", "--python", sys.executable, folder)
    uv("pip", "install", "--quiet", "--python", folder / "bin/python", wheel)
    return folder / "bin"


@pytest.mark.packaging
class TestAlone:
    """Without the engine, and with no service of a template."""

    def test_the_wheel_has_the_checks_and_the_changelogs(self, wheel: Path) -> None:
        names = set(zipfile.ZipFile(wheel).namelist())
        families = {f"drydock_standard/families/{name}.py" for name in modules()}
        assert names >= families | {"drydock_standard/CHANGELOG.md"}
        assert not {name for name in names if not name.startswith("drydock_standard")}

    def test_nothing_of_the_engine_is_installed(self, alone: Path) -> None:
        code = "import drydock_standard.run, importlib.util as i; assert not i.find_spec('drydock')"
        assert call([alone / "python", "-c", code], alone).code == 0

    def test_every_check_is_listed(self, alone: Path) -> None:
        listed = call([alone / "repo-review", "--list-all"], alone).out
        assert {code for code in classes() if f'"{code}"' in listed} == set(classes())

    def test_a_good_repository_passes_the_musts(self, alone: Path, tmp_path: Path) -> None:
        write(tmp_path, GOOD)
        outcome = call([alone / "repo-review", "--select", "DM"], tmp_path)
        assert (outcome.code, "DM202 Every dependency is locked" in outcome.out) == (0, True)
        assert "DS" not in outcome.out

    def test_a_must_that_fails_exits_with_3_and_says_how_to_fix_it(
        self, alone: Path, tmp_path: Path
    ) -> None:
        write(tmp_path, GOOD | {"a.py": MARKERS})
        outcome = call([alone / "repo-review", "--select", "DM", "."], tmp_path)
        assert outcome.code == 3
        assert "a.py:1" in outcome.out
        assert "Fix: decide what the file is to say" in outcome.out

    def test_why_a_check_was_skipped_is_shown(self, alone: Path, tmp_path: Path) -> None:
        write(tmp_path, GOOD)
        out = call([alone / "repo-review"], tmp_path).out
        assert "(there is no Dockerfile of a Python service) [skipped]" in out
        assert "(it asks the package index: drydock check --network" in out

    def test_what_needs_the_engine_says_so(self, alone: Path, tmp_path: Path) -> None:
        answers = "_commit: v1.4.0\n_src_path: gh:a/b\npackage_path: src/a\n"
        write(tmp_path, GOOD | {".copier-answers.yml": answers, "src/a/chassis/settings.py": ""})
        checks = json.loads(call([alone / "repo-review", "--format", "json"], tmp_path).out)[
            "checks"
        ]
        for code in ("DS106", "DC107", "DC108"):
            assert checks[code]["result"] is None
            assert checks[code]["description"].endswith("(drydock-engine is not installed here)")

    @pytest.mark.parametrize("form", ["rich", "html", "json", "svg"])
    def test_all_its_forms_can_show_the_results(
        self, form: str, alone: Path, tmp_path: Path
    ) -> None:
        write(tmp_path, GOOD | {"[b]<i>`.rej": "", "a.py": MARKERS})
        outcome = call([alone / "repo-review", "--format", form], tmp_path)
        assert (outcome.code, outcome.err) == (3, "")
        assert "<i>" not in outcome.out or form != "html"
        if form != "svg":  # repo-review 1.3.0 draws an empty picture
            assert "No rejected patch was left behind" in outcome.out

    def test_waivers_show_their_reason_and_expired_ones_fail(
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
    def test_a_pyproject_with_other_types_ends_no_run(
        self, text: str, alone: Path, tmp_path: Path
    ) -> None:
        write(tmp_path, GOOD | {"pyproject.toml": text})
        outcome = call([alone / "repo-review", "--select", "DM201"], tmp_path)
        assert (outcome.code, outcome.err) == (3, "")

    @pytest.mark.parametrize("text", ["[", "\0"])
    def test_a_pyproject_that_is_not_toml_fails_in_the_reader_of_repo_review(
        self, text: str, alone: Path, tmp_path: Path
    ) -> None:
        write(tmp_path, GOOD | {"pyproject.toml": text})
        outcome = call([alone / "repo-review", "--select", "DM201"], tmp_path)
        assert outcome.code == 1
        assert outcome.err.splitlines()[-1].startswith("tomllib.TOMLDecodeError: ")

    def test_no_fixture_of_another_plugin_has_the_same_name(self, alone: Path) -> None:
        """Which of two holds, the order decides in which a file system lists packages."""
        code = (
            "import importlib.metadata as m; "
            "print(*(e.name for e in m.entry_points(group='repo_review.fixtures')))"
        )
        names = call([alone / "python", "-c", code], alone).out.split()
        assert "pyproject" in names
        assert len(names) == len(set(names))

    def test_a_folder_of_a_repository_can_be_named(self, alone: Path, tmp_path: Path) -> None:
        write(tmp_path, {f"services/a/{name}": text for name, text in GOOD.items()})
        command = [alone / "repo-review", "--package-dir", "services/a", "--select", "DM"]
        assert call(command, tmp_path).code == 0


ACTION = REPOSITORY / "action.yml"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"


@pytest.mark.packaging
def test_the_action_runs_as_github_runs_it(tmp_path: Path) -> None:
    step = yaml.safe_load(ACTION.read_text())["runs"]["steps"][0]
    assert step["env"] == {"SERVICE": "${{ inputs.path }}", "SELECT": "${{ inputs.select }}"}
    write(tmp_path, {"run.sh": step["run"], "temp/keep": ""})
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", tmp_path / "run.sh"]
    given = {
        "SERVICE": "a service",
        "SELECT": "DM",
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_ACTION_PATH": str(REPOSITORY),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.html"),
    }
    write(tmp_path / "a service", GOOD)
    passed = call(command, tmp_path, **given)
    write(tmp_path / "a service", {"a.py": MARKERS})
    failed = call(command, tmp_path, **given)

    assert (passed.code, failed.code) == (0, 3), passed.err + failed.err
    assert "a.py:1" in failed.err
    summary = (tmp_path / "summary.html").read_text()
    assert summary.count("No file has conflict markers") == 2
    assert "<code>a.py:1</code>" in summary


@pytest.mark.packaging
def test_the_hook_runs_as_pre_commit_runs_it(tmp_path: Path) -> None:
    """The repository is cloned, so that what is not committed takes no part."""
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
    places = {"UV_CACHE_DIR": str(UV_CACHE), "PRE_COMMIT_HOME": str(tmp_path / "home")}

    passed = call(command, service, **places)
    write(service, {"a.py": MARKERS})
    git(service, "add", "--all")
    failed = call(command, service, **places)

    assert passed.code == 0, passed.out + passed.err
    assert failed.code == 1
    assert "a.py:1" in failed.out


def test_action_and_hook_are_what_their_schemas_say() -> None:
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    for file, schema in {ACTION: "vendor.github-actions", HOOKS: "vendor.pre-commit-hooks"}.items():
        if schema.endswith("hooks"):
            (hook,) = yaml.safe_load(file.read_text())
            assert {"id", "name", "entry", "language"} <= set(hook)
            continue
        subprocess.run([checker, "--builtin-schema", schema, file], check=True)


def test_zizmor_finds_nothing_in_the_action() -> None:
    zizmor = str(Path(sys.executable).with_name("zizmor"))
    done = call([zizmor, "--offline", "--persona", "pedantic", ACTION], REPOSITORY)
    assert done.code == 0, done.out + done.err
