"""The packages in lock files."""

import pytest
from drydock.documents.locks import packages

POETRY = """\
[[package]]
name = "Py_Yaml"
version = "6.0"

[[package]]
name = "private"
version = "1.2"
[package.source]
type = "legacy"
url = "https://index.example.com/simple"

[[package]]
name = "own"
version = "1"
[package.source]
type = "git"
url = "https://git.example.com/own"
"""
UV = """\
[[package]]
name = "a"
version = "1.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "shop"
version = "0.1"
source = { editable = "." }
"""
PDM = """\
[[package]]
name = "a"
version = "1"

[[package]]
name = "a"
version = "2"

[[package]]
name = "local"
version = "3"
path = "./local"
"""
PIPFILE = """\
{
    "_meta": {},
    "default": {"A.b": {"version": "==1.2"}, "g": {"git": "x"}},
    "develop": {"t": {"hashes": ["sha256:1"], "version": "==3"}}
}
"""
PINS = """\
--index-url https://index.example.com/simple
a==1 \\
    --hash=sha256:1
    # via b
B_c[d]==2 ; python_version > "3"  # kept
e>=1
f==1.*
g==1,!=2
h @ https://example.com/h.whl
"""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "poetry.lock",
            POETRY,
            [("py-yaml", "6.0", True), ("private", "1.2", True), ("own", "1", False)],
        ),
        ("services/shop/uv.lock", UV, [("a", "1.0", True), ("shop", "0.1", False)]),
        ("pdm.lock", PDM, [("a", "1", True), ("a", "2", True), ("local", "3", False)]),
        ("Pipfile.lock", PIPFILE, [("a-b", "1.2", True), ("t", "3", True)]),
        ("requirements.txt", PINS, [("a", "1", True), ("b-c", "2", True), ("f", "1.*", True)]),
    ],
)
def test_packages_with_version_and_origin(
    path: str, text: str, expected: list[tuple[str, str, bool]]
) -> None:
    found = [(one.name, one.version, one.from_index) for one in packages(path, text)]
    assert found == expected


@pytest.mark.parametrize("path", ["poetry.lock", "Pipfile.lock", "requirements.txt"])
@pytest.mark.parametrize("text", ["", "[", "[]", "{}", 'package = "a"', "[[[" * 5_000])
def test_unreadable_file_has_no_packages(path: str, text: str) -> None:
    assert packages(path, text) == ()


@pytest.mark.parametrize("entry", ["1", "{ name = 1, version = 2 }", '{ name = "a" }'])
def test_entry_without_name_or_version_is_skipped(entry: str) -> None:
    assert packages("uv.lock", f"package = [{entry}]") == ()
