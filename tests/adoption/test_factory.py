"""A factory with arguments is called in a new module, as the service's code calls it."""

import pytest
from drydock.adoption.factory import module_for
from drydock.adoption.facts import gather

FACTORY = "from fastapi import FastAPI\ndef create_app(settings, debug=False) -> FastAPI: ...\n"
HEAD = '"""The ASGI application, made as jars/__main__.py makes it."""\n\n'
CALLED = {
    "a call at the top": (
        "from jars.factory import create_app\nfrom jars.settings import get\n"
        "create_app(get(), debug=True)\n",
        "from jars.factory import create_app\nfrom jars.settings import get\n\n"
        "app = create_app(get(), debug=True)\n",
    ),
    "a call in a function, with local variables": (
        "import os\nfrom .factory import create_app\nfrom .settings import Settings\n"
        "def main():\n    level = os.environ.get('LEVEL')\n    settings = Settings(level)\n"
        "    run(create_app(settings))\n",
        "from jars.factory import create_app\nfrom jars.settings import Settings\nimport os\n\n"
        "level = os.environ.get('LEVEL')\nsettings = Settings(level)\n"
        "app = create_app(settings)\n",
    ),
    "arguments that the module defines": (
        "from jars.factory import create_app\ndef settings(): ...\ncreate_app(settings())\n",
        "from jars.__main__ import settings\nfrom jars.factory import create_app\n\n"
        "app = create_app(settings())\n",
    ),
}
NOT_CALLED = {
    "arguments from the command line": (
        "from jars.factory import create_app\nfrom argparse import ArgumentParser\n"
        "def main():\n    args = ArgumentParser().parse_args()\n    create_app(args.settings)\n"
    ),
    "arguments from the enclosing function": (
        "from jars.factory import create_app\ndef main(settings):\n    create_app(settings)\n"
    ),
    "two different calls": (
        "from jars.factory import create_app\nfrom jars.settings import A, B\n"
        "create_app(A())\ncreate_app(B())\n"
    ),
    "no call": "x = 1\n",
}


def files(main: str) -> dict[str, str]:
    return {"jars/factory.py": FACTORY, "jars/__main__.py": main, "jars/__init__.py": ""}


@pytest.mark.parametrize("case", CALLED)
def test_factory_is_called_as_in_the_code(case: str) -> None:
    main, expected = CALLED[case]
    made = module_for(gather(files(main)), files(main))
    assert made
    assert (made.path, made.text) == ("jars/asgi.py", HEAD + expected)
    assert (made.fact.about, made.fact.value) == ("app_object", "jars/asgi.py:app")
    assert made.fact.path == "jars/__main__.py"


@pytest.mark.parametrize("case", NOT_CALLED)
def test_uncertain_call_gets_no_module(case: str) -> None:
    main = NOT_CALLED[case]
    assert module_for(gather(files(main)), files(main)) is None


def test_service_with_an_application_gets_no_module() -> None:
    main = CALLED["a call at the top"][0]
    more = files(main) | {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n"}
    assert module_for(gather(more), more) is None


def test_existing_module_is_left_alone() -> None:
    more = files(CALLED["a call at the top"][0]) | {"jars/asgi.py": "x = 1\n"}
    assert module_for(gather(more), more) is None
