"""How does the proof of a destroyed dossier look on paper? One page, however large it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from eakte.evidence.proof_sheet import archival, foot, head, line, moment, new_sheet, write_facts
from eakte.model.page_span import spans_of


def proof_pdf(signed: bytes) -> bytes:
    """Return a PDF of exactly one page for a signed proof.

    Raises:
        PartUnavailable: the fonts it needs are not installed.
    """
    told = json.loads(signed)
    pdf = new_sheet(
        "Nachweis einer Vernichtung", at=datetime.fromisoformat(told["erasure"]["done_at"])
    )
    head(pdf, told["office"], "Nachweis einer Vernichtung", told["said"])
    write_facts(pdf, _facts(told))
    line(pdf, "Was vernichtet wurde", size=12, style="B", before=3)
    pdf.set_font("sheet", "", 9)
    write_facts(pdf, _gone(told))
    foot(
        pdf,
        f"Lesbare Wiedergabe des Nachweises mit der Prüfsumme (SHA-256) "
        f"{sha256(signed).hexdigest()}, unterschrieben mit Ed25519, Schlüssel {told['key']}. Er "
        "nennt jedes Dokument und jede Prüfsumme. Geprüft wird er in der Form für Programme: "
        "eakte note verify DATEI --key PEM",
    )
    return archival(pdf)


def _facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    dossier, rule, said = told["dossier"], told["rule"], told["erasure"]
    title = f" · {dossier['title']}" if dossier["title"] else ""
    return [
        ("Akte", f"{dossier['reference']}{title}"),
        ("Aktenplan, Sachgebiet", f"{dossier['plan_entry']} · {dossier['department']}"),
        ("Angelegt, geschlossen", f"{_day(dossier['opened_on'])}, {_day(dossier['closed_on'])}"),
        ("Regel", " · ".join(filter(None, (rule["title"], rule["basis"])))),
        ("Frist", rule["explained"]),
        ("Archiv", told["archive"] or "nicht angeboten"),
        ("Vorgeschlagen", f"{moment(said['proposed_at'])}, {said['proposed_by']}"),
        ("Freigegeben", f"{moment(said['approved_at'])}, {said['approved_by']}"),
        ("Wartezeit bis", moment(said["not_before"])),
        ("Vernichtet", f"{moment(said['begun_at'])} bis {moment(said['done_at'])}"),
        ("Protokoll", f"Eintrag {told['log']['sequence']}, Prüfsumme {told['log']['digest']}"),
        ("Vernichtung", f"Nr. {said['number']}"),
    ]


def _gone(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    documents = told["documents"]
    contents = [one for document in documents for one in document["contents"]]
    shared = {one["sha256"] for one in contents if not one["destroyed"]}
    numbers = spans_of(sorted(one["receipt_number"] for one in documents))
    facts = [
        ("Dokumente", f"{len(documents)}, Nr. {numbers}" if documents else "keine"),
        ("Seiten", str(sum(one["pages"] or 0 for one in documents))),
        ("Inhalte im Speicher", f"{len(told['removed'])}, in allen Fassungen"),
    ]
    if shared:
        facts.append(
            ("Bleibt", f"{len(shared)} gleiche Inhalte, die auch zu anderen Akten gehören")
        )
    return facts


def _day(written: str | None) -> str:
    return f"{date.fromisoformat(written):%d.%m.%Y}" if written else "–"
