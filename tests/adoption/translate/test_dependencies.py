"""A service's dependencies, read from every format."""

from collections.abc import Mapping

import pytest
from drydock.adoption.translate.dependencies import exported, read
from drydock.adoption.translate.poetry import specifier

SPECIFIERS = {
    "*": "", "1.2": "==1.2", "^1.2.3": ">=1.2.3,<2", "^0.2.3": ">=0.2.3,<0.3",
    "^0.0.3": ">=0.0.3,<0.0.4",
    "^0": ">=0,<1", "~1.2.3": ">=1.2.3,<1.3", "~1": ">=1,<2", "~=1.2": "~=1.2", ">=1,<2": ">=1,<2",
    ">=1.0 <2.0": ">=1.0,<2.0", "!=1.5": "!=1.5", "1.2.*": "==1.2.*", "^1.0a1": ">=1.0a1,<2",
}  # fmt: skip


@pytest.mark.parametrize("demand", SPECIFIERS)
def test_constraint_of_poetry_becomes_a_specifier(demand: str) -> None:
    assert specifier(demand) == SPECIFIERS[demand]


READ: dict[str, tuple[Mapping[str, str], list[tuple[str, str]]]] = {
    "markers, extras, hashes and comments": (
        {"requirements.txt": "a[x]==1 ; python_version > '3' # why\n\nb --hash=sha256:1\n# c\n"},
        [("a[x]==1 ; python_version > '3'", ""), ("b", "")],
    ),
    "the service itself": (
        {"requirements.txt": "-e .\n.\n--editable=./\na\n"},
        [("a", "")],
    ),
    "continued lines": ({"requirements.txt": "a==1 \\\n  --hash=sha256:1\n"}, [("a==1", "")]),
    "markers after addresses": (
        {
            "requirements.txt": (
                "git+https://x.example/a#egg=a ; python_version > '3'\n"
                "https://x.example/b-1-py3-none-any.whl ; os_name == 'nt'\n"
            )
        },
        [
            ("a @ git+https://x.example/a ; python_version > '3'", ""),
            ("b @ https://x.example/b-1-py3-none-any.whl ; os_name == 'nt'", ""),
        ],
    ),
    "files of any name that include others": (
        {
            "requirements.txt": '-rdeps/base.txt\n-r "other.txt"\n',
            "deps/base.txt": "--requirement=more.txt\na\n",
            "deps/more.txt": "b\n",
            "other.txt": "c\n",
        },
        [("b", ""), ("a", ""), ("c", "")],
    ),
    "files that include others": (
        {"requirements/dev.txt": "-r base.txt\nb\n", "requirements/base.txt": "a\n"},
        [("a", ""), ("b", "dev")],
    ),
    "a development list that includes the service's": (
        {
            "dev-requirements.txt": "-r requirements.txt\nb\n",
            "requirements.txt": "a\n-r more.txt\n",
            "more.txt": "c\n",
        },
        [("a", ""), ("c", ""), ("b", "dev")],
    ),
    "a list in the parent folder": (
        {"requirements/dev.txt": "-r ../requirements.txt\nb\n", "requirements.txt": "a\n"},
        [("a", ""), ("b", "dev")],
    ),
    "development lists that include each other": (
        {"requirements-dev.txt": "-r requirements-test.txt\n", "requirements-test.txt": "a\n"},
        [("a", "dev")],
    ),
    "a service's list that includes one for development": (
        {"requirements.txt": "-r requirements-dev.txt\n", "requirements-dev.txt": "a\n"},
        [("a", "")],
    ),
    "a package of the service that dev repeats": (
        {"requirements.txt": "a\n", "requirements-dev.txt": "a\nb\n"},
        [("b", "dev"), ("a", "")],
    ),
    "a list exported by a tool": (
        {"requirements.in": "a\n", "requirements.txt": "a==1\nb==2\n"},
        [("a", "")],
    ),
    "groups": (
        {
            "pyproject.toml": (
                '[dependency-groups]\ndev = ["a"]\ntest = ["b"]\n'
                'map = ["c", {include-group = "dev"}]\n'
            )
        },
        [("a", "dev"), ("b", "dev"), ("c", "group:map")],
    ),
    "extras": (
        {"pyproject.toml": '[project.optional-dependencies]\nci = ["a"]\nprecision = ["b"]\n'},
        [("a", "dev"), ("b", "extra:precision")],
    ),
    "a Pipfile": (
        {
            "Pipfile": (
                '[packages]\na = "*"\nb = {version = "==1.2", extras = ["x"]}\nc = "~=2.0"\n'
                'd = {version = ">=1", sys_platform = "== \'linux\'"}\n'
                'e = {path = ".", editable = true}\n'
                '[dev-packages]\nt = "3"\n[requires]\npython_version = "3.9"\n'
            )
        },
        [
            ("a", ""),
            ("b[x]==1.2", ""),
            ("c~=2.0", ""),
            ("d>=1; sys_platform == 'linux'", ""),
            ("t==3", "dev"),
        ],
    ),
    "PDM": ({"pyproject.toml": '[tool.pdm.dev-dependencies]\ntest = ["a"]\n'}, [("a", "dev")]),
    "Poetry's several constraints": (
        {
            "pyproject.toml": (
                '[tool.poetry.dependencies]\na = [{version = "1", python = "<3.12"}, '
                '{version = "2", python = ">=3.12"}]\n'
            )
        },
        [("a==1; python_version < '3.12'", ""), ("a==2; python_version >= '3.12'", "")],
    ),
    "Poetry's markers": (
        {
            "pyproject.toml": (
                '[tool.poetry.dependencies]\na = {version = "*", markers = "os_name == \'nt\'"}\n'
            )
        },
        [("a; os_name == 'nt'", "")],
    ),
    "setup.cfg": (
        {
            "setup.cfg": (
                "[options]\ninstall_requires =\n    a>=1\n    # no\n    b\n"
                "[options.extras_require]\nx = c\n"
            )
        },
        [("a>=1", ""), ("b", ""), ("c", "extra:x")],
    ),
}


