"""By which words are the entries of the log read?"""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from eakte.model.audit_entry import AuditEntry


def word_of(act: str) -> str:
    """Return the words for an act; its own name when nobody has given it any."""
    words: dict[str, str] = {
        "audit.opened": _("Protokoll eingesehen"),
        "case.opened": _("Vorgang angelegt"),
        "deadline.added": _("Frist eingetragen"),
        "deadline.dropped": _("Frist entfallen"),
        "deadline.met": _("Frist gewahrt"),
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
        "duty.added": _("Zuständigkeit eingetragen"),
        "login.failed": _("Anmeldung misslungen"),
        "login.session-ended": _("Sitzung beendet"),
        "login.session-started": _("Angemeldet"),
        "login.token-ended": _("Zugang widerrufen"),
        "login.token-made": _("Zugang angelegt"),
        "office.loaded": _("Sachgebiet aus Dateien geladen"),
        "plan.added": _("Eintrag im Aktenplan angelegt"),
        "plan.changed": _("Eintrag im Aktenplan geändert"),
        "plan.ended": _("Eintrag im Aktenplan beendet"),
        "plan.imported": _("Aktenplan aus Tabelle übernommen"),
        "retention-rule.added": _("Aufbewahrungsregel angelegt"),
        "retention-rule.changed": _("Aufbewahrungsregel geändert"),
        "search": _("Gesucht"),
        "user.changed": _("Benutzer geändert"),
        "user.created": _("Benutzer angelegt"),
        "user.password": _("Kennwort geändert"),
    }
    return words.get(act, act)


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
    if entry.subject_kind == "user":
        return _("Benutzer %(id)s", id=short), None
    return "", None
