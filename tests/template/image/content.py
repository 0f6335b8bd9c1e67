"""The content of an image, and what it must not contain."""

import json
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.template.image.host import BASE, CACHE, FailedError, run

LABELS = {
    "org.opencontainers.image.title": r"demo-service",
    "org.opencontainers.image.vendor": r"my-team",
    "org.opencontainers.image.version": r"0\.1\.0\.dev\d+",
    "org.opencontainers.image.revision": r"[0-9a-f]{40}",
    "drydock.template.release": r"v0\.0\.0",
}
# Files to build, test and describe a service do not belong in its image.
UNWANTED = (
    "uv", "uvx", "nox", "ruff", "mypy", "pytest", ".cache", "tests", ".git", "Dockerfile",
    "noxfile.py", "docs", ".netrc", "dist",
)  # fmt: skip
MEGABYTE = 1_000_000


def require_good(image: str) -> str:
    """Raise FailedError with all problems of an image; return its size as text."""
    config = json.loads(run("podman", "image", "inspect", "--format={{json .Config}}", image))
    wrong = list(_wrong_config(config))
    with _mounted(image) as root:
        wrong += _wrong_files(root)
    if wrong:
        raise FailedError("\n".join(wrong))
    return f"{_size(image) / MEGABYTE:.0f} MB, {added(image):.0f} MB of them above the base"


def added(image: str) -> float:
    """Return by how many MB an image is larger than its base."""
    return (_size(image) - _size(BASE)) / MEGABYTE


def layers_with(text: str) -> list[str]:
    """Return the files that contain a text, in all layers of all stored images and stages."""
    folder = CACHE / "storage"
    output = run("grep", "--recursive", "--files-with-matches", "--binary-files=text",
                "--fixed-strings", text, str(folder), check=False)  # fmt: skip
    return output.splitlines()


def _wrong_config(config: dict[str, dict[str, str]]) -> Iterator[str]:
    user = str(config.get("User", ""))
    if not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", user):
        yield f"its user is {user or 'root'!r}, and Kubernetes wants a number other than 0"
    labels = config.get("Labels") or {}
    for name, pattern in LABELS.items():
        if not re.fullmatch(pattern, labels.get(name, "")):
            yield f"its label {name} is {labels.get(name)!r}, expected {pattern}"


def _wrong_files(root: Path) -> Iterator[str]:
    app = root / "app"
    own = [*app.iterdir(), *(app / ".venv/bin").iterdir(), *(root / "root").iterdir()]
    own += (root / "usr/local/bin").iterdir()
    for path in own:
        if path.name in UNWANTED:
            yield f"/{path.relative_to(root)} is in it"
    for path in app.rglob("*"):
        output = path.lstat()
        # uv makes its empty lock file writable for all.
        loose = output.st_mode & stat.S_IWOTH and not path.is_symlink() and path.name != ".lock"
        if output.st_uid or loose:
            yield f"/{path.relative_to(root)} can be changed by the service"
            return


@contextmanager
def _mounted(image: str) -> Iterator[Path]:
    container = run("buildah", "from", "--pull=never", image).strip()
    try:
        yield Path(run("buildah", "mount", container).strip())
    finally:
        run("buildah", "rm", container)


def _size(image: str) -> int:
    return int(run("podman", "image", "inspect", "--format={{.Size}}", image))


def forget(*images: str) -> None:
    """Remove images with their own layers, and leftovers of failed builds."""
    run("buildah", "rm", "--all", check=False)
    for image in images:
        run("buildah", "rmi", "--force", image, check=False)
    run("buildah", "rmi", "--prune", "--force", check=False)
