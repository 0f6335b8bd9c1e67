"""setup.cfg and tox.ini (https://setuptools.pypa.io/en/latest/userguide/declarative_config.html)."""

from drydock.profiles import List, Profile, Reference

_CONFIG = "https://setuptools.pypa.io/en/latest/userguide/declarative_config.html"
_CLASSIFIERS = (
    "https://packaging.python.org/en/latest/specifications/core-metadata/#classifier-multiple-use"
)
_ENTRY_POINTS = "https://packaging.python.org/en/latest/specifications/entry-points/"
_MARKERS = "https://docs.pytest.org/en/stable/how-to/mark.html#registering-marks"
_TOX = "https://tox.wiki/en/latest/config.html"
_COVERAGE = "https://coverage.readthedocs.io/en/latest/config.html"
_FLAKE8 = "https://flake8.pycqa.org/en/latest/user/options.html"

PROFILE = Profile(
    files=r"(^|/)(\.?pylintrc|\.flake8|\.coveragerc|[\w.-]+\.(ini|cfg))$",
    lists=(
        *(
            List(f"{name}_requires[]", ("package",), unordered=_CONFIG)
            for name in ("install", "setup", "tests")
        ),
        List("^metadata.classifiers[]", (r"(?P<id>.+)",), unordered=_CLASSIFIERS),
        List("^metadata.keywords[]", (r"(?P<id>.+)",), unordered=_CLASSIFIERS),
        List("options\u2024extras_require.*[]", ("package",), unordered=_CONFIG),
        List("options\u2024entry_points.*[]", (r"(?P<id>[^=\s]+)\s*=.*",), unordered=_ENTRY_POINTS),
        *(
            List(f"^{section}.markers[]", (r"(?P<id>\w+).*",), unordered=_MARKERS)
            for section in ("pytest", "tool:pytest")
        ),
        List("^tox.requires[]", ("package",), unordered=f"{_TOX}#requires"),
        List("deps[]", ("package",), unordered=f"{_TOX}#deps"),
        List("per-file-ignores[]", (r"(?P<id>[^:]+):.*",), unordered=f"{_FLAKE8}"),
        List("setenv[]", (r"(?P<id>[^=\s]+)\s*=.*",), unordered=f"{_TOX}#set_env"),
        List("set_env[]", (r"(?P<id>[^=\s]+)\s*=.*",), unordered=f"{_TOX}#set_env"),
        List("omit[]", (r"(?P<id>.+)",), unordered=f"{_COVERAGE}#run-omit"),
        List("passenv[]", (r"(?P<id>.+)",), unordered=f"{_TOX}#pass_env"),
        List("envlist[]", (r"(?P<id>.+)",), unordered=f"{_TOX}#env_list"),
        List("env_list[]", (r"(?P<id>.+)",), unordered=f"{_TOX}#env_list"),
    ),
    # Of setuptools, which reads `python-requires` for `python_requires`.
    normalized=("^metadata", "^options"),
    references=(Reference(("**",), ("^ keys",), r"\{\[(?P<id>[^\]]+)\]"),),
)
