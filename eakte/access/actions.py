"""Which acts can be allowed to somebody?"""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """Every act, with the sentence that explains it; what has no rule in the table is denied."""

    DELIVER_DOCUMENT = "ein Dokument einliefern"
    SEE_DOCUMENT = "sehen, dass es ein Dokument gibt, mit seinen Angaben"
    SEE_RECEIPT = "die Quittung eines Dokuments sehen"
    READ_CONTENT = "den Inhalt eines Dokuments lesen"
    PLACE_DOCUMENT = "ein Dokument in einen Vorgang ablegen oder herausnehmen"
    DESCRIBE_DOCUMENT = "die Angaben eines Dokuments ändern"
    CANCEL_DOCUMENT = "ein Dokument stornieren"
    WRITE_DOCUMENT = "ein Dokument ausleihen, in neuer Fassung zurückgeben und fertigstellen"
    PROCESS_AGAIN = "die Verarbeitung eines Dokuments neu anstoßen"
    SEE_INBOX = "den Posteingang sehen"
    SEE_DOSSIER = "eine Akte mit ihren Angaben sehen"
    OPEN_DOSSIER = "eine Akte anlegen"
    EDIT_DOSSIER = "die Angaben einer Akte ändern, sie verknüpfen oder stornieren"
    SEE_CASE = "einen Vorgang sehen"
    OPEN_CASE = "einen Vorgang anlegen"
    EDIT_CASE = "einen Vorgang ändern und seine Fristen führen"
    SEE_DEADLINES = "die Liste laufender Fristen sehen"
    SEE_PLAN = "den Aktenplan sehen"
    EDIT_PLAN = "den Aktenplan ändern"
    SEARCH = "in den Inhalten suchen"
    SEE_ACCESS = "sehen, wer Zugang zu einer Akte hat"
    GIVE_ACCESS = "eine Akte einer Person namentlich freigeben"
    TAKE_PART_IN_CASE = "jemanden an einem Vorgang beteiligen"
    LOCK_DOSSIER = "eine Akte sperren, als Personalakte kennzeichnen oder entsperren"
    SHARE_WORK = "die Arbeit eines Sachgebiets verteilen"
    NAME_DEPUTY = "eine Vertretung benennen"
    BREAK_GLASS = "eine Akte im Notfall öffnen"
    REVIEW_GLASS = "Notfallzugriffe prüfen"
    SEE_AUDIT = "das Protokoll mit einem Zweck einsehen"
    MANAGE_USERS = "Benutzer anlegen, ändern und sperren"
    LOAD_OFFICE = "Verfahren, Fristen und Dokumenttypen eines Sachgebiets laden"
    MANAGE_OWN_ACCOUNT = "das eigene Konto verwalten"
    MAINTAIN = "den Bestand prüfen, aufräumen und neu aufbauen"
