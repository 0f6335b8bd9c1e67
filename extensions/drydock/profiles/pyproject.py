"""pyproject.toml: packaging, uv, Poetry, ruff (https://packaging.python.org/en/latest/specifications/pyproject-toml/)."""

from drydock.profiles import Exclusive, List, Profile, Reference

_PROJECT = "https://packaging.python.org/en/latest/specifications/pyproject-toml/#dependencies-optional-dependencies"
_GROUPS = "https://packaging.python.org/en/latest/specifications/dependency-groups/"
_UV = "https://docs.astral.sh/uv/reference/settings/#dev-dependencies"
_PDM = "https://pdm-project.org/en/latest/usage/dependency/#add-development-only-dependencies"
_HATCH = "https://hatch.pypa.io/latest/config/environment/overview/#dependencies"
_RULES = "https://docs.astral.sh/ruff/linter/#rule-selection"
_CLASSIFIERS = (
    "https://packaging.python.org/en/latest/specifications/core-metadata/#classifier-multiple-use"
)

_COVERAGE = "https://coverage.readthedocs.io/en/latest/config.html"
_MARKERS = "https://docs.pytest.org/en/stable/how-to/mark.html#registering-marks"
_RUFF = "https://docs.astral.sh/ruff/settings/"
_ENTRY_POINTS = "https://packaging.python.org/en/latest/specifications/entry-points/"
_POETRY = "https://python-poetry.org/docs/pyproject/"
_MYPY = "https://mypy.readthedocs.io/en/stable/config_file.html"

PROFILE = Profile(
    files=r"(^|/)(pyproject|\.?ruff)\.toml$",
    lists=(
        List("^project.dependencies[]", ("package",), unordered=_PROJECT),
        List("^project.optional-dependencies.*[]", ("package",), unordered=_PROJECT),
        List("^build-system.requires[]", ("package",), unordered=_PROJECT),
        List("^dependency-groups.*[]", ("package",), unordered=_GROUPS),
        *(
            List(f"^tool.uv.{name}-dependencies[]", ("package",), unordered=_UV)
            for name in ("dev", "constraint", "override")
        ),
        List("^tool.pdm.dev-dependencies.*[]", ("package",), unordered=_PDM),
        List("^tool.hatch.envs.*.dependencies[]", ("package",), unordered=_HATCH),
        List("^tool.hatch.envs.*.extra-dependencies[]", ("package",), unordered=_HATCH),
        *(
            List(f"^{table}.{name}[]", (r"(?P<id>.+)",), unordered=_CLASSIFIERS)
            for table in ("project", "tool.poetry")
            for name in ("classifiers", "keywords")
        ),
        *(
            List(f"^tool.coverage.{name}[]", (r"(?P<id>.+)",), unordered=f"{_COVERAGE}#{anchor}")
            for name, anchor in (("report.exclude_also", "report-exclude-also"),
                                 ("report.exclude_lines", "report-exclude-lines"),
                                 ("run.source", "run-source"))
        ),
        List("^tool.pytest.ini_options.markers[]", (r"(?P<id>\w+).*",), unordered=_MARKERS),
        *(
            List(f"^tool.ruff.{name}[]", (r"(?P<id>.+)",), unordered=f"{_RUFF}#{anchor}")
            for name, anchor in (("exclude", "exclude"), ("extend-exclude", "extend-exclude"),
                                 ("lint.isort.known-first-party", "lint_isort_known-first-party"),
                                 ("lint.isort.known-third-party", "lint_isort_known-third-party"))
        ),
        List("^tool.coverage.*.omit[]", (r"(?P<id>.+)",), unordered=f"{_COVERAGE}#run-omit"),
        List("^tool.mypy.disable_error_code[]", (r"(?P<id>.+)",),
             unordered=f"{_MYPY}#confval-disable_error_code"),
        *(
            List(f"{name}[]", (r"(?P<id>.+)",), unordered=_RULES)
            for name in ("select", "ignore", "extend-select", "extend-ignore", "fixable",
                         "unfixable", "per-file-ignores.*")
        ),
    ),
    normalized=(
        "^project.optional-dependencies", "^dependency-groups", "^tool.uv.sources",
        "^tool.poetry.dependencies", "^tool.poetry.dev-dependencies",
        "^tool.poetry.group.*.dependencies", "^tool.poetry.extras",
    ),
    # Tables of options or names that are independent of each other.
    independent={
        "^project.urls": "https://packaging.python.org/en/latest/specifications/pyproject-toml/#urls",
        "^project.scripts": "https://packaging.python.org/en/latest/specifications/entry-points/#use-for-scripts",
        "^project.gui-scripts": _ENTRY_POINTS,
        "^project.entry-points": _ENTRY_POINTS,
        "^project.entry-points.*": _ENTRY_POINTS,
        "^tool.poetry.dependencies": f"{_POETRY}#dependencies-and-dependency-groups",
        "^tool.poetry.group": f"{_POETRY}#dependencies-and-dependency-groups",
        "^tool.poetry.group.*": f"{_POETRY}#dependencies-and-dependency-groups",
        "^tool.poetry.group.*.dependencies": f"{_POETRY}#dependencies-and-dependency-groups",
        "^tool.poetry.scripts": f"{_POETRY}#scripts",
        "^tool.uv.sources": "https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources",
        "^tool.ruff.lint.per-file-ignores": f"{_RUFF}#lint_per-file-ignores",
        "^project.optional-dependencies": _PROJECT,
        "^dependency-groups": _GROUPS,
        "^tool.pytest": "https://docs.pytest.org/en/stable/reference/reference.html#configuration-options",
        "^tool.pytest.ini_options": "https://docs.pytest.org/en/stable/reference/reference.html#configuration-options",
        "^tool.coverage": _COVERAGE,
        "^tool.coverage.*": _COVERAGE,
        "^tool.mypy": _MYPY,
        "^tool.pylint": "https://pylint.readthedocs.io/en/stable/user_guide/configuration/all-options.html",
        "^tool.pylint.*": "https://pylint.readthedocs.io/en/stable/user_guide/configuration/all-options.html",
        "^tool.ruff": "https://docs.astral.sh/ruff/settings/",
        "^tool.ruff.lint": "https://docs.astral.sh/ruff/settings/#lint",
        "^tool": "https://packaging.python.org/en/latest/specifications/pyproject-toml/#arbitrary-tool-configuration-the-tool-table",
    },
    exclusive=(
        Exclusive("^tool.uv.sources.*", frozenset({"git", "url", "path", "index", "workspace"})),
        Exclusive("^tool.uv.sources.*", frozenset({"rev", "tag", "branch"})),
        *(
            Exclusive(f"{table}.*", keys)
            for table in ("^tool.poetry.dependencies", "^tool.poetry.group.*.dependencies")
            for keys in (frozenset({"rev", "tag", "branch"}), frozenset({"git", "url", "path"}))
        ),
        # Each field is static or dynamic.
        *(
            Exclusive("^project", frozenset({name, f"dynamic: {name}"}))
            for name in ("version", "dependencies", "optional-dependencies", "requires-python",
                         "readme", "description", "classifiers", "scripts")
        ),
    ),
    references=(
        Reference(("^dependency-groups.*[].include-group",), ("^dependency-groups keys",)),
        # A project can require its own extras: `shop[fast]` in a list of shop.
        Reference(("**",), ("^project.optional-dependencies keys",),
                  r"^<project.name>\[(?P<id>[^\]]+)\]"),
    ),
)  # fmt: skip
