"""Python, scripts, and other executable text."""

from tests.merging.triples import Triples, conflicts, merges

PYTHON: Triples = {
    "python: both_sides_add_different_functions": merges(
        "unique",
        "src/api/main.py",
        """
            |def load():
            |    return 1
         o m|
         o m|
         o m|def mine():
         o m|    return load()
          tm|
          tm|
          tm|def warm_up():
          tm|    return load()
        """,
    ),
    "python: ours_removes_import_and_uses_theirs_changes_its_module": merges(
        "reference",
        "benchmarks/benchmarks.py",
        """
        b   |import samples
          t |from shop import samples
         o m|import shop
            |
            |
        b t |def time_sample():
        b t |    samples.run()
         o m|def time_shop():
         o m|    shop.run()
        """,
    ),
    "python: ours_still_uses_import_theirs_changes_its_module": merges(
        "reference",
        "benchmarks/benchmarks.py",
        """
        bo  |import samples
          tm|from shop import samples
            |
            |
            |def time_sample():
            |    samples.run()
         o m|
         o m|
         o m|def time_again():
         o m|    samples.run()
        """,
    ),
    "python: ours_adds_export_theirs_adds_all_without_it_conflicts": conflicts(
        "reference",
        "src/shop/__init__.py",
        """
            |from ._version import __version__
         o  |from .orders import Order
            |
          t |__all__ = ["__version__"]
        """,
        "Order",
    ),
    "python: both_sides_export_different_names": merges(
        "reference",
        "src/shop/__init__.py",
        """
            |from ._version import __version__
         o m|from .orders import Order
            |
        b   |__all__ = []
         o  |__all__ = ["Order"]
          t |__all__ = ["__version__"]
           m|__all__ = ["Order", "__version__"]
        """,
    ),
    "python: both_sides_add_same_function_in_different_places_conflicts": conflicts(
        "unique",
        "src/api/main.py",
        """
         o  |def warm_up():
         o  |    return "mine"
         o  |
         o  |
            |def load():
            |    return 1
            |
            |
            |def predict():
            |    return 2
          t |
          t |
          t |def warm_up():
          t |    return "the release"
        """,
        "warm_up",
    ),
    "python: ours_adds_setter_of_property_theirs_adds_method": merges(
        "unique",
        "src/api/main.py",
        """
            |class Model:
            |    @property
            |    def name(self):
            |        return self._name
         o m|
         o m|    @name.setter
         o m|    def name(self, value):
         o m|        self._name = value
            |
            |    def load(self):
            |        return 1
          tm|
          tm|    def warm_up(self):
          tm|        return self.load()
        """,
    ),
    "python: both_sides_add_same_class_with_different_methods_conflicts": conflicts(
        "atomic",
        "src/api/main.py",
        """
            |def load():
            |    return 1
         ot |
         ot |
         ot |class Model:
         o  |    def mine(self):
         o  |        return 1
          t |    def warm_up(self):
          t |        return 2
        """,
        "Model",
    ),
    # https://www.starlette.io/middleware/: each wraps what was added before it.
    "python: both_sides_add_middleware_in_one_place_conflicts": conflicts(
        "ordered",
        "src/api/main.py",
        """
            |app = FastAPI()
         o  |app.add_middleware(Sessions)
          t |app.add_middleware(GZip)
        """,
    ),
    # https://docs.djangoproject.com/en/stable/topics/http/middleware/#middleware-ordering
    "python: both_sides_append_to_ordered_list_conflicts": conflicts(
        "ordered",
        "settings.py",
        """
            |MIDDLEWARE = [
            |    "django.middleware.security.SecurityMiddleware",
         o  |    "mine.middleware.Sessions",
          t |    "whitenoise.middleware.WhiteNoiseMiddleware",
            |]
        """,
    ),
    "python: ours_adds_parameter_theirs_calls_without_it_conflicts": conflicts(
        "reference",
        "src/api/main.py",
        """
        b t |def load(path):
         o  |def load(path, device):
            |    return path
            |
            |
        b t |first = load("a")
         o  |first = load("a", "cpu")
          t |second = load("b")
        """,
        "load",
    ),
    "python: theirs_makes_function_async_ours_calls_it_conflicts": conflicts(
        "reference",
        "src/api/main.py",
        """
        bo  |def load(path):
          t |async def load(path):
            |    return path
            |
            |
            |def first():
            |    return 1
         o  |
         o  |
         o  |def second():
         o  |    return load("b") + 1
        """,
        "load",
    ),
    "python: ours_adds_parameter_with_default_theirs_adds_call": merges(
        "reference",
        "src/api/main.py",
        """
        b t |def load(path):
         o m|def load(path, device="cpu"):
            |    return path
            |
            |
            |first = load("a")
          tm|second = load("b")
        """,
    ),
    "python: ours_removes_function_theirs_calls_it_conflicts": conflicts(
        "reference",
        "src/api/main.py",
        """
        b t |def helper():
        b t |    return 1
        b t |
        b t |
            |def load():
            |    return 1
            |
            |
            |def predict():
            |    return 2
          t |
          t |
          t |def warm_up():
          t |    return helper()
        """,
        "helper",
    ),
    "python: theirs_removes_import_ours_still_uses_it": merges(
        "reference",
        "src/api/main.py",
        """
            |import os
        bo m|import sys
            |
            |
            |def load():
        bo  |    return os.environ, sys.argv
          tm|    return os.environ
         o m|
         o m|
         o m|def mine():
         o m|    return sys.path
        """,
    ),
    "python: ours_removes_name_theirs_exports_it_conflicts": conflicts(
        "reference",
        "src/api/__init__.py",
        """
            |from api.load import load
        b t |from api.predict import predict
            |
        b   |__all__ = ["load"]
         o  |__all__ = ["load", "mine"]
          t |__all__ = ["load", "predict"]
            |
            |mine = load
        """,
        "predict",
    ),
    "python: ours_moves_definition_down_theirs_uses_it_above_conflicts": conflicts(
        "reference",
        "src/api/main.py",
        """
        b t |limit = 10
            |
            |
            |def load():
            |    return 1
            |
            |
          t |double = limit * 2
            |start = load()
            |stop = load()
         o  |limit = 10
        """,
        "limit",
    ),
    "python: both_sides_add_lines_to_code_that_does_not_compile": merges(
        "reference",
        "src/api/main.py",
        """
         o m|mine = 1
            |limit = 10
            |
            |
            |def load(path, path):
            |    limit
            |    global limit
            |
            |
            |start = load(1, 2)
          tm|stop = load(1, 2)
        """,
    ),
    "python: both_sides_add_different_names_to_all": merges(
        "ordered",
        "src/api/__init__.py",
        """
            |from api.load import load
         o m|from api.mine import mine
          tm|from api.warm import warm_up
            |
        b   |__all__ = ["load"]
         o  |__all__ = ["load", "mine"]
          t |__all__ = ["load", "warm_up"]
           m|__all__ = ["load", "mine", "warm_up"]
        """,
    ),
    "python: both_sides_import_different_names_from_module": merges(
        "ordered",
        "src/api/main.py",
        """
        b   |from typing import Any
         o  |from typing import Any, Literal
          t |from typing import Any, Protocol
           m|from typing import Any, Literal, Protocol
            |
            |first: Any = 1
         o m|second: Literal[2] = 2
            |third: Any = 3
          tm|
          tm|
          tm|class Loads(Protocol):
          tm|    pass
        """,
    ),
    "python: ours_wraps_lines_theirs_changes_other_lines": merges(
        "unique",
        "src/api/main.py",
        """
        b t |response = client.get("/predict", params={"item": 1}, headers={"accept": "json"})
         o m|response = client.get(
         o m|    "/predict",
         o m|    params={"item": 1},
         o m|    headers={"accept": "json"},
         o m|)
        bo  |assert response.status_code == 200
          tm|assert response.status_code == 201
        """,
    ),
    # https://docs.pytest.org/en/stable/explanation/fixtures.html: a fixture is found by its name.
    "pytest: both_sides_add_different_fixtures": merges(
        "unique",
        "tests/conftest.py",
        """
            |import pytest
            |
            |
            |@pytest.fixture
            |def client():
            |    return 1
         o m|
         o m|
         o m|@pytest.fixture
         o m|def model():
         o m|    return 2
          tm|
          tm|
          tm|@pytest.fixture
          tm|def token():
          tm|    return 3
        """,
    ),
}

