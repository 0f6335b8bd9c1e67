"""A factory with arguments is called in a new module, as the service's code calls it."""

import pytest
from drydock.adoption.factory import module_for
from drydock.adoption.facts import gather

FACTORY = "from fastapi import FastAPI\ndef create_app(settings, debug=False) -> FastAPI: ...\n"
HEAD = '"""The ASGI application, made as jars/__main__.py makes it."""\n\n'
SETTINGS = (
    "from jars.factory import create_app\nfrom jars.settings import Settings\n\n"
    "settings = Settings()\napp = create_app(settings)\n"
)


def in_main(*lines: str, more: str = "Settings") -> str:
    """Return a module with these lines in its function; it has settings unless `more` is given."""
    settings = ["settings = Settings()"] if more == "Settings" else []
    body = "".join(f"    {line}\n" for line in [*settings, *lines])
    imports = f"from jars.factory import create_app\nfrom jars.settings import {more}\n"
    return f"{imports}def main():\n{body}"


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
        "from jars.factory import create_app\ndef settings(): ...\n"
        "def main():\n    run(create_app(settings()))\n"
        "if __name__ == '__main__':\n    main()\n",
        "from jars.__main__ import settings\nfrom jars.factory import create_app\n\n"
        "app = create_app(settings())\n",
    ),
    "variables in the order of the code": (
        in_main("a = first()", "b: int = second()", "run(create_app(b, a))", more="first, second"),
        "from jars.factory import create_app\nfrom jars.settings import first\n"
        "from jars.settings import second\n\n"
        "a = first()\nb = second()\napp = create_app(b, a)\n",
    ),
    "a call in the block that starts the module": (
        "from jars.factory import create_app\nfrom jars.settings import Settings\n"
        "if __name__ == '__main__':\n    settings = Settings()\n    run(create_app(settings))\n",
        SETTINGS,
    ),
    "a call in try": (
        in_main("try:", "    run(create_app(settings))", "except OSError:", "    pass"),
        SETTINGS,
    ),
    "settings that are only read before the call": (
        in_main(
            "port = settings.port", "logging.basicConfig(level=settings.level)",
            "if settings.debug:", "    print(settings)",
            "run(port=settings.port, app=create_app(settings), host=settings.host)",
        ),
        SETTINGS,
    ),
    "settings that are changed after the call": (
        in_main("app = create_app(settings)", "settings.debug = False", "load(settings)"),
        SETTINGS,
    ),
}  # fmt: skip
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
    "settings that depend on a condition": in_main(
        "if prod:", "    config = Prod()", "else:", "    config = Dev()",
        "config.db = 1", "run(create_app(config))", more="Prod, Dev, prod",
    ),
    "settings in one branch": in_main(
        "if prod:", "    config = Prod()", "run(create_app(config))", more="Prod, prod"
    ),
    "settings in try": in_main(
        "try:", "    config = load()", "except OSError:", "    config = None",
        "run(create_app(config))", more="load",
    ),
    "settings of a loop": in_main(
        "for config in load():", "    pass", "run(create_app(config))", more="load"
    ),
    "settings of a context": in_main(
        "with load() as config:", "    run(create_app(config))", more="load"
    ),
    "settings of a match": in_main(
        "match load():", "    case config:", "        run(create_app(config))", more="load"
    ),
    "settings that are replaced": in_main(
        "settings = settings.with_env()", "run(create_app(settings))"
    ),
    "settings that are unpacked": in_main(
        "config, other = load()", "run(create_app(config))", more="load"
    ),
    "settings that are extended": in_main("settings += 1", "run(create_app(settings))"),
    "an attribute that is assigned": in_main("settings.debug = 1", "run(create_app(settings))"),
    "an item that is assigned": in_main("settings['a'].b = 1", "run(create_app(settings))"),
    "an attribute that is deleted": in_main("del settings.debug", "run(create_app(settings))"),
    "settings passed to another call": in_main("load(settings)", "run(create_app(settings))"),
    "part of the settings passed to another call": in_main(
        "load([settings.database])", "run(create_app(settings))"
    ),
    "a method of the settings": in_main("settings.load()", "run(create_app(settings))"),
    "another name of the settings": in_main(
        "config = settings", "config.debug = 1", "run(create_app(settings))"
    ),
    "settings changed in an inner function": in_main(
        "def load():", "    settings.debug = 1", "load()", "run(create_app(settings))"
    ),
    "imported settings that are changed": in_main(
        "config.debug = 1", "run(create_app(config))", more="config"
    ),
    "imported settings that are loaded": in_main(
        "config.load()", "run(create_app(config))", more="config"
    ),
    "imported settings that the module changes": in_main(
        "run(create_app(config))", more="config"
    ) + "config.debug = 1\n",
    "imported settings that have a fallback": (
        "from jars.factory import create_app\nfrom jars.settings import config\n"
        "try:\n    from jars.local import config\nexcept ImportError:\n    pass\n"
        "def main():\n    run(create_app(config))\n"
    ),
    "a global variable": in_main(
        "run(create_app(config))", more="config"
    ) + "def load():\n    global config\n    config = 1\n",
    "a parameter that hides an import": (
        "from jars.factory import create_app\nfrom jars.settings import config\n"
        "def main(config):\n    run(create_app(config))\n"
    ),
    "a variable of the enclosing function": (
        "from jars.factory import create_app\nfrom jars.settings import config\n"
        "def main(config):\n    def inner():\n        run(create_app(config))\n"
    ),
    "a variable that hides a builtin": in_main(
        "for id in load():", "    pass", "run(create_app(id))", more="load"
    ),
    "the name of the module": in_main("run(create_app(__name__))"),
    "a call in one branch": in_main("if settings.debug:", "    run(create_app(settings))"),
    "a call with a condition": in_main("app = create_app(settings) if settings else None"),
    "a call in except": in_main(
        "try:", "    pass", "except OSError:", "    run(create_app(settings))"
    ),
    "a call in a loop": in_main("while True:", "    run(create_app(settings))"),
    "an environment from a file": in_main(
        "load_dotenv()", "run(create_app(Settings()))", more="Settings, load_dotenv"
    ),
    "an environment that the module changes": "import os\n" + in_main(
        "run(create_app(settings))"
    ) + "os.environ['DEBUG'] = '1'\n",
    "a second call in an asynchronous function": in_main("run(create_app(settings))")
    + "async def other():\n    run(create_app(1))\n",
    "a second call that cannot be repeated": in_main("run(create_app(settings))")
    + "def other(settings):\n    run(create_app(settings))\n",
    "a module that starts when it is imported": (
        "from jars.factory import create_app\ndef settings(): ...\nrun(create_app(settings()))\n"
    ),
    "a module whose function starts when it is imported": (
        "from jars.factory import create_app\ndef settings(): ...\n"
        "def main():\n    run(create_app(settings()))\nmain()\n"
    ),
}  # fmt: skip


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
