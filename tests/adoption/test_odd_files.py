"""Odd files of a service are reported, carried over or left by hand. They never cause a crash.

The service is adopted in memory.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest
import yaml
from drydock.adoption import clashes, factory, locked
from drydock.adoption.account.files import left, of_service
from drydock.adoption.derive import derive
from drydock.adoption.facts import Files, gather
from drydock.adoption.translate import inline
from drydock.adoption.translate.files import carry, replaced
from drydock.errors import BadInput
from drydock.locking import packages

from tests.template.matrix import Variant

pytestmark = pytest.mark.slow

DOCUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "compose": (
        "compose.yml",
        {"services": {"shop": {
            "build": {"context": ".", "dockerfile": "Dockerfile", "args": {"A": 1}}, "image": "x",
            "command": ["uvicorn", "main:app"], "entrypoint": "a", "env_file": [".env"],
            "ports": ["80:8000", {"target": 80}], "environment": {"A": "b"},
            "volumes": ["./a:/b"], "healthcheck": {"test": ["CMD", "x"]}, "expose": [80],
            "depends_on": {"db": {"condition": "x"}}, "deploy": {"replicas": 2},
        }}},
    ),
    "manifest": (
        "deploy/a.yaml",
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"},
         "spec": {"replicas": 1, "template": {"spec": {"containers": [
             {"name": "a", "image": "a:1", "command": ["uvicorn"], "args": ["main:app"],
              "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "1"}},
              "env": [{"name": "A", "value": "1"},
                      {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
              "envFrom": [{"configMapRef": {"name": "a"}}], "livenessProbe": {"httpGet": {}},
              "volumeMounts": [{"name": "a", "mountPath": "/b"}]},
         ], "volumes": [{"name": "a"}]}}}},
    ),
    "ConfigMap": (
        "deploy/a.yaml",
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"A": "b"}},
    ),
    "configuration": ("config.yaml", {"server": {"port": 80}, "name": "x"}),
    "pipeline": (
        ".github/workflows/ci.yml",
        {"jobs": {"a": {"steps": [{"uses": "x", "with": {"python-version": "3.12"}}]}}},
    ),
    "values": ("chart/values.yaml", {"service": {"port": 80}}),
    "project": (
        "pyproject.toml",
        {"project": {"name": "shop", "dependencies": ["fastapi"]},
         "tool": {"mypy": {"plugins": ["a.b"]}, "uv": {"sources": {"a": {"path": "a"}}},
                  "pytest": {"ini_options": {"addopts": "-q"}}}},
    ),
}  # fmt: skip


def odd(data: Any, values: Sequence[Any]) -> Iterator[Any]:
    """Yield `data` with one part at a time replaced by one of these values."""
    yield from values
    if isinstance(data, dict):
        for key, part in data.items():
            yield from ({**data, key: other} for other in odd(part, values))
    elif isinstance(data, list):
        for number, part in enumerate(data):
            yield from ([*data[:number], one, *data[number + 1 :]] for one in odd(part, values))


def texts_of(path: str, document: dict[str, Any]) -> Iterator[str]:
    """Yield the texts of a document with an odd value."""
    if path.endswith(".toml"):
        for data in odd(document, (True, 1, date(2026, 1, 2))):
            if isinstance(data, dict):
                yield "".join(f"{key} = {inline(value)}\n" for key, value in data.items())
    else:
        yield from map(yaml.safe_dump, odd(document, (True, {1: 2, "x": 3})))


@pytest.fixture(scope="module")
def adopt(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Files], None]:
    """Adopt a service in memory, as the command does."""
    folder = tmp_path_factory.mktemp("standard") / "shop"
    answers = {"adopted": True, "package_path": "shop", "app": "main:app"}
    paths = {*Variant("adopted", answers).render(folder).files()}

    def run(files: Files) -> None:
        facts = gather(files)
        if any(fact.about == "broken" for fact in facts):
            return
        factory.module_for(facts, files)
        derive(facts, files, "shop")
        carried = carry(folder, paths, files)
        replaced(carried, files)
        account = of_service(files, carried, "shop")
        list(left(account, carried))
        list(clashes.find(facts, files, {}, ""))
        locked.to_keep(locked.versions(files)[1], carried["pyproject.toml"].text)
        packages(files.get("uv.lock", ""))

    return run


SERVICE = {
    "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "main:app"]\n',
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi"]\n',
}


def where(error: Exception) -> str:
    """Return the place in Drydock's code that raised an error, and the error."""
    frames = traceback.extract_tb(error.__traceback__)
    place = next(frame for frame in reversed(frames) if "/drydock/" in frame.filename)
    return f"{place.filename.rpartition('/drydock/')[2]}:{place.lineno} {error!r}"


