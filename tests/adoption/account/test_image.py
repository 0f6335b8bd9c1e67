"""What becomes of the server that an image starts, and of everything else that it does."""

from collections.abc import Mapping

import pytest
from drydock.adoption.translate import Carried, Entry
from drydock.adoption.translate.image import PATH, STAGE, carry, rewritten

STANDARD = f'FROM a AS build\n\nFROM a{STAGE}USER 10001\nEXPOSE 8080 9000\nCMD ["shop", "serve"]\n'


def image(text: str, files: Mapping[str, str]) -> Carried:
    return carry(
        STANDARD, PATH, {"requirements.txt": "", **files, PATH: f"FROM python:3.9\n{text}"}
    )


def entries(carried: Carried, outcome: str) -> list[str]:
    return [one.said for one in carried.account if one.outcome == outcome]


def layers(carried: Carried) -> str:
    return carried.text.partition(STAGE)[2].partition("USER 10001")[0]


CARRIED: dict[str, tuple[str, Mapping[str, str], str]] = {
    "a variable whose name begins like Python's": (
        "ENV PYTHON_ENV=production PYTHONIOENCODING=utf-8 PYTHONUNBUFFERED=1\n",
        {},
        "ENV PYTHON_ENV=production\nENV PYTHONIOENCODING=utf-8\n",
    ),
    "a variable of a base stage": (
        "ENV A=1\nFROM python AS base\nENV B=2\nFROM base\nENV C=3\n",
        {},
        "ENV B=2\nENV C=3\n",
    ),
    "labels": ('LABEL team="a b" org.opencontainers.image.title=x\n', {}, 'LABEL team="a b"\n'),
    "a folder copied out of the service": (
        "WORKDIR /code\nCOPY conf /etc/shop\n",
        {"conf/a.ini": ""},
        "COPY conf /etc/shop/\n",
    ),
    "flags of uvicorn": (
        'CMD ["uvicorn", "a:b", "--root-path", "/api", "--forwarded-allow-ips=*", '
        '"--timeout-keep-alive", "5", "--log-level", "debug", "--no-access-log"]\n',
        {},
        "ENV APP__SERVER__ROOT_PATH=/api\nENV FORWARDED_ALLOW_IPS=*\n"
        "ENV APP__SERVER__KEEP_ALIVE_SECONDS=5\nENV APP__LOGGING__LEVEL=DEBUG\n"
        "ENV APP__LOGGING__ACCESS=false\n",
    ),
    "flags of gunicorn": (
        "CMD gunicorn a:b -k uvicorn.workers.UvicornWorker -b :8080 --keep-alive 9 -e MODE=x\n",
        {},
        "ENV APP__SERVER__KEEP_ALIVE_SECONDS=9\nENV MODE=x\n",
    ),
    "flags of hypercorn": (
        "CMD hypercorn a:b --bind 0.0.0.0:8080 --root-path=/x\n",
        {},
        "ENV APP__SERVER__ROOT_PATH=/x\n",
    ),
    "settings of gunicorn, overridden by the command": (
        "CMD gunicorn a:b --log-level error\n",
        {"gunicorn.conf.py": 'loglevel = "debug"\nkeepalive = 7\n'},
        "ENV APP__LOGGING__LEVEL=ERROR\nENV APP__SERVER__KEEP_ALIVE_SECONDS=7\n",
    ),
    "options in a module that runs the server, started with options of Python": (
        "CMD python3 -Bum main\n",
        {"main.py": 'import uvicorn\nuvicorn.run("a:b", port=8080, root_path="/y")\n'},
        "ENV APP__SERVER__ROOT_PATH=/y\n",
    ),
    "options in a module that runs the server": (
        "CMD python main.py\n",
        {"main.py": 'import uvicorn\nuvicorn.run("a:b", port=8080, root_path="/y")\n'},
        "ENV APP__SERVER__ROOT_PATH=/y\n",
    ),
}


@pytest.mark.parametrize("case", CARRIED)
def test_instruction_is_carried_over(case: str) -> None:
    text, files, expected = CARRIED[case]
    assert layers(image(text, files)) == expected


