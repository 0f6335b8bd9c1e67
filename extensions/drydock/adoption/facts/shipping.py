"""Charts and pipelines: how the service is currently deployed."""

import re
from collections.abc import Iterator

from drydock.adoption.facts import SAYS, Fact, Files, named
from drydock.documents.places import line_of

_PIPELINES = re.compile(
    r"\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|Jenkinsfile|azure-pipelines\.yml"
    r"|bitbucket-pipelines\.yml|\.circleci/config\.yml|\.travis\.yml"
)
_KIND = re.compile(r"(?m)^kind:\s*(\w+)\s*$")


def find(files: Files) -> Iterator[Fact]:
    """Yield pipelines, charts with the objects they create, and a folder named chart."""
    for path in sorted(filter(_PIPELINES.fullmatch, files)):
        yield Fact("pipeline", "the service has its own pipeline", path, 0, SAYS)
    for path, text in named(files, "Chart.yaml"):
        if "/charts/" in path and f"{path.rpartition('/charts/')[0]}/Chart.yaml" in files:
            continue  # a subchart
        yield Fact(
            "chart", "the service has its own chart", path, line_of(path, text, "name"), SAYS
        )
        templates = f"{path.removesuffix('Chart.yaml')}templates/"
        for template in sorted(path for path in files if path.startswith(templates)):
            for found in _KIND.finditer(files[template]):
                line = files[template][: found.start()].count("\n") + 1
                yield Fact("chart_object", found[1], template, line, SAYS)
    if inside := sorted(path for path in files if path.startswith("chart/")):
        yield Fact("chart_folder", "the folder exists", inside[0], 0, SAYS)