@pytest.mark.parametrize("case", READ)
def test_dependencies_are_read(case: str) -> None:
    files, expected = READ[case]
    demands, _ = read(files)
    assert [(one.text, one.group) for one in demands] == expected


LISTED: dict[str, tuple[Mapping[str, str], str]] = {
    "an option": (
        {"requirements.txt": "a==1 \\\n  --hash=sha256:1\n--pre\n"},
        "requirements.txt:3",
    ),
    "a list that is missing": ({"requirements.txt": "-r gone.txt\n"}, "requirements.txt:1"),
    "a list at an address": (
        {"requirements.txt": "-r https://x.example/requirements.txt\n"},
        "requirements.txt:1",
    ),
    "a list outside the service": ({"requirements.txt": "-r ../all.txt\n"}, "requirements.txt:1"),
    "constraints": ({"requirements.txt": "-c limits.txt\n"}, "requirements.txt:1"),
    "a folder": ({"requirements.txt": "a\n-e ./common\n"}, "requirements.txt:2"),
    "the service with extras": ({"requirements.txt": "a\n-e .[dev]\n"}, "requirements.txt:2"),
    "the version of Python": ({"requirements.txt": "a\npython>=3.10\n"}, "requirements.txt:2"),
    "an invalid requirement": ({"requirements.txt": "a b c\n"}, "requirements.txt:1"),
    "a computed argument of setup.py": (
        {"setup.py": "setup(\ninstall_requires=read())\n"},
        "setup.py:2",
    ),
    "an unknown argument of setup.py": (
        {"setup.py": "setup(\nname='a',\next_modules=[])\n"},
        "setup.py:3",
    ),
    "an exported lock file": (
        {"requirements.in": "a\n", "requirements.txt": "a==1\n"},
        "requirements.txt:0",
    ),
}


@pytest.mark.parametrize("case", LISTED)
def test_line_that_is_not_carried_over_is_listed(case: str) -> None:
    files, where = LISTED[case]
    assert where in {f"{one.path}:{one.line}" for one in read(files)[1]}


