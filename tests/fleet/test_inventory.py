"""Lists of services: what they can contain, and what is refused before git sees it."""

from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.fleet import inventory

from tests.support import write


def read(text: str, tmp_path: Path) -> list[inventory.Member]:
    file = tmp_path / "fleet.yaml"
    file.write_text(text)
    return inventory.read([str(file)], [])


def test_service_settings_override_the_defaults(tmp_path: Path) -> None:
    (iris, shop) = read(
        "defaults: {owner: team-a, wave: 1, branch: main}\n"
        "services:\n"
        "  - url: https://git.example.com/a/iris.git\n"
        "  - {path: shop, folder: services/api, owner: team-b, wave: 0, name: shop-api}\n",
        tmp_path,
    )

    assert (iris.name, iris.owner, iris.wave, iris.branch) == ("iris", "team-a", 1, "main")
    assert (shop.name, shop.path, shop.folder) == ("shop-api", tmp_path / "shop", "services/api")
    assert (shop.owner, shop.wave) == ("team-b", 0)


@pytest.mark.parametrize(
    "address",
    [
        "https://h/a.git",
        "ssh://git@h:22/a.git",
        "git@h.example.com:team/a.git",
        "file:///srv/a.git",
    ],
)
def test_address_of_any_git_protocol_is_a_url(address: str, tmp_path: Path) -> None:
    (member,) = read(f"services: ['{address}']\n", tmp_path)

    assert (member.url, member.name) == (address, "a")


def test_service_is_named_after_its_folder_in_the_repository(tmp_path: Path) -> None:
    (member,) = read("services: [{url: 'https://h/mono.git', folder: services/iris}]\n", tmp_path)

    assert member.name == "iris"
    assert member.address == "https://h/mono.git#services/iris"


def test_address_is_displayed_without_credentials(tmp_path: Path) -> None:
    (member,) = read("services: ['https://me:hunter2@h/a.git']\n", tmp_path)

    assert member.address == "https://h/a.git"
    assert "hunter2" in member.url


