"""Code that reads a value that the other version assigns is found."""

import ast

import pytest
from drydock.merging.audit import python_values

BASE = "def f(x):\n    size = 1\n    a()\n    b()\n"
USES = f"{BASE}    use(size)\n"
ASSIGNED = BASE.replace("    a()\n", "    a()\n    size = 2\n")
MERGED = ASSIGNED + "    use(size)\n"

# base, ours, theirs, merged, statements
CASES: dict[str, tuple[str, str, str, str, list[str]]] = {
    "theirs_assigns_again": (BASE, USES, ASSIGNED, MERGED, ["`use(size)` would read `size = 2`"]),
    "theirs_assigns_from_old_value": (
        BASE,
        USES,
        ASSIGNED.replace("= 2", "= size + 2"),
        MERGED.replace("= 2", "= size + 2"),
        [],
    ),
    "theirs_changes_assignment": (
        BASE,
        USES,
        BASE.replace("= 1", "= 2"),
        USES.replace("= 1", "= 2"),
        [],
    ),
    "theirs_hides_parameter": (
        BASE,
        USES.replace("use(size)", "use(x)"),
        ASSIGNED.replace("size = 2", "x = 2"),
        MERGED.replace("size = 2", "x = 2").replace("use(size)", "use(x)"),
        ["`use(x)` would read `x = 2`"],
    ),
    "theirs_assigns_in_other_function": (
        BASE,
        USES,
        f"{BASE}\n\ndef g():\n    size = 2\n",
        f"{USES}\n\ndef g():\n    size = 2\n",
        [],
    ),
    "theirs_loops_with_name": (
        BASE,
        USES,
        ASSIGNED.replace("size = 2", "for size in a:\n        pass"),
        MERGED.replace("size = 2", "for size in a:\n        pass"),
        ["`use(size)` would read `for size in a:`"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_changed_values(case: str) -> None:
    *texts, found = CASES[case]
    base, ours, theirs, merged = (ast.parse(str(text)) for text in texts)
    assert python_values.changed(base, ours, theirs, merged) == found
