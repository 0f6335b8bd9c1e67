"""A render is what Copier makes of a template, and says what Copier knows."""

from pathlib import Path

import copier
import pytest
from drydock.errors import BadInput
from drydock.template.releases import open_template
from drydock.template.rendering import Checkout, Rendering, Request, render

from tests.support import Template, snapshot, write


def rendered(template: Template, folder: Path, request: Request, ref: str = "v1.0.0") -> Rendering:
    with open_template(str(template.path), Path.cwd()) as opened:
        release = opened.find(ref)
        checkout = Checkout(folder / "checkout" / request.operation / ref, opened.address, release)
        opened.checkout(release, checkout.folder)
    return render(checkout, folder / request.operation / ref / "service", request)


def test_a_render_is_the_same_as_copier_s_own(template: Template, tmp_path: Path) -> None:
    for tag in ("v1.0.0", "v1.1.0"):  # the second uses what was compiled for the first
        template.release(
            tag, {"a.txt.jinja": "{{ name }}\n", "b.txt.jinja": f"{tag} {{{{ name }}}}"}
        )
        ours = rendered(template, tmp_path, Request(data={"name": "x"}), tag)
        stock = tmp_path / "stock" / tag
        copier.run_copy(str(template.path), stock, data={"name": "x"}, vcs_ref=tag, quiet=True)
        assert snapshot(ours.folder) == snapshot(stock)


def test_what_is_compiled_depends_on_the_settings_of_jinja(
    template: Template, tmp_path: Path
) -> None:
    template.release("v1.0.0", {"a.txt.jinja": "{{ name }}[[ name ]]"})
    marks = "_envops: {variable_start_string: '[[', variable_end_string: ']]'}\n"
    write(template.path, {"copier.yml": (template.path / "copier.yml").read_text() + marks})
    template.release("v1.1.0", {"{{ _copier_conf.answers_file }}.jinja": None})
    one, two = (
        rendered(template, tmp_path, Request(defaults=True), tag) for tag in ("v1.0.0", "v1.1.0")
    )
    assert (one.folder / "a.txt").read_text() == "demo[[ name ]]"
    assert (two.folder / "a.txt").read_text() == "{{ name }}demo"


def test_an_update_leaves_out_what_an_update_excludes(tmp_path: Path) -> None:
    yml = "_subdirectory: template\n_skip_if_exists: [once.txt]\n"
    yml += "_exclude: [\"{% if _copier_operation == 'update' %}start.txt{% endif %}\"]\n"
    template = Template.make(tmp_path / "template", yml)
    template.release("v1.0.0", {"start.txt": "s\n", "once.txt": "o\n"})
    copy = rendered(template, tmp_path, Request())
    update = rendered(template, tmp_path, Request(operation="update"))
    assert sorted(copy.files()) == [".copier-answers.yml", "once.txt", "start.txt"]
    assert sorted(update.files()) == [".copier-answers.yml", "once.txt"]
    assert update.excludes(Path("start.txt"))
    assert update.keeps(Path("once.txt"))
    assert not update.keeps(Path("start.txt"))


def test_secrets_and_hidden_answers_are_not_recorded(tmp_path: Path) -> None:
    yml = "_subdirectory: template\nopen: a\nsecret: {type: str, default: b, secret: true}\n"
    template = Template.make(tmp_path / "template", yml + "hidden: {when: false, default: c}\n")
    template.release("v1.0.0")
    result = rendered(template, tmp_path, Request(defaults=True, data={"secret": "s"}))
    assert result.answers == {"open": "a"}
    assert "secret:" not in (result.folder / ".copier-answers.yml").read_text()


def test_broken_settings_of_copier_are_one_line(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template.release("v1.0.0")
    write(tmp_path, {"settings.yml": "trust: 5\n"})
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(tmp_path / "settings.yml"))
    with pytest.raises(BadInput, match="trust"):
        rendered(template, tmp_path, Request(defaults=True))


def test_included_questions_need_no_trust(template: Template, tmp_path: Path) -> None:
    company = "registry: {type: str, when: false, default: 'registry.example.invalid'}\n"
    yml = "---\n!include company.yml\n---\n_subdirectory: template\n"
    write(template.path, {"copier.yml": yml, "company.yml": company})
    template.release("v1.0.0", {"a.txt.jinja": "{{ registry }}"})
    result = rendered(template, tmp_path, Request(defaults=True))
    assert (result.folder / "a.txt").read_text() == "registry.example.invalid"
    assert result.answers == {}
