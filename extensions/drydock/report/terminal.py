"""Output as tables and colours in a terminal, as plain lines elsewhere."""

import sys
from collections.abc import Iterable, Sequence

from typer import echo, style


def print_step(text: str) -> None:
    """Print the step that begins to standard error, which is not part of the result."""
    echo(style(f"{text} …", dim=True), err=True)


def print_error(text: str, colour: bool | None = None) -> None:
    """Print an error in one line; `colour` is None if the terminal decides."""
    echo(style("drydock: ", fg="red", bold=True) + text, err=True, color=colour)


_WIDEST = 44
"""The maximum width of all columns but the last."""
_NARROWEST = 20
"""The minimum width of the last column."""
Row = tuple[tuple[str, str], ...]
"""A text and its style for each column."""


def print_table(rows: Sequence[Row]) -> bool:
    """Print a table that wraps long texts; return False, printing nothing, if not in a terminal."""
    if not sys.stdout.isatty():
        return False
    # Imported only for a terminal: it takes time.
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    longest = [max(len(text) for text, _ in cells) for cells in zip(*rows, strict=True)]
    widths = [min(width, _WIDEST) for width in longest[:-1]]
    # The last column wraps first, so that names and paths stay whole.
    left = console.width - 2 * (len(widths) + 1) - sum(widths)
    table = Table.grid(padding=(0, 2, 0, 0))
    for width in [*widths, max(left, _NARROWEST)]:
        table.add_column(width=width, overflow="fold")
    for row in rows:
        table.add_row(*(Text(text, style=shown) for text, shown in row))
    console.print(Padding(table, (0, 0, 0, 2)))
    return True


def print_list(title: str, lines: list[str]) -> None:
    """Print lines below a title, or nothing if there are none."""
    if lines:
        echo(style(f"\n{title}", bold=True))
    for line in lines:
        echo(f"  {line}")


def print_doubts(notes: Iterable[str], skipped: Iterable[str]) -> None:
    """Print what was decided for the user, and the template's commands that were not run."""
    for note in notes:
        echo(style(f"Note: {note}", fg="yellow"))
    for line in skipped:
        echo(style(f"Not run: {line}", fg="yellow"))