INSTALLED = {
    "by name": ("RUN pip install --no-cache-dir 'torch>=2' torchvision==0.16\n",
                ["torch>=2", "torchvision==0.16"]),
    "with an argument of the build": ("ARG V=2.1\nRUN pip install torch==$V\n", ["torch==2.1"]),
    "in a stage that the image copies from": (
        "RUN true\nFROM a AS one\nRUN uv pip install torch\nFROM one AS two\nFROM a\n"
        "COPY --from=two /x /x\n",
        ["torch"],
    ),
    "not in another stage": ("RUN pip install a\nFROM a\n", []),
    "not an installer": ("RUN python -m pip install -U pip setuptools wheel uv\n", []),
    "not under a condition": (
        "RUN if [ $A = 1 ]; then pip install a; else pip install b; fi && pip install c\n",
        ["c"],
    ),
    "not from files": ("RUN pip install -r requirements.txt -e . ./lib\n", []),
    "by address": ("RUN pip install https://x.example/rates-1.0-py3-none-any.whl\n",
                   ["rates @ https://x.example/rates-1.0-py3-none-any.whl"]),
}  # fmt: skip


@pytest.mark.parametrize("case", INSTALLED)
def test_packages_that_the_image_installs_are_required(case: str) -> None:
    text, expected = INSTALLED[case]
    files = {"Dockerfile": f"FROM python:3.12\n{text}", "requirements.txt": ""}
    demands, todo = read(files)
    assert ([one.text for one in demands], todo) == (expected, [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[project]\nname = "Parcel_Orders"\n'),
        ("pyproject.toml", '[tool.poetry]\nname = "Parcel_Orders"\n'),
        ("setup.py", 'setup(name="Parcel_Orders")\n'),
        ("setup.cfg", "[metadata]\nname = Parcel_Orders\n"),
    ],
)
def test_image_that_installs_the_service_itself_requires_nothing(path: str, text: str) -> None:
    files = {
        path: text,
        "Dockerfile": "FROM python:3.12\nRUN pip install parcel-orders other\n",
    }
    demands, todo = read(files)
    assert [demand.name for demand in demands] == ["other"]
    assert "Dockerfile" not in {one.path for one in todo}


LISTS_OF_IMAGES: dict[str, tuple[str, list[str]]] = {
    "by its path": ("RUN pip install -r deps/prod.txt\n", ["z==1"]),
    "with other options": ("RUN pip3.11 install --user -Ur deps/prod.txt a\n", ["a", "z==1"]),
    "in another folder": (
        "COPY . /app\nRUN pip install --requirement=/app/deps/prod.txt\n", ["z==1"],
    ),
    "by another name": (
        "COPY deps/prod.txt /tmp/all.txt\nRUN pip install -r /tmp/all.txt\n", ["z==1"],
    ),
    "from a folder above": (
        'COPY ["shop/deps/prod.txt", "./"]\nRUN pip install -r prod.txt\n', ["z==1"],
    ),
    "twice": ("RUN pip install -r deps/prod.txt\nRUN pip install -r deps/prod.txt\n", ["z==1"]),
    "that is read anyway": ("COPY . /app\nRUN pip install -r /app/requirements.txt\n", []),
    "that is no list": ("RUN uv pip install -r pyproject.toml\n", []),
    "that the image writes": (
        "RUN poetry export -o gone.txt && pip install -r gone.txt\n", [],
    ),
    "that a variable names": ("RUN pip install -r requirements/$KIND.txt\n", []),
    "as arguments": ("RUN xargs pip install < requirements.txt\n", []),
}  # fmt: skip
SERVICE = {"requirements.txt": "", "deps/prod.txt": "z==1\n", "pyproject.toml": "[project]\n"}


@pytest.mark.parametrize("case", LISTS_OF_IMAGES)
def test_list_that_the_image_installs_is_required(case: str) -> None:
    text, expected = LISTS_OF_IMAGES[case]
    demands, todo = read({**SERVICE, "Dockerfile": f"FROM python:3.12\n{text}"})
    assert ([one.text for one in demands], todo) == (expected, [])


LISTED_OF_IMAGES = {
    "a missing list": ("-r gone.txt", "not carried over: -r gone.txt"),
    "a list at an address": (
        "-r https://x.example/requirements.txt",
        "not carried over: -r https://x.example/requirements.txt",
    ),
    "constraints": (
        "-r requirements.txt -c limits.txt", "not carried over: the limits of limits.txt",
    ),
    "overrides": ("--overrides=limits.txt", "not carried over: the limits of limits.txt"),
    "a folder": ("./libs/rates", "./libs/rates is installed from a folder"),
    "an editable folder": ("-e /app/libs/rates", "/app/libs/rates is installed from a folder"),
}  # fmt: skip


