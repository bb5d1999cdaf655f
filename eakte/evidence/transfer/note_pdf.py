"""How does a transfer note look on paper? One page of A4 as PDF/A-2b, however large the stack was.

It says again what the signed note says, in German as the law knows it, and by which digest the note
is found; only the note itself proves anything.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import pikepdf
from fpdf import FPDF
from fpdf.enums import DocumentCompliance
from pikepdf import pdfa

from eakte.fonts import BOLD, PLAIN, fonts
from eakte.model.page_span import spans_of

MARGIN, LABEL, LINE = 18, 46, 5
LONGEST = 300
FATES = {
    "filed": "im Schreiben",
    "separator": "Trennblatt",
    "blank": "leer",
    "aside": "zur Seite gelegt",
}


def note_pdf(signed: bytes) -> bytes:
    """Return a PDF of exactly one page for a signed note of a stack or of a document.

    Raises:
        PartUnavailable: the fonts it needs are not installed.
    """
    told = json.loads(signed)
    pdf = FPDF(format="A4", enforce_compliance=DocumentCompliance.PDFA_2B)
    pdf.set_auto_page_break(False)
    folder = fonts()
    pdf.add_font("sheet", "", str(folder / PLAIN))
    pdf.add_font("sheet", "B", str(folder / BOLD))
    pdf.set_title("Transfervermerk")
    pdf.set_lang("de")
    pdf.set_creation_date(datetime.fromisoformat(told["check"]["released_at"]))
    pdf.add_page()
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_xy(MARGIN, MARGIN)
    _line(pdf, told["office"], size=10)
    _line(pdf, "Transfervermerk", size=18, style="B")
    pdf.set_font("sheet", "", 9)
    pdf.multi_cell(_width(pdf), 4.4, told["said"], align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)
    for label, said in _facts(told):
        top = pdf.get_y()
        pdf.cell(LABEL, LINE, label)
        pdf.set_xy(MARGIN + LABEL, top)
        pdf.multi_cell(
            _width(pdf) - LABEL, LINE, _short(said), align="L", new_x="LMARGIN", new_y="NEXT"
        )
    _list(pdf, told)
    pdf.set_xy(MARGIN, pdf.h - MARGIN - 16)
    pdf.set_font("sheet", "", 7)
    pdf.multi_cell(_width(pdf), 3.6, _foot(told, signed), align="L")
    return _archival(bytes(pdf.output()))


def _archival(drawn: bytes) -> bytes:
    """Return the page as PDF/A-2b that was checked; nothing else leaves."""
    kept = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        # How a page opens is nobody's business but the reader's.
        del pdf.Root["/OpenAction"]
        pdfa.save(pdf, kept, "2b")
    return kept.getvalue()


def _facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    stack, scanned, check = told["stack"], told["scanned"], told["check"]
    settings = ", ".join(f"{name}: {said}" for name, said in sorted(scanned["settings"].items()))
    facts = [
        ("Stapel", f"{stack['number']:06d} · {stack['name']} · {_many(stack['pages'])}"),
        ("Prüfsumme des Stapels", stack["sha256"]),
        ("Gescannt von", scanned["operator"]),
        ("Scanstation, Gerät", f"{scanned['station']} · {scanned['device'] or '–'}"),
        ("Einstellungen", settings or "–"),
        ("Eingegangen", _moment(scanned["received_at"])),
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
    facts.append(("Freigegeben", f"{_moment(check['released_at'])}, {check['released_by']}"))
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
    _line(pdf, "Auffälligkeiten", size=12, style="B", before=3)
    room = int((pdf.h - MARGIN - 22 - pdf.get_y()) / LINE) - 1
    lines = [
        f"Seite {page['page']} ({FATES[page['fate']]}): {' '.join(page['anomalies'])}"
        for page in odd
    ] or ["Keine."]
    pdf.set_font("sheet", "", 9)
    for line in _fitting(lines, most=max(1, room)):
        pdf.cell(_width(pdf), LINE, line[:110], new_x="LMARGIN", new_y="NEXT")


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


def _line(pdf: FPDF, text: str, *, size: int, style: str = "", before: float = 0) -> None:
    pdf.ln(before)
    pdf.set_font("sheet", style, size)
    pdf.multi_cell(_width(pdf), size * 0.5, text[:120], new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _width(pdf: FPDF) -> float:
    return float(pdf.w - 2 * MARGIN)


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written):%d.%m.%Y, %H:%M:%S}" if written else "–"


def _short(said: str) -> str:
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
