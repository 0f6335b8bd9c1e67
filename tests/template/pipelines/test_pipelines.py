"""Requirements of every pipeline, whatever runs it."""

import ast
import json
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner

from tests.template import matrix, tidiness
from tests.template.pipelines.pipelines import COMPANIES, FILES, Pipeline

COMPANY = yaml.safe_load((matrix.REPOSITORY / "company.yml").read_text(encoding="utf-8"))
TOOLS = yaml.safe_load(COMPANY["company_tools"]["default"])
NOX = rf"(?:uvx|pipx run) nox=={re.escape(TOOLS['nox'])}"
SESSION = re.compile(NOX + r" -s ([a-z_ ]+?)(?: -- (.+))?")
# Commands of one kind of pipeline: they depend on its secrets and its server.
GLUE = {
    f'pipx install "poetry=={TOOLS["poetry"]}"',
    'echo "digest=$(cat dist/image.digest)" >> "$GITHUB_OUTPUT"',
    '(umask 077 && printenv NETRC > ~/.netrc)',
    '(umask 077 && printenv KUBECONFIG_CONTENT > "$RUNNER_TEMP/kubeconfig")',
    f"gh auth setup-git && uvx nox=={TOOLS['nox']} -s update",
    "test -f dist/update.md || exit 0\n"
    'set -- --title "$(git log -1 --format=%s)" --body-file dist/update.md\n'
    "number=$(gh pr list --head drydock/update --json number --jq '.[].number')\n"
    'if [ -n "$number" ]; then gh pr edit "$number" "$@"\n'
    'else gh pr create --head drydock/update "$@"; fi',
    'git config remote.origin.pushurl'
    ' "https://update:$UPDATE_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git"',
}  # fmt: skip


def sessions(pipeline: Pipeline) -> list[str]:
    """Return the nox sessions of the pipeline, in order."""
    names: list[str] = []
    for command in pipeline.commands:
        if command not in GLUE:
            match = SESSION.fullmatch(command)
            assert match, f"{command!r} is no session of nox"
            names += match[1].split()
        elif " -s update" in command:
            names.append("update")
    return names


def test_service_files_are_tidy(pipeline: Pipeline) -> None:
    answers = yaml.safe_load((pipeline.folder / ".copier-answers.yml").read_text())
    # The index is the company's if the service has none of its own.
    own = answers["package_index"] or COMPANIES[pipeline.company].get("company_package_index", "")
    assert tidiness.problems(pipeline.folder, answers | {"package_index": own}) == []


def test_pipeline_commands_are_nox_sessions(pipeline: Pipeline) -> None:
    tree = ast.parse((pipeline.folder / "noxfile.py").read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}

    assert set(sessions(pipeline)) <= there


