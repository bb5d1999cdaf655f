"""Are pages put in order by keyboard alone, without a script as well, and is each letter found?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, sign_in, violations
from tests.browser.drawing import stack
from tests.browser.test_journey import RECOGNISED, upload

pytestmark = pytest.mark.browser


def brought(page: Page, desk: Desk, folder: Path, name: str, *words: str) -> None:
    """Bring a scan and open it once it was read."""
    upload(page, desk, stack(folder / f"{name}.tiff", *words))
    page.goto(f"{desk.address}/posteingang")
    row = page.locator("tr", has_text=name).first
    expect(row.get_by_text("Bereit")).to_be_visible(timeout=RECOGNISED)
    row.get_by_role("link", name=name).first.click()


def test_a_scan_is_split_and_turned_by_keyboard_and_put_back(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    sign_in(page, desk)
    brought(page, desk, tmp_path, "zerlegbar", "Erster Brief", "Zweiter Brief", "Dritter Brief")
    page.get_by_role("link", name="Seiten ordnen").click()
    plan = page.get_by_label("Reihenfolge", exact=True)
    expect(plan).to_have_value("1, 2, 3")
    assert violations(page) == []

    page.get_by_role("option").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("t")
    expect(plan).to_have_value("1, 2r | 3")
    expect(page.get_by_role("option").nth(2)).to_have_accessible_name(
        "Seite 3, beginnt ein neues Schreiben"
    )
    expect(page.get_by_text("Es entstehen 2 Schreiben")).to_be_visible()
    page.keyboard.press("Shift+ArrowLeft")
    expect(plan).to_have_value("1 | 3, 2r")
    page.keyboard.press("Delete")
    expect(plan).to_have_value("1, 2r")
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect(plan).to_have_value("1, 2r | 3")
    assert violations(page) == []

    page.get_by_role("button", name="So ordnen").click()
    expect(page.get_by_role("heading", name="Diese Schreiben sind entstanden")).to_be_visible(
        timeout=RECOGNISED
    )
    assert violations(page) == []
    expect(page.get_by_role("link", name=re.compile(r"zerlegbar \(\d.2\)"))).to_have_count(2)
    page.get_by_role("button", name="Zurücknehmen").click()
    expect(page.get_by_text("liegen wieder im Posteingang")).to_be_visible()
    expect(page.get_by_role("link", name="Seiten ordnen")).to_be_visible()


def test_without_a_script_the_order_is_typed(
    chromium: Browser, page: Page, desk: Desk, tmp_path: Path
) -> None:
    sign_in(page, desk)
    brought(page, desk, tmp_path, "getippt", "Oben", "Unten")
    address = f"{page.url}/seiten"
    state = page.context.storage_state()
    context = chromium.new_context(locale="de-DE", java_script_enabled=False, storage_state=state)
    plain = context.new_page()
    plain.goto(address)
    expect(plain.get_by_role("toolbar")).to_be_hidden()
    plain.get_by_label("Reihenfolge", exact=True).fill("2, 1u")
    plain.get_by_role("button", name="So ordnen").click()
    for _ in range(60):
        if "/seitenordnung/" not in plain.url:
            break
        plain.wait_for_timeout(500)
        plain.reload()
    expect(plain.get_by_text("Fassung 2")).to_be_visible()
    context.close()
