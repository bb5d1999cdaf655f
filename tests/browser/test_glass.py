"""Does the glass break for one dossier and some minutes, with somebody watching at once?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import APIResponse, Browser, Page, expect

from tests.browser.conftest import Desk, sign_in, violations, watch
from tests.browser.furnished import PASSWORD, Furnished

pytestmark = pytest.mark.browser

WHY = "Die Polizei fragt nach einer Betreuung"
MINUTES = timedelta(minutes=30)


@pytest.fixture
def watcher(chromium: Browser, desk: Desk, furnished: Furnished) -> Iterator[Page]:
    """The window of the one who wards data protection."""
    context = chromium.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
    watched = watch(context)
    sign_in(watched.page, desk, "dora")
    yield watched.page
    context.close()
    assert watched.complaints == []


def sign_in_with_code(page: Page, desk: Desk, furnished: Furnished) -> None:
    """Sign in with password and a code that was kept for the day on which the telephone is away."""
    page.goto(f"{desk.address}/anmelden")
    page.get_by_label("Anmeldename").fill("nora")
    page.get_by_label("Kennwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(re.compile("zweiter-schritt"))
    used = list(furnished.recovery)
    furnished.recovery = tuple(used[1:])
    page.get_by_label("Code", exact=True).fill(used[0])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.address}/")


def ask_to_open(page: Page, desk: Desk, reference: str) -> None:
    page.goto(f"{desk.address}/notfallzugriff")
    page.get_by_label("Aktenzeichen").fill(reference)
    page.get_by_label("Begründung").fill(WHY)
    page.get_by_role("button", name="Akte öffnen").click()


def prove(page: Page, furnished: Furnished) -> None:
    """Show again who one is; each code counts once, so another test may have to wait for one."""
    expect(page.get_by_role("heading", name="Noch einmal ausweisen")).to_be_visible()
    expect(page.get_by_text("Ihre Eingaben bleiben erhalten.")).to_be_visible()
    page.get_by_label("Kennwort", exact=True).fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(furnished.secret).now())
    assert violations(page) == []
    page.get_by_role("button", name="Fortfahren").click()


def by_key(page: Page, key: str, method: str, address: str, told: object = None) -> APIResponse:
    """Ask the interface as a program, which no cookie signs in."""
    headers = {"Authorization": f"Bearer {key}"}
    return page.request.fetch(address, method=method, headers=headers, data=told)


def test_the_glass_breaks_before_the_eyes_of_a_second_person_until_they_have_looked(
    page: Page, watcher: Page, desk: Desk, furnished: Furnished
) -> None:
    dossier = f"{desk.address}/akte/{desk.dossier_id}"
    sign_in_with_code(page, desk, furnished)
    assert page.goto(dossier).status == 404

    # Nothing opens without proving again who one is, and then what was typed is still there.
    ask_to_open(page, desk, "SBR 1/2026")
    prove(page, furnished)
    page.wait_for_url(dossier)
    expect(page.get_by_text("Die Akte ist geöffnet. Die Öffnung wurde gemeldet.")).to_be_visible()
    open_until = page.locator(".hints time").first.get_attribute("datetime") or ""
    left = datetime.fromisoformat(open_until) - datetime.now(UTC)
    assert MINUTES - timedelta(minutes=2) < left <= MINUTES
    assert violations(page) == []

    # One dossier, and to read.
    expect(page.get_by_role("link", name="2. Widerspruch")).to_be_visible()
    expect(page.get_by_role("link", name="Angaben ändern")).to_have_count(0)
    expect(page.get_by_role("link", name="Neuer Vorgang")).to_have_count(0)
    assert page.goto(f"{dossier}/bearbeiten").status == 403
    assert page.goto(f"{desk.address}/akte/{furnished.parts['locked_id']}").status == 404

    # A second person is told on whatever page they open next.
    watcher.goto(desk.address)
    told = watcher.locator(".hints .notice", has_text="Nora Notfall hat eine Akte im Notfall")
    expect(told).to_have_count(1)
    told.get_by_role("link", name="Ansehen").click()
    row = watcher.locator(".review", has_text="Nora Notfall")
    expect(row).to_contain_text("SBR 1/2026")
    expect(row).to_contain_text(WHY)
    told.get_by_role("button", name="Gesehen").click()
    expect(told).to_have_count(0)

    # Having seen it is not having looked at it: it stays until there is a verdict.
    watcher.goto(f"{desk.address}/notfallzugriff")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Zugriff sofort beenden").click()
    assert page.goto(dossier).status == 404
    row.get_by_label("Ergebnis der Prüfung").fill("Anruf der Polizei liegt vor")
    row.get_by_role("button", name="Als geprüft festhalten").click()
    expect(row).to_have_count(0)
    done = watcher.locator("section", has_text="Zuletzt geprüft")
    expect(done.get_by_text("Anruf der Polizei liegt vor")).to_be_visible()

    # What is about staff is not opened, and looks like what does not exist.
    for reference in (furnished.staff_reference, "SBR 999/2026"):
        ask_to_open(page, desk, reference)
        refused = page.get_by_text("Eine Akte mit diesem Aktenzeichen kann nicht geöffnet werden.")
        expect(refused).to_be_visible()
        expect(page.get_by_label("Begründung")).to_have_value(WHY)

    # The same by the interface: no key proves who one is, the confirmed session does.
    glass = f"{desk.address}/api/v1/glass"
    wanted = {"reference": "SBR 1/2026", "reason": WHY}
    assert by_key(page, furnished.key, "POST", glass, wanted).status == 403
    page.goto(desk.address)
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    ours = {"X-CSRFToken": token}
    opened = page.request.post(glass, data=wanted, headers=ours)
    assert opened.status == 201
    grant = opened.json()["id"]
    for reference in (furnished.staff_reference, "SBR 999/2026"):
        missed = page.request.post(
            glass, data={"reference": reference, "reason": WHY}, headers=ours
        )
        assert missed.status == 404
    read = f"{desk.address}/api/v1/dossiers/{desk.dossier_id}"
    assert page.request.get(read).status == 200
    assert by_key(page, furnished.key, "GET", glass).status == 403
    waiting = by_key(page, furnished.watch_key, "GET", glass).json()["waiting"]
    assert [one["id"] for one in waiting if one["reason"] == WHY] == [grant]
    notices = by_key(page, furnished.watch_key, "GET", f"{desk.address}/api/v1/notices")
    assert grant in notices.text()
    assert page.request.delete(f"{glass}/{grant}", headers=ours).status == 204
    assert page.request.get(read).status == 404
    verdict = {"verdict": "Anruf der Polizei liegt vor"}
    reviewed = by_key(page, furnished.watch_key, "POST", f"{glass}/{grant}/review", verdict)
    assert reviewed.status == 204
    waiting = by_key(page, furnished.watch_key, "GET", glass).json()["waiting"]
    assert grant not in [one["id"] for one in waiting]
