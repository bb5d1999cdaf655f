"""Is something marked with the mouse and by keyboard alone, and does the copy come without it?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, sign_in, violations
from tests.browser.test_arranging import brought
from tests.browser.test_journey import RECOGNISED

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("EAKTE_TEST_SHOTS", "")


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_a_name_is_marked_by_mouse_and_by_keyboard_and_is_gone_from_the_copy(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    sign_in(page, desk)
    brought(page, desk, tmp_path, "nachbarin", "Frau Nachbarin wohnt nebenan", "Zweite Seite")
    page.get_by_role("link", name="Schwärzen").click()
    sheet = page.locator("[data-redact]")
    expect(sheet).to_have_attribute("data-shown", "true", timeout=30_000)
    assert violations(page) == []

    # With the mouse: from one corner to the other, then Enter on the frame.
    page.get_by_label("Grund der Schwärzung").select_option("third-party")
    rim = page.locator("[data-redact-canvas]").bounding_box()
    assert rim is not None
    page.mouse.move(rim["x"] + rim["width"] * 0.1, rim["y"] + 40)
    page.mouse.down()
    page.mouse.move(rim["x"] + rim["width"] * 0.5, rim["y"] + 80, steps=4)
    page.mouse.up()
    frame = page.locator("[data-redact-frame]")
    expect(frame).to_be_focused()
    before = page.get_by_label("Von links").input_value()
    page.keyboard.press("ArrowRight")
    assert float(page.get_by_label("Von links").input_value()) == float(before) + 1
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 markierte Stelle")).to_be_visible()

    # By keyboard alone: the words of the page are boxes.
    page.get_by_label("Grund der Schwärzung").select_option("social-data")
    page.get_by_role("button", name="Wörter zeigen").press("Enter")
    word = page.get_by_role("checkbox", name="Nachbarin")
    expect(word).to_be_visible(timeout=30_000)
    assert violations(page) == []
    word.press("Space")
    page.get_by_role("button", name="Gewählte Wörter markieren").press("Enter")
    expect(page.get_by_role("heading", name="2 markierte Stellen")).to_be_visible()
    expect(page.locator("[data-mark]").nth(1)).to_be_visible(timeout=30_000)
    shot(page, "redact-light")
    page.get_by_role("button", name="Geschwärzte Fassung herstellen").press("Enter")
    expect(page.get_by_text("Geprüft und freigegeben")).to_be_visible(timeout=RECOGNISED)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(sheet).to_have_attribute("data-shown", "true", timeout=30_000)
    shot(page, "redact-phone-dark")
    across = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert across <= 0
    assert violations(page) == []
