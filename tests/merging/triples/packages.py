"""What a project depends on, and how its tools are set up."""

from tests.merging.triples import Triples, conflicts, merges

PYPROJECT: Triples = {
    # https://packaging.python.org/en/latest/specifications/pyproject-toml/
    "pyproject: both sides add other packages": merges(
        "ordered",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |dependencies = [
            |    "fastapi>=0.115",
         o m|    "redis>=5",
          tm|    "structlog>=24",
            |]
        """,
    ),
    "pyproject: both sides add one package with other bounds at two places": conflicts(
        "unique",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |dependencies = [
         o  |    "httpx<0.28",
            |    "fastapi>=0.115",
            |    "pydantic>=2",
            |    "uvicorn>=0.30",
          t |    "httpx>=0.28",
            |]
        """,
        "httpx",
    ),
    "pyproject: one package twice for other Pythons": merges(
        "unique",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |dependencies = [
         o m|    "numpy<2; python_version < '3.12'",
            |    "fastapi>=0.115",
            |    "pydantic>=2",
            |    "uvicorn>=0.30",
          tm|    "numpy>=2; python_version >= '3.12'",
            |]
        """,
    ),
    # `~=2.0` is `>=2.0, ==2.*`: https://packaging.python.org/en/latest/specifications/version-specifiers/
    "pyproject: the cap of a compatible release stays": merges(
        "unique",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |dependencies = [
        b   |    "httpx>=1.0",
         o  |    "httpx~=2.0",
          t |    "httpx>=2.5",
           m|    "httpx>=2.5,<3",
            |]
        """,
    ),
    "pyproject: the release asks for more than the cap of yours allows": conflicts(
        "unique",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |dependencies = [
        b   |    "httpx>=1.0",
         o  |    "httpx~=2.0",
          t |    "httpx>=3.1",
            |]
        """,
        "httpx",
    ),
    # https://docs.astral.sh/uv/concepts/projects/dependencies/#git: only one of rev, tag, branch.
    "pyproject: a source of uv follows a branch here and a tag there": conflicts(
        "exclusive",
        "pyproject.toml",
        """
            |[tool.uv.sources.common]
         o  |branch = "main"
            |git = "https://git.example.org/common"
            |subdirectory = "python"
            |marker = "sys_platform == 'linux'"
          t |tag = "v2"
        """,
        "branch",
        "tag",
    ),
    "pyproject: a source of uv is a repository here and a folder there": conflicts(
        "exclusive",
        "pyproject.toml",
        """
            |[tool.uv.sources]
         o  |common = { git = "https://git.example.org/common" }
          t |common = { path = "../common" }
            |other = { workspace = true }
        """,
        "common",
    ),
    # https://python-poetry.org/docs/dependency-specification/#git-dependencies
    "pyproject: a dependency of Poetry follows a branch here and a tag there": conflicts(
        "exclusive",
        "pyproject.toml",
        """
            |[tool.poetry.dependencies.common]
         o  |branch = "main"
            |git = "https://git.example.org/common"
            |optional = true
            |subdirectory = "python"
          t |tag = "v2"
        """,
        "branch",
    ),
    # PEP 621, dynamic: "may not be both static and dynamic".
    "pyproject: the version is dynamic here and given there": conflicts(
        "exclusive",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
         o  |dynamic = ["version"]
            |description = "Answers."
            |requires-python = ">=3.11"
          t |version = "1.0.0"
        """,
        "version",
    ),
    "pyproject: both sides add one table with other settings": conflicts(
        "atomic",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
         ot |
         ot |[[tool.uv.index]]
         ot |name = "mine"
         ot |url = "https://packages.example.org/simple"
         o  |explicit = true
          t |default = true
        """,
        "mine",
    ),
    # https://docs.pytest.org/en/stable/reference/reference.html#configuration-options
    "pyproject: both sides add options of pytest": merges(
        "atomic",
        "pyproject.toml",
        """
            |[project]
            |name = "shop"
            |
            |[tool.setuptools_scm]
            |version_file = "src/shop/_version.py"
         otm|
         otm|[tool.pytest.ini_options]
         o m|timeout = 1
          tm|testpaths = ["tests"]
            |
            |[tool.setuptools.package-data]
            |shop = ["py.typed"]
        """,
    ),
    "pyproject: both sides add one option of pytest": conflicts(
        "atomic",
        "pyproject.toml",
        """
            |[project]
            |name = "shop"
         ot |
         ot |[tool.pytest.ini_options]
         o  |timeout = 1
          t |timeout = 5
        """,
        "timeout",
    ),
    # https://packaging.python.org/en/latest/specifications/dependency-groups/
    "pyproject: the release makes an extra a group, yours adds packages and extras": merges(
        "atomic",
        "pyproject.toml",
        """
            |[project]
            |name = "shop"
            |
        b   |[project.optional-dependencies]
         o m|[project.optional-dependencies]
         o m|rest = ["fastapi"]
           m|
          tm|[dependency-groups]
            |dev = [
            |    "copier",
            |    "pytest",
            |    "ruff",
         o m|    "tickit",
        bo  |    "tox-direct",
          tm|    "tox-uv",
            |]
            |
            |[tool.mypy]
            |strict = true
        """,
    ),
    "pyproject: the release makes an extra a group, yours names the extra elsewhere": conflicts(
        "reference",
        "pyproject.toml",
        """
            |[project]
            |name = "shop"
            |
        bo  |[project.optional-dependencies]
         o  |all = ["shop[dev]"]
          t |[dependency-groups]
            |dev = [
            |    "copier",
            |    "pytest",
            |    "ruff",
        bo  |    "tox-direct",
          t |    "tox-uv",
            |]
        """,
        "dev",
    ),
    # https://docs.astral.sh/uv/concepts/indexes/: "in the order in which they are defined".
    "pyproject: both sides add an index": conflicts(
        "ordered",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
         o  |
         o  |[[tool.uv.index]]
         o  |name = "mine"
         o  |url = "https://packages.example.org/simple"
          t |
          t |[[tool.uv.index]]
          t |name = "platform"
          t |url = "https://platform.example.org/simple"
        """,
    ),
    # https://docs.pytest.org/en/stable/how-to/capture-warnings.html: the last that matches counts.
    "pyproject: both sides add a filter of warnings": conflicts(
        "ordered",
        "pyproject.toml",
        """
            |[tool.pytest.ini_options]
            |filterwarnings = [
            |    "error",
         o  |    "ignore::DeprecationWarning",
          t |    "error::DeprecationWarning:api",
            |]
        """,
    ),
    "pyproject: both sides choose more rules of ruff": merges(
        "ordered",
        "pyproject.toml",
        """
            |[tool.ruff.lint]
            |select = [
            |    "E",
         o m|    "N",
          tm|    "UP",
            |]
        """,
    ),
    # https://packaging.python.org/en/latest/specifications/dependency-groups/
    "pyproject: yours removes a group that the release comes to include": conflicts(
        "reference",
        "pyproject.toml",
        """
            |[dependency-groups]
        b t |docs = ["sphinx"]
            |lint = ["ruff"]
            |test = ["pytest"]
          t |dev = [{ include-group = "docs" }, { include-group = "test" }]
        """,
        "docs",
    ),
    "pyproject: yours removes an extra that the release comes to name": conflicts(
        "reference",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |
            |[project.optional-dependencies]
        b t |docs = ["sphinx"]
            |lint = ["ruff"]
            |test = ["pytest"]
          t |all = ["api[docs,test]"]
        """,
        "docs",
    ),
    "pyproject: both sides set up other tools": merges(
        "unique",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
         o m|
         o m|[tool.codespell]
         o m|skip = "*.svg"
          tm|
          tm|[tool.coverage.run]
          tm|branch = true
        """,
    ),
    "pyproject: both sides add classifiers": merges(
        "ordered",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |classifiers = [
            |    "Programming Language :: Python :: 3.12",
         o m|    "Private :: Do Not Upload",
          tm|    "Programming Language :: Python :: 3.13",
            |]
        """,
    ),
    "pyproject: two dates are no versions": conflicts(
        "unique",
        "pyproject.toml",
        """
            |[tool.api]
        b   |since = "2024.01.01"
         o  |since = "2024.03.04"
          t |since = "2024.05.06"
        """,
        "since",
    ),
    "pyproject: you move a package, the release removes it where it was": merges(
        "unique",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |dependencies = [
            |    "fastapi",
         o m|    "numpy", # what models run on
            |]
            |
            |[project.optional-dependencies]
            |dev = [
            |    "mypy",
        b   |    "numpy", # what models run on
          tm|    "nox",
            |]
        """,
    ),
    "pyproject: each side moves a package to another list": conflicts(
        "unique",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
            |dependencies = [
            |    "fastapi",
         o  |    "numpy",
            |]
            |
            |[project.optional-dependencies]
            |dev = [
            |    "mypy",
        b   |    "numpy",
            |]
            |models = [
            |    "torch",
          t |    "numpy",
            |]
        """,
        "numpy",
    ),
    # https://pipenv.pypa.io/en/latest/pipfile.html
    "pipfile: both sides add one package with another version": conflicts(
        "atomic",
        "Pipfile",
        """
            |[packages]
            |fastapi = "*"
         o  |redis = {version = "==5.0", extras = ["hiredis"]}
          t |redis = {version = "==5.0"}
        """,
        "redis",
    ),
    "pipfile: a package from git here, by its version there": conflicts(
        "exclusive",
        "Pipfile",
        """
            |[packages]
            |fastapi = "*"
            |
            |[packages.redis]
         o  |git = "https://example.com/redis.git"
            |extras = []
            |markers = "python_version > '3'"
          t |version = "==5.0"
        """,
        "git",
        "version",
    ),
    "pipfile: both sides add other packages": merges(
        "unique",
        "Pipfile",
        """
            |[packages]
            |fastapi = "*"
         o m|redis = "*"
          tm|structlog = "*"
        """,
    ),
}

REQUIREMENTS: Triples = {
    # https://pip.pypa.io/en/stable/reference/requirements-file-format/
    "requirements: both sides add other packages": merges(
        "unique",
        "requirements.txt",
        """
            |fastapi>=0.115
         o m|redis>=5
          tm|structlog>=24
        """,
    ),
    "requirements: both sides add one package at two places": conflicts(
        "unique",
        "requirements.txt",
        """
         o  |httpx<0.28
            |fastapi>=0.115
            |pydantic>=2
            |uvicorn>=0.30
          t |httpx>=0.28
        """,
        "httpx",
    ),
    "requirements: the release raises what you removed": merges(
        "unique",
        "docs/requirements.txt",
        """
            |sphinx
        b   |sphinx-rtd-theme
         o m|furo
          t |sphinx-rtd-theme>=3.0
        """,
    ),
    "requirements: the release asks for an extra of what you removed": conflicts(
        "unique",
        "requirements.txt",
        """
            |fastapi
        b   |uvicorn
         o  |granian
          t |uvicorn[standard]
        """,
        "uvicorn",
    ),
    "requirements: you raise what the release removes": conflicts(
        "unique",
        "requirements.txt",
        """
            |fastapi
        b   |httpx>=0.27
         o  |httpx>=0.28
          t |niquests
        """,
        "httpx",
    ),
    "requirements: the release raises what you pin by its address": conflicts(
        "unique",
        "requirements.txt",
        """
            |fastapi
        b   |shop-client
         o  |git+https://example.com/shop-client.git@main
          t |shop-client>=3.0
        """,
        "shop-client",
    ),
    "requirements: one package under two spellings": conflicts(
        "unique",
        "requirements.txt",
        """
         o  |Typing_Extensions==4.11
            |fastapi>=0.115
            |pydantic>=2
            |uvicorn>=0.30
          t |typing-extensions==4.12
        """,
        "typing",
    ),
    "requirements: the cap of a compatible release stays": merges(
        "unique",
        "requirements.txt",
        """
            |fastapi>=0.115
        b   |httpx>=1.0
         o  |httpx>=2.5
          t |httpx~=2.0
           m|httpx>=2.5,<3
        """,
    ),
    "requirements: both sides raise a prerelease": merges(
        "unique",
        "requirements.txt",
        """
            |fastapi>=0.115
        b   |api-client==5.0.0b1
         o m|api-client==5.0.0b4
          t |api-client==5.0.0b3
        """,
    ),
}

TOOLS: Triples = {
    # https://flake8.pycqa.org/en/latest/user/options.html#cmdoption-flake8-per-file-ignores
    "setup.cfg: both sides ignore rules for one file": conflicts(
        "unique",
        "setup.cfg",
        """
            |[flake8]
            |max-line-length = 100
            |per-file-ignores =
         o  |    tests/*:E501
            |    docs/*:E402
            |    setup.py:E402
            |    conftest.py:F401
          t |    tests/*:S101
        """,
        "tests/*",
    ),
    "setup.cfg: both sides add one package at two places": conflicts(
        "unique",
        "setup.cfg",
        """
            |[options]
            |install_requires =
         o  |    httpx<0.28
            |    fastapi>=0.115
            |    pydantic>=2
            |    uvicorn>=0.30
          t |    httpx>=0.28
        """,
        "httpx",
    ),
    "setup.cfg: both sides add other packages": merges(
        "unique",
        "setup.cfg",
        """
            |[options]
            |install_requires =
            |    fastapi>=0.115
         o m|    redis>=5
          tm|    structlog>=24
        """,
    ),
    "setup.cfg: the cap of a compatible release stays": merges(
        "unique",
        "setup.cfg",
        """
            |[options]
            |install_requires =
            |    fastapi>=0.115
        b   |    httpx>=1.0
         o  |    httpx~=2.0
          t |    httpx>=2.5
           m|    httpx>=2.5,<3
        """,
    ),
    # https://tox.wiki/en/latest/config.html: set_env is a mapping, commands run in order.
    "tox: both sides set one variable": conflicts(
        "unique",
        "tox.ini",
        """
            |[testenv]
            |setenv =
         o  |    WORKERS = 8
            |    HOST = 0.0.0.0
            |    FORCE_COLOR = 1
            |    ZONE = eu
          t |    WORKERS = 2
        """,
        "WORKERS",
    ),
    "tox: both sides set other variables": merges(
        "unique",
        "tox.ini",
        """
            |[testenv]
            |setenv =
            |    HOST = 0.0.0.0
         o m|    WORKERS = 8
          tm|    FORCE_COLOR = 1
        """,
    ),
    "tox: both sides append a command": conflicts(
        "ordered",
        "tox.ini",
        """
            |[testenv]
            |commands =
            |    pytest
         o  |    mypy src
          t |    coverage report
        """,
    ),
    "tox: yours removes a section that the release comes to refer to": conflicts(
        "reference",
        "tox.ini",
        """
        b t |[base]
        b t |deps =
        b t |    pytest
        b t |
            |[testenv]
            |commands = pytest
            |
            |[testenv:lint]
            |commands = ruff check
          t |
          t |[testenv:slow]
          t |deps = {[base]deps}
        """,
        "base",
    ),
    "tox: both sides add other environments": merges(
        "unique",
        "tox.ini",
        """
            |[testenv]
            |commands = pytest
         o m|
         o m|[testenv:docs]
         o m|commands = sphinx-build docs build
          tm|
          tm|[testenv:lint]
          tm|commands = ruff check
        """,
    ),
    # https://docs.astral.sh/ruff/settings/#lint_per-file-ignores: a mapping; select is a set.
    "ruff.toml: both sides ignore rules for other files": merges(
        "unique",
        "ruff.toml",
        """
            |line-length = 100
            |
            |[lint.per-file-ignores]
            |"tests/**" = ["S101"]
         o m|"notebooks/**" = ["E402"]
          tm|"tools/**" = ["T201"]
        """,
    ),
    "ruff.toml: both sides choose more rules": merges(
        "ordered",
        "ruff.toml",
        """
            |[lint]
        b   |select = ["E", "F"]
         o  |select = ["E", "F", "N"]
          t |select = ["E", "F", "UP"]
           m|select = ["E", "F", "N", "UP"]
        """,
    ),
    # https://mypy.readthedocs.io/en/stable/config_file.html
    "mypy.ini: both sides set up other modules": merges(
        "unique",
        "mypy.ini",
        """
            |[mypy]
            |strict = True
         o m|
         o m|[mypy-redis.*]
         o m|ignore_missing_imports = True
          tm|
          tm|[mypy-joblib.*]
          tm|ignore_missing_imports = True
        """,
    ),
    # https://setuptools.pypa.io/en/latest/userguide/miscellaneous.html: commands run in order.
    "manifest: both sides append a command": conflicts(
        "ordered",
        "MANIFEST.in",
        """
            |include README.md
         o  |recursive-include src *.json
          t |recursive-exclude src *.json
        """,
    ),
    # https://docs.conda.io: the order of channels is their priority.
    "conda: both sides add a channel": conflicts(
        "ordered",
        "environment.yml",
        """
            |name: api
            |channels:
            |  - conda-forge
         o  |  - mine
          t |  - nvidia
        """,
    ),
    # https://alembic.sqlalchemy.org, logging.config: `keys` lists the sections there are.
    "alembic: yours removes a logger that the release comes to list": conflicts(
        "reference",
        "alembic.ini",
        """
            |[alembic]
            |script_location = migrations
            |
            |[loggers]
        b   |keys = root,sqlalchemy,audit
         o  |keys = root,sqlalchemy
          t |keys = root,sqlalchemy,audit,alembic
            |
            |[logger_root]
            |level = WARN
        b t |
        b t |[logger_audit]
        b t |level = INFO
          t |
          t |[logger_alembic]
          t |level = INFO
        """,
        "keys",
    ),
    "alembic: both sides set one key of a section at two places": conflicts(
        "unique",
        "alembic.ini",
        """
            |[alembic]
         o  |sqlalchemy.url = postgresql://localhost/mine
            |script_location = migrations
            |prepend_sys_path = .
            |version_path_separator = os
          t |sqlalchemy.url = sqlite://
        """,
        "sqlalchemy.url",
    ),
    # https://docs.npmjs.com/cli/configuring-npm/package-json: found by name.
    "package.json: both sides add other dependencies": merges(
        "unique",
        "package.json",
        """
            |{
            |  "name": "api",
            |  "devDependencies": {
         o m|    "prettier": "^3.3.0",
          tm|    "typescript": "^5.5.0",
            |    "zx": "^8.1.0"
            |  }
            |}
        """,
    ),
    # https://nodejs.org/api/packages.html#conditional-exports: the first key that matches counts.
    "package.json: both sides add a condition of an export": conflicts(
        "ordered",
        "package.json",
        """
            |{
            |  "name": "api",
            |  "exports": {
            |    ".": {
         o  |      "import": "./index.mjs",
          t |      "node": "./node.cjs",
            |      "default": "./index.js"
            |    }
            |  }
            |}
        """,
    ),
    "package.json: both sides raise one dependency": merges(
        "unique",
        "package.json",
        """
            |{
            |  "name": "api",
            |  "devDependencies": {
        b   |    "prettier": "^3.1.0"
         o  |    "prettier": "^3.2.0"
          tm|    "prettier": "^3.3.0"
            |  }
            |}
        """,
    ),
    "package.json: both sides add one script": conflicts(
        "unique",
        "package.json",
        """
            |{
            |  "name": "api",
            |  "scripts": {
         o  |    "lint": "eslint .",
            |    "build": "tsc",
            |    "start": "node .",
            |    "watch": "tsc --watch",
          t |    "lint": "prettier --check .",
            |    "test": "node --test"
            |  }
            |}
        """,
        "lint",
    ),
    # https://www.typescriptlang.org/tsconfig/#extends: later files override earlier ones.
    "tsconfig: both sides extend another file": conflicts(
        "ordered",
        "tsconfig.json",
        """
            |{
            |  "extends": [
            |    "./base.json",
         o  |    "./mine.json"
          t |    "@tsconfig/strictest"
            |  ]
            |}
        """,
    ),
    "tsconfig: both sides set other options": merges(
        "unique",
        "tsconfig.json",
        """
            |{
            |  "compilerOptions": {
         o m|    "strict": true,
          tm|    "sourceMap": true,
            |    "target": "es2022"
            |  }
            |}
        """,
    ),
    # https://spec.editorconfig.org: sections later in the file win; keys of a section are unique.
    "editorconfig: both sides append a section": conflicts(
        "ordered",
        ".editorconfig",
        """
            |[*]
            |indent_size = 4
         o  |
         o  |[*.{yml,json}]
         o  |indent_size = 2
          t |
          t |[*.y{a,}ml]
          t |indent_size = 4
        """,
    ),
    "editorconfig: both sides set one key of a section": conflicts(
        "unique",
        ".editorconfig",
        """
            |[*]
         o  |max_line_length = 120
            |indent_style = space
            |indent_size = 4
            |charset = utf-8
          t |max_line_length = 88
        """,
        "max_line_length",
    ),
    # https://git-scm.com/docs/gitattributes: "later lines override earlier lines".
    "gitattributes: both sides append a line": conflicts(
        "ordered",
        ".gitattributes",
        """
            |* text=auto
         o  |*.sh text eol=lf
          t |*.s* -text
        """,
    ),
    # https://git-scm.com/docs/gitignore: the last pattern that matches decides.
    "gitignore: both sides append patterns": merges(
        "ordered",
        ".gitignore",
        """
            |.venv/
         o m|models/
          tm|.nox/
        """,
    ),
    "gitignore: yours takes back what the release ignores": conflicts(
        "ordered",
        ".gitignore",
        """
            |.venv/
         o  |!data/schema.json
          t |data/*
        """,
    ),
    # https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners:
    # "the last matching pattern takes precedence".
    "codeowners: both sides append a line": conflicts(
        "ordered",
        ".github/CODEOWNERS",
        """
            |* @mine
         o  |/src/ @mine/models
          t |*.py @platform
        """,
    ),
}