@pytest.mark.parametrize("case", LISTED_OF_IMAGES)
def test_file_that_the_image_installs_from_is_listed(case: str) -> None:
    options, why = LISTED_OF_IMAGES[case]
    files = {**SERVICE, "limits.txt": "a<2\n", "libs/rates/setup.py": ""}
    _, todo = read({**files, "Dockerfile": f"FROM python:3.12\nRUN pip install {options}\n"})
    assert [(one.path, one.line, one.why) for one in todo] == [("Dockerfile", 2, why)]


@pytest.mark.parametrize("line", ["ENV PIP_CONSTRAINT=limits.txt", "ENV UV_OVERRIDE 'limits.txt'"])
def test_limits_that_a_variable_names_are_listed(line: str) -> None:
    _, (todo,) = read({"Dockerfile": f"FROM python:3.12\n{line}\n"})
    assert (todo.line, todo.why) == (2, "not carried over: the limits of limits.txt")


def test_constraints_that_are_required_anyway_are_not_listed() -> None:
    run = "RUN pip install -c requirements.txt -e .\n"
    assert read({**SERVICE, "Dockerfile": f"FROM python:3.12\n{run}"})[1] == []


def test_address_without_a_package_in_an_image_is_listed() -> None:
    text = "FROM python:3.12\nRUN pip install git+https://me:s3cret@x.example/clip.git\n"
    demands, (todo,) = read({"Dockerfile": text})
    assert (demands, todo.line, todo.concern) == ([], 2, "start")
    assert todo.why == "git+https://x.example/clip.git names no package"


def test_version_in_the_image_wins_over_an_unpinned_requirement() -> None:
    files = {"Dockerfile": "FROM a\nRUN pip install torch==2.1\n", "requirements.txt": "torch\n"}
    assert [one.text for one in read(files)[0]] == ["torch==2.1"]


ADDRESSES = {
    "git+https://example.com/a.git#egg=rates": "rates @ git+https://example.com/a.git",
    "-e git+https://example.com/a.git@v1#egg=rates": "rates @ git+https://example.com/a.git@v1",
    "--editable=git+ssh://git@example.com/a.git#egg=rates[fast]&subdirectory=python": (
        "rates[fast] @ git+ssh://git@example.com/a.git#subdirectory=python"
    ),
    "https://example.com/a.zip#sha256=1&egg=rates": "rates @ https://example.com/a.zip#sha256=1",
    "https://example.com/rates-1.0%2Bcpu-py3-none-any.whl": (
        "rates @ https://example.com/rates-1.0%2Bcpu-py3-none-any.whl"
    ),
}


@pytest.mark.parametrize("line", ADDRESSES)
def test_requirements_by_address_are_named(line: str) -> None:
    (demand,), todo = read({"requirements.txt": f"{line}\n"})
    assert (demand.text, todo) == (ADDRESSES[line], [])
    assert demand.name == "rates"


LOCAL = {
    "dist/redis_om-0.2-py3-none-any.whl": "redis-om is installed from LINE",
    "./wheels/redis_om-0.2-py3-none-any.whl --hash=sha256:1": "redis-om is installed from LINE",
    "libs/redis-om-0.2.tar.gz": "redis-om is installed from LINE",
    "dist/*.whl": "LINE names no package",
    "-e ./common": "LINE names no package",
    "redis-om @ file:///wheels/redis_om-0.2-py3-none-any.whl": "redis-om is installed from LINE",
    "redis-om[x] @ ./libs/redis-om": "redis-om is installed from LINE",
    "git+https://example.com/a.git": "LINE names no package",
    "git+https://example.com/a.git#egg=rates-1.0": "LINE names no package",
    "git+git@example.com:a.git#egg=rates": "LINE names no package",
    "-e .[dev]": "not carried over: the extras of LINE",
}


