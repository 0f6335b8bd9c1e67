"""Code with newer syntax is parsed by a newer Python, which runs nothing of the service."""

import ast
import shutil
import sys
from pathlib import Path

import pytest
from drydock import pythons
from drydock.adoption import python
from drydock.adoption.derive import derive
from drydock.adoption.facts import gather
from drydock.errors import BadInput

pytestmark = pytest.mark.slow

NEWER = [one for one in pythons.at_hand() if one.version > sys.version_info[:2]]
needs_newer = pytest.mark.skipif(not NEWER, reason="no newer Python is at hand")


@pytest.fixture
def syntax(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a statement that only a newer Python than the engine's can parse."""
    monkeypatch.setattr(python, "_newer", {})
    return "match_ = 1\ntype Name[T] = list[T]\n" if sys.version_info < (3, 12) else "t''\n"


SERVICE = '''
import os

from fastapi import FastAPI

{}
app = FastAPI(title="Shop")


@app.get("/health")
def health(*, deep: bool, quick=False) -> dict[str, str]:
    """Say so."""
    url = f"{{os.getenv("SHOP_URL"):>{{4}}}}"
    return {{"is": b"ok", "at": url, **{{}}, "n": 1j}} if ... else {{}}
'''


@needs_newer
def test_facts_are_found_in_newer_code(syntax: str, tmp_path: Path) -> None:
    text = SERVICE.format(syntax)
    with pytest.raises(SyntaxError):
        python.parse(text)
    python.read_newer([text, "x = 1\n", "no python"], tmp_path)
    tree = python.parse(text)
    assert ast.unparse(tree).count("os.getenv('SHOP_URL')") == 1
    (function,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [one.arg for one in function.args.kwonlyargs] == ["deep", "quick"]
    assert function.args.kw_defaults[0] is None
    files = {"shop/main.py": text, "shop/__init__.py": ""}
    facts = gather(files)
    line = text[: text.index("app = ")].count("\n") + 1
    found = {(fact.about, fact.value, fact.line) for fact in facts}
    assert ("app_object", "shop/main.py:app", line) in found
    assert {"own_path", "variable", "title"} <= {fact.about for fact in facts}
    answers = {one.name: one.value for one in derive(facts, files, "shop")}
    assert answers["app"] == "shop.main:app"
    assert answers["python_version"] == f"3.{sys.version_info.minor + 1}"


@needs_newer
def test_newer_syntax_outweighs_an_older_version_in_a_file(syntax: str, tmp_path: Path) -> None:
    text = SERVICE.format(syntax)
    python.read_newer([text], tmp_path)
    own = ".".join(map(str, sys.version_info[:2]))
    files = {"shop/main.py": text, "Dockerfile": f"FROM python:{own}\n"}
    (answer,) = [
        one for one in derive(gather(files), files, "shop") if one.name == "python_version"
    ]
    assert (answer.value != own, answer.doubtful) == (True, True)


def test_code_that_no_python_can_parse_is_reported_with_its_line(tmp_path: Path) -> None:
    text = "from fastapi import FastAPI\napp = FastAPI()\ndef of the future:\n"
    python.read_newer([text], tmp_path)
    facts = gather({"main.py": text})
    (unreadable,) = [fact for fact in facts if fact.about == "unreadable"]
    assert (unreadable.path, unreadable.line) == ("main.py", 3)
    with pytest.raises(BadInput, match=r"main\.py:3: Python 3\.\d+ cannot parse it"):
        derive(facts, {"main.py": text}, "shop")


@needs_newer
def test_missing_home_is_reported(
    syntax: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    with pytest.raises(BadInput, match="HOME is"):
        python.read_newer([syntax], tmp_path)


@needs_newer
def test_python_in_the_services_folder_is_not_run(
    syntax: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    own = tmp_path / "service/.venv/bin/python"
    own.parent.mkdir(parents=True)
    own.write_text(f"#!/bin/sh\ntouch {ran}\n")
    own.chmod(0o755)
    link = tmp_path / "python"
    link.symlink_to(own)
    at_hand = [pythons.Python((3, 99), path) for path in (own, link)]
    monkeypatch.setattr(pythons, "at_hand", lambda: at_hand)
    python.read_newer([syntax], tmp_path / "service")
    assert not ran.exists()
    python.read_newer([syntax], tmp_path / "elsewhere")
    assert ran.exists()


@needs_newer
def test_modules_of_the_service_are_not_imported(syntax: str, tmp_path: Path) -> None:
    service = tmp_path / "service"
    service.mkdir()
    for name in ("json", "ast", "sitecustomize"):
        (service / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    shutil.copy(__file__, service / "usercustomize.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(service)
        patch.setenv("PYTHONPATH", str(service))
        python.read_newer([syntax], service)
    assert python.is_newer(syntax)
    assert not (tmp_path / "ran").exists()
