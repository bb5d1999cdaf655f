"""Does records management see in the browser what an archive answered, and what stands against?"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Desk, sign_in, violations
from tests.browser.furnished import Furnished

pytestmark = pytest.mark.browser

NARROW: ViewportSize = {"width": 390, "height": 844}
WIDE: ViewportSize = {"width": 1280, "height": 900}
SHOTS = os.environ.get("EAKTE_TEST_SHOTS", "")


def looked_at(page: Page, name: str) -> None:
    """Look for violations on a screen and on a phone, by day and by night."""
    for size, dark in ((WIDE, False), (NARROW, False), (NARROW, True), (WIDE, True)):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="dark" if dark else "light")
        if SHOTS:
            shot = Path(SHOTS) / f"{name}-{size['width']}-{'dark' if dark else 'light'}.png"
            page.screenshot(path=str(shot), full_page=True)
        assert violations(page) == []
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, (name, size)
    page.set_viewport_size(WIDE)


def test_an_offer_shows_every_fault_and_is_called_off(
    page: Page, desk: Desk, furnished: Furnished, tmp_path: Path
) -> None:
    sign_in(page, desk, "rita")
    page.goto(f"{desk.address}/aussonderung")
    page.get_by_role("checkbox", name=re.compile("^Akte SBR")).first.check()
    page.get_by_role("button", name="Ausgewählte einem Archiv anbieten").click()
    page.wait_for_url(re.compile("/angebote/neu"))
    expect(page.get_by_text("Nach der Regel ist die Akte zu vernichten (V)")).to_be_visible()
    looked_at(page, "offer-new")
    page.goto(f"{desk.address}/aussonderung/angebote")
    expect(page.get_by_text("Nachrichten ohne Anbietung")).to_be_visible()
    looked_at(page, "offers")
    page.get_by_role("link", name="Anbietung Nr. 1").click()
    expect(page.get_by_text("Die Antwort des Archivs ist überfällig.")).to_be_visible()
    looked_at(page, "offer")
    answer = tmp_path / f"{furnished.parts['offer_id']}_0502_1.zip"
    answer.write_bytes(b"no package at all")
    page.locator("summary", has_text="Nachricht eines Archivs einlesen").press("Enter")
    page.get_by_label("Paket des Archivs").set_input_files(answer)
    page.get_by_role("button", name="Einlesen").click()
    expect(page.get_by_text("Die Nachricht hat Fehler und ändert nichts")).to_be_visible()
    expect(page.get_by_text("Fehlerhaft, ohne Wirkung").last).to_be_visible()
    page.locator("summary", has_text="Anbietung abbrechen").press("Enter")
    page.get_by_label("Grund").fill("Das Archiv ist umgezogen")
    page.get_by_role("button", name="Abbrechen", exact=True).click()
    expect(page.get_by_text("Das Archiv ist umgezogen")).to_be_visible()
    looked_at(page, "offer-ended")
