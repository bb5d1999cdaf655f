"""How does a transfer note look on paper? One page of A4 as PDF/A-2b, however large the stack was.

It says again what the signed note says, in German as the law knows it, and by which digest the note
is found; only the note itself proves anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from fpdf import FPDF

from eakte.evidence.proof_sheet import (
    LINE,
    MARGIN,
    archival,
    foot,
    head,
    line,
    moment,
    new_sheet,
    width,
    write_facts,
)
from eakte.model.page_span import spans_of

FATES = {
    "filed": "im Schreiben",
    "separator": "Trennblatt",
    "blank": "leer",
    "aside": "zur Seite gelegt",
    "erased": "vernichtet",
}


def note_pdf(signed: bytes) -> bytes:
    """Return a PDF of exactly one page for a signed note of a stack or of a document.

    Raises:
        PartUnavailable: the fonts it needs are not installed.
    """
    told = json.loads(signed)
    pdf = new_sheet("Transfervermerk", at=datetime.fromisoformat(told["check"]["released_at"]))
    head(pdf, told["office"], "Transfervermerk", told["said"])
    write_facts(pdf, _facts(told))
    _list(pdf, told)
    foot(pdf, _foot(told, signed))
    return archival(pdf)


def _facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    stack, scanned, check = told["stack"], told["scanned"], told["check"]
    settings = ", ".join(f"{name}: {said}" for name, said in sorted(scanned["settings"].items()))
    facts = [
        ("Stapel", f"{stack['number']:06d} · {stack['name']} · {_many(stack['pages'])}"),
        ("Prüfsumme des Stapels", stack["sha256"]),
        ("Gescannt von", scanned["operator"]),
        ("Scanstation, Gerät", f"{scanned['station']} · {scanned['device'] or '–'}"),
        ("Einstellungen", settings or "–"),
        ("Eingegangen", moment(scanned["received_at"])),
    ]
    if "document" in told:
        document = told["document"]
        facts += [
            ("Schreiben", f"Nr. {document['number']:06d} · {_many(document['count'])}"),
            ("Prüfsumme des Originals", document["sha256"]),
            ("… der Lesefassung", document["reading_copy"] or "–"),
        ]
    if "balance" in told:
        balance = told["balance"]
        facts.append(
            (
                "Seitenbilanz",
                f"geliefert {balance['delivered']} = in Schreiben {balance['filed']} + "
                f"Trennblätter {balance['separators']} + leer {balance['blanks']} + "
                f"zur Seite gelegt {balance['aside']}",
            )
        )
    scope = "alle Seiten" if check["full"] else f"Stichprobe, {check['share']} % der Seiten"
    result = f"{check['good']} gut, {len(check['bad'])} schlecht"
    if check["bad"]:
        result += f" ({_pages(check['bad'])})"
    facts += [
        ("Sichtprüfung", f"{scope}: {check['pages']} von {check['of']} angesehen"),
        ("Geprüft von", ", ".join(check["by"]) or "–"),
        ("Ergebnis", result),
    ]
    facts += [("Noch einmal gescannt", _again(one)) for one in check["again"]]
    facts.append(("Freigegeben", f"{moment(check['released_at'])}, {check['released_by']}"))
    if check["remark"]:
        facts.append(("Bemerkung", check["remark"]))
    return facts


def _many(pages: int | None) -> str:
    return "1 Seite" if pages == 1 else f"{pages or '–'} Seiten"


def _pages(numbers: Sequence[int]) -> str:
    return f"{'Seite' if len(numbers) == 1 else 'Seiten'} {spans_of(numbers)}"


def _again(request: Mapping[str, Any]) -> str:
    pages = _pages(request["pages"]) if request["pages"] else "alle Seiten"
    answer = request["answer"]
    new = f"Stapel {answer['number']:06d}" if answer else "noch nicht geliefert"
    return f"{pages}: {request['reason']} → {new}"


def _list(pdf: FPDF, told: Mapping[str, Any]) -> None:
    odd = [page for page in told["pages"] if page["anomalies"]]
    line(pdf, "Auffälligkeiten", size=12, style="B", before=3)
    room = int((pdf.h - MARGIN - 22 - pdf.get_y()) / LINE) - 1
    lines = [
        f"Seite {page['page']} ({FATES[page['fate']]}): {' '.join(page['anomalies'])}"
        for page in odd
    ] or ["Keine."]
    pdf.set_font("sheet", "", 9)
    for said in _fitting(lines, most=max(1, room)):
        pdf.cell(width(pdf), LINE, said[:110], new_x="LMARGIN", new_y="NEXT")


def _fitting(lines: Sequence[str], *, most: int) -> list[str]:
    if len(lines) <= most:
        return list(lines)
    left = len(lines) - most + 1
    return [*lines[: most - 1], f"… und {left} weitere; alle stehen im Vermerk für Programme."]


def _foot(told: Mapping[str, Any], signed: bytes) -> str:
    digest = sha256(signed).hexdigest()
    return (
        f"Lesbare Wiedergabe des Vermerks mit der Prüfsumme (SHA-256) {digest}, unterschrieben "
        f"mit Ed25519, Schlüssel {told['key']}. Geprüft wird der Vermerk in der Form für "
        "Programme: eakte note verify DATEI --key PEM"
    )
