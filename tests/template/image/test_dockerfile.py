"""The Dockerfile of generated services: hadolint, its secret, and edits by teams."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import git
from tests.template import matrix

HADOLINT = str(Path(sys.executable).with_name("hadolint"))
PRIVATE = {"company_package_index": "https://packages.example.com/simple/"}
SECRET = "--mount=type=secret,id=netrc,target=/root/.netrc"


def dockerfile(
    folder: Path, answers: Mapping[str, Any], company: Mapping[str, Any] | None = None
) -> Path:
    matrix.render(matrix.fork(folder / "template", company or {}), folder / "service", answers)
    return folder / "service/Dockerfile"


def hadolint(path: Path) -> str:
    done = subprocess.run(
        [HADOLINT, "--no-color", "--failure-threshold=style", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize("company", [{}, PRIVATE], ids=["public index", "private index"])
@pytest.mark.parametrize("owner", ["my-team", 'Équipe "$HOME"'])
@pytest.mark.parametrize("packaging", ["uv", "poetry"])
def test_hadolint_accepts_every_dockerfile(
    tmp_path: Path, packaging: str, owner: str, company: dict[str, str]
) -> None:
    answers = {"owner": owner, "packaging": packaging}
    assert hadolint(dockerfile(tmp_path, answers, company)) == ""


def test_hadolint_detects_a_broken_dockerfile(tmp_path: Path) -> None:
    path = dockerfile(tmp_path, {})
    path.write_text(path.read_text().replace("WORKDIR /app", "WORKDIR app"))

    assert "DL3000" in hadolint(path)


@pytest.mark.parametrize(("company", "installs"), [({}, 2), (PRIVATE, 3)])
@pytest.mark.parametrize("packaging", ["uv", "poetry"])
def test_commands_that_read_a_private_index_mount_its_secret(
    tmp_path: Path, packaging: str, company: dict[str, str], installs: int
) -> None:
    path = dockerfile(tmp_path, {"packaging": packaging}, company)
    text = path.read_text().replace("\\\n", "")
    steps = [line for line in text.splitlines() if re.match(r"RUN .*( sync |pip install)", line)]

    assert sum(SECRET in line for line in steps) == installs
    assert all(SECRET in line for line in steps if " sync " in line)


EDITS = {
    "a layer after the code": (
        "COPY --from=build /app /app\n",
        "COPY --from=build /app /app\nRUN apt-get update && apt-get install -y libgomp1\n",
    ),
    "a layer before the user": ("USER 10001", "RUN apt-get update\nUSER 10001"),
    "a stage before the last": (
        "\n\n\nFROM",
        "\n\n\nFROM node:22 AS assets\nRUN npm ci\n\n\nFROM",
    ),
    "a stage before all": ("FROM", "FROM node:22 AS assets\nRUN npm ci\n\nFROM"),
    "more environment": ("PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1"),
    "more environment to build": ("UV_LINK_MODE=copy", "UV_LINK_MODE=copy UV_HTTP_TIMEOUT=60"),
    "a compiler": ("WORKDIR /app\n", "RUN apt-get install -y gcc\nWORKDIR /app\n"),
    "another label": ('.title="my-service" \\\n', '.title="my-service" \\\n      a.b="c" \\\n'),
    "another command": ('"serve"]', '"serve", "--log-level", "debug"]'),
    "a health check": ("CMD [", "HEALTHCHECK CMD true\nCMD ["),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_dockerfile_of_first_release_merges(tmp_path: Path, name: str) -> None:
    new = dockerfile(tmp_path, {})
    # What v1.0.0 rendered from the same answers.
    lines = new.read_text().replace(f"    {SECRET} \\\n", "").splitlines()
    text = "\n".join(lines) + "\n"
    text = re.sub(r"RUN (--mount=type=cache\S+) \\\n    ", r"RUN \1 ", text)
    comment = "# What the service depends on changes less often than the service.\n"
    text = re.sub(r"# Dependencies change less often(.*\n#)*.*\n", comment, text)
    text = re.sub(r"\n# Differs in every build.*?(?=EXPOSE)", "", text, flags=re.DOTALL)
    assert "ARG" not in text
    assert "secret" not in text
    edit, edited = EDITS[name]
    assert edit in text
    (tmp_path / "base").write_text(text)
    (tmp_path / "ours").write_text(text.replace(edit, edited, 1))

    git(tmp_path, "merge-file", "ours", "base", new)

    merged = (tmp_path / "ours").read_text()
    assert edited in merged
    assert merged.count(SECRET) == 2