@pytest.mark.parametrize("line", LOCAL)
def test_packages_from_no_index_are_listed_by_name(line: str) -> None:
    demands, (todo,) = read({"requirements.txt": f"{line}\n"})
    assert (demands, todo.path, todo.line) == ([], "requirements.txt", 1)
    assert todo.why == LOCAL[line].replace("LINE", line.partition(" --hash")[0])


SECRET = {
    "a requirement": {"requirements.txt": "a @ git+https://me:s3cret@example.com/a.git\n"},
    "a table of Poetry": {
        "pyproject.toml": '[tool.poetry.dependencies]\na = {git = "https://s3cret@example.com/a"}\n'
    },
}


@pytest.mark.parametrize("case", SECRET)
def test_login_in_an_address_is_reported_and_not_copied(case: str) -> None:
    (demand,), (todo,) = read(SECRET[case])
    assert "://example.com/a" in f"{demand.text} {demand.source}"
    assert "s3cret" not in f"{demand} {todo}"


def test_user_of_ssh_is_no_login() -> None:
    text = "a @ git+ssh://git@example.com/a.git"
    (demand,), todo = read({"requirements.txt": f"{text}\n"})
    assert (demand.text, todo) == (text, [])


DECLARED = {"pyproject.toml": '[project]\ndependencies = ["a"]\n'}
PIPFILE = {"Pipfile": '[packages]\na = "*"\n'}
COMPILED = (
    "# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n"
)
EXPORTED: dict[str, tuple[Mapping[str, str], str, str]] = {
    "requirements.in next to it": ({"requirements.in": "a\n"}, "a==1\n", "requirements.in"),
    "origins": (DECLARED, "a==1\nb==2  # via a\n", "pyproject.toml"),
    "origins on lines of their own": (DECLARED, "a==1\nb==2\n    # via a\n", "pyproject.toml"),
    "hashes": (DECLARED, "a==1 \\\n  --hash=sha256:1\nb==2 --hash=sha256:2\n", "pyproject.toml"),
    "poetry export --without-hashes": (
        DECLARED,
        "a==1 ; python_version >= '3.9'\nb[c]==2 ; python_version >= '3.9'\n",
        "pyproject.toml",
    ),
    "all packages of a lock file": (
        {**DECLARED, "poetry.lock": '[[package]]\nname="a"\nversion="1"\n'
                                    '[[package]]\nname="b"\nversion="2"\n'},
        "a==1\nb==2\n",
        "pyproject.toml",
    ),
    "uv export": (
        DECLARED,
        "# This file was autogenerated by uv via the following command:\n"
        "#    uv export -o requirements.txt\n-e .\na @ git+https://x.example/a\n",
        "pyproject.toml",
    ),
    "pip-compile of pyproject.toml": (
        DECLARED, f"{COMPILED}#    pip-compile pyproject.toml\na==1\n", "pyproject.toml",
    ),
    "pip-compile of another folder": (
        {"requirements/base.in": "a\n"},
        f"{COMPILED}#    pip-compile -o requirements.txt requirements/base.in\na==1\nb==1\n",
        "requirements/base.in",
    ),
    "pdm export": (
        DECLARED,
        "# This file is @generated by PDM.\n# Please do not edit it manually.\n\na==1\nb==1\n",
        "pyproject.toml",
    ),
    "pipenv requirements": (
        PIPFILE, "# These requirements were autogenerated by pipenv\na==1\n", "Pipfile",
    ),
}  # fmt: skip
LISTS: dict[str, tuple[Mapping[str, str], str]] = {
    "other packages than pyproject.toml": (DECLARED, "boto3==1.34\nredis==5.0.1\n"),
    "other packages with origins": (DECLARED, "boto3==1.34  # via s3\nredis==5.0.1\n"),
    "the packages of pyproject.toml and others": (DECLARED, "a==1\nboto3==1.34\n"),
    "a package without a version": (DECLARED, "a==1\nb>=2  # via a\n"),
    "no other file with packages": ({}, "a==1\nb==2\n"),
    "pip-compile of a file that is not there": (
        DECLARED,
        f"{COMPILED}#    pip-compile requirements/base.in\na==1\nboto3==1  # via -r base.in\n",
    ),
    "pigar": (DECLARED, "# Requirements automatically generated by pigar.\na==1\nb==1\n"),
    "another list included": (DECLARED, "-r more.txt\na==1\nb==2  # via a\n"),
}


