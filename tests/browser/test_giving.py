"""Does a clerk get from a dossier to a finished inspection of files, for whoever represents?"""

from __future__ import annotations

import time
import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from eakte.filing.describing import Description
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import place_document
from eakte.filing.plan import plan_entry
from eakte.intake.delivering import Declared, deliver
from eakte.model.case import Case
from eakte.model.document import Direction, Document, ProcessingState, Source
from tests.browser.conftest import Desk, opened, sign_in, violations
from tests.browser.drawing import stack
from tests.browser.furnished import IMAGE, PASSWORD
from tests.browser.people import acting
from tests.browser.test_journey import RECOGNISED
from tests.browser.test_redacting import SHOTS, shot

pytestmark = pytest.mark.browser

LETTERS = ("Antrag", "Befundbericht", "Schreiben der Nachbarin")
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def test_a_clerk_enters_a_lawyer_and_gives_them_inspection(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    dossier = _filed(desk, tmp_path)
    sign_in(page, desk)
    page.goto(f"{desk.address}/akte/{dossier}")
    page.get_by_role("link", name="niemand; eintragen").click()
    page.get_by_label("Name", exact=True).fill("Klug, Petra")
    page.get_by_label("Vertritt die Person als").select_option("lawyer")
    page.get_by_label("Anschrift").fill("Kanzleiweg 3\n84028 Musterstadt")
    page.get_by_label("Vollmacht oder Bestellung").fill("Vollmacht vom 3. März 2026")
    page.get_by_label("Deren Zeichen").fill("112/26 KL")
    page.get_by_role("button", name="Eintragen").click()
    expect(page.get_by_role("link", name="Petra Klug")).to_be_visible()
    looked_at(page, desk, "represented")

    page.goto(f"{desk.address}/akte/{dossier}")
    expect(page.get_by_role("link", name="Petra Klug")).to_be_visible()
    page.get_by_role("link", name="Übersendungen").click()
    page.get_by_role("link", name="Akteneinsicht", exact=True).click()
    # Who represents the person stands there already.
    expect(page.get_by_label("Wer Einsicht nimmt")).to_have_value("Petra Klug")
    expect(page.get_by_label("Nimmt Einsicht als")).to_have_value("lawyer")
    expect(page.get_by_text("Für die Person handelt: Petra Klug")).to_be_visible()
    # Pages as they are opened are looked at by the walk through every page.
    page.get_by_role("button", name="Prüfen und ansehen").click()
    expect(page.get_by_text("§ 25 Abs. 2 SGB X").first).to_be_visible()
    looked_at(page, desk, "giving-refused")
    page.get_by_label("Grund zu „Befundbericht“").fill("Dr. Arzt hat keine Bedenken")
    chosen = page.get_by_label("Entscheidung zu „Schreiben der Nachbarin“")
    chosen.select_option("withhold")
    page.get_by_label("Grund zu „Schreiben der Nachbarin“").fill("Angaben über eine Dritte")
    page.get_by_role("button", name="Prüfen und ansehen").click()
    expect(page.get_by_text("Nichts steht dagegen.")).to_be_visible()
    looked_at(page, desk, "giving-seen")
    page.get_by_role("button", name="Paket zusammenstellen").click()
    expect(page.get_by_role("heading", name="Noch einmal ausweisen")).to_be_visible()
    page.get_by_label("Kennwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Fortfahren").click()
    expect(page.get_by_text("Das ganze Paket als ZIP")).to_be_visible(timeout=RECOGNISED)
    looked_at(page, desk, "given")
    with page.expect_download() as started:
        page.get_by_role("link", name="herunterladen").first.click()
    with zipfile.ZipFile(BytesIO(Path(started.value.path()).read_bytes())) as packed:
        named = packed.namelist()
    assert {"0000_Deckblatt.pdf", "0000_Gesamtakte.pdf", "0002_Befundbericht.pdf"} <= set(named)
    assert [one for one in named if one.startswith("0003_")] == ["0003_Fehlblatt.pdf"]
    page.get_by_role("button", name="Übergabe vermerken").click()
    expect(page.get_by_text("Ausgehändigt oder übersandt am").first).to_be_visible()

    page.goto(f"{desk.address}/akte/{dossier}/akteneinsichten")
    expect(page.get_by_text("Petra Klug").first).to_be_visible()
    looked_at(page, desk, "inspected")


def looked_at(page: Page, desk: Desk, name: str) -> None:
    """Ask axe-core on the desk and on a dark phone; with pictures on every screen."""
    if desk.backends != "embedded":
        return  # the pages are the same on every database and store
    screens = [("", WIDE, "light"), ("-phone-dark", PHONE, "dark")]
    if SHOTS:
        screens += [("-dark", WIDE, "dark"), ("-phone", PHONE, "light")]
    for screen, size, scheme in screens:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], f"{name}{screen}"
        across = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert across <= 0, f"{name}{screen} is {across} pixels too wide"
        shot(page, f"{name}{screen}")
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")


def _filed(desk: Desk, folder: Path) -> UUID:
    """A dossier with three letters that were read to the end."""
    office = opened(desk.command)
    try:
        clerk = acting(office, "clara")
        with office.begin(clerk) as work:
            made = open_dossier(
                work, plan_entry(work, "5.2"), subject="Einsicht", person_name="Einsicht, Emma"
            )
            dossier, case = made.id, open_case(work, made, procedure="Widerspruch").id
        letters = []
        for number, title in enumerate(LETTERS):
            receipt = deliver(
                partial(office.begin, clerk),
                stack(folder / f"{number}.png", f"{title}\nEinsicht"),
                declared=Declared(name=f"{title}.png", source=Source.UPLOAD, department="sbr"),
                look=lambda path, name: IMAGE,
            )
            letters.append(receipt.document_id)
            with office.begin(clerk) as work:
                place_document(
                    work,
                    work.session.get_one(Document, receipt.document_id),
                    case=work.session.get_one(Case, case),
                    description=Description(
                        title=title,
                        direction=Direction.INCOMING,
                        received_on=work.clock.today(),
                        from_doctor=title == "Befundbericht",
                    ),
                )
        ends = time.monotonic() + RECOGNISED / 1000
        while time.monotonic() < ends:
            with office.as_system() as work:
                states = {work.session.get_one(Document, one).processing for one in letters}
            if states == {ProcessingState.READY}:
                return dossier
            time.sleep(0.5)
        raise AssertionError(f"the letters were not read in time: {states}")
    finally:
        office.close()
