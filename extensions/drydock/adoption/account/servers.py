"""The options of a server: flags of uvicorn, gunicorn, hypercorn and similar servers.

They have the names of uvicorn's command line (https://uvicorn.dev/settings/); gunicorn's have its
own long names (https://gunicorn.org/reference/settings/).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from drydock.adoption.account import shell
from drydock.adoption.translate import Entry, Outcome

SERVERS = {"uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "fastapi"}
_SHORT = {
    "gunicorn": {
        "-w": "workers", "-k": "worker-class", "-b": "bind", "-c": "config", "-t": "timeout",
        "-n": "name", "-u": "user", "-g": "group", "-e": "env", "-D": "daemon", "-p": "pid",
    },
    "hypercorn": {
        "-w": "workers", "-k": "worker-class", "-b": "bind", "-c": "config", "-g": "group",
        "-u": "user", "-p": "pid", "-m": "umask",
    },
    "daphne": {"-b": "host", "-p": "port"},
    "uvicorn": {},
    "granian": {},
    "fastapi": {},
}  # fmt: skip
_TARGET = re.compile(r"[\w./]+:[\w.]+(\(.*\))?|[\w/.-]+\.py")
_BOOLEAN = re.compile(
    r"no-.*|reload|factory|proxy-headers|access-log|server-header|date-header|use-colors|preload"
    r"|daemon|capture-output|enable-stdio-inheritance|debug|help|version"
)
_ALIASES = {
    "keepalive": "timeout-keep-alive",
    "keep-alive": "timeout-keep-alive",
    "loglevel": "log-level",
    "preload-app": "preload",
    "proc-name": "name",
    "graceful-timeout": "timeout-graceful-shutdown",
    "accesslog": "access-logfile",
    "errorlog": "error-logfile",
    "log-file": "error-logfile",
    "http-max-headers-size": "h11-max-incomplete-event-size",
}


@dataclass(frozen=True)
class Flag:
    """One option of a server."""

    name: str
    """As on uvicorn's command line, without leading dashes."""
    value: str
    said: str
    """As written."""


@dataclass(frozen=True)
class Variable:
    """A variable of the chassis that replaces a flag."""

    name: str
    value: str

    @property
    def line(self) -> str:
        """The instruction of an image that sets it."""
        plain = re.fullmatch(r"[\w./:*,+-]+", self.value)
        return f"ENV {self.name}={self.value if plain else self._quoted}\n"

    @property
    def _quoted(self) -> str:
        return '"' + re.sub(r'(["\\$])', r"\\\1", self.value) + '"'


def flag(name: str, value: str, said: str) -> Flag:
    """Return a flag by its name on the command line, in code or in a settings file."""
    plain = name.lstrip("-").replace("_", "-")
    return Flag(_ALIASES.get(plain, plain), value, said)


def flags(command: list[str]) -> Iterator[Flag]:
    """Yield the flags of a command, whose first word is the server."""
    server = command[0].rpartition("/")[2]
    rest = command[1:]
    while rest:
        word, *rest = rest
        if not word.startswith("-"):
            continue
        name, equals, value = word.partition("=")
        short = _SHORT.get(server, {})
        if not equals and not word.startswith("--") and word[:2] in short and len(word) > 2:
            name, equals, value = word[:2], "=", word[2:]
        text = word
        known = flag(short.get(name, name), value, text)
        takes_value = not equals and not _BOOLEAN.fullmatch(known.name)
        # A single dash is a value: the standard output.
        if (
            takes_value
            and rest
            and (rest[0] == "-" or rest[0][0] != "-")
            and not _is_target(server, rest)
        ):
            value, *rest = rest
            text = f"{word} {value}"
        yield flag(short.get(name, name), value, text)


def _is_target(server: str, rest: list[str]) -> bool:
    """Tell whether the next word is the application: the last word that is no flag."""
    others = [word for word in rest[1:] if _TARGET.fullmatch(word)]
    return bool(
        server != "fastapi" and re.fullmatch(r"[A-Za-z_][\w.]*:\w+", rest[0]) and not others
    )


