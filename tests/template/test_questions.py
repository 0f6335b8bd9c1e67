"""The questions of the template: safe, documented, and strict about wrong answers."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from drydock.errors import BadInput
from drydock.template import rendering
from drydock.template.releases import Release

from tests.template import matrix

TEXT = (matrix.REPOSITORY / "copier.yml").read_text(encoding="utf-8")
CONFIG = rendering.config(
    rendering.Checkout(matrix.REPOSITORY, str(matrix.REPOSITORY), Release("v0", "0", None))
)
QUESTIONS: dict[str, dict[str, Any]] = dict(CONFIG.questions_data)


@pytest.mark.parametrize("key", ["tasks", "migrations", "jinja_extensions"])
def test_template_needs_no_trust(key: str) -> None:
    assert key not in CONFIG.config_data


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_type_help_and_default(name: str) -> None:
    assert {"type", "help", "default"} <= QUESTIONS[name].keys()


@pytest.mark.parametrize("name", QUESTIONS)
def test_free_text_is_validated(name: str) -> None:
    question = QUESTIONS[name]

    computed = question.get("when") is False
    limited = question["type"] == "bool" or "choices" in question
    assert computed or limited or "validator" in question


def test_updates_and_recopies_leave_starters_alone() -> None:
    starter = re.compile(r"\{% if adopted or _copier_operation == 'update' %\}(.+?)\{% endif %\}")
    excluded = [match[1] for pattern in CONFIG.exclude if (match := starter.fullmatch(pattern))]

    assert excluded == list(CONFIG.skip_if_exists)


@pytest.mark.parametrize("adopted", [False, True])
@pytest.mark.parametrize("inference", ["none", "local", "triton"])
def test_update_renders_no_starter(tmp_path: Path, inference: str, adopted: bool) -> None:
    answers = {"inference": inference, "adopted": adopted}
    variant = matrix.Variant("", answers)
    everything = variant.render(tmp_path / "copy")
    standard = variant.render(tmp_path / "update", "update")

    starters = {name for name in everything.files() if everything.keeps(Path(name))}
    assert set(everything.files()) - set(standard.files()) == starters
    assert bool(starters) is not adopted


@pytest.mark.parametrize("inference", ["local", "triton"])
def test_no_standard_file_imports_a_starter(tmp_path: Path, inference: str) -> None:
    rendering = matrix.Variant("", {"inference": inference}).render(tmp_path / "service")
    starters = {Path(name).stem for name in rendering.files() if rendering.keeps(Path(name))}
    standard = {name for name in rendering.files() if not rendering.keeps(Path(name))}

    for name in standard:
        if name.endswith(".py"):
            text = (tmp_path / "service" / name).read_text(encoding="utf-8")
            imported = re.findall(r"^\s*(?:from|import) my_service\.(\w+)", text, re.MULTILINE)
            imported += re.findall(r"^\s*from \.\.(\w+)", text, re.MULTILINE)
            assert not starters & set(imported), name


def test_standard_library_modules_are_listed() -> None:
    known = QUESTIONS["standard_library"]["default"].split()

    assert {name for name in sys.stdlib_module_names if name[0] != "_"} <= set(known)


@pytest.mark.parametrize(
    ("answers", "further"),
    [
        ({}, None),
        ({"inference": "triton"}, "packages_of_triton"),
        ({"tracing": True}, "packages_of_tracing"),
    ],
)
def test_dependencies_of_a_service_are_listed(
    tmp_path: Path, answers: dict[str, object], further: str | None
) -> None:
    matrix.Variant("", answers).render(tmp_path / "service")
    project = (tmp_path / "service/pyproject.toml").read_text(encoding="utf-8")
    required = re.findall(r'^    "([a-z0-9-]+)[\[>=<]', project, re.MULTILINE)

    assert len(required) > 10
    lists = ["installed_packages", *([further] if further else [])]
    reserved = {name for one in lists for name in QUESTIONS[one]["default"].split()}
    assert {name for name in required if not name.startswith("types-")} <= reserved


@pytest.mark.parametrize(
    ("answer", "value", "message"),
    [
        ("service_name", "", "at most 50"),
        ("service_name", "Iris", "like iris-api: at most 50 lower-case"),
        ("service_name", "iris_model", "lower-case"),
        ("service_name", "1st", "starting with a letter"),
        ("service_name", "iris-", "ending with a letter or digit"),
        ("service_name", "a" * 51, "at most 50"),
        ("service_name", "iris\n", "lower-case"),
        ("service_name", "fastapi", "depends on"),
        ("description", " ", "one line"),
        ("description", "two\nlines", "one line"),
        ("owner", "", "one line"),
        ("package_path", "src/class", "class is a keyword"),
        ("package_path", "src/json", "json is a module of the standard library"),
        ("package_path", "numpy", "numpy is a package the service depends on"),
        ("package_path", "src/my-service", "ends in a Python identifier"),
        ("package_path", "/src/iris", "is relative"),
        ("package_path", "../iris", "is relative"),
        ("package_path", "src/../../iris", "is relative"),
        ("package_path", "src\\iris", "forward slashes"),
        ("package_path", "tests", "for something else"),
        ("app", "iris.main", "module:attribute"),
        ("app", "iris/main.py:app", "module:attribute"),
        ("app", "my_service:app", "a module of its own"),
        ("app", "other.main:app", "outside the package"),
        ("service_port", "80", "between 1024 and 65535"),
        ("service_port", "65536", "between 1024 and 65535"),
        ("service_port", "eighty", "eighty"),
        ("management_port", "8000", "differs from the service port"),
        ("python_version", "3.10", "3.10"),
        ("inference", "gpu", "gpu"),
        ("packaging", "pdm", "pdm"),
        ("package_index", "https://me:s3cret@packages.example.com/simple/", "not into the URL"),
        ("package_index", "packages.example.com/simple/", "the http(s) URL"),
        ("package_index", "file:///srv/simple/", "the http(s) URL"),
        ("package_index", 'https://packages.example.com/"', "the http(s) URL"),
        ("package_index", "https://packages.example.com/simple/\n", "the http(s) URL"),
    ],
)
def test_wrong_answer_gets_one_clear_line(
    tmp_path: Path, answer: str, value: str, message: str
) -> None:
    with pytest.raises(BadInput) as error:
        matrix.render(matrix.REPOSITORY, tmp_path / "service", {answer: value})

    assert message in str(error.value)
    assert answer in str(error.value) or message == value
    assert "\n" not in str(error.value).strip()


def test_code_in_chart_folder_disables_the_chart(tmp_path: Path) -> None:
    answers = {"package_path": "chart"}
    rendering = matrix.render(matrix.REPOSITORY, tmp_path / "service", answers)

    assert rendering.answers["helm"] is False
    with pytest.raises(BadInput, match="chart is the folder of the service's code"):
        matrix.render(matrix.REPOSITORY, tmp_path / "other", answers | {"helm": True})


def test_code_in_models_folder_forbids_triton(tmp_path: Path) -> None:
    answers = {"package_path": "models", "inference": "triton"}
    with pytest.raises(BadInput, match="models is the folder of the service's code"):
        matrix.render(matrix.REPOSITORY, tmp_path / "service", answers)
    matrix.render(matrix.REPOSITORY, tmp_path / "adopted", answers | {"adopted": True})


@pytest.mark.parametrize(
    ("new", "taken", "message"),
    [
        ({"tracing": True}, {"service_name": "requests"}, "that tracing depends on"),
        ({"tracing": True}, {"package_path": "src/google"}, "that tracing depends on"),
        ({"inference": "triton"}, {"service_name": "grpc"}, "Triton's client depends on"),
        ({"inference": "triton"}, {"package_path": "attr"}, "Triton's client depends on"),
    ],
)
def test_reserved_name_is_refused_only_with_its_answer(
    tmp_path: Path, new: dict[str, object], taken: dict[str, object], message: str
) -> None:
    matrix.render(matrix.REPOSITORY, tmp_path / "service", taken)

    with pytest.raises(BadInput, match=message):
        matrix.render(matrix.REPOSITORY, tmp_path / "other", taken | new)


def test_questions_are_grouped_under_headings() -> None:
    assert len(re.findall(r"^# --- .+ -+$", TEXT, re.MULTILINE)) >= 5


@pytest.mark.parametrize(
    ("folder", "name"),
    [("iris", "iris"), ("Iris Model_2", "iris-model-2"), ("1st", "st"), ("123", "my-service"),
     ("uv", "uv-service"), ("a" * 60, "a" * 50)],
)  # fmt: skip
def test_service_name_defaults_to_its_folder(tmp_path: Path, folder: str, name: str) -> None:
    release = Release("v0.0.0", "0" * 40, None)
    checkout = rendering.Checkout(matrix.REPOSITORY, str(matrix.REPOSITORY), release)
    request = rendering.Request(defaults=True)

    assert rendering.render(checkout, tmp_path / folder, request).answers["service_name"] == name


@pytest.mark.parametrize("question", [one for one in QUESTIONS if "validator" in QUESTIONS[one]])
def test_validation_message_begins_with_an_example(question: str) -> None:
    """At 80 columns Copier's own words leave 32 characters."""
    lines = [line.strip() for line in QUESTIONS[question]["validator"].split("{%")]
    message = [line.partition("%}")[2].strip() for line in lines if line.partition("%}")[2].strip()]
    for text in message:
        assert text.startswith(("like ", "one line", "without", "{{ ", "models is", "chart is")), (
            text
        )
