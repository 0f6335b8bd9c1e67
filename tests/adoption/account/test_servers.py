"""What becomes of a server's options that no variable of the chassis replaces."""

import re
from pathlib import Path

from drydock.adoption.account import servers

_TOP = Path(__file__).resolve().parents[3]
VALUES = _TOP / "template/{% if helm %}chart{% endif %}/values.yaml.jinja"


def test_workers_are_replaced_by_replicas_of_the_chart() -> None:
    workers = servers.flag("--workers", "4", "--workers 4")
    entry, variable = servers.account("Dockerfile", 1, workers, None, carries=True)
    assert (entry.outcome, variable) == ("by hand", None)
    assert "set replicas and autoscaling.minReplicas in chart/values.yaml" in entry.how
    assert re.search(r"(?ms)^replicas: .*^autoscaling:$.*^  minReplicas: ", VALUES.read_text())
