"""A real Chromium, controlled over a pipe with the DevTools protocol.

https://chromedevtools.github.io/devtools-protocol/
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import missing


class Page:
    """One page of a browser."""

    def __init__(self, to: int, back: int) -> None:
        """Connect through two file descriptors."""
        self._to, self._back = to, back
        self._number, self._left, self._session = 0, b"", ""
        self.errors: list[str] = []
        """Errors on the page's console, and uncaught exceptions."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result
            self._record(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = os.read(self._back, 1 << 16)
            assert more, "the browser ended"
            self._left += more
        line, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def _record(self, event: dict[str, Any]) -> None:
        details = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(details["exceptionDetails"]))
        elif event.get("method") == "Log.entryAdded" and details["entry"]["level"] == "error":
            self.errors.append(str(details["entry"]))
        elif event.get("method") == "Runtime.consoleAPICalled" and details["type"] == "error":
            self.errors.append(str(details["args"]))

    def open(self, file: Path) -> None:
        """Load a file, and wait until its scripts have run."""
        self._call("Page.navigate", url=file.as_uri())
        while self.run("document.readyState") != "complete":
            pass

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression."""
        done = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press a key in the focused element."""
        text = {"text": "\r"} if key == "Enter" else {}
        event = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self._call("Input.dispatchKeyEvent", type="keyDown", **event, **text)
        self._call("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        """Type text into the focused element."""
        self._call("Input.insertText", text=text)

    def look(
        self, *, dark: bool = False, width: int = 1200, height: int = 900, media: str = ""
    ) -> None:
        """Set colour scheme, size and medium of the page."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", **size)

    def screenshot(self) -> str:
        """Return a screenshot as a PNG in base64."""
        shot = self._call("Page.captureScreenshot", format="png")
        return str(shot["data"])


@contextmanager
def page(profile: Path) -> Iterator[Page]:
    """Yield a page of a headless Chromium; without one, skip the test, or fail it in CI."""
    binary = shutil.which("chromium")
    if binary is None:
        missing("chromium is missing: nox -s fleet installs it")
    to_read, to_write = os.pipe()
    back_read, back_write = os.pipe()

    options = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe")
    quiet = ("--disable-background-networking", "--no-first-run", f"--user-data-dir={profile}")
    # The protocol's descriptors are 3 and 4.
    moved = f'exec "$@" 3<&{to_read} 4>&{back_write}'
    process = subprocess.Popen(
        ["bash", "-c", moved, "bash", binary, *options, *quiet], pass_fds=(to_read, back_write),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(to_read)
    os.close(back_write)
    try:
        yield Page(to_write, back_read)
    finally:
        process.terminate()
        process.wait()
        os.close(to_write)
        os.close(back_read)
