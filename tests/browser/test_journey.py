"""Upload, recognised, filed, found, read at the page: does a person get there in a real browser?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, sign_in
from tests.browser.drawing import stack

pytestmark = pytest.mark.browser

# Until the text of a small document is there, on a busy machine.
RECOGNISED = 120_000


def upload(page: Page, desk: Desk, *paths: Path) -> None:
    """Choose documents on the upload page and wait for their receipts."""
    page.goto(f"{desk.address}/posteingang")
    page.locator("input[type=file]").set_input_files([str(path) for path in paths])
    for path in paths:
        row = page.locator(".upload-row", has_text=path.name)
        expect(row.locator("[data-receipt]")).to_be_visible(timeout=60_000)


def test_a_clerk_uploads_files_finds_and_reads_at_the_page(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    scan = stack(
        tmp_path / "antrag-moeller.tiff",
        "Antrag auf Feststellung\nÄnne Möller",
        "Befundbericht der Praxis",
        "Hiermit lege ich\nWiderspruch ein",
    )
    sign_in(page, desk)
    upload(page, desk, scan)
    row = page.locator("tr", has_text="antrag-moeller").first
    expect(row.get_by_text("Bereit")).to_be_visible(timeout=RECOGNISED)
    row.get_by_role("link", name=re.compile("antrag-moeller")).first.click()
    expect(page.locator(".pdfViewer .page")).to_have_count(3)

    # By keyboard alone: the target by a name, the type, then file and go on.
    page.keyboard.press("a")
    target = page.get_by_role("combobox", name="Akte oder Vorgang")
    expect(target).to_be_focused()
    page.keyboard.type("möl")
    expect(page.locator("#target-list").get_by_role("option").first).to_contain_text("Möller, Änne")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Dokumentart").fill("Antrag")
    page.get_by_label("Datum des Schreibens").fill("2026-10-01")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Rückgängig")).to_be_visible()

    page.goto(f"{desk.address}/akte/{desk.dossier_id}")
    expect(page.get_by_role("link", name=re.compile("antrag-moeller"))).to_be_visible()

    page.goto(f"{desk.address}/suche")
    page.get_by_role("main").get_by_role("searchbox").fill("Widersprüche")
    page.keyboard.press("Enter")
    hit = page.get_by_role("link", name="Seite 3")
    expect(hit).to_be_visible()
    expect(page.locator("mark").first).to_have_text(re.compile("Widerspruch"))
    assert "Widerspr" not in page.url.split("#")[0]
    hit.click()
    expect(page.locator(".pdfViewer .page[data-page-number='3'] .highlight").first).to_be_visible(
        timeout=RECOGNISED
    )
    expect(page.locator("#viewer-page")).to_have_value("3")


def test_a_filing_is_undone_with_one_click(page: Page, desk: Desk, tmp_path: Path) -> None:
    sign_in(page, desk)
    upload(page, desk, stack(tmp_path / "irrlaeufer.png", "Ein Irrläufer"))
    page.goto(f"{desk.address}/posteingang")
    page.locator("tr", has_text="irrlaeufer").get_by_role("link").first.click()
    page.get_by_role("combobox", name="Akte oder Vorgang").fill("sbr 1")
    page.locator("#target-list").get_by_role("option").first.click()
    page.get_by_role("button", name="Ablegen und weiter").click()
    page.get_by_role("button", name="Rückgängig").click()
    page.goto(f"{desk.address}/posteingang")
    expect(page.locator("tr", has_text="irrlaeufer")).to_be_visible()


def test_several_documents_are_sent_at_once_and_each_gets_its_receipt(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    sign_in(page, desk, "stefan")
    scans = [stack(tmp_path / f"post-{number}.png", f"Post {number}") for number in range(4)]
    upload(page, desk, *scans)
    expect(page.locator(".upload-row [data-receipt]:visible")).to_have_count(4)
    page.locator(".upload-row [data-receipt] a[href$='/quittung']").first.click()
    expect(page.get_by_text(re.compile("SHA-256")).first).to_be_visible()


def test_a_refused_upload_says_why_in_german(page: Page, desk: Desk, tmp_path: Path) -> None:
    sign_in(page, desk)
    page.goto(f"{desk.address}/posteingang")
    empty = tmp_path / "leer.pdf"
    empty.touch()
    page.locator("input[type=file]").set_input_files(str(empty))
    expect(page.locator(".upload-row [data-problem]")).to_contain_text("leer")


def test_a_damaged_pdf_stays_with_its_reason_and_a_button_to_try_again(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    sign_in(page, desk)
    damaged = tmp_path / "kaputt.pdf"
    damaged.write_bytes(b"%PDF-1.7\nthis is no document\n%%EOF")
    upload(page, desk, damaged)
    row = page.locator("tr", has_text="kaputt").first
    expect(row.get_by_text("beschädigt")).to_be_visible(timeout=RECOGNISED)
    expect(row.get_by_role("button", name="Erneut versuchen")).to_be_visible()


def test_the_original_comes_back_as_it_was_sent(page: Page, desk: Desk, tmp_path: Path) -> None:
    sign_in(page, desk)
    scan = stack(tmp_path / "unverändert.png", "Unverändert")
    upload(page, desk, scan)
    page.goto(f"{desk.address}/posteingang")
    page.locator("tr", has_text="unverändert").get_by_role("link").first.click()
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("Original")).first.click()
    assert Path(started.value.path()).read_bytes() == scan.read_bytes()
    assert started.value.suggested_filename == "unverändert.png"
