"""A fake of OSV's database of vulnerabilities, which tests fill."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VULNERABILITY = "PYSEC-2026-999"


class Advisories:
    """The vulnerable packages, and the packages that were looked up."""

    def __init__(self) -> None:
        self.address = ""
        self.vulnerable: set[str] = set()
        self.queried: set[str] = set()


@contextmanager
def serving() -> Iterator[Advisories]:
    """Serve https://google.github.io/osv.dev/post-v1-query/ on this machine."""
    advisories = Advisories()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Log nothing."""

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            package = json.loads(self.rfile.read(length))["package"]
            advisories.queried.add(package["name"])
            vulnerabilities = (
                [_vulnerability(package)] if package["name"] in advisories.vulnerable else []
            )
            text = json.dumps({"vulns": vulnerabilities} if vulnerabilities else {}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    advisories.address = f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield advisories
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _vulnerability(package: dict[str, str]) -> dict[str, object]:
    events = [{"introduced": "0"}, {"fixed": "999"}]
    affected = {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": VULNERABILITY, "details": "It was planted.", "affected": [affected]}
