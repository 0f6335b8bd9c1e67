"""How the container is built."""

import re
from collections.abc import Iterator

from drydock_standard import dockerfiles
from drydock_standard.check import Check, at, code, skip
from drydock_standard.dockerfiles import UNKNOWN, Stage
from drydock_standard.repository import Repository

NAME = "Container"
ORDER = 4
_ROOT = re.compile(r"(root|0+)(:.*)?")
_NONROOT_IMAGE = re.compile(r"nonroot|rootless|unprivileged")


def _files(repository: Repository) -> list[tuple[str, list[Stage]]]:
    return list(dockerfiles.files(repository)) or skip("there is no Dockerfile of a Python service")


class Unprivileged(Check):
    """The container does not run as root.

    Who breaks out of a process of root is root on the node; clusters with the Pod Security Standard
    *restricted* do not start such an image.

    Fix: set `USER 10001` (a number, so that Kubernetes can tell) in the last stage of the
    Dockerfile, after what has to be installed.

    Since v1.5.0.
    """

    code = "DM401"

    def find(self, repository: Repository) -> Iterator[str]:
        for path, stages in _files(repository):
            user, line = _user(stages)
            if user is None:
                yield f"{at(path, stages[-1].line)} sets no `USER`, so it is root"
            elif _ROOT.fullmatch(user):
                yield f"{at(path, line)}: {code(f'USER {user}')}"


def _user(stages: list[Stage]) -> tuple[str | None, int]:
    """Return the user that the last stage runs as, and the line that says it."""
    stage: Stage | None = stages[-1]
    by_name = {one.name.lower(): one for one in stages if one.name}
    seen: set[int] = set()
    while stage is not None and id(stage) not in seen:
        seen.add(id(stage))
        if said := stage.last("USER"):
            return dockerfiles.filled(said.value, dockerfiles.variables(stage)), said.line
        if _NONROOT_IMAGE.search(stage.image):
            return stage.image, stage.line
        stage = by_name.get(stage.image.lower())
    return None, 0


class PinnedImage(Check):
    """Every base image has a version.

    `latest`, or no tag at all, is another image tomorrow: a build that passed today is not the one
    that is deployed.

    Fix: name a tag (`python:3.13-slim`), or a digest, which Renovate raises.

    Since v1.5.0.
    """

    code = "DM402"

    def find(self, repository: Repository) -> Iterator[str]:
        for path, stages in _files(repository):
            names: set[str] = set()
            for stage in stages:
                if stage.image.lower() not in names and _floats(stage.image):
                    yield f"{at(path, stage.line)}: {code(stage.image)}"
                names.add(stage.name.lower())


def _floats(image: str) -> bool:
    if image == "scratch" or "@" in image or image.endswith(UNKNOWN):
        return False
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag in ("", "latest")


class NoHealthcheck(Check):
    """Health is not checked by the image.

    Kubernetes ignores HEALTHCHECK and has probes of its own; elsewhere a second opinion on the
    same process restarts what is only slow, and needs a client such as curl in the image.

    Fix: remove HEALTHCHECK; let the probes of the chart, or of compose, ask the service.

    Since v1.5.0.
    """

    code = "DS403"

    def find(self, repository: Repository) -> Iterator[str]:
        for path, stages in _files(repository):
            said = stages[-1].last("HEALTHCHECK")
            if said and said.value.strip().upper() != "NONE":
                yield at(path, said.line)


class IgnoredContext(Check):
    """The image's build leaves out what is not the service's.

    Without `.dockerignore` a `COPY . .` puts git's history, environments and local settings into
    a layer, for everyone who pulls the image to read.

    Fix: add a `.dockerignore` with at least `.git`, `.venv` and `.env`.

    Since v1.5.0.
    """

    code = "DS404"

    def find(self, repository: Repository) -> Iterator[str]:
        for path, stages in _files(repository):
            folder = path.rpartition("/")[0]
            beside = (".dockerignore", f"{folder}/.dockerignore", f"{path}.dockerignore")
            if any(name in repository for name in beside):
                continue
            for one in (one for stage in stages for one in stage.instructions):
                said = f"{one.name} {one.value}"
                if re.match(r"(COPY|ADD)\s+(?:--(?!from)\S+\s+)*\./?\s", said):
                    yield f"{at(path, one.line)}: {code(said)}"
