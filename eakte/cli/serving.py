"""How are web server and worker started together, kept running and stopped cleanly?"""

from __future__ import annotations

import argparse
import ctypes
import http.client
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from types import FrameType

from eakte.access.accounts import departments
from eakte.cli.house import work_until_stopped
from eakte.cli.opened import house, tell
from eakte.cli.web_server import WebServer
from eakte.config import Settings
from eakte.demo.office import demo_logins, has_demo, load_documents, load_office
from eakte.errors import PartUnavailable

Commands = argparse._SubParsersAction  # the only name argparse has for it

Task = Callable[[Settings], None]

FORK = multiprocessing.get_context("fork")
ENDING = (signal.SIGINT, signal.SIGTERM)
DEMO_NICENESS = 10
START_SECONDS = 60.0
STOP_SECONDS = 20.0
LOOK_EVERY = 0.2
PARENT_DIES = 1  # PR_SET_PDEATHSIG


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
    for sign in ENDING:
        signal.signal(sign, running.stop)
    running.start("Webserver", _serve_web)
    if given.with_worker:
        running.start("Hintergrundarbeit", _work)
    try:
        _wait_until_answering(settings, running)
        _greet(settings, demo=demo)
        if given.demo_if_empty and demo:
            running.start_once("Demo-Dokumente", _bring_demo_documents)
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


def _serve_web(settings: Settings) -> None:
    WebServer(settings).run()


def _work(settings: Settings) -> None:
    work_until_stopped(settings)


def _bring_demo_documents(settings: Settings) -> None:
    # Whoever works at the desk meanwhile comes first.
    os.nice(DEMO_NICENESS)
    with house(settings) as office:
        load_documents(office, report=_documents_loaded)


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
    """The processes of one start; all end together.

    They are forked: whatever this process has imported need not be imported three times.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stopped = threading.Event()
        self._running: dict[str, ForkProcess] = {}
        self._tasks: dict[str, Task] = {}
        self._once: dict[str, ForkProcess] = {}

    def start(self, name: str, task: Task) -> None:
        """Start what has to run all the time."""
        self._tasks[name] = task
        self._running[name] = self._forked(name, task)

    def start_once(self, name: str, task: Task) -> None:
        """Start what ends by itself."""
        self._once[name] = self._forked(name, task)

    def _forked(self, name: str, task: Task) -> ForkProcess:
        child = FORK.Process(target=_in_child, args=(task, self.settings, os.getpid()), name=name)
        # A child that is asked to end before it has its own handlers would only note it in ours.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            child.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        return child

    def all_alive(self) -> bool:
        """Say whether everything that has to run does."""
        return all(child.is_alive() for child in self._running.values())

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Ask for the end, as a handler of signals."""
        self.stopped.set()

    def watch(self) -> int:
        """Start again what ended by itself; return when the end was asked for."""
        while not self.stopped.wait(LOOK_EVERY):
            for name, child in list(self._running.items()):
                if not child.is_alive():
                    print(f"{name} hat sich beendet und wird neu gestartet.", flush=True)
                    if self.stopped.wait(1.0):
                        break
                    self.start(name, self._tasks[name])
        return 0

    def end_all(self) -> None:
        """End every child: first by asking, after a while by force."""
        print("e-Akte wird beendet …", flush=True)
        children = [*self._running.values(), *self._once.values()]
        for child in children:
            child.terminate()
        ends = time.monotonic() + STOP_SECONDS
        for child in children:
            child.join(timeout=max(0.1, ends - time.monotonic()))
            if child.is_alive():
                child.kill()
                child.join()


def _in_child(task: Task, settings: Settings, parent: int) -> None:
    # A session of its own: Ctrl-C reaches the parent alone, which then ends its children in order.
    os.setsid()
    for sign in ENDING:
        signal.signal(sign, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    _end_with_the_parent(parent)
    task(settings)


def _end_with_the_parent(parent: int) -> None:
    """Let the kernel end this process should its parent be killed: a port must not stay taken."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PARENT_DIES, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit()
