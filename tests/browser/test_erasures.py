"""Do two people decide in the browser that a dossier is destroyed, and is one spared again?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, sign_in, violations, watch
from tests.browser.furnished import PASSWORD, Furnished

pytestmark = pytest.mark.browser


def test_one_proposes_another_approves_and_a_dossier_is_spared(
    chromium: Browser, page: Page, desk: Desk, furnished: Furnished
) -> None:
    sign_in(page, desk, "rita")
    page.goto(f"{desk.address}/aussonderung")
    # The one before it is offered to an archive.
    free = page.get_by_role("checkbox", name=re.compile("^Akte SBR")).last
    expect(free).to_be_visible()
    free.focus()
    page.keyboard.press("Space")
    expect(free).to_be_checked()
    page.get_by_label("Bemerkung zur Vernichtung").fill("Jahresaussonderung")
    assert violations(page) == []
    page.get_by_role("button", name="Ausgewählte zur Vernichtung vorschlagen").click()
    page.wait_for_url(re.compile("/aussonderung/vernichtungen/"))
    expect(page.get_by_text("Eine andere Person gibt frei")).to_be_visible()
    expect(page.get_by_role("button", name="Vernichtung freigeben")).to_have_count(0)
    assert violations(page) == []

    context = chromium.new_context(locale="de-DE", viewport={"width": 390, "height": 844})
    watched = watch(context)
    second = watched.page
    sign_in(second, desk, "lena")
    second.goto(page.url)
    second.get_by_role("button", name="Vernichtung freigeben").press("Enter")
    second.get_by_label("Kennwort", exact=True).fill(PASSWORD)
    second.get_by_role("button", name="Fortfahren").press("Enter")
    expect(second.get_by_text("Die Vernichtung ist freigegeben")).to_be_visible()
    expect(second.get_by_text("Wartezeit bis")).to_be_visible()
    assert violations(second) == []
    context.close()
    assert watched.complaints == []

    page.reload()
    page.locator("summary", has_text="Ausnehmen …").press("Enter")
    page.get_by_label("Sie bleibt, weil").fill("Zeitzeugnis")
    page.get_by_role("button", name="Ausnehmen", exact=True).click()
    expect(page.get_by_text("Ausgenommen: Zeitzeugnis")).to_be_visible()
    expect(page.get_by_text("Beendet").first).to_be_visible()
    assert violations(page) == []
