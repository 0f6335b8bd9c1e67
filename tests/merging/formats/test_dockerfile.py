"""Dockerfiles are merged by stage and instruction, as long as each command's effect is certain."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import dockerfile
from drydock.merging import audit

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "both_sides_add_packages_on_separate_lines": (
        "FROM a\nRUN apt-get update && apt-get install -y \\\n    b \\\n    && apt-get clean\n",
        "FROM a\nRUN apt-get update && apt-get install -y \\\n    b \\\n    # why\n    mine \\\n"
        "    && apt-get clean\n",
        "FROM a\nRUN apt-get update -y && apt-get install -y \\\n    new=1.* \\\n    b \\\n"
        "    && apt-get clean\n",
        "FROM a\nRUN apt-get update -y && apt-get install -y \\\n    new=1.* \\\n    b \\\n"
        "    # why\n    mine \\\n    && apt-get clean\n",
    ),
    "ours_adds_package_theirs_removes_one": (
        "FROM a\nRUN apk add --no-cache b c\n",
        "FROM a\nRUN apk add --no-cache b c mine\n",
        "FROM a\nRUN apk add --no-cache c\n",
        "FROM a\nRUN apk add --no-cache c mine\n",
    ),
    "sides_set_different_variables": (
        "FROM a\nENV X=1 \\\n    Y=2\nUSER b\n",
        "FROM a\nENV X=10 \\\n    Y=2\nENV MINE=3\nUSER b\n",
        'FROM a\nENV X=1 \\\n    Y=2 \\\n    Z="3 4"\nENV NEW=4\nUSER b\n',
        'FROM a\nENV X=10 \\\n    Y=2 \\\n    Z="3 4"\nENV MINE=3\nENV NEW=4\nUSER b\n',
    ),
    "both_sides_raise_version_higher_wins": (
        "FROM python:3.11-slim AS run\nRUN a\n",
        "FROM python:3.12-slim AS run\nRUN a\n",
        "FROM python:3.13-slim AS run\nRUN a\n",
        "FROM python:3.13-slim AS run\nRUN a\n",
    ),
    "both_sides_change_port_conflicts": (
        "FROM a\nENV PORT=8080\n",
        "FROM a\nENV PORT=8081\n",
        "FROM a\nENV PORT=8082\n",
        None,
    ),
    "ours_edits_stages_theirs_inserts_stage": (
        "FROM a AS build\nRUN b\n\n# the last\nFROM c\nCMD d\n",
        "FROM a AS build\nRUN b\nRUN mine\n\n# the last\nFROM c\nCMD mine\n",
        "FROM a AS build\nRUN b\n\n# to test\nFROM build AS test\nRUN t\n"
        "\n# the last\nFROM c\nCMD d\n",
        "FROM a AS build\nRUN b\nRUN mine\n\n# to test\nFROM build AS test\nRUN t\n"
        "\n# the last\nFROM c\nCMD mine\n",
    ),
    "theirs_changes_only_case_of_as": (
        "FROM a as build\nRUN b\n",
        "FROM a:1 as build\nRUN b\n",
        "FROM a AS build\nRUN b\nRUN c\n",
        "FROM a:1 as build\nRUN b\nRUN c\n",
    ),
    "ours_adds_copy_option_theirs_adds_copy": (
        "# syntax=docker/dockerfile:1\nFROM a\nCOPY x y\nRUN z\n",
        "# syntax=docker/dockerfile:1\nFROM a\nCOPY --chown=1:1 x y\nRUN z\n",
        "# syntax=docker/dockerfile:1.7\nFROM a\nCOPY x y\nRUN z\nCOPY new .\n",
        "# syntax=docker/dockerfile:1.7\nFROM a\nCOPY --chown=1:1 x y\nRUN z\nCOPY new .\n",
    ),
    "both_sides_append_command_conflicts": (
        "FROM a\nRUN b\n",
        "FROM a\nRUN b\nRUN c\n",
        "FROM a\nRUN b\nRUN d\n",
        None,
    ),
    "both_sides_change_command_conflicts": (
        "FROM a\nRUN b\n",
        "FROM a\nRUN c\n",
        "FROM a\nRUN d\n",
        None,
    ),
    "ours_removes_command_theirs_changes_it_conflicts": (
        "FROM a\nRUN b c\n",
        "FROM a\n",
        "FROM a\nRUN b d\n",
        None,
    ),
    "both_sides_add_different_cmd_conflicts": (
        "FROM a\n",
        'FROM a\nCMD ["mine"]\n',
        'FROM a\nCMD ["new"]\n',
        None,
    ),
    "ours_changes_user_theirs_adds_command_conflicts": (
        "FROM a\nRUN b\nRUN c\n",
        "FROM a\nUSER mine\nRUN b\nRUN c\n",
        "FROM a\nRUN b\nRUN c\nRUN apt-get install new\n",
        None,
    ),
    "ours_changes_base_image_theirs_adds_command_conflicts": (
        "FROM debian\nRUN b\n",
        "FROM alpine\nRUN b\n",
        "FROM debian\nRUN b\nRUN apt-get install new\n",
        None,
    ),
    "ours_renames_stage_theirs_copies_from_it_conflicts": (
        "FROM a AS build\nRUN b\n\nFROM c\nCMD d\n",
        "FROM a AS builder\nRUN b\n\nFROM c\nCMD d\n",
        "FROM a AS build\nRUN b\n\nFROM c\nCOPY --from=build x y\nCMD d\n",
        None,
    ),
    "ours_removes_variable_theirs_uses_it_conflicts": (
        "ARG X=1\nFROM a\nCMD d\n",
        "FROM a\nCMD d\n",
        "ARG X=1\nFROM a\nCMD d\nLABEL x=$X\n",
        None,
    ),
    "theirs_is_not_valid_conflicts": ("FROM a\n", "FROM a\nRUN b\n", "FORM a\n", None),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_merge(name: str) -> None:
    check("Dockerfile", *EXAMPLES[name])


TEXTS = [
    "FROM a\n",
    "# syntax=x\n# check=skip=all\n\nARG A\nARG B=1\nFROM --platform=$A a:$B\n# end\n",
    "FROM a\nRUN <<EOF\n# b\nc \\\nFROM d\nEOF\nRUN e\n",
    "FROM a\nCOPY <<-'X' <<Y /b/\n\tx\n\tX\ny\nY\nUSER c\n",
    "FROM a\nRUN b \\\n# c\n\n    d\n\n\nRUN e\n",
    'FROM a\nENV A b c\nENV A=1 B=\'x y\' C="\\"" \\\n  D=\\ e\nLABEL x=y\nENV A=2\n',
    "from a\nrun apt-get install -y $X b\nRUN apt install c; apt install d\nRUN apk add e && f\n",
    "FROM a\nHEALTHCHECK --interval=5m CMD b || exit 1\nONBUILD RUN c\nEXPOSE 80 443\nVOLUME /d\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_reading_preserves_source(text: str) -> None:
    assert nodes.source(dockerfile.read(text)) == text
    assert audit.of("dockerfile")(text)


@pytest.mark.parametrize("text", ["", "RUN a\n", "FROM a\nRUM b\n", "FROM a\nRUN <<X\n"])
def test_invalid_dockerfile_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        dockerfile.read(text)


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("Dockerfile", True),
        ("a/Dockerfile.dev", True),
        ("a/web.Dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.jinja", False),
    ],
)
def test_handles_dockerfile_names(path: str, known: bool) -> None:
    assert (formats.of(path) is formats.of("Dockerfile")) is known
