"""What a retrofit says first, and how it says it."""

import pytest
from drydock.adoption.pins import Way
from drydock.adoption.translate import Concern, Todo
from drydock.report.markdown import to_markdown
from drydock.report.outcomes import RetrofitReport
from drydock.report.text import print_pins, print_retrofit

ORDER: list[Concern] = ["debt", "operators", "callers", "start"]
TITLES = [
    "What may stop it from starting",
    "What changes for its callers",
    "What changes for its operators",
    "Debt",
]


def report() -> RetrofitReport:
    todo = [Todo("a.py", 3, f"about {one}", "do it", one) for one in ORDER]
    todo.append(Todo("Dockerfile", 2, "a comment is not carried over: why so", ""))
    return RetrofitReport("shop", "template", "v1", False, [], [], {}, todo)


def test_what_stops_it_from_starting_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    print_retrofit(report())
    said = capsys.readouterr().out
    assert [said.index(title) for title in TITLES] == sorted(said.index(one) for one in TITLES)
    assert "  What may stop it from starting:\n    a.py:3: about start: do it\n" in said
    text = to_markdown(report())
    assert [text.index(title) for title in TITLES] == sorted(text.index(one) for one in TITLES)
    assert "- [ ] `Dockerfile:2`: a comment is not carried over: why so.\n" in f"{text}\n"


def test_comments_without_a_place_are_one_line_unless_all_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_retrofit(report())
    said = capsys.readouterr().out
    assert "comments without a place in the standard's files: 1 (--verbose)" in said
    assert "why so" not in said
    print_retrofit(report(), verbose=True)
    assert "Dockerfile:2: a comment is not carried over: why so\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("a has no usable wheels", "no wheel of it works on Python 3.12: a has"),
        ("a depends on web<2", "no version of it goes with the rest: a depends"),
        ("a has none. Wheels are required for `b`", "b comes as source only: --build b builds it"),
    ],
)
def test_why_no_version_of_a_pin_works(
    capsys: pytest.CaptureFixture[str], why: str, told: str
) -> None:
    print_pins([Way("a==1", "", 3, why)], "3.12", (), applied=False)
    assert f"pyproject.toml:3: a==1: {told}" in capsys.readouterr().out