BY_HAND: dict[str, tuple[str, Mapping[str, str], list[str]]] = {
    "flags without a setting of the chassis": (
        "CMD uvicorn a:b --ssl-keyfile=k.pem --workers 4 --log-config l.json --no-server-header\n",
        {},
        [
            "2: not carried over: --ssl-keyfile=k.pem",
            "2: not carried over: --workers 4",
            "2: not carried over: --log-config l.json",
            "2: not carried over: --no-server-header",
        ],
    ),
    "an unknown flag": (
        "CMD uvicorn a:b --new-thing x --host 0.0.0.0 --proxy-headers\n",
        {},
        ["2: not carried over: --new-thing x"],
    ),
    "a dash as the standard output": (
        "CMD gunicorn --access-logfile - --error-logfile - --workers 4 a:b\n",
        {},
        ["2: not carried over: --workers 4"],
    ),
    "a port other than the service's": (
        "EXPOSE 7000\nCMD uvicorn a:b --port 7001\n",
        {},
        ["2: the image does not expose 7000", "3: not carried over: --port 7001"],
    ),
    "variables that only servers read": (
        "ENV WEB_CONCURRENCY=4\n",
        {},
        ["2: not carried over: ENV WEB_CONCURRENCY=4"],
    ),
    "a separate stage": (
        "FROM python AS test\nRUN pytest\nCMD pytest -x\nFROM python\n",
        {},
        [
            "2: the image has no stage test",
            "3: not carried over: pytest",
            "4: not carried over: CMD pytest -x",
        ],
    ),
    "a base image with more than Python": (
        "FROM nvidia/cuda:12\n",
        {},
        ["2: the standard's base image replaces nvidia/cuda:12"],
    ),
    "packages of another distribution": (
        "RUN apk update && apk add --no-cache libpq build-base\nRUN dnf install -y libpq\n",
        {},
        [
            "2: the standard's image is Debian's, where the name may differ: "
            "libpq, build-base of apk",
            "3: the standard's image is Debian's, where the name may differ: libpq of dnf",
        ],
    ),
    "package of a manager's options": (
        "RUN apt-get -o Acquire::Retries=5 update && apt-get -y -o Dpkg::Options::=x install jq\n",
        {},
        [],
    ),
    "packages in a variable or a file": (
        "RUN apt-get install -y $PACKAGES /tmp/a.deb\n",
        {},
        ["2: not carried over: the packages that $PACKAGES, /tmp/a.deb stands for"],
    ),
    "packages that are installed conditionally": (
        "RUN if [ -n x ]; then apt-get install -y jq; fi\n",
        {},
        ["2: not carried over: if [ -n x ]; then apt-get install -y jq; fi"],
    ),
    "extras of the service, but no tools for development": (
        "RUN uv sync --frozen --extra gpu --group dev && pip install .[other]\n"
        "RUN uv sync --all-groups && uv sync --all-extras --group $GROUP\n",
        {"pyproject.toml": '[project.optional-dependencies]\ngpu = ["torch"]\ndev = ["x"]\n'},
        [
            "2: the standard's image leaves out optional packages: extra gpu",
            "3: the standard's image leaves out optional packages: all extras",
            "3: the standard's image leaves out optional packages: group $GROUP",
        ],
    ),
    "loop of a script, and a function, each as one": (
        "CMD sh start.sh\n",
        {
            "start.sh": "stop() {\n  kill $P || true\n}\ntrap stop EXIT\n"
            "if [ $A = 1 ]\nthen\n  while ! nc $B; do\n    sleep 1\n  done\nfi\n"
            "uvicorn a:b &\nstreamlit run c.py\n"
        },
        [
            "1: nothing runs this now: stop() { … }",
            "4: nothing runs this now: trap stop EXIT",
            "5: nothing runs this now: if [ $A = 1 ] … fi",
            "12: nothing runs this now: streamlit run c.py",
        ],
    ),
    "options behind the arguments of a script, which the chassis does not have": (
        'ENTRYPOINT ["/start.sh"]\nCMD ["uvicorn", "a:b"]\n',
        {"start.sh": ': "${WORKERS:=4}"\nmigrate\nexec "$@" --host 0.0.0.0 --workers "$WORKERS"\n'},
        [
            "2: nothing runs this now: migrate",
            "3: not carried over: --workers $WORKERS",
        ],
    ),
    "commands in parentheses, without the user that they look up": (
        "RUN (getent group app >/dev/null 2>&1 || groupadd app) && (id -u app || make users)\n",
        {},
        ["2: not carried over: make users"],
    ),
    "condition around a server, line by line": (
        "CMD sh start.sh\n",
        {"start.sh": "if [ $A = 1 ]; then\n  uvicorn a:b &\nfi\ncron\n"},
        [
            "1: nothing runs this now: if [ $A = 1 ]; then",
            "3: nothing runs this now: fi",
            "4: nothing runs this now: cron",
        ],
    ),
    "a link, and a folder to write to": (
        "WORKDIR /code\nRUN mkdir -p /code && ln -s /a /b && mkdir /data\n",
        {},
        ["3: not carried over: ln -s /a /b", "3: not carried over: mkdir /data"],
    ),
    "folders to write to, which the image copies from a stage": (
        "WORKDIR /app\nRUN mkdir -p /app /app/models /app/logs\n"
        "FROM python AS tests\nRUN mkdir /reports\n"
        "FROM python\nCOPY --from=0 /app /app\n",
        {},
        [
            "3: not carried over: mkdir -p /app /app/models /app/logs",
            "4: the image has no stage tests",
        ],
    ),
    "a file written by echo": (
        "RUN echo 'a' > /etc/a\n",
        {},
        ["2: not carried over: echo 'a' > /etc/a"],
    ),
    "a process next to the server": (
        "CMD cron && python -m real\n",
        {"real.py": 'import uvicorn\nuvicorn.run("a:b")\n'},
        ["2: nothing runs this now: cron"],
    ),
    "a script that starts no known server, as one": (
        'ENTRYPOINT ["/start.sh"]\n',
        {"start.sh": 'export A=1\nif a; then\n  b=c\nfi\nexec "${command[@]}" a:b\n'},
        ["2: the image started start.sh; it now starts the application"],
    ),
    "a port in a variable, other than the service's": (
        "ARG BASE=7000\nENV PORT $BASE\nEXPOSE $PORT ${OTHER:-7001} $THIRD\n",
        {},
        [
            "4: the image does not expose 7000",
            "4: the image does not expose 7001",
            "4: the image does not expose $THIRD",
        ],
    ),
    "variables before an install that name an index": (
        "RUN POETRY_VIRTUALENVS_CREATE=false A='b c' poetry install --no-root\n"
        "RUN PIP_INDEX_URL=$URL pip install -r requirements.txt\n",
        {},
        ["3: not carried over: PIP_INDEX_URL=$URL pip install -r requirements.txt"],
    ),
    "packages of pipx, without those that install others": (
        "RUN pip install --user pipx && python -m pipx ensurepath && ~/.local/bin/pipx install uv "
        "&& pipx install httpie\n",
        {},
        ["2: the image installs httpie, which the service does not declare"],
    ),
    "a program that starts no known server": (
        "CMD supervisord -n\n",
        {},
        ["2: the image started supervisord -n; it now starts the application"],
    ),
    "options of a module that runs the server": (
        "CMD python -u -W ignore -m shop.main prod --host 0.0.0.0 --port 8080 --workers 2 "
        "--upstream=http://b --user alice -v\n",
        {"shop/main.py": 'import uvicorn\nuvicorn.run("a:b", host=x)\n'},
        [
            "2: not carried over: prod",
            "2: not carried over: --workers 2",
            "2: not carried over: --upstream=http://b",
            "2: not carried over: --user alice",
            "2: not carried over: -v",
            "2: not carried over: host=x",
        ],
    ),
    "variables that a script sets": (
        "CMD sh start.sh\n",
        {
            "start.sh": "export PYTHONUNBUFFERED=1\nexport MODE=${MODE:-prod}\nLIMIT=3\n"
            "cron\nuvicorn a:b\n"
        },
        [
            "2: nothing sets this now: export MODE=${MODE:-prod}",
            "4: nothing runs this now: cron",
        ],
    ),
    "a script that needs root": (
        'ENTRYPOINT ["./run.sh"]\n',
        {"run.sh": "#!/bin/sh\nchown me /data\nexec uvicorn a:b\n"},
        ["2: nothing runs this now: chown me /data"],
    ),
    "a computed setting of gunicorn": (
        "CMD gunicorn a:b\n",
        {"gunicorn.conf.py": "import os\nworkers = os.cpu_count()\ndef on_exit(server): ...\n"},
        [
            "2: not carried over: workers = os.cpu_count()",
            "3: nothing runs this now: def on_exit(server):",
        ],
    ),
}


