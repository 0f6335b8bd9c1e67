"""The command line itself."""

from collections.abc import Callable

import pytest

from tests.support import Outcome

Drydock = Callable[..., Outcome]


@pytest.mark.parametrize("arguments", [("--help",), ()])
def test_help_names_every_command(drydock: Drydock, arguments: tuple[str, ...]) -> None:
    said = drydock(*arguments)
    for command in ("new", "update"):
        assert command in said.out + said.err


@pytest.mark.parametrize("command", ["new", "update"])
def test_help_of_a_command_says_what_is_taken_without_an_option(
    drydock: Drydock, command: str
) -> None:
    outcome = drydock(command, "--help")
    assert outcome.code == 0
    assert "[default: the newest]" in outcome.out
    assert "--defaults" in outcome.out


@pytest.mark.parametrize("arguments", [("--nonsense",), ("sail",), ("new",), ("new", "a", "b")])
def test_wrong_usage_ends_with_2(drydock: Drydock, arguments: tuple[str, ...]) -> None:
    assert drydock(*arguments).code == 2


def test_version(drydock: Drydock) -> None:
    outcome = drydock("--version")
    assert outcome.code == 0
    assert outcome.out.startswith("drydock ")
