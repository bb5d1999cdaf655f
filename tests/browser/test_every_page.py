"""Is every page readable for everybody, on desk and phone, in light and dark?"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, sign_in, violations, watch
from tests.browser.test_journey import RECOGNISED, stack, upload

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCREENS = {
    "desk": (WIDE, "light"),
    "desk, dark": (WIDE, "dark"),
    "phone": (NARROW, "light"),
    "phone, dark": (NARROW, "dark"),
}
LANGUAGES = {"de": "Deutsch", "en": "English"}
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
        "/api/v1/docs",
        "/dokument/{document}",
        "/dokument/{document}/quittung",
        "/gibt-es-nicht",
    ],
    "stefan": ["/", "/posteingang"],
    "rita": ["/", "/posteingang", "/akten", "/aktenplan", "/protokoll", "/protokoll/einsicht"],
    "anton": ["/", "/verwaltung/benutzer", "/verwaltung/benutzer/neu", "/konto"],
}


@pytest.fixture(scope="module")
def readable(
    chromium: Browser, desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The id of a document that is ready to be read."""
    context = chromium.new_context(locale="de-DE")
    page = watch(context).page
    sign_in(page, desk)
    upload(page, desk, stack(tmp_path_factory.mktemp("in") / "lesbar.png", "Barrierefrei"))
    row = page.locator("tr", has_text="lesbar").first
    expect(row.get_by_text("Bereit")).to_be_visible(timeout=RECOGNISED)
    address = row.get_by_role("link").first.get_attribute("href") or ""
    yield address.rsplit("/", 1)[1]
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("login", PAGES)
def test_no_page_has_a_violation_or_overflows(
    chromium: Browser, desk: Desk, readable: str, login: str, language: str
) -> None:
    if desk.backends != "embedded":
        pytest.skip("the pages are the same on every database and store")
    context = chromium.new_context(locale="de-DE", viewport=SCREENS["desk"][0])
    watched = watch(context)
    page = watched.page
    sign_in(page, desk, login)
    choose(page, language)
    found: list[str] = []
    for pattern in PAGES[login]:
        address = pattern.format(dossier=desk.dossier_id, case=desk.case_id, document=readable)
        page.goto(desk.address + address)
        page.wait_for_load_state("networkidle")
        expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))
        for screen, (viewport, scheme) in SCREENS.items():
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme)
            found += [f"{address} ({screen}) {each}" for each in violations(page)]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                found.append(f"{address} ({screen}) is {wide} pixels too wide")
    choose(page, "de")
    context.close()
    assert watched.complaints == []
    assert found == []


def test_the_door_itself_has_no_violation(chromium: Browser, desk: Desk) -> None:
    for viewport, scheme in SCREENS.values():
        context = chromium.new_context(viewport=viewport, color_scheme=scheme)
        page = watch(context).page
        page.goto(f"{desk.address}/anmelden")
        assert violations(page) == []
        context.close()


def choose(page: Page, language: str) -> None:
    """Switch the interface to this language where it speaks the other one."""
    page.set_viewport_size(SCREENS["desk"][0])
    if not (page.locator("html").get_attribute("lang") or "").startswith(language):
        page.get_by_role("button", name=LANGUAGES[language]).first.click()
        expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))
