"""Jinja2 as a dependency."""

import pytest

from tests.codemods.support import Files, assert_fixed, assert_left

RULE = "fastapi-jinja2"

USES = {"app.py": "from fastapi.templating import Jinja2Templates\n"}
SENTRY = '[[package]]\nname = "sentry-sdk"\nversion = "{}"\n'
MARKUP = '[[package]]\nname = "markupsafe"\nversion = "3.0.2"\n'
PLAIN = {"requirements.txt": "fastapi\nuvicorn\n"}
DONE = {"requirements.txt": "fastapi\njinja2>=3\nuvicorn\n"}
POETRY = '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^0.115"\n'

FIX: dict[str, tuple[Files, Files]] = {
    "templates of FastAPI": ({**USES, **PLAIN}, DONE),
    "templates of Starlette": (
        {"app.py": "from starlette.templating import Jinja2Templates\n", **PLAIN},
        DONE,
    ),
    "module of Starlette": ({"app.py": "import starlette.templating\n", **PLAIN}, DONE),
    "module imported by name": ({"app.py": "from fastapi import templating\n", **PLAIN}, DONE),
    "Poetry dependency": (
        {**USES, "pyproject.toml": POETRY},
        {"pyproject.toml": f'{POETRY}jinja2 = "^3"\n'},
    ),
    "first of the service's own dependencies": (
        {
            **USES,
            "pyproject.toml": "[project]\ndependencies = [\n"
            '    "fastapi>=0.160,<1",\n    # The service\'s own:\n    "requests",\n]\n',
        },
        {
            "pyproject.toml": "[project]\ndependencies = [\n"
            '    "fastapi>=0.160,<1",\n    # The service\'s own:\n    "jinja2>=3",\n'
            '    "requests",\n]\n',
        },
    ),
    "fastapi-cache2": (
        {"requirements.txt": "fastapi\nfastapi-cache2[redis]==0.2.1\n"},
        {"requirements.txt": "fastapi\njinja2>=3\nfastapi-cache2[redis]==0.2.1\n"},
    ),
    "older sentry-sdk with MarkupSafe": (
        {"poetry.lock": SENTRY.format("2.22.0") + MARKUP, **PLAIN},
        DONE,
    ),
    "older sentry-sdk in pins": (
        {"requirements.txt": "fastapi\nMarkupSafe==2.1.5\nsentry_sdk[fastapi]==1.14.0\n"},
        {
            "requirements.txt": "fastapi\njinja2>=3\nMarkupSafe==2.1.5\nsentry_sdk[fastapi]==1.14.0\n"
        },
    ),
}

NOOP: dict[str, tuple[Files, str]] = {
    "already required": ({**USES, "requirements.txt": "fastapi\nJinja2==3.1.2\n"}, ""),
    "required with an extra": ({**USES, "requirements.txt": "fastapi\njinja2[i18n]\n"}, ""),
    "no templates": ({"app.py": "from fastapi import FastAPI\n", **PLAIN}, ""),
    "same module of another package": ({"app.py": "from shop.templating import x\n", **PLAIN}, ""),
    "newer sentry-sdk": ({"uv.lock": SENTRY.format("2.56.0") + MARKUP, **PLAIN}, ""),
    "older sentry-sdk without MarkupSafe": ({"uv.lock": SENTRY.format("2.22.0"), **PLAIN}, ""),
    "no requirement to add it after": ({**USES, "requirements.txt": "uvicorn\n"}, "add jinja2>=3"),
    "comment": ({"app.py": "# from fastapi.templating import x\n", **PLAIN}, ""),
}


@pytest.mark.parametrize("row", FIX)
def test_code_is_migrated(row: str) -> None:
    assert_fixed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_left(RULE, *NOOP[row])
