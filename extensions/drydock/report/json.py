"""The results of commands as JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from drydock.report.modernized import modernized_data
from drydock.report.outcomes import Question, RetrofitReport, UpdateReport


def to_json(report: UpdateReport | RetrofitReport) -> str:
    """Return the report as JSON."""
    data = asdict(report) | {"exit_code": report.exit_code, "next_steps": report.next_steps}
    if isinstance(report, UpdateReport):
        data["invalid_answers"] = {
            name: {"was": was, "is": now} for name, (was, now) in report.invalid_answers.items()
        }
    if isinstance(report, RetrofitReport) and report.modernized:
        data["modernized"] = modernized_data(report.modernized)
    return json.dumps(data, indent=2, default=str)


def questions_to_json(questions: Iterable[Question]) -> str:
    """Return the questions as JSON."""
    return json.dumps([asdict(question) for question in questions], indent=2, default=str)


def records_to_json(records: Iterable[Mapping[str, Any]]) -> str:
    """Return the records of a fleet's services as JSON."""
    return json.dumps([*records], indent=2, default=str)
