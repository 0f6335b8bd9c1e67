"""The settings: defaults, secrets, and access by the service."""

from pathlib import Path

import pytest
from chassis import cli, identity
from chassis.settings import ChassisSettings
from chassis.sources import load

from . import support

SECRETS = (
    "settings: keys:Settings\n"
    "token: hunter2\n"
    "greeting.token: hunter2\n"
    "quotas: {1: 10}\n"
    "upstreams: [{url: http://a}]\n"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("config/application.yml").touch()


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChassisSettings, "_current", None)


def test_ports_are_the_answers_of_the_template() -> None:
    settings = load().settings

    assert settings.server.port == support.ANSWERS["service_port"]
    assert settings.management.port == support.ANSWERS["management_port"]


def test_adopted_service_keeps_its_errors() -> None:
    assert load().settings.errors.problem_json is not support.ADOPTED


def test_config_shows_values_and_sources_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config/application.yml").write_text(SECRETS)
    monkeypatch.setenv("APP__GREETING__SALUTATION", "Ahoy")

    assert cli.main(["config"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = {line.split(":")[0]: line.split("  # ")[1] for line in lines}

    assert "hunter2" not in "".join(lines)
    assert shown["token"] == shown["greeting.token"] == "config/application.yml"
    assert shown["greeting.salutation"] == "APP__GREETING__SALUTATION"
    assert shown["quotas.1"] == "config/application.yml"
    assert shown["health.check_timeout_seconds"] == "default"
    assert any(line.startswith("greeting.salutation: Ahoy ") for line in lines)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://me:hunter2@db/x?y=1", "postgres://me:***@db/x?y=1"),
        ("redis://:hunter2@db", "redis://:***@db"),
        ("https://me:hunter2@x@db:80/a@b", "https://me:***@db:80/a@b"),
        ("https://db/?user=me&password=hunter2&x=1", "https://db/?user=me&password=***&x=1"),
        ("https://me@db:80/x", "https://me@db:80/x"),
    ],
)
def test_config_masks_a_password_in_a_url(
    url: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config/application.yml").write_text(
        f"settings: keys:Settings\nhosts: ['{url}']\nextra.url: {url}\n"
    )

    cli.main(["config"])
    lines = capsys.readouterr().out

    assert "hunter2" not in lines
    assert f"extra.url: {shown} " in lines
    assert f"hosts: ['{shown}'] " in lines


def test_config_shows_one_line_per_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config/application.yml").write_text("settings: keys:Settings")
    monkeypatch.setenv("APP__GREETING__SALUTATION", "Hello,\nworld")

    cli.main(["config"])

    assert all("  # " in line for line in capsys.readouterr().out.splitlines())


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().settings.server.port = 1


def test_service_reads_its_own_keys() -> None:
    import keys

    Path("config/application.yml").write_text("settings: keys:Settings\nhosts: [a]")

    assert keys.Settings.current().hosts == ["a"]
    assert keys.Settings.current() is ChassisSettings.current()


def test_unnamed_settings_class_is_refused() -> None:
    import keys

    with pytest.raises(TypeError, match="settings"):
        keys.Settings.current()


def test_given_settings_are_current() -> None:
    settings = load({"server.port": 1}).settings
    ChassisSettings.use(settings)

    assert ChassisSettings.current() is settings


def test_installed_service_has_a_version() -> None:
    assert identity.service_version()


def test_template_release_is_read_from_the_answers_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert identity.template_release() == support.ANSWERS["_commit"]

    monkeypatch.setattr(identity, "ANSWERS", tmp_path / "answers.yml")
    assert identity.template_release() == "unknown"
    for broken in ("", "- a list", "no: commit", "{"):
        identity.ANSWERS.write_text(broken)
        assert identity.template_release() == "unknown"
