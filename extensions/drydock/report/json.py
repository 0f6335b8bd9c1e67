"""What came of a command, for machines."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from drydock.report.modernized import modernized_data
from drydock.report.outcomes import Question, RetrofitReport, UpdateReport


def to_json(report: UpdateReport | RetrofitReport) -> str:
    """Return the report for machines."""
    about = asdict(report) | {"exit_code": report.exit_code, "next_steps": report.next_steps}
    if isinstance(report, UpdateReport):
        about["invalid_answers"] = {
            name: {"was": was, "is": now} for name, (was, now) in report.invalid_answers.items()
        }
    if isinstance(report, RetrofitReport) and report.modernized:
        about["modernized"] = modernized_data(report.modernized)
    return json.dumps(about, indent=2, default=str)


def questions_to_json(questions: Iterable[Question]) -> str:
    """Return the questions for machines."""
    return json.dumps([asdict(one) for one in questions], indent=2, default=str)


def records_to_json(records: Iterable[Mapping[str, Any]]) -> str:
    """Return what was found out of each service of a fleet for machines."""
    return json.dumps([*records], indent=2, default=str)
