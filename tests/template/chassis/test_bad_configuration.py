"""A bad configuration stops the start: one line naming source, key and what was expected."""

from pathlib import Path
from typing import Any

import pytest
from chassis import cli
from chassis.identity import SERVICE

from . import support

BASE = "config/application.yml"
PROD = "config/application-prod.yml"
OWN = "settings: keys:Settings\n"
PORT = "expected a valid integer, unable to parse string as an integer"
LEVELS = "expected 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'"

# name: (base file, expected line)
IN_THE_FILE: dict[str, tuple[str | bytes, str]] = {
    "unknown key": (
        OWN + "greeting: {colour: red}",
        f"{BASE}: greeting.colour: unknown key; expected one of salutation, token",
    ),
    "near miss": (
        "server: {prot: 8000}",
        f"{BASE}: server.prot: unknown key; did you mean port?",
    ),
    "near miss, dotted": (
        "server.prot: 8000",
        f"{BASE}: server.prot: unknown key; did you mean port?",
    ),
    "near miss of a section": (
        OWN + "servr: {port: 8000}",
        f"{BASE}: servr: unknown key; did you mean server?",
    ),
    "near miss in a list of sections": (
        OWN + "upstreams: [{url: a}, {ulr: b}]",
        f"{BASE}: upstreams[1].ulr: unknown key; did you mean url?",
    ),
    "near miss in an optional section": (
        OWN + "fallback: {retires: 3}",
        f"{BASE}: fallback.retires: unknown key; did you mean retries?",
    ),
    "near miss in a section with a free name": (
        OWN + "regions: {eu: {ulr: b}}",
        f"{BASE}: regions.eu.ulr: unknown key; did you mean url?",
    ),
    "wrong type": ("server.port: eighty", f"{BASE}: server.port: {PORT}"),
    "wrong type in a list": (
        OWN + "upstreams: [{retries: many}]",
        f"{BASE}: upstreams[0].retries: {PORT}",
    ),
    "wrong type of a secret": (
        OWN + "token: [hunter2]",
        f"{BASE}: token: expected a valid string",
    ),
    "several": (
        "server: {port: eighty, host: [x]}",
        f"{BASE}: server.host: expected a valid string (and 1 more)",
    ),
    "time without end": (
        "shutdown.deadline_seconds: .inf",
        f"{BASE}: shutdown.deadline_seconds: expected less than or equal to 31536000",
    ),
    "time that no timer can take": (
        "shutdown.deadline_seconds: 1e10",
        f"{BASE}: shutdown.deadline_seconds: expected less than or equal to 31536000",
    ),
    "proxy that is not a network": (
        "server.trusted_proxies: [10.0.0.1/8]",
        f"{BASE}: server.trusted_proxies: expected addresses, networks, or * alone",
    ),
    "port with a colon": ("server.port: 1:30", f"{BASE}: server.port: {PORT}"),
    "number without end": (
        f"server.port: {'9' * 5000}",
        f"{BASE}:1: this number is too long",
    ),
    "text tagged as a number": ("server.port: !!int eighty", f"{BASE}:1: this is not a valid int"),
    "list tagged as a number": (
        "server.port: !!int [80]",
        f"{BASE}:1: expected a scalar node, but found sequence",
    ),
    "text tagged as a boolean": (
        "logging.access: !!bool maybe",
        f"{BASE}:1: this is not a valid bool",
    ),
    "text tagged as a date": ("a: !!timestamp today", f"{BASE}:1: this is not a valid timestamp"),
    "aliases that multiply": (
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(30)),
        f"{BASE}:5: its aliases stand for more than 100000 values",
    ),
    "merge keys that multiply": (
        "a0: &a0 {x: 1}\n"
        + "".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}]}}\n" for n in range(60)),
        f"{BASE}:16: its aliases stand for more than 100000 values",
    ),
    "anchor within itself": (
        "a: &a\n  b: [*a]\n",
        f"{BASE}:1: this contains itself",
    ),
    "brackets without end": ("a: " + 5000 * "[", f"{BASE}: nested too deeply"),
    "out of range": (
        "server.port: 65536",
        f"{BASE}: server.port: expected less than or equal to 65535",
    ),
    "not one of the choices": ("logging.level: LOUD", f"{BASE}: logging.level: {LEVELS}"),
    "two keys that do not fit": (
        "shutdown: {drain_seconds: 30, deadline_seconds: 30}",
        f"{BASE}: shutdown: expected deadline_seconds above drain_seconds",
    ),
    "list for a section": (
        "server: [host, port]",
        f"{BASE}: server: expected a section of keys",
    ),
    "value for a section": ("server: 8000", f"{BASE}: server: expected a section of keys"),
    "nothing in a section": (
        "server:\n  # port: 8000\n",
        f"{BASE}: server: expected a section of keys",
    ),
    "section for a value": (
        "server: {port: {number: 1}}",
        f"{BASE}: server.port: expected a valid integer",
    ),
    "section for a list": (
        OWN + "hosts: {first: a}",
        f"{BASE}: hosts: expected a valid list",
    ),
    "no value for a key without a default": (
        "settings: keys:Needy",
        f"{BASE}: bucket: expected a value, found none",
    ),
    "key twice": (
        "server:\n  port: 1\n  host: x\n  port: 2\n",
        f"{BASE}:4: port is given twice",
    ),
    "section twice": ("server: {}\nserver: {}\n", f"{BASE}:2: server is given twice"),
    "key dotted and nested": (
        "server: {port: 1}\nserver.port: 2\n",
        f"{BASE}: server.port is given twice",
    ),
    "key nested and dotted": (
        "a.b.server.port: 2\na.b: {server: {port: 1}}\n",
        f"{BASE}: a.b.server.port is given twice",
    ),
    "list whole and by index": (
        OWN + "hosts: [a]\nhosts[0]: b\n",
        f"{BASE}: hosts is given twice",
    ),
    "gap in a list": (
        OWN + "hosts[0]: a\nhosts[2]: b\n",
        f"{BASE}: hosts: expected the indexes 0 to 1",
    ),
    "index and name": (
        OWN + "hosts[0]: a\nhosts.first: b\n",
        f"{BASE}: hosts: expected the indexes 0 to 1",
    ),
    "key without a name": (
        OWN + "server..port: 1",
        f"{BASE}: server..port: unknown key; did you mean server?",
    ),
    "index without a number": (
        OWN + "hosts[x]: a",
        f"{BASE}: hosts[x]: unknown key; did you mean hosts?",
    ),
    "broken YAML": (
        "server:\n\tport: 1\n",
        f"{BASE}:2: while scanning for the next token, "
        "found character '\\t' that cannot start any token",
    ),
    "unclosed bracket": (
        "server: {port: 1\n",
        f"{BASE}:2: while parsing a flow mapping, expected ',' or '}}', but got '<stream end>'",
    ),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        f"{BASE}:2: expected a single document in the stream, but found another document",
    ),
    "tag": (
        "server.port: !port 1",
        f"{BASE}:1: could not determine a constructor for the tag '!port'",
    ),
    "template that was not rendered": (
        "server:\n  port: {{ port }}\n",
        f"{BASE}:2: while constructing a mapping, found unhashable key",
    ),
    "control character": (
        "server.host: a\x07b",
        f"{BASE}: not readable: unacceptable character #x0007: special characters are not allowed"
        f' in "<unicode string>", position 14',
    ),
    "not UTF-8": (
        b"server.host: caf\xe9\n",
        f"{BASE}: not readable: 'utf-8' codec can't decode byte 0xe9 in position 16: "
        "invalid continuation byte",
    ),
    "no keys": ("- server\n- port\n", f"{BASE}: expected keys with values"),
    "one word": ("server", f"{BASE}: expected keys with values"),
    "settings in no module": (
        "settings: nowhere.settings:Settings",
        f"{BASE}: settings: cannot import nowhere.settings:Settings: No module named 'nowhere'",
    ),
    "settings in no class": (
        "settings: keys:Setting",
        f"{BASE}: settings: cannot import keys:Setting: module 'keys' has no attribute 'Setting'",
    ),
    "settings without a class": (
        "settings: keys",
        f"{BASE}: settings: expected module:Class",
    ),
    "settings of another kind": (
        "settings: keys:Impostor",
        f"{BASE}: settings: keys:Impostor is not a subclass of ChassisSettings",
    ),
    "settings that is a list": ("settings: [keys]", f"{BASE}: settings: expected module:Class"),
}

