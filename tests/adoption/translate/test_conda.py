"""From a Conda environment, pip's packages are carried over; the rest is listed by line."""

from drydock.adoption.facts import gather
from drydock.adoption.translate import Demand, Todo, conda

TEXT = """\
name: bowls
dependencies:
  - python=3.12
  - conda-forge::gdal=3.8
  - pip
  - pip:
    - fastapi>=0.100
    - -r requirements.txt
    - git+https://example.com/a.git
"""


def found(text: str) -> list[Demand | Todo]:
    return list(conda.demands({"environment.yml": text}))


def test_packages_of_pip_are_carried_over() -> None:
    demands = [one for one in found(TEXT) if isinstance(one, Demand)]
    assert demands == [Demand("fastapi>=0.100", "", "environment.yml", 7)]


def test_other_packages_are_left_by_hand() -> None:
    listed = [(one.line, one.why) for one in found(TEXT) if isinstance(one, Todo)]
    assert listed == [
        (4, "Conda installs conda-forge::gdal=3.8"),
        (9, "not carried over: git+https://example.com/a.git"),
        (0, "pyproject.toml replaces it for packages from PyPI"),
    ]


def test_name_and_python_are_facts() -> None:
    facts = {(one.about, one.value, one.line) for one in gather({"environment.yml": TEXT})}
    assert {("python_version", "3.12", 3), ("service_name", "bowls", 1)} <= facts


def test_invalid_environment_is_ignored() -> None:
    for text in ("- a\n", "dependencies: text\n", "{", "dependencies:\n- pip:\n"):
        assert not [one for one in found(text) if isinstance(one, Demand)]


def test_exported_packages_are_left_in_one_item() -> None:
    text = (
        "dependencies:\n  - python=3.11.5=h955ad1f_0\n  - icu=73.1=h6a678d5_0\n  - gdal=3.8\n"
        "  - libffi=3.4.4=h6a678d5_0\n"
    )
    listed = [(one.line, one.why) for one in found(text) if isinstance(one, Todo)]
    assert listed[:-1] == [
        (3, "Conda installs 2 packages from an exported environment: icu, libffi"),
        (4, "Conda installs gdal=3.8"),
    ]
