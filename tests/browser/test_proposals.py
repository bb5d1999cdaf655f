"""Is a letter recognised, proposed, taken over with one key and filed with the next?"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, sign_in, violations
from tests.browser.drawing import stack
from tests.browser.test_journey import RECOGNISED, upload

pytestmark = pytest.mark.browser


def test_a_proposal_is_taken_over_by_one_key_and_filed_by_the_next(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    reference = f"SBR 1/{date.today().year}"
    words = f"Antrag\nUnser Zeichen: {reference}\nFrau Änne Möller\nWeg 1"
    sign_in(page, desk)
    upload(page, desk, stack(tmp_path / "vorgeschlagen.png", words))
    page.goto(f"{desk.address}/posteingang")
    row = page.locator("tr", has_text="vorgeschlagen").first
    expect(row.get_by_text("Bereit")).to_be_visible(timeout=RECOGNISED)
    expect(row.get_by_text(f"Vorschlag: {reference} (sicher)")).to_be_visible(timeout=RECOGNISED)
    row.get_by_role("link", name=re.compile("vorgeschlagen")).first.click()

    first = page.locator(".proposal--first")
    expect(first).to_contain_text(reference)
    expect(first).to_contain_text(f"Aktenzeichen {reference} auf Seite 1 gelesen")
    expect(first).to_contain_text("sicher")
    assert violations(page) == []
    address = page.url

    page.locator("body").press("v")
    expect(page.get_by_role("combobox", name="Akte oder Vorgang")).to_have_value(
        # Which of its cases is meant, the letter does not say: others may have opened one.
        re.compile(rf"^{re.escape(reference)} · \w+")
    )
    expect(page.get_by_label("Dokumentart")).to_have_value("Antrag")
    expect(page.get_by_label("Betreff")).to_have_value("Antrag")
    # Taken over is not filed: the letter lies where it lay until the person presses on.
    expect(page.get_by_role("button", name="Ablegen und weiter")).to_be_focused()
    assert page.url == address
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Rückgängig")).to_be_visible()
    expect(page.get_by_text(f"„Antrag“ liegt jetzt in {reference}.")).to_be_visible()

    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator(".proposal--first")).to_contain_text(reference, timeout=RECOGNISED)
    link = page.get_by_role("link", name=re.compile("Vorschlag übernehmen"))
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ablegen und weiter")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Ersten Vorschlag übernehmen")
