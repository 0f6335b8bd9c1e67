"""What a service's image needs in addition is carried over; the rest is listed."""

from collections.abc import Mapping

import pytest
from drydock.adoption.translate.image import PATH, STAGE, carry

STANDARD = f"FROM a AS build\n\nFROM a{STAGE}USER 10001\n"

LAYERS: dict[str, tuple[str, Mapping[str, str], str]] = {
    "system packages, except build tools": (
        "FROM python\nRUN apt-get update && apt-get install -y gcc libpq5 tzdata && rm -rf /tmp\n",
        {},
        "RUN apt-get update \\\n"
        "    && apt-get install --yes --no-install-recommends libpq5 tzdata \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n",
    ),
    "system packages of the last stage": (
        "FROM python AS one\nRUN apt-get install -y curl\nFROM b\nRUN apt-get install -y jq\n",
        {},
        "RUN apt-get update \\\n"
        "    && apt-get install --yes --no-install-recommends jq \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n",
    ),
    "system packages in a here-document": (
        "FROM python:3.9\nRUN <<EOF bash\nset -e\napt-get update\napt-get install -y jq\nEOF\n",
        {},
        "RUN apt-get update \\\n"
        "    && apt-get install --yes --no-install-recommends jq \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n",
    ),
    "system packages in a here-document, with options and build arguments": (
        'FROM python:3.9\nARG MORE="nginx git"\nRUN <<EOT\n# first \\\napt-get update -qy\n'
        "apt-get install -qyy \\\n    -o APT::Install-Recommends=false \\\n    ca-certificates \\\n"
        "    jq \\\n    ${MORE}\nrm -rf /var/lib/apt/lists/*\nEOT\n",
        {},
        "RUN apt-get update \\\n"
        "    && apt-get install --yes --no-install-recommends git jq nginx \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n",
    ),
    "system packages of Debian, not of a vendor": (
        "FROM python\nRUN apt-get install -y ffmpeg libcudnn9-cuda-12=9.8 msodbcsql18 unixodbc\n",
        {},
        "RUN apt-get update \\\n"
        "    && apt-get install --yes --no-install-recommends ffmpeg unixodbc \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n",
    ),
    "variables in both notations": (
        'FROM a\nENV A=1 B="x y" PYTHONUNBUFFERED=1\nENV GREETING hello there\n',
        {},
        'ENV A=1\nENV B="x y"\nENV GREETING="hello there"\n',
    ),
    "a build argument that a variable uses": (
        "FROM python:3.9\nARG SHA\nARG UNUSED=1\nENV REVISION=$SHA\n",
        {},
        "ARG SHA\nENV REVISION=$SHA\n",
    ),
    "the default of a build argument": (
        "FROM python:3.9\nARG NAME=shop\nENV CONFIG=/etc/${NAME}.yml\n",
        {},
        "ENV CONFIG=/etc/shop.yml\n",
    ),
    "a file copied to another folder": (
        "FROM python:3.9\nCOPY shop.yml /etc/shop.yml\nCOPY main.py /srv/main.py\nCOPY . .\n",
        {"shop.yml": "", "main.py": ""},
        "COPY shop.yml /etc/shop.yml\n",
    ),
    "folders that Python imports from": (
        "FROM python:3.9\nENV PYTHONPATH=/srv:/srv/vendor:$PYTHONPATH\nWORKDIR /srv\n",
        {"vendor/a.py": ""},
        "ENV PYTHONPATH=/app:/app/vendor\n",
    ),
    "the folder of a service whose package is in src": (
        "FROM python:3.9\nWORKDIR /srv\nENV PYTHONPATH=.\n",
        {"src/shop/main.py": ""},
        "ENV PYTHONPATH=/app\n",
    ),
    "folders and a file copied to another folder": (
        "FROM python:3.9\nCOPY shop.yml conf data /etc/shop/\n",
        {"shop.yml": "", "conf/a.ini": "", "data/b.csv": ""},
        "COPY conf /etc/shop/\nCOPY data /etc/shop/\nCOPY shop.yml /etc/shop/\n",
    ),
}
BY_HAND: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a routine installation": (
        'FROM python:3.9\nWORKDIR /x\nENV PYTHONPATH="${PYTHONPATH}:/x"\n'
        "RUN pip install -r requirements.txt && mkdir /x\nUSER me\n"
        "CMD uvicorn a:b\n",
        [],
    ),
    "an installation in a virtual environment": (
        "FROM python:3.9\nRUN apt-get install -y gcc && python -m venv /v\n"
        "RUN /v/bin/python -m venv /w && /v/bin/pip install -r requirements.txt"
        " && apt-get purge -y --auto-remove gcc\n",
        [],
    ),
    "clean-up and links to Python": (
        "FROM python:3.9\nRUN ln -s -f /usr/bin/python3.11 /usr/bin/python3"
        " && rm -rf /root/.cache /tmp/* /root/.uv"
        " && find /usr -type d -name '__pycache__' -exec rm -rf {} + 2>/dev/null"
        " && find /usr -name '*.pyc' -delete\nCOPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/\n",
        [],
    ),
    "commands that only look like clean-up": (
        "FROM python:3.9\nRUN ln -s /models/python /usr/bin/model && find /srv -name x -delete\n",
        [
            (2, "not carried over: ln -s /models/python /usr/bin/model"),
            (2, "not carried over: find /srv -name x -delete"),
        ],
    ),
    "a package of a vendor": (
        "FROM python:3.9\nRUN apt-get install -y cuda-12\n",
        [
            (
                2,
                "not carried over: cuda-12, which comes from its vendor and not from Debian",
            )
        ],
    ),
    "an unusual command": (
        "FROM python:3.9\nRUN pip install -r requirements.txt && make models\n",
        [(2, "not carried over: make models")],
    ),
    "a package that another tool adds": (
        "FROM python:3.9\nRUN uv add --group x gunicorn==22 && poetry add -E y meinheld\n"
        "RUN pipenv install --deploy && uv tool install poetry\n",
        [
            (2, "the image installs gunicorn==22, which the service does not declare"),
            (2, "the image installs meinheld, which the service does not declare"),
        ],
    ),
    "a package that the service does not declare": (
        "FROM python:3.9 AS docs\nRUN pip install sphinx\nFROM python:3.9\n",
        [
            (1, "the image has no stage docs"),
            (2, "the image installs sphinx, which the service does not declare"),
        ],
    ),
    "a group of pip, an extra of uv and a folder with extras": (
        "FROM python:3.9\nRUN pip install --group dev . && uv pip install --extra dev -e ./lib\n"
        "RUN pip install \".[dev, test]\" && pip install --root-user-action ignore '.[x]'\n",
        [],
    ),
    "the service's own wheel": (
        "FROM python:3.9\nRUN pip install dist/*.whl && pip install /tmp/dist/shop-1.0.tar.gz\n",
        [],
    ),
    "a wheel of another package": (
        "FROM python:3.9\nRUN pip install wheels/redis_om-0.2-py3-none-any.whl\n",
        [(2, "the image installs redis-om from wheels/redis_om-0.2-py3-none-any.whl")],
    ),
    "a health check": (
        "FROM python:3.9\nHEALTHCHECK CMD x\n",
        [(2, "the image has no HEALTHCHECK")],
    ),
    "a build argument that nothing uses": (
        "FROM python:3.9\nARG SHA\nENV PIP_X=$SHA\nARG SHAPE\nENV PIP_Y=$SHAPES\n",
        [
            (2, "the image takes no build argument SHA"),
            (4, "the image takes no build argument SHAPE"),
        ],
    ),
    "the home of another user": (
        "FROM python:3.9\nENV HOME=/home/me\n",
        [(2, "HOME is for a user that the image lacks: it runs as user 10001")],
    ),
    "a volume": ("FROM python:3.9\nVOLUME /x\n", [(2, "not carried over: VOLUME /x")]),
    "a download": (
        "FROM python:3.9\nADD https://example.com/a /a\n",
        [(2, "not carried over: ADD https://example.com/a /a")],
    ),
    "a command in a here-document": (
        "FROM python:3.9\nRUN <<EOF\npip install -r requirements.txt\nmake models\nEOF\n",
        [(2, "not carried over: make models")],
    ),
    "a file in a here-document": (
        "FROM python:3.9\nCOPY <<EOF /etc/x.ini\nENV A=1\nEOF\n",
        [(2, "not carried over: COPY <<EOF /etc/x.ini")],
    ),
    "a here-document for Python": (
        "FROM python:3.9\nRUN python3 <<EOF\nimport x\nEOF\n",
        [(2, "not carried over: python3 <<EOF")],
    ),
    "a here-document with continued lines": (
        "FROM python:3.9\nRUN <<EOF\napt-get install -qyy \\\n  -o APT::Install-Suggests=false \\\n"
        "  ca-certificates\nEOF\n",
        [],
    ),
    "PYTHONPATH": (
        "FROM python:3.9\nENV PYTHONPATH=/x\n",
        [(2, "not carried over: ENV PYTHONPATH=/x")],
    ),
    "comments, except directives": (
        "# syntax=docker/dockerfile:1\nFROM python\n# one\n# two\nCMD uvicorn a:b\n",
        [(3, "a comment is not carried over: one")],
    ),
}


