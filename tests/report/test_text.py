"""The text and Markdown of a retrofit's report."""

import pytest
from drydock.adoption.pins import Obstacle
from drydock.adoption.translate import Concern, Todo
from drydock.report.markdown import to_markdown
from drydock.report.outcomes import PinsReport, RetrofitReport
from drydock.report.text import print_pins, print_retrofit

ORDER: list[Concern] = ["debt", "operators", "callers", "start"]
TITLES = [
    "May prevent the service from starting",
    "Changes for its clients",
    "Changes for its operators",
    "Debt",
]


def report() -> RetrofitReport:
    todo = [Todo("a.py", 3, f"about {concern}", "do it", concern) for concern in ORDER]
    todo.append(Todo("Dockerfile", 2, "a comment is not carried over: why so", ""))
    return RetrofitReport("shop", "template", "v1", False, [], [], {}, todo)


def positions(text: str) -> list[int]:
    return [text.index(title) for title in TITLES]


def test_manual_work_is_listed_most_urgent_first(capsys: pytest.CaptureFixture[str]) -> None:
    print_retrofit(report())
    text = capsys.readouterr().out
    assert positions(text) == sorted(positions(text))
    assert "  May prevent the service from starting:\n    a.py:3: about start: do it\n" in text
    markdown = to_markdown(report())
    assert positions(markdown) == sorted(positions(markdown))
    assert "- [ ] `Dockerfile:2`: a comment is not carried over: why so.\n" in f"{markdown}\n"


def test_comments_without_a_place_are_only_counted_without_verbose(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_retrofit(report())
    text = capsys.readouterr().out
    assert "comments without a place in the standard's files: 1 (--verbose)" in text
    assert "why so" not in text
    print_retrofit(report(), verbose=True)
    assert "Dockerfile:2: a comment is not carried over: why so\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("why", "explanation"),
    [
        ("a has no usable wheels", "no wheel works on Python 3.12: a has"),
        ("a depends on web<2", "no version is compatible with the rest: a depends"),
        ("a has none. Wheels are required for `b`", "b has no wheels: --build b builds it"),
    ],
)
def test_pin_that_prevents_a_lock_file_is_explained(
    capsys: pytest.CaptureFixture[str], why: str, explanation: str
) -> None:
    print_pins(PinsReport([Obstacle("a==1", "", 3, why)], "3.12", (), applied=False))
    assert f"pyproject.toml:3: a==1: {explanation}" in capsys.readouterr().out