# name: (environment, expected line)
IN_THE_ENVIRONMENT: dict[str, tuple[dict[str, str], str]] = {
    "wrong type": ({"APP__SERVER__PORT": "eighty"}, f"APP__SERVER__PORT: server.port: {PORT}"),
    "empty": ({"APP__SERVER__PORT": ""}, f"APP__SERVER__PORT: server.port: {PORT}"),
    "near miss": (
        {"APP__SERVER__PROT": "1"},
        "APP__SERVER__PROT: server.prot: unknown key; did you mean port?",
    ),
    "near miss of a section": (
        {"APP__SETTINGS": "keys:Settings", "APP__SERVR__PORT": "1"},
        "APP__SERVR__PORT: unknown key; did you mean server?",
    ),
    "near miss of the profiles": (
        {"APP__SETTINGS": "keys:Settings", "APP__PROFILE": "prod"},
        "APP__PROFILE: unknown key; did you mean profiles?",
    ),
    "not JSON": ({"APP__SERVER": "port 1"}, "APP__SERVER: expected a value in JSON"),
    "not JSON, below a section": (
        {"APP__SETTINGS": "keys:Settings", "APP__CLUSTER__HOSTS": "a,b"},
        "APP__CLUSTER__HOSTS: expected a value in JSON",
    ),
    "not JSON, one of several": (
        {"APP__SETTINGS": "keys:Settings", "APP__CLUSTER__HOSTS": '["a"]', "APP__HOSTS": "a,b"},
        "APP__HOSTS: expected a value in JSON",
    ),
    "JSON of another kind": (
        {"APP__SERVER": "[1]"},
        "APP__SERVER: server: expected a section of keys",
    ),
    "wrong type within JSON": (
        {"APP__SERVER": '{"port": "x"}'},
        f"APP__SERVER: server.port: {PORT}",
    ),
    "section as a value and by keys": (
        {"APP__SERVER": "1", "APP__SERVER__PORT": "1"},
        "APP__SERVER: server: expected a section of keys",
    ),
    "unknown profile": (
        {"APP__PROFILES": "nowhere"},
        "APP__PROFILES: config/application-nowhere.yml: no such file",
    ),
    "unknown folder": (
        {"APP__CONFIG_DIR": "nowhere"},
        "APP__CONFIG_DIR: nowhere: expected a folder",
    ),
    "file for a folder": (
        {"APP__CONFIG_DIR": BASE},
        f"APP__CONFIG_DIR: {BASE}: expected a folder",
    ),
    "settings in no module": (
        {"APP__SETTINGS": "nowhere:Settings"},
        "APP__SETTINGS: settings: cannot import nowhere:Settings: No module named 'nowhere'",
    ),
}

