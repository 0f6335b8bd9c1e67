"""What becomes of the other files that say how a service runs."""

from collections.abc import Mapping

import pytest
from drydock.adoption.account.files import find
from drydock.adoption.translate import Entry
from hypothesis import given
from hypothesis import strategies as st

COMPOSE = """\
services:
  web:
    build:
      context: .
      target: dev
    command: uvicorn main:app --reload
    ports: ["80:80"]
    healthcheck:
      test: curl localhost
  db:
    image: postgres
    command: postgres -c x=y
volumes:
  data:
"""
BY_HAND: dict[str, tuple[Mapping[str, str], list[str]]] = {
    "command, target and health check in compose": (
        {"compose.yml": COMPOSE},
        ["compose.yml:3", "compose.yml:6", "compose.yml:8"],
    ),
    "targets of mounts in compose are no stages": (
        {
            "compose.yml": "services:\n  web:\n    build: .\n    volumes:\n"
            "      - {type: bind, source: ., target: /app}\n"
            "    develop:\n      watch:\n        - {path: ., target: /app, action: sync}\n"
        },
        [],
    ),
    "a process in a Procfile": (
        {"Procfile": "release: alembic upgrade head\nweb: gunicorn main:app -w 4\n"},
        ["Procfile:2"],
    ),
    "a program of supervisor": (
        {"deploy/super.conf": "[program:web]\ncommand=uvicorn main:app\nautostart=true\n"},
        ["deploy/super.conf:2"],
    ),
    "settings of gunicorn without a command": (
        {"gunicorn.conf.py": 'import os\nbind = ":80"\nworkers = 4\nworker_class = "uvicorn.x"\n'},
        ["gunicorn.conf.py:2", "gunicorn.conf.py:3"],
    ),
    "a script that starts a server": (
        {"run.sh": "#!/bin/sh\nexport A=1\nexec poetry run uvicorn main:app\n"},
        ["run.sh:3"],
    ),
    "a script without a suffix": (
        {"deploy/start": "#!/bin/bash\nuvicorn main:app\n"},
        ["deploy/start:2"],
    ),
    "a script without a server": ({"lint.sh": "ruff check\n"}, []),
    "options in a module that no image starts": (
        {"main.py": 'import uvicorn\n\nuvicorn.run("main:app", root_path="/a", workers=3)\n'},
        ["main.py:3", "main.py:3"],
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_instruction_is_left_by_hand(case: str) -> None:
    files, expected = BY_HAND[case]
    found = [one for one in find(files, [], "Dockerfile", "shop serve") if one.outcome == "by hand"]
    assert [f"{one.path}:{one.line}" for one in found] == expected
    assert all(one.how for one in found)


def test_code_that_the_image_does_not_start_is_kept() -> None:
    done = [Entry("Dockerfile", 1, "FROM python", "standard", "")]
    files = {"main.py": 'import uvicorn\nuvicorn.run("main:app", workers=3)\n'}
    found = list(find(files, done, "Dockerfile", "shop serve"))
    assert {one.outcome for one in found} == {"carried"}
    assert "workers=3" in {one.said for one in found}


_KEYS = ["command", "entrypoint", "ports", "environment", "healthcheck", "restart", "image"]
_VALUES = st.sampled_from(["uvicorn main:app", "x", "80", "sh -c 'gunicorn main:app -w 2'"])
_SERVICE = st.dictionaries(st.sampled_from(_KEYS), _VALUES, min_size=1)
_SETTINGS = st.sampled_from(
    ["workers = 3", 'bind = ":80"', "import os", "x = os.a", "def f(): ..."]
)


IMAGE = "FROM a\nARG VERSION=1\nEXPOSE 8080 9000\nCMD serve\n"
SERVICE = "services:\n  web:\n    build: .\n"
COMPOSED = {
    "arguments that the image lacks": (
        "services:\n  web:\n    build:\n      context: .\n      args:\n"
        "        PORT: 80\n        VERSION: 2\n        HTTP_PROXY: x\n",
        ["the standard's image takes no build argument PORT"],
    ),
    "arguments in a list": (
        "services:\n  web:\n    build: {context: ., args: [PORT=80, A]}\n",
        ["the standard's image takes no build argument A, PORT"],
    ),
    "port that the image lacks": (
        f'{SERVICE}    ports: ["8080:80/tcp"]\n',
        ["web publishes port 80 of the container, but the service is on 8080"],
    ),
    "port that the image lacks, by its key": (
        f"{SERVICE}    ports:\n      - {{target: 80, published: 8080}}\n",
        ["web publishes port 80 of the container, but the service is on 8080"],
    ),
    "port of the service, next to a debugger's": (f"{SERVICE}    ports: ['80:8080', '5678']\n", []),
    "port in a variable": (f"{SERVICE}    ports: ['80:${{PORT}}']\n", []),
    "port of another program": (
        f"{SERVICE}    command: streamlit run ui.py\n    ports: ['8501:8501']\n",
        [],
    ),
    "command that starts a server": (
        f"{SERVICE}    command: >\n      sh -c 'alembic upgrade head &&\n      uvicorn a:b'\n",
        ["it starts web without the chassis: sh -c 'alembic upgrade head && uvicorn a:b'"],
    ),
    "command that may start a server": (
        f"{SERVICE}    command: [python, jobs/run.py]\n",
        ["web has its own command: python jobs/run.py"],
    ),
    "command with more than a server": (
        f"{SERVICE}    command:\n      - sh\n      - -c\n      - |\n        alembic upgrade head\n"
        "        uvicorn a:b\n",
        ["it starts web without the chassis: sh -c 'alembic upgrade head uvicorn a:b '"],
    ),
    "Dockerfile of another folder": (
        "services:\n  proxy:\n    build: ./nginx\n    ports: ['80:80']\n"
        "    healthcheck: {test: curl localhost}\n"
        "  ui:\n    build: {context: ui, dockerfile: Dockerfile, target: dev}\n    ports: ['3']\n",
        [],
    ),
    "main Dockerfile by its path": (
        "services:\n  web:\n    build: {context: ./, dockerfile: ./Dockerfile}\n"
        "    ports: ['80:80']\n",
        ["web publishes port 80 of the container, but the service is on 8080"],
    ),
    "command that runs a module with a server": (
        f"{SERVICE}    command: python main.py\n    ports: ['80:80']\n",
        [
            "it starts web without the chassis: python main.py",
            "web publishes port 80 of the container, but the service is on 8080",
        ],
    ),
    "command of a worker": (f"{SERVICE}    command: uv run celery -A a.b worker\n", []),
}


@pytest.mark.parametrize("case", COMPOSED)
def test_compose_file_that_contradicts_the_image_is_reported(case: str) -> None:
    text, expected = COMPOSED[case]
    files = {"compose.yml": text, "main.py": "import uvicorn\nuvicorn.run(app)\n"}
    found = [
        one
        for one in find(files, [], "Dockerfile", "shop serve", IMAGE)
        if one.path == "compose.yml"
    ]
    assert [entry.why for entry in found if entry.outcome == "by hand"] == expected


def test_what_a_command_of_compose_does_besides_the_server_is_named() -> None:
    text = f"{SERVICE}    command: sh -c 'alembic upgrade head && uvicorn a:b'\n"
    (entry,) = (
        one for one in find({"compose.yml": text}, [], "", "shop serve") if one.outcome == "by hand"
    )
    assert entry.how == "run shop serve instead, and in a job: alembic upgrade head"


def test_compose_file_in_a_folder_builds_from_its_own_context() -> None:
    text = "services:\n  web:\n    build: ..\n    ports: ['80:80']\n"
    found = list(find({"docker/compose.yml": text}, [], "Dockerfile", "shop serve", IMAGE))
    assert len([one for one in found if one.outcome == "by hand"]) == 1
    found = list(find({"docker/compose.yml": text}, [], "docker/Dockerfile", "shop serve", IMAGE))
    assert (
        len([one for one in found if one.outcome == "by hand"]) == 1
    )  # the standard's, at the top


def test_instruction_of_compose_is_one_line() -> None:
    text = "services:\n  db:\n    image: postgres\n    command: |\n      a\n      b\n"
    found = find({"compose.yml": text}, [], "Dockerfile", "shop serve")
    assert "services.db.command: a b" in {entry.said for entry in found}


@given(st.dictionaries(st.sampled_from(["web", "db", "jobs"]), _SERVICE, min_size=1), st.booleans())
def test_every_key_of_compose_is_accounted_for(
    services: dict[str, dict[str, str]], built: bool
) -> None:
    text, expected = "services:\n", set()
    for name, keys in services.items():
        text += f"  {name}:\n" + ("    build: .\n" if built else "")
        for key, value in keys.items():
            text += f'    {key}: "{value}"\n'
            expected.add(text.count("\n"))
    found = {one.line for one in find({"compose.yaml": text}, [], "Dockerfile", "shop serve")}
    assert expected - found == set()


def test_empty_entry_of_compose_is_named_by_its_key() -> None:
    text = "services:\n  app:\n  web:\n    build: .\nvolumes:\n  data:\n"
    names = {one.said for one in find({"compose.yaml": text}, [], "Dockerfile", "shop serve")}
    assert {"services.app", "services.web.build: .", "volumes.data"} <= names
    assert not [name for name in names if name.endswith(":")]


@given(st.lists(_VALUES, min_size=1), st.lists(_SETTINGS, min_size=1))
def test_every_line_of_procfiles_scripts_and_settings_is_accounted_for(
    commands: list[str], settings: list[str]
) -> None:
    files = {
        "Procfile": "".join(f"p{n}: {one}\n" for n, one in enumerate(commands)),
        "a.conf": "[program:x]\n" + "".join(f"command = {one}\n" for one in commands),
        "run.sh": "uvicorn main:app\n" + "".join(f"{one}\n" for one in commands),
        "gunicorn.conf.py": "".join(f"{one}\n" for one in settings),
    }
    found = {(one.path, one.line) for one in find(files, [], "Dockerfile", "shop serve")}
    for path, text in files.items():
        lines = range(1, text.count("\n") + 1)
        assert {(path, line) for line in lines} - found == set()