_SEEN_BY_CLIENTS = r"host|bind|port|(no-)?server-header|root-path|ssl-.*"
_ONE = "the chassis runs one process per pod"
# Name, value, and how the standard covers it.
_STANDARD: tuple[tuple[str, str, str], ...] = (
    ("host", r"0\.0\.0\.0|0|127\.0\.0\.1|localhost|", "it listens on all addresses of the pod"),
    ("proxy-headers", r".*", "headers from trusted proxies are read (server.trusted_proxies)"),
    ("workers|threads", r"1", _ONE),
    ("worker-class|k", r".*[Uu]vicorn.*|asyncio|uvloop", "uvicorn serves it, on uvloop"),
    ("worker-tmp-dir|preload|preload-app", r".*", _ONE),
    ("loop", r"auto|uvloop|asyncio", "it runs on uvloop"),
    ("http", r"auto|httptools", "httptools reads requests"),
    ("ws", r"auto|websockets\S*", "websockets serves WebSockets"),
    ("lifespan", r"auto|on", "the lifespan runs"),
    ("interface", r"auto|asgi3?|asginl", "the chassis serves ASGI 3"),
    ("factory", r".*", "the chassis calls a factory that the answer app names"),
    ("reload.*|debug", r".*", "an image does not reload"),
    ("access-log|access-logfile|error-logfile", r"-|True|/dev/std(out|err)|",
     "log lines are JSON on the standard output"),
    ("capture-output|enable-stdio-inheritance", r".*", "everything goes to the standard output"),
    ("use-colors|no-use-colors", r".*", "lines are JSON, or coloured on a terminal"),
    ("server-header|date-header", r"True|", "responses have this header"),
    ("user|group", r".*", "the image runs as user 10001"),
    ("name", r".*", "the process has the service's name"),
    ("daemon", r"False", "it stays in the foreground"),
    ("app-dir|chdir", r".*", "the answer app says where the application is"),
    ("pid|pidfile|p", r".*", "the container runs one process"),
)  # fmt: skip
# Name, value, the variable that replaces it, and the variable's value.
_CARRIED: tuple[tuple[str, str, str, str], ...] = (
    ("root-path", r"(/[^\s?#$]*[^\s?#/$])?", "APP__SERVER__ROOT_PATH", r"\g<0>"),
    ("forwarded-allow-ips", r"[\d./:*,a-f]+", "FORWARDED_ALLOW_IPS", r"\g<0>"),
    ("timeout-keep-alive", r"[1-9]\d*", "APP__SERVER__KEEP_ALIVE_SECONDS", r"\g<0>"),
    ("h11-max-incomplete-event-size", r"8192|819[3-9]|8[2-9]\d\d|9\d\d\d|\d{5,7}",
     "APP__SERVER__MAX_HEADER_BYTES", r"\g<0>"),
    ("timeout-graceful-shutdown", r"[6-9]|[12]\d|30", "APP__SHUTDOWN__DEADLINE_SECONDS", r"\g<0>"),
    ("log-level", r"(?i:debug|info|warning|error|critical)", "APP__LOGGING__LEVEL", r"\g<0>"),
    ("no-access-log", r"", "APP__LOGGING__ACCESS", "false"),
    ("access-log", r"False", "APP__LOGGING__ACCESS", "false"),
    ("env", r"[A-Za-z_]\w*=\S*", "", ""),
)  # fmt: skip
# Name, and what a person must do.
_BY_HAND: tuple[tuple[str, str], ...] = (
    ("workers|threads",
     f"set replicas and autoscaling.minReplicas in chart/values.yaml to as many: {_ONE}"),
    ("ssl-.*|certfile|keyfile|ca-certs|cert-reqs|ciphers",
     "terminate TLS at the ingress or in a sidecar"),
    ("timeout", "to end slow requests with 504, set limits.max_seconds and limits.enabled: true"),
    ("limit-concurrency",
     "to limit concurrent requests, set limits.max_requests and limits.enabled: true"),
    ("limit-max-requests.*|max-requests.*", "only Kubernetes restarts the process"),
    ("log-config.*|logger-class|access-logformat",
     "the chassis configures logging; see logging.* in its settings"),
    ("no-server-header|server-header", "an adopted service sends the header Server: uvicorn"),
    ("host|bind", "set the address with server.host, the port with the answer service_port"),
    ("port", "set the port with the answer service_port; APP__SERVER__PORT overrides it"),
    ("config", "move what you still need to the chassis' settings"),
)  # fmt: skip


def account(
    path: str, line: int, option: Flag, port: int | None, *, carries: bool
) -> tuple[Entry, Variable | None]:
    """Return the outcome of a flag, and the variable that replaces it, if there is one.

    `port` is the service's, if it is known. Without `carries` there is no place to set a variable,
    so what could be carried over is left by hand.
    """

    def entry(outcome: Outcome, how: str) -> Entry:
        return Entry(path, line, option.said, outcome, how)

    name, value = option.name, option.value
    digits = re.fullmatch(r"(?:.*:)?(\d+)", value) if name in {"port", "bind"} else None
    address = value.rpartition(":")[0].strip("[]") if name == "bind" else ""
    if (
        digits
        and int(digits[1]) == port
        and address in {"", "0.0.0.0", "127.0.0.1", "localhost", "::"}
    ):
        return entry("carried", "the answer service_port"), None
    for names, values, how in _STANDARD:
        if re.fullmatch(names, name) and re.fullmatch(values, value):
            return entry("standard", how), None
    for names, values, variable, form in _CARRIED:
        if re.fullmatch(names, name) and (found := re.fullmatch(values, value)):
            pair = Variable(variable, found.expand(form))
            if name == "env":
                pair = Variable(*value.split("=", 1))
            if name == "log-level":
                pair = Variable(variable, value.upper())
            if carries:
                return entry("carried", pair.line.strip()), pair
            return entry("by hand", f"set {pair.name}={pair.value}"), None
    for names, how in _BY_HAND:
        if re.fullmatch(names, name):
            is_seen = re.fullmatch(_SEEN_BY_CLIENTS, name)
            return replace(
                entry("by hand", how), concern="callers" if is_seen else "operators"
            ), None
    return entry("by hand", "decide whether the chassis needs such a setting"), None


def starts_one(line: str) -> bool:
    """Tell whether a line of a shell starts a server."""
    for command in shell.commands(line):
        bare = shell.unwrapped(shell.words(command))
        inner = shell.script_of(bare)
        module = bare[2] if bare[1:2] == ["-m"] and len(bare) > 2 else ""
        name = bare[0].rpartition("/")[2] if bare else ""
        if {name, module} & SERVERS or (inner and starts_one(inner)):
            return True
    return False
