"""The Jenkinsfile: Groovy's own parser, and the structure of a declarative pipeline."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import missing
from tests.template.pipelines.declarative import Node, parse, problems
from tests.template.pipelines.pipelines import COMPANIES, Pipeline, Rendered

COMPILE = """\
import org.codehaus.groovy.control.*
def unit = new CompilationUnit()
unit.addSource(new File(args[0]))
unit.compile(Phases.CONVERSION)
println "compiled"
"""


@pytest.fixture(params=COMPANIES)
def jenkins(request: pytest.FixtureRequest, rendered: Rendered) -> Pipeline:
    return rendered("jenkins", request.param)


def tree(pipeline: Pipeline) -> Node:
    return parse(pipeline.files["Jenkinsfile"])


def test_jenkinsfile_is_a_valid_declarative_pipeline(jenkins: Pipeline) -> None:
    assert problems(tree(jenkins)) == []


def test_stages_with_approval_wait_for_a_person(jenkins: Pipeline) -> None:
    deployments = {
        stage.arguments.removeprefix("('Deploy to ").removesuffix("')"): stage
        for stage in tree(jenkins).find("stage")
        if "Deploy to" in stage.arguments
    }
    expected = jenkins.stages if jenkins.company == "large" else []

    assert list(deployments) == [stage["name"] for stage in expected]
    for number, stage in enumerate(expected):
        found = deployments[stage["name"]]
        assert (found.child("input") is not None) is stage["approval"]
        assert [step.arguments for step in found.find("sh")] == [
            f"'$NOX -s deploy -- {stage['name']}'"
        ]
        condition = found.child("when")
        assert condition
        branches = [node.arguments for node in condition.find("branch")]
        assert branches == (["'main'"] if number == 0 else [])
        assert condition.find("buildingTag")


def test_only_main_branch_and_tags_are_shipped(jenkins: Pipeline) -> None:
    for stage in tree(jenkins).find("stage"):
        commands = " ".join(step.arguments for step in stage.find("sh"))
        if stage.child("steps") and re.search(r"-s (push|publish)", commands):
            condition = stage.child("when")
            assert condition
            assert [node.name for node in condition.find("anyOf")[0].children] == [
                "branch",
                "buildingTag",
            ]


def test_only_the_schedule_runs_updates(jenkins: Pipeline) -> None:
    stages = tree(jenkins).find("stages")[0].children
    by_timer = [
        bool(when and when.child("triggeredBy"))
        for when in (stage.child("when") for stage in stages)
    ]
    not_by_timer = [
        bool(when and when.child("not")) for when in (stage.child("when") for stage in stages)
    ]

    assert by_timer == [True] + [False] * (len(stages) - 1)
    assert not_by_timer == [False] + [True] * (len(stages) - 1)


@pytest.mark.slow
@pytest.mark.parts
def test_groovy_parses_the_jenkinsfile(jenkins: Pipeline, tmp_path: Path) -> None:
    if not shutil.which("groovy"):
        missing("groovy is not installed: `nox -s pipelines` installs it as root")
    script = tmp_path / "compile.groovy"
    script.write_text(COMPILE)

    assert "compiled" in groovy(script, jenkins.folder / "Jenkinsfile")
    broken = tmp_path / "Jenkinsfile"
    broken.write_text(jenkins.files["Jenkinsfile"].replace("')", "'", 1))
    assert "compiled" not in groovy(script, broken)


def groovy(script: Path, file: Path) -> str:
    done = subprocess.run(
        ["groovy", script, file], capture_output=True, text=True, check=False,
        env=os.environ | ({} if os.environ.get("JAVA_HOME") else {"JAVA_HOME": java_home()}),
    )  # fmt: skip
    return done.stdout


def java_home() -> str:
    java = shutil.which("java")
    assert java
    return str(Path(java).resolve().parents[1])


BREAKS = {
    "an unknown section": ("            steps {", "            stepz {", "stepz has no place"),
    "a missing time-out": (
        "timeout(time: 20, unit: 'MINUTES')",
        "timestamps()",
        "may take for ever",
    ),
    "a workspace left behind": ("deleteDir()", "sh 'true'", "leaves its workspace behind"),
    "builds that overlap": ("disableConcurrentBuilds()", "timestamps()", "can overlap"),
    "an agent blocked while waiting": ("agent none", "agent any", "blocks an agent"),
    "a stage twice": ("stage('Types')", "stage('Lint')", "occurs twice"),
    "nothing to do": (
        "steps {\n                        sh '$NOX -s types'\n                    }",
        "post {\n                        always {\n deleteDir()\n }\n }",
        "needs either steps or stages",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_broken_pipelines_are_detected(rendered: Rendered, name: str) -> None:
    text = rendered("jenkins", "large").files["Jenkinsfile"]
    old, new, message = BREAKS[name]
    assert old in text

    found = problems(parse(text.replace(old, new, 1)))

    assert any(message in problem for problem in found), found


def test_unclosed_block_is_detected() -> None:
    with pytest.raises(ValueError, match="not closed"):
        parse("pipeline {\n    agent none\n")
