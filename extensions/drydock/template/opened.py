"""Open templates: several updates share clones, and checkouts of their releases."""

import fcntl
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from drydock.template.addresses import local_folder
from drydock.template.releases import Release, Template, open_template


@dataclass(frozen=True)
class Templates:
    """Opens each template once, and checks out each release once.

    A template is not fetched again, so a run over many services sees one state of it. Several
    processes can share one `place`.
    """

    place: Path
    """A folder for clones and checkouts."""
    instead: Template | None = None
    """A template that replaces every other one, to rehearse a release."""
    _stack: ExitStack = field(default_factory=ExitStack)
    _known: dict[str, Template] = field(default_factory=dict)
    _checked_out: dict[str, tuple[Release, Path]] = field(default_factory=dict)
    """The last partial checkout of each template: its release and folder."""

    @classmethod
    @contextmanager
    def opened(cls, instead: Template | None = None) -> Iterator["Templates"]:
        """Yield templates whose clones and checkouts are removed at the end."""
        with tempfile.TemporaryDirectory(prefix="drydock.releases.") as place, ExitStack() as stack:
            yield cls(Path(place), instead, stack)

    def open(self, address: str, base: Path) -> Template:
        """Return the template at `address`; raise BadInput as `open_template` does."""
        if self.instead:
            return self.instead
        folder = local_folder(address, base)
        key = str(folder.resolve()) if folder else address
        if key not in self._known:
            clone = self.place / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.git"
            with clone.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                opened = self._stack.enter_context(open_template(address, base, clone))
            self._known[key] = opened
        return self._known[key]

    def checkout(self, template: Template, release: Release) -> Path:
        """Return a read-only folder with the files of a release.

        Raises BadInput when it cannot be read.
        """
        folder = self.place / release.commit
        if not folder.exists():
            with self._unfinished() as files:
                template.checkout(release, files)
                _move(files, folder)
        return folder

    def checkout_rendered(self, template: Template, release: Release) -> Path:
        """Return a read-only folder with the files that a render needs at the start.

        It may lack files that the render reads later; `checkout` has those. For a partial clone it
        has all files, because fetching them one at a time takes longer. Raises BadInput when it
        cannot be read.
        """
        folder = self.place / f"{release.commit}.rendered"
        if template.repository.is_partial or (self.place / release.commit).exists():
            return self.checkout(template, release)
        if not folder.exists():
            with self._unfinished() as files:
                if template.checkout_rendered(
                    release, files, self._checked_out.get(template.address)
                ):
                    folder = self.place / release.commit
                else:
                    self._checked_out[template.address] = release, folder
                _move(files, folder)
        return folder

    @contextmanager
    def _unfinished(self) -> Iterator[Path]:
        """Yield a folder to write to first, so that an error or a kill leaves no partial result."""
        with tempfile.TemporaryDirectory(dir=self.place) as folder:
            yield Path(folder, "files")


def _move(files: Path, folder: Path) -> None:
    with suppress(OSError):  # another process was faster
        files.rename(folder)
