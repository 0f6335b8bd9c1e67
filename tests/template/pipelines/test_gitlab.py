"""The pipeline for GitLab: its schema, its rules, its stages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.pipelines.pipelines import COMPANIES, Pipeline, Rendered
from tests.template.pipelines.test_pipelines import schema_says

# Names that GitLab reserves.
RESERVED = {
    "image", "services", "stages", "types", "before_script", "after_script", "variables",
    "cache", "include", "true", "false", "nil", "pages",
}  # fmt: skip
GLOBAL = {"workflow", "stages", "variables", "default"}


@pytest.fixture(params=COMPANIES)
def gitlab(request: pytest.FixtureRequest, rendered: Rendered) -> Pipeline:
    return rendered("gitlab", request.param)


def jobs_of(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the jobs, each merged with what it extends."""
    return {
        name: _whole(config, job)
        for name, job in config.items()
        if name not in GLOBAL and not name.startswith(".")
    }


def _whole(config: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    parents = job.get("extends", [])
    whole: dict[str, Any] = {}
    for parent in [parents] if isinstance(parents, str) else parents:
        whole |= _whole(config, config[parent])
    return whole | job


def problems(path: Path) -> list[str]:
    """Return what is wrong with a pipeline."""
    if message := schema_says(path, "vendor.gitlab-ci", "--data-transform=gitlab-ci"):
        return [message]
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    findings = []
    try:
        jobs = jobs_of(config)
    except KeyError as error:
        return [f"a job extends {error}, which is not there"]
    if "timeout" not in config["default"]:
        findings.append("jobs have no time-out")
    for name, job in jobs.items():
        if name in RESERVED:
            findings.append(f"{name} is a reserved name in GitLab")
        if job["stage"] not in config["stages"]:
            findings.append(f"{name} is in an unknown stage {job['stage']!r}")
        if "rules" not in job:
            findings.append(f"{name} runs on every event")
        for need in job.get("needs", []):
            if need not in jobs:
                findings.append(f"{name} needs {need}, which is not a job")
        command = " ".join(job["script"])
        ships = any(f" {word}" in command for word in ("push", "push_chart", "publish", "deploy"))
        if ships and "merge_request" in str(job.get("rules")):
            findings.append(f"{name} ships merge requests")
        if ships and ("resource_group" not in job or job.get("interruptible") is not False):
            findings.append(f"{name} can overlap with itself, or be interrupted")
    unused = set(config["stages"]) - {job["stage"] for job in jobs.values()}
    return findings + [f"the stage {stage} is empty" for stage in sorted(unused)]


def test_pipeline_is_valid(gitlab: Pipeline) -> None:
    assert problems(gitlab.folder / ".gitlab-ci.yml") == []


def test_stages_with_approval_wait_for_a_person(gitlab: Pipeline) -> None:
    jobs = jobs_of(yaml.safe_load(gitlab.files[".gitlab-ci.yml"]))
    expected = gitlab.stages if gitlab.company == "large" else []

    assert [name for name in jobs if name.startswith("deploy-")] == [
        f"deploy-{stage['name']}" for stage in expected
    ]
    for number, stage in enumerate(expected):
        job = jobs[f"deploy-{stage['name']}"]
        rule = job["rules"][-1]
        assert job["environment"] == stage["name"]
        assert (rule.get("when") == "manual") is stage["approval"]
        assert ("CI_COMMIT_BRANCH" in rule["if"]) is (number == 0)
        if stage["approval"]:
            assert rule["allow_failure"] is False


def _text(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


BREAKS: dict[str, tuple[Callable[[str], str], str]] = {
    "a stage that does not exist": (_text("  stage: check\n", "  stage: chek\n"), "'chek'"),
    "a missing time-out": (_text("  timeout: 30 minutes\n", ""), "no time-out"),
    "a reserved name": (_text("build-image:", "image:"), "image"),
    "nothing to extend": (_text("extends: .build", "extends: .biuld"), ".biuld"),
    "a job that does not exist": (_text(", deploy-test]", ", deploy-tset]"), "is not a job"),
    "jobs that overlap": (_text("  resource_group: publish\n", ""), "overlap"),
    "an unknown keyword": (_text("resource_group:", "resource_grup:"), "resource_grup"),
    "an invalid script": (_text("  script:\n    - $NOX -s types", "  script: {}"), "script"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_broken_pipelines_are_detected(tmp_path: Path, rendered: Rendered, name: str) -> None:
    text = rendered("gitlab", "large").files[".gitlab-ci.yml"]
    change, message = BREAKS[name]
    assert change(text) != text
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(change(text), encoding="utf-8")

    findings = problems(path)

    assert any(message in problem for problem in findings), findings
