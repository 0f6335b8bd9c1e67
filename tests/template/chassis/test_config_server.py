"""Settings from a Spring Cloud Config Server: precedence, and a server that misbehaves."""

import gc
import json
import os
import re
import socket
import ssl
import stat
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from . import support

if not support.CONFIG_SERVER:
    pytest.skip("the service has no config server", allow_module_level=True)

from chassis import cli
from chassis.identity import SERVICE
from chassis.sources import ConfigurationError, load

from .config_server import (
    Behaviour,
    ConfigServer,
    dripping,
    dripping_head,
    environment,
    half_closed,
    http,
    huge,
    raw,
    reset,
    reset_in_body,
    silent,
)

Serve = Callable[..., ConfigServer]
BASE = "config/application.yml"
OWN = "settings: keys:Settings\n"
SECRET = "hunter2"
DOWN = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path(BASE).write_text(OWN)
    setting(monkeypatch, copy_file="kept/copy.json", timeout_seconds=20, attempts=1)
    setting(monkeypatch, deadline_seconds=60)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a config server with these behaviours, and name it in the environment."""
    started: list[ConfigServer] = []

    def serve(*behaviours: Behaviour, **settings: Any) -> ConfigServer:
        server = ConfigServer(*behaviours, tls=settings.pop("tls", None))
        started.append(server.__enter__())
        setting(monkeypatch, uri=server.uri, **settings)
        return server

    yield serve
    for server in started:
        server.__exit__()


def setting(monkeypatch: pytest.MonkeyPatch, **settings: object) -> None:
    """Set keys of the client in the environment."""
    for name, value in settings.items():
        monkeypatch.setenv(f"APP__CONFIG_SERVER__{name.upper()}", str(value))


def sources() -> dict[str, str]:
    return {key: source for key, _, source in load().effective()}


def complaint() -> str:
    """Return the line that the failed start prints."""
    with pytest.raises(ConfigurationError) as error:
        load()
    assert "\n" not in str(error.value)
    return str(error.value)


# --- Precedence --------------------------------------------------------------------------------


def test_local_sources_override_the_server_which_overrides_defaults(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(environment({"server.host": "remote", "server.port": 1, "management.port": 2}))
    Path(BASE).write_text("server.port: 3")
    monkeypatch.setenv("APP__MANAGEMENT__PORT", "4")

    settings = load().settings

    assert settings.server.host == "remote"
    assert settings.server.port == 3
    assert settings.management.port == 4


def test_first_property_source_wins(serve: Serve) -> None:
    """A server sends the profile's source before the base."""
    profile = {"greeting.salutation": "profile", "hosts[0]": "p"}
    base = {"greeting.salutation": "base", "server.host": "base", "hosts[0]": "a", "hosts[1]": "b"}
    serve(environment(profile, base))

    settings = load().settings

    assert settings.greeting.salutation == "profile"
    assert settings.server.host == "base"
    assert settings.hosts == ["p"]


@pytest.mark.parametrize(
    "source",
    [
        {"upstreams[0].url": "a", "upstreams[0].retries": 1, "upstreams[1].url": "b"},
        {"upstreams": [{"url": "a", "retries": 1}, {"url": "b"}]},
        {"upstreams[0]": {"url": "a", "retries": "1"}, "upstreams[1].url": "b"},
    ],
    ids=["flat", "nested", "mixed"],
)
def test_flat_keys_nested_keys_and_lists_are_equivalent(
    serve: Serve, source: dict[str, Any]
) -> None:
    serve(environment(source))

    upstreams = load().settings.upstreams

    assert [(up.url, up.retries) for up in upstreams] == [("a", 1), ("b", 0)]


def test_each_key_shows_its_remote_source(serve: Serve) -> None:
    serve(environment({"server.host": "a"}, {"server.host": "b", "server.port": 1}))

    shown = sources()

    assert shown["server.host"] == "config server: file:/repository/0.yml"
    assert shown["server.port"] == "config server: file:/repository/1.yml"
    assert shown["management.port"] == "default"


def test_source_name_hides_passwords_and_stays_on_one_line(serve: Serve) -> None:
    name = f"https://ci:{SECRET}@git.example.com/settings.git/app.yml\n\x1b[2J"
    serve(environment(propertySources=[{"name": name, "source": {"server.host": "a"}}]))

    assert sources()["server.host"] == (
        "config server: https://git.example.com/settings.git/app.yml??[2J"
    )


