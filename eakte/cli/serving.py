"""How are web server and worker started together, kept running and stopped cleanly?"""

from __future__ import annotations

import argparse
import http.client
import signal
import subprocess  # noqa: S404  # our own program is started, with a list of arguments
import sys
import threading
import time
from types import FrameType

from eakte.access.accounts import departments
from eakte.cli.opened import house, tell
from eakte.config import Settings
from eakte.demo.office import demo_logins, has_demo, load_documents, load_office
from eakte.errors import PartUnavailable

Commands = argparse._SubParsersAction  # the only name argparse has for it

START_SECONDS = 60.0
STOP_SECONDS = 20.0
LOOK_EVERY = 0.2


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add serve and demo."""
    serve = commands.add_parser("serve", help="Webserver (und Hintergrundarbeit) starten")
    serve.add_argument("--with-worker", action="store_true", help="Hintergrundarbeit dazu")
    serve.add_argument(
        "--demo-if-empty", action="store_true", help="in ein leeres Haus das Demo-Amt laden"
    )
    serve.add_argument("--json", action="store_true")
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", help="das Demo-Amt „Landratsamt Musterkreis“ laden")
    demo.add_argument("--json", action="store_true")
    demo.set_defaults(run=_demo)


def _demo(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office:
        load_office(office)
        load_documents(office, report=_documents_loaded)
        logins = demo_logins()
    told = {"logins": [{"login": name, "password": word} for name, word, _ in logins]}
    lines = ["Das Demo-Amt ist geladen.", *_login_lines()]
    tell(told, "\n".join(lines), as_json=given.json)
    return 0


def _login_lines() -> list[str]:
    return [f"  {what:<28} {name:<20} {word}" for name, word, what in demo_logins()]


def _documents_loaded(done: int, total: int) -> None:
    if done % 10 == 0 or done == total:
        print(f"Demo-Amt: {done} von {total} Dokumenten eingeliefert", flush=True)


def _serve(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office:
        with office.database.transaction(writes=False) as session:
            empty = len(departments(session)) <= 1
        if given.demo_if_empty and empty:
            print("Das Haus ist leer: Das Demo-Amt wird angelegt …", flush=True)
            load_office(office)
        with office.database.transaction(writes=False) as session:
            demo = has_demo(session)
    running = _Children(settings)
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, running.stop)
    running.start("Webserver", _web_arguments(settings))
    if given.with_worker:
        running.start("Hintergrundarbeit", _own("work"))
    if given.demo_if_empty and demo:
        running.start_once("Demo-Dokumente", _own("demo"))
    try:
        _wait_until_answering(settings, running)
        _greet(settings, demo=demo)
        return running.watch()
    finally:
        running.end_all()


def _greet(settings: Settings, *, demo: bool) -> None:
    print(f"\nDie e-Akte läuft: http://{_reachable(settings)}:{settings.port}/", flush=True)
    if demo:
        print("Anmeldungen des Demo-Amts (Rolle, Anmeldename, Kennwort):")
        print("\n".join(_login_lines()))
    print("Beenden mit Strg+C.\n", flush=True)


def _reachable(settings: Settings) -> str:
    return "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104  # compared, not bound


def _own(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "eakte.cli", *arguments]


def _web_arguments(settings: Settings) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"{settings.host}:{settings.port}",
        "--worker-class",
        "gthread",
        "--workers",
        str(settings.web_processes),
        "--threads",
        str(settings.web_threads),
        "--timeout",
        "120",
        "--graceful-timeout",
        "10",
        "--log-level",
        "warning",
        "eakte.app:from_environment()",
    ]


def _wait_until_answering(settings: Settings, running: _Children) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and not running.stopped.wait(LOOK_EVERY):
        if not running.all_alive():
            break
        connection = http.client.HTTPConnection(_reachable(settings), settings.port, timeout=2)
        try:
            connection.request("GET", "/gesundheit")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            continue
        finally:
            connection.close()
    if not running.stopped.is_set():
        raise PartUnavailable(
            "Der Webserver ist nicht gestartet; an Port %(port)s läuft vielleicht schon etwas.",
            port=settings.port,
            next_step="Bitte die Meldungen darüber lesen oder EAKTE_PORT anders setzen.",
        )


class _Children:
    """The processes of one start; all end together."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stopped = threading.Event()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._arguments: dict[str, list[str]] = {}
        self._once: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, arguments: list[str]) -> None:
        """Start what has to run all the time."""
        self._arguments[name] = arguments
        # A session of their own: Ctrl-C reaches this process alone, which then ends them in order.
        self._running[name] = subprocess.Popen(arguments, start_new_session=True)

    def start_once(self, name: str, arguments: list[str]) -> None:
        """Start what ends by itself."""
        self._once[name] = subprocess.Popen(arguments, start_new_session=True)

    def all_alive(self) -> bool:
        """Say whether everything that has to run does."""
        return all(child.poll() is None for child in self._running.values())

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Ask for the end, as a handler of signals."""
        self.stopped.set()

    def watch(self) -> int:
        """Start again what ended by itself; return when the end was asked for."""
        while not self.stopped.wait(LOOK_EVERY):
            for name, child in list(self._running.items()):
                if child.poll() is not None:
                    print(f"{name} hat sich beendet und wird neu gestartet.", flush=True)
                    if self.stopped.wait(1.0):
                        break
                    self.start(name, self._arguments[name])
        return 0

    def end_all(self) -> None:
        """End every child: first by asking, after a while by force."""
        print("e-Akte wird beendet …", flush=True)
        children = [*self._running.values(), *self._once.values()]
        for child in children:
            if child.poll() is None:
                child.terminate()
        ends = time.monotonic() + STOP_SECONDS
        for child in children:
            try:
                child.wait(timeout=max(0.1, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
