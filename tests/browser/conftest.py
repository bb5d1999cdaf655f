"""A running house and a real Chromium that looks at it as its users do."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from eakte.access.accounts import create_department, create_user
from eakte.bootstrap import Office, open_office, prepare
from eakte.config import load_settings
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.plan import add_plan_entry
from eakte.model.catalogue import DocumentType
from eakte.model.user import Role
from tests.browser.furnished import PASSWORD, Furnished, furnish, typed_in
from tests.builders import give_rules
from tests.journeys.conftest import ROOT, CommandLine, server_environment
from tests.migrated import lay_out

CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "eakte" / "web" / "node_modules" / "axe-core" / "axe.min.js"
# A refusal is an answer, and a poll that leaving the page cut off is no fault.
EXPECTED = re.compile(r"status of (4\d\d|503)|htmx:(afterRequest|sendAbort|sendError)")
ROLES = {
    "clara": (Role.CLERK, "Clara Beispiel"),
    "stefan": (Role.SCANNING, "Stefan Stapel"),
    "rita": (Role.RECORDS_MANAGER, "Rita Register"),
    "anton": (Role.ADMINISTRATOR, "Anton Amt"),
}


@dataclass
class Desk:
    """The address of a running house."""

    address: str
    folder: Path
    dossier_id: str
    case_id: str
    command: CommandLine
    backends: str


@pytest.fixture(
    scope="session",
    params=[
        # Each set of backends is walked through by a process of its own, in one house.
        pytest.param("embedded", marks=pytest.mark.xdist_group("embedded")),
        pytest.param(
            "servers",
            marks=[pytest.mark.postgres, pytest.mark.s3, pytest.mark.xdist_group("servers")],
        ),
    ],
)
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Web server and worker, started as ``scripts/run`` starts them, on each set of backends."""
    folder = tmp_path_factory.mktemp("house")
    environment = server_environment() if request.param == "servers" else {}
    port = _free_port()
    environment |= {"EAKTE_PORT": str(port), "EAKTE_WEB_PROCESSES": "1"}
    command = CommandLine(folder, environment)
    dossier_id, case_id = _furnish(command)
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "eakte.cli", "serve", "--with-worker"],
            env=command.full_environment(),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, folder / "serve.log")
        yield Desk(address, folder, dossier_id, case_id, command, request.param)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=60)


@pytest.fixture(scope="session")
def furnished(desk: Desk) -> Furnished:
    """The same house after a day of work; see there what stands in it."""
    office = opened(desk.command)
    try:
        return furnish(office, UUID(desk.dossier_id), desk.folder / "scanned")
    finally:
        office.close()


@pytest.fixture
def typed(desk: Desk, furnished: Furnished) -> tuple[str, ...]:
    """What people have typed up to this moment: other tests have brought letters meanwhile."""
    office = opened(desk.command)
    try:
        with office.as_system() as work:
            return typed_in(work)
    finally:
        office.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests, Debian's own."""
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium; scripts/test installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page whose complaints are remembered."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def page(chromium: Browser, desk: Desk) -> Iterator[Page]:
    """A fresh browser window; the test fails when a script or the security policy complained."""
    context = chromium.new_context(
        locale="de-DE", viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    watched = watch(context)
    yield watched.page
    context.close()
    assert watched.complaints == []


def watch(context: BrowserContext) -> Watched:
    """Open a page and remember every error it reports."""
    watched = Watched(context.new_page())
    watched.page.set_default_timeout(30_000)
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    watched.page.on(
        "console",
        lambda message: (
            watched.complaints.append(message.text)
            if message.type == "error" and not EXPECTED.search(message.text)
            else None
        ),
    )
    return watched


def sign_in(page: Page, desk: Desk, login: str = "clara") -> None:
    """Sign in through the form."""
    page.goto(f"{desk.address}/anmelden")
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Kennwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(f"{desk.address}/")


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page, one line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{each['id']}: {each['help']} – {node['target']}"
        for each in found
        for node in each["nodes"]
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def opened(command: CommandLine) -> Office:
    """Open the house of a command line from here."""
    settings = load_settings(
        data=command.folder,
        database_url=command.environment.get("EAKTE_DATABASE_URL", ""),
        store_url=command.environment.get("EAKTE_STORE_URL", ""),
        store_access_key=command.environment.get("EAKTE_STORE_ACCESS_KEY", ""),
        store_secret_key=command.environment.get("EAKTE_STORE_SECRET_KEY", ""),
    )
    return open_office(settings)


def _furnish(command: CommandLine) -> tuple[str, str]:
    """Create units, staff, a plan and a dossier, as an office would before its first day."""
    office = opened(command)
    lay_out(office.settings.database)
    prepare(office)
    with office.as_system() as work:
        unit = create_department(work, "sbr", name="Schwerbehindertenrecht")
        for login, (role, name) in ROLES.items():
            create_user(
                work,
                login,
                name=name,
                password=PASSWORD,
                roles={role},
                departments=[unit] if role is not Role.ADMINISTRATOR else [],
            )
        give_rules(work, unit)
        work.session.add(DocumentType(department_id=unit.id, key="antrag", title="Antrag"))
        add_plan_entry(work, "5", title="Soziales")
        entry = add_plan_entry(
            work,
            "5.2",
            title="Feststellung nach dem SGB IX",
            department=unit,
            reference_prefix="SBR",
            takes_dossiers=True,
        )
        dossier = open_dossier(
            work, entry, subject="Feststellung der Behinderung", person_name="Möller, Änne"
        )
        case = open_case(work, dossier, procedure="Erstantrag")
        named = str(dossier.id), str(case.id)
    office.close()
    return named


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + 90
    while time.monotonic() < ends and server.poll() is None:
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=2)
        try:
            connection.request("GET", "/gesundheit")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.3)
    if server.poll() is None:
        server.kill()
    raise AssertionError(f"the house did not open: {log.read_text(encoding='utf-8')[-2000:]}")
