"""Every instruction of an image is carried over, covered by the standard, or left by hand."""

from dataclasses import dataclass

import pytest
from drydock.adoption.translate.image import PATH, STAGE, carry
from hypothesis import given
from hypothesis import strategies as st

STANDARD = f'FROM a AS build\n\nFROM a{STAGE}USER 10001\nEXPOSE 8080 9000\nCMD ["shop", "serve"]\n'
FILES = {"main.py": "", "conf/a.ini": "", "start.sh": '#!/bin/sh\nmigrate\nexec "$@"\n'}


@dataclass(frozen=True)
class Instruction:
    """An instruction and its parts, each of which must be accounted for."""

    text: str
    parts: tuple[str, ...]


def _words(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words)


_NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,9}", fullmatch=True) | _words(
    "PYTHONPATH", "PYTHON_ENV", "PYTHONUNBUFFERED", "PATH", "PIP_X", "WEB_CONCURRENCY", "UV_X"
)
_VALUES = st.from_regex(r"[a-z0-9/.:-]{1,8}", fullmatch=True) | _words('"a b"', "'c d'")
_COMMANDS = _words(
    "apt-get update", "apt-get install -y libpq5 gcc", "pip install -r requirements.txt",
    "pip install gunicorn", "mkdir -p /data", "make models", "ln -s /a /b", "echo a > /etc/a",
    "poetry install --no-root", "rm -rf /var/lib/apt/lists/*", "rm -rf /srv", "chmod +x start.sh",
    "curl -sSL https://install.python-poetry.org", "python3 -", "useradd me", "npm ci", "touch /a",
    "apk add --no-cache libpq build-base", "apk add gcc", "dnf install -y libpq", "yum clean all",
    "apt-get install -y $X /a.deb libpq5=1", "pacman -Syu libpq", "zypper in libpq",
)  # fmt: skip
_FLAGS = _words(
    "--port 8080", "--port 1", "--host 0.0.0.0", "--root-path /api", "--workers 4", "--reload",
    "--ssl-keyfile k", "--no-server-header", "--log-level info", "--unknown-thing", "--limit x",
    "--proxy-headers", "--forwarded-allow-ips *", "--factory", "--timeout-keep-alive 5", "-w 3",
)  # fmt: skip


@st.composite
def _env(draw: st.DrawFn) -> Instruction:
    pairs = draw(st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=3))
    return Instruction(
        "ENV " + " ".join(f"{n}={v}" for n, v in pairs.items()),
        tuple(f"ENV {name}={value}" for name, value in pairs.items()),
    )


@st.composite
def _run(draw: st.DrawFn) -> Instruction:
    commands = draw(st.lists(_COMMANDS, min_size=1, max_size=4))
    between = draw(_words(" && ", " ; ", " && \\\n    ", " | "))
    return Instruction(f"RUN {between.join(commands)}", tuple(commands))


@st.composite
def _start(draw: st.DrawFn) -> Instruction:
    server = draw(_words("uvicorn", "gunicorn", "hypercorn", "python -m uvicorn"))
    flags = draw(st.lists(_FLAGS, max_size=5, unique=True))
    before = draw(st.lists(_words("migrate", "cron", "sh start.sh"), max_size=2))
    command = " ".join([server, "main:app", *flags])
    line = " && ".join([*before, command])
    parts = tuple(one for one in before if one != "sh start.sh")
    return Instruction(f"CMD {line}", (*parts, command, *flags))


_PLAIN = _words(
    "WORKDIR /code", "USER me", "EXPOSE 80", "VOLUME /x", "HEALTHCHECK CMD x", "SHELL [\"sh\"]",
    "STOPSIGNAL SIGQUIT", "ONBUILD RUN x", "ARG A=1", "ARG TOKEN", "LABEL a=b", "MAINTAINER me",
    "COPY . .", "COPY conf /etc/shop", "COPY gone /etc/gone", "COPY --from=one /a /b",
    "ADD https://example.com/a /a", "COPY main.py /srv/main.py",
).map(lambda text: Instruction(text, ()))  # fmt: skip
_STAGES = st.lists(st.lists(st.one_of(_PLAIN, _env(), _run()), max_size=6), min_size=1, max_size=3)


@pytest.mark.slow
@given(_STAGES, _start())
def test_every_instruction_is_accounted_for(
    stages: list[list[Instruction]], start: Instruction
) -> None:
    bases = ["python:3.9 AS one", "one AS two", "python:3.11"]
    instructions = [
        instruction
        for base, inside in zip(bases, stages, strict=False)
        for instruction in (Instruction(f"FROM {base}", ()), *inside)
    ]
    instructions.append(start)
    lines, line = [], 1
    for instruction in instructions:
        lines.append(line)
        line += instruction.text.count("\n") + 1
    text = "".join(f"{instruction.text}\n" for instruction in instructions)

    carried = carry(STANDARD, PATH, {**FILES, PATH: text})

    for instruction, at in zip(instructions, lines, strict=True):
        found = [entry for entry in carried.account if (entry.path, entry.line) == (PATH, at)]
        assert found, f"no entry for {instruction.text!r}"
        said = {" ".join(entry.said.split()) for entry in found}
        assert {part for part in instruction.parts if " ".join(part.split()) not in said} == set()
    listed = {(one.line, one.why, one.how) for one in carried.todo}
    for entry in carried.account:
        todo = entry.todo()
        if entry.outcome == "by hand":
            assert (todo.line, todo.why, todo.how) in listed
        elif entry.outcome == "carried" and entry.how == PATH and entry.said.startswith("ENV"):
            assert f"\n{entry.said}\n" in carried.text
