"""Is every page readable for everybody, on desk and phone, in light and dark?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, sign_in, violations, watch
from tests.browser.test_journey import RECOGNISED, stack, upload

pytestmark = pytest.mark.browser

SCREENS = {
    "desk": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "desk, dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "phone, dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
PAGES = {
    "clara": [
        "/",
        "/posteingang",
        "/posteingang/hochladen",
        "/suche",
        "/akten",
        "/akten/neu",
        "/akte/{dossier}",
        "/akte/{dossier}/vorgang",
        "/vorgang/{case}",
        "/aktenplan",
        "/konto",
        "/dokument/{document}",
        "/dokument/{document}/quittung",
        "/gibt-es-nicht",
    ],
    "stefan": ["/", "/posteingang"],
    "rita": ["/", "/posteingang", "/akten", "/aktenplan", "/protokoll"],
    "anton": ["/", "/verwaltung/benutzer", "/verwaltung/benutzer/neu", "/konto"],
}


def a_document(page: Page, desk: Desk, folder: Path) -> str:
    """Return the id of a document that is ready to be read."""
    sign_in(page, desk)
    upload(page, desk, stack(folder / "barrierefrei.png", "Barrierefrei lesbar"))
    row = page.locator("tr", has_text="barrierefrei").first
    expect(row.get_by_text("Bereit")).to_be_visible(timeout=RECOGNISED)
    address = row.get_by_role("link").first.get_attribute("href") or ""
    return address.rsplit("/", 1)[1]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_has_a_violation_or_overflows(
    chromium: Browser, desk: Desk, tmp_path: Path, screen: str, language: str
) -> None:
    found: list[str] = []
    for login, addresses in PAGES.items():
        context = chromium.new_context(locale="de-DE", **SCREENS[screen])
        watched = watch(context)
        page = watched.page
        page.goto(f"{desk.address}/anmelden")
        found += [f"/anmelden {each}" for each in violations(page)]
        document = a_document(page, desk, tmp_path) if login == "clara" else ""
        if login != "clara":
            sign_in(page, desk, login)
        if language == "en":
            page.goto(f"{desk.address}/")
            page.get_by_role("button", name="English").click()
            expect(page.locator("html")).to_have_attribute("lang", re.compile("^en"))
        for pattern in addresses:
            address = pattern.format(dossier=desk.dossier_id, case=desk.case_id, document=document)
            page.goto(desk.address + address)
            page.wait_for_load_state("networkidle")
            found += [f"{login} {address} {each}" for each in violations(page)]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                found.append(f"{login} {address} is {wide} pixels too wide")
        context.close()
        assert watched.complaints == []
    assert found == []
