"""Sources of settings, and their precedence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from chassis.sources import ConfigurationError, load
from hypothesis import given
from hypothesis import strategies as st

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write `config/application.yml` and, by name, the profiles' files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()

    def write(base: str, **profiles: str) -> None:
        Path("config/application.yml").write_text(base, encoding="utf-8")
        for name, text in profiles.items():
            Path(f"config/application-{name}.yml").write_text(text, encoding="utf-8")

    return write


def sources(loaded: Any) -> dict[str, str]:
    return {key: source for key, _, source in loaded.effective()}


def test_each_source_overrides_those_below(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line, the environment, profiles (the last first), the base file, defaults."""
    keys = {  # key: (environment variable, default)
        "management.host": ("APP__MANAGEMENT__HOST", "0.0.0.0"),
        "server.host": ("APP__SERVER__HOST", "0.0.0.0"),
    }
    base, early, late = (dict.fromkeys(keys, source) for source in ("base", "early", "late"))
    write(json.dumps(base), early=json.dumps(early), late=json.dumps(late))
    overrides: dict[str, str] = {}

    def values() -> set[str]:
        settings = load(overrides).settings
        return {settings.server.host, settings.management.host}

    assert values() == {"base"}
    monkeypatch.setenv("APP__PROFILES", "early, late")
    assert values() == {"late"}
    monkeypatch.setenv("APP__PROFILES", "late,early")
    assert values() == {"early"}
    for variable, _ in keys.values():
        monkeypatch.setenv(variable, "environment")
    assert values() == {"environment"}
    overrides |= dict.fromkeys(keys, "command line")
    assert values() == {"command line"}


def test_defaults_apply_without_a_source(write: Write) -> None:
    settings = load().settings

    assert settings.logging.level == "INFO"
    assert settings.shutdown.drain_seconds < settings.shutdown.deadline_seconds