STARTED = "FROM tiangolo/uvicorn-gunicorn-fastapi:python3.8\n"


def test_script_that_the_base_image_runs_before_the_server_is_reported() -> None:
    named = f"{STARTED}ENV PRE_START_PATH=/app/scripts/init.sh MAX_WORKERS=2 MODULE_NAME=a\n"
    base = "2: the standard's base image replaces tiangolo/uvicorn-gunicorn-fastapi:python3.8"
    why = "nothing runs this now: {}, which the base image ran before the server"
    assert [f"{one.line}: {one.why}" for one in image(named, {}).todo] == [
        base,
        f"3: {why.format('/app/scripts/init.sh')}",
        "3: not carried over: ENV MAX_WORKERS=2",
    ]
    by_default = image(STARTED, {"app/prestart.sh": ""})
    assert [f"{one.line}: {one.why}" for one in by_default.todo] == [
        base,
        f"2: {why.format('app/prestart.sh')}",
    ]
    own_command = image(f"{STARTED}CMD uvicorn a:b\n", {"app/prestart.sh": ""})
    assert [f"{one.line}: {one.why}" for one in own_command.todo] == [base]


@pytest.mark.parametrize("case", BY_HAND)
def test_instruction_is_left_by_hand(case: str) -> None:
    text, files, expected = BY_HAND[case]
    assert [f"{one.line}: {one.why}" for one in image(text, files).todo] == expected


