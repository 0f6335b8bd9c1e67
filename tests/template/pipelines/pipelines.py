"""Generated pipelines of every kind, and the commands in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.template import matrix

FILES = {
    "jenkins": ("Jenkinsfile",),
    "github": (".github/workflows/pipeline.yml", ".github/workflows/update.yml"),
    "gitlab": (".gitlab-ci.yml",),
}
# A company that uses every option, and one that uses none.
COMPANIES: dict[str, dict[str, Any]] = {
    "small": {},
    "large": {
        "company_package_index": "https://packages.example.com/simple/",
        "company_publish_url": "https://packages.example.com/",
        "company_renovate": False,
        "company_stages": (
            "[{name: test, approval: false}, {name: staging, approval: true},"
            " {name: production, approval: true}]"
        ),
    },
}


@dataclass(frozen=True)
class Pipeline:
    """A generated service that has a pipeline."""

    kind: str
    company: str
    folder: Path

    @property
    def files(self) -> dict[str, str]:
        """The contents of the pipeline's files."""
        paths = [self.folder / name for name in FILES[self.kind]]
        return {path.name: path.read_text(encoding="utf-8") for path in paths if path.exists()}

    @property
    def commands(self) -> list[str]:
        """Every command of the pipeline, in the order of the file, with `$NOX` replaced."""
        return [
            line.replace("$NOX", _nox(text))
            for text in self.files.values()
            for line in _READ[self.kind](text)
        ]

    @property
    def stages(self) -> list[dict[str, Any]]:
        """The company's stages."""
        default = COMPANIES[self.company].get("company_stages")
        if default is None:
            text = (matrix.REPOSITORY / "company.yml").read_text(encoding="utf-8")
            default = yaml.safe_load(text)["company_stages"]["default"]
        return list(yaml.safe_load(default))


Rendered = Callable[[str, str], Pipeline]


def render(kind: str, company: str, folder: Path) -> Pipeline:
    """Generate a service of a company, with its pipeline; a large one has charts and uv."""
    fork = matrix.fork(folder / "template", COMPANIES[company])
    helm = company == "large"
    answers = {"ci": kind, "packaging": "uv" if helm else "poetry", "helm": helm}
    matrix.render(fork, folder / "service", answers)
    return Pipeline(kind, company, folder / "service")


def _nox(text: str) -> str:
    """Return the value of NOX in the file's environment."""
    (nox,) = re.findall(r"^ +NOX(?:: | = ')([^'\n]+)'?$", text, re.MULTILINE)
    return str(nox)


def _of_jenkins(text: str) -> list[str]:
    return re.findall(r"^\s*sh '(.+)'$", text, re.MULTILINE)


def _of_github(text: str) -> list[str]:
    jobs = yaml.safe_load(text)["jobs"].values()
    return [step["run"].strip() for job in jobs for step in job["steps"] if "run" in step]


def _of_gitlab(text: str) -> list[str]:
    jobs = yaml.safe_load(text).values()
    return [line for job in jobs if isinstance(job, dict) for line in job.get("script", [])]


_READ = {"jenkins": _of_jenkins, "github": _of_github, "gitlab": _of_gitlab}