def test_fleet_from_a_folder_of_checkouts_and_standard_input(tmp_path: Path) -> None:
    write(tmp_path / "all", {"a/.copier-answers.yml": "", "b/x": "", ".hidden/x": ""})

    found = inventory.read([str(tmp_path / "all"), "-"], ["# a comment\n", "https://h/c.git\n"])

    assert [member.name for member in found] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("service", "message"),
    {
        "an option as address": ("{url: '--upload-pack=touch x'}", "must not start with '-'"),
        "a remote helper": ("{url: 'ext::sh -c touch% x'}", "not an address to clone"),
        "an option as host": ("{url: 'ssh://-oProxyCommand=x/a'}", "not an address"),
        "an option as host after a user": ("{url: 'ssh://me@-oProxyCommand=x/a'}", "not an addr"),
        "an option after a colon": ("{url: 'host:-oProxyCommand=x'}", "not an address"),
        "a line break": ('{url: "https://h/a\\n--upload-pack=x"}', "must be a string"),
        "a folder above the repository": ("{url: 'https://h/a', folder: ../b}", "leads outside"),
        "an absolute folder": ("{url: 'https://h/a', folder: /etc}", "leads outside"),
        "a folder in .git": ("{url: 'https://h/a', folder: .GIT/hooks}", "leads outside"),
        "an option as branch": ("{url: 'https://h/a', branch: '--exec=x'}", "must not start"),
        "a refspec as branch": ("{url: 'https://h/a', branch: 'a:b'}", "not a valid branch"),
        "a branch with dots": ("{url: 'https://h/a', branch: 'a/../b'}", "not a valid branch"),
        "a path as name": ("{url: 'https://h/a', name: ../../x}", "not a valid name"),
        "a wave in words": ("{url: 'https://h/a', wave: soon}", "whole number"),
        "an octal wave": ("{url: 'https://h/a', wave: 010}", "line 2: YAML reads 010 as 8"),
        "a hexadecimal wave": ("{url: 'https://h/a', wave: 0x1}", "YAML reads 0x1 as 1"),
        "a wave in base 60": ("{url: 'https://h/a', wave: 1:30}", "YAML reads 1:30 as 90"),
        "a name read as octal": ("{url: 'https://h/a', name: 010}", "or in quotes if it is text"),
        "a boolean wave": ("{url: 'https://h/a', wave: true}", "whole number"),
        "a list as owner": ("{url: 'https://h/a', owner: [a]}", "owner must be a string"),
        "an unknown key": ("{url: 'https://h/a', urll: x}", "unknown key 'urll'"),
        "neither url nor path": ("{owner: a}", "either url or path"),
        "both url and path": ("{url: 'https://h/a', path: b}", "either url or path"),
        "a token in a query": (
            "{url: 'https://h/a?private_token=hunter2'}",
            "'https://h/a' is followed",
        ),
        "a token in a fragment": ("{url: 'https://h/a#hunter2'}", "'https://h/a' is followed"),
        "a branch of updates": (
            "{url: 'https://h/a', branch: drydock/update-x}",
            "branch of updates",
        ),
        "a loop of links": ("{path: loop}", "form a loop"),
        "a name too long for a file": (f"{{path: {'a' * 300}}}", "File name too long"),
        "a repeated key": ("{url: 'https://h/a', wave: 0, wave: 1}", "'wave' twice"),
        "a date as name": ("{url: 'https://h/a', name: 2026-11-28}", "name must be a string"),
        "a number as service": ("7", "must be an address"),
        "a very long address": (f"{{url: 'https://h/{'a' * 5000}'}}", "must be a string"),
    }.values(),
)
def test_invalid_service_is_refused_in_one_line(service: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(BadInput, match=message) as caught:
        read(f"services:\n  - {service}\n", tmp_path)

    assert len(str(caught.value)) < 500
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    {
        "services not a list": ("services: 7\n", "must be a list"),
        "an empty file": ("", "must have the key services"),
        "invalid YAML": ("services: [\n", "not valid YAML"),
        "an unknown key": ("services: [a]\nother: 1\n", "unknown key 'other'"),
        "an unknown default": ("services: [a]\ndefaults: {url: x}\n", "unknown key 'url'"),
        "the same service twice": ("services: ['https://h/a', 'https://h/a']\n", "is listed twice"),
        "two paths to one place": (
            "services: [{path: a, folder: b, name: x}, {path: a/b, name: y}]\n",
            "is listed twice",
        ),
        "repeated services key": (
            "services: ['https://h/a']\nservices: ['https://h/b']\n",
            "twice: line 2",
        ),
        "two services with one name": (
            "services: ['https://h/a', 'https://i/a']\n",
            "two services are called a",
        ),
        "a Python object tag": ("services: !!python/object:os.system x\n", "not valid YAML"),
        "multiplying aliases": (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
                for old, new in zip("abcdefgh", "bcdefghi", strict=True)
            )
            + "services: *i\n",
            "is too large",
        ),
    }.values(),
)
def test_invalid_list_of_services_is_refused_in_one_line(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=message):
        read(text, tmp_path)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("", "FLEET is empty"),
        ("none.yaml", "does not exist: list services"),
        ("a" * 300, "too long"),
    ],
)
def test_invalid_fleet_argument_is_refused_in_one_line(argument: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        inventory.read([argument], [])


def test_wave_without_services_is_an_error(tmp_path: Path) -> None:
    members = read("services: [{url: 'https://h/a', wave: 0}, 'https://h/b']\n", tmp_path)

    assert [member.name for member in inventory.of_wave(members, 0)] == ["a"]
    assert [member.name for member in inventory.of_wave(members, None)] == ["a", "b"]
    with pytest.raises(BadInput, match="no service in wave 7"):
        inventory.of_wave(members, 7)


def test_huge_file_is_refused_without_reading_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)

    with pytest.raises(BadInput, match="larger than"):
        inventory.read([str(file)], [])


def test_syntax_error_in_the_list_hides_credentials(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read("services:\n  - 'https://me:hunter2@h/a.git'x: [\n", tmp_path)

    assert "hunter2" not in str(caught.value)
