"""By which words are the entries of the log read?"""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from eakte.model.audit_entry import AuditEntry


def words() -> dict[str, str]:
    """Return the words for every act that has been given some."""
    return {
        "audit.exported": _("Protokoll herausgegeben"),
        "audit.head-written": _("Prüfstand unterschrieben"),
        "audit.inspection-approved": _("Einsicht genehmigt"),
        "audit.inspection-asked": _("Einsicht beantragt"),
        "audit.inspection-refused": _("Einsicht abgelehnt"),
        "audit.opened": _("Protokoll eingesehen"),
        "audit.read": _("Protokoll gelesen"),
        "audit.verified": _("Protokoll nachgerechnet"),
        "case.opened": _("Vorgang angelegt"),
        "department.created": _("Sachgebiet angelegt"),
        "document.cancelled": _("Schreiben storniert"),
        "document.described": _("Angaben geändert"),
        "document.filed": _("Schreiben abgelegt"),
        "document.process-again": _("Verarbeitung neu angestoßen"),
        "document.processed": _("Schreiben verarbeitet"),
        "document.read": _("Inhalt gelesen"),
        "document.received": _("Schreiben eingegangen"),
        "document.taken-back": _("Schreiben zurückgelegt"),
        "dossier.opened": _("Akte angelegt"),
        "house.swept": _("Reste entfernt"),
        "house.verified": _("Bestand geprüft"),
        "login.failed": _("Anmeldung misslungen"),
        "login.session-ended": _("Sitzung beendet"),
        "login.session-started": _("Angemeldet"),
        "login.token-ended": _("Zugang widerrufen"),
        "login.token-made": _("Zugang angelegt"),
        "plan.added": _("Eintrag im Aktenplan angelegt"),
        "search": _("Gesucht"),
        "user.changed": _("Benutzer geändert"),
        "user.created": _("Benutzer angelegt"),
        "user.password": _("Kennwort geändert"),
    }


def word_of(act: str) -> str:
    """Return the words for an act; its own name when nobody has given it any."""
    return words().get(act, act)


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
        return _("Einsicht %(id)s", id=short), url_for(
            "audit.inspection", inspection_id=entry.subject_id
        )
    if entry.subject_kind == "user":
        return _("Benutzer %(id)s", id=short), None
    return "", None