@pytest.mark.parametrize("case", EXPORTED)
def test_exported_lock_file_requires_nothing(case: str) -> None:
    files, text, source = EXPORTED[case]
    assert exported({**files, "requirements.txt": text}) == {"requirements.txt": source}
    demands, _ = read({**files, "requirements.txt": text})
    assert [one.text for one in demands] == ["a"]


def test_export_of_poetry_that_lacks_a_later_dependency_requires_nothing() -> None:
    files = {
        "pyproject.toml": '[project]\ndependencies = ["a", "later"]\n',
        "requirements.txt": 'a==1 ; python_version >= "3.9" and python_version < "4.0"\n'
        'b==2 ; python_version >= "3.9" and python_version < "4.0" and os_name == "nt"\n',
    }
    demands, todo = read(files)
    assert [demand.text for demand in demands] == ["a", "later"]
    assert [one.path for one in todo] == ["requirements.txt"]


@pytest.mark.parametrize("case", LISTS)
def test_list_of_pins_is_not_taken_for_an_export(case: str) -> None:
    files, text = LISTS[case]
    assert exported({**files, "requirements.txt": text}) == {}


def test_pins_of_a_list_next_to_pyproject_toml_are_required() -> None:
    lists = {"requirements.txt": "boto3==1.34\n", "requirements-dev.txt": "pytest==7\n"}
    demands, todo = read({**DECLARED, **lists})
    assert [(one.text, one.group) for one in demands] == [
        ("a", ""), ("pytest==7", "dev"), ("boto3==1.34", ""),
    ]  # fmt: skip
    assert todo == []


def test_export_of_the_dev_group_requires_nothing() -> None:
    files = {
        "pyproject.toml": '[dependency-groups]\ndev = ["pytest"]\n',
        "requirements-dev.txt": "pytest==8 --hash=sha256:1\npluggy==1 --hash=sha256:1\n",
    }
    assert exported(files) == {"requirements-dev.txt": "pyproject.toml"}


def test_list_that_includes_an_export_requires_only_its_own_packages() -> None:
    files = {
        **DECLARED,
        "requirements.txt": "a==1\nb==2  # via a\n",
        "requirements-dev.txt": "-r requirements.txt\nc\n",
    }
    assert [(one.text, one.group) for one in read(files)[0]] == [("a", ""), ("c", "dev")]


def test_pipfile_is_carried_over_or_listed() -> None:
    text = (
        '[[source]]\nname = "own"\nurl = "https://pypi.example.com/simple"\n'
        '[packages]\ng = {git = "https://x/g", ref = "v1"}\nlib = {path = "./lib"}\n'
        'house = {version = "*", index = "own"}\n'
        '[scripts]\nserve = "uvicorn a:b"\n'
    )
    demands, todo = read({"Pipfile": text})
    assert [(one.text, one.line, one.source) for one in demands] == [
        ("g", 5, '{ git = "https://x/g", rev = "v1" }'),
        ("house", 7, '{ index = "own" }'),
    ]
    assert [(one.line, one.why) for one in todo] == [
        (6, "lib comes from ./lib"),
        (9, "not carried over: the script serve: uvicorn a:b"),
        (0, "pyproject.toml replaces it"),
    ]


def test_package_with_its_own_table_in_a_pipfile_has_a_line() -> None:
    demands, _ = read({"Pipfile": '[packages.a]\nversion = "*"\n'})
    assert [(one.text, one.line) for one in demands] == [("a", 1)]


def test_invalid_requirement_is_left_by_hand_next_to_an_exported_list() -> None:
    files = {
        "pyproject.toml": '[project]\ndependencies = ["a b", "c"]\n',
        "requirements.txt": "c==1\nd==2  # via c\n",
    }
    demands, todo = read(files)
    assert [one.text for one in demands] == ["c"]
    assert "'a b' is not a valid requirement" in [one.why for one in todo]


def test_invalid_requirement_is_reported_without_its_login() -> None:
    files = {"requirements.txt": "a b @ https://me:secret@example.com/a.whl\n"}
    _, todo = read(files)
    assert len(todo) == 1
    assert "secret" not in todo[0].why
