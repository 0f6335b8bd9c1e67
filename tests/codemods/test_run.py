"""Running rules on the files of a service."""

import pytest
from drydock.codemods import all_rules
from drydock.codemods.run import run

QUERY = "from fastapi import Query\n\n\nq = Query(regex='a')\n"


def test_every_rule_has_a_unique_name_a_summary_and_words() -> None:
    rules = all_rules()
    assert len({rule.name for rule in rules}) == len(rules) > 0
    for rule in rules:
        assert rule.summary, rule.name
        assert bool(rule.rewrite) != bool(rule.survey) or rule.words, rule.name
        assert not rule.rewrite or rule.words, rule.name


def test_finding_has_file_line_and_certainty() -> None:
    (found,) = run({"app.py": QUERY}, None, unsafe=False).findings
    assert (found.path, found.line, found.certainty) == ("app.py", 4, "changed")


def test_other_files_stay_unchanged() -> None:
    files = {"app.py": QUERY, "README.md": QUERY, "other.py": "x = 1\n"}
    assert run(files, None, unsafe=False).texts.keys() == {"app.py"}


def test_python_2_module_is_reported_and_the_others_changed() -> None:
    outcome = run({"app.py": QUERY, "old.py": "print 'a'\n"}, None, unsafe=False)
    assert outcome.texts.keys() == {"app.py"}
    (old,) = [one for one in outcome.findings if one.path == "old.py"]
    assert old.certainty == "left"
    assert "is not valid Python" in old.what


def test_tracked_libraries_are_reported_and_stay_unchanged() -> None:
    files = {"app.py": QUERY, ".venv/lib/site-packages/a.py": QUERY, "web/node_modules/b.py": QUERY}
    outcome = run(files, None, unsafe=False)
    assert outcome.texts.keys() == {"app.py"}
    reported = {one.path: one.what for one in outcome.findings if one.certainty == "left"}
    assert reported.keys() == {".venv", "web/node_modules"}


@pytest.mark.parametrize("count", [3, 60])
def test_few_and_many_modules_give_the_same_result(count: int) -> None:
    files = {f"m{number}.py": QUERY for number in range(count)}
    outcome = run(files, None, unsafe=False)
    assert len(outcome.texts) == len(outcome.findings) == count
    assert [one.path for one in outcome.findings] == sorted(files)
