"""Effects of a company's supply-chain values on the calls of docker, trivy and cosign.

Docker, keys and a transparency log are not available here: fakes record each call.
tests/template/image does the same with buildah, an image and a registry.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import commit, git
from tests.template import matrix
from tests.template.pipelines.pipelines import Rendered

DIGEST = "sha256:" + "0123456789abcdef" * 4
BIN = Path(sys.executable).parent
# Records its arguments; docker also prints the pushed digests.
CALLED = """\
#!/bin/sh
echo "$(basename "$0") $*" >>"{log}"
case "$*" in *RepoDigests*) echo '["other.example.com/x@{digest}0", "{image}@{digest}"]' ;; esac
"""

Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs sessions of a company's service, and returns the calls."""

    def run_sessions(*sessions: str, **company: Any) -> list[str]:
        folder = tmp_path / "service"
        template = matrix.fork(tmp_path / "template", company)
        matrix.render(template, folder, {"service_name": "demo-service"})
        git(folder, "init", "--quiet")
        git(folder, "config", "user.name", "Tester")
        git(folder, "config", "user.email", "tester@example.invalid")
        git(folder, "remote", "add", "origin", "https://bot:secret@git.example.com/shop/demo.git")
        commit(folder, "Start from the template")
        log, tools = tmp_path / "log", tmp_path / "bin"
        tools.mkdir()
        image = "registry.example.com/services/demo-service"
        text = CALLED.format(log=log, digest=DIGEST, image=image)
        for name in ("docker", "trivy", "cosign"):
            (tools / name).write_text(text, encoding="utf-8")
            (tools / name).chmod(0o755)
        names = os.environ | {"CONTAINER_TOOL": "docker"}
        names["PATH"] = f"{tools}{os.pathsep}{BIN}{os.pathsep}{names['PATH']}"
        done = subprocess.run(
            ["nox", "-s", *sessions], cwd=folder, env=names, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return log.read_text(encoding="utf-8").splitlines()

    return run_sessions


@pytest.mark.parametrize(
    ("key", "option"), [("awskms:///alias/images", "--key=awskms:///alias/images"), ("keyless", "")]
)
def test_cosign_signs_and_attests_the_pushed_image(
    run: Run, tmp_path: Path, key: str, option: str
) -> None:
    calls = run("push", "attest", company_cosign=key)

    signed = [call for call in calls if call.startswith("cosign")]
    dist = tmp_path / "service/dist"
    assert [" ".join(call.split()) for call in signed] == [
        " ".join(f"cosign {words} registry.example.com/services/demo-service@{DIGEST}".split())
        for words in (
            f"sign --yes {option}",
            f"attest --yes {option} --type=cyclonedx --predicate={dist}/sbom.json",
            f"attest --yes {option} --type=slsaprovenance1 --predicate={dist}/provenance.json",
        )
    ]
    provenance = yaml.safe_load((dist / "provenance.json").read_text(encoding="utf-8"))
    (code, *bases) = provenance["buildDefinition"]["resolvedDependencies"]
    assert code["uri"] == "git+https://git.example.com/shop/demo.git"  # without the login
    assert re.fullmatch("[0-9a-f]{40}", code["digest"]["gitCommit"])
    assert bases == [{"uri": "docker://docker.io/library/python:3.13-slim"}]


def test_images_are_not_signed_by_default(tmp_path: Path) -> None:
    matrix.render(matrix.REPOSITORY, tmp_path / "service", {})

    assert "cosign" not in (tmp_path / "service/noxfile.py").read_text(encoding="utf-8")


def test_scan_uses_the_companys_database_mirror(run: Run) -> None:
    calls = run("scan", company_trivy_database="registry.example.com/mirror/trivy-db:2")

    (scan,) = [call for call in calls if call.startswith("trivy")]
    assert "--db-repository=registry.example.com/mirror/trivy-db:2" in scan
    assert "--exit-code=1" in scan


def test_keyless_signing_job_can_request_an_identity(tmp_path: Path) -> None:
    template = matrix.fork(tmp_path / "template", {"company_cosign": "keyless"})
    matrix.render(template, tmp_path / "github", {"ci": "github"})
    matrix.render(template, tmp_path / "gitlab", {"ci": "gitlab"})

    text = (tmp_path / "github/.github/workflows/pipeline.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    privileged = {name for name, job in jobs.items() if "id-token" in job["permissions"]}
    assert privileged == {"image"}
    config = yaml.safe_load((tmp_path / "gitlab/.gitlab-ci.yml").read_text(encoding="utf-8"))
    assert config["push-image"]["id_tokens"]["SIGSTORE_ID_TOKEN"] == {"aud": "sigstore"}


def test_base_image_is_pinned_to_the_companys_digest(tmp_path: Path) -> None:
    pinned = f"registry.example.com:5000/base/python:3.13@{DIGEST}"
    company = {"company_base_images": f'{{"3.13": "{pinned}"}}'}
    template = matrix.fork(tmp_path / "template", company)
    for version, base in (("3.13", pinned), ("3.12", "docker.io/library/python:3.12-slim")):
        matrix.render(template, tmp_path / version, {"python_version": version})
        text = (tmp_path / version / "Dockerfile").read_text(encoding="utf-8")
        found = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
        assert found == [base] * 2


# The plugin of each step of the Jenkinsfile.
PLUGINS = {
    "timestamps": "Timestamper",
    "junit": "JUnit",
    "recordCoverage": "Coverage",
    "withCredentials": "Credentials Binding",
    "gitUsernamePassword": "Git",
    "pipeline": "Pipeline",
}


def test_jenkins_plugins_are_documented(rendered: Rendered) -> None:
    service = rendered("jenkins", "large")
    text = (service.folder / "docs/operations.md").read_text(encoding="utf-8")
    documented = re.search(r"plugins\s+(.*?), agents labelled", text, re.DOTALL)
    assert documented
    used = {plugin for step, plugin in PLUGINS.items() if step in service.files["Jenkinsfile"]}

    assert set(re.split(r", | and ", " ".join(documented[1].split()))) == used
