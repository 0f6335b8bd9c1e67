"""Objects on several lines, with comments and no trailing commas."""

import json
import re
from typing import Any

from tests.merging.formats.documents import Entry, Steps, Table, contested, edits


def render(table: Table) -> str:
    """Render a document with comments, no trailing commas, and objects on several lines."""
    return "\n".join(_lines(table, "")) + "\n"


def _lines(table: Table, indent: str) -> list[str]:
    lines = [f"{indent}{{"]
    for place, (key, entry) in enumerate(table.entries.items(), 1):
        comma = "," if place < len(table.entries) else ""
        comment = f"  // {entry.comment}" if entry.comment else ""
        lines += [f"{indent}  // {entry.above}"] * bool(entry.above)
        if isinstance(entry.value, Table):
            first, *rest = _lines(entry.value, f"{indent}  ")
            lines += [f'{indent}  "{key}": {first.strip()}', *rest]
        else:
            lines += f'{indent}  "{key}": {_value(entry, indent)}'.splitlines()
        lines[-1] += f"{comma}{comment}"
    return [*lines, f"{indent}}}"]


def _value(entry: Entry, indent: str) -> str:
    if isinstance(entry.value, Steps):
        return json.dumps(entry.value.steps)
    if not isinstance(entry.value, tuple):
        return json.dumps(entry.value)
    if entry.style % 2 == 0:
        return json.dumps([item.word for item in entry.value])
    lines = ["["]
    for place, item in enumerate(entry.value, 1):
        comma = "," if place < len(entry.value) else ""
        comment = f"  // {item.comment}" if item.comment else ""
        lines.append(f'{indent}    "{item.word}"{comma}{comment}')
    return "\n".join([*lines, f"{indent}  ]"])


def load(text: str) -> Any:
    return json.loads(re.sub(r"// .*", "", text))


PROPERTIES = {
    "edits of different things merge": edits("a.json", render, load, "//"),
    "edits of the same thing do not merge": contested("a.json", render),
}
