"""The company of a template's fork: the hidden values in `company.yml`.

Only Drydock's own template has this file (see "Write a fork" in its README).
"""

import re
from typing import Any

import yaml
from packaging.version import Version

FILE = "company.yml"
CHANGELOG = "CHANGELOG.company.md"
"""The notes of a fork's releases; those of upstream stay in CHANGELOG.md."""
PLACEHOLDERS = ("company_registry", "company_package_index", "company_publish_url")
"""The values that upstream never changes, and every fork does."""
_NAME = re.compile(r"[a-z][a-z0-9]*")


def values(text: str) -> dict[str, Any]:
    """Return the hidden values in the `text` of `company.yml`; none if it is not valid."""
    try:
        questions = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return {}
    if not isinstance(questions, dict):
        return {}
    return {
        name: question.get("default")
        for name, question in questions.items()
        if isinstance(question, dict)
    }


def name_in(values: dict[str, Any]) -> str:
    """Return the company's name in its values; empty if it is missing or not valid."""
    name = values.get("company_name")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def is_of(version: Version, company: str) -> bool:
    """Tell whether a release is the `company`'s own: a local version, such as `1.4.0+acme.2`.

    https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers
    """
    return bool(version.local) and str(version.local).partition(".")[0] == company
