"""Loaders of configuration: always left, since what reads the values has to change, too."""

import pytest

from tests.codemods.chassis.support import ADOPTED, assert_kept
from tests.codemods.support import assert_left

RULE = "chassis-configuration"
HOW = "add the values to the chassis' settings, read those"

TOLD: dict[str, str] = {
    "a file": "import yaml\n\nsettings = yaml.safe_load(open('config.yml'))\n",
    "a file that is closed": "import yaml\n\nwith open('a') as f:\n    settings = yaml.safe_load(f)\n",
    "by the function's name": "from yaml import safe_load\n\nsettings = safe_load(text)\n",
    "with a loader": "import yaml\n\nsettings = yaml.load(text, Loader=yaml.SafeLoader)\n",
    "in a function": "import yaml as y\n\n\ndef settings(path):\n    return Settings(**y.safe_load(path))\n",
    "config_client": "from config.spring import ConfigClient\n\nclient = ConfigClient(app_name='a')\n",
    "spring_config": "from spring_config.client import SpringConfigClient\n\nc = SpringConfigClient(x)\n",
    "a builder of spring_config": (
        "from spring_config import ClientConfigurationBuilder\n\n"
        "c = ClientConfigurationBuilder().app_name('a').build()\n"
    ),
}

NOOP: dict[str, tuple[str, str]] = {
    "what is written": ("import yaml\n\nyaml.safe_dump({})\n", ""),
    "JSON": ("import json\n\nsettings = json.load(open('yaml.json'))\n", ""),
    "a function of that name": ("def safe_load(x): ...  # yaml\n\n\nsafe_load(1)\n", ""),
    "another library's": ("from shop.yaml import safe_load\n\nsafe_load(1)\n", ""),
    "a function that is handed on": ("import yaml\n\nread(yaml.safe_load)\n", ""),
    "another class of that name": ("from spring import ConfigClient\n\nConfigClient()\n", ""),
}


@pytest.mark.parametrize("row", TOLD)
def test_is_told_beside_a_chassis_alone(row: str) -> None:
    assert_left(RULE, {**ADOPTED, "service.py": TOLD[row]}, HOW)
    assert_left(RULE, TOLD[row])


@pytest.mark.parametrize("row", NOOP)
def test_is_left(row: str) -> None:
    assert_kept(RULE, *NOOP[row])
