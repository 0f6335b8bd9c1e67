"""Which files of a template's releases are checked out for a render."""

from pathlib import Path

import pytest
from drydock.template.opened import Templates
from drydock.template.rendering import Checkout, Request, render

from tests.support import COPIER_YML, Template, git, snapshot, write


def rendered_from(template: Template, tmp_path: Path, address: str = "") -> set[str]:
    """Return the files that a render of the first release starts from."""
    with Templates.opened() as templates:
        opened = templates.open(address or str(template.path), tmp_path)
        folder = templates.checkout_rendered(opened, opened.find("v1.0.0"))
        return set(snapshot(folder))


@pytest.fixture
def large(template: Template) -> Template:
    """A template with files at its top level, and next to the subdirectory."""
    write(template.path, {"README.md": "read\n", "docs/how.md": "how\n", "tests/a/b.py": "b = 1\n"})
    template.release("v1.0.0", {"src/a.txt": "a\n"})
    return template


ANSWERS_FILE = "template/{{ _copier_conf.answers_file }}.jinja"
RENDERED = {"README.md", "copier.yml", ANSWERS_FILE, "template/src/a.txt"}
WHOLE = RENDERED | {"docs/how.md", "tests/a/b.py"}


def test_render_checks_out_top_level_and_subdirectory(large: Template, tmp_path: Path) -> None:
    assert rendered_from(large, tmp_path) == RENDERED


def test_render_from_full_clone_checks_out_the_same(large: Template, tmp_path: Path) -> None:
    git(large.path, "bundle", "create", "--quiet", tmp_path / "large.bundle", "--all")
    assert rendered_from(large, tmp_path, str(tmp_path / "large.bundle")) == RENDERED


def test_link_target_is_checked_out_with_its_attributes(template: Template, tmp_path: Path) -> None:
    write(template.path, {"docs/.gitattributes": "*.md eol=crlf\n", "docs/how.md": "how\n"})
    (template.path / "template/how.md").symlink_to("../docs/how.md")
    template.release("v1.0.0", {"src/a.txt": "a\n"})
    with Templates.opened() as templates:
        opened = templates.open(str(template.path), tmp_path)
        folder = templates.checkout_rendered(opened, opened.find("v1.0.0"))
        assert (folder / "template/how.md").read_bytes() == b"how\r\n"


def test_missing_objects_are_fetched_at_once(large: Template, tmp_path: Path) -> None:
    git(large.path, "config", "uploadpack.allowFilter", "true")
    git(large.path, "config", "uploadpack.allowAnySHA1InWant", "true")
    partial = tmp_path / "partial"
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", large.path.as_uri(), partial)
    assert rendered_from(large, tmp_path, str(partial)) == WHOLE


@pytest.mark.parametrize(
    "yml",
    [
        COPIER_YML.replace("_subdirectory: template\n", ""),
        COPIER_YML.replace(": template\n", ": \"{{ 'template' }}\"\n"),
        COPIER_YML.replace(": template\n", ": ./template\n"),
        COPIER_YML.replace(": template\n", ": elsewhere\n"),
        COPIER_YML + "# _subdirectory: docs\n",
        COPIER_YML + "---\n_subdirectory: docs\n",
        COPIER_YML + "---\n!include docs/questions.yml\n",
        COPIER_YML + "---\n!include '*/questions.yml'\n",
        COPIER_YML + "_jinja_extensions: [docs.extensions.Ours]\n",
    ],
)
def test_uncertain_template_is_checked_out_completely(
    large: Template, tmp_path: Path, yml: str
) -> None:
    write(large.path, {"copier.yml": yml})
    large.release("v1.0.1")
    with Templates.opened() as templates:
        opened = templates.open(str(large.path), tmp_path)
        folder = templates.checkout_rendered(opened, opened.find("v1.0.1"))
        assert set(snapshot(folder)) == WHOLE


def checked_out(template: Template, tmp_path: Path) -> set[str]:
    """Return the files that a render of the next release starts from."""
    template.release("v1.0.1")
    with Templates.opened() as templates:
        opened = templates.open(str(template.path), tmp_path)
        return set(snapshot(templates.checkout_rendered(opened, opened.find("v1.0.1"))))


def test_link_out_of_the_subdirectory_is_followed(large: Template, tmp_path: Path) -> None:
    (large.path / "template/how.md").symlink_to("../docs/how.md")
    large.release("v1.0.1")
    with Templates.opened() as templates:
        opened = templates.open(str(large.path), tmp_path)
        release = opened.find("v1.0.1")
        folder = templates.checkout_rendered(opened, release)
        result = render(Checkout(folder, "t", release), tmp_path / "made", Request(defaults=True))
        assert (result.folder / "how.md").read_text() == "how\n"
        assert set(snapshot(folder)) == RENDERED | {"template/how.md", "docs/how.md"}


