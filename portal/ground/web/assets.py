"""Static files: copied once under a name that holds their hash, with a compressed twin, and served by WhiteNoise."""

import gzip
import hashlib
import os
import re
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from portal.ground.web.headers import EVERYWHERE, TRANSPORT

HASHED = re.compile(r"^.+\.[0-9a-f]{12}\.[a-z0-9]+$")
TYPES = frozenset({".css", ".js", ".svg", ".woff2", ".ico", ".png"})
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"  # a drawing opened alone


def collect(source: Path, target: Path) -> dict[str, str]:
    """Copy ``source`` into ``target`` under hashed names; return the map from plain to hashed path.

    Several processes may do it at once: each file is written aside, then renamed.
    """
    manifest: dict[str, str] = {}
    for file in sorted(source.rglob("*")):
        if not file.is_file() or file.suffix not in TYPES:
            continue
        data = file.read_bytes()
        plain = file.relative_to(source)
        hashed = plain.with_name(f"{file.stem}.{hashlib.sha256(data).hexdigest()[:12]}{file.suffix}")
        manifest[plain.as_posix()] = hashed.as_posix()
        _write(target / hashed, data)
        _write(target / f"{hashed.as_posix()}.gz", gzip.compress(data, 9, mtime=0))
    return manifest


def _write(file: Path, data: bytes) -> None:
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f"{file.name}.{os.getpid()}.part")
    aside.write_bytes(data)
    aside.replace(file)


def serve(app: Flask, source: Path, target: Path, *, https: bool) -> None:
    """Serve the static files of ``source`` at ``/static/``."""
    always = {"Content-Security-Policy": POLICY, **EVERYWHERE, **dict([TRANSPORT] if https else [])}

    def add_headers(headers: Headers, _path: str, _url: str) -> None:
        for name, value in always.items():
            headers[name] = value

    app.config["PARVIS_ASSETS"] = collect(source, target)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # the documented way to wrap a Flask application
        app.wsgi_app,
        root=str(target),
        prefix="static/",
        max_age=3600,
        immutable_file_test=lambda _path, url: bool(HASHED.match(url)),
        add_headers_function=add_headers,
    )
