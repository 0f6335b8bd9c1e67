"""Freshly generated services meet the standard."""

import itertools
from pathlib import Path

import pytest
from drydock.commands.new import new
from drydock_standard.run import run

from tests.template import matrix
from tests.template.matrix import Variant

PIPELINES = [
    Variant(name, matrix.EDGES[name])
    for name in ("GitHub", "GitLab, Poetry, flat", "no pipeline", "deep path", "Jenkins, adopted")
]
SAMPLE = [*itertools.islice(matrix.covering(1, {}), 6), *PIPELINES]
# A render from a directory has no lock file, no release and only a local template address.
UNFINISHED = {"DM202", "DS104", "DS105"}


@pytest.mark.parametrize("variant", SAMPLE, ids=lambda variant: variant.name)
def test_every_variant_meets_the_standard(variant: Variant, tmp_path: Path) -> None:
    folder = tmp_path / "service"
    variant.render(folder)
    if variant.answers.get("adopted"):  # the template adds no starter files
        package = folder / str(variant.answers.get("package_path", "src/my_service"))
        name = str(variant.answers.get("app", "")).partition(":")[0]
        app = folder / f"{name}.py" if name and "." not in name else package / "main.py"
        app.write_text("app = FastAPI()\n")
    no_pipeline = not list(folder.glob("renovate.json")) and not (folder / "Jenkinsfile").exists()

    failed = {result.code: result.message for result in run(folder) if result.status == "failed"}

    expected = UNFINISHED | ({"DS206"} if no_pipeline else set())
    assert {code: message for code, message in failed.items() if code not in expected} == {}


@pytest.mark.slow
@pytest.mark.parametrize("packaging", ["uv", "poetry"])
def test_new_service_passes_every_must(packaging: str, tmp_path: Path) -> None:
    folder = tmp_path / "iris"
    new(
        folder,
        say=lambda _: None,
        data={"packaging": packaging},
        defaults=True,
        ref=None,
        template=str(matrix.REPOSITORY),
    )
    results = run(folder)
    musts = {
        result.code for result in results if result.level == "must" and result.status != "passed"
    }
    # `drydock new` locks offline, which only uv can do.
    assert musts <= ({"DM202", "DM203"} if packaging == "poetry" else set())
    assert {result.code for result in results if result.status == "failed"} - musts == {"DS104"}
