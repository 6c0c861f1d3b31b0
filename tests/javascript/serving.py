"""A web server on localhost for folders and texts, and the system's Chromium to look at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

Mounts = Mapping[str, Path | str]
"""Folders, files, or the text of a page, by the address that they are under; the longest that fits counts."""


class Handler(SimpleHTTPRequestHandler):
    """Serves what is mounted; other addresses get the start page where there is one, as applications' servers do."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def __init__(self, mounts: Mounts, fallback: bool, *arguments: Any, **options: Any) -> None:
        self.mounts, self.fallback = mounts, fallback
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        address = unquote(urlsplit(self.path).path)
        for prefix in sorted(self.mounts, key=len, reverse=True):
            found = self.mounts[prefix]
            if isinstance(found, str):
                if address == prefix:
                    return self.answer(found.encode(), "text/html; charset=utf-8")
            elif address.startswith(prefix):
                path = found / address.removeprefix(prefix) if found.is_dir() else found
                if path.is_file():
                    return self.answer(path.read_bytes(), self.guess_type(str(path)))
        if self.fallback:
            return self.answer(b"<!doctype html><title>an application</title>", "text/html")
        return self.send_error(404)

    def answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def served(mounts: Mounts, *, fallback: bool = False) -> Iterator[str]:
    """The address of a server that runs meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, mounts, fallback))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
