"""The packages that a command of pip installs, and where they come from."""

from dataclasses import dataclass, fields

import pytest
from drydock.adoption.account.pip import installed, installs
from drydock.adoption.account.steps import steps_of

A = "https://a.example.com/simple"


@dataclass(frozen=True)
class Packages:
    """What an install takes."""

    requirements: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    takes_lists: bool = False
    index: str = ""


COMMANDS: dict[str, Packages] = {
    "pip install 'torch>=2,<3' uvicorn[standard]": Packages(("torch>=2,<3", "uvicorn[standard]")),
    f"pip3 --no-cache-dir install torch -i {A}": Packages(("torch",), index=A),
    f"uv pip install --system --index-url={A} torch==$V": Packages(unclear=("torch==$V",), index=A),
    f'uv pip install --default-index "{A}" torch': Packages(("torch",), index=A),
    "python -m pip install -r requirements.txt": Packages(takes_lists=True),
    "pip install -rrequirements.txt": Packages(takes_lists=True),
    "pip install --no-deps . ./lib[x]": Packages(takes_lists=True),
    "pip install dist/a-1.whl git+https://x.example/b.git": Packages(
        archives=("dist/a-1.whl",), addresses=("git+https://x.example/b.git",)
    ),
    "pip install 'a @ https://x.example/a.zip'": Packages(("a @ https://x.example/a.zip",)),
    "pip3.11 install -Ur requirements.txt a": Packages(("a",), takes_lists=True),
    "xargs pip install < requirements.txt": Packages(takes_lists=True),
    "pip install a >/tmp/log 2>&1": Packages(("a",)),
    "pip install a b>=1 >> /tmp/log": Packages(("a", "b>=1")),
    "pip install 2>/dev/null a": Packages(("a",)),
    f"pip install -i{A} a": Packages(("a",), index=A),
    "pip install --target /packages --timeout 60": Packages(),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_packages_of_a_command(command: str) -> None:
    install = installed(command)
    assert install
    found = {one.name: getattr(install, one.name) for one in fields(Packages)}
    assert Packages(**found) == COMMANDS[command]


@pytest.mark.parametrize(
    "command", ["pip config set global.index-url x", "apt-get install python3-pip"]
)
def test_other_command_installs_nothing(command: str) -> None:
    assert installed(command) is None


SOURCES: dict[str, list[tuple[str, str]]] = {
    f"pip install -i {A} --extra-index-url='{A}/b' a": [
        ("index-url", A), ("extra-index-url", f"{A}/b"),
    ],
    f"uv pip install --index {A} --allow-insecure-host a.b a": [
        ("index", A), ("trusted-host", "a.b"),
    ],
    "pip install --no-index -f wheels a": [("no-index", ""), ("find-links", "wheels")],
    "pip install --upgrade -r requirements.txt": [],
}  # fmt: skip


@pytest.mark.parametrize("command", SOURCES)
def test_sources_of_a_command(command: str) -> None:
    install = installed(command)
    assert install
    assert install.sources == SOURCES[command]


def test_installs_of_an_image_have_their_line() -> None:
    steps = steps_of("FROM a\nRUN pip install b && pip install c\nENV A=b\nRUN pip install -r d\n")
    found = [(step.line, install.requirements) for step, install in installs(steps)]
    assert found == [(2, ("b",)), (2, ("c",)), (4, ())]
