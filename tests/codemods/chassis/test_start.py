"""A module that starts itself."""

import pytest

from tests.codemods.chassis.support import APP, assert_kept, assert_removed

RULE = "chassis-start"

MAIN = "\nif __name__ == '__main__':\n    "

FIX: dict[str, tuple[str, str]] = {
    "the application": (
        "import uvicorn\n" + APP + MAIN + "uvicorn.run(app, port=8000)\n",
        APP,
    ),
    "its name": ("import uvicorn\n\nx = 1\n" + MAIN + "uvicorn.run('main:app')\n", "x = 1\n"),
    "by the function's name": (
        "from uvicorn import run\n\nx = 1\n" + MAIN + "run('main:app', reload=True)\n",
        "x = 1\n",
    ),
    "by another name": (
        "import uvicorn as server\n\nx = 1\n" + MAIN + "server.run('main:app')\n",
        "x = 1\n",
    ),
    "in brackets": (
        "import uvicorn\n\nx = 1\n\nif (__name__ == \"__main__\"):\n    uvicorn.run('main:app')\n",
        "x = 1\n",
    ),
    "on one line": (
        "import uvicorn\n\nx = 1\nif __name__ == '__main__': uvicorn.run('main:app')\n",
        "x = 1\n",
    ),
    "on several lines": (
        "import uvicorn\n\nfrom shop import settings\n\nx = 1\n"
        + MAIN
        + "uvicorn.run(\n        'main:app',\n        port=settings.port,\n    )  # here\n",
        "x = 1\n",
    ),
    "among other things": (
        "import uvicorn\n\nx = uvicorn.Config\n\nif __name__ == '__main__':\n    uvicorn.run('a:b')\n\ny = 2\n",
        "import uvicorn\n\nx = uvicorn.Config\n\ny = 2\n",
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "one that does more": (
        "import uvicorn\nif __name__ == '__main__':\n    migrate()\n    uvicorn.run('a:b')\n",
        "",
    ),
    "one that does more on a line": (
        "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('a:b'); stop()\n",
        "",
    ),
    "one that is called": ("import uvicorn\ndef main():\n    uvicorn.run('a:b')\n", ""),
    "one with an else": (
        "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('a:b')\nelse:\n    x = 1\n",
        "",
    ),
    "another condition": ("import uvicorn\nif DEBUG:\n    uvicorn.run('a:b')\n", ""),
    "another server": (
        "import uvicorn\nfrom shop import run\nif __name__ == '__main__':\n    run('a:b')\n",
        "",
    ),
    "a server that is made": (
        "import uvicorn\nif __name__ == '__main__':\n    uvicorn.Server(c).run()\n",
        "",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_is_removed_by_the_name_of_its_rule(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
