"""What a list of services may say, and what is refused before git sees it."""

from pathlib import Path

import pytest
from drydock.errors import BadInput
from drydock.fleet import inventory

from tests.support import write


def read(text: str, tmp_path: Path) -> list[inventory.Member]:
    file = tmp_path / "fleet.yaml"
    file.write_text(text)
    return inventory.read([str(file)], [])


def test_a_service_takes_what_it_does_not_say_from_the_defaults(tmp_path: Path) -> None:
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
def test_an_address_is_what_git_clones_from(address: str, tmp_path: Path) -> None:
    (member,) = read(f"services: ['{address}']\n", tmp_path)

    assert (member.url, member.name) == (address, "a")


def test_a_folder_in_a_repository_names_its_service(tmp_path: Path) -> None:
    (member,) = read("services: [{url: 'https://h/mono.git', folder: services/iris}]\n", tmp_path)

    assert member.name == "iris"
    assert member.address == "https://h/mono.git#services/iris"


def test_credentials_are_no_part_of_what_is_shown(tmp_path: Path) -> None:
    (member,) = read("services: ['https://me:hunter2@h/a.git']\n", tmp_path)

    assert member.address == "https://h/a.git"
    assert "hunter2" in member.url


def test_folders_of_checkouts_and_lines_are_fleets_too(tmp_path: Path) -> None:
    write(tmp_path / "all", {"a/.copier-answers.yml": "", "b/x": "", ".hidden/x": ""})

    found = inventory.read([str(tmp_path / "all"), "-"], ["# a comment\n", "https://h/c.git\n"])

    assert [member.name for member in found] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("service", "said"),
    {
        "an option as address": ("{url: '--upload-pack=touch x'}", "must not start with '-'"),
        "a helper of git's": ("{url: 'ext::sh -c touch% x'}", "no address to clone from"),
        "a host that is an option": ("{url: 'ssh://-oProxyCommand=x/a'}", "no address"),
        "a user, and a host that is an option": ("{url: 'ssh://me@-oProxyCommand=x/a'}", "no addr"),
        "an option after a colon": ("{url: 'host:-oProxyCommand=x'}", "no address"),
        "a line break": ('{url: "https://h/a\\n--upload-pack=x"}', "must be a text"),
        "a folder outside": ("{url: 'https://h/a', folder: ../b}", "leads outside"),
        "a folder at the root": ("{url: 'https://h/a', folder: /etc}", "leads outside"),
        "a folder of git's": ("{url: 'https://h/a', folder: .GIT/hooks}", "leads outside"),
        "an option as branch": ("{url: 'https://h/a', branch: '--exec=x'}", "must not start"),
        "a branch that is two": ("{url: 'https://h/a', branch: 'a:b'}", "no name of a branch"),
        "a branch that leads up": ("{url: 'https://h/a', branch: 'a/../b'}", "no name of a branch"),
        "a name that is a path": ("{url: 'https://h/a', name: ../../x}", "is no name"),
        "a wave that is a text": ("{url: 'https://h/a', wave: soon}", "whole number"),
        "an octal wave": ("{url: 'https://h/a', wave: 010}", "line 2: YAML reads 010 as 8"),
        "a hexadecimal wave": ("{url: 'https://h/a', wave: 0x1}", "YAML reads 0x1 as 1"),
        "a wave in base 60": ("{url: 'https://h/a', wave: 1:30}", "YAML reads 1:30 as 90"),
        "a name read as octal": ("{url: 'https://h/a', name: 010}", "or in quotes if it is a text"),
        "a wave that is a truth": ("{url: 'https://h/a', wave: true}", "whole number"),
        "an owner that is a list": ("{url: 'https://h/a', owner: [a]}", "owner must be a text"),
        "an unknown key": ("{url: 'https://h/a', urll: x}", "unknown key 'urll'"),
        "neither url nor path": ("{owner: a}", "either url or path"),
        "both": ("{url: 'https://h/a', path: b}", "either url or path"),
        "a token in a query": ("{url: 'https://h/a?private_token=hunter2'}", "'https://h/a' goes"),
        "a token in a fragment": ("{url: 'https://h/a#hunter2'}", "'https://h/a' goes"),
        "a branch of updates": ("{url: 'https://h/a', branch: drydock/update-x}", "branch of upd"),
        "a loop of links": ("{path: loop}", "form a loop"),
        "a name too long for a file": (f"{{path: {'a' * 300}}}", "File name too long"),
        "a key that is there twice": ("{url: 'https://h/a', wave: 0, wave: 1}", "'wave' twice"),
        "a date": ("{url: 'https://h/a', name: 2026-11-28}", "name must be a text"),
        "a number": ("7", "must be an address"),
        "a huge text": (f"{{url: 'https://h/{'a' * 5000}'}}", "must be a text"),
    }.values(),
)
def test_what_cannot_be_a_service_is_refused_in_one_line(
    service: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(BadInput, match=said) as refused:
        read(f"services:\n  - {service}\n", tmp_path)

    assert len(str(refused.value)) < 500
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "no list": ("services: 7\n", "must be a list"),
        "nothing": ("", "must have the keys"),
        "not valid": ("services: [\n", "not valid YAML"),
        "an unknown key": ("services: [a]\nother: 1\n", "unknown key 'other'"),
        "an unknown default": ("services: [a]\ndefaults: {url: x}\n", "unknown key 'url'"),
        "twice": ("services: ['https://h/a', 'https://h/a']\n", "is there twice"),
        "one place": (
            "services: [{path: a, folder: b, name: x}, {path: a/b, name: y}]\n",
            "is there twice",
        ),
        "two lists": ("services: ['https://h/a']\nservices: ['https://h/b']\n", "twice: line 2"),
        "one name": ("services: ['https://h/a', 'https://i/a']\n", "two services are called a"),
        "a tag that makes objects": ("services: !!python/object:os.system x\n", "not valid YAML"),
        "aliases that multiply": (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
                for old, new in zip("abcdefgh", "bcdefghi", strict=True)
            )
            + "services: *i\n",
            "holds too much",
        ),
    }.values(),
)
def test_what_is_no_list_of_services_is_refused_in_one_line(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=said):
        read(text, tmp_path)


@pytest.mark.parametrize(
    ("given", "said"),
    [("", "FLEET is empty"), ("none.yaml", "is not there: list services"), ("a" * 300, "too long")],
)
def test_what_names_no_fleet_is_refused_in_one_line(given: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        inventory.read([given], [])


def test_a_wave_without_a_service_is_an_error(tmp_path: Path) -> None:
    members = read("services: [{url: 'https://h/a', wave: 0}, 'https://h/b']\n", tmp_path)

    assert [member.name for member in inventory.of_wave(members, 0)] == ["a"]
    assert [member.name for member in inventory.of_wave(members, None)] == ["a", "b"]
    with pytest.raises(BadInput, match="no service is in wave 7"):
        inventory.of_wave(members, 7)


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)

    with pytest.raises(BadInput, match="larger than"):
        inventory.read([str(file)], [])


def test_an_error_in_the_list_tells_no_credentials(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        read("services:\n  - 'https://me:hunter2@h/a.git'x: [\n", tmp_path)

    assert "hunter2" not in str(refused.value)
