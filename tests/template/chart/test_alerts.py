"""The alerts: each fires when it must, is quiet otherwise, and links to the runbook."""

import itertools
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template import matrix
from tests.template.chart import parts, support

CASES = [Path(__file__).with_name(name) for name in ("alerts.yaml", "alerts_of_days.yaml")]


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> support.Manifests:
    """Return the manifests of a service with every alert."""
    folder = tmp_path_factory.mktemp("alerts") / "service"
    service = support.generate(folder, matrix.Variant("", {"inference": "triton"}))
    return support.manifests(service)


def promtool(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [parts.path("promtool"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def write_rules(manifests: support.Manifests, folder: Path) -> None:
    """Write the rules as a file for Prometheus, and the cases next to it."""
    text = yaml.safe_dump(manifests.rules, allow_unicode=True)
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    for cases in CASES:
        shutil.copy(cases, folder)


@pytest.mark.parametrize("inference", ["none", "local", "triton"])
def test_prometheus_accepts_the_rules(tmp_path: Path, inference: str) -> None:
    service = support.generate(
        tmp_path / "service", matrix.Variant("", {"inference": inference, "service_name": "on"})
    )
    write_rules(support.manifests(service), tmp_path)

    done = promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.yaml", folder=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    left = re.findall(r"\$\w+", (tmp_path / "rules.yaml").read_text(encoding="utf-8"))
    assert set(left) == {"$labels", "$value"}, "a word was not replaced"


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_alerts_fire_and_stay_quiet(
    manifests: support.Manifests, tmp_path: Path, cases: Path
) -> None:
    write_rules(manifests, tmp_path)

    done = promtool("test", "rules", cases.name, folder=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_firing_and_a_quiet_case(manifests: support.Manifests) -> None:
    fires: set[str] = set()
    quiet: set[str] = set()
    tests = [yaml.safe_load(cases.read_text(encoding="utf-8"))["tests"] for cases in CASES]
    for case in itertools.chain(*tests):
        for rule_test in case["alert_rule_test"]:
            (fires if rule_test["exp_alerts"] else quiet).add(rule_test["alertname"])

    assert len(manifests.alerts) >= 12
    assert fires == quiet == set(manifests.alerts)


@pytest.mark.parametrize(("prefix", "ratio"), [("Error", "failures"), ("Latency", "slow")])
@pytest.mark.parametrize(
    ("speed", "pages"),
    # Share of a month's budget that is used when it alerts, and within how many hours: the table in
    # https://sre.google/workbook/alerting-on-slos/. The short window is a twelfth of the long one.
    [("Fast", [(0.02, 1), (0.05, 6)]), ("Slowly", [(0.1, 24), (0.1, 72)])],
)
def test_burn_rates_match_the_sre_workbook(
    manifests: support.Manifests,
    prefix: str,
    ratio: str,
    speed: str,
    pages: list[tuple[float, float]],
) -> None:
    expression = manifests.alerts[f"{prefix}BudgetBurns{speed}"]["expr"]
    budget = {"Error": "0.999", "Latency": "0.99"}[prefix]
    pattern = rf"job:http_{ratio}:ratio_(\d+)([mhd])\S+ \S+ > ([\d.]+ \* )?\(1 - {budget}\)"
    hours = {"m": 1 / 60, "h": 1.0, "d": 24.0}

    found = [
        (int(number) * hours[unit], float((factor or "1 * ").removesuffix(" * ")))
        for number, unit, factor in re.findall(pattern, expression)
    ]

    expected = []
    for share, window in pages:
        factor = share * 30 * 24 / window
        expected += [(window, factor), (window / 12, factor)]
    assert found == [pytest.approx(pair) for pair in expected]
    assert expression.count("ratio_") == len(expected)


@pytest.mark.parametrize("inference", ["none", "local", "triton"])
def test_alerts_link_to_the_runbook(tmp_path: Path, inference: str) -> None:
    service = support.generate(tmp_path / "it", matrix.Variant("", {"inference": inference}))
    page = "https://git.example.com/shop/operations.md"
    alerts = support.manifests(service, {"alerts": {"runbook": page}}).alerts
    text = (service.folder / "docs/operations.md").read_text(encoding="utf-8")
    runbook = text.split("## Objectives and alerts\n")[1].split("\n## ")[0]
    sections = dict(
        re.findall(r"^### (\w+)\n\n(.+?)(?=\n### |\Z)", runbook, re.MULTILINE | re.DOTALL)
    )

    assert sections.keys() == alerts.keys()
    for name, alert in alerts.items():
        # An anchor is the heading in lower case, on GitHub and on GitLab.
        assert alert["annotations"]["runbook_url"] == f"{page}#{name.lower()}"
        assert {"summary", "description"} <= alert["annotations"].keys()
        assert alert["labels"]["severity"] in ("critical", "warning")
        assert len(sections[name]) > 80, f"{name}: the runbook's section is too short"


@pytest.mark.parametrize(("seconds", "bucket"), [(0.25, "0.25"), (1, "1.0"), (10, "10.0")])
def test_objectives_come_from_the_values(
    service: support.Generated, seconds: float, bucket: str
) -> None:
    latency = {"seconds": seconds, "target": 0.97}
    values: dict[str, Any] = {"alerts": {"availability": 0.995, "latency": latency}}

    manifests = support.manifests(service, values)

    text = yaml.safe_dump(manifests.rules, width=10_000)
    assert f'le=\\"{bucket}\\"' in text
    assert "> 14.4 * (1 - 0.97)" in manifests.alerts["LatencyBudgetBurnsFast"]["expr"]
    assert "> 14.4 * (1 - 0.995)" in manifests.alerts["ErrorBudgetBurnsFast"]["expr"]
    assert "0.999" not in text
