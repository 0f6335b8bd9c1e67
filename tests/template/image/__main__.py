"""Builds the image of a generated service and runs it as a cluster would.

`nox -s image` runs it; `-- parts` stops once tools and base image work. A missing part is a failure
in CI, elsewhere a visible skip. The tools keep their data in the user's cache folder, so that a
second run is quicker.
"""

import hashlib
import json
import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from rich.console import Console
from rich.table import Table

from tests.support import IN_CI, commit, git
from tests.template import matrix
from tests.template.image import content, host, index, load, registry
from tests.template.image.container import Container, post, remove
from tests.template.image.host import FailedError

NAME = "drydock-image"
REPOSITORY = "services/demo-service"
LARGEST_MB = {"local": 130, "none": 55}
LONGEST_START_SECONDS = 2.0
STARTS = 3
METRICS = (
    "service_build_info{",
    'http_server_request_duration_seconds_count{method="POST",route="/api/v1/predict"',
    "inference_batch_size_count",
)
QUICK_STOP = {"APP__SHUTDOWN__DRAIN_SECONDS": "2", "APP__SHUTDOWN__DEADLINE_SECONDS": "20"}
LOAD_SECONDS = 2.0

console = Console(highlight=False)
table = Table("step", "what", "seconds")


def main(arguments: Sequence[str]) -> int:
    """Run every step; return the exit code."""
    try:
        with step("tools") as notes:
            notes.append(host.provide_tools())
    except host.MissingError as missing:
        where, color = ("image", "red") if IN_CI else ("skipped", "yellow")
        console.print(f"[{color}]{where}: {missing}", soft_wrap=True)
        return 1 if IN_CI else 0
    host.configure()
    images: list[str] = []
    try:
        with tempfile.TemporaryDirectory(prefix="image ") as folder:
            with step("base image") as notes:
                notes.append(host.provide_base())
            with step("a container") as notes:
                notes.append(host.run("podman", "run", "--rm", host.BASE, "python", "-V").strip())
            if "parts" in arguments:
                return 0
            _prove_service(Path(folder), images)
            _prove_secret(Path(folder), images)
    except FailedError as failed:
        console.print("[red]image:", end=" ")
        console.print(failed, markup=False, soft_wrap=True)
        return 1
    finally:
        remove(NAME)
        content.forget(*images)
    console.print(table)
    return 0


@contextmanager
def step(name: str) -> Iterator[list[str]]:
    """Run one step, and print it; texts that are added to the list are printed next to it."""
    notes: list[str] = []
    begin = time.perf_counter()
    with console.status(name):
        yield notes
    row = name, "; ".join(notes), f"{time.perf_counter() - begin:.1f}"
    table.add_row(*row)
    console.print(f"{row[0]}: {row[1]} ({row[2]} s)", markup=False, soft_wrap=True)


def _prove_service(folder: Path, images: list[str]) -> None:
    """Check a service with a model, from the public index, without credentials."""
    service = folder / "a service"
    with step("generate and lock"):
        _generate(matrix.REPOSITORY, service, "local")
    with step("build") as notes:
        images.append(_build(service, {"NETRC": os.devnull}))
        notes.append("by the service's own `nox -s image`")
    with step("content") as notes:
        notes.append(_content(images[-1], "local"))
    with step("start") as notes:
        container = _start(images[-1], notes)
    with step("request and scrape") as notes:
        notes.append(_check_api(container))
    with step("stop under load") as notes:
        notes.append(_stop(container))


def _prove_secret(folder: Path, images: list[str]) -> None:
    """Check a service without a model, from an index with a password."""
    service = folder / "private"
    with index.private(folder / "index") as private, registry.private(folder / "images") as store:
        company = {
            "company_package_index": private.address,
            "company_registry": f"{store.address}/services",
        }
        template = matrix.fork(folder / "template", company)
        with step("private index"):
            _generate(template, service, "none", {"NETRC": str(private.netrc)})
        with step("build without the secret") as notes:
            try:
                images.append(_build(service, {"NETRC": os.devnull}))
            except FailedError as failed:
                notes.append("refused, as expected")
                if "401" not in str(failed) and "Unauthorized" not in str(failed):
                    raise
            else:
                raise FailedError("the private index served a build without credentials")
        with step("build with the secret"):
            images.append(_build(service, {"NETRC": str(private.netrc)}))
        with step("search for the secret") as notes:
            notes.append(_nowhere(private.password, images[-1]))
        with step("scan for secrets") as notes:
            notes.append(_scan(service))
        with step("push") as notes:
            notes.append(_push(service, store))
        with step("SBOM and provenance") as notes:
            notes.append(_attested(service, store, private.netrc))
    with step("content without a model") as notes:
        notes.append(_content(images[-1], "none"))
    with step("start without a model") as notes:
        container = _start(images[-1], notes)
        container.terminate()
        if code := container.wait(30):
            raise FailedError(f"the container ended with {code}")


