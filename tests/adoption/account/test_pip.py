"""The packages that a command of pip installs."""

import pytest
from drydock.adoption.account.pip import Install, installed

A = "https://a.example.com/simple"
NOTHING = Install((), (), (), (), takes_lists=False, index="")

COMMANDS: dict[str, Install | None] = {
    "pip install 'torch>=2,<3' uvicorn[standard]": Install(
        ("torch>=2,<3", "uvicorn[standard]"), (), (), (), takes_lists=False, index=""
    ),
    f"pip3 --no-cache-dir install torch -i {A}": Install(
        ("torch",), (), (), (), takes_lists=False, index=A
    ),
    f"uv pip install --system --index-url={A} torch==$V": Install(
        (), ("torch==$V",), (), (), takes_lists=False, index=A
    ),
    "python -m pip install -r requirements.txt": Install(
        (), (), (), (), takes_lists=True, index=""
    ),
    "pip install -rrequirements.txt": Install((), (), (), (), takes_lists=True, index=""),
    "pip install --no-deps . ./lib[x]": Install((), (), (), (), takes_lists=True, index=""),
    "pip install dist/a-1.whl git+https://x.example/b.git": Install(
        (), (), ("dist/a-1.whl",), ("git+https://x.example/b.git",), takes_lists=False, index=""
    ),
    "pip install 'a @ https://x.example/a.zip'": Install(
        ("a @ https://x.example/a.zip",), (), (), (), takes_lists=False, index=""
    ),
    "pip3.11 install -Ur requirements.txt a": Install(
        ("a",), (), (), (), takes_lists=True, index=""
    ),
    "xargs pip install < requirements.txt": Install((), ("<",), (), (), takes_lists=True, index=""),
    f"pip install -i{A} a": Install(("a",), (), (), (), takes_lists=False, index=A),
    "pip install --target /packages --timeout 60": NOTHING,
    "pip config set global.index-url x": None,
    "apt-get install python3-pip": None,
}


@pytest.mark.parametrize("command", COMMANDS)
def test_packages_of_a_command(command: str) -> None:
    assert installed(command) == COMMANDS[command]
