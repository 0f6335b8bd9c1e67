"""Records of each service: one JSON object per line, appended to one file.

The file is the history that reports are made from. Two runs can append to it at once; a line that
a killed run left unfinished is reported and skipped.
"""

import fcntl
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

from drydock.errors import BadInput
from drydock.fleet.inventory import Member

Record = dict[str, Any]
Kind = Literal["status", "forecast", "update", "impact"]
_LARGEST_LINE = 8 << 20  # letters


def about(kind: Kind, member: Member) -> Record:
    """Return the fields of every record: date, kind and service."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "kind": kind,
        "service": member.name,
        "address": member.address,
        "owner": member.owner,
        "wave": member.wave,
        "error": "",
    }


@dataclass(frozen=True)
class Journal:
    """Writes records to a file."""

    stream: IO[str]

    def append(self, record: Record) -> None:
        """Write one record as a complete line."""
        line = json.dumps(record, default=str, ensure_ascii=True)
        fcntl.flock(self.stream, fcntl.LOCK_EX)
        try:
            self.stream.write(f"{line}\n")
            self.stream.flush()
        finally:
            fcntl.flock(self.stream, fcntl.LOCK_UN)


@contextmanager
def journal(file: Path) -> Iterator[Journal]:
    """Yield a journal that appends to `file`; raise BadInput if it cannot be written."""
    try:
        unfinished = file.exists() and not _ends_with_newline(file)
        with file.open("a", encoding="utf-8") as stream:
            if unfinished:
                stream.write("\n")
            yield Journal(stream)
    except OSError as error:
        raise BadInput(f"{error.filename or file}: {error.strerror}") from error


def _ends_with_newline(file: Path) -> bool:
    with file.open("rb") as stream:
        if not stream.seek(0, 2):
            return True
        stream.seek(-1, 2)
        return stream.read() == b"\n"


def read(file: Path) -> tuple[list[Record], list[int]]:
    """Return the records of a file, oldest first, and the numbers of invalid lines.

    Raises BadInput if the file cannot be read.
    """
    records: list[Record] = []
    broken: list[int] = []
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    record = _parsed(line)
                    records.append(record) if record else broken.append(number)
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    return sorted(records, key=lambda record: str(record["date"])), broken


def _parsed(line: str) -> Record | None:
    if len(line) > _LARGEST_LINE:
        return None
    try:
        record: Record = json.loads(line)
        datetime.fromisoformat(record["date"])
        is_record = all(isinstance(record[name], str) for name in ("kind", "service", "error"))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return record if is_record else None


def latest(records: Iterable[Record], kind: Kind) -> dict[str, Record]:
    """Return the newest record of a kind for each service, by its name."""
    return {record["service"]: record for record in records if record["kind"] == kind}
