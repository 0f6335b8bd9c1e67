"""What came of a command, and how it is shown."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text


@dataclass(frozen=True)
class NewService:
    """A service that `drydock new` made."""

    folder: Path
    template: str
    release: str
    warnings: tuple[str, ...]
    skipped: tuple[str, ...]
    message: str
    next_steps: tuple[str, ...]


def print_step(text: str) -> None:
    """Say on the error stream, which is no part of the result, what begins now."""
    Console(stderr=True, highlight=False).print(Text(text + " …", style="dim"), soft_wrap=True)


def print_error(text: str) -> None:
    """Say in one line what is wrong."""
    line = Text("drydock: ", style="bold red")
    Console(stderr=True, highlight=False).print(line.append(text, style="not bold"), soft_wrap=True)


def print_new(service: NewService) -> None:
    """Say where the service is, what was left out, and what comes next."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        Text.assemble(("Made ", "bold green"), f"{service.folder} from {service.template}")
    )
    console.print(Text(f"Release {service.release}"))
    for warning in service.warnings:
        console.print(Text(f"Note: {warning}", style="yellow"))
    for line in service.skipped:
        console.print(Text(f"Not run: {line}", style="yellow"))
    if service.message.strip():
        console.print(Text("\n" + service.message.strip()))
    console.print(Text("\nNext:", style="bold"))
    for step in service.next_steps:
        console.print(Text(f"  {step}"))
    console.print(Text("  drydock update   (when the template has a new release)"))
