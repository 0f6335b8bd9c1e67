"""The standard's pytest.toml with the settings of a service's own tests."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import Requirement

from drydock.adoption.facts import Files
from drydock.adoption.locked import versions
from drydock.adoption.translate import Carried, Todo
from drydock.adoption.translate.dependencies import read
from drydock.documents.formats import ini, toml
from drydock.documents.places import line_of

PATH = "pytest.toml"
# https://docs.pytest.org/en/stable/reference/reference.html#configuration-options
_WORDS = {
    "addopts", "doctest_optionflags", "norecursedirs", "python_classes", "python_files",
    "python_functions", "pythonpath", "required_plugins", "testpaths", "usefixtures",
}  # fmt: skip
_LINES = {"env", "filterwarnings", "markers"}
_SWITCHES = re.compile(
    r"strict(_\w+)?|\w+_strict|log_cli|collect_imported_tests|consider_namespace_packages"
    r"|enable_assertion_pass_hook|junit_log_passing_tests|faulthandler_exit_on_timeout"
)
_OF_PYTEST = re.compile(
    r"(strict|junit|log|doctest|faulthandler|python|verbosity|tmp_path|truncation)_\w+|strict"
    r"|assertion_text_diff_style|cache_dir|console_output_style|empty_parameter_set_mark|max_warnings"
    r"|minversion|parametrize_long_str_id_strategy|xfail_strict"
    r"|disable_test_id_escaping_and_forfeit_all_rights_to_community_support"
)
_TEST = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_AS_BEFORE = ("xfail_strict", "asyncio_mode", "pythonpath")
_BUILT_IN = {"filterwarnings", "parametrize", "skip", "skipif", "usefixtures", "xfail"}
_ADDED = ("testpaths", "addopts", "markers", "filterwarnings", "pythonpath", "env")
"""Lists to which the service and the standard both contribute."""


def carry(theirs: str, files: Files) -> Carried:
    """Return the rendered pytest.toml with the settings of the service's own tests.

    pytest reads only one configuration file, `pytest.toml` first.
    """
    source, section, settings = _settings(files)
    known = {key: value for key, value in settings.items() if _is_known(key, files)}
    own = {key: value for key, value in known.items() if not _is_unclosed(key, value)}
    standard = toml.data(theirs)["pytest"]
    merged: dict[str, Any] = {key: _native(key, value) for key, value in own.items()}
    folders = merged.get("testpaths") or folders_of_tests(files)
    merged |= _as_before(files, merged, standard)
    merged["testpaths"] = [*folders, *(f for f in standard["testpaths"] if f not in folders)]
    named = {str(one).partition(":")[0].partition("(")[0] for one in merged.get("markers", [])}
    marks = sorted({*_marks(files)} - named)
    merged["markers"] = [*merged.get("markers", []), *marks]
    for key in _ADDED[1:]:
        items = merged.get(key, [])
        merged[key] = [*items, *(one for one in standard.get(key, []) if one not in items)]
    merged = {k: v for k, v in merged.items() if v not in ([], standard.get(k))}
    text = theirs
    for key, value in merged.items():
        line = f"{key} = {_written(value)}"
        text, found = re.subn(rf"(?m)^{key} = .*$", line.replace("\\", r"\\"), text, count=1)
        text = text if found else f"{text}{line}\n"
    todo = [] if source in {"", "pytest.ini"} else [_unused(source, section, files)]
    for key in sorted(known.keys() - own.keys()):
        why = f"{key} is not carried over: it has a quote that is not closed"
        how = f"close it, and carry it over to {PATH}"
        todo.append(Todo(source, line_of(source, files[source], *section, key), why, how))
    for key in sorted(settings.keys() - known.keys()):
        why = f"no required package defines {key}, and pytest rejects unknown settings"
        how = f"add its plugin to the dev group, and {key} to {PATH}; or remove it"
        todo.append(Todo(source, line_of(source, files[source], *section, key), why, how))
    rules = [f"{key} of {source}" for key in own]
    rules += [
        f"{key}, so that tests run as before"
        for key in _AS_BEFORE
        if key in merged.keys() - own.keys()
    ]
    rules += [f"the marker {mark}, which tests use" for mark in marks]
    is_complete = (
        settings == own and source == "pytest.ini" and not re.search(r"(?m)^\s*[#;]", files[source])
    )
    return Carried(text, tuple(rules), tuple(todo), frozenset({source} if is_complete else ()))


def _as_before(
    files: Files, own: dict[str, Any], standard: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield the settings that keep tests running as before, unless the service has its own."""
    tests = {path: files[path] for path in files if _TEST.search(path)}
    if "xfail_strict" not in own and any("mark.xfail" in text for text in tests.values()):
        yield "xfail_strict", False
    asyncio = [one for one in read(files)[0] if one.name == "pytest-asyncio"]
    if asyncio and "asyncio_mode" not in own:
        required = [one.version for one in Requirement(asyncio[0].text).specifier]
        version = versions(files)[1].get("pytest-asyncio") or "".join(required[:1])
        # Since 0.19, async fixtures need their own decorator by default:
        # https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html
        if re.match(r"0\.1[0-8](\.|$)|0\.\d(\.|$)", version):
            yield "asyncio_mode", "auto"
    if found := sorted(_roots(files, tests) - set(own.get("pythonpath", []))):
        yield "pythonpath", [*own.get("pythonpath", []), *found]


