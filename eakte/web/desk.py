"""What stands around every page: who is signed in, which sections there are, in which language?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any, cast

from flask import g, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.clock import OFFICE_ZONE
from eakte.model.page_span import spans_of
from eakte.model.user import Actor, Role
from eakte.retrieval.inbox import Counts, inbox_counts
from eakte.unit_of_work import UnitOfWork
from eakte.web.hints import Hints, hints_of
from eakte.web.login import API
from eakte.web.per_request import OfficeApp, SignedIn, the_office, work_or_none

LANGUAGES = ("de", "en")
LANGUAGE_COOKIE = "sprache"

SECTIONS = {
    "inbox": Action.SEE_INBOX,
    "search": Action.SEARCH,
    "deadlines": Action.SEE_DEADLINES,
    "plan": Action.SEE_PLAN,
    "retention": Action.SEE_RETENTION,
    "audit": Action.SEE_AUDIT,
    "admin": Action.MANAGE_USERS,
    "deputies": Action.NAME_DEPUTY,
    "duties": Action.SHARE_WORK,
    "lists": Action.MAKE_LIST,
}
# Who may see a dossier at all; on which ones, the unit says.
SEES_DOSSIERS = (
    Role.CLERK,
    Role.LEAD,
    Role.MEDICAL,
    Role.EXPERT,
    Role.AUDITOR,
    Role.RECORDS_MANAGER,
)


@dataclass(frozen=True)
class Person:
    """The signed-in person as the frame shows them."""

    name: str
    login: str
    role_label: str
    departments: tuple[str, ...]


@dataclass(frozen=True)
class Desk:
    """The frame of a page."""

    office: str
    language: str
    user: Person | None
    sections: frozenset[str]
    inbox_count: int | None
    hints: Hints
    version: str


def lay_desk(app: OfficeApp) -> None:
    """Give every page its frame, and ``app`` its languages."""
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.config["BABEL_DEFAULT_TIMEZONE"] = str(OFFICE_ZONE)
    Babel(app, locale_selector=language)
    app.jinja_env.globals["zip"] = zip
    app.jinja_env.globals["last_day"] = last_day
    app.jinja_env.globals["spans_of"] = spans_of
    app.jinja_env.globals["role_label"] = role_label
    app.jinja_env.globals["role_sentence"] = role_sentence
    shown = _program_version()

    @app.context_processor
    def _frame() -> dict[str, Any]:
        return {"desk": _desk(shown)}


def language() -> str:
    """Return the language of the page: the person's, else the browser's choice on our pages.

    A program says itself in which language it wants to be told why something did not work.
    """
    who = g.get("_login_user")
    by_browser = isinstance(who, SignedIn) and not who.by_key
    if request.path.startswith(API) and not by_browser:
        # The best first; "en-GB" asks for English before "de;q=0.5" asks for German.
        asked = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
        known = next((tag for tag in asked if tag in LANGUAGES), None)
        if known is not None:
            return known
    if isinstance(who, SignedIn) and who.user.language in LANGUAGES:
        return who.user.language
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else "de"


def last_day(until: date | datetime | None) -> date | None:
    """Return the last day of what lasts until then; a right by name ends when its day does."""
    if isinstance(until, datetime):
        return (until - timedelta(microseconds=1)).astimezone(OFFICE_ZONE).date()
    return until


def role_label(role: str) -> str:
    """Return the word for a role."""
    words: dict[str, str] = {
        Role.CLERK: _("Sachbearbeitung"),
        Role.LEAD: _("Leitung eines Sachgebiets"),
        Role.SCANNING: _("Scanstelle"),
        Role.MEDICAL: _("Ärztlicher Dienst"),
        Role.EXPERT: _("Gutachten von außen"),
        Role.AUDITOR: _("Rechnungsprüfung"),
        Role.RECORDS_MANAGER: _("Schriftgutverwaltung"),
        Role.DATA_PROTECTION: _("Datenschutz"),
        Role.PERSONNEL: _("Personalentscheidung"),
        Role.ADMINISTRATOR: _("Administration"),
    }
    return words.get(role, role)


def role_sentence(role: str) -> str:
    """Return what a role means, in one sentence."""
    sentences: dict[str, str] = {
        Role.CLERK: _("Bearbeitet die Akten der eigenen Sachgebiete."),
        Role.LEAD: _("Bearbeitet Akten, verteilt die Arbeit und entscheidet über Zugänge."),
        Role.SCANNING: _("Liefert ein und sieht das Eingelieferte, bis es abgelegt ist."),
        Role.MEDICAL: _("Liest die Vorgänge, an denen die Person beteiligt ist."),
        Role.EXPERT: _("Liest von außen einzelne Vorgänge, auf Zeit, und sucht nicht."),
        Role.AUDITOR: _("Liest Akten, die der Person namentlich freigegeben sind, auf Zeit."),
        Role.RECORDS_MANAGER: _("Führt Aktenplan, Fristen und Protokoll und liest keine Inhalte."),
        Role.DATA_PROTECTION: _("Prüft Protokoll und Notfallzugriffe und liest keine Inhalte."),
        Role.PERSONNEL: _("Entscheidet über Personal und sieht deshalb keine Personalakten."),
        Role.ADMINISTRATOR: _("Verwaltet Konten und sieht keine Akte."),
    }
    return sentences.get(role, "")


def sections_of(actor: Actor) -> frozenset[str]:
    """Return which sections a person may enter."""
    sections = {name for name, action in SECTIONS.items() if may(actor, action)}
    if any(actor.has(role) for role in SEES_DOSSIERS):
        sections.add("dossiers")
    if may(replace(actor, confirmed=True), Action.BREAK_GLASS) or may(actor, Action.REVIEW_GLASS):
        sections.add("glass")
    return frozenset(sections)


def _desk(program: str) -> Desk:
    work = work_or_none()
    who = g.get("_login_user")
    shown = who if isinstance(who, SignedIn) and not g.get("signed_out") else None
    count = None
    led = g.get("only_factors", False)
    if work is not None and not led and may(work.actor, Action.SEE_INBOX):
        count = waiting(work).total
    return Desk(
        office=the_office().settings.office_name,
        language=str(get_locale() or "de")[:2],
        user=_person(shown) if shown else None,
        sections=sections_of(shown.actor) if shown and not led else frozenset(),
        inbox_count=count,
        hints=hints_of(work) if shown else Hints(),
        version=program,
    )


def waiting(work: UnitOfWork) -> Counts:
    """Return what waits in the inbox, counted once a request for the page and its frame."""
    if "waiting" not in g:
        g.waiting = inbox_counts(work)
    return cast(Counts, g.waiting)


def _person(who: SignedIn) -> Person:
    names = tuple(sorted({name for scope in who.actor.scopes for name in scope.unit_names}))
    roles = ", ".join(role_label(role) for role in sorted(who.actor.roles))
    return Person(who.user.name, who.user.login, roles, names)


def _program_version() -> str:
    try:
        return version("e-akte")
    except PackageNotFoundError:
        return ""
