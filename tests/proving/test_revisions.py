"""The start command of a service is read from its files, as in a retrofit."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePath

import pytest
from drydock.errors import BadInput
from drydock.proving.revisions import Revision, read

from tests.legacy import packaged, repositories, requirements
from tests.support import Content, write

PYTHON = Path("/env/bin/python")
PORTS = (8001, 9001)


def side(folder: Path, files: Mapping[str, Content], app: str | None = None) -> Revision:
    folder.mkdir(exist_ok=True)
    write(folder, dict(files))
    return read("before", "main", "0" * 40, top=folder, inside=PurePath(), app=app)


def command(result: Revision) -> str:
    return " ".join(map(str, result.command(PYTHON, PORTS)))


def test_package_is_imported_from_the_directory_of_the_service(tmp_path: Path) -> None:
    result = side(tmp_path, requirements.GREETER.files)
    assert command(result) == (
        f"/env/bin/python -m uvicorn service.main:app --app-dir {tmp_path} --host 127.0.0.1 "
        "--port 8001"
    )


def test_app_factory_is_called(tmp_path: Path) -> None:
    result = side(tmp_path, packaged.LOBBY.files)
    assert " --factory " in command(result)


def test_chassis_serves_on_both_loopback_ports(tmp_path: Path) -> None:
    files = {
        ".copier-answers.yml": (
            "_src_path: https://git.example.com/drydock.git\n_commit: v1.4.0\n"
            "app: shop.main:app\npackage_path: src/shop\n"
        ),
        "src/shop/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        "src/shop/__init__.py": "",
        "src/shop/chassis/__init__.py": "",
        "src/shop/chassis/__main__.py": "",
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    }
    result = side(tmp_path, files)
    assert command(result) == (
        "/env/bin/python -m shop.chassis serve --port 8001 --management-port 9001"
    )
    assert result.environment == {
        "PYTHONPATH": str(tmp_path / "src"),
        "APP__SERVER__HOST": "127.0.0.1",
        "APP__MANAGEMENT__HOST": "127.0.0.1",
    }


def test_environment_has_variables_of_the_image_except_paths(tmp_path: Path) -> None:
    files = {
        "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        "requirements.txt": "fastapi\n",
        "Dockerfile": (
            "FROM python:3.11\nENV GREETING hello there\nENV MODE=fast LIMIT=3\n"
            "ENV CONFIG=/etc/app.yml PATH=/opt/bin:$PATH PIP_NO_CACHE_DIR=1\n"
        ),
    }
    result = side(tmp_path, files).environment
    del result["PYTHONPATH"]
    assert result == {"GREETING": "hello there", "MODE": "fast", "LIMIT": "3"}


def test_app_option_selects_the_application(tmp_path: Path) -> None:
    files = {
        "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\nother = FastAPI()\n",
        "requirements.txt": "fastapi\n",
    }
    assert side(tmp_path, files, "main:other").app == "main:other"


def test_committed_virtual_environment_is_not_read(tmp_path: Path) -> None:
    path = ".venv/lib/python3.11/site-packages/other/main.py"
    files = {
        path: "from fastapi import FastAPI\n\nother = FastAPI()\n",
        **requirements.FLAT.files,
    }
    result = side(tmp_path, files)
    assert result.app == "main:api"
    assert path not in result.files
    assert (result.copied(tmp_path.with_name("copy")).folder / path).exists()


def test_service_without_an_application_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^before \(main\): no ASGI application found"):
        side(tmp_path, {"main.py": "print(1)\n"})


def test_copy_has_no_files_of_an_earlier_run(tmp_path: Path) -> None:
    result = side(tmp_path / "service", requirements.FLAT.files)
    first = result.copied(tmp_path / "one")
    (first.folder / "app.db").touch()
    assert not (result.copied(tmp_path / "other").folder / "app.db").exists()


def test_copy_has_files_next_to_the_service(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    write(top, dict(repositories.PRICING.files))
    result = read("after", "HEAD", "0" * 40, top=top, inside=PurePath("services/pricing"), app=None)
    copy = result.copied(tmp_path / "copy")
    assert copy.folder == tmp_path / "copy/services/pricing"
    assert (copy.folder / "../../libs/common/common/__init__.py").exists()


@pytest.mark.parametrize(
    ("pyproject", "error"),
    [
        ("tool = 3\n", "pyproject.toml:1 is not valid: tool must be a table"),
        ("[tool]\npoetry = []\n", "pyproject.toml:2 is not valid: tool.poetry must be a table"),
        ("[tool]\nuv = 'x'\n", "pyproject.toml:2 is not valid: tool.uv must be a table"),
        ("[project]\ndependencies = [3]\n", "project.dependencies must be a list of strings"),
        ("[project\n", "pyproject.toml is not valid"),
    ],
)
def test_invalid_settings_are_an_error(tmp_path: Path, pyproject: str, error: str) -> None:
    main = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    with pytest.raises(BadInput, match=re.escape(error)) as caught:
        side(tmp_path, {"main.py": main, "pyproject.toml": pyproject})
    assert str(caught.value).startswith("before (main): ")
    assert "\n" not in str(caught.value)
