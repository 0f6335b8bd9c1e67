"""Logging configuration in the service."""

import pytest

from tests.codemods.chassis.support import assert_kept, assert_removed

RULE = "chassis-logging"

FIX: dict[str, tuple[str, str]] = {
    "basicConfig": (
        "import logging\n\nlogging.basicConfig(\n    level='INFO',\n)\nlog = logging.getLogger()\n",
        "import logging\n\nlog = logging.getLogger()\n",
    ),
    "basicConfig imported by name": (
        "from logging import basicConfig\n\nbasicConfig(level=1)\nx = 1\n",
        "x = 1\n",
    ),
    "dictConfig": (
        "from logging.config import dictConfig\nimport os\n\ndictConfig({'version': 1})\n",
        "import os\n",
    ),
    "dictConfig of an imported dictionary": (
        "import logging.config\nfrom shop.logs import LOGS\n\n\n"
        "def start():\n    x = 1\n    logging.config.dictConfig(LOGS)\n    return x\n",
        "def start():\n    x = 1\n    return x\n",
    ),
    "fileConfig": (
        "import logging.config as config\n\nx = 1\nconfig.fileConfig('logging.ini')\n",
        "x = 1\n",
    ),
    "structlog": (
        "import structlog\n\nstructlog.configure(processors=[])\nlog = structlog.get_logger()\n",
        "import structlog\n\nlog = structlog.get_logger()\n",
    ),
    "in a condition": (
        "import logging\nimport os\n\nif 'DEBUG' in os.environ:\n    logging.basicConfig()\n",
        "import os\n\nif 'DEBUG' in os.environ:\n    pass\n",
    ),
    "two calls": (
        "import logging\n\nlogging.basicConfig()\nlogging.basicConfig(level=2)\nx = 1\n",
        "x = 1\n",
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "logger": ("import logging\nlog = logging.getLogger('basicConfig')\n", ""),
    "log level": ("import logging\nlogging.getLogger('uvicorn').setLevel(30)  # basicConfig\n", ""),
    "function with the same name": ("def basicConfig(): ...\nbasicConfig()\n", ""),
    "same name from another library": ("from shop import dictConfig\ndictConfig({})\n", ""),
    "function passed as argument": ("import logging\nrun(logging.basicConfig)\n", ""),
    "call is returned": ("import logging\ndef f():\n    return logging.basicConfig()\n", ""),
    "two statements on a line": (
        "import logging\nlogging.basicConfig(); x = 1\n",
        "put it on its own line first",
    ),
    "second of two statements on a line": (
        "import logging\nx = 1; logging.basicConfig()\n",
        "put it on its own line first",
    ),
}


@pytest.mark.parametrize("row", FIX)
def test_redundant_code_is_removed_if_rule_is_named(row: str) -> None:
    assert_removed(RULE, *FIX[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
