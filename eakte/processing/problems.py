"""Which flaws can a document have, and what does a person have to know about each of them?

The child names a code and page numbers only; the sentence is made here, in the parent, so that a
hostile document cannot put words into the inbox.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from eakte.model.findings import Problem

SENTENCES: dict[str, str] = {
    "archive": "Das ist ein Archiv, und darin liegt keine Nachricht eines Gerichts.",
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
    "signature-locked": (
        "Das Dokument ist verschlüsselt und elektronisch signiert. Die Signatur gilt dem "
        "verschlüsselten Original; beim Öffnen mit dem Kennwort ließ sie sich nicht prüfen, und an "
        "der Lesefassung kann sie niemand prüfen. Bitte prüfen Sie das Original mit seinem "
        "Kennwort in einem Prüfprogramm."
    ),
    "signature-unchecked": (
        "Die elektronische Signatur konnte nicht geprüft werden. Das Original ist aufbewahrt; "
        "bitte versuchen Sie es erneut."
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
        "Original ist aufbewahrt; bitte verständigen Sie die Administration und versuchen Sie es "
        "dann erneut."
    ),
    "office-unconfined": (
        "Office-Dokumente können hier nicht sicher umgewandelt werden: bubblewrap arbeitet nicht. "
        "Das Original ist aufbewahrt; bitte verständigen Sie die Administration oder fordern Sie "
        "es als PDF an."
    ),
    "office-failed": (
        "Das Office-Dokument ließ sich nicht in eine Lesefassung umwandeln. Das Original ist "
        "aufbewahrt; bitte versuchen Sie es erneut oder fordern Sie es als PDF an."
    ),
    "office-timeout": (
        "Die Umwandlung des Office-Dokuments dauerte zu lange und wurde abgebrochen. Das Original "
        "ist aufbewahrt; bitte versuchen Sie es erneut oder fordern Sie es als PDF an."
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
    "court-incomplete": (
        "Zu der Nachricht fehlen Dokumente, die sie nennt: {names}. Was da ist, ist vollständig "
        "aufbewahrt; bitte lassen Sie sich das Fehlende noch einmal zustellen."
    ),
    "court-unreadable": (
        "Die Nachricht „xjustiz_nachricht.xml“ lässt sich nicht lesen; die Dokumente stehen ohne "
        "ihre Angaben als Anlagen da. Alles ist unverändert aufbewahrt; bitte prüfen Sie es."
    ),
    "court-version": (
        "Die Nachricht ist in einer Fassung von XJustiz, die hier nicht bekannt ist; gezeigt wird, "
        "was sich lesen ließ. Alles ist unverändert aufbewahrt; bitte vergleichen Sie es."
    ),
    "court-bounds": (
        "Die Lieferung enthält mehr, als eine Nachricht enthalten darf (1.000 Dokumente, 200 MB). "
        "Bitte lassen Sie sie in mehreren Nachrichten zustellen."
    ),
    "kept-archive": (
        "Das ist ein Archiv, das mit einer Nachricht kam. Es ist aufbewahrt, wird aber "
        "nicht entpackt: Bitte öffnen Sie es selbst und liefern Sie ein, was in die Akte gehört."
    ),
    "not-a-message": (
        "Der Name sagt, dies sei eine E-Mail; der Inhalt ist aber keine. Gezeigt wird, was darin "
        "steht; bitte fordern Sie die Nachricht gegebenenfalls noch einmal an."
    ),
    "mail-broken": (
        "Die Nachricht ist nicht so aufgebaut, wie es sich für E-Mails gehört; gezeigt wird, was "
        "sich lesen ließ. Bitte vergleichen Sie mit dem Original; es ist unverändert aufbewahrt."
    ),
    "mail-charset": (
        "Die Schrift der Nachricht ist anders verschlüsselt, als sie angibt; einzelne Zeichen "
        "können falsch sein. Das Original ist unverändert aufbewahrt."
    ),
    "mail-remote": (
        "Die Nachricht verweist {often} auf Inhalte im Netz, etwa Bilder. Sie wurden nicht geladen "
        "und fehlen in der Lesefassung."
    ),
    "mail-missing-picture": (
        "Die Nachricht zeigt {often} ein Bild, das sie nicht mitbringt; es fehlt in der "
        "Lesefassung."
    ),
    "mail-signed": (
        "Die Nachricht ist elektronisch signiert. Die Signatur gilt nur für das Original; bitte "
        "prüfen Sie sie dort."
    ),
    "mail-encrypted": (
        "Die Nachricht ist ganz oder teilweise verschlüsselt und kann hier nicht gelesen werden. "
        "Das Original ist aufbewahrt; bitte entschlüsseln Sie es im Mailprogramm und liefern Sie "
        "es noch einmal ein."
    ),
    "mail-winmail": (
        "Die Nachricht enthält Anlagen in einer Form, die nur Outlook liest (winmail.dat). Sie ist "
        "als Anlage aufbewahrt; bitte fordern Sie die Anlagen einzeln an, etwa als PDF."
    ),
    "mail-rtf": (
        "Der Text der Nachricht steht nur in einer Form, die allein Outlook liest. Das Original "
        "ist aufbewahrt; bitte öffnen Sie es dort."
    ),
    "mail-as-words": (
        "Der Text der Nachricht steht nur in einer Form, die allein Outlook liest. Die Lesefassung "
        "zeigt seine Worte; Bilder und Objekte dazwischen stehen nur im Original."
    ),
    "mail-reference": (
        "Die Nachricht nennt Anlagen, die nur Verweise auf fremde Laufwerke und nicht mitgekommen "
        "sind (Anzahl: {many}); bitte fordern Sie sie an."
    ),
    "mail-as-text": (
        "Die Nachricht ließ sich nicht so darstellen, wie sie gestaltet ist; die Lesefassung zeigt "
        "nur ihren Text. Das Original ist unverändert aufbewahrt."
    ),
    "mail-empty-enclosure": (
        "Die Nachricht hat leere Anlagen (0 Bytes, Anzahl: {many}); sie stehen nur im Original."
    ),
    "mail-too-many": (
        "Die Nachricht hat mehr Anlagen, als hier einzeln aufgenommen werden; die übrigen (Anzahl: "
        "{many}) stehen nur im Original. Es ist unverändert aufbewahrt."
    ),
    "mail-too-deep": (
        "In der Nachricht stecken zu viele Nachrichten ineinander; was weiter innen liegt, steht "
        "nur im Original. Es ist unverändert aufbewahrt."
    ),
    "active-content": (
        "Das PDF enthält Programmcode oder Anhänge. Das Original ist unverändert aufbewahrt; in "
        "die Lesefassung wurden sie nicht übernommen. Bitte öffnen Sie Anhänge mit Vorsicht."
    ),
}
PAGES_NAMED = 12
NAMES_TOLD, LONGEST_TOLD = 8, 90


def problem(
    code: str,
    *,
    pages: Sequence[int] = (),
    count: int = 1,
    names: Sequence[str] = (),
) -> Problem:
    """Return the problem of this code with its German sentence; the pages are named in it.

    ``count`` says how often it was met, ``names`` what it concerns, where the sentence tells that.

    Raises:
        KeyError: there is no such code.
    """
    often = "einmal" if count == 1 else f"{count}-mal"
    return Problem(
        code,
        SENTENCES[code].format(
            on=_on_pages(pages),
            often=often,
            many=count,
            names=_named(names),
        ),
    )


def _named(names: Sequence[str]) -> str:
    """Names of what is missing, the first of many; they come from outside and stay short."""
    told = ", ".join(f"„{_harmless(name)}“" for name in names[:NAMES_TOLD])
    more = f" und {len(names) - NAMES_TOLD} weitere" if len(names) > NAMES_TOLD else ""
    return told + more


def _harmless(name: str) -> str:
    visible = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    return visible if len(visible) <= LONGEST_TOLD else f"{visible[: LONGEST_TOLD - 1]}…"


def _on_pages(pages: Sequence[int]) -> str:
    if not pages:
        return ""
    named = ", ".join(str(page) for page in sorted(set(pages))[:PAGES_NAMED])
    more = " und weiteren" if len(set(pages)) > PAGES_NAMED else ""
    return f" auf Seite {named}{more}"
