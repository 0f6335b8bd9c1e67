"""Services as they come out of the template hold to the standard."""

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
# What a render from a folder lacks: a lock file, a release, an address for others.
UNFINISHED = {"DM202", "DS104", "DS105"}


@pytest.mark.parametrize("variant", SAMPLE, ids=lambda variant: variant.name)
def test_every_variant_holds_to_the_standard(variant: Variant, tmp_path: Path) -> None:
    folder = tmp_path / "service"
    variant.render(folder)
    if variant.answers.get("adopted"):  # the template brings no starter there
        package = folder / str(variant.answers.get("package_path", "src/my_service"))
        name = str(variant.answers.get("app", "")).partition(":")[0]
        app = folder / f"{name}.py" if name and "." not in name else package / "main.py"
        app.write_text("app = FastAPI()\n")
    no_pipeline = not list(folder.glob("renovate.json")) and not (folder / "Jenkinsfile").exists()

    failed = {one.code: one.message for one in run(folder) if one.status == "failed"}

    expected = UNFINISHED | ({"DS206"} if no_pipeline else set())
    assert {code: told for code, told in failed.items() if code not in expected} == {}


@pytest.mark.slow
@pytest.mark.parametrize("packaging", ["uv", "poetry"])
def test_a_service_that_drydock_made_passes_every_must(packaging: str, tmp_path: Path) -> None:
    folder = tmp_path / "iris"
    new(
        folder,
        say=lambda _: None,
        data={"packaging": packaging},
        defaults=True,
        ref=None,
        template=str(matrix.REPOSITORY),
    )
    found = run(folder)
    musts = {one.code for one in found if one.level == "must" and one.status != "passed"}
    # Only uv locks offline, as `drydock new` does.
    assert musts <= ({"DM202", "DM203"} if packaging == "poetry" else set())
    assert {one.code for one in found if one.status == "failed"} - musts == {"DS104"}
