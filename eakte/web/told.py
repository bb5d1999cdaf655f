"""By which words is what an entry of the log tells read: its names and its values?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from eakte.web.acts import field_of, once_a_page, value_of
from eakte.web.desk import role_label
from eakte.web.redacted import grounds

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NOTHING: tuple[object, ...] = (None, "", [], {})
# By these an entry can be checked; enough of them is shown to compare it, as beside the entry.
_SHOWN_OF_ID, _SHOWN_OF_DIGEST = 8, 12


@once_a_page
def told_words() -> dict[str, str]:
    """Return the words for every name under which an entry tells something."""
    return {
        "about": _("Über"),
        "access": _("Zugang"),
        "active": _("aktiv"),
        "ambiguous": _("mehrdeutig"),
        "although_known": _("trotz vorhandener Akten"),
        "after": _("nachher"),
        "answer": _("Beantwortet durch"),
        "approved_by": _("Freigegeben von"),
        "erasure": _("Vernichtung"),
        "indexed": _("im Suchindex"),
        "asked_by": _("Beantragt von"),
        "basis": _("Rechtsgrundlage"),
        "before": _("vorher"),
        "case": _("Vorgang"),
        "changed": _("geändert"),
        "changes": _("Prüfsumme der Änderung"),
        "chosen": _("Ausgewählt"),
        "clerk": _("Zuständig"),
        "clues": _("Fundstellen"),
        "confidence": _("Verlässlichkeit"),
        "confirmation": _("Empfangsbekenntnis verlangt"),
        "contents": _("Inhalte"),
        "court": _("Gericht"),
        "message": _("Nachrichten-ID"),
        "trouble": _("Störung"),
        "day": _("Tag"),
        "deadline": _("Frist"),
        "department": _("Sachgebiet"),
        "departments": _("Sachgebiete"),
        "deputy": _("Vertretung"),
        "document_type": _("Dokumentart"),
        "documents": _("Schreiben"),
        "dossier": _("Akte"),
        "dossiers": _("Akten"),
        "ended": _("beendet"),
        "ends_on": _("Ende"),
        "entries": _("Einträge"),
        "faults": _("Fehler"),
        "fields": _("Angaben"),
        "first": _("von"),
        "first_day": _("Erster Tag"),
        "follows": _("folgt auf"),
        "find": _("Virenfund"),
        "found": _("gefunden"),
        "hold": _("Sperre"),
        "hold_kind": _("Anlass"),
        "kept": _("behalten Zugang"),
        "findings": _("Befunde"),
        "ground": _("Grund der Schwärzung"),
        "grounds": _("Gründe der Schwärzung"),
        "key": _("Schlüssel"),
        "last": _("bis"),
        "last_day": _("Letzter Tag"),
        "left_out": _("weggelassen"),
        "letters": _("Buchstaben"),
        "lifted": _("aufgehoben"),
        "lines": _("Ergebnis"),
        "locked": _("Sperrvermerk"),
        "log_head": _("Prüfstand"),
        "login": _("Anmeldename"),
        "manner": _("Art und Weise"),
        "mark": _("Art der Sperre"),
        "marks": _("Stellen"),
        "missing": _("fehlend"),
        "method": _("Verfahren"),
        "minutes": _("Minuten"),
        "moved": _("geänderte Fristen"),
        "name": _("Name"),
        "networks": _("Adressbereiche"),
        "new": _("neu"),
        "newest": _("neuester Eintrag"),
        "number": _("Nummer"),
        "objects": _("Reste"),
        "oldest": _("ältester Eintrag"),
        "operator": _("Person am Gerät"),
        "other": _("andere Akte"),
        "overlap": _("Stunden, die der alte Schlüssel noch gilt"),
        "page": _("Seite"),
        "pages": _("Seiten"),
        "pictures": _("Seiten als Bild"),
        "parent": _("Hauptschreiben"),
        "parts": _("Teile"),
        "person": _("Person"),
        "position": _("Blatt"),
        "problem": _("Hindernis"),
        "procedure": _("Verfahren"),
        "products": _("Erzeugnisse"),
        "plan_entry": _("Aktenplan"),
        "purpose": _("Zweck"),
        "quota_mb": _("MB je Tag"),
        "reason": _("Grund"),
        "redacted": _("geschwärzt"),
        "recipient": _("Empfänger"),
        "reference": _("Aktenzeichen"),
        "roles": _("Rollen"),
        "rule": _("Regel"),
        "rules": _("Regeln"),
        "root": _("Summe"),
        "rows": _("Zeilen"),
        "scanner": _("Virenscanner"),
        "scope": _("Umfang"),
        "sending": _("Übersendung"),
        "sender_number": _("Nummer des Geräts"),
        "sessions": _("Sitzungen"),
        "sha256": _("Prüfsumme"),
        "share": _("Anteil in Prozent"),
        "sheet": _("Fehlblatt"),
        "shortens": _("verkürzt laufende Fristen"),
        "shown": _("gezeigt"),
        "size": _("Größe"),
        "source": _("Eingangsweg"),
        "stacks": _("Stapel"),
        "staff": _("Personalakte"),
        "state": _("Stand"),
        "system": _("Programm"),
        "told": _("benachrichtigt"),
        "tools": _("Programme"),
        "unmoved": _("behalten ihr späteres Ende"),
        "until": _("bis"),
        "valid_from": _("Gültig ab"),
        "valid_until": _("Gültig bis"),
        "verdict": _("Ergebnis der Prüfung"),
        "version": _("Fassung"),
        "what": _("Was"),
        "withheld": _("als Fehlblatt"),
        "doubts": _("Was gegen die Uhr sprach"),
        "expected": _("hätte zeigen sollen"),
        "not_before": _("frühestens"),
        "note": _("Bemerkung"),
    }


def told_of(details: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what an entry tells in the words of the page, without what is empty."""
    words = told_words()
    return tuple(
        (words.get(name, name), _said(name, value))
        for name, value in sorted(details.items())
        if value not in _NOTHING
    )


