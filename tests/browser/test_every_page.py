"""Is every page readable for everybody: on desk and phone, in light and dark, by keyboard?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page, expect
from werkzeug.routing import Map

from eakte.app import create_app
from tests.browser.conftest import AXE, Desk, sign_in, watch
from tests.browser.drawing import stack
from tests.browser.furnished import PASSWORD, Furnished
from tests.browser.pages import ALSO, NO_WALK, SEEN_BY
from tests.browser.test_journey import RECOGNISED, upload
from tests.builders import A_PDF, build_office
from tests.journeys.conftest import ROOT

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCREENS = {
    "desk": (WIDE, "light"),
    "desk, dark": (WIDE, "dark"),
    "phone": (NARROW, "light"),
    "phone, dark": (NARROW, "dark"),
}
LANGUAGES = {"de": "Deutsch", "en": "English"}
SHOWN_BY = {"embedded": "de", "servers": "en"}
CATALOGUE = ROOT / "eakte/web/translations/en/LC_MESSAGES/messages.po"
FAULT = "/gibt-es-nicht"
# Sentences are German by their small words, which no English sentence has.
GERMAN = re.compile(
    r"\b(der|das|und|nicht|wird|werden|eine|einen|für|mit|oder|ist|vom|zum|zur|auf|bitte|noch|kein"
    r"|keine|Sie|Ihre?|bis|seit|aus|nach|gilt|leer|nur)\b|[äöüß]",
)
# The description of the interface is one file for all; its sentences are German.
GERMAN_PAGES = {"interface.show"}

# Without <kbd>: it names what is printed on a German keyboard, whoever sits at it.
SHOWN_TEXTS = """() => {
  const texts = new Set(), own = '[lang="de"], script, style, noscript, option, code, kbd';
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const said = walk.currentNode.data.replace(/\\s+/g, ' ').trim();
    if (said && !walk.currentNode.parentElement.closest(own)) texts.add(said);
  }
  for (const one of document.querySelectorAll('[aria-label], [placeholder], [title]'))
    if (!one.closest(own))
      for (const name of ['aria-label', 'placeholder', 'title'])
        if (one.getAttribute(name)) texts.add(one.getAttribute(name));
  return [...texts];
}"""

# Everything that a mouse can press, marked; a group of radio buttons is one stop.
STOPS = """() => {
  const found = document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]');
  const groups = new Set(), stops = [];
  for (const one of found) {
    if (one.disabled || one.tabIndex < 0 || !one.checkVisibility({visibilityProperty: true}))
      continue;
    if (one.type === 'radio') { if (groups.has(one.name)) continue; groups.add(one.name); }
    stops.push(one);
  }
  window.stops = new Set(stops);
  window.unseen = [];
  const shown = (one) => {
    for (let at = one, up = 0; at && up < 3; at = at.parentElement, up++) {
      const style = getComputedStyle(at);
      if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) return true;
    }
    return false;
  };
  document.addEventListener('focusin', ({target}) => {
    let stop = window.stops.delete(target);
    // A list that keeps itself up to date has put another element in the place of one.
    for (const one of window.stops)
      if (!one.isConnected && one.id && one.id === target.id) stop = window.stops.delete(one);
    if (stop && !shown(target)) window.unseen.push(target.outerHTML);
  });
  return stops.length;
}"""


@pytest.fixture(scope="module")
def places(
    chromium: Browser, desk: Desk, furnished: Furnished, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """The parts of the addresses; the letters of the house are ready to be read."""
    context = chromium.new_context(locale="de-DE")
    page = watch(context).page
    sign_in(page, desk)
    upload(page, desk, stack(tmp_path_factory.mktemp("in") / "lesbar.png", "Barrierefrei"))
    row = page.locator("tr", has_text="lesbar").first
    expect(row.get_by_text("Bereit")).to_be_visible(timeout=RECOGNISED)
    address = row.get_by_role("link").first.get_attribute("href") or ""
    yield furnished.parts | {"inbox_id": address.rsplit("/", 1)[1]}
    context.close()


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Map]:
    """The map of all addresses of the product."""
    office = build_office(tmp_path_factory.mktemp("map"))
    yield create_app(office, look=lambda path, name: A_PDF).url_map
    office.close()


def test_every_page_is_walked_or_says_why_not(addresses: Map) -> None:
    shown = {
        rule.endpoint
        for rule in addresses.iter_rules()
        if "GET" in (rule.methods or ())
        and (not rule.rule.startswith("/api/") or rule.endpoint == "interface.show")
    }
    assert shown - SEEN_BY.keys() - NO_WALK.keys() == {"openapi.spec"} & shown
    assert (SEEN_BY.keys() | NO_WALK.keys()) - shown == set()
    assert SEEN_BY.keys() & NO_WALK.keys() == set()


@pytest.mark.parametrize("login", sorted({one for people in SEEN_BY.values() for one in people}))
def test_no_page_has_a_violation_or_overflows(
    chromium: Browser,
    desk: Desk,
    addresses: Map,
    places: dict[str, Any],
    typed: tuple[str, ...],
    login: str,
) -> None:
    # The pages are the same on every database and store, so each house shows one language.
    language = SHOWN_BY[desk.backends]
    context = chromium.new_context(locale="de-DE", viewport=WIDE)
    watched = watch(context)
    page = watched.page
    sign_in(page, desk, login)
    choose(page, language)
    found: list[str] = []
    for endpoint, address in walk(addresses, places, login):
        page.goto(desk.address + address)
        page.wait_for_load_state("networkidle")
        if endpoint == "search.page":
            page.get_by_role("main").get_by_role("searchbox").fill("Barrierefrei")
            page.keyboard.press("Enter")
            expect(page.locator(".hit").first).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))
        found += [
            f"{address} {fault}" for fault in faults_of_words(page, endpoint, language, typed)
        ]
        found += [f"{address} {fault}" for fault in faults_of_screens(page)]
        if language == "de":
            found += [f"{address} {fault}" for fault in faults_of_keyboard(page)]
    page.goto(desk.address)
    choose(page, "de")
    context.close()
    assert watched.complaints == []
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_doors_have_no_violation(
    chromium: Browser, desk: Desk, typed: tuple[str, ...], language: str
) -> None:
    context = chromium.new_context(locale="de-DE", viewport=WIDE)
    page = watch(context).page
    page.goto(f"{desk.address}/anmelden")
    choose(page, language)
    found = [
        *faults_of_words(page, "login.sign_in", language, typed),
        *faults_of_screens(page),
    ]
    found += faults_of_keyboard(page)
    page.locator("#login, [name=login]").first.fill("nora")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(re.compile("zweiter-schritt"))
    found += [
        *faults_of_words(page, "login.second", language, typed),
        *faults_of_screens(page),
    ]
    found += faults_of_keyboard(page)
    context.close()
    assert not found, "\n".join(found)


def walk(addresses: Map, places: dict[str, Any], login: str) -> Iterator[tuple[str, str]]:
    """Give the endpoint and address of every page that somebody looks at."""
    build = addresses.bind("localhost").build
    rules = {
        rule.endpoint: rule for rule in addresses.iter_rules() if "GET" in (rule.methods or ())
    }
    for endpoint, people in SEEN_BY.items():
        others = ALSO.get((endpoint, login), [])
        if login not in people and not others:
            continue
        for exchanged in ({}, *others) if login in people else others:
            parts = {name: places[exchanged.get(name, name)] for name in rules[endpoint].arguments}
            yield endpoint, build(endpoint, parts)
    yield "", FAULT


def faults_of_words(page: Page, endpoint: str, language: str, data: Collection[str]) -> list[str]:
    """Say what is wrong with the title, the heading and the language of a page."""
    faults = []
    if not re.fullmatch(r"\S.* – e-Akte", page.title()):
        faults.append(f"has the title {page.title()!r}")
    headings = page.locator("h1:not([aria-level])").all_text_contents()
    if len(headings) != 1 or not headings[0].strip():
        faults.append(f"has the main headings {headings}")
    if language == "en" and endpoint not in GERMAN_PAGES:
        said = {text: _without_data(text, data) for text in page.evaluate(SHOWN_TEXTS)}
        faults += [
            f"says {text!r}"
            for text, own in said.items()
            if own.strip() and (text in _sentences() or GERMAN.search(own))
        ]
    return faults


def faults_of_screens(page: Page) -> list[str]:
    """Say what axe-core finds on every screen, and where the page is wider than the screen."""
    faults = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for screen, (viewport, scheme) in SCREENS.items():
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        violations = page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        faults += [
            f"({screen}) {each['id']}: {each['help']} – {node['target']}"
            for each in violations
            for node in each["nodes"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            faults.append(f"({screen}) is {wide} pixels too wide")
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    return faults


def faults_of_keyboard(page: Page) -> list[str]:
    """Say what the tabulator never reaches, and where nobody sees that it is there."""
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    stops = page.evaluate(STOPS)
    for _ in range(2 * stops + 20):
        page.keyboard.press("Tab")
        if not page.evaluate("window.stops.size"):
            break
    missed = page.evaluate("[...window.stops].map((one) => one.outerHTML)")
    return [
        *(f"cannot be reached by keyboard: {one[:160]}" for one in missed),
        *(f"has the focus unseen: {one[:160]}" for one in page.evaluate("window.unseen")),
    ]


def choose(page: Page, language: str) -> None:
    """Switch the interface to this language where it speaks the other one."""
    page.set_viewport_size(WIDE)
    if not (page.locator("html").get_attribute("lang") or "").startswith(language):
        page.get_by_role("button", name=LANGUAGES[language]).first.click()
        expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{language}"))


@cache
def _sentences() -> frozenset[str]:
    """Return the German sentences of the catalogue that are no English ones as well."""
    with CATALOGUE.open("rb") as stream:
        known = [one for one in read_po(stream) if isinstance(one.id, str) and one.string]
    return frozenset(str(one.id) for one in known) - {str(one.string) for one in known}


def _without_data(text: str, data: Collection[str]) -> str:
    """Return a text without what people have typed, which is the same in every language."""
    for typed in data:
        if typed in text:
            text = text.replace(typed, " ")
    return text
