"""Templates that are open: several updates share clones and checkouts of their releases."""

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
    """Opens each template once, and checks each release out once.

    Nothing is fetched again while it is in use: a run over many services sees one state of each
    template. Several processes may share one `place`.
    """

    place: Path
    """A folder for clones and checkouts."""
    instead: Template | None = None
    """The template that stands in for each one that is asked for: a release is rehearsed."""
    _stack: ExitStack = field(default_factory=ExitStack)
    _known: dict[str, Template] = field(default_factory=dict)
    _checked_out: dict[str, tuple[Release, Path]] = field(default_factory=dict)
    """The release of each template that was last checked out in part, and where."""

    @classmethod
    @contextmanager
    def opened(cls, instead: Template | None = None) -> Iterator["Templates"]:
        """Yield templates whose clones and checkouts are gone at the end."""
        with tempfile.TemporaryDirectory(prefix="drydock.releases.") as place, ExitStack() as stack:
            yield cls(Path(place), instead, stack)

    def open(self, address: str, base: Path) -> Template:
        """Return the template at `address`, as `open_template` does and with its errors."""
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
        """Return a folder with the files of a release, not to be written to.

        Raises BadInput when it cannot be read.
        """
        folder = self.place / release.commit
        if not folder.exists():
            with self._beside() as files:
                template.checkout(release, files)
                _move(files, folder)
        return folder

    def checkout_rendered(self, template: Template, release: Release) -> Path:
        """Return a folder, not to be written to, with the files that a render starts from.

        It may lack what a render asks for besides; `checkout` has that. It lacks nothing where
        files are fetched when needed, as that would take more time. Raises BadInput when it
        cannot be read.
        """
        folder = self.place / f"{release.commit}.rendered"
        if template.repository.is_partial or (self.place / release.commit).exists():
            return self.checkout(template, release)
        if not folder.exists():
            with self._beside() as files:
                if template.checkout_rendered(
                    release, files, self._checked_out.get(template.address)
                ):
                    folder = self.place / release.commit
                else:
                    self._checked_out[template.address] = release, folder
                _move(files, folder)
        return folder

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """Yield where to write first: an error, or a kill, leaves nothing that looks whole."""
        with tempfile.TemporaryDirectory(dir=self.place) as beside:
            yield Path(beside, "files")


def _move(files: Path, folder: Path) -> None:
    with suppress(OSError):  # another process was quicker
        files.rename(folder)
