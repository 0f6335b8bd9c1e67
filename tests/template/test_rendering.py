"""A render equals Copier's, and exposes what Copier knows."""

from pathlib import Path

import copier
import pytest
from drydock.errors import BadInput
from drydock.template.releases import open_template
from drydock.template.rendering import Checkout, Rendering, Request, contents, render

from tests.support import Content, Template, snapshot, write


def rendered(template: Template, folder: Path, request: Request, ref: str = "v1.0.0") -> Rendering:
    with open_template(str(template.path), Path.cwd()) as opened:
        release = opened.find(ref)
        checkout = Checkout(folder / "checkout" / request.operation / ref, opened.address, release)
        opened.checkout(release, checkout.folder)
    return render(checkout, folder / request.operation / ref / "service", request)


# Parts that are plain, that repeat, that name several files or none; and a link.
PARTS: dict[str, Content] = {
    "{{ name }}/{{ name }}/a.txt.jinja": "{{ name }}\n",
    "plain/{{ name }}.txt": "{{ name }}\n",
    "plain/{% if name == 'y' %}left{% endif %}/out.txt": "out\n",
    "{% yield one from ['p', 'q'] %}{{ one }}{% endyield %}/{{ name }}/b.txt.jinja": "{{ one }}\n",
    "plain/once.txt": "once\n",
    "{# a remark #}c.txt": "c\n",
}


@pytest.fixture
def parts(tmp_path: Path) -> Template:
    """A template whose paths have every kind of part."""
    yml = "_subdirectory: template\n_preserve_symlinks: true\n_skip_if_exists: [plain/once.txt]\n"
    template = Template.make(tmp_path / "template", yml + "name: {type: str, default: demo}\n")
    (template.path / "template/link").symlink_to("plain")
    template.release("v1.0.0", PARTS)
    return template


def test_paths_are_rendered_as_by_copier(parts: Template, tmp_path: Path) -> None:
    ours = rendered(parts, tmp_path, Request(data={"name": "x"}))
    stock = tmp_path / "stock"
    copier.run_copy(str(parts.path), stock, data={"name": "x"}, vcs_ref="v1.0.0", quiet=True)
    assert snapshot(ours.folder) == snapshot(stock)
    assert {"x/x/a.txt", "p/x/b.txt", "q/x/b.txt", "plain/x.txt"} <= {*ours.files()}


def test_contents_equal_a_render_without_writing_files(parts: Template, tmp_path: Path) -> None:
    request = Request(operation="update", data={"name": "x"})
    ours = rendered(parts, tmp_path, request)
    before = snapshot(tmp_path)
    with open_template(str(parts.path), Path.cwd()) as opened:
        folder = tmp_path / "checkout/update/v1.0.0"
        checkout = Checkout(folder, opened.address, opened.find("v1.0.0"))
        found = contents(checkout, tmp_path / "nowhere" / "service", request)
    assert snapshot(tmp_path) == before
    assert found == {
        path: place.readlink() if place.is_symlink() else place.read_bytes()
        for path in ours.merged()
        for place in [ours.folder / path]
    }
    assert (found["link"], "plain/once.txt" in found) == (Path("plain"), False)


def test_unchanged_files_are_linked_and_others_written(parts: Template, tmp_path: Path) -> None:
    (parts.path / "template/plain/run.sh").write_text("#!/bin/sh\n")
    parts.release("v1.0.1")
    (parts.path / "template/plain/run.sh").chmod(0o755)
    parts.release("v1.1.0", {"plain/once.txt": "twice\n"})
    data = {"name": "x"}
    one = rendered(parts, tmp_path, Request(data=data), "v1.0.1")
    other = rendered(parts, tmp_path / "plain", Request(data=data), "v1.1.0")
    like = Request(data=data, alike=(one.folder,))
    linked = rendered(parts, tmp_path / "linked", like, "v1.1.0")
    assert snapshot(linked.folder) == snapshot(other.folder)
    found = {path for path in linked.files() if (linked.folder / path).lstat().st_nlink > 1}
    assert found == {"x/x/a.txt", "p/x/b.txt", "q/x/b.txt", "plain/x.txt", "c.txt"}


def test_duplicate_target_does_not_change_the_linked_file(tmp_path: Path) -> None:
    yml = "_subdirectory: template\nname: {type: str}\n"
    template = Template.make(tmp_path / "template", yml)
    # The file system decides which of two files comes last.
    named: dict[str, Content] = {
        f"{{{{ name{space}}}}}.jinja": f"{space}.\n" for space in ("", " ", "  ")
    }
    template.release("v1.0.0", named | {f"{name}.txt": f"{name}\n" for name in "abcdef"})
    apart = rendered(template, tmp_path / "apart", Request(data={"name": "other"}))
    before = snapshot(apart.folder)
    for name in ("a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt"):
        plain, linked = (
            rendered(template, tmp_path / name / str(bool(alike)), Request(data=data, alike=alike))
            for data in [{"name": name}]
            for alike in ((), (apart.folder,))
        )
        assert snapshot(linked.folder) == snapshot(plain.folder)
    assert snapshot(apart.folder) == before


def test_line_statements_are_compiled(tmp_path: Path) -> None:
    yml = "_subdirectory: template\n_envops: {line_statement_prefix: '%'}\n"
    yml += "name: {type: str, default: '% if true'}\n"
    template = Template.make(tmp_path / "template", yml)
    template.release("v1.0.0")
    with pytest.raises(BadInput, match="Unexpected end of template"):
        rendered(template, tmp_path, Request(defaults=True))


def test_render_equals_copiers_own(template: Template, tmp_path: Path) -> None:
    for tag in ("v1.0.0", "v1.1.0"):  # the second uses the templates compiled for the first
        template.release(
            tag, {"a.txt.jinja": "{{ name }}\n", "b.txt.jinja": f"{tag} {{{{ name }}}}"}
        )
        ours = rendered(template, tmp_path, Request(data={"name": "x"}), tag)
        stock = tmp_path / "stock" / tag
        copier.run_copy(str(template.path), stock, data={"name": "x"}, vcs_ref=tag, quiet=True)
        assert snapshot(ours.folder) == snapshot(stock)


def test_compiled_templates_depend_on_jinja_settings(template: Template, tmp_path: Path) -> None:
    template.release("v1.0.0", {"a.txt.jinja": "{{ name }}[[ name ]]"})
    marks = "_envops: {variable_start_string: '[[', variable_end_string: ']]'}\n"
    write(template.path, {"copier.yml": (template.path / "copier.yml").read_text() + marks})
    template.release("v1.1.0", {"{{ _copier_conf.answers_file }}.jinja": None})
    one, two = (
        rendered(template, tmp_path, Request(defaults=True), tag) for tag in ("v1.0.0", "v1.1.0")
    )
    assert (one.folder / "a.txt").read_text() == "demo[[ name ]]"
    assert (two.folder / "a.txt").read_text() == "{{ name }}demo"


def test_update_leaves_out_excluded_files(tmp_path: Path) -> None:
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


def test_broken_copier_settings_fail_with_one_line(
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
