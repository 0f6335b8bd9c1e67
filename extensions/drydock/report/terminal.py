"""How a text is shown: in columns and colours in a terminal, in plain lines elsewhere."""

import sys
from collections.abc import Iterable, Sequence

from typer import echo, style


def print_step(text: str) -> None:
    """Say on the error stream, which is no part of the result, what begins now."""
    echo(style(f"{text} …", dim=True), err=True)


def print_error(text: str, colour: bool | None = None) -> None:
    """Say in one line what is wrong; `colour` is None where the terminal decides."""
    echo(style("drydock: ", fg="red", bold=True) + text, err=True, color=colour)


_WHOLE = 44
"""Up to how many letters a path stays on one line."""
_NARROW = 20
"""How many letters the last column has at least."""
Row = tuple[tuple[str, str], ...]
"""A text and its style in each column."""


def print_table(rows: Sequence[Row]) -> bool:
    """Print rows as columns in which long texts are wrapped; return False where no terminal is."""
    if not sys.stdout.isatty():
        return False
    # Only where a terminal is: in a pipeline it would take time for nothing.
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    longest = [max(len(text) for text, _ in cells) for cells in zip(*rows, strict=True)]
    widths = [min(one, _WHOLE) for one in longest[:-1]]
    # The last column gives way before a name or a path is broken.
    left = console.width - 2 * (len(widths) + 1) - sum(widths)
    table = Table.grid(padding=(0, 2, 0, 0))
    for width in [*widths, max(left, _NARROW)]:
        table.add_column(width=width, overflow="fold")
    for row in rows:
        table.add_row(*(Text(text, style=shown) for text, shown in row))
    console.print(Padding(table, (0, 0, 0, 2)))
    return True


def print_list(title: str, lines: list[str]) -> None:
    """Print lines below a title, or nothing where there are none."""
    if lines:
        echo(style(f"\n{title}", bold=True))
    for line in lines:
        echo(f"  {line}")


def print_doubts(notes: Iterable[str], skipped: Iterable[str]) -> None:
    """Say what was decided for the user, and which commands of the template were not run."""
    for note in notes:
        echo(style(f"Note: {note}", fg="yellow"))
    for line in skipped:
        echo(style(f"Not run: {line}", fg="yellow"))