@pytest.mark.parametrize(
    ("declared", "tag", "built", "chart"),
    [
        ("1.2.3", "", "1.2.3.dev7", "1.2.3-dev.7"),
        ("1.2.3", "v1.2.3", "1.2.3", "1.2.3"),
        ("1.2.3rc1", "", "1.2.3rc1.dev7", "1.2.3-rc.1.dev.7"),
        ("1.2.3rc1", "v1.2.3rc1", "1.2.3rc1", "1.2.3-rc.1"),
        ("1.2.3.post1", "", "1.2.3.post1.dev7", "1.2.3-post.1.dev.7"),
        ("1.2.3.dev0", "", "1.2.3.dev7", "1.2.3-dev.7"),
        ("1.2.3-dev", "", "1.2.3.dev7", "1.2.3-dev.7"),
        ("2026.11", "", "2026.11.dev7", "2026.11-dev.7"),
        ("1.2.3.4", "", "1.2.3.4.dev7", "1.2.3-4.dev.7"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*session:FutureWarning")  # sessions of the same names
def test_every_version_of_a_package_is_one_of_a_chart(
    rendered: Callable[[str, str], Pipeline],
    declared: str,
    tag: str,
    built: str,
    chart: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    functions = runpy.run_path(str(rendered("jenkins", "large").folder / "noxfile.py"))
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{declared}"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELEASE_TAG", tag)
    session = Mock(**{"run.return_value": "7\n"})

    assert functions["build_version"](session) == built
    assert functions["chart_version"](session) == chart


def test_nox_release_is_pinned_in_one_line(pipeline: Pipeline) -> None:
    for name, text in pipeline.files.items():
        assert text.count(f"nox=={TOOLS['nox']}") == 1, name
        # The command for people is in a comment.
        typed = [line for line in text.splitlines() if " nox -" in line]
        assert [line for line in typed if not line.startswith(("//", "#"))] == [], name


def test_sessions_run_in_order(pipeline: Pipeline) -> None:
    large = pipeline.company == "large"
    expected = ["conflicts", "lint", "audit", "secrets", "types", "tests"]
    expected += ["image", "scan", "sbom", "push", "attest"]
    run = [name for name in sessions(pipeline) if name != "update"]

    assert [name for name in dict.fromkeys(run) if name in expected] == expected
    assert ("publish" in run) is large
    assert ({"chart", "push_chart", "deploy"} <= set(run)) is large


def test_secret_scan_covers_whole_history(pipeline: Pipeline) -> None:
    """Jenkins clones the whole history by default."""
    if pipeline.kind == "github":
        job = yaml.safe_load(pipeline.files["pipeline.yml"])["jobs"]["check"]
        assert job["steps"][0]["with"]["fetch-depth"] == 0
    if pipeline.kind == "gitlab":
        job = yaml.safe_load(pipeline.files[".gitlab-ci.yml"])["audit"]
        assert job["variables"]["GIT_DEPTH"] == "0"


def test_tests_write_reports(pipeline: Pipeline) -> None:
    (command,) = (command for command in pipeline.commands if "-s tests" in command)
    for report in re.findall(r"reports/[a-z.]+", command):
        collected = pipeline.files[Path(FILES[pipeline.kind][0]).name].replace(command, "")
        assert report in collected or "path: reports/" in collected
    assert "--junitxml=reports/junit.xml" in command
    assert "--cov-report=xml:reports/coverage.xml" in command


def test_companys_stages_are_deployed_in_order(pipeline: Pipeline) -> None:
    matches = [SESSION.fullmatch(command) for command in pipeline.commands]
    deployed = [match[2] for match in matches if match and match[1] == "deploy"]
    known = re.search(r"^STAGES = \[(.*)\]$", (pipeline.folder / "noxfile.py").read_text(), re.M)

    if pipeline.company == "large":
        assert deployed == [stage["name"] for stage in pipeline.stages]
        assert known
        assert re.findall(r'"(.+?)"', known[1]) == deployed
    else:
        assert deployed == []


def test_updates_are_opened_by_renovate_or_a_job(pipeline: Pipeline) -> None:
    renovate = pipeline.folder / "renovate.json"
    by_job = pipeline.kind == "jenkins" or pipeline.company == "large"

    assert ("update" in sessions(pipeline)) is by_job
    assert renovate.exists() is not by_job
    if renovate.exists():
        config = json.loads(renovate.read_text(encoding="utf-8"))
        assert "enabledManagers" not in config  # it also updates dependencies
        assert config["extends"] == ["config:recommended"]
        assert config["copier"]["automerge"] is False
        assert schema_says(renovate, "vendor.renovate") == ""


def test_update_job_fetches_whole_history(pipeline: Pipeline) -> None:
    """Without it, the job cannot tell whose commits are on the branch of the last update."""
    if pipeline.kind == "github" and pipeline.company == "large":
        assert "fetch-depth: 0" in pipeline.files["update.yml"]
    if pipeline.kind == "gitlab" and pipeline.company == "large":
        update = yaml.safe_load(pipeline.files[".gitlab-ci.yml"])["update"]
        assert update["variables"]["GIT_DEPTH"] == "0"


def test_update_job_installs_a_pinned_engine(pipeline: Pipeline) -> None:
    noxfile = (pipeline.folder / "noxfile.py").read_text(encoding="utf-8")
    (engine,) = re.findall(r'^ENGINE = "(.+)"$', noxfile, re.M)

    assert engine.endswith("@{release}")
    assert 'session.install(ENGINE.replace("{release}", template_release()))' in noxfile


def test_update_request_contains_the_report(pipeline: Pipeline) -> None:
    noxfile = (pipeline.folder / "noxfile.py").read_text(encoding="utf-8")
    by_job = pipeline.company == "large"

    assert ("merge_request.description" in noxfile) is (by_job and pipeline.kind == "gitlab")
    assert ('"update.md"' in noxfile) is (by_job and pipeline.kind == "github")


def test_renovate_extends_the_companys_presets(tmp_path: Path) -> None:
    fork = matrix.fork(
        tmp_path / "template",
        {"company_renovate_presets": "[local>platform/renovate-config]"},
    )
    matrix.render(fork, tmp_path / "service", {"ci": "gitlab"})

    path = tmp_path / "service/renovate.json"
    assert json.loads(path.read_text())["extends"] == ["local>platform/renovate-config"]
    assert schema_says(path, "vendor.renovate") == ""


def test_pipelines_name_credentials_without_values(pipeline: Pipeline) -> None:
    for name, text in pipeline.files.items():
        for line in text.splitlines():
            named = re.search(
                r"(?i)(password|token|netrc|kubeconfig)\w*['\"]?\s*[:=]\s*(\S+)", line
            )
            if named:
                allowed = r"['\"]?(\$\{\{|\$[A-Z]|credentials\(|'[A-Z_]+'|printenv)"
                assert re.match(allowed, named[2]), f"{name}: {line}"


def test_only_the_chosen_pipeline_is_rendered(pipeline: Pipeline) -> None:
    folder = pipeline.folder

    there = {kind for kind, names in FILES.items() for name in names if (folder / name).exists()}
    assert there == {pipeline.kind}


def test_no_pipeline_renders_no_pipeline_files(tmp_path: Path) -> None:
    matrix.render(matrix.REPOSITORY, tmp_path / "service", {"ci": "none"})

    names = [path.relative_to(tmp_path / "service").as_posix() for path in tmp_path.rglob("*")
             if path.is_relative_to(tmp_path / "service")]  # fmt: skip
    assert not {name for files in FILES.values() for name in files} & set(names)
    assert "renovate.json" not in names


@pytest.mark.parametrize(("adopted", "expected"), [(False, "jenkins"), (True, "none")])
def test_adopted_service_keeps_its_own_pipeline(
    tmp_path: Path, adopted: bool, expected: str
) -> None:
    answers = matrix.render(matrix.REPOSITORY, tmp_path / "service", {"adopted": adopted}).answers

    assert answers["ci"] == expected


def test_company_values_reach_the_pipeline() -> None:
    assert set(COMPANIES) == {"small", "large"}
    assert COMPANIES["small"] == {}


def schema_says(path: Path, schema: str, *options: str) -> str:
    """Return what check-jsonschema finds in a file; empty if nothing."""
    # In this process: importing it takes longer than everything else.
    done = CliRunner().invoke(
        check_jsonschema.main, ["--builtin-schema", schema, *options, str(path)]
    )
    return done.output if done.exit_code else ""