def test_link_to_a_folder_of_links_includes_their_targets(large: Template, tmp_path: Path) -> None:
    (large.path / "template/docs").symlink_to("../docs")
    (large.path / "docs/b.py").symlink_to("../tests/a/b.py")
    (large.path / "docs/round.md").symlink_to("../template/docs")
    assert checked_out(large, tmp_path) >= {"docs/how.md", "tests/a/b.py"}


@pytest.mark.parametrize("target", ["..", "../docs/../linked/b.py", "../linked/../how.md"])
def test_link_through_a_link_or_to_the_top_includes_everything(
    large: Template, tmp_path: Path, target: str
) -> None:
    (large.path / "linked").symlink_to("tests/a")
    write(large.path, {"deep/er/still.txt": "still\n"})
    (large.path / "template/how").symlink_to(target)
    assert "deep/er/still.txt" in checked_out(large, tmp_path)


@pytest.mark.parametrize("target", ["../../elsewhere", "/etc/hostname", "../none", "loop"])
def test_link_out_of_the_template_includes_nothing(
    large: Template, tmp_path: Path, target: str
) -> None:
    (large.path / "template/loop").symlink_to(target)
    assert "docs/how.md" not in checked_out(large, tmp_path)


def test_settings_behind_a_link_are_not_checked(large: Template, tmp_path: Path) -> None:
    (large.path / "copier.yml").rename(large.path / "docs/copier.yml")
    (large.path / "copier.yml").symlink_to("docs/copier.yml")
    assert "tests/a/b.py" in checked_out(large, tmp_path)


def test_include_next_to_the_subdirectory_is_found(large: Template, tmp_path: Path) -> None:
    page = "{% include 'docs/how.md' %}{% include ['none.md', 'tests/a/b.py'] %}"
    large.release("v1.0.1", {"page.md.jinja": page})
    with Templates.opened() as templates:
        opened = templates.open(str(large.path), tmp_path)
        release = opened.find("v1.0.1")
        folder = templates.checkout_rendered(opened, release)
        assert not (folder / "docs").exists()
        checkout = Checkout(
            folder, "t", release, complete=lambda: templates.checkout(opened, release)
        )
        result = render(checkout, tmp_path / "made", Request(defaults=True))
    assert (result.folder / "page.md").read_text() == "how\nb = 1\n"


def test_submodules_are_checked_out(
    large: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    part = Template.make(tmp_path / "part")
    part.release("v1", {"inner.txt": "inner\n"})
    git(large.path, "submodule", "--quiet", "add", part.path, "template/part")
    large.release("v1.0.1")
    with Templates.opened() as templates:
        opened = templates.open(str(large.path), tmp_path)
        folder = templates.checkout_rendered(opened, opened.find("v1.0.1"))
        assert (folder / "template/part/template/inner.txt").read_text() == "inner\n"
        assert (folder / "docs/how.md").is_file()


def checked_out_twice(template: Template, tmp_path: Path) -> tuple[bool, set[str]]:
    """Check two releases out; return whether they share `src/a.txt`, and the second's files."""
    with Templates.opened() as templates:
        opened = templates.open(str(template.path), tmp_path)
        first, second = (
            templates.checkout_rendered(opened, opened.find(name)) for name in ("v1.0.0", "v1.1.0")
        )
        same = (first / "template/src/a.txt").samefile(second / "template/src/a.txt")
        return same, set(snapshot(second))


def test_files_equal_in_two_releases_are_written_once(large: Template, tmp_path: Path) -> None:
    large.release("v1.1.0", {"src/b.txt": "b\n"})
    assert checked_out_twice(large, tmp_path) == (True, RENDERED | {"template/src/b.txt"})


def test_files_with_other_attributes_are_written_again(large: Template, tmp_path: Path) -> None:
    write(large.path, {".gitattributes": "*.txt eol=crlf\n"})
    large.release("v1.1.0")
    assert checked_out_twice(large, tmp_path) == (False, RENDERED | {".gitattributes"})


@pytest.mark.parametrize("change", ["mode", "link"])
def test_file_of_another_kind_is_written_again(
    large: Template, tmp_path: Path, change: str
) -> None:
    file = large.path / "template/src/a.txt"
    if change == "mode":
        file.chmod(0o755)
    else:
        file.unlink()
        file.symlink_to("b.txt")
        file.with_name("b.txt").write_text("a\n")
    large.release("v1.1.0")
    assert not checked_out_twice(large, tmp_path)[0]
