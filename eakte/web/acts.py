"""By which words are the entries of the log read?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from uuid import UUID

from flask import g, has_request_context, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from eakte.model.audit_entry import AuditEntry
from eakte.model.user import User
from eakte.retrieval.browsing import Happened
from eakte.unit_of_work import UnitOfWork
from eakte.web.acts_of_ending import acts_of_ending


def once_a_page(table: Callable[[], dict[str, str]]) -> Callable[[], dict[str, str]]:
    """Let a table of words be put into the page's language once, not for each row of the page."""
    name = f"words of {table.__module__}.{table.__qualname__}"

    @wraps(table)
    def kept() -> dict[str, str]:
        if not has_request_context():
            return table()
        found: dict[str, str] | None = g.get(name)
        if found is None:
            found = table()
            setattr(g, name, found)
        return found

    return kept


@once_a_page
def words() -> dict[str, str]:
    """Return the words for every act that has been given some."""
    return acts_of_ending() | {
        "access.given": _("Zugang gegeben"),
        "access.withdrawn": _("Zugang genommen"),
        "audit.exported": _("Protokoll herausgegeben"),
        "audit.head-written": _("Prüfstand unterschrieben"),
        "audit.inspection-approved": _("Einsicht genehmigt"),
        "audit.inspection-asked": _("Einsicht beantragt"),
        "audit.inspection-refused": _("Einsicht abgelehnt"),
        "audit.opened": _("Protokoll eingesehen"),
        "audit.read": _("Protokoll gelesen"),
        "audit.verified": _("Protokoll nachgerechnet"),
        "batch.again": _("Trennung neu angestoßen"),
        "batch.handed-over": _("Stapel an ein anderes Sachgebiet abgegeben"),
        "batch.check-begun": _("Qualitätsprüfung begonnen"),
        "batch.not-pictured": _("Bilder für die Prüfung nicht möglich"),
        "batch.not-scanned": _("Virenprüfung gescheitert"),
        "batch.scanned": _("Auf Viren geprüft"),
        "batch.virus-found": _("Virus gefunden"),
        "batch.virus-released": _("Stapel trotz Virenprüfung freigegeben"),
        "batch.not-separated": _("Stapel nicht getrennt"),
        "batch.note-written": _("Transfervermerk unterschrieben"),
        "batch.page-checked": _("Seite geprüft"),
        "batch.page-read": _("Seite eines Stapels angesehen"),
        "batch.pictured": _("Bilder für die Prüfung gezeichnet"),
        "batch.received": _("Stapel eingegangen"),
        "batch.released": _("Stapel freigegeben"),
        "batch.separated": _("Stapel getrennt"),
        "case.opened": _("Vorgang angelegt"),
        "case.cancelled": _("Vorgang storniert"),
        "case.restored": _("Stornierung aufgehoben"),
        "case.changed": _("Vorgang geändert"),
        "case.closed": _("Vorgang geschlossen"),
        "case.reopened": _("Vorgang wieder geöffnet"),
        "cover-sheet.printed": _("Deckblatt gedruckt"),
        "deadline.added": _("Frist eingetragen"),
        "deadline.dropped": _("Frist entfallen"),
        "deadline.met": _("Frist gewahrt"),
        "department.created": _("Sachgebiet angelegt"),
        "court.confirmed": _("Empfangsbekenntnis als zurückgesandt vermerkt"),
        "court.reply-read": _("Empfangsbekenntnis für das Postfach abgeholt"),
        "court.reply-written": _("Empfangsbekenntnis geschrieben"),
        "court.received": _("Nachricht eines Gerichts gelesen"),
        "document.arrangement-asked": _("Seiten zu ordnen verlangt"),
        "document.arrangement-undone": _("Übernahme der Seiten zurückgenommen"),
        "destruction.confirmed": _("Vernichtung von Papier bestätigt"),
        "destruction.proposed": _("Vernichtung von Papier vorgeschlagen"),
        "destruction.recorded": _("Nachweis der Vernichtung unterschrieben"),
        "destruction.refused": _("Vernichtung von Papier abgelehnt"),
        "document.attached": _("Als Anlage zugeordnet"),
        "message.opened": _("Nachricht geöffnet, Anlagen aufgenommen"),
        "deputy.ended": _("Vertretung beendet"),
        "deputy.named": _("Vertretung benannt"),
        "document.cancelled": _("Schreiben storniert"),
        "document.checked-out": _("Zur Bearbeitung ausgeliehen"),
        "document.described": _("Angaben geändert"),
        "document.detached": _("Anlage gelöst"),
        "document.draft-again": _("Zum Entwurf gemacht"),
        "document.filed": _("Schreiben abgelegt"),
        "document.finalised": _("Für endgültig erklärt"),
        "document.given-back": _("Zurückgegeben"),
        "document.handed-over": _("An ein anderes Sachgebiet abgegeben"),
        "document.made-of-pages": _("Aus Seiten anderer Schreiben entstanden"),
        "document.not-arranged": _("Seiten nicht geordnet"),
        "document.not-processed": _("Verarbeitung gescheitert"),
        "document.not-scanned": _("Virenprüfung gescheitert"),
        "document.not-unlocked": _("Kennwort falsch"),
        "document.process-again": _("Verarbeitung neu angestoßen"),
        "document.processed": _("Schreiben verarbeitet"),
        "document.question-answered": _("Frage beantwortet"),
        "document.question-asked": _("Auf die Klärungsliste gesetzt"),
        "document.question-dropped": _("Von der Klärungsliste genommen"),
        "document.read": _("Inhalt gelesen"),
        "document.rearranged": _("Seiten geordnet"),
        "document.received": _("Schreiben eingegangen"),
        "document.released": _("Trotz Virenprüfung freigegeben"),
        "document.scanned": _("Auf Viren geprüft"),
        "document.virus-found": _("Virus gefunden"),
        "document.restored": _("Stornierung aufgehoben"),
        "document.taken-back": _("Schreiben zurückgelegt"),
        "document.taken-over": _("Seiten in andere Schreiben übernommen"),
        "document.unlocked": _("Mit Kennwort geöffnet"),
        "document.version-added": _("Neue Fassung"),
        "document.went-back": _("Frühere Fassung gilt wieder"),
        "document.withdrawn": _("Aus der Akte herausgenommen"),
        "dossier.alias-added": _("Geschäftszeichen eingetragen"),
        "dossier.alias-removed": _("Geschäftszeichen entfernt"),
        "dossier.cancelled": _("Akte storniert"),
        "dossier.restored": _("Stornierung aufgehoben"),
        "dossier.changed": _("Akte geändert"),
        "dossier.linked": _("Akte verknüpft"),
        "dossier.unlinked": _("Verweis gelöst"),
        "dossier.locked": _("Akte gesperrt"),
        "dossier.opened": _("Akte angelegt"),
        "duty.ended": _("Zuständigkeit beendet"),
        "duty.given": _("Zuständigkeit gegeben"),
        "glass.broken": _("Akte im Notfall geöffnet"),
        "glass.ended": _("Notfallzugriff beendet"),
        "glass.missed": _("Notfallzugriff ohne Ergebnis"),
        "glass.reviewed": _("Notfallzugriff geprüft"),
        "lift.asked": _("Aufhebung einer Sperre beantragt"),
        "lift.decided": _("Über eine Sperre entschieden"),
        "factor.code-used": _("Wiederherstellungscode verbraucht"),
        "factor.codes-made": _("Wiederherstellungscodes erzeugt"),
        "factor.codes-removed": _("Code-App entfernt"),
        "factor.codes-set-up": _("Code-App eingerichtet"),
        "factor.passkey-added": _("Passkey eingerichtet"),
        "factor.passkey-removed": _("Passkey entfernt"),
        "factor.reset": _("Zweiter Faktor zurückgesetzt"),
        "login.confirmed": _("Noch einmal ausgewiesen"),
        "house.swept": _("Reste entfernt"),
        "house.verified": _("Bestand geprüft"),
        "duty.added": _("Zuständigkeit eingetragen"),
        "list.asked": _("Liste als Tabelle angefordert"),
        "list.destroyed": _("Bytes einer Liste vernichtet"),
        "list.dropped": _("Liste gelöscht"),
        "list.expired": _("Frist einer Liste abgelaufen"),
        "list.read": _("Liste heruntergeladen"),
        "list.refused": _("Liste nicht geschrieben"),
        "list.written": _("Liste geschrieben"),
        "login.failed": _("Anmeldung misslungen"),
        "login.session-ended": _("Sitzung beendet"),
        "login.session-started": _("Angemeldet"),
        "login.sessions-ended": _("Sitzungen beendet"),
        "login.token-ended": _("Zugang widerrufen"),
        "login.token-made": _("Zugang angelegt"),
        "notice.seen": _("Hinweis gesehen"),
        "participation.begun": _("Beteiligung begonnen"),
        "participation.ended": _("Beteiligung beendet"),
        "office.loaded": _("Sachgebiet aus Dateien geladen"),
        "proposal.accepted": _("Vorschlag übernommen"),
        "proposal.made": _("Text auf Aktenzeichen und Namen gelesen"),
        "proposal.not-made": _("Vorschläge nicht möglich"),
        "paper.kept": _("Angaben zum Papier geändert"),
        "plan.added": _("Eintrag im Aktenplan angelegt"),
        "plan.changed": _("Eintrag im Aktenplan geändert"),
        "plan.ended": _("Eintrag im Aktenplan beendet"),
        "plan.imported": _("Aktenplan aus Tabelle übernommen"),
        "redaction.asked": _("Geschwärzte Fassung verlangt"),
        "redaction.made": _("Geschwärzte Fassung geprüft und freigegeben"),
        "redaction.marked": _("Stellen zum Schwärzen markiert"),
        "redaction.read": _("Geschwärzte Fassung gelesen"),
        "redaction.refused": _("Geschwärzte Fassung nicht freigegeben"),
        "redaction.unmarked": _("Markierte Stellen entfernt"),
        "case.own-rule": _("Eigene Aufbewahrungsregel für den Vorgang"),
        "dossier.closed": _("Akte geschlossen"),
        "dossier.held": _("Für die Aussonderung gesperrt"),
        "dossier.own-rule": _("Eigene Aufbewahrungsregel für die Akte"),
        "dossier.period-facts": _("Beginn der Aufbewahrungsfrist eingetragen"),
        "dossier.reopened": _("Akte wieder geöffnet"),
        "scan-request.answered": _("Noch einmal gescannt"),
        "scan-request.asked": _("Noch einmal scannen lassen"),
        "search": _("Gesucht"),
        "sending.answered": _("Antwort des Gerichts auf ein Paket"),
        "sending.asked": _("Paket für ein Gericht verlangt"),
        "sending.handed-over": _("Paket an das Gerichtspostfach übergeben"),
        "sending.not-handed-over": _("Paket nicht an das Gerichtspostfach übergeben"),
        "sending.outbox-asked": _("Übergabe an das Gerichtspostfach verlangt"),
        "sending.released": _("Paket für ein Gericht freigegeben"),
        "sending.read": _("Paket für ein Gericht heruntergeladen"),
        "sending.refused": _("Paket für ein Gericht nicht geschrieben"),
        "objection.noted": _("Hinweis oder Widerspruch vermerkt (§ 76 SGB X)"),
        "sending.stop-overridden": _("Trotz eines Hinderungsgrunds mitgesandt"),
        "sending.written": _("Paket für ein Gericht geschrieben"),
        "dossier-inspection.asked": _("Akteneinsicht verlangt"),
        "dossier-inspection.handed-over": _("Akteneinsicht ausgehändigt"),
        "dossier-inspection.read": _("Paket zur Akteneinsicht heruntergeladen"),
        "dossier-inspection.refused": _("Paket zur Akteneinsicht nicht geschrieben"),
        "dossier-inspection.written": _("Paket zur Akteneinsicht geschrieben"),
        "passing-on.asked": _("Paket für eine andere Behörde verlangt"),
        "passing-on.handed-over": _("Paket einer anderen Behörde übergeben"),
        "passing-on.read": _("Paket für eine andere Behörde heruntergeladen"),
        "passing-on.refused": _("Paket für eine andere Behörde nicht geschrieben"),
        "passing-on.written": _("Paket für eine andere Behörde geschrieben"),
        "station.changed": _("Scanstation geändert"),
        "station.registered": _("Scanstation angemeldet"),
        "station.revoked": _("Schlüssel der Scanstation widerrufen"),
        "station.token-made": _("Schlüssel der Scanstation ausgestellt"),
        "user.changed": _("Benutzer geändert"),
        "user.created": _("Benutzer angelegt"),
        "user.password": _("Kennwort geändert"),
    }


