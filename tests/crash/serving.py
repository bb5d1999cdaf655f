"""A program that serves houses over HTTP, one process a house, started in a moment.

It imports the application once and forks for every order it reads: a line of JSON with the
environment of the server, a file for what it says, and whether documents are looked at in the real
sandbox. It answers with the process id and the port. The process that serves has one thread, so
that its n-th system call is the same in every run.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import Any

from werkzeug.serving import make_server

from eakte.app import create_app, from_environment
from eakte.bootstrap import open_office
from eakte.config import load_settings
from eakte.model.findings import Kind, Look

ANYBODY_MAY_WATCH = (0x59616D61, ctypes.c_ulong(-1))  # PR_SET_PTRACER, PR_SET_PTRACER_ANY
A_LETTER = Look("text/plain", Kind.TEXT, 1)


def main() -> None:
    """Fork a server for every order, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            serve(order, writing)
        os.close(writing)
        with os.fdopen(reading) as told:
            port = told.read()
        print(json.dumps({"pid": pid, "port": int(port or 0)}), flush=True)


def serve(order: dict[str, Any], writing: int) -> None:
    """Be the server of one house, and never return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(*ANYBODY_MAY_WATCH, 0, 0, 0)
    said = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ.clear()
    os.environ.update(order["environment"])
    if order["sandbox"]:
        app = from_environment()
    else:
        app = create_app(open_office(load_settings()), look=lambda path, name: A_LETTER)
    server = make_server("127.0.0.1", 0, app)
    with os.fdopen(writing, "w") as told:
        told.write(str(server.server_port))
    server.serve_forever()


if __name__ == "__main__":
    main()