ON_THE_COMMAND_LINE = {
    "out of range": (
        ["--port", "70000"],
        "command line: server.port: expected less than or equal to 65535",
    ),
    "unknown level": (["--log-level", "loud"], f"command line: logging.level: {LEVELS}"),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path(BASE).touch()


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command; return the one line it ends with."""
    assert cli.main(arguments or ["config"]) == 2
    message = capsys.readouterr()
    assert message.out == ""
    assert message.err.startswith(f"{SERVICE}: ")
    assert message.err.count("\n") == 1
    return message.err.removeprefix(f"{SERVICE}: ").rstrip("\n")


@pytest.mark.parametrize("name", IN_THE_FILE)
def test_error_in_base_file_names_the_key(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, expected = IN_THE_FILE[name]
    Path(BASE).write_bytes(text if isinstance(text, bytes) else text.encode())

    assert complaint(capsys) == expected


@pytest.mark.parametrize("name", IN_THE_ENVIRONMENT)
def test_error_in_environment_names_the_variable(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variables, expected = IN_THE_ENVIRONMENT[name]
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)

    assert complaint(capsys) == expected


@pytest.mark.parametrize("name", ON_THE_COMMAND_LINE)
def test_error_on_command_line_names_the_option(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, expected = ON_THE_COMMAND_LINE[name]

    assert complaint(capsys, "serve", *arguments) == expected


def test_error_in_profile_names_its_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(PROD).write_text("server.port: eighty")
    monkeypatch.setenv("APP__PROFILES", "prod")

    assert complaint(capsys) == f"{PROD}: server.port: {PORT}"


def test_error_of_two_sources_names_the_stronger(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The strongest source of the keys is named."""
    Path(BASE).write_text("shutdown.deadline_seconds: 10")
    monkeypatch.setenv("APP__SHUTDOWN__DRAIN_SECONDS", "20")

    expected = "expected deadline_seconds above drain_seconds"
    assert complaint(capsys).endswith(f"shutdown: {expected}")


def test_folder_in_place_of_a_file_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    Path(BASE).unlink()
    Path(BASE).mkdir()

    assert complaint(capsys) == f"{BASE}: not readable: Is a directory"


def test_broken_settings_module_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("broken_keys.py").write_text("import chassis\nclass Settings(\n")
    Path(BASE).write_text("settings: broken_keys:Settings")
    monkeypatch.syspath_prepend(tmp_path)

    start = f"{BASE}: settings: cannot import broken_keys:Settings: "
    assert complaint(capsys).startswith(start)


@pytest.mark.inference
def test_missing_model_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("APP__INFERENCE__MODEL")
    assert complaint(capsys).startswith(f"{BASE}: inference")

    Path(BASE).write_text("inference: {}")
    assert complaint(capsys) == f"{BASE}: inference.model: expected a value, found none"


@pytest.mark.inference
def test_model_without_class_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP__INFERENCE__MODEL", "models")

    assert complaint(capsys).startswith("APP__INFERENCE__MODEL: inference.model: ")


def test_error_names_the_folder_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "application.yml").write_text("settings: keys:Needy")
    monkeypatch.setenv("APP__CONFIG_DIR", "other")

    assert complaint(capsys) == "other/application.yml: bucket: expected a value, found none"


def test_errors_contain_no_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("token: [hunter2]", "greeting: {token: {a: hunter2}}", "token: hunter2: x"):
        Path(BASE).write_text(OWN + text)

        assert "hunter2" not in complaint(capsys)


def test_process_prints_only_the_error(tmp_path: Path) -> None:
    Path(BASE).write_text("server.prot: 1")

    ended: Any = support.run("everything:app", "serve", folder=tmp_path)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == f"{SERVICE}: {BASE}: server.prot: unknown key; did you mean port?\n"