@pytest.mark.parametrize("case", LAYERS)
def test_layers_are_carried_over(case: str) -> None:
    image, files, expected = LAYERS[case]
    carried = carry(STANDARD, PATH, {**files, PATH: image})
    assert carried.text == STANDARD.replace(STAGE, STAGE + expected)
    assert carried.accounted == {PATH}


@pytest.mark.parametrize("case", BY_HAND)
def test_instruction_is_left_by_hand(case: str) -> None:
    image, expected = BY_HAND[case]
    carried = carry(STANDARD, PATH, {PATH: image, "requirements.txt": ""})
    assert [(todo.line, todo.why) for todo in carried.todo] == expected
    assert carried.text == STANDARD


def test_dockerfile_in_a_folder_is_kept() -> None:
    carried = carry(
        STANDARD, "docker/Dockerfile", {"docker/Dockerfile": "FROM python:3.9\n# why\n"}
    )
    assert [(todo.path, todo.line) for todo in carried.todo] == [("docker/Dockerfile", 0)]
    assert carried.accounted == frozenset()


def test_dockerfile_in_lower_case_is_replaced() -> None:
    files = {
        "dockerfile": "FROM python:3.9\nENV A=1\n",
        "ci.yml": "paths: [dockerfile]\nbuild: -f ./dockerfile .\n",
        "compose.yml": "build: {dockerfile: Dockerfile}\n",
        "dev.json": '{"dockerfile": "../Dockerfile", "other": "my-dockerfile"}\n',
    }
    carried = carry(STANDARD, "dockerfile", files)
    assert carried.text == STANDARD.replace(STAGE, f"{STAGE}ENV A=1\n")
    assert carried.accounted == {"dockerfile"}
    assert [(todo.path, todo.line) for todo in carried.todo] == [("ci.yml", 1), ("ci.yml", 2)]


def test_a_guessed_dockerfile_is_reported() -> None:
    files = dict.fromkeys(("docker/Dockerfile", "docker/Dockerfile.production"), "FROM python\n")
    carried = carry(STANDARD, "docker/Dockerfile.production", files)
    guess, _ = carried.todo
    assert (guess.path, guess.line) == ("docker/Dockerfile.production", 0)
    assert guess.why == "taken for the image that is deployed, not docker/Dockerfile"
    assert "docker/Dockerfile" in guess.how
