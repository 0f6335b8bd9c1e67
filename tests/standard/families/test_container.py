"""Checks of the container image."""

from pathlib import Path

import pytest

from tests.standard.support import run_check

SLIM = "FROM python:3.13-slim\n"
TWO = f"FROM python:3.13 AS build\nRUN pip install .\n\n{SLIM}COPY --from=build /app /app\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("DM401", f"{SLIM}USER 10001\n"),
        ("DM401", f"{SLIM}USER root\nRUN apt-get update\nUSER app:app\n"),
        ("DM401", f"{SLIM}user 10001\n"),
        ("DM401", f"{SLIM}ARG UID=10001\nUSER ${{UID}}\n"),
        ("DM401", f"{SLIM}ARG UID\nUSER ${{UID}}\n"),
        ("DM401", f"{SLIM}USER ${{UID:-1000}}\n"),
        ("DM401", "FROM gcr.io/distroless/python3:nonroot\n"),
        ("DM401", "FROM python:3.13 AS base\nUSER app\nFROM base\nCMD app\n"),
        ("DM401", f"{TWO}USER app\n"),
        ("DM402", SLIM),
        ("DM402", "FROM python@sha256:0123\n"),
        ("DM402", "FROM --platform=linux/amd64 python:3.13 AS build\nFROM build\n"),
        ("DM402", "ARG PYTHON=3.13\nFROM python:${PYTHON}-slim\n"),
        ("DM402", "ARG PYTHON\nFROM python:$PYTHON\n"),
        ("DM402", "FROM localhost:5000/python:3.13\n"),
        ("DM402", f"{SLIM}FROM scratch\n"),
        ("DS403", SLIM),
        ("DS403", f"{SLIM}HEALTHCHECK NONE\n"),
        ("DS403", f"{SLIM}# HEALTHCHECK CMD curl localhost\n"),
        ("DS403", "FROM python:3.13 AS build\nHEALTHCHECK CMD true\nFROM python:3.13\n"),
        ("DS404", f"{SLIM}COPY pyproject.toml uv.lock ./\nCOPY src ./src\n"),
        ("DS404", f"{SLIM}COPY --from=build . .\n"),
        ("DS404", f"{SLIM}RUN <<EOF\nCOPY . .\nEOF\n"),
    ],
)
def test_check_passes(code: str, text: str, tmp_path: Path) -> None:
    assert run_check(code, tmp_path, {"Dockerfile": text}).passed


@pytest.mark.parametrize(
    ("code", "text", "finding"),
    [
        ("DM401", SLIM, "- `Dockerfile:1` sets no `USER`, so the container runs as root"),
        ("DM401", f"{SLIM}USER root\n", "- `Dockerfile:2`: `USER root`"),
        ("DM401", f"{SLIM}USER app\nUSER 0:0\n", "- `Dockerfile:3`: `USER 0:0`"),
        ("DM401", f"{SLIM}ARG UID=0\nUSER $UID\n", "`USER 0`"),
        ("DM401", "FROM python:3.13 AS base\nUSER app\nFROM python:3.13\n", "`Dockerfile:3`"),
        ("DM401", "FROM base AS base\nRUN pip install x\n", "`Dockerfile:1` sets no `USER`"),
        ("DM402", "FROM python\n", "- `Dockerfile:1`: `python`"),
        (
            "DM402",
            "# syntax=docker/dockerfile:1\nFROM python:latest\n",
            "`Dockerfile:2`: `python:latest`",
        ),
        ("DM402", "FROM localhost:5000/python\n", "`localhost:5000/python`"),
        ("DM402", "ARG TAG=latest\nFROM python:${TAG}\n", "`python:latest`"),
        (
            "DM402",
            "FROM python:3.13 AS build\nFROM --platform=x other AS last\nRUN pip\n",
            "`other`",
        ),
        ("DS403", f"{SLIM}HEALTHCHECK --interval=5s \\\n  CMD curl localhost\n", "`Dockerfile:2`"),
        ("DS404", f"{SLIM}COPY . .\n", "`Dockerfile:2`: `COPY . .`"),
        ("DS404", f"{SLIM}RUN a \\\n # b\n  && c\nADD --chown=1:1 ./ /app\n", "`Dockerfile:5`"),
    ],
)
def test_check_reports_finding(code: str, text: str, finding: str, tmp_path: Path) -> None:
    assert finding in run_check(code, tmp_path, {"Dockerfile": text}).failed


@pytest.mark.parametrize(
    "ignored", [".dockerignore", "api/.dockerignore", "api/Dockerfile.dockerignore"]
)
def test_three_locations_of_dockerignore_are_accepted(ignored: str, tmp_path: Path) -> None:
    files = {"api/Dockerfile": f"{SLIM}COPY . .\n", ignored: ".git\n"}
    assert run_check("DS404", tmp_path, dict(files)).passed


@pytest.mark.parametrize("code", ["DM401", "DM402", "DS403", "DS404"])
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("main.py", ""),
        ("tests/Dockerfile", SLIM),
        (".devcontainer/Dockerfile", SLIM),
        ("Dockerfile.dev", SLIM),
        ("proxy/Dockerfile", "FROM nginx\nCOPY . .\n"),
        ("Dockerfile", "builds nothing with that language\n"),
        ("Dockerfile", ""),
    ],
)
def test_check_is_skipped_with_reason(code: str, path: str, text: str, tmp_path: Path) -> None:
    assert (
        run_check(code, tmp_path, {path: text}).skipped
        == "there is no Dockerfile for a Python service"
    )


@pytest.mark.parametrize(
    "path", ["Containerfile", "dockerfile", "Dockerfile.production", "docker/api.Dockerfile"]
)
def test_alternative_dockerfile_names_are_checked(path: str, tmp_path: Path) -> None:
    assert path in run_check("DM401", tmp_path, {path: SLIM}).failed
