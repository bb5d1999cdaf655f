"""Which acts can be allowed to somebody?"""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """Every act, with the sentence that explains it; what has no rule in the table is denied."""

    DELIVER_DOCUMENT = "ein Dokument einliefern"
    SEE_DOCUMENT = "sehen, dass es ein Dokument gibt, mit seinen Angaben"
    SEE_RECEIPT = "die Quittung eines Dokuments sehen"
    READ_CONTENT = "den Inhalt eines Dokuments lesen"
    PLACE_DOCUMENT = "ein Dokument in einen Vorgang ablegen oder zurücklegen"
    DESCRIBE_DOCUMENT = "die Angaben eines Dokuments ändern"
    CANCEL_DOCUMENT = "ein Dokument stornieren"
    PROCESS_AGAIN = "die Verarbeitung eines Dokuments neu anstoßen"
    SEE_INBOX = "den Posteingang sehen"
    SEE_DOSSIER = "eine Akte mit ihren Angaben sehen"
    OPEN_DOSSIER = "eine Akte anlegen"
    SEE_CASE = "einen Vorgang sehen"
    OPEN_CASE = "einen Vorgang anlegen"
    SEE_PLAN = "den Aktenplan sehen"
    EDIT_PLAN = "den Aktenplan ändern"
    SEARCH = "in den Inhalten suchen"
    SEE_AUDIT = "das Protokoll mit einem Zweck einsehen"
    MANAGE_USERS = "Benutzer anlegen, ändern und sperren"
    MANAGE_OWN_ACCOUNT = "das eigene Konto verwalten"
    MAINTAIN = "den Bestand prüfen, aufräumen und neu aufbauen"