def test_unknown_remote_keys_are_ignored(serve: Serve) -> None:
    """On a server, services in several languages share files."""
    serve(
        environment(
            {
                "spring.profiles": "x",
                "spring.profiles.active": "y",
                "spring[odd": 1,
                "management.endpoints.web.exposure.include": "*",
                "fallback.unknown": 1,
                "management.port": 1,
            }
        )
    )

    loaded = load()

    assert loaded.settings.management.port == 1
    assert loaded.settings.fallback is None
    assert loaded.outcome.ignored == [
        "fallback.unknown",
        "management.endpoints",
        "spring",
    ]


def test_remote_keys_below_a_value_are_ignored(serve: Serve) -> None:
    """Spring has a level for each logger, and for those below it."""
    spring = {
        "logging.level.root": "DEBUG",
        "logging.level.org.springframework": "INFO",
        "logging.level.org.springframework.web": "DEBUG",
        "server.port.http": 80,
        "health.check_timeout_seconds": 2,
    }
    serve(environment(spring))

    loaded = load()

    assert loaded.settings.logging.level == "INFO"
    assert loaded.settings.health.check_timeout_seconds == 2
    assert loaded.outcome.ignored == sorted(spring.keys() - {"health.check_timeout_seconds"})

    Path(BASE).write_text("logging.level: WARNING")
    assert load().settings.logging.level == "WARNING"


def test_number_for_a_text_key_is_its_text(serve: Serve) -> None:
    serve(environment({"server.host": 12345}))

    assert load().settings.server.host == "12345"


def test_server_cannot_set_settings_class_or_its_own_address(serve: Serve) -> None:
    server = serve(
        environment({"settings": "nowhere:Nothing", "config_server.uri": DOWN, "server.port": 1})
    )

    loaded = load()

    assert loaded.settings.config_server.uri == server.uri
    assert loaded.settings.server.port == 1
    assert loaded.outcome.ignored == ["config_server", "settings"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"server.port": "eighty"}, "server.port: expected a valid integer"),
        ({"server": 8000}, "server: expected a section of keys"),
        ({"token": [SECRET]}, "token: expected a valid string"),
        ({"hosts[0]": "a", "hosts[2]": "b"}, "hosts: expected the indexes 0 to 1"),
        ({"server": 1, "server.port": 1}, "server is given twice"),
        ({"greeting" + ".a" * 5000: SECRET}, "greeting: nested too deeply"),
    ],
)
def test_invalid_remote_value_stops_the_start_with_one_line(
    serve: Serve, source: dict[str, Any], message: str
) -> None:
    serve(environment(source))

    assert complaint().startswith(f"config server: file:/repository/0.yml: {message}")
    assert SECRET not in complaint()
    assert not Path("kept").exists(), "no copy is kept of settings that are not good"


# --- The request -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profiles", "label", "path"),
    [
        ("", "", "/demo/default"),
        ("eu, prod", "", "/demo/eu,prod"),
        ("", "release/1.0", "/demo/default/release(_)1.0"),
        ("", "ä #?", "/demo/default/%C3%A4%20%23%3F"),
    ],
)
def test_request_has_name_profiles_and_label(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, profiles: str, label: str, path: str
) -> None:
    server = serve(environment(), name="demo", label=label)
    setting(monkeypatch, uri=f"{server.uri}/base/\n")
    monkeypatch.setenv("APP__PROFILES", profiles)

    load()

    assert [request.path for request in server.requests] == [f"/base{path}"]
    assert server.requests[0].headers["Accept"] == "application/json"


def test_request_defaults_to_the_service_name(serve: Serve) -> None:
    server = serve(environment())

    load()

    assert server.requests[0].path == f"/{SERVICE}/default"