def faults_in(adopt: Callable[[Files], None], texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the first text of a file that causes an exception in each place."""
    faults: dict[str, str] = {}
    for path, text in texts:
        try:
            adopt(SERVICE | {path: text})
        except BadInput:
            continue
        except Exception as error:
            faults.setdefault(where(error), f"{path}: {text}")
    return faults


@pytest.mark.parametrize("name", DOCUMENTS)
def test_odd_value_is_no_crash(name: str, adopt: Callable[[Files], None]) -> None:
    path, document = DOCUMENTS[name]
    texts = texts_of(path, document)
    assert faults_in(adopt, ((path, text) for text in texts)) == {}


LINES = {
    "Dockerfile": [
        "RUN", "COPY", "ENV", "ENV A", "CMD", "CMD []", "CMD [1]", "CMD {}", "ENTRYPOINT [",
        "EXPOSE x", "EXPOSE 80/tcp 90", "HEALTHCHECK", "HEALTHCHECK NONE", "USER", "WORKDIR",
        "ARG", "LABEL", "ONBUILD", "SHELL [", "ADD", "COPY --from=x", "COPY <<EOF /a\nx\nEOF",
        "RUN <<EOF\napt-get install x\nEOF", "RUN --mount", "CMD uvicorn main:app --port $PORT",
        "CMD ['uvicorn']", "ENV A=\"x y\" B='", "FROM", "FROM x AS", "CMD python", "CMD sh -c",
        'CMD ["uvicorn", "main:app", "--port"]', "CMD gunicorn -b :80 main:app -w", "CMD exec",
        'ENTRYPOINT ["gunicorn", "-c"]', "CMD python -m", 'CMD ["sh", "-c"]', "COPY . \\",
        'ENTRYPOINT ["./run.sh"]', "RUN pip install -r", 'CMD uvicorn "main:app', "RUN useradd",
    ],
    "run.sh": ["exec\nuvicorn main:app --port", "uvicorn 'main:app", "exec", "if", "uvicorn $("],
    "setup.cfg": [
        "[options]\ninstall_requires=\n  a b", "[metadata]\nname", "[options.extras_require]\na",
        "[tool:pytest]\naddopts", "[tool:pytest]\naddopts='", "[mypy]\nplugins", "x",
        "[flake8]\nmax-line-length=x", "[options]\npython_requires=x",
        "[flake8]\nper-file-ignores = a",
    ],
    "setup.py": [
        f"from setuptools import setup\nsetup({arguments})"
        for arguments in (
            "name=1", "install_requires=x", "**y", "install_requires=[1, None]",
            "extras_require={1: 2}", "entry_points=1, python_requires=3",
            "entry_points={'console_scripts': ['a']}", "install_requires=3",
            "install_requires=[3, ['a']]", "extras_require={3: [3]}", "extras_require={'a': 3}",
            "tests_require={[]: 1}", "entry_points={'console_scripts': 3}",
            "entry_points={'console_scripts': [3]}", "version=3", "install_requires='a'",
        )
    ],
    "requirements.txt": [
        "-r", "-e", "--index-url", "-c x", "a==", "git+", "a @", "-r requirements.txt", "-r ../x",
        "a;", "--hash", "-i", "./x", "a[", "fastapi==0.1 \\",
    ],
    "constraints.txt": ["a==", "-r"],
    "tox.ini": ["[testenv]\ndeps", "[pytest]\nmarkers", "[pytest]\naddopts=\"", "[flake8]", "x"],
    "pytest.ini": ['[pytest]\naddopts="', "[pytest]\ntestpaths='", "[pytest]", "x"],
    "mypy.ini": ["[mypy]", "[mypy-x]\nignore_errors", "[mypy]\nplugins=,", "x"],
    ".flake8": ["[flake8]\nmax-line-length=", "[flake8]\nignore"],
    ".pylintrc": ["[FORMAT]\nmax-line-length=a"],
    ".coveragerc": ["[run]\nomit", "x"],
    ".gitignore": ["[", "!", "\\"],
    ".dockerignore": ["[", "!", "\\"],
    ".env": ["A", "=", 'A="x'],
    ".python-version": ["", "x", "pypy", "3.9.1/x"],
    "runtime.txt": ["python-", "x"],
    "Procfile": ["web", "web:", "web: uvicorn", "web: uvicorn 'main:app"],
    "gunicorn.conf.py": ["bind=1", "workers=x", "bind='x'", "bind=':a'"],
    "supervisord.conf": ["[program:x]\ncommand", "[program]", "[program:x]\ncommand=uvicorn"],
    "uv.toml": ["index=1", "x"],
    "README.md": ["# ", "```\nuvicorn\n```"],
    "Makefile": ["run:\n\tuvicorn", "run:\n\tuvicorn 'main:app"],
    "docker-compose.yml": ["services: {web: {build: ., command: \"uvicorn 'main:app\"}}"],
}  # fmt: skip


def test_odd_line_is_no_crash(adopt: Callable[[Files], None]) -> None:
    texts = [(path, line) for path, lines in LINES.items() for line in lines]
    images = [("Dockerfile", f"FROM python:3.12\n{line}\n") for line in LINES["Dockerfile"]]
    assert faults_in(adopt, [*texts, *images]) == {}