def _generate(
    template: Path, folder: Path, inference: str, environment: dict[str, str] | None = None
) -> None:
    answers = {
        "service_name": "demo-service",
        "python_version": host.PYTHON,
        "inference": inference,
    }
    matrix.render(template, folder, answers)
    host.run("uv", "lock", "--quiet", folder=folder, env=environment)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Tester")
    git(folder, "config", "user.email", "tester@example.invalid")
    commit(folder, "Start from the template")


def _build(service: Path, environment: dict[str, str]) -> str:
    """Build the image as the service's team would; return its name."""
    # Intermediate layers are kept, so that they can be searched for secrets.
    _nox(service, environment, "image", "--network=host", "--pull=never", "--layers")
    names = host.run("buildah", "images", "--format={{.Name}}:{{.Tag}}").splitlines()
    revision = git(service, "show", "--no-patch", "--format=%ct", "HEAD")
    return next(name for name in names if name.endswith(f"/demo-service:0.1.0.dev{revision}"))


def _content(image: str, inference: str) -> str:
    notes = content.require_good(image)
    if (added := content.added(image)) > LARGEST_MB[inference]:
        raise FailedError(
            f"{added:.0f} MB above the base, expected at most {LARGEST_MB[inference]}"
        )
    return notes


def _start(image: str, notes: list[str]) -> Container:
    """Start the image a few times: the fastest start counts.

    On a busy machine the processor time counts instead.
    """
    starts = [Container.start(image, NAME, QUICK_STOP) for _ in range(STARTS)]
    container = starts[-1]
    seconds = min(start.start_seconds for start in starts)
    cpu_seconds = min(start.start_cpu_seconds for start in starts)
    notes.append(f"ready after {seconds:.2f} s, {cpu_seconds:.2f} s of processor time")
    busy = os.getloadavg()[0] > 2 * (os.cpu_count() or 1)
    notes += ["the machine is busy, so the processor time counts"] if busy else []
    if (cpu_seconds if busy else seconds) > LONGEST_START_SECONDS:
        raise FailedError(f"{notes[-1 - busy]}: expected {LONGEST_START_SECONDS}")
    fields = (container.process / "status").read_text()
    for expected in ("Uid:\t10001\t10001", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"):
        if expected not in fields:
            raise FailedError(f"the kernel does not report {expected!r} for the process:\n{fields}")
    notes.append("user 10001, read-only, no capabilities")
    return container


def _check_api(container: Container) -> str:
    prediction = post(f"{container.api}/api/v1/predict", load.FLOWER)
    if prediction.get("species") != "setosa":
        raise FailedError(f"the flower is a setosa, the service predicts {prediction}")
    with urlopen(f"{container.management}/metrics", timeout=10) as response:
        metrics = response.read().decode()
    if missing := [metric for metric in METRICS if metric not in metrics]:
        raise FailedError(f"/metrics lacks {', '.join(missing)}")
    return f"a setosa; {len(metrics.splitlines())} lines of metrics"


def _stop(container: Container) -> str:
    outcome, code = load.stop_under_load(container, LOAD_SECONDS)
    if code:
        raise FailedError(f"the container ended with {code} after SIGTERM")
    if outcome.failures:
        raise FailedError(
            f"{len(outcome.failures)} requests failed, at first {outcome.failures[0]}"
        )
    if not outcome.after_signal:
        raise FailedError("no request got a response after SIGTERM, so nothing is proved")
    return f"{outcome.answered} requests, {outcome.after_signal} after SIGTERM, none failed"


def _nowhere(secret: str, image: str) -> str:
    files = content.layers_with(secret)
    if files:
        raise FailedError("the password is in " + "\n".join(files))
    # Proof that the search finds a text in a layer.
    if not content.layers_with(image.rpartition(":")[2]):
        raise FailedError("the search for secrets does not work: it finds no text")
    return "in no layer, no history"


def _scan(service: Path) -> str:
    """Scan without the vulnerability database, which comes from the internet."""
    _nox(service, {}, "scan", "--scanners=secret", "--offline-scan", "--skip-version-check")
    return "by the service's own `nox -s scan`; known vulnerabilities need the internet"


def _push(service: Path, store: registry.Registry) -> str:
    """Push to a registry without a certificate, with a wrong password first."""
    wrong = {"REGISTRY_USERNAME": registry.USER, "REGISTRY_PASSWORD": "wrong"}
    try:
        _nox(service, wrong, "push", "--tls-verify=false")
    except FailedError:
        pass
    else:
        raise FailedError("the registry accepts images without the password")
    _nox(service, wrong | {"REGISTRY_PASSWORD": store.password}, "push", "--tls-verify=false")
    (tag,) = store.tags(REPOSITORY)
    return f"demo-service:{tag} to a registry with a password"


def _attested(service: Path, store: registry.Registry, netrc: Path) -> str:
    """Attach SBOM and provenance to the pushed image; read them from the registry."""
    login = {"REGISTRY_USERNAME": registry.USER, "REGISTRY_PASSWORD": store.password}
    _nox(service, {}, "sbom")
    # The tool for that also comes from the service's index.
    _nox(service, login | {"NETRC": str(netrc)}, "attest", "--plain-http")
    digest = (service / "dist/image.digest").read_text()
    image = store.get(f"{REPOSITORY}/manifests/{digest}")
    if digest != f"sha256:{hashlib.sha256(image).hexdigest()}":
        raise FailedError("the pushed image has another digest")
    sbom = _attached(store, digest, len(image), "sbom")
    components = {part["name"]: part for part in sbom["components"]}
    version = components.get("fastapi", {}).get("version")
    locked = tomllib.loads((service / "uv.lock").read_text())["package"]
    if version not in [one["version"] for one in locked if one["name"] == "fastapi"]:
        raise FailedError(f"the SBOM has fastapi {version}, unlike the lock file")
    if sbom["bomFormat"] != "CycloneDX" or "libc6" not in components:
        raise FailedError("the SBOM lacks the base image's packages")
    if "pytest" in components:
        raise FailedError("the SBOM contains development dependencies")
    statement = _attached(store, digest, len(image), "provenance")
    (subject,) = statement["subject"]
    if f"sha256:{subject['digest']['sha256']}" != digest:
        raise FailedError("the provenance is for another image")
    built = statement["predicate"]["buildDefinition"]
    revision = built["resolvedDependencies"][0]["digest"]["gitCommit"]
    if revision != git(service, "rev-parse", "HEAD"):
        raise FailedError(f"the provenance names another commit, {revision}")
    if not any(host.BASE in one["uri"] for one in built["resolvedDependencies"]):
        raise FailedError("the provenance does not name the base image")
    return f"{len(components)} components, read back with the provenance of {revision[:10]}"


def _attached(store: registry.Registry, digest: str, size: int, name: str) -> dict[str, Any]:
    """Return a file attached to an image, after checking which image it is."""
    tag = f"{digest.replace(':', '-')}.{name}"
    manifest = json.loads(store.get(f"{REPOSITORY}/manifests/{tag}"))
    subject = manifest["subject"]
    if (subject["digest"], subject["size"]) != (digest, size):
        raise FailedError(f"{name} is attached to {subject}")
    (layer,) = manifest["layers"]
    content: dict[str, Any] = json.loads(store.get(f"{REPOSITORY}/blobs/{layer['digest']}"))
    return content


def _nox(service: Path, environment: dict[str, str], session: str, *options: str) -> None:
    """Run a nox session of the service, as its team and its pipeline would."""
    nox = str(Path(sys.executable).with_name("nox"))
    host.run(nox, "-s", session, "--", *options, folder=service, env=environment)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