def word_of(act: str) -> str:
    """Return the words for an act; its own name when nobody has given it any."""
    return words().get(act, act)


def field_of(field: str) -> str:
    """Return the words for a field of the history; its own name when nobody has given it any."""
    return _fields().get(field, field)


@once_a_page
def _fields() -> dict[str, str]:
    return {
        "access": _("Zugang"),
        "address": _("Anschrift"),
        "birth_date": _("Geburtsdatum"),
        "box": _("Karton"),
        "cancel_reason": _("Grund der Stornierung"),
        "checked_out_at": _("Ausgeliehen am"),
        "checked_out_by_id": _("Ausgeliehen von"),
        "clerk_id": _("Zuständig"),
        "closed_on": _("Geschlossen am"),
        "death_date": _("Sterbedatum"),
        "decided_on": _("Letzte Entscheidung am"),
        "direction": _("Richtung"),
        "disputed": _("Bestritten (§ 84 SGB X)"),
        "disputed_note": _("Was bestritten wird"),
        "document_type": _("Dokumentart"),
        "foreign_reference": _("Fremdes Geschäftszeichen"),
        "from_doctor": _("Vom Arzt (§ 76 SGB X)"),
        "inspection_allowed": _("Akteneinsicht erlaubt"),
        "keep": _("Wird nie vernichtet"),
        "keep_reason": _("Grund, warum es nie vernichtet wird"),
        "keywords": _("Schlagwörter"),
        "letter_date": _("Datum des Schreibens"),
        "locked": _("Sperrvermerk"),
        "medium": _("Medium"),
        "newest_on": _("Neuestes Schreiben vom"),
        "not_before": _("Nicht vor diesem Tag"),
        "own_rule_reason": _("Grund der eigenen Regel"),
        "paper_location": _("Ort der Papierteile"),
        "period_events": _("Ereignisse, von denen die Frist zählt"),
        "person_name": _("Person"),
        "procedure": _("Verfahren"),
        "received_on": _("Eingegangen am"),
        "recipient": _("Empfänger"),
        "representative": _("Vertretung der Person"),
        "sender": _("Absender"),
        "staff": _("Personalakte"),
        "state": _("Zustand"),
        "subject": _("Betreff"),
        "term_from": _("Laufzeit von"),
        "term_until": _("Laufzeit bis"),
        "title": _("Betreff"),
        "writing": _("Bearbeitung"),
    }


