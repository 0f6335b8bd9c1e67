"""The check that every configuration key is known."""

from pathlib import Path

import pytest

from tests.standard.support import ANSWERS, run_check
from tests.support import Content

CHASSIS = """\
class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

class Server(Section):
    host: str = "0.0.0.0"
    port: int = Field(8000, ge=0)

class ChassisSettings(BaseSettings):
    model_config = SettingsConfigDict(extra="forbid")
    settings: str = ""
    server: Server = Server()
    _current: ClassVar["ChassisSettings | None"] = None
"""
OWN = """\
from iris.chassis.settings import ChassisSettings, Section

class Inner(Section):
    size: int = 1

class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")

class Named(BaseModel):
    top_k: int = Field(3, alias="topK")

class Settings(ChassisSettings):
    inner: Inner = Inner()
    maybe: Inner | None = None
    annotated: Annotated[Inner, Field()] = Inner()
    many: dict[str, Inner] = {}
    loose: Loose = Loose()
    named: Named = Named()
    foreign: FromElsewhere | None = None
"""
SERVICE: dict[str, Content] = {
    ".copier-answers.yml": ANSWERS,
    "src/iris/chassis/settings.py": CHASSIS,
    "src/iris/settings.py": OWN,
}
NAMED = "settings: iris.settings:Settings\n"


@pytest.mark.parametrize(
    "yaml",
    [
        "server: {port: 1}\n",
        "inner: {size: 1}\n",
        "maybe: {size: 2}\nannotated: {size: 1}\n",
        "many: {a: {x: 1}}\n",
        "loose: {anything: {at: all}}\n",
        "named: {topK: 3}\n",
        "foreign: {whatever: 1}\n",
        "server:\n",
        "",
    ],
)
def test_check_passes(yaml: str, tmp_path: Path) -> None:
    assert run_check("DM601", tmp_path, SERVICE | {"config/application.yml": NAMED + yaml}).passed


@pytest.mark.parametrize(
    ("path", "yaml", "finding"),
    [
        ("config/application.yml", "sever: {port: 1}\n", "`config/application.yml:2`: `sever`"),
        (
            "config/application.yml",
            "server:\n  prot: 1\n",
            "`config/application.yml:3`: `server.prot`",
        ),
        ("config/application.yml", "maybe: {sise: 1}\n", "`maybe.sise`"),
        ("config/application.yml", "annotated: {sise: 1}\n", "`annotated.sise`"),
        ("config/application.yml", "_current: 1\n", "`_current`"),
        ("config/application-prod.yaml", "sever: 1\n", "`config/application-prod.yaml:2`: `sever`"),
        (
            "config/application-prod.yaml",
            "server: [\n",
            "`config/application-prod.yaml`: `is not valid",
        ),
    ],
)
def test_check_reports_finding(path: str, yaml: str, finding: str, tmp_path: Path) -> None:
    files = SERVICE | {"config/application.yml": NAMED} | {path: NAMED + yaml}
    assert finding in run_check("DM601", tmp_path, dict(files)).failed


@pytest.mark.parametrize("path", ["chart/values.yaml", "chart/values-production.yaml"])
def test_configuration_in_a_chart_is_checked(path: str, tmp_path: Path) -> None:
    chart = "config:\n  server: {port: 1}\n  sever: 1\nsever: 2\n"
    files = SERVICE | {"config/application.yml": NAMED, path: chart}
    message = run_check("DM601", tmp_path, dict(files)).failed
    assert message.startswith(f"- `{path}:3`: `config.sever`\n\n")


def test_without_a_settings_class_the_keys_of_the_chassis_are_known(tmp_path: Path) -> None:
    files: dict[str, Content] = SERVICE | {"config/application.yml": "inner: 1\n"}
    assert "`inner`" in run_check("DM601", tmp_path, files).failed


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"config/application.yml": "a: 1\n"}, "the service does not use this template"),
        (
            SERVICE | {"config/application.yml": "settings: other:Gone\n"},
            "the settings class was not found",
        ),
        (
            SERVICE | {"src/iris/chassis/settings.py": "class ("},
            "the settings class was not found",
        ),
    ],
)
def test_check_is_skipped_with_reason(
    files: dict[str, Content], reason: str, tmp_path: Path
) -> None:
    assert run_check("DM601", tmp_path, dict(files)).skipped == reason
