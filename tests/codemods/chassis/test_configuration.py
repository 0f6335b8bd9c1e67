"""Loaders of configuration are only reported: the code that reads the values has to change."""

import pytest

from tests.codemods.chassis.support import ADOPTED, assert_kept
from tests.codemods.support import assert_left

RULE = "chassis-configuration"
HOW = "add its values to the chassis' settings and read them there"

REPORTED: dict[str, str] = {
    "open file": "import yaml\n\nsettings = yaml.safe_load(open('config.yml'))\n",
    "with statement": "import yaml\n\nwith open('a') as f:\n    settings = yaml.safe_load(f)\n",
    "imported function": "from yaml import safe_load\n\nsettings = safe_load(text)\n",
    "loader argument": "import yaml\n\nsettings = yaml.load(text, Loader=yaml.SafeLoader)\n",
    "inside a function": "import yaml as y\n\n\ndef settings(path):\n    return Settings(**y.safe_load(path))\n",
    "config_client": "from config.spring import ConfigClient\n\nclient = ConfigClient(app_name='a')\n",
    "spring_config": "from spring_config.client import SpringConfigClient\n\nc = SpringConfigClient(x)\n",
    "builder of spring_config": (
        "from spring_config import ClientConfigurationBuilder\n\n"
        "c = ClientConfigurationBuilder().app_name('a').build()\n"
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "dump": ("import yaml\n\nyaml.safe_dump({})\n", ""),
    "JSON": ("import json\n\nsettings = json.load(open('yaml.json'))\n", ""),
    "function with the same name": ("def safe_load(x): ...  # yaml\n\n\nsafe_load(1)\n", ""),
    "same name from another library": ("from shop.yaml import safe_load\n\nsafe_load(1)\n", ""),
    "function passed as argument": ("import yaml\n\nread(yaml.safe_load)\n", ""),
    "same class name from another package": (
        "from spring import ConfigClient\n\nConfigClient()\n",
        "",
    ),
}


@pytest.mark.parametrize("row", REPORTED)
def test_loader_is_reported_only_if_service_has_chassis(row: str) -> None:
    assert_left(RULE, {**ADOPTED, "service.py": REPORTED[row]}, HOW)
    assert_left(RULE, REPORTED[row])


@pytest.mark.parametrize("row", NOOP)
def test_code_is_left_unchanged(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
