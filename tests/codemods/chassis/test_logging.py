"""Logging that the service sets up."""

import pytest

from tests.codemods.chassis.support import assert_kept, assert_removed

RULE = "chassis-logging"

FIX: dict[str, tuple[str, str]] = {
    "basic": (
        "import logging\n\nlogging.basicConfig(\n    level='INFO',\n)\nlog = logging.getLogger()\n",
        "import logging\n\nlog = logging.getLogger()\n",
    ),
    "basic by its name": (
        "from logging import basicConfig\n\nbasicConfig(level=1)\nx = 1\n",
        "x = 1\n",
    ),
    "from a dictionary": (
        "from logging.config import dictConfig\nimport os\n\ndictConfig({'version': 1})\n",
        "import os\n",
    ),
    "from a dictionary with a name": (
        "import logging.config\nfrom shop.logs import LOGS\n\n\n"
        "def start():\n    x = 1\n    logging.config.dictConfig(LOGS)\n    return x\n",
        "def start():\n    x = 1\n    return x\n",
    ),
    "from a file": (
        "import logging.config as config\n\nx = 1\nconfig.fileConfig('logging.ini')\n",
        "x = 1\n",
    ),
    "structlog": (
        "import structlog\n\nstructlog.configure(processors=[])\nlog = structlog.get_logger()\n",
        "import structlog\n\nlog = structlog.get_logger()\n",
    ),
    "under a condition": (
        "import logging\nimport os\n\nif 'DEBUG' in os.environ:\n    logging.basicConfig()\n",
        "import os\n\nif 'DEBUG' in os.environ:\n    pass\n",
    ),
    "two": (
        "import logging\n\nlogging.basicConfig()\nlogging.basicConfig(level=2)\nx = 1\n",
        "x = 1\n",
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "a log": ("import logging\nlog = logging.getLogger('basicConfig')\n", ""),
    "a level": ("import logging\nlogging.getLogger('uvicorn').setLevel(30)  # basicConfig\n", ""),
    "a function of that name": ("def basicConfig(): ...\nbasicConfig()\n", ""),
    "another library's": ("from shop import dictConfig\ndictConfig({})\n", ""),
    "what is handed on": ("import logging\nrun(logging.basicConfig)\n", ""),
    "what is returned": ("import logging\ndef f():\n    return logging.basicConfig()\n", ""),
    "two things on a line": (
        "import logging\nlogging.basicConfig(); x = 1\n",
        "give it a line of its own",
    ),
    "the second of two things on a line": (
        "import logging\nx = 1; logging.basicConfig()\n",
        "give it a line of its own",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_is_removed_by_the_name_of_its_rule(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