def test_profile_needs_a_local_file_only_without_a_server(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP__PROFILES", "prod")
    assert complaint() == "APP__PROFILES: config/application-prod.yml: no such file"

    serve(environment())
    load()


def test_config_file_can_set_the_client_options(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(environment())
    monkeypatch.delenv("APP__CONFIG_SERVER__URI")
    Path(BASE).write_text(f"config_server: {{uri: '{server.uri}', name: from-a-file}}")

    load()

    assert server.requests[0].path == "/from-a-file/default"


def test_no_request_is_sent_without_a_uri() -> None:
    assert load().outcome is None


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, {}),
        (
            {"username": "jo", "password": "pä:ss"},
            {"Authorization": "Basic am86cMOkOnNz"},
        ),
        (
            {"token": "t0ken"},
            {"Authorization": "Bearer t0ken", "X-Config-Token": "t0ken"},
        ),
        (
            {"username": "jo", "token": "t0ken"},
            {"Authorization": "Basic am86", "X-Config-Token": "t0ken"},
        ),
    ],
    ids=["nothing", "basic", "token", "both"],
)
def test_request_has_credentials(
    serve: Serve, settings: dict[str, str], sent: dict[str, str]
) -> None:
    server = serve(environment(), **settings)

    load()

    headers = server.requests[0].headers
    assert {name: headers[name] for name in headers if name in AUTHENTICATION} == sent


AUTHENTICATION = ("Authorization", "X-Config-Token")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"uri": "config.example.com"}, "expected http(s)://host[:port][/path]"),
        ({"uri": "ftp://config"}, "expected http(s)://host[:port][/path]"),
        ({"uri": f"http://jo:{SECRET}@config"}, "expected http(s)://host[:port][/path]"),
        ({"uri": f"http://config?token={SECRET}"}, "expected http(s)://host[:port][/path]"),
        ({"uri": "http://config:99999"}, "Port out of range 0-65535"),
        ({"uri": "http://con fig"}, "expected http(s)://host[:port][/path]"),
        ({"uri": "http://con\x01fig/path"}, "expected http(s)://host[:port][/path]"),
        ({"uri": "http://config/a\nb"}, "expected http(s)://host[:port][/path]"),
        ({"token": f"{SECRET}\n"}, "expected ASCII without blanks or line ends"),
        ({"password": SECRET}, "expected a username with the password"),
        ({"ca_file": "nowhere.pem"}, "Path does not point to a file"),
        ({"attempts": "0"}, "expected greater than or equal to 1"),
        ({"urii": "x"}, "unknown key; did you mean uri?"),
    ],
)
def test_invalid_client_options_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], message: str
) -> None:
    setting(monkeypatch, **settings)

    assert complaint().startswith("APP__CONFIG_SERVER")
    assert message in complaint()
    assert SECRET not in complaint()


