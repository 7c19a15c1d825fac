"""The gallery over real HTTP, with the portal's own security policy and static files."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.accessibility.gallery import ROOT

POLICY = (
    "default-src 'none'; script-src 'nonce-nonce-of-the-gallery'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@contextmanager
def serve(pages: Mapping[str, str], styles: str = "") -> Iterator[str]:
    """Serve each page (or script) at ``/<name>``; ``styles`` is added to the style sheet. Yields the address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0].removeprefix("/")
            file = ROOT / "portal" / name
            if name in pages:
                kind = KINDS.get(Path(name).suffix, "text/html; charset=utf-8")
                self._send(200, kind, pages[name])
            elif name.startswith("static/") and file.suffix in KINDS and file.is_file():
                added = styles if file.suffix == ".css" else ""
                self._send(200, KINDS[file.suffix], file.read_text(encoding="utf-8") + added)
            else:
                self._send(404, "text/plain; charset=utf-8", "absent")

        def _send(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
