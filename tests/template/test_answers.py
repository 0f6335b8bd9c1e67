"""The answers file is found and read, but never trusted."""

from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.template import answers

from tests.support import Content, write

GOOD = "_commit: v1.0.0\n_src_path: gh:a/b\nname: demo\nports: [1, 2]\n"


def test_answers_are_read(tmp_path: Path) -> None:
    write(tmp_path, {".copier-answers.yml": GOOD})
    read = answers.read(tmp_path, answers.find(tmp_path))
    assert (read.template, read.release) == ("gh:a/b", "v1.0.0")
    assert read.values == {"name": "demo", "ports": [1, 2]}


@pytest.mark.parametrize("name", [".github/.copier-answers.yml", ".answers.main.yaml"])
def test_answers_file_with_another_name_is_found(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: GOOD, "answers.yml": "to: life\n"})
    assert answers.find(tmp_path) == name


def test_several_answers_files_need_a_choice(tmp_path: Path) -> None:
    write(tmp_path, {".answers.a.yml": GOOD, ".answers.b.yml": GOOD})
    with pytest.raises(BadInput, match=r"\.answers\.a\.yml, \.answers\.b\.yml"):
        answers.find(tmp_path)
    assert answers.find(tmp_path, ".answers.b.yml") == ".answers.b.yml"


def test_folder_of_services_is_not_a_service(tmp_path: Path) -> None:
    write(tmp_path, {"services/one/.copier-answers.yml": GOOD})
    with pytest.raises(BadInput, match="services/one"):
        answers.find(tmp_path)


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines)


HOSTILE: dict[str, Content] = {
    "empty": "",
    "no mapping": "- a\n- b\n",
    "invalid yaml": "a: [",
    "not text": b"\xff\xfe\x00\x81",
    "python objects": "a: !!python/object/apply:os.system [ls]\n",
    "no template": "_commit: v1\n",
    "no release": "_src_path: gh:a/b\n",
    "template of the wrong type": "_src_path: [a]\n_commit: v1\n",
    "release of the wrong type": "_src_path: gh:a/b\n_commit: 1.0\n",
    "template is an option": "_src_path: --upload-pack=ls\n_commit: v1\n",
    "release is an option": "_src_path: gh:a/b\n_commit: --all\n",
    "control characters": '_src_path: "gh:a/b\\u0007"\n_commit: v1\n',
    "empty template": "_src_path: ''\n_commit: v1\n",
    "names that are not text": "_src_path: gh:a/b\n_commit: v1\n1: a\n",
    "huge": GOOD + "x: " + "x" * (1 << 20),
    "aliases that explode": bomb(),
    "alias of itself": "a: &a [*a]\n",
    "nested too deep": "a: " + "[" * 100_000,
    "a folder": None,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_answers_file_fails_with_one_line(tmp_path: Path, case: str) -> None:
    content = HOSTILE[case]
    if content is None:
        (tmp_path / ".copier-answers.yml").mkdir()
    else:
        write(tmp_path, {".copier-answers.yml": content})
    with pytest.raises(BadInput) as refused:
        answers.read(tmp_path, answers.find(tmp_path))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_answers_file_outside_the_folder_is_refused(tmp_path: Path) -> None:
    service = tmp_path / "service"
    service.mkdir()
    write(tmp_path, {"outside.yml": GOOD})
    (service / ".copier-answers.yml").symlink_to(tmp_path / "outside.yml")
    for file in (".copier-answers.yml", "../outside.yml"):
        with pytest.raises(BadInput, match="inside"):
            answers.read(service, file)


@pytest.mark.parametrize("pair", ["name", "=x", "a b=c", "-x=1"])
def test_data_option_is_name_and_value(pair: str) -> None:
    assert answers.parse_data(["a=b=c", "d="]) == {"a": "b=c", "d": ""}
    with pytest.raises(BadInput):
        answers.parse_data([pair])
