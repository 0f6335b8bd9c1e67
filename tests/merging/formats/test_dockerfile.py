"""Dockerfiles are merged by stage and instruction; what a command does must stay certain."""

import pytest
from drydock.documents import formats, nodes
from drydock.documents.formats import dockerfile
from drydock.merging import audit

from tests.merging.formats.examples import Examples, check

EXAMPLES: Examples = {
    "packages of both sides": (
        "FROM a\nRUN apt-get update && apt-get install -y \\\n    b \\\n    && apt-get clean\n",
        "FROM a\nRUN apt-get update && apt-get install -y \\\n    b \\\n    # why\n    mine \\\n"
        "    && apt-get clean\n",
        "FROM a\nRUN apt-get update -y && apt-get install -y \\\n    new=1.* \\\n    b \\\n"
        "    && apt-get clean\n",
        "FROM a\nRUN apt-get update -y && apt-get install -y \\\n    new=1.* \\\n    b \\\n"
        "    # why\n    mine \\\n    && apt-get clean\n",
    ),
    "packages on one line": (
        "FROM a\nRUN apk add --no-cache b c\n",
        "FROM a\nRUN apk add --no-cache b c mine\n",
        "FROM a\nRUN apk add --no-cache c\n",
        "FROM a\nRUN apk add --no-cache c mine\n",
    ),
    "variables by their names": (
        "FROM a\nENV X=1 \\\n    Y=2\nUSER b\n",
        "FROM a\nENV X=10 \\\n    Y=2\nENV MINE=3\nUSER b\n",
        'FROM a\nENV X=1 \\\n    Y=2 \\\n    Z="3 4"\nENV NEW=4\nUSER b\n',
        'FROM a\nENV X=10 \\\n    Y=2 \\\n    Z="3 4"\nENV MINE=3\nENV NEW=4\nUSER b\n',
    ),
    "a version that both raised": (
        "FROM python:3.11-slim AS run\nRUN a\n",
        "FROM python:3.12-slim AS run\nRUN a\n",
        "FROM python:3.13-slim AS run\nRUN a\n",
        "FROM python:3.13-slim AS run\nRUN a\n",
    ),
    "a port is no version": (
        "FROM a\nENV PORT=8080\n",
        "FROM a\nENV PORT=8081\n",
        "FROM a\nENV PORT=8082\n",
        None,
    ),
    "a stage in between": (
        "FROM a AS build\nRUN b\n\n# the last\nFROM c\nCMD d\n",
        "FROM a AS build\nRUN b\nRUN mine\n\n# the last\nFROM c\nCMD mine\n",
        "FROM a AS build\nRUN b\n\n# to test\nFROM build AS test\nRUN t\n"
        "\n# the last\nFROM c\nCMD d\n",
        "FROM a AS build\nRUN b\nRUN mine\n\n# to test\nFROM build AS test\nRUN t\n"
        "\n# the last\nFROM c\nCMD mine\n",
    ),
    "another case is no change": (
        "FROM a as build\nRUN b\n",
        "FROM a:1 as build\nRUN b\n",
        "FROM a AS build\nRUN b\nRUN c\n",
        "FROM a:1 as build\nRUN b\nRUN c\n",
    ),
    "options of a copy, and one more": (
        "# syntax=docker/dockerfile:1\nFROM a\nCOPY x y\nRUN z\n",
        "# syntax=docker/dockerfile:1\nFROM a\nCOPY --chown=1:1 x y\nRUN z\n",
        "# syntax=docker/dockerfile:1.7\nFROM a\nCOPY x y\nRUN z\nCOPY new .\n",
        "# syntax=docker/dockerfile:1.7\nFROM a\nCOPY --chown=1:1 x y\nRUN z\nCOPY new .\n",
    ),
    "commands in one place": (
        "FROM a\nRUN b\n",
        "FROM a\nRUN b\nRUN c\n",
        "FROM a\nRUN b\nRUN d\n",
        None,
    ),
    "one command, differently": ("FROM a\nRUN b\n", "FROM a\nRUN c\n", "FROM a\nRUN d\n", None),
    "one command, by one side not at all": (
        "FROM a\nRUN b c\n",
        "FROM a\n",
        "FROM a\nRUN b d\n",
        None,
    ),
    "one entry point, differently": (
        "FROM a\n",
        'FROM a\nCMD ["mine"]\n',
        'FROM a\nCMD ["new"]\n',
        None,
    ),
    "a command for another user": (
        "FROM a\nRUN b\nRUN c\n",
        "FROM a\nUSER mine\nRUN b\nRUN c\n",
        "FROM a\nRUN b\nRUN c\nRUN apt-get install new\n",
        None,
    ),
    "a command on another system": (
        "FROM debian\nRUN b\n",
        "FROM alpine\nRUN b\n",
        "FROM debian\nRUN b\nRUN apt-get install new\n",
        None,
    ),
    "from a stage that the other side renames": (
        "FROM a AS build\nRUN b\n\nFROM c\nCMD d\n",
        "FROM a AS builder\nRUN b\n\nFROM c\nCMD d\n",
        "FROM a AS build\nRUN b\n\nFROM c\nCOPY --from=build x y\nCMD d\n",
        None,
    ),
    "of a variable that the other side removes": (
        "ARG X=1\nFROM a\nCMD d\n",
        "FROM a\nCMD d\n",
        "ARG X=1\nFROM a\nCMD d\nLABEL x=$X\n",
        None,
    ),
    "no Dockerfile": ("FROM a\n", "FROM a\nRUN b\n", "FORM a\n", None),
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
def test_nothing_is_lost_by_reading(text: str) -> None:
    assert nodes.source(dockerfile.read(text)) == text
    assert audit.of("dockerfile")(text)


@pytest.mark.parametrize("text", ["", "RUN a\n", "FROM a\nRUM b\n", "FROM a\nRUN <<X\n"])
def test_what_is_no_dockerfile_is_told(text: str) -> None:
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
def test_names(path: str, known: bool) -> None:
    assert (formats.of(path) is formats.of("Dockerfile")) is known
