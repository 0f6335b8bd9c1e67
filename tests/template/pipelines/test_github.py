"""The workflows for GitHub: their schema, what zizmor finds, least permissions, pinned actions."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.pipelines.pipelines import COMPANIES, Pipeline, Rendered
from tests.template.pipelines.test_pipelines import TOOLS, schema_says

SCHEMA = "vendor.github-workflows"
ZIZMOR = str(Path(sys.executable).with_name("zizmor"))


@pytest.fixture(params=COMPANIES)
def github(request: pytest.FixtureRequest, rendered: Rendered) -> Pipeline:
    return rendered("github", request.param)


def problems(folder: Path) -> list[str]:
    """Return what is wrong with the workflows in a folder."""
    findings: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        if message := schema_says(path, SCHEMA):
            findings.append(message)
            continue
        text = path.read_text(encoding="utf-8")
        workflow = yaml.safe_load(text)
        findings += _of_workflow(workflow)
        findings += [
            f"{line.strip()} is not pinned to a commit, with its version in a comment"
            for line in text.splitlines()
            if "uses:" in line
            and not re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+(\.\d+)*$", line)
        ]
    zizmor = subprocess.run(
        [ZIZMOR, "--offline", "--no-progress", "--no-config", "--min-severity=low", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if zizmor.returncode:
        findings.append(zizmor.stdout + zizmor.stderr)
    return findings


def _of_workflow(workflow: dict[str, Any]) -> list[str]:
    findings = []
    if workflow.get("permissions") != {}:
        findings.append("a job has permissions that it does not name")
    if "concurrency" not in workflow:
        findings.append("runs can overlap")
    jobs = workflow["jobs"]
    for name, job in jobs.items():
        if "timeout-minutes" not in job:
            findings.append(f"{name} has no time-out")
        wanted = {"contents": "read"}
        if name == "update":
            wanted = {"contents": "write", "pull-requests": "write"}
        if job.get("permissions") != wanted:
            findings.append(f"{name} has permissions {job.get('permissions')}, expected {wanted}")
        needs = job.get("needs", [])
        for need in [needs] if isinstance(needs, str) else needs:
            if need not in jobs:
                findings.append(f"{name} needs {need}, which is not a job")
        for step in job["steps"]:
            with_secret = "secrets." in str(step.get("env"))
            ships = re.search(r"-s (push|publish|deploy)", step.get("run", ""))
            pushed = "event_name == 'push'" in str(job.get("if")) + str(step.get("if"))
            pushed = pushed or "ref_type == 'tag'" in str(job.get("if"))
            if ships and not pushed:
                findings.append(f"{name} ships pull requests")
            if ships and ships[1] != "deploy" and not with_secret:
                findings.append(f"{name} ships without credentials")
    return findings


def test_workflow_is_valid(github: Pipeline) -> None:
    assert problems(github.folder / ".github/workflows") == []


def test_every_job_installs_the_companys_uv_release(rendered: Rendered) -> None:
    texts = rendered("github", "large").files
    jobs = [job for text in texts.values() for job in yaml.safe_load(text)["jobs"].values()]
    for job in jobs:
        used = [step for step in job["steps"] if "setup-uv@" in step.get("uses", "")]
        assert [step["with"]["version"] for step in used] == [TOOLS["uv"]]


def test_deployments_wait_for_their_environment(github: Pipeline) -> None:
    jobs = yaml.safe_load(github.files["pipeline.yml"])["jobs"]
    deployments = {name: job for name, job in jobs.items() if name.startswith("deploy-")}
    expected = [stage["name"] for stage in github.stages] if github.company == "large" else []

    assert list(deployments) == [f"deploy-{name}" for name in expected]
    before: object = ["image", "chart"]
    for number, (name, job) in enumerate(deployments.items()):
        assert job["environment"] == expected[number]
        assert job["needs"] == before
        assert ("ref_type == 'tag'" in job["if"]) is (number > 0)
        before = name


def _text(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


BREAKS: dict[str, tuple[Callable[[str], str], str]] = {
    "an action without a pin": (
        lambda text: re.sub(r"checkout@[0-9a-f]{40} # v7\.0\.1", "checkout@v7", text, count=1),
        "is not pinned",
    ),
    "a missing time-out": (_text("    timeout-minutes: 30\n", ""), "has no time-out"),
    "all permissions": (_text("permissions: {}\n", ""), "permissions that it does not name"),
    "a permission too many": (_text("contents: read", "contents: write"), "has permissions"),
    "credentials that stay": (_text("persist-credentials: false", "fetch-depth: 1"), "artipacked"),
    "code from a title": (
        _text("$NOX -s types", "echo ${{ github.event.pull_request.title }}"),
        "template-injection",
    ),
    "a job that does not exist": (
        _text("needs: deploy-test", "needs: deploy-tset"),
        "is not a job",
    ),
    "shipping from pull requests": (
        _text("        if: github.event_name == 'push'\n", ""),
        "ships pull requests",
    ),
    "an unknown key": (_text("timeout-minutes", "timeout-minuets"), "timeout-minuets"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_broken_workflows_are_detected(tmp_path: Path, rendered: Rendered, name: str) -> None:
    service = rendered("github", "large").folder
    folder = tmp_path / ".github/workflows"
    shutil.copytree(service / ".github/workflows", folder)
    change, message = BREAKS[name]
    path = folder / "pipeline.yml"
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")

    findings = problems(folder)

    assert any(message in problem for problem in findings), findings