def test_packages_of_other_distributions_are_not_installed() -> None:
    instructions = (
        "RUN apk add libpq\nRUN microdnf install -y libpq && zypper in libpq && pacman -S libpq\n"
    )
    carried = image(instructions, {})
    assert "RUN" not in layers(carried)
    assert len(entries(carried, "by hand")) == 4
    assert {one.line for one in carried.todo} == {2, 3}
    assert all("https://packages.debian.org" in one.how for one in carried.todo)


def test_version_of_a_debian_package_is_not_carried_over() -> None:
    carried = image("RUN apt-get install -y libpq5=13.4-0+deb11u1 jq\n", {})
    assert "--no-install-recommends jq libpq5 \\\n" in carried.text
    assert [one.why for one in carried.todo] == [
        "the newest version is installed, not libpq5=13.4-0+deb11u1"
    ]


def test_python_of_the_distribution_is_not_carried_over() -> None:
    carried = image("RUN apt-get install -y python3.10 python3.10-venv python3-pip libpq5\n", {})
    assert "--no-install-recommends libpq5 \\\n" in carried.text
    assert "python3" not in carried.text


ENTRYPOINTS: dict[str, tuple[str, Mapping[str, str], str, Mapping[str, str]]] = {
    "a line of a shell, with a tool that the image lacks": (
        "CMD poetry run alembic upgrade head && poetry run uvicorn a:b\n",
        {},
        'ENTRYPOINT ["sh", "-c", "alembic upgrade head && exec \\"$0\\" \\"$@\\""]\n',
        {},
    ),
    "a script, with a tool that the image lacks": (
        'ENTRYPOINT ["./entry.sh"]\n',
        {"entry.sh": "#!/bin/sh\npipenv run alembic upgrade head\npipenv run uvicorn a:b\n"},
        'ENTRYPOINT ["sh", "/app/entry.sh"]\n',
        {"entry.sh": '#!/bin/sh\nalembic upgrade head\nexec "$@"\n'},
    ),
    "a script that installs with such a tool": (
        'ENTRYPOINT ["./entry.sh"]\n',
        {"entry.sh": "#!/bin/sh\npoetry install\nuvicorn a:b\n"},
        "",
        {},
    ),
    "a script that runs its arguments": (
        'ENTRYPOINT ["/code/entry.sh"]\nCMD ["uvicorn", "a:b"]\n',
        {"entry.sh": '#!/bin/bash\nalembic upgrade head\nexec "$@"\n'},
        'ENTRYPOINT ["bash", "/app/entry.sh"]\n',
        {},
    ),
    "a script that ends with the server": (
        'ENTRYPOINT ["./entry.sh"]\n',
        {
            "entry.sh": "#!/bin/sh\nset -e\nexport KEY=1\nalembic upgrade head\n"
            "exec uvicorn a:b \\\n    --port 8080\n"
        },
        'ENTRYPOINT ["sh", "/app/entry.sh"]\n',
        {"entry.sh": '#!/bin/sh\nset -e\nexport KEY=1\nalembic upgrade head\nexec "$@"\n'},
    ),
    "a script that the command runs": (
        "CMD sh scripts/start.sh\n",
        {"scripts/start.sh": "alembic upgrade head && gunicorn a:b -w 1\n"},
        'ENTRYPOINT ["sh", "/app/scripts/start.sh"]\n',
        {"scripts/start.sh": 'alembic upgrade head && exec "$@"\n'},
    ),
    "a line of a shell": (
        "CMD alembic upgrade head && uvicorn a:b --port 8080\n",
        {},
        'ENTRYPOINT ["sh", "-c", "alembic upgrade head && exec \\"$0\\" \\"$@\\""]\n',
        {},
    ),
    "a script without a suffix, copied to another path": (
        'COPY deploy/entry /entrypoint\nENTRYPOINT ["/entrypoint"]\nCMD uvicorn a:b\n',
        {"deploy/entry": '#!/bin/sh\nalembic upgrade head\nexec "$@"\n', "local/entrypoint": ""},
        'ENTRYPOINT ["sh", "/app/deploy/entry"]\n',
        {},
    ),
    "a script copied to a folder, with the command given elsewhere": (
        "COPY a/entry.sh b/entry.sh.txt /\nENTRYPOINT /entry.sh\n",
        {"a/entry.sh": 'wait-for db\nexec "$@"\n', "b/entry.sh": "", "b/entry.sh.txt": ""},
        'ENTRYPOINT ["sh", "/app/a/entry.sh"]\n',
        {},
    ),
    "a script that only starts the server": (
        'ENTRYPOINT ["./entry.sh"]\n',
        {"entry.sh": "#!/bin/sh\nset -e\ncd /code\nexec uvicorn a:b\n"},
        "",
        {},
    ),
    "a script that starts the server in a branch": (
        'ENTRYPOINT ["./entry.sh"]\n',
        {"entry.sh": "alembic upgrade head\nif a; then\nuvicorn a:b\nelse\nuvicorn a:c\nfi\n"},
        "",
        {},
    ),
    "a script that needs the old folder": (
        'WORKDIR /code\nENTRYPOINT ["./entry.sh"]\n',
        {"entry.sh": "cd /code/db\nalembic upgrade head\nexec uvicorn a:b\n"},
        "",
        {},
    ),
}


