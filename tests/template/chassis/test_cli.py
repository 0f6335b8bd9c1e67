"""The command of the service."""

import json
from pathlib import Path

import pytest
from chassis import cli
from chassis.identity import SERVICE, service_version

from . import support


def test_version_option_prints_the_services_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])

    assert not ended.value.code
    assert capsys.readouterr().out == f"{SERVICE} {service_version()}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"]])
def test_help_explains_every_command(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)

    assert not ended.value.code
    assert capsys.readouterr().out.startswith(f"usage: {SERVICE}")


@pytest.mark.parametrize(
    "arguments",
    [[], ["swim"], ["serve", "--prot", "1"], ["serve", "--port", "eighty"], ["config", "server"]],
    ids=" ".join,
)
def test_invalid_arguments_exit_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)

    assert ended.value.code == 2
    assert SERVICE in capsys.readouterr().err.splitlines()[-1]


def test_openapi_prints_the_applications_document(tmp_path: Path) -> None:
    ended = support.run("everything:app", "openapi", folder=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert "/items/{item_id}" in json.loads(ended.stdout)["paths"]


def test_openapi_is_written_to_a_file(tmp_path: Path) -> None:
    ended = support.run("everything:app", "openapi", "--output", "api.json", folder=tmp_path)

    assert (ended.returncode, ended.stdout) == (0, "")
    assert (tmp_path / "api.json").read_text().endswith("}\n")


def test_openapi_names_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    ended = support.run("everything:app", "openapi", "--output", "no/api.json", folder=tmp_path)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"{SERVICE}: no/api.json: No such file or directory\n"


@pytest.mark.parametrize("app", ["bare:app", "bare:starlette"])
def test_openapi_needs_an_application_with_a_document(app: str, tmp_path: Path) -> None:
    ended = support.run(app, "openapi", folder=tmp_path)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"{SERVICE}: {app}: the application has no OpenAPI document\n"
