"""Dependencies of a project, and the configuration of its tools."""

from tests.merging.triples import Triples, conflicts, merges

PYPROJECT: Triples = {
    # https://packaging.python.org/en/latest/specifications/pyproject-toml/
    "pyproject: both_sides_add_different_packages": merges(
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
    "pyproject: both_sides_add_same_package_with_different_bounds_conflicts": conflicts(
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
    "pyproject: both_sides_add_same_package_with_different_markers": merges(
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
    "pyproject: ours_uses_compatible_release_theirs_raises_bound_upper_bound_stays": merges(
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
    "pyproject: ours_uses_compatible_release_theirs_raises_bound_above_it_conflicts": conflicts(
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
    "pyproject: ours_sets_branch_theirs_sets_tag_of_uv_source_conflicts": conflicts(
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
    "pyproject: ours_sets_git_theirs_sets_path_of_uv_source_conflicts": conflicts(
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
    "pyproject: ours_sets_branch_theirs_sets_tag_of_poetry_dependency_conflicts": conflicts(
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
    "pyproject: ours_makes_version_dynamic_theirs_sets_it_conflicts": conflicts(
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
    "pyproject: ours_makes_dependencies_dynamic_theirs_sets_them_conflicts": conflicts(
        "atomic",
        "pyproject.toml",
        """
            |[project]
         o  |dynamic = ["dependencies"]
            |name = "api"
            |version = "1.0"
            |license = "MIT"
          t |dependencies = ["fastapi"]
        """,
        "project can have one of dependencies, dynamic: dependencies",
    ),
    # https://packaging.python.org/en/latest/specifications/entry-points/
    "pyproject: both_sides_add_table_with_different_entry_points": merges(
        "unique",
        "pyproject.toml",
        """
            |[project]
            |name = "api"
         otm|
         otm|[project.entry-points."shop.plugins"]
         o m|mine = "api.mine:plugin"
          tm|metrics = "api.metrics:plugin"
        """,
    ),
    # https://docs.pytest.org/en/stable/how-to/mark.html#registering-marks
    "pyproject: both_sides_register_different_markers": merges(
        "ordered",
        "pyproject.toml",
        """
            |[tool.pytest.ini_options]
            |markers = [
            |    "slow: takes minutes",
         o m|    "gpu: needs a GPU",
          tm|    "network: needs the network",
            |]
        """,
    ),
    "pyproject: both_sides_exclude_different_paths_from_ruff": merges(
        "ordered",
        "pyproject.toml",
        """
            |[tool.ruff]
        b   |extend-exclude = ["vendor"]
         o  |extend-exclude = ["vendor", "mine"]
          t |extend-exclude = ["vendor", "generated"]
           m|extend-exclude = ["vendor", "mine", "generated"]
        """,
    ),
    "pyproject: both_sides_add_same_table_with_different_settings_conflicts": conflicts(
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
    "pyproject: both_sides_add_different_pytest_options": merges(
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
    "pyproject: both_sides_add_same_pytest_option_conflicts": conflicts(
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
    "pyproject: theirs_makes_extra_a_group_ours_adds_packages_and_extras": merges(
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
    "pyproject: theirs_makes_extra_a_group_ours_refers_to_extra_conflicts": conflicts(
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
    "pyproject: both_sides_append_index_conflicts": conflicts(
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
    "pyproject: both_sides_append_warning_filter_conflicts": conflicts(
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
    "pyproject: both_sides_select_different_ruff_rules": merges(
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
    "pyproject: ours_removes_group_theirs_includes_it_conflicts": conflicts(
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
    "pyproject: ours_removes_extra_theirs_refers_to_it_conflicts": conflicts(
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
    "pyproject: both_sides_add_different_tool_tables": merges(
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
    "pyproject: both_sides_add_different_classifiers": merges(
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
    "pyproject: both_sides_change_date_conflicts": conflicts(
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
    "pyproject: ours_moves_package_theirs_removes_it_from_old_list": merges(
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
    # https://python-poetry.org/docs/managing-dependencies/#dependency-groups
    "pyproject: ours_adds_package_theirs_starts_group_above_it": merges(
        "ordered",
        "pyproject.toml",
        """
            |[tool.poetry.dependencies]
            |python = "^3.11"
            |fastapi = "^0.115"
           m|redis = "^5"
          tm|[tool.poetry.group.dev.dependencies]
            |mypy = "^1.8"
            |pytest = "^8"
            |ruff = "^0.9"
         o  |redis = "^5"
        """,
    ),
    # https://packaging.python.org/en/latest/specifications/name-normalization/
    "pyproject: both_sides_add_poetry_package_with_different_spellings_conflicts": conflicts(
        "unique",
        "pyproject.toml",
        """
            |[tool.poetry.dependencies]
         o  |PyYAML = "^5"
            |python = "^3.11"
            |fastapi = "^0.115"
            |uvicorn = "^0.30"
          t |pyyaml = "^6"
        """,
        "PyYAML and pyyaml are the same key in tool.poetry.dependencies",
    ),
    "pyproject: both_sides_add_group_with_different_spellings_conflicts": conflicts(
        "unique",
        "pyproject.toml",
        """
            |[dependency-groups]
         o  |type_checks = ["mypy"]
            |test = ["pytest"]
            |lint = ["ruff"]
            |docs = ["mkdocs"]
          t |type-checks = ["pyright"]
        """,
        "are the same key in dependency-groups",
    ),
    "pyproject: both_sides_move_package_to_different_lists_conflicts": conflicts(
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
    "pipfile: both_sides_add_package_with_different_spellings_conflicts": conflicts(
        "unique",
        "Pipfile",
        """
            |[packages]
         o  |Typing_Extensions = "*"
            |fastapi = "*"
            |pydantic = "*"
            |uvicorn = "*"
          t |typing-extensions = ">=4"
        """,
        "are the same key in packages",
    ),
    "pipfile: both_sides_add_same_package_with_different_versions_conflicts": conflicts(
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
    "pipfile: ours_sets_git_theirs_sets_version_of_package_conflicts": conflicts(
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
    "pipfile: both_sides_add_different_packages": merges(
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
    "requirements: both_sides_add_different_packages": merges(
        "unique",
        "requirements.txt",
        """
            |fastapi>=0.115
         o m|redis>=5
          tm|structlog>=24
        """,
    ),
    "requirements: both_sides_add_same_package_in_different_places_conflicts": conflicts(
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
    "requirements: ours_removes_package_theirs_raises_it": merges(
        "unique",
        "docs/requirements.txt",
        """
            |sphinx
        b   |sphinx-rtd-theme
         o m|furo
          t |sphinx-rtd-theme>=3.0
        """,
    ),
    "requirements: ours_removes_package_theirs_adds_extra_conflicts": conflicts(
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
    "requirements: ours_raises_package_theirs_removes_it_conflicts": conflicts(
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
    "requirements: ours_pins_package_by_url_theirs_raises_it_conflicts": conflicts(
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
    "requirements: both_sides_add_same_package_with_different_spellings_conflicts": conflicts(
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
    "requirements: theirs_uses_compatible_release_ours_raises_bound_upper_bound_stays": merges(
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
    # https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-i: one, unlike --extra-index-url.
    "requirements: both_sides_set_index_conflicts": conflicts(
        "unique",
        "requirements.txt",
        """
         o  |--index-url https://one.example.com/simple
            |fastapi>=0.115
            |pydantic>=2
            |uvicorn>=0.30
          t |-i https://two.example.com/simple
        """,
        "-i would occur 2 times",
    ),
    "requirements: both_sides_add_extra_index": merges(
        "unique",
        "requirements.txt",
        """
         o m|--extra-index-url https://one.example.com/simple
            |fastapi>=0.115
            |pydantic>=2
            |uvicorn>=0.30
          tm|--extra-index-url https://two.example.com/simple
        """,
    ),
    # https://pip.pypa.io/en/stable/topics/vcs-support/: `egg` names the package.
    "requirements: ours_adds_package_by_address_theirs_adds_it_by_version_conflicts": conflicts(
        "unique",
        "requirements.txt",
        """
         o  |-e git+https://example.com/shop-models#egg=shop_models
            |fastapi>=0.115
            |pydantic>=2
            |uvicorn>=0.30
          t |shop-models>=2
        """,
        "shop-models",
    ),
    "requirements: both_sides_raise_prerelease_higher_wins": merges(
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
    "setup.cfg: both_sides_ignore_rules_for_same_file_conflicts": conflicts(
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
    "setup.cfg: both_sides_add_same_package_in_different_places_conflicts": conflicts(
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
    "setup.cfg: both_sides_add_different_packages": merges(
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
    # https://packaging.python.org/en/latest/specifications/entry-points/: names are unique.
    "setup.cfg: both_sides_add_script_with_same_name_conflicts": conflicts(
        "unique",
        "setup.cfg",
        """
            |[options.entry_points]
            |console_scripts =
         o  |    serve = api.mine:main
            |    train = api.train:main
            |    check = api.check:main
            |    show = api.show:main
          t |    serve = api.main:main
        """,
        "serve would occur 2 times",
    ),
    "setup.cfg: both_sides_append_different_scripts": merges(
        "ordered",
        "setup.cfg",
        """
            |[options.entry_points]
            |console_scripts =
            |    train = api.train:main
         o m|    mine = api.mine:main
          tm|    serve = api.main:main
        """,
    ),
    "pytest.ini: both_sides_register_different_markers": merges(
        "ordered",
        "pytest.ini",
        """
            |[pytest]
            |markers =
            |    slow: takes minutes
         o m|    gpu: needs a GPU
          tm|    network: needs the network
        """,
    ),
    # https://setuptools.pypa.io/en/latest/userguide/declarative_config.html: `-` is read as `_`.
    "setup.cfg: both_sides_set_option_with_different_spellings_conflicts": conflicts(
        "unique",
        "setup.cfg",
        """
            |[options]
         o  |python-requires = >=3.10
            |packages = find:
            |include_package_data = true
            |zip_safe = false
          t |python_requires = >=3.11
        """,
        "are the same key in options",
    ),
    "setup.cfg: ours_uses_compatible_release_theirs_raises_bound_upper_bound_stays": merges(
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
    "tox: both_sides_set_same_variable_conflicts": conflicts(
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
    "tox: both_sides_set_different_variables": merges(
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
    "tox: both_sides_append_command_conflicts": conflicts(
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
    "tox: ours_removes_section_theirs_refers_to_it_conflicts": conflicts(
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
    "tox: both_sides_add_different_environments": merges(
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
    "ruff.toml: both_sides_ignore_rules_for_different_files": merges(
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
    "ruff.toml: both_sides_select_different_rules": merges(
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
    "mypy.ini: both_sides_configure_different_modules": merges(
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
    "manifest: both_sides_append_command_conflicts": conflicts(
        "ordered",
        "MANIFEST.in",
        """
            |include README.md
         o  |recursive-include src *.json
          t |recursive-exclude src *.json
        """,
    ),
    # https://docs.conda.io: the order of channels is their priority.
    "conda: both_sides_append_channel_conflicts": conflicts(
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
    "alembic: ours_removes_logger_theirs_lists_it_conflicts": conflicts(
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
    "alembic: both_sides_set_same_key_in_different_places_conflicts": conflicts(
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
    "package.json: both_sides_add_different_dependencies": merges(
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
    "package.json: both_sides_add_export_condition_conflicts": conflicts(
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
    "package.json: both_sides_raise_dependency_higher_wins": merges(
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
    "package.json: both_sides_add_same_script_conflicts": conflicts(
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
    "tsconfig: both_sides_append_extended_file_conflicts": conflicts(
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
    "tsconfig: both_sides_set_different_options": merges(
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
    "editorconfig: both_sides_append_section_conflicts": conflicts(
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
    "editorconfig: both_sides_set_same_key_conflicts": conflicts(
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
    "gitattributes: both_sides_append_line_conflicts": conflicts(
        "ordered",
        ".gitattributes",
        """
            |* text=auto
         o  |*.sh text eol=lf
          t |*.s* -text
        """,
    ),
    # https://git-scm.com/docs/gitignore: the last pattern that matches decides.
    "gitignore: both_sides_append_patterns": merges(
        "ordered",
        ".gitignore",
        """
            |.venv/
         o m|models/
          tm|.nox/
        """,
    ),
    "gitignore: ours_adds_exception_theirs_adds_pattern_conflicts": conflicts(
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
    "codeowners: both_sides_append_line_conflicts": conflicts(
        "ordered",
        ".github/CODEOWNERS",
        """
            |* @mine
         o  |/src/ @mine/models
          t |*.py @platform
        """,
    ),
    "codeowners: ours_owns_directory_theirs_owns_part_of_it_below": merges(
        "ordered",
        "CODEOWNERS",
        """
            |* @shop/core
         o m|/src/ @shop/api
            |/docs/ @shop/docs
            |/chart/ @shop/platform
            |/tests/ @shop/core
          tm|/src/models/ @shop/ml
        """,
    ),
    "codeowners: ours_owns_directory_theirs_owns_all_below_it_conflicts": conflicts(
        "ordered",
        "CODEOWNERS",
        """
            |* @shop/core
         o  |/src/ @shop/api
            |/docs/ @shop/docs
            |/chart/ @shop/platform
            |/tests/ @shop/core
          t |* @shop/platform
        """,
        "`/src/ @shop/api`, which then has no effect",
    ),
}
