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
        "factor.code-used": _("Wiederherstellungscode verbraucht"),
        "factor.codes-made": _("Wiederherstellungscodes erzeugt"),
        "factor.codes-removed": _("Code-App entfernt"),
        "factor.codes-set-up": _("Code-App eingerichtet"),
        "factor.passkey-added": _("Passkey eingerichtet"),
        "factor.passkey-removed": _("Passkey entfernt"),
        "factor.reset": _("Zweiter Faktor zurückgesetzt"),
        "login.confirmed": _("Noch einmal ausgewiesen"),
        "login.failed": _("Anmeldung misslungen"),
        "login.session-ended": _("Sitzung beendet"),
        "login.session-started": _("Angemeldet"),
        "login.sessions-ended": _("Sitzungen beendet"),
        "login.token-ended": _("Zugang widerrufen"),
        "login.token-made": _("Zugang angelegt"),
        "plan.added": _("Eintrag im Aktenplan angelegt"),
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
