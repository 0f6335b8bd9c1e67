"""A service's indexes are carried over to uv, without logins."""

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from drydock.adoption.translate.indexes import carry
from drydock.errors import BadInput

A, B = "https://a.example.com/simple", "https://b.example.com/simple"
NAMED_A, NAMED_B = {"name": "a-example-com", "url": A}, {"name": "b-example-com", "url": B}


def poetry(setting: str) -> Mapping[str, str]:
    return {"pyproject.toml": f'[[tool.poetry.source]]\nname = "in-house"\nurl = "{A}"\n{setting}'}


IN_HOUSE = {"name": "in-house", "url": A}
NAMED: dict[str, tuple[Mapping[str, str], list[dict[str, Any]]]] = {
    "Poetry's": (poetry(""), [IN_HOUSE]),
    "an explicit one": (poetry('priority = "explicit"\n'), [{**IN_HOUSE, "explicit": True}]),
    "one that replaces PyPI": (
        poetry('priority = "default"\n'),
        [{**IN_HOUSE, "default": True}],
    ),
    "one that replaces PyPI, in old Poetry": (
        poetry("default = true\n"), [{**IN_HOUSE, "default": True}],
    ),
    "one in addition to PyPI": (poetry('priority = "supplemental"\n'), [IN_HOUSE]),
    "PyPI itself": (
        {"pyproject.toml": '[[tool.poetry.source]]\nname = "PyPI"\npriority = "primary"\n'},
        [],
    ),
    "PDM's": ({"pyproject.toml": f'[[tool.pdm.source]]\nname = "b"\nurl = "{B}"\n'},
              [{"name": "b", "url": B}]),
    "in a list, instead of PyPI": (
        {"requirements.txt": f"--index-url {A}\nshop==1\n"},
        [{**NAMED_A, "default": True}],
    ),
    "in a list, as a short option": (
        {"requirements.txt": f"-i {A}/\n"}, [{**NAMED_A, "default": True}],
    ),
    "in a list, in addition to PyPI": (
        {"requirements.txt": f"--extra-index-url={A}\n--extra-index-url {B}  # why\n"},
        [NAMED_A, NAMED_B],
    ),
    # uv reads the default last, and anybody can publish a name on PyPI.
    "in a list, before PyPI": (
        {"requirements.txt": f"--index-url {A}\n--extra-index-url https://pypi.org/simple\n"},
        [NAMED_A],
    ),
    "in a list that another includes": (
        {"requirements.txt": "-r base.txt\n", "base.txt": f"--extra-index-url {A}\n"},
        [NAMED_A],
    ),
    "in an exported list": (
        {"requirements.in": "a\n", "requirements.txt": f"--extra-index-url {A}\n\na==1\n"},
        [NAMED_A],
    ),
    "in two lists": (
        {
            "requirements.txt": f"--extra-index-url {A}\n",
            "requirements-dev.txt": f"--extra-index-url {A}/\n",
        },
        [NAMED_A],
    ),
    "two on one host": (
        {"requirements.txt": f"--extra-index-url {A}\n--extra-index-url {A}/more\n"},
        [NAMED_A, {"name": "a-example-com-2", "url": f"{A}/more"}],
    ),
    "in pip's own file": (
        {"pip.conf": f"[global]\nindex-url = {A}\nextra-index-url =\n    {B}\n"},
        [{**NAMED_A, "default": True}, NAMED_B],
    ),
    "as variables of the image": (
        {"Dockerfile": f'FROM a\nARG PIP_INDEX_URL={A}\nENV X=1 PIP_EXTRA_INDEX_URL="{B}"\n'},
        [{**NAMED_A, "default": True}, NAMED_B],
    ),
    "in commands of the image": (
        {
            "Dockerfile": (
                f"FROM a\nRUN pip config set global.extra-index-url {A} \\\n"
                f"    && pip --quiet install --extra-index-url {B} shop && do -i {A}/no\n"
            )
        },
        [NAMED_A, NAMED_B],
    ),
    "in a command of the image, in quotes": (
        {"Dockerfile": f'FROM a\nRUN pip install --extra-index-url "{A}" shop\n'},
        [NAMED_A],
    ),
    "in a command of the image, from a build argument": (
        {"Dockerfile": f"FROM a\nARG INDEX={A}\nRUN pip install --extra-index-url $INDEX shop\n"},
        [NAMED_A],
    ),
    "by uv's names in commands of the image": (
        {"Dockerfile": f"FROM a\nRUN uv pip install --default-index {A} --index {B} shop\n"},
        [{**NAMED_A, "default": True}, NAMED_B],
    ),
    "as a variable of the image that follows a command": (
        {"Dockerfile": f"FROM a\nRUN pip install -i {A} shop\nENV PIP_INDEX_URL={B}\n"},
        [{**NAMED_A, "default": True}, NAMED_B],
    ),
    "one that uv already has": (
        {
            "pyproject.toml": f'[[tool.uv.index]]\nname = "a"\nurl = "{A}"\n',
            "requirements.txt": f"--extra-index-url {A}\n",
        },
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NAMED)
def test_indexes_are_carried_over(case: str) -> None:
    files, expected = NAMED[case]
    tables, _, rules, _ = carry(files)
    found = tomllib.loads(tables).get("tool", {}).get("uv", {}).get("index", [])
    # The options of a line come in no order.
    assert sorted(found, key=lambda index: str(index["url"])) == expected
    assert len(rules) == len(expected)


WITH_A_LOGIN: dict[str, tuple[str, str]] = {
    "pyproject.toml": (poetry("")["pyproject.toml"].replace("://", "://me:s3cret@"), "3"),
    "requirements.txt": ("a\n-i https://me:s3cret@a.example.com/simple\n", "2"),
    "pip.conf": ("[install]\nindex-url = https://s3cret@a.example.com/simple\n", "2"),
    "Dockerfile": ("FROM a\nENV PIP_INDEX_URL=https://me:s3@cret@a.example.com/simple\n", "2"),
}


@pytest.mark.parametrize("path", WITH_A_LOGIN)
def test_login_is_reported_with_its_line_and_not_copied(path: str) -> None:
    text, line = WITH_A_LOGIN[path]
    tables, _, rules, todo = carry({path: text})
    assert f'url = "{A}"' in tables
    (login,) = [one for one in todo if "the login in its address is not carried over" in one.why]
    assert (f"{login.path}:{login.line}", "_USERNAME" in login.how) == (f"{path}:{line}", True)
    assert "s3" not in f"{tables}{rules}{todo}"


def test_variables_for_a_login_are_reported_for_every_index() -> None:
    _, _, _, (todo,) = carry({"requirements.txt": f"--extra-index-url {A}\n"})
    assert todo.path == "pyproject.toml"  # the list itself is no longer needed
    assert "UV_INDEX_A_EXAMPLE_COM_USERNAME" in todo.how


LISTED = {
    "a folder of packages": ("requirements.txt", "a\n--find-links ./wheels\n", 2),
    "a page of packages": ("requirements.txt", "-f https://example.com/wheels.html\n", 1),
    "a host that needs no certificate": ("requirements.txt", "--trusted-host a.example.com\n", 1),
    "an address with a variable": ("requirements.txt", "-i https://${HOST}/simple\n", 1),
    "an address with a possible token": (
        "requirements.txt",
        "-i https://a.example.com/simple?key=s3cret\n",
        1,
    ),
    "an argument without a value": ("Dockerfile", "FROM a\nARG PIP_EXTRA_INDEX_URL\n", 2),
    "a host that the image trusts": ("Dockerfile", "FROM a\nENV PIP_TRUSTED_HOST=a.b\n", 2),
}


@pytest.mark.parametrize("case", LISTED)
def test_uncertain_setting_is_listed(case: str) -> None:
    path, text, line = LISTED[case]
    tables, _, _, (todo,) = carry({path: text})
    assert (tables, f"{todo.path}:{todo.line}") == ("", f"{path}:{line}")
    assert todo.why.startswith("not carried over: ")
    assert "s3cret" not in todo.why


def test_no_index_has_no_address() -> None:
    *_, (todo,) = carry({"requirements.txt": "--no-index\n"})
    assert todo.why == "not carried over: no-index"


def test_command_without_an_index_lists_its_folder_of_packages() -> None:
    *_, todo = carry(
        {"Dockerfile": "FROM a\nRUN pip install --no-index --find-links=wheels shop\n"}
    )
    assert [one.why for one in todo] == [
        "not carried over: no-index",
        "not carried over: find-links wheels",
    ]


def test_settings_file_of_pip_is_reported() -> None:
    assert [one.path for one in carry({"pip.conf": "[global]\ntimeout = 9\n"})[3]] == ["pip.conf"]


STANDARD = f'[[tool.uv.index]]\nname = "in-house"\nurl = "{A}/"\n'


def test_index_of_the_standard_is_not_repeated() -> None:
    tables, _, rules, todo = carry(poetry('priority = "default"\n'), STANDARD)
    assert (tables, rules, todo) == ("", [], [])


def test_two_indexes_with_one_name_are_bad_input() -> None:
    with pytest.raises(BadInput, match=r"pyproject.toml:3: another index, .* called in-house"):
        carry(poetry(""), STANDARD.replace(A, B))


def test_sources_of_a_pipfile_are_carried_over() -> None:
    text = (
        '[[source]]\nname = "pypi"\nurl = "https://pypi.org/simple"\n'
        '[[source]]\nname = "own"\nurl = "https://ada:s3cret@a.example.com/simple"\n'
    )
    tables, _, rules, (todo,) = carry({"Pipfile": text})
    expected = '\n[[tool.uv.index]]\nname = "own"\nurl = "https://a.example.com/simple"\n'
    assert (tables, rules) == (expected, ["the index own of Pipfile:6"])
    assert (todo.path, todo.line, "revoke" in todo.how) == ("Pipfile", 6, True)
    assert "s3cret" not in todo.why + todo.how


@pytest.mark.parametrize(
    "text",
    [
        f'[[source]]  # ours\nname = "b"\nurl = "{B}"\n',
        f'[[ source ]]\nname = "b"\nurl = "{B}"\n',
        f'source = [{{ name = "b", url = "{B}" }}]\n',
    ],
)
def test_source_is_read_in_every_notation_of_a_pipfile(text: str) -> None:
    tables, *_ = carry({"Pipfile": text})
    assert tomllib.loads(tables)["tool"]["uv"]["index"] == [{"name": "b", "url": B}]


def _image(*commands: str) -> dict[str, str]:
    runs = "".join(f"RUN {command}\n" for command in commands)
    return {"Dockerfile": f"FROM python:3.12\n{runs}", "requirements.txt": "fastapi\n"}


INSTALLS: dict[str, tuple[tuple[str, ...], dict[str, Any], dict[str, str]]] = {
    "single packages, next to a list from PyPI": (
        (
            f"pip install torch==2.1 torchvision --index-url {A}",
            "pip install -r requirements.txt",
        ),
        {**NAMED_A, "explicit": True},
        {"torch": "a-example-com", "torchvision": "a-example-com"},
    ),
    "in one command": (
        (f"pip install -r requirements.txt && pip3 install -i {A} torch",),
        {**NAMED_A, "explicit": True},
        {"torch": "a-example-com"},
    ),
    "everything that the image installs": (
        (f"pip install torch --index-url {A}", f"pip install --index-url={A} -r requirements.txt"),
        {**NAMED_A, "default": True},
        {},
    ),
    "the only command": ((f"pip install torch --index-url {A}",), {**NAMED_A, "default": True}, {}),
    "a list": (
        (f"pip install -r requirements.txt -i {A}", "pip install gunicorn"),
        {**NAMED_A, "default": True},
        {},
    ),
    "in addition to PyPI": (
        (f"pip install torch --extra-index-url {A}", "pip install -r requirements.txt"),
        NAMED_A,
        {},
    ),
}


@pytest.mark.parametrize("case", INSTALLS)
def test_index_of_single_packages_is_used_only_for_them(case: str) -> None:
    commands, index, assigned = INSTALLS[case]
    tables, found, _, (todo,) = carry(_image(*commands))
    assert tomllib.loads(tables)["tool"]["uv"]["index"] == [index]
    assert found == assigned
    assert all(name in todo.why for name in assigned)


def test_index_under_a_condition_is_not_used() -> None:
    command = f"if [ $CPU = 1 ]; then pip install --extra-index-url {A} torch; fi"
    tables, *_, todo = carry(_image(command, "pip install -r requirements.txt"))
    assert (tables, todo) == ("", [])