def _roots(files: Files, tests: Files) -> set[str]:
    """Return the folders from which tests import the service's modules."""
    inserted = {_inserted(path, files) for path in tests}
    found = set()
    for text in tests.values():
        for name in re.findall(r"(?m)^\s*(?:from|import)\s+([A-Za-z_]\w*)", text):
            for root in ("", "src"):
                inside = f"{root}/{name}" if root else name
                exists = f"{inside}.py" in files or any(p.startswith(f"{inside}/") for p in files)
                if exists:
                    found |= {root or "."} - inserted
                    break
    return found


def _inserted(path: str, files: Files) -> str:
    """Return the folder that pytest puts on sys.path for a test file."""
    folder = PurePosixPath(path).parent
    while f"{folder}/__init__.py" in files:
        folder = folder.parent
    return str(folder)


def _is_known(key: str, files: Files) -> bool:
    """Tell whether pytest or a required plugin defines a setting, judged by its name."""
    if key in _WORDS | _LINES - {"env"} or _OF_PYTEST.fullmatch(key) or _SWITCHES.fullmatch(key):
        return True
    plugins = {"anyio", *(one.name for one in read(files)[0] if "pytest" in one.name)}
    return any(re.split(r"[_-]", key.lower())[0] in plugin.split("-") for plugin in plugins)


def _settings(files: Files) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """Return the file that pytest read so far, the path to the settings in it, and the settings."""
    if "pytest.ini" in files:
        return "pytest.ini", ("pytest",), ini.data(files["pytest.ini"]).get("pytest", {})
    tool = toml.data(files.get("pyproject.toml", "")).get("tool", {}).get("pytest", {})
    if settings := tool.get("ini_options", tool):
        inner = ("ini_options",) if "ini_options" in tool else ()
        return "pyproject.toml", ("tool", "pytest", *inner), settings
    for path, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if settings := ini.data(files.get(path, "")).get(section, {}):
            return path, (section,), settings
    return "", (), {}


def _unused(source: str, section: tuple[str, ...], files: Files) -> Todo:
    why = f"pytest now reads these settings from {PATH}"
    return Todo(source, line_of(source, files[source], *section), why, "remove them")


def _is_unclosed(key: str, value: Any) -> bool:
    """Tell whether a setting cannot be split into words, which pytest refuses, too."""
    try:
        _native(key, value)
    except ValueError:
        return True
    return False


def _native(key: str, value: Any) -> Any:
    """Return a value in the type that `pytest.toml` requires for a setting.

    Raises ValueError for words with an unclosed quote.
    """
    if key in _WORDS:
        return shlex.split(value) if isinstance(value, str) else value
    if key in _LINES:
        text = value if isinstance(value, str) else ""
        return [line.strip() for line in text.splitlines() if line.strip()] or value
    if _SWITCHES.fullmatch(key) and isinstance(value, str):
        return value.lower() in {"1", "true", "yes", "on"}
    return value if isinstance(value, str | list | bool) else str(value)


def folders_of_tests(files: Files) -> list[str]:
    """Return the folders in which pytest finds tests without a setting."""
    found = set()
    for path in files:
        *folders, name = PurePosixPath(path).parts
        if re.fullmatch(r"test_.*\.py|.*_test\.py", name):
            top = next((n for n, one in enumerate(folders) if one in {"test", "tests"}), None)
            found.add("/".join(folders[: len(folders) if top is None else top + 1]) or name)
    return sorted(one for one in found if not any(one.startswith(f"{o}/") for o in found))


def _marks(files: Files) -> Iterator[str]:
    """Yield the markers in tests, which the standard requires to be declared."""
    for path, text in files.items():
        if path.endswith(".py") and "pytest.mark." in text:
            for name in re.findall(r"pytest\.mark\.([A-Za-z]\w*)", text):
                if name not in _BUILT_IN:
                    yield name


def _written(value: Any) -> str:
    if isinstance(value, list) and len(json.dumps(value)) > len("[]") + 80:
        return "[\n" + "".join(f"    {json.dumps(item)},\n" for item in value) + "]"
    return json.dumps(value)