def _said(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(_("ja") if value else _("nein"))
    if isinstance(value, Mapping):
        words = told_words()
        inner = ((words.get(key, _word(key)), key, kept) for key, kept in value.items())
        return ", ".join(f"{word} {_said(key, kept)}" for word, key, kept in inner)
    if name == "fields" and isinstance(value, list):
        return ", ".join(field_of(str(one)) for one in value)
    if name == "letters" and isinstance(value, list):
        return "–".join(str(one).upper() for one in value)
    if isinstance(value, list):
        return ", ".join(_said(name, one) for one in value)
    return _plain(name, str(value))


def _plain(name: str, text: str) -> str:
    if name == "roles":
        return role_label(text)
    if name in ("first", "last") and len(text) == 1:
        return text.upper()
    if _ID.fullmatch(text):
        return text[:_SHOWN_OF_ID]
    if _DIGEST.fullmatch(text):
        return f"{text[:_SHOWN_OF_DIGEST]}…"
    return _word(text)


def _word(text: str) -> str:
    return _kinds().get(text) or value_of(text)


@once_a_page
def _kinds() -> dict[str, str]:
    return dict(grounds()) | {
        "api": _("Schnittstelle"),
        "bad": _("schlecht"),
        "good": _("in Ordnung"),
        "command": _("Kommandozeile"),
        "folder": _("Überwachter Ordner"),
        "mail": _("E-Mail"),
        "upload": _("Hochgeladen"),
        "lock": _("Sperrvermerk"),
        "staff": _("Personalakte"),
        "original": _("Original"),
        "preview": _("Vorschaubild"),
        "reading-copy": _("Lesefassung"),
        "signatures": _("Bericht über Signaturen"),
        "text": _("Text"),
        "rearranged": _("Seiten geordnet"),
        "split": _("geteilt"),
        "joined": _("zusammengefügt"),
        "right": _("kein Recht mehr"),
        "fault": _("Fehler"),
        "confirmed": _("vom Gericht bestätigt"),
        "faulty": _("vom Gericht als fehlerhaft gemeldet"),
        "handled": _("trotz Fehlern angenommen"),
        "objected": _("widersprochen"),
        "told": _("hingewiesen, niemand hat widersprochen"),
        "held": _("wartet auf die Virenprüfung"),
        "password": _("Kennwort"),
        "password-and-factor": _("Kennwort und zweiter Faktor"),
        "passkey": _("Passkey"),
        "single-sign-on": _("Amtskonto"),
        "erasures": _("Vernichtungen"),
        "proofs": _("Nachweise"),
        "None": "–",
    }
