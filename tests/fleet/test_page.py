"""The fleet's page in a real Chromium: sorting, filters, keyboard, contrast, small screens."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drydock.fleet import page as pages

from tests.fleet.chromium import Page, page

pytestmark = [pytest.mark.fleet]

HOSTILE = (
    "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
)
CONTRAST = """(() => {
  const parse = (text) => {
    const found = text.match(/[\\d.]+/g).map(Number);
    return found.length < 4 ? [...found, 1] : found;
  };
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color[3] > 0) return color;
    }
    return parse(getComputedStyle(document.body).backgroundColor);
  };
  const poor = [];
  for (const element of document.body.querySelectorAll("*")) {
    const texts = [...element.childNodes].filter((one) => one.nodeType === 3);
    if (!texts.some((one) => one.textContent.trim()) || !element.checkVisibility()) continue;
    if (["SCRIPT", "OPTION"].includes(element.tagName)) continue;
    const [a, b] = [parse(getComputedStyle(element).color), behind(element)].map(light);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${element.textContent.slice(0, 20)}: ${ratio.toFixed(2)}`);
  }
  return poor;
})()"""


def status(name: str, owner: str, release: str, behind: int, **more: Any) -> dict[str, Any]:
    check = {"code": "DM402", "level": "must", "name": "no latest", "message": f"why {HOSTILE}"}
    return {
        "date": f"2026-11-2{behind}T10:00:00+00:00", "kind": "status", "service": name,
        "address": f"https://git.example.com/{name}.git", "owner": owner, "wave": 1, "error": "",
        "template": "https://git.example.com/t.git", "release": release, "newest": "v1.4.0",
        "releases_behind": behind, "days_behind": behind * 10, "changed": ["Dockerfile"],
        "missing": [], "update_branch": "", "update_release": "", "update_is_edited": False,
        "conflict": False, "dirty": False, "score": 100 - 10 * behind, "passed": 5,
        "checks": [
            {**check, "status": "failed" if behind else "waived"},
            *({**check, "code": f"DS{number}", "status": "skipped"} for number in range(101, 131)),
        ],
    } | more  # fmt: skip


RECORDS = [
    status("tulip", "team-a", "v1.2.0", 2),
    status("iris", "team-b", "v1.3.0", 1),
    status("parcel", HOSTILE, "v1.4.0", 0),
    {**status("gone", "team-b", "", 0), "error": f"cannot be read: {HOSTILE}"},
    {
        "date": "2026-11-28T10:00:00+00:00", "kind": "forecast", "service": "tulip", "error": "",
        "address": "", "owner": "team-a", "wave": 1, "release": "v1.2.0", "to": "v1.4.0",
        "outcome": "conflict", "must": ["Run `uv lock`"],
        "conflicts": [{"path": "Dockerfile", "reason": "both versions change the same lines",
                       "parts": [{"line": 7, "ours": ["a"], "theirs": ["b"]}]}],
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with page(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def shown(browser: Page, tmp_path: Path) -> Iterator[Page]:
    file = tmp_path / "fleet.html"
    file.write_text(pages.render(RECORDS), encoding="utf-8")
    browser.look()
    browser.errors.clear()
    browser.open(file)
    yield browser
    assert browser.errors == []


def found(selector: str, text: str) -> str:
    """Return the JavaScript expression for the element with this text."""
    return f"[...document.querySelectorAll('{selector}')].find((e) => e.textContent === '{text}')"


def names(shown: Page) -> list[str]:
    found = shown.run(
        "[...document.querySelectorAll('#services tbody .name')].map((e) => e.textContent)"
    )
    assert isinstance(found, list)
    return found


@pytest.mark.parts
def test_column_header_sorts_services_in_both_directions(shown: Page) -> None:
    assert names(shown) == ["gone", "iris", "parcel", "tulip"]

    shown.run(f"{found('#services th button', 'behind')}.focus()")
    shown.press("Enter", 13)
    once = names(shown)
    shown.press("Enter", 13)

    assert once == ["gone", "parcel", "iris", "tulip"]
    assert names(shown) == ["tulip", "iris", "parcel", "gone"]
    assert shown.run("document.querySelector('#services th[aria-sort]').ariaSort") == "descending"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("TULIP", ["tulip"]), ("team-b v1.3", ["iris"]), ("dockerfile", ["tulip"]), ("zzz", [])],
)
def test_search_filters_services(typed: str, expected: list[str], shown: Page) -> None:
    shown.run("document.getElementById('search').focus()")
    shown.type(typed)

    assert names(shown) == expected
    assert shown.run("document.getElementById('shown').textContent") == f"{len(expected)} of 4"


def test_details_of_a_service_open_and_close_with_the_keyboard(shown: Page) -> None:
    shown.run(f"{found('.name', 'tulip')}.focus()")
    shown.press("Enter", 13)
    text = shown.run("document.getElementById('evidence').innerText")
    shown.press("Escape", 27)

    for part in (
        "Dockerfile: both versions change the same lines",
        "line 7",
        "- a",
        "+ b",
        "uv lock",
    ):
        assert part in text
    assert shown.run("document.getElementById('evidence').open") is False


def test_check_cell_shows_its_message(shown: Page) -> None:
    shown.run("document.querySelector('button[aria-label=\"iris DM402: failed\"]').click()")

    assert HOSTILE in shown.run("document.getElementById('evidence').textContent")


def test_service_data_is_never_rendered_as_markup(shown: Page) -> None:
    assert shown.run("document.title") == "Fleet report"
    assert shown.run("document.images.length") == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_text_has_enough_contrast(dark: bool, shown: Page) -> None:
    shown.look(dark=dark)
    poor = shown.run(CONTRAST)
    shown.run(f"{found('.name', 'tulip')}.click()")

    assert poor == []
    assert shown.run(CONTRAST) == []


def test_page_fits_400_pixels(shown: Page) -> None:
    shown.look(width=400, height=800)

    assert shown.run("document.documentElement.scrollWidth") <= 400
    assert names(shown) == ["gone", "iris", "parcel", "tulip"]
    ends = (
        "[...document.querySelectorAll('#services td')].map((e) => e.getBoundingClientRect().right)"
    )
    assert shown.run(f"Math.max(...{ends})") <= 400


def test_print_is_black_on_white(shown: Page) -> None:
    shown.look(dark=True, media="print")

    assert shown.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert shown.run("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert shown.run("getComputedStyle(document.querySelector('.filters')).display") == "none"
    assert shown.run(CONTRAST) == []


def test_history_shows_releases_by_day(shown: Page) -> None:
    days = shown.run("[...document.querySelectorAll('.bar')].map((e) => e.ariaLabel)")

    assert len(days) == 3
    assert days[-1] == "2026-11-20: v1.2.0 1, v1.3.0 1, v1.4.0 1"


def test_page_loads_no_resources() -> None:
    text = pages.render(RECORDS)

    head = text[: text.index('<script id="data"')] + text[text.rindex("<script>") :]
    assert not re.search(r"(?:src|href)=[\"'](?!data:)|@import|url\(|fetch\(|https?:", head)
    assert json.loads(text.partition('application/json">')[2].partition("</script>")[0])