@dataclass(frozen=True)
class Event:
    """One line of a history: (field, old, new) with the words of the page."""

    at: datetime
    label: str
    actor_name: str
    in_stead_of: tuple[str, ...]
    fields: tuple[tuple[str, str, str], ...]


NOTHING = (None, "", "[]")
# Fields that keep who somebody is.
PEOPLE = frozenset({"clerk_id", "checked_out_by_id"})
# Written beside another field for the machine's sake; nobody wants to read them.
SILENT = frozenset({"person_folded", "letter", "procedure_key", "edits", "own_rule_id"})


def shown_history(work: UnitOfWork, happened: Sequence[Happened]) -> list[Event]:
    """Return a history in the words of the page; an old value that said nothing is empty."""
    names = _names(work, happened)
    return [
        Event(
            one.at,
            word_of(one.act),
            one.actor_name,
            one.in_stead_of,
            tuple(
                (
                    field_of(field),
                    "" if old in NOTHING else names.get(old or "") or value_of(old),
                    names.get(new or "") or value_of(new),
                )
                for field, old, new in one.fields
                if field not in SILENT
            ),
        )
        for one in happened
    ]


def _names(work: UnitOfWork, happened: Sequence[Happened]) -> dict[str, str]:
    """Return the names of the people whom a history mentions; asks only when it mentions any."""
    said = {
        kept
        for one in happened
        for field, old, new in one.fields
        if field in PEOPLE
        for kept in (old, new)
        if kept
    }
    if not said:
        return {}
    people = select(User.id, User.name).where(User.id.in_([UUID(one) for one in said]))
    return {str(person): name for person, name in work.session.execute(people)}