def test_tls_requires_a_trusted_certificate(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = serve(environment({"server.port": 1}), tls=context, token=SECRET, fail_fast=True)

    setting(monkeypatch, ca_file=tmp_path / "ca.pem")
    assert load().settings.server.port == 1
    assert server.requests[0].headers["X-Config-Token"] == SECRET
    setting(monkeypatch, uri=server.uri.upper())
    assert load().settings.server.port == 1

    setting(monkeypatch, uri=server.uri.replace("127.0.0.1", "localhost"))
    assert "not trusted: Hostname mismatch" in complaint()
    setting(monkeypatch, uri=server.uri, ca_file=tmp_path / "other.pem")
    assert "not trusted: " in complaint()
    monkeypatch.delenv("APP__CONFIG_SERVER__CA_FILE")
    assert "not trusted: " in complaint()
    setting(monkeypatch, ca_file=BASE)
    assert complaint().endswith(f"{BASE} holds no certificate")
    assert len(server.requests) == 2, "the token is not sent to the redirect's target"


def test_credentials_follow_no_redirect(serve: Serve) -> None:
    elsewhere = ConfigServer(environment({"server.port": 1}))
    with elsewhere:
        moved = http(b"", 302, Location=f"{elsewhere.uri}/demo/default")
        serve(moved, token=SECRET, fail_fast=True)

        assert "responded with 302 Found, and redirects are not followed" in complaint()
        assert elsewhere.requests == []


# --- Misbehaviour ------------------------------------------------------------------------------

SLOW = ("silent", "dripping", "dripping head")
NOT_A_CONFIG_SERVER = "not a config server's response"
MISBEHAVING: dict[str, tuple[Behaviour, str]] = {
    "silent": (silent, "no response within 0.3 s"),
    "dripping": (dripping, "no response within 0.3 s"),
    "dripping head": (dripping_head, "no response within 0.3 s"),
    "huge": (huge, "its response has more than 4000000 bytes"),
    "half closed": (half_closed, f"{NOT_A_CONFIG_SERVER}: no JSON"),
    "reset": (reset, "Connection reset by peer"),
    "reset in its body": (reset_in_body, "Connection reset by peer"),
    "empty response": (raw(b""), "Remote end closed connection without response"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "not an HTTP response (BadStatusLine)"),
    "bad chunks": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
        "not an HTTP response (IncompleteRead)",
    ),
    "nothing in it": (http(b""), f"{NOT_A_CONFIG_SERVER}: no JSON"),
    "broken JSON": (http(b'{"name": "a", "hunter2'), f"{NOT_A_CONFIG_SERVER}: no JSON"),
    "nested too deeply": (http(b"[" * 100_000), f"{NOT_A_CONFIG_SERVER}: no JSON"),
    "not UTF-8": (http(b'{"name": "\xff"}'), f"{NOT_A_CONFIG_SERVER}: no JSON"),
    "a page": (http(b"<html>Sign in</html>"), f"{NOT_A_CONFIG_SERVER}: no JSON"),
    "a list": (http(b"[]"), f"{NOT_A_CONFIG_SERVER}: : "),
    "no sources": (http(b'{"status": "UP"}'), f"{NOT_A_CONFIG_SERVER}: propertySources: "),
    "sources of a wrong type": (
        environment(propertySources={"a": SECRET}),
        f"{NOT_A_CONFIG_SERVER}: propertySources: ",
    ),
    "values of a wrong type": (
        environment(propertySources=[{"name": "a", "source": [SECRET]}]),
        f"{NOT_A_CONFIG_SERVER}: propertySources.0.source: ",
    ),
    "no content": (http(b"", 204), "responded with 204 No Content"),
    "401": (http(SECRET.encode(), 401), "responded with 401 Unauthorized"),
    "404": (http(b'{"error": "No such label: hunter2"}', 404), "responded with 404 Not Found"),
    "500": (http(SECRET.encode(), 500), "responded with 500 Internal Server Error"),
    "unassigned status": (http(b"", 599), "responded with 599"),
}