SCRIPTS: Triples = {
    # https://www.gnu.org/software/make/manual/: a second recipe overrides the first.
    "makefile: both_sides_add_same_target_conflicts": conflicts(
        "unique",
        "Makefile",
        """
         o  |lint:
         o  |	ruff check
         o  |
            |test:
            |	pytest
            |
            |docs:
            |	sphinx-build docs build
          t |
          t |lint:
          t |	nox -s lint
        """,
        "lint",
    ),
    "makefile: both_sides_set_same_variable_conflicts": conflicts(
        "unique",
        "Makefile",
        """
         o  |WORKERS = 8
            |PYTHON = python3
            |SOURCE = src
            |TESTS = tests
          t |WORKERS = 2
            |
            |test:
            |	$(PYTHON) -m pytest $(TESTS)
        """,
        "WORKERS",
    ),
    # https://www.gnu.org/software/make/manual/html_node/Special-Variables.html: the last one.
    "makefile: both_sides_set_default_goal_conflicts": conflicts(
        "unique",
        "Makefile",
        """
         o  |.DEFAULT_GOAL := test
            |test:
            |	pytest
            |lint:
            |	ruff check
          t |.DEFAULT_GOAL := lint
        """,
        ".DEFAULT_GOAL",
    ),
    "makefile: ours_adds_target_theirs_adds_it_with_another_conflicts": conflicts(
        "unique",
        "Makefile",
        """
            |test:
            |	pytest
         o  |lint:
         o  |	flake8
            |docs:
            |	mkdocs build
            |run:
            |	uvicorn api.main:app
          t |lint format:
          t |	ruff $@
        """,
        "`lint` would have two recipes",
    ),
    "makefile: ours_appends_command_theirs_splits_recipe_above_it_conflicts": conflicts(
        "ordered",
        "Makefile",
        """
            |check:
            |\truff check
            |\tmypy
          t |test:
            |\tpytest
            |\tpytest -m slow
            |\tpytest -m gpu
         o  |\t./report.sh
        """,
        "`./report.sh` is part of `check` in your version, not of `test`",
    ),
    "makefile: both_sides_add_different_targets_in_different_places": merges(
        "unique",
        "Makefile",
        """
         o m|run:
         o m|	uvicorn api.main:app
         o m|
            |test:
            |	pytest
            |
            |docs:
            |	sphinx-build docs build
          tm|
          tm|lint:
          tm|	nox -s lint
        """,
    ),
    "shell: both_sides_export_same_variable_conflicts": conflicts(
        "unique",
        "entrypoint.sh",
        """
            |#!/bin/sh
         o  |export WORKERS=8
            |export HOST=0.0.0.0
            |export PORT=8000
            |export ZONE=eu
          t |export WORKERS=2
            |exec api
        """,
        "WORKERS",
    ),
    # https://www.gnu.org/software/bash/manual/html_node/Bourne-Shell-Builtins.html#index-exec
    "shell: ours_adds_command_theirs_replaces_shell_above_it_conflicts": conflicts(
        "ordered",
        "entrypoint.sh",
        """
            |set -e
            |migrate
          t |exec uvicorn api.main:app
            |# The server runs
            |# until it gets
            |# a signal.
         o  |./report.sh
        """,
        "`./report.sh` would be below an `exec` or `exit`",
    ),
    "shell: both_sides_add_commands_above_exec": merges(
        "ordered",
        "entrypoint.sh",
        """
            |set -e
         o m|migrate
            |if [ -n "$DEBUG" ]; then
            |    exec sh
            |fi
          tm|warm_up
            |
            |exec uvicorn api.main:app
        """,
    ),
    "shell: both_sides_add_variables_next_to_branches_with_same_variable": merges(
        "unique",
        "entrypoint.sh",
        """
            |#!/bin/sh
         o m|export ZONE=eu
            |if [ -n "$DEBUG" ]; then
            |    export WORKERS=1
            |else
            |    export WORKERS=8
            |fi
            |export HOST=0.0.0.0
          tm|export PORT=8000
            |exec api
        """,
    ),
    # https://hexdocs.pm/dotenvy, python-dotenv: the last line of a name counts.
    "dotenv: both_sides_append_different_variables": merges(
        "unique",
        ".env.example",
        """
            |# The port.
            |PORT=8000
         o m|
         o m|# Of the model.
         o m|DEVICE=cuda
          tm|TIMEOUT=5
        """,
    ),
    "dotenv: both_sides_change_adjacent_variables": merges(
        "unique",
        ".env.example",
        """
        b t |PORT=8000
         o m|PORT=9000
        bo  |HOST=0.0.0.0
          tm|HOST=::
            |LEVEL=INFO
        """,
    ),
    # https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
    "dotenv: sides_append_variables_that_refer_to_others_conflicts": conflicts(
        "ordered",
        ".env.example",
        """
            |HOST=0.0.0.0
            |PORT=8000
         o  |HEALTH=http://${HOST}:${PORT}/health
          t |DOCS=http://${HOST}:${PORT}/docs
        """,
    ),
    "dotenv: both_sides_set_same_variable_conflicts": conflicts(
        "unique",
        ".env.example",
        """
         o  |WORKERS=8
            |HOST=0.0.0.0
            |PORT=8000
            |ZONE=eu
          t |WORKERS=2
        """,
        "WORKERS",
    ),
    # https://devcenter.heroku.com/articles/procfile: a process type is there once.
    "procfile: both_sides_add_same_process_conflicts": conflicts(
        "unique",
        "Procfile",
        """
         o  |worker: celery --app api worker
            |web: uvicorn api.main:app
            |release: alembic upgrade head
            |clock: python -m api.clock
          t |worker: python -m api.worker
        """,
        "worker",
    ),
    # https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html
    "systemd: both_sides_set_restart_conflicts": conflicts(
        "unique",
        "deploy/api.service",
        """
            |[Service]
         o  |Restart=always
            |ExecStart=/usr/bin/api
            |User=api
            |WorkingDirectory=/srv/api
          t |Restart=on-failure
        """,
        "Restart",
    ),
    # https://developer.hashicorp.com/terraform/language/syntax/configuration
    "terraform: both_sides_add_same_variable_conflicts": conflicts(
        "unique",
        "deploy/variables.tf",
        """
         o  |variable "workers" {
         o  |  default = 8
         o  |}
         o  |
            |variable "host" {
            |  default = "0.0.0.0"
            |}
            |
            |variable "port" {
            |  default = 8000
            |}
          t |
          t |variable "workers" {
          t |  default = 2
          t |}
        """,
        "workers",
    ),
}