@once_a_page
def _values() -> dict[str, str]:
    return {
        "true": _("ja"),
        "false": _("nein"),
        "": _("leer"),
        "[]": _("leer"),
        "open": _("offen"),
        "closed": _("geschlossen"),
        "cancelled": _("storniert"),
        "inbox": _("im Posteingang"),
        "filed": _("abgelegt"),
        "draft": _("noch Entwurf"),
        "final": _("endgültig"),
        "incoming": _("Eingang"),
        "outgoing": _("Ausgang"),
        "internal": _("Intern"),
        "electronic": _("elektronisch"),
        "hybrid": _("hybrid"),
        "paper": _("Papier"),
    }


def value_of(kept: str | None) -> str:
    """Return a kept value as a person reads it."""
    words = _values()
    if kept is None:
        return words[""]
    if kept in words:
        return words[kept]
    try:
        return str(format_date(date.fromisoformat(kept), "dd.MM.yyyy"))
    except ValueError:
        return kept.strip('[]"').replace('", "', ", ") if kept.startswith("[") else kept


def about(entry: AuditEntry) -> tuple[str, str | None]:
    """Return what an entry is about, and the address of its page if there is one."""
    if entry.subject_id is None:
        return "", None
    short = str(entry.subject_id)[:8]
    if entry.subject_kind == "document":
        address = url_for("documents.show", document_id=entry.subject_id)
        return _("Schreiben %(id)s", id=short), address
    if entry.subject_kind == "dossier":
        return _("Akte %(id)s", id=short), url_for("dossiers.show", dossier_id=entry.subject_id)
    if entry.subject_kind == "case":
        return _("Vorgang %(id)s", id=short), url_for("cases.show", case_id=entry.subject_id)
    if entry.subject_kind == "inspection":
        address = url_for("audit.inspection", inspection_id=entry.subject_id)
        return _("Einsicht %(id)s", id=short), address
    if entry.subject_kind == "user":
        return _("Benutzer %(id)s", id=short), None
    return "", None