@pytest.mark.parametrize("name", MISBEHAVING)
def test_fail_fast_stops_the_start(
    serve: Serve, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, message = MISBEHAVING[name]
    if name in SLOW:
        setting(monkeypatch, timeout_seconds=0.3)
    server = serve(behaviour, fail_fast=True, token="t0ken")

    line = complaint()

    assert line.startswith(f"config server: {server.uri}/{SERVICE}/default: {message}")
    assert SECRET not in line
    assert "t0ken" not in line


@pytest.mark.parametrize("name", MISBEHAVING)
def test_local_settings_are_used_without_fail_fast(
    serve: Serve, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour, message = MISBEHAVING[name]
    if name in SLOW:
        setting(monkeypatch, timeout_seconds=0.3)
    serve(behaviour)
    Path(BASE).write_text("server.host: local")

    loaded = load()

    assert loaded.settings.server.host == "local"
    assert loaded.outcome.origin == "none"
    assert loaded.outcome.problem.startswith(message)


def _asks(thread: threading.Thread) -> bool:
    """Return whether the service uses a config server."""
    return thread.name.endswith("(get)")


@pytest.mark.parametrize("name", MISBEHAVING)
def test_no_socket_stays_open(serve: Serve, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name in SLOW:
        setting(monkeypatch, timeout_seconds=0.3)
    gc.collect()

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        serve(MISBEHAVING[name][0], fail_fast=True)
        complaint()  # pytest leaves the error, and its references, to the garbage collector
        support.wait_for(lambda: not any(map(_asks, threading.enumerate())), "the thread's end")
        gc.collect()

    assert [str(one.message) for one in seen] == []


def test_unknown_host_name_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    setting(monkeypatch, uri="http://config.invalid", fail_fast=True)

    assert re.search(r"config\.invalid/.+: \S", complaint())


# --- Retries -----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["reset", "500", "broken JSON", "half closed", "silent"])
def test_temporary_network_errors_are_retried(serve: Serve, first: str) -> None:
    behaviour, _ = MISBEHAVING[first]
    server = serve(
        behaviour, behaviour, environment({"server.port": 1}), attempts=3, timeout_seconds=2
    )

    assert load().settings.server.port == 1
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [408, 425, 429, 502, 503, 504])
def test_temporary_status_is_retried(serve: Serve, status: int) -> None:
    serve(http(b"", status), environment({"server.port": 1}), attempts=2)

    assert load().settings.server.port == 1


@pytest.mark.parametrize("status", [204, 302, 400, 401, 403, 404])
def test_final_status_is_not_retried(serve: Serve, status: int) -> None:
    server = serve(http(b"", status), attempts=5)

    load()

    assert len(server.requests) == 1


def test_attempts_and_pauses_are_limited(serve: Serve) -> None:
    server = serve(http(b"", 503), attempts=3, fail_fast=True)

    begun = time.monotonic()
    assert complaint().endswith("responded with 503 Service Unavailable (attempt 3 of 3)")

    assert len(server.requests) == 3
    assert time.monotonic() - begun >= 0.375  # at least half of 0.25 s and of 0.5 s


@pytest.mark.parametrize("behaviour", [silent, dripping, http(b"", 503)])
def test_attempts_share_a_deadline(serve: Serve, behaviour: Behaviour) -> None:
    serve(behaviour, attempts=100, timeout_seconds=0.4, deadline_seconds=1, fail_fast=True)

    begun = time.monotonic()
    complaint()

    assert time.monotonic() - begun < 5  # and not 40


# --- The last good copy ------------------------------------------------------------------------

COPY = Path("kept/copy.json")


def test_last_good_copy_replaces_an_unavailable_server(serve: Serve) -> None:
    server = serve(environment({"server.port": 1}), http(b"", 500))
    load()

    loaded = load()

    assert len(server.requests) == 2
    assert loaded.settings.server.port == 1
    assert loaded.outcome.origin == "copy"
    assert re.fullmatch(
        r"copy of \d{4}-\d\d-\d\d \d\d:\d\d UTC of the config server: file:/repository/0.yml",
        {key: source for key, _, source in loaded.effective()}["server.port"],
    )


def test_copy_is_replaced_by_a_newer_response(serve: Serve) -> None:
    serve(environment({"server.port": 1}), environment({"server.port": 2}), http(b"", 500))
    load()
    load()

    assert load().settings.server.port == 2


def test_invalid_settings_do_not_replace_the_copy(serve: Serve) -> None:
    serve(environment({"server.port": 1}), environment({"server.port": "eighty"}), http(b"", 500))
    load()
    complaint()

    assert load().settings.server.port == 1


def test_copy_is_readable_only_by_its_owner(serve: Serve) -> None:
    serve(environment({"token": SECRET}))
    old = os.umask(0)
    try:
        load()
    finally:
        os.umask(old)

    assert SECRET in COPY.read_text()
    assert stat.S_IMODE(COPY.stat().st_mode) == 0o600
    assert stat.S_IMODE(COPY.parent.stat().st_mode) == 0o700
    assert list(COPY.parent.iterdir()) == [COPY]


def test_copy_is_replaced_atomically(serve: Serve) -> None:
    """A process that has opened the old copy can read it to its end."""
    serve(environment({"server.port": 1}), environment({"server.port": 2}))
    load()
    with COPY.open() as opened:
        load()

        assert json.load(opened)["answer"]["propertySources"][0]["source"] == {"server.port": 1}


@pytest.mark.parametrize(
    "other", [{"label": "other"}, {"name": "other"}, {"uri": DOWN}], ids=lambda one: next(iter(one))
)
def test_copy_is_used_only_for_the_same_request(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, other: dict[str, str]
) -> None:
    serve(environment({"server.port": 1}), http(b"", 500))
    load()
    setting(monkeypatch, **other)

    assert load().outcome.origin == "none"


def _not_mine(path: Path) -> None:
    path.chmod(0o644)


def _a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _torn(path: Path) -> None:
    path.write_text(path.read_text()[:-10])


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_pipe(copy: Path) -> None:
    copy.unlink()
    os.mkfifo(copy, 0o600)


@pytest.mark.parametrize("spoil", [_not_mine, _a_link, _torn, _a_folder, _a_pipe])
def test_untrusted_copy_is_not_used(serve: Serve, spoil: Callable[[Path], None]) -> None:
    serve(environment({"server.port": 1}), http(b"", 500))
    load()
    spoil(COPY)

    outcome = load().outcome

    assert outcome.origin == "none"
    assert outcome.problem.endswith(f"; its last good copy {COPY} is not usable")


def test_unwritable_copy_is_only_reported(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a read-only file system; here the folder is a file."""
    serve(environment({"server.port": 1}), copy_file=f"{BASE}/copy.json")

    loaded = load()

    assert loaded.settings.server.port == 1
    assert loaded.outcome.not_kept == f"{BASE}/copy.json: File exists"


def test_empty_copy_file_keeps_no_copy(serve: Serve, tmp_path: Path) -> None:
    serve(environment({"server.port": 1}), copy_file="")

    assert load().outcome.not_kept == ""
    assert not COPY.exists()


# --- The command -------------------------------------------------------------------------------


def test_config_command_reports_a_missing_response_on_stderr(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    server = serve(environment({"token": SECRET}), http(b"", 500), password="", token="t0ken")

    assert cli.main(["config"]) == 0
    assert capsys.readouterr().err == ""
    assert cli.main(["config"]) == 0
    message = capsys.readouterr()

    start = f"{SERVICE}: {server.uri}/{SERVICE}/default: responded with 500 Internal Server Error"
    assert message.err.startswith(start)
    assert message.err.count("\n") == 1
    assert re.search(r"^token: \*+ +# copy of .+ of the config server: ", message.out, re.MULTILINE)
    assert SECRET not in message.out + message.err
    assert "t0ken" not in message.out + message.err


@pytest.fixture
def client(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a process that uses a config server."""
    return {
        "APP__SETTINGS": "keys:Settings",
        "APP__CONFIG_SERVER__TOKEN": "t0ken",
        "APP__CONFIG_SERVER__COPY_FILE": str(tmp_path / "copy.json"),
        "APP__CONFIG_SERVER__DEADLINE_SECONDS": "3",
    }


ORIGINS = {("server",), ("copy",), ("none",)}


def test_service_logs_the_origin_of_its_settings(
    launch: Callable[..., support.Server], serve: Serve, client: dict[str, str]
) -> None:
    remote = environment({"token": SECRET, "spring.a": 1, "logging.level": "DEBUG"})
    config_server = serve(remote, http(b"", 404))

    def origin(server: support.Server) -> str:
        server.wait_until_ready()
        samples = server.samples("config_server_settings")
        assert set(samples) == ORIGINS
        assert SECRET not in server.text()
        assert "t0ken" not in server.text()
        return next(labels[0] for labels, value in samples.items() if value)

    uri = {"APP__CONFIG_SERVER__URI": config_server.uri}
    first = launch(**client, **uri)
    assert origin(first) == "server"
    line = first.line(event="settings from the config server")
    assert line["sources"] == ["config server: file:/repository/0.yml"]
    assert line["version"] == "8c1f4a0b6e2d"
    assert first.line(event="keys of the config server that are not this service's")["keys"] == [
        "spring"
    ]

    second = launch(**client, **uri)
    assert origin(second) == "copy"
    line = second.line(event="no settings from the config server")
    assert (line["level"], line["instead"]) == ("warning", "the last good copy")
    assert line["reason"] == "responded with 404 Not Found (attempt 1 of 4)"

    third = launch(**client, **uri, APP__CONFIG_SERVER__LABEL="other")
    assert origin(third) == "none"
    line = third.line(event="no settings from the config server")
    assert (line["level"], line["instead"]) == ("warning", "local settings")


def test_service_with_fail_fast_does_not_start(tmp_path: Path, client: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = client | {
        "APP__CONFIG_SERVER__URI": f"http://127.0.0.1:{port}",
        "APP__CONFIG_SERVER__FAIL_FAST": "true",
    }

    ended = support.run("everything:app", "serve", folder=tmp_path, **settings)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"{SERVICE}: config server: http://127.0.0.1:{port}/{SERVICE}/default: "
        "Connection refused (attempt 4 of 4)\n"
    )