def test_stronger_source_overrides_only_its_own_keys(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("server: {host: base, port: 1234}", prod="server.port: 4321")
    monkeypatch.setenv("APP__PROFILES", "prod")

    settings = load().settings

    assert (settings.server.host, settings.server.port) == ("base", 4321)


def test_each_key_shows_its_source(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("server: {host: base, port: 1}\nmanagement.port: 2\n", prod="management: {host: prod}")
    monkeypatch.setenv("APP__PROFILES", "prod")
    monkeypatch.setenv("APP__SERVER__HOST", "environment")

    shown = sources(load({"logging.level": "DEBUG"}))

    assert shown["server.host"] == "APP__SERVER__HOST"
    assert shown["server.port"] == "config/application.yml"
    assert shown["management.host"] == "config/application-prod.yml"
    assert shown["management.port"] == "config/application.yml"
    assert shown["logging.level"] == "command line"
    assert shown["logging.format"] == "default"


def test_section_in_json_shows_its_variable(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP__SERVER", '{"host": "environment"}')

    assert sources(load())["server.host"] == "APP__SERVER"


def test_lists_are_replaced_not_merged(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("settings: keys:Settings\nhosts: [a, b, c]", prod="hosts[0]: z")
    monkeypatch.setenv("APP__PROFILES", "prod")

    assert load().settings.hosts == ["z"]

    monkeypatch.setenv("APP__HOSTS", '["x", "y"]')

    assert load().settings.hosts == ["x", "y"]


def test_config_folder_can_be_changed(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("server.host: here")
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "application.yml").write_text("server.host: there")
    monkeypatch.setenv("APP__CONFIG_DIR", str(other))

    loaded = load()

    assert loaded.settings.server.host == "there"
    assert sources(loaded)["server.host"] == f"{other.as_posix()}/application.yml"


def test_empty_file_sets_nothing(write: Write) -> None:
    write("# nothing yet\n", prod="")

    assert load().settings.logging.level == "INFO"


def test_anchors_and_merge_keys_work(write: Write) -> None:
    write(
        "settings: keys:Settings\n"
        "upstreams:\n"
        "  - &first {url: a, retries: 1}\n"
        "  - &second {<<: *first, url: b}\n"
        "fallback: {<<: *second}\n"
    )

    settings = load().settings

    assert [(up.url, up.retries) for up in settings.upstreams] == [("a", 1), ("b", 1)]
    assert (settings.fallback.url, settings.fallback.retries) == ("b", 1)


def test_environment_can_name_the_settings_class(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP__SETTINGS", "keys:Settings")
    monkeypatch.setenv("APP__GREETING__SALUTATION", "Ahoy")

    assert load().settings.greeting.salutation == "Ahoy"


def test_top_level_keys_without_settings_class_are_ignored(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that reads its own configuration shares file and prefix with the chassis."""
    write("database: {url: x}\nworkers: [1, 2]\nserver.host: here\n")
    monkeypatch.setenv("APP__DATABASE__PASSWORD", "x")

    assert load().settings.server.host == "here"


def test_chassis_sections_are_checked_without_settings_class(write: Write) -> None:
    write("server.prot: 1")

    with pytest.raises(ConfigurationError, match=r"server\.prot: unknown key"):
        load()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("No", "No"),
        ("1:30", "1:30"),
        ("2026-11-28", "2026-11-28"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("=", "="),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-7", -7),
        ("1e3", 1000.0),
        ("+.5", 0.5),
        ("-.INF", float("-inf")),
        ("~", None),
        ("TRUE", True),
        ("'1'", "1"),
        ("!!str 1", "1"),
    ],
)
def test_values_follow_yaml_1_2(write: Write, written: str, value: object) -> None:
    """See https://yaml.org/spec/1.2.2/#103-core-schema."""
    write(f"settings: keys:Settings\nextra: {{x: {written}}}\n")

    read = load().settings.extra["x"]

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("text", ["12345", "007", "1.10", "1e3", "0x1F", "-5", ".inf"])
def test_number_for_a_text_key_is_its_text(
    write: Write, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    write(
        f"settings: keys:Settings\ngreeting: {{token: {text}, salutation: {text}}}\n"
        f"token: {text}\nhosts: [a, {text}]\nfallback.url: {text}\n"
        f"regions: {{eu: {{url: {text}}}}}\n"
    )

    settings = load().settings

    assert settings.token.get_secret_value() == text
    assert settings.greeting.token.get_secret_value() == text
    assert settings.greeting.salutation == text
    assert settings.hosts == ["a", text]
    assert settings.fallback.url == text
    assert settings.regions["eu"].url == text

    monkeypatch.setenv("APP__GREETING", '{"token": 12345}')
    assert load().settings.greeting.token.get_secret_value() == "12345"


# Any tree can be written nested, dotted, or as a mixture of both.


class _Quoting(yaml.SafeDumper):
    """Quotes every text: PyYAML writes YAML 1.1, in which a plain `0E0` is text."""


_Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)

names = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
scalars = st.one_of(st.integers(), st.booleans(), st.text(max_size=8), st.none())
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.dictionaries(names, inner, min_size=1, max_size=3),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=12,
)


def mixed(value: Any, draw: Callable[[Any], Any], path: str = "") -> dict[str, Any]:
    """Write a value as keys below `path`, each level either nested or joined to its parent."""
    if isinstance(value, dict):
        parts = [(f".{name}" if path else name, item) for name, item in value.items()]
    elif isinstance(value, list):
        parts = [(f"[{index}]", item) for index, item in enumerate(value)]
    else:
        return {path: value}
    if path and draw(st.booleans()):
        inner: dict[str, Any] = {}
        for name, item in parts:
            inner |= mixed(item, draw, name.removeprefix("."))
        return {path: inner}
    flat: dict[str, Any] = {}
    for name, item in parts:
        flat |= mixed(item, draw, path + name)
    return flat


@given(tree=st.dictionaries(names, values, min_size=1, max_size=3), data=st.data())
def test_dotted_and_nested_keys_are_equivalent(
    tree: dict[str, Any], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "property"
    folder.mkdir(exist_ok=True)
    written = {"settings": "keys:Settings"} | mixed({"extra": tree}, data.draw)
    text = yaml.dump(written, Dumper=_Quoting)
    (folder / "application.yml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APP__CONFIG_DIR", str(folder))

        assert load().settings.extra == tree


@given(tree=st.dictionaries(names, values, min_size=1, max_size=3))
def test_sections_in_lists_can_have_dotted_keys(
    tree: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "property"
    folder.mkdir(exist_ok=True)
    flat = mixed(tree, lambda _: False)
    text = yaml.dump({"settings": "keys:Settings", "extra": {"list": [flat]}}, Dumper=_Quoting)
    (folder / "application.yml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APP__CONFIG_DIR", str(folder))

        assert load().settings.extra == {"list": [tree]}
