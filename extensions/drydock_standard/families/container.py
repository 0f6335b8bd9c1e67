"""How the container image is built."""

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


def _dockerfiles(repository: Repository) -> list[tuple[str, list[Stage]]]:
    return list(dockerfiles.files(repository)) or skip(
        "there is no Dockerfile for a Python service"
    )


class Unprivileged(Check):
    """The container does not run as root.

    An attacker who breaks out of a root process is root on the node, and clusters that enforce the
    *restricted* Pod Security Standard do not start the image.

    Fix: set `USER 10001` in the last stage of the Dockerfile, after the steps that need root. Use a
    number: Kubernetes cannot tell whether a name is root.

    Since v1.5.0.
    """

    code = "DM401"

    def find(self, repository: Repository) -> Iterator[str]:
        for path, stages in _dockerfiles(repository):
            user, line = _user(stages)
            if user is None:
                yield f"{at(path, stages[-1].line)} sets no `USER`, so the container runs as root"
            elif _ROOT.fullmatch(user):
                yield f"{at(path, line)}: {code(f'USER {user}')}"


def _user(stages: list[Stage]) -> tuple[str | None, int]:
    """Return the user that the last stage runs as, and the line that sets it."""
    stage: Stage | None = stages[-1]
    by_name = {named.name.lower(): named for named in stages if named.name}
    seen: set[int] = set()
    while stage is not None and id(stage) not in seen:
        seen.add(id(stage))
        if instruction := stage.last("USER"):
            return dockerfiles.filled(
                instruction.value, dockerfiles.variables(stage)
            ), instruction.line
        if _NONROOT_IMAGE.search(stage.image):
            return stage.image, stage.line
        stage = by_name.get(stage.image.lower())
    return None, 0


class PinnedImage(Check):
    """Every base image is pinned to a version.

    `latest`, or no tag at all, may be another image tomorrow: a build that passed today is not the
    build that is deployed.

    Fix: use a tag (`python:3.13-slim`) or a digest; Renovate keeps both up to date.

    Since v1.5.0.
    """

    code = "DM402"

    def find(self, repository: Repository) -> Iterator[str]:
        for path, stages in _dockerfiles(repository):
            names: set[str] = set()
            for stage in stages:
                if stage.image.lower() not in names and _is_unpinned(stage.image):
                    yield f"{at(path, stage.line)}: {code(stage.image)}"
                names.add(stage.name.lower())


def _is_unpinned(image: str) -> bool:
    if image == "scratch" or "@" in image or image.endswith(UNKNOWN):
        return False
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag in ("", "latest")


class NoHealthcheck(Check):
    """The image has no HEALTHCHECK.

    Kubernetes ignores HEALTHCHECK and has its own probes. Elsewhere, a second health check restarts
    containers that are only slow, and needs a client such as curl in the image.

    Fix: remove HEALTHCHECK, and let the probes of the chart or of compose check the service.

    Since v1.5.0.
    """

    code = "DS403"

    def find(self, repository: Repository) -> Iterator[str]:
        for path, stages in _dockerfiles(repository):
            instruction = stages[-1].last("HEALTHCHECK")
            if instruction and instruction.value.strip().upper() != "NONE":
                yield at(path, instruction.line)


class IgnoredContext(Check):
    """The image's build ignores files that the service does not need.

    Without `.dockerignore`, `COPY . .` copies git history, environments and local settings into a
    layer that everyone who pulls the image can read.

    Fix: add a `.dockerignore` with at least `.git`, `.venv` and `.env`.

    Since v1.5.0.
    """

    code = "DS404"

    def find(self, repository: Repository) -> Iterator[str]:
        for path, stages in _dockerfiles(repository):
            folder = path.rpartition("/")[0]
            ignore_files = (".dockerignore", f"{folder}/.dockerignore", f"{path}.dockerignore")
            if any(name in repository for name in ignore_files):
                continue
            for instruction in (entry for stage in stages for entry in stage.instructions):
                text = f"{instruction.name} {instruction.value}"
                if re.match(r"(COPY|ADD)\s+(?:--(?!from)\S+\s+)*\./?\s", text):
                    yield f"{at(path, instruction.line)}: {code(text)}"
