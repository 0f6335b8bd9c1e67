"""Effects of the answers about packaging on a service, without running a tool or an index."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.template import matrix

COMPANY = {"company_publish_url": "https://upload.example.com/"}
MIRROR = {"company_package_index": matrix.PACKAGE_INDEX}


def rendered(
    folder: Path, answers: dict[str, Any], company: dict[str, Any] | None = None
) -> dict[str, str]:
    """Return the texts of a service's files by their names."""
    template = matrix.fork(folder / "template", company or {})
    files = matrix.render(template, folder / "service", answers).files()
    return {name: (folder / "service" / name).read_text(encoding="utf-8") for name in files}


@pytest.mark.parametrize(
    ("package_index", "company", "upload"),
    [
        ("", {}, None),
        ("https://packages.example.com/simple/", {}, "https://packages.example.com/"),
        ("https://packages.example.com/py/simple", {}, "https://packages.example.com/py/"),
        ("https://packages.example.com/team/+simple/", {}, "https://packages.example.com/team/"),
        ("https://simple.example.com/not-simple/", {}, None),
        (matrix.PACKAGE_INDEX, COMPANY, COMPANY["company_publish_url"]),
        ("", MIRROR, None),  # a mirror takes no uploads
        (
            matrix.PACKAGE_INDEX,
            {"company_package_index": "https://new.example.com/"},
            matrix.PACKAGE_INDEX.removesuffix("simple/"),
        ),
    ],
)
@pytest.mark.parametrize("packaging", ["uv", "poetry"])
def test_package_is_uploaded_next_to_index_or_to_companys_place(
    tmp_path: Path,
    packaging: str,
    package_index: str,
    company: dict[str, str],
    upload: str | None,
) -> None:
    answers = {"packaging": packaging, "package_index": package_index}

    noxfile = rendered(tmp_path, answers, company)["noxfile.py"]

    found = re.search('^PUBLISH_URL = "(.+)"$', noxfile, re.MULTILINE)
    assert (found and found[1]) == upload
    assert ("def publish(" in noxfile) == (upload is not None)


def test_package_index_defaults_to_the_companys(tmp_path: Path) -> None:
    assert f'url = "{matrix.PACKAGE_INDEX}"' in rendered(tmp_path, {}, MIRROR)["pyproject.toml"]


@pytest.mark.parametrize("ci", ["jenkins", "github", "gitlab"])
def test_pipeline_logs_in_to_a_package_index(tmp_path: Path, ci: str) -> None:
    without = rendered(tmp_path / "without", {"ci": ci})
    with_index = rendered(
        tmp_path / "with", {"ci": ci, "package_index": "https://packages.example.com/simple/"}
    )

    logins = {
        "jenkins": "NETRC = credentials",
        "github": "PACKAGE_INDEX_NETRC",
        "gitlab": "`NETRC`, a",
    }
    assert not any(logins[ci] in text for text in without.values())
    assert any(logins[ci] in text for text in with_index.values())


def test_package_managers_differ_in_few_lines_of_pyproject(tmp_path: Path) -> None:
    uv = rendered(tmp_path / "uv", {})["pyproject.toml"].splitlines()
    poetry = rendered(tmp_path / "poetry", {"packaging": "poetry"})["pyproject.toml"].splitlines()

    assert len(set(uv) - set(poetry)) <= 5
    assert len(set(poetry) - set(uv)) <= 6


@pytest.mark.parametrize(
    ("package_path", "app", "expected"),
    [
        ("src/shop", "shop.api.main:app", ["src/shop"]),
        ("shop", "main:app", ["shop", "main.py"]),
        ("app/shop", "main:app", ["app/shop", "app/main.py"]),
        ("shop", "project.asgi:app", ["shop", "project"]),
        ("src/shop", "project.asgi:app", ["src/shop", "src/project"]),
    ],
)
def test_application_outside_the_package_is_built_from_its_place(
    tmp_path: Path, package_path: str, app: str, expected: list[str]
) -> None:
    """A copy, as by force-include, would hide later edits from an editable installation."""
    answers = {"adopted": True, "package_path": package_path, "app": app}
    wheel = tomllib.loads(rendered(tmp_path, answers)["pyproject.toml"])["tool"]["hatch"]["build"]
    assert wheel["targets"]["wheel"] == {"packages": expected}
