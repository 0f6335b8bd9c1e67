"""`uvicorn.run()` under `__main__`."""

import pytest

from tests.codemods.chassis.support import APP, assert_kept, assert_removed

RULE = "chassis-start"

MAIN = "\nif __name__ == '__main__':\n    "

FIX: dict[str, tuple[str, str]] = {
    "application object": (
        "import uvicorn\n" + APP + MAIN + "uvicorn.run(app, port=8000)\n",
        APP,
    ),
    "import string": ("import uvicorn\n\nx = 1\n" + MAIN + "uvicorn.run('main:app')\n", "x = 1\n"),
    "imported function": (
        "from uvicorn import run\n\nx = 1\n" + MAIN + "run('main:app', reload=True)\n",
        "x = 1\n",
    ),
    "import alias": (
        "import uvicorn as server\n\nx = 1\n" + MAIN + "server.run('main:app')\n",
        "x = 1\n",
    ),
    "condition in brackets": (
        "import uvicorn\n\nx = 1\n\nif (__name__ == \"__main__\"):\n    uvicorn.run('main:app')\n",
        "x = 1\n",
    ),
    "one-line if": (
        "import uvicorn\n\nx = 1\nif __name__ == '__main__': uvicorn.run('main:app')\n",
        "x = 1\n",
    ),
    "on several lines": (
        "import uvicorn\n\nfrom shop import settings\n\nx = 1\n"
        + MAIN
        + "uvicorn.run(\n        'main:app',\n        port=settings.port,\n    )  # here\n",
        "x = 1\n",
    ),
    "uvicorn is used elsewhere": (
        "import uvicorn\n\nx = uvicorn.Config\n\nif __name__ == '__main__':\n    uvicorn.run('a:b')\n\ny = 2\n",
        "import uvicorn\n\nx = uvicorn.Config\n\ny = 2\n",
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "block with another statement": (
        "import uvicorn\nif __name__ == '__main__':\n    migrate()\n    uvicorn.run('a:b')\n",
        "",
    ),
    "another statement on the line": (
        "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('a:b'); stop()\n",
        "",
    ),
    "in a function": ("import uvicorn\ndef main():\n    uvicorn.run('a:b')\n", ""),
    "if with an else": (
        "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('a:b')\nelse:\n    x = 1\n",
        "",
    ),
    "another condition": ("import uvicorn\nif DEBUG:\n    uvicorn.run('a:b')\n", ""),
    "another server": (
        "import uvicorn\nfrom shop import run\nif __name__ == '__main__':\n    run('a:b')\n",
        "",
    ),
    "uvicorn.Server": (
        "import uvicorn\nif __name__ == '__main__':\n    uvicorn.Server(c).run()\n",
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_redundant_code_is_removed_if_rule_is_named(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