@pytest.mark.parametrize("case", ENTRYPOINTS)
def test_entrypoint_that_does_more_is_kept(case: str) -> None:
    text, files, expected, scripts = ENTRYPOINTS[case]
    carried = image(text, files)
    assert carried.text.partition("EXPOSE 8080 9000\n")[2] == f'{expected}CMD ["shop", "serve"]\n'
    changed = rewritten(STANDARD, PATH, {**files, PATH: f"FROM python:3.9\n{text}"})
    assert {path: one.text for path, one in changed.items()} == scripts


def test_entrypoint_that_cannot_be_kept_is_listed_by_command() -> None:
    carried = image(*ENTRYPOINTS["a script that starts the server in a branch"][:2])
    assert [one for one in carried.todo if one.why.endswith("alembic upgrade head")]
    assert all(isinstance(one, Entry) for one in carried.account)
    assert "alembic upgrade head" in entries(carried, "by hand")


@pytest.mark.parametrize(
    "text", ["\\\n", "\\\n\\\n", "\\", "FROM a\n\\\n\nEXPOSE 80\n", "CMD\n", "#\n"]
)
def test_line_with_only_a_backslash_is_no_instruction(text: str) -> None:
    files = {"requirements.txt": "", PATH: text}
    assert STAGE in carry(STANDARD, PATH, files).text
    assert rewritten(STANDARD, PATH, files) == {}


def test_only_installers_are_replaced_by_the_lock_file() -> None:
    carried = image("RUN useradd me && pip install -r requirements.txt && chown me /code\n", {})
    reasons = {one.said: one.how for one in carried.account}
    assert reasons["pip install -r requirements.txt"] == "the image installs what uv.lock lists"
    assert reasons["useradd me"] == reasons["chown me /code"]
    assert "uv.lock" not in reasons["useradd me"]
