"""Can somebody check a stack page by page by keyboard alone, and release it?"""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, sign_in, violations, watch
from tests.browser.test_journey import RECOGNISED
from tests.stacks.paper import letter
from tests.stacks.paper import stack as bound

pytestmark = pytest.mark.browser


def delivered(page: Page, desk: Desk, path: Path) -> str:
    """Bring a stack by hand, wait until it is taken apart, and return its address."""
    page.goto(f"{desk.address}/stapel")
    page.locator("#stack").set_input_files(str(path))
    page.get_by_role("button", name="Stapel einliefern").click()
    expect(page.get_by_text("Die Bilanz stimmt")).to_be_visible(timeout=RECOGNISED)
    return page.url


def begin(page: Page, address: str) -> None:
    """Begin the check as soon as every letter is read, and wait for the pictures."""
    ends = time.monotonic() + RECOGNISED / 1000
    while time.monotonic() < ends:
        page.goto(f"{address}/pruefung")
        start = page.get_by_role("button", name="Prüfung beginnen")
        if start.is_visible():
            start.click()
        elif not page.get_by_text("werden vorbereitet").first.is_visible():
            return
        page.wait_for_timeout(500)


def test_a_stack_is_checked_by_keyboard_and_released(
    page: Page, chromium: Browser, desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "pruefstapel.pdf"
    path.write_bytes(bound([letter("eins"), letter("zwei"), letter("drei")]))
    sign_in(page, desk)
    address = delivered(page, desk, path)
    context = chromium.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
    watched = watch(context)
    checker = watched.page
    sign_in(checker, desk, "stefan")
    begin(checker, address)
    checker.get_by_role("link", name="Seiten ansehen").click()
    picture = checker.locator("[data-picture]")
    expect(picture).to_be_visible()
    # A4 at 150 dpi, as the worker has drawn it.
    assert 1235 < picture.evaluate("one => one.complete && one.naturalWidth") < 1245
    assert violations(checker) == []
    checker.keyboard.press("r")
    expect(checker.get_by_label("Zum Lesen gedreht um")).to_have_value("90")
    expect(picture).to_have_attribute("data-turn", "90")
    checker.keyboard.press("+")
    expect(picture).to_have_attribute("data-size", "150")
    checker.keyboard.press("o")
    checker.wait_for_url(re.compile(r"/pruefung/2$"))
    checker.keyboard.press("k")
    checker.wait_for_url(re.compile(r"/pruefung/1$"))
    expect(checker.get_by_label("Zum Lesen gedreht um")).to_have_value("90")
    checker.keyboard.press("j")
    checker.wait_for_url(re.compile(r"/pruefung/2$"))
    checker.keyboard.press("x")
    expect(checker.get_by_label("Was ist schlecht?")).to_be_focused()
    checker.keyboard.type("unscharf")
    checker.keyboard.press("Enter")
    checker.wait_for_url(re.compile(r"/pruefung/3$"))
    checker.keyboard.press("o")
    checker.wait_for_url(re.compile(r"/pruefung$"))
    expect(
        checker.get_by_text("Schlechte Seiten ohne freigegebenen neuen Scan: 2.")
    ).to_be_visible()
    # Looked at once more it was the glasses: the page is good, and the stack goes out.
    checker.get_by_role("link", name="Seite 2").click()
    checker.wait_for_url(re.compile(r"/pruefung/2$"))
    checker.keyboard.press("o")
    checker.wait_for_url(re.compile(r"/pruefung$"))
    checker.get_by_role("button", name="Stapel freigeben").click()
    expect(checker.get_by_text("Der Stapel ist freigegeben")).to_be_visible()
    note = checker.get_by_role("link", name="Transfervermerk als PDF")
    ends = time.monotonic() + RECOGNISED / 1000
    while not note.is_visible() and time.monotonic() < ends:
        checker.wait_for_timeout(500)
        checker.reload()
    expect(note).to_be_visible()
    assert violations(checker) == []
    context.close()
    assert watched.complaints == []
