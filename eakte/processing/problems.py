"""Which flaws can a document have, and what does a person have to know about each of them?

The child names a code and page numbers only; the sentence is made here, in the parent, so that a
hostile document cannot put words into the inbox.
"""

from __future__ import annotations

from collections.abc import Sequence

from eakte.model.findings import Problem

SENTENCES: dict[str, str] = {
    "archive": (
        "Das ist ein Archiv ({type}). Archive werden nicht angenommen: Bitte entpacken Sie es und "
        "senden Sie die einzelnen Dokumente."
    ),
    "empty": "Das Dokument ist leer (0 Bytes). Bitte prüfen Sie die Quelle und senden Sie es neu.",
    "encrypted": (
        "Das PDF ist mit einem Kennwort verschlüsselt. Das Original ist aufbewahrt; bitte geben "
        "Sie das Kennwort hier ein oder fordern Sie vom Absender eine Fassung ohne Kennwort an."
    ),
    "wrong-password": "Mit diesem Kennwort lässt sich das Dokument nicht öffnen.",
    "not-encrypted": "Das Dokument ist nicht verschlüsselt.",
    "signed": (
        "Das PDF ist elektronisch signiert. Das Original bleibt unverändert aufbewahrt; gezeigt "
        "wird eine Lesefassung ohne Signatur. Was die Prüfung ergab, steht unter „Signaturen“."
    ),
    "signature-alone": (
        "Das ist eine elektronische Signatur; das Schreiben, zu dem sie gehört, liegt nicht dabei. "
        "Bitte ordnen Sie sie dem Schreiben als Anlage zu; dann wird sie geprüft."
    ),
    "signature-unreadable": (
        "Diese elektronische Signatur lässt sich nicht lesen. Das Original ist aufbewahrt; bitte "
        "fordern Sie sie beim Absender erneut an."
    ),
    "signature-broken": (
        "Eine elektronische Signatur passt nicht zum Inhalt: Das Dokument wurde nach dem "
        "Unterschreiben verändert. Bitte fragen Sie beim Absender nach."
    ),
    "signature-unchecked": (
        "Die elektronische Signatur konnte nicht geprüft werden. Das Original ist aufbewahrt; "
        "bitte stoßen Sie die Verarbeitung neu an."
    ),
    "form": (
        "Das PDF enthält ein ausfüllbares Formular. Das Original bleibt unverändert aufbewahrt; "
        "die Lesefassung zeigt die eingetragenen Werte fest im Blatt. Bitte vergleichen Sie sie."
    ),
    "dynamic-form": (
        "Das PDF ist ein dynamisches Formular (XFA), dessen Inhalt hier nicht dargestellt werden "
        "kann. Das Original ist aufbewahrt; bitte öffnen Sie es mit dem passenden Programm."
    ),
    "repaired": (
        "Das PDF ist beschädigt und wurde für die Lesefassung repariert. Das Original ist "
        "unverändert aufbewahrt; bitte prüfen Sie, ob alle Seiten vollständig sind."
    ),
    "damaged": (
        "Das Dokument ist beschädigt und lässt sich nicht lesen. Das Original ist aufbewahrt; "
        "bitte fordern Sie es beim Absender erneut an oder scannen Sie das Papier noch einmal."
    ),
    "cut-off": (
        "Das Bild bricht mittendrin ab; gezeigt wird, was lesbar ist. Das Original ist aufbewahrt; "
        "bitte scannen Sie das Blatt noch einmal."
    ),
    "empty-page-tree": (
        "Das PDF enthält keine einzige Seite. Das Original ist aufbewahrt; bitte fordern Sie es "
        "beim Absender erneut an."
    ),
    "too-many-pages": (
        "Das Dokument hat mehr Seiten, als hier verarbeitet werden. Das Original ist aufbewahrt; "
        "bitte teilen Sie es auf und senden Sie die Teile."
    ),
    "too-large-image": (
        "Das Dokument enthält ein Bild mit mehr Bildpunkten, als hier verarbeitet werden{on}. Das "
        "Original ist aufbewahrt; bitte scannen Sie es mit höchstens 600 dpi."
    ),
    "unknown-type": (
        "Die Art dieses Dokuments ist nicht bekannt; es gibt weder Text noch Vorschau. Das "
        "Original ist aufbewahrt; bitte öffnen Sie es mit dem passenden Programm."
    ),
    "encrypted-office": (
        "Das Office-Dokument ist mit einem Kennwort verschlüsselt und kann hier nicht gelesen "
        "werden. Das Original ist aufbewahrt; bitte fordern Sie eine Fassung ohne Kennwort an."
    ),
    "macros": (
        "Das Dokument enthält Makros. Sie werden hier nie ausgeführt und stehen nicht in der "
        "Lesefassung. Bitte öffnen Sie das Original nur, wenn Sie dem Absender vertrauen."
    ),
    "dde": (
        "Das Dokument enthält Felder, die beim Öffnen fremde Programme starten (DDE). Sie werden "
        "hier nie ausgeführt; bitte öffnen Sie das Original nicht, fragen Sie beim Absender nach."
    ),
    "external-links": (
        "Das Dokument lädt beim Öffnen Inhalte von fremden Stellen nach (Vorlage, Bild oder "
        "Verknüpfung). Hier wird nichts nachgeladen; in der Lesefassung können sie fehlen."
    ),
    "office-missing": (
        "Office-Dokumente können hier nicht umgewandelt werden: Es fehlt LibreOffice. Das "
        "Original ist aufbewahrt; bitte lassen Sie es einrichten und versuchen Sie es erneut."
    ),
    "office-unconfined": (
        "Office-Dokumente werden nur in der vollen Abschottung umgewandelt, und bubblewrap "
        "arbeitet hier nicht. Das Original ist aufbewahrt; bitte fordern Sie es als PDF an."
    ),
    "office-failed": (
        "Das Office-Dokument ließ sich nicht in eine Lesefassung umwandeln. Das Original ist "
        "aufbewahrt; bitte versuchen Sie es erneut oder fordern Sie es als PDF an."
    ),
    "office-timeout": (
        "Die Umwandlung des Office-Dokuments dauerte zu lange und wurde abgebrochen. Das Original "
        "ist aufbewahrt; bitte versuchen Sie es erneut oder fordern Sie es als PDF an."
    ),
    "not-yet": (
        "E-Mails und Office-Dokumente werden hier noch nicht in eine Lesefassung umgewandelt. Das "
        "Original ist aufbewahrt; bitte senden Sie es zusätzlich als PDF, wenn Text gesucht wird."
    ),
    "ocr-failed": (
        "Die Texterkennung ist{on} nicht gelungen; diese Seiten sind lesbar, werden aber nicht "
        "über ihren Text gefunden. Bitte versuchen Sie es erneut oder scannen Sie neu."
    ),
    "page-timeout": (
        "Die Texterkennung dauerte{on} zu lange und wurde dort abgebrochen; diese Seiten werden "
        "nicht über ihren Text gefunden. Bitte versuchen Sie es erneut oder scannen Sie neu."
    ),
    "page-unreadable": (
        "Der Inhalt lässt sich{on} nicht darstellen. Das Original ist aufbewahrt; bitte öffnen "
        "Sie es und prüfen Sie diese Seiten."
    ),
    "timeout": (
        "Die Verarbeitung dauerte zu lange und wurde abgebrochen. Das Original ist aufbewahrt; "
        "bitte versuchen Sie es erneut oder teilen Sie das Dokument auf."
    ),
    "memory": (
        "Die Verarbeitung brauchte mehr Speicher, als erlaubt ist, und wurde abgebrochen. Das "
        "Original ist aufbewahrt; bitte teilen Sie es auf oder scannen Sie mit weniger dpi."
    ),
    "crashed": (
        "Die Verarbeitung ist an diesem Dokument abgebrochen. Das Original ist aufbewahrt; bitte "
        "versuchen Sie es erneut. Bleibt es dabei, ist das Dokument beschädigt."
    ),
    "no-reading-copy": (
        "Aus dem Dokument ließ sich keine gültige Lesefassung (PDF/A) herstellen. Text und "
        "Vorschau sind da; zum Lesen öffnen Sie bitte das Original."
    ),
    "pages-as-pictures": (
        "Die Lesefassung zeigt{on} ein Bild der Seite, weil deren Schriften oder Farben nicht für "
        "PDF/A taugen; der Text bleibt durchsuchbar. Das Original ist unverändert aufbewahrt."
    ),
    "active-content": (
        "Das PDF enthält Programmcode oder Anhänge. Das Original ist unverändert aufbewahrt; in "
        "die Lesefassung wurden sie nicht übernommen. Bitte öffnen Sie Anhänge mit Vorsicht."
    ),
}
PAGES_NAMED = 12


def problem(code: str, *, pages: Sequence[int] = (), type: str = "") -> Problem:
    """Return the problem of this code with its German sentence; the pages are named in it.

    Raises:
        KeyError: there is no such code.
    """
    return Problem(code, SENTENCES[code].format(on=_on_pages(pages), type=type or "gepackt"))


def _on_pages(pages: Sequence[int]) -> str:
    if not pages:
        return ""
    named = ", ".join(str(page) for page in sorted(set(pages))[:PAGES_NAMED])
    more = " und weiteren" if len(set(pages)) > PAGES_NAMED else ""
    return f" auf Seite {named}{more}"
