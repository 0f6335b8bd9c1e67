"""Draw the README's picture of the dashboard from the data of a real service and Prometheus.

`nox -s picture` runs it, without Grafana: it uses the queries of the dashboard's panels and the
traffic of the tests, and draws with matplotlib.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl
from PIL import Image
from rich.console import Console

from tests.template import matrix
from tests.template.chart import queries, support
from tests.template.chart.observed import Observed, resolve

mpl.use("agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

REPOSITORY = Path(__file__).parents[1]
CALM_SECONDS, TROUBLE_SECONDS = 30, 40  # before and after; in between
COLUMNS = 3
MOST_BYTES = 150_000
UNITS = {"reqps": "1/s", "s": "s", "percentunit": "%", "bytes": "MB", "short": ""}
FACTORS = {"percentunit": 100, "bytes": 1e-6}

console = Console(highlight=False)


def main(arguments: list[str]) -> int:
    """Draw the picture into the given file; return the exit code."""
    target = Path(arguments[0]) if arguments else REPOSITORY / "docs/dashboard.png"
    with tempfile.TemporaryDirectory(prefix="picture-") as name:
        folder = Path(name)
        port, management_port = support.free_ports(2)
        answers = {
            "service_name": "iris",
            "service_port": port,
            "management_port": management_port,
        }
        service = support.generate(folder / "service", matrix.Variant("", answers))
        with Observed(service, folder) as observed:
            console.print(f"{2 * CALM_SECONDS + TROUBLE_SECONDS} s of traffic …")
            since = time.time()
            observed.traffic(CALM_SECONDS, trouble=False)
            observed.traffic(TROUBLE_SECONDS)
            observed.traffic(CALM_SECONDS, trouble=False)
            _draw(observed, since, target)
    size = target.stat().st_size
    console.print(f"{target}: {size / 1000:.0f} kB")
    return 0 if size < MOST_BYTES else 1


def _draw(observed: Observed, since: float, target: Path) -> None:
    dashboard = queries.dashboard(observed.service)
    panels = [panel for panel in dashboard["panels"] if panel["type"] == "timeseries"]
    rows = -(-len(panels) // COLUMNS)
    plt.rcParams.update({"font.size": 7, "axes.spines.top": False, "axes.spines.right": False})
    figure, grid = plt.subplots(rows, COLUMNS, figsize=(11, 1.75 * rows), layout="constrained")
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    for axes, panel in zip(grid.flat, panels, strict=False):
        _draw_panel(axes, panel, observed, since)
    (build,) = observed.query("service_build_info")
    labels = build["metric"]
    figure.suptitle(
        f"{dashboard['title']} {labels['version']}, template {labels['template']}, "
        f"Python {labels['python']}: failures, slow responses and overload after "
        f"{CALM_SECONDS} s, for {TROUBLE_SECONDS} s",
        fontsize=9,
    )
    target.parent.mkdir(exist_ok=True)
    figure.savefig(target, dpi=90)
    Image.open(target).convert("RGB").quantize(48).save(target, optimize=True)


def _draw_panel(axes: Axes, panel: dict[str, Any], observed: Observed, since: float) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    for target in panel["targets"]:
        expression = resolve(target["expr"], observed.service.name, "10s")
        for series in observed.history(expression, since):
            points = [(float(at), float(value)) for at, value in series["values"]]
            times = [at - since for at, _ in points]
            values = [value * FACTORS.get(unit, 1) for _, value in points]
            style = "--" if target["legendFormat"] == "limit" else "-"
            axes.plot(times, values, style, linewidth=1, label=_legend(target, series["metric"]))
    axes.set_title(f"{panel['title']}{f' [{UNITS[unit]}]' if UNITS[unit] else ''}", fontsize=8)
    axes.set_ylim(bottom=0)
    axes.axvspan(CALM_SECONDS, CALM_SECONDS + TROUBLE_SECONDS, color="0.95", zorder=0)
    axes.legend(fontsize=5, framealpha=0.7, edgecolor="none", loc="upper left")


def _legend(target: dict[str, Any], labels: dict[str, str]) -> str:
    text: str = target["legendFormat"]
    for name, value in labels.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
