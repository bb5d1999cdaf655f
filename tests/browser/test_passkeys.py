"""Does a real browser make passkeys for this desk and sign in with them?"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Desk, sign_in, violations


def with_device(page: Page) -> None:
    """Give the browser a device of its own that verifies its user, without anybody touching it."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_out(page: Page) -> None:
    page.locator("summary[aria-label^=Konto]").click()
    page.get_by_role("button", name="Abmelden").click()
    page.get_by_role("heading", name="Anmelden").wait_for()


def test_a_passkey_is_made_and_opens_the_desk_without_a_password(page: Page, desk: Desk) -> None:
    # A key is made for a name, so not for an address in figures.
    named = Desk(
        desk.address.replace("127.0.0.1", "localhost"),
        desk.folder,
        desk.dossier_id,
        desk.case_id,
        desk.command,
        desk.backends,
    )
    with_device(page)
    sign_in(page, named, "rita")
    page.goto(f"{named.address}/konto/zweiter-faktor")
    page.get_by_label("Name des Geräts").fill("Dienstlaptop")
    page.get_by_role("button", name="Passkey einrichten").click()
    page.get_by_label("Kennwort", exact=True).fill(PASSWORD)
    assert violations(page) == []
    page.get_by_role("button", name="Fortfahren").click()
    page.get_by_label("Name des Geräts").fill("Dienstlaptop")
    page.get_by_role("button", name="Passkey einrichten").click()
    expect(page.locator(".codes li")).to_have_count(10)
    assert violations(page) == []
    sign_out(page)
    page.get_by_role("button", name="Mit einem Passkey anmelden").click()
    page.wait_for_url(f"{named.address}/")
    page.goto(f"{named.address}/konto/zweiter-faktor")
    assert violations(page) == []
    page.get_by_role("button", name="Passkey „Dienstlaptop“ entfernen").click()
    page.get_by_role("button", name="Mit dem Passkey bestätigen").click()
    expect(page.get_by_text("Der Passkey ist entfernt.")).to_be_visible()
