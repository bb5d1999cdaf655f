"""Does a dossier reach who inspects it, and an authority that takes it on, as it was decided?"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pikepdf
import pypdfium2
import pytest
from pikepdf import pdfa
from sqlalchemy import select

from eakte.casework.sending.asking import Choice
from eakte.casework.sending.handing_over import note_handed_over
from eakte.casework.sending.recipients import SGB_X, To
from eakte.errors import NotAllowed, NotFound, RuleBroken
from eakte.filing.placing import withdraw_document
from eakte.interchange import zips
from eakte.model.audit_entry import AuditEntry
from eakte.model.clearance import Clearance
from eakte.model.content import keep_content
from eakte.model.document import Document, Rendition, RenditionKind, Version, Writing
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, RecipientRole, SendingKind, SendingState
from eakte.retrieval.inspections import inspections_of
from eakte.retrieval.sendings import files_of_sending, sending_by_id
from storage import Digest
from tests.builders import now_
from tests.eakte.listing import work_off
from tests.logged import told as said_in_words
from tests.sending.conftest import Desk
from tests.sending.marked import MARKER, hits, marked_copy

LAWYER = To(
    "Rechtsanwältin Rita Recht",
    "Marktplatz 1\n80331 München",
    RecipientRole.LAWYER,
    "Vollmacht vom 3. März 2026",
)
OFFICE = To("Landratsamt Nachbarkreis", "Schlossplatz 2\n85435 Erding")
SAID: dict[str, Any] = {"court": "", "court_reference": ""}
INSPECTION = SAID | {"kind": SendingKind.INSPECTION, "to": LAWYER, "legal_ground": SGB_X}
PASSING_ON = SAID | {"kind": SendingKind.AUTHORITY, "to": OFFICE, "legal_ground": "§ 69 SGB X"}


def mark(desk: Desk, document: UUID, content: bytes, **values: object) -> UUID:
    """Let a document's reading copy be this, and its row say that."""
    with desk.office.as_system() as work:
        copies = (
            select(Rendition)
            .join(Version)
            .where(Version.document_id == document, Rendition.kind == RenditionKind.READING_COPY)
        )
        copy = work.session.scalars(copies).one()
        stored = work.store.put(io.BytesIO(content))
        keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
        copy.sha256 = str(stored.digest)
    if values:
        desk.change(Document, document, **values)
    return document


def planted(desk: Desk) -> dict[UUID, Choice]:
    """Plant the marker in everything that must not leave; return what is decided about it."""
    said = {"title": MARKER, "sender": MARKER, "document_type": MARKER, "original_name": MARKER}
    doctor, third = desk.letters[1], desk.letters[2]
    mark(desk, desk.letters[0], marked_copy(2, seen="Antrag", attached=False))
    mark(desk, doctor, marked_copy(3), from_doctor=True, **said)
    mark(desk, third, marked_copy(1), inspection_allowed=False, foreign_reference=MARKER, **said)
    draft, taken, left, held = (desk.file(f"Ablage {number}", 1) for number in range(4))
    mark(desk, draft, marked_copy(1), writing=Writing.DRAFT, **said)
    mark(desk, taken, marked_copy(1), **said)
    mark(desk, left, marked_copy(1), **said)
    mark(desk, held, marked_copy(1), **said)
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        withdraw_document(work, work.session.get_one(Document, taken), reason="Gehört woanders hin")
    with desk.office.as_system() as work:
        version = work.session.query(Version).filter_by(document_id=held).one()
        version.clearance, version.find = Clearance.FOUND, MARKER
    return {
        doctor: Choice(Decision.MEDIATE, "Dr. Arzt vom versorgungsärztlichen Dienst"),
        third: Choice(Decision.WITHHOLD, "Angaben der Nachbarin"),
        left: Choice(Decision.LEAVE_OUT, "Gehört zu einem anderen Verfahren"),
        held: Choice(Decision.LEAVE_OUT, "Die Virenprüfung hält es zurück"),
    }


def inside_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """What lies in the one package, which a receiver of packages would take as well."""
    (packed,) = (content for name, content in files.items() if name.endswith(".zip"))
    with zips.opened(io.BytesIO(packed)), zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def pages_of(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(content) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def folios_printed(inside: dict[str, bytes]) -> dict[str, tuple[int, int]]:
    """First and last folio of every document, as they are printed on its pages."""
    found = {}
    for name, content in inside.items():
        if re.fullmatch(r"(?!0000)\d{4}_.*\.pdf", name):
            numbers = [
                [int(one) for one in re.findall(r"Bl\. (\d+)", text)] for text in pages_of(content)
            ]
            assert all(len(one) == 1 for one in numbers)
            found[name] = (numbers[0][0], numbers[-1][0])
    return found


def folios_in_contents(inside: dict[str, bytes]) -> dict[int, tuple[int, int]]:
    """First and last folio by the number of the document, as the table of contents says."""
    text = "\n".join(pages_of(inside["0000_Inhaltsverzeichnis.pdf"]))
    rows = re.findall(r"^(\d+) .*? (\d+)(?:-(\d+))?\s*$", text, re.MULTILINE)
    return {int(number): (int(a), int(b or a)) for number, a, b in rows}


def no_link_leads_astray(whole: bytes, printed: dict[str, tuple[int, int]]) -> int:
    """Follow every bookmark and every link of the bound whole; return how many there are."""
    texts = pages_of(whole)
    before = len(texts) - max(last for _, last in printed.values())
    firsts = [first for _, (first, _) in sorted(printed.items())]
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        with pdf.open_outline() as outline:
            marks = [one for heading in outline.root[1:] for one in heading.children]
        aims = [numbers[one.destination[0].objgen] for one in marks]
        said = [int(re.findall(r"Bl\. (\d+)", one.title)[0]) for one in marks]
        assert said == firsts
        links = [
            numbers[note.Dest[0].objgen]
            for page in pdf.pages[:before]
            for note in page.obj.get("/Annots", [])
        ]
    assert links == aims == [before + first - 1 for first in firsts]
    assert all(f"Bl. {first}" in texts[before + first - 1] for first in firsts)
    return len(marks) + len(links)


def acts(desk: Desk) -> list[tuple[str, str]]:
    with desk.office.database.transaction(writes=False) as session:
        query = select(AuditEntry).where(
            AuditEntry.act.like("dossier-inspection.%") | AuditEntry.act.like("passing-on.%")
        )
        entries = session.scalars(query.order_by(AuditEntry.sequence)).all()
    return [(one.act, said_in_words(desk.office, one).get("recipient", "")) for one in entries]


def test_the_look_for_the_marker_finds_it_wherever_it_hides() -> None:
    places = {one.partition(": ")[2] for one in hits(marked_copy(1), "x.pdf")}
    assert places >= {"text", "stream", "object"}
    # What only the metadata say is packed, and so not among the bytes.
    bare = marked_copy(2, seen="Antrag", attached=False)
    assert {one.partition(": ")[2] for one in hits(bare, "x.pdf")} >= {"stream", "object"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{MARKER}.pdf", bare)
    assert f"{MARKER}.pdf: name" in set(hits(packed.getvalue(), "x.zip"))


def test_who_inspects_gets_what_was_decided_and_no_word_of_the_rest(either_desk: Desk) -> None:
    desk = either_desk
    choices = planted(desk)
    sending = desk.ask(**INSPECTION, choices=choices)
    work_off(desk.office)
    row = desk.row(sending)
    assert (row.state, row.reasons) == (SendingState.READY, [])
    files = desk.fetched(sending)
    assert sorted(files) == sorted(
        f"Akteneinsicht-{re.sub(r'[^A-Za-z0-9]', '-', desk.dossier.reference)}{end}"
        for end in (".zip", "-Gesamtakte.pdf", "-Prüfsummen.txt")
    )
    assert [hit for name, content in files.items() for hit in hits(content, name)] == []
    inside = inside_of(files)
    assert not any(name.endswith(".xml") for name in inside)
    printed = folios_printed(inside)
    assert list(printed.values()) == [(1, 2), (3, 3), (4, 4), (5, 6), (7, 7)]
    assert folios_in_contents(inside) == dict(enumerate(printed.values(), start=1))
    assert no_link_leads_astray(inside["0000_Gesamtakte.pdf"], printed) == 10
    with pikepdf.open(io.BytesIO(inside["0000_Inhaltsverzeichnis.pdf"])) as pdf:
        linked = [str(note.A.F) for page in pdf.pages for note in page.obj.get("/Annots", [])]
    assert linked == list(printed)
    sheets = {name: pages_of(inside[name])[0] for name in printed if "Fehlblatt" in name}
    doctor, third, taken = sheets.values()
    assert "vermittelt eine Ärztin oder ein Arzt: Dr. Arzt" in " ".join(doctor.split())
    assert "§ 25 Abs. 2 SGB X" in doctor and "§ 25 Abs. 3 SGB X" in third
    assert "Angaben der Nachbarin" in third and "Gehört woanders hin" in taken
    cover = " ".join(pages_of(inside["0000_Deckblatt.pdf"])[0].split())
    for told in (LAWYER.name, "80331 München", LAWYER.mandate, SGB_X, "7 Blatt", "Auswahl"):
        assert told in cover
    assert sum(1 for name in inside if name.endswith(".pdf") and not name.startswith("0000")) == 5
    for name, content in inside.items():
        if name.endswith(".pdf"):
            path = desk.folder / "look.pdf"
            path.write_bytes(content)
            assert pdfa.validate_written(path, "2b").passed, name
    lines = dict(
        reversed(one.split("  ")) for one in inside["MANIFEST.sha256"].decode().split("\n")[:-1]
    )
    assert lines == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in inside.items()
        if name != "MANIFEST.sha256"
    }
    assert hashlib.sha256(inside["MANIFEST.sha256"]).hexdigest() == row.sha256
    seen_by(desk, sending)


def seen_by(desk: Desk, sending: UUID) -> None:
    """Who was given inspection stands in the list for a time, and in the log for good."""
    office, clerk = desk.office, desk.staff.clerk
    with office.begin(now_(office, clerk)) as work:
        row = sending_by_id(work, sending).sending
        note_handed_over(work, row, on=work.clock.today())
        (one,) = inspections_of(work, work.session.get_one(Dossier, desk.dossier.id))
        assert (one.sending.to, one.shown, one.withheld) == (LAWYER.name, 2, 3)
        assert [name for _, name in one.fetched] == [clerk.name] * 3
    read = [("dossier-inspection.read", LAWYER.name)] * 3
    assert acts(desk) == [
        ("dossier-inspection.asked", LAWYER.name),
        ("dossier-inspection.written", LAWYER.name),
        *read,
        ("dossier-inspection.handed-over", LAWYER.name),
    ]
    days = office.settings.inspection_days
    desk.change(type(row), sending, written_at=office.clock.now() - timedelta(days=days, hours=1))
    with office.begin(now_(office, clerk)) as work:
        assert inspections_of(work, work.session.get_one(Dossier, desk.dossier.id)) == []
        assert sending_by_id(work, sending).sending.state is SendingState.READY


def test_every_reason_against_an_inspection_is_told_at_once(desk: Desk) -> None:
    doctor, third, plain, _ = desk.letters
    desk.change(Document, doctor, from_doctor=True)
    desk.change(Document, third, inspection_allowed=False)
    wrong = INSPECTION | {"to": To(role=RecipientRole.LAWYER), "legal_ground": "weil"}
    with pytest.raises(RuleBroken) as told:
        desk.ask(**wrong, choices={plain: Choice(Decision.MEDIATE, "Dr. Arzt vermittelt es")})
    reasons = " ".join(str(one) for one in told.value.reasons)
    for said in (
        *("wer Einsicht nimmt", "die Anschrift", "die Vollmacht", "aus der Liste"),
        *("Abs. 2 SGB X). Bitte begründen", "Abs. 3 SGB X). Bitte begründen", "nur Ärztliches"),
    ):
        assert said in reasons
    assert len(told.value.reasons) == 7
    with pytest.raises(NotFound):
        desk.ask(desk.staff.other_clerk, **INSPECTION)
    with pytest.raises(NotAllowed):
        desk.ask(desk.staff.records, **INSPECTION)


def test_another_authority_gets_the_whole_dossier_with_a_list_of_it(desk: Desk) -> None:
    choices = planted(desk)
    mediated = {key: one for key, one in choices.items() if one.decision is Decision.MEDIATE}
    choices |= dict.fromkeys(mediated, Choice(Decision.WITHHOLD, "Widerspruch nach § 76 SGB X"))
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        original = work.session.query(Version).filter_by(document_id=desk.letters[3]).one()
        with work.store.open(Digest(original.sha256)) as stream:
            kept = stream.read()
    mark(desk, desk.letters[0], marked_copy(2, seen="Antrag", attached=False))
    sending = desk.ask(**PASSING_ON, choices=choices, with_versions=True)
    work_off(desk.office)
    row = desk.row(sending)
    assert (row.state, row.reasons) == (SendingState.READY, [])
    inside = inside_of(desk.fetched(sending))
    told = json.loads(inside["manifest.json"])
    assert (told["format"], told["format_version"]) == ("e-akte-plain", row.version)
    assert told["dossier"]["reference"] == desk.dossier.reference and not told["dossier"]["whole"]
    printed = folios_printed(inside)
    documents = told["documents"]
    assert [(one["folio_first"], one["folio_last"]) for one in documents] == list(printed.values())
    assert folios_in_contents(inside) == {
        one["number"]: (one["folio_first"], one["folio_last"]) for one in documents
    }
    assert [bool(one["withheld"]) for one in documents] == [False, True, True, False, True]
    assert [one["title"] for one in documents] == ["Antrag", "", "", "Feststellungsbescheid", ""]
    named = {file["file"]: file["sha256"] for one in documents for file in one["files"]}
    assert named == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in inside.items()
        if re.match(r"(?!0000)\d{4}[_.]", name)
    }
    lines = list(
        csv.DictReader(io.StringIO(inside["manifest.csv"].decode("utf-8-sig")), delimiter=";")
    )
    assert {one["file"]: one["sha256"] for one in lines} == named
    assert lines[0]["reference"] == f"{desk.dossier.reference} Bl. 1-2"
    assert all(f"\n  {field} " in inside["LIESMICH.txt"].decode() for field in lines[0])
    assert {one["what"] for one in lines} == {"copy", "original", "reading-copy"}
    assert inside["0004.v1_original.pdf"] == kept
    # The copies tell nothing hidden; what is kept goes as it lies in the house.
    found = {
        hit.partition(":")[0] for name, content in inside.items() for hit in hits(content, name)
    }
    assert found == {"0001.v1_reading-copy.pdf"}
    without = desk.ask(**PASSING_ON, choices=choices)
    work_off(desk.office)
    assert not any(".v1_" in name for name in inside_of(desk.fetched(without)))
    assert acts(desk)[:2] == [
        ("passing-on.asked", OFFICE.name),
        ("passing-on.written", OFFICE.name),
    ]


def test_who_loses_the_whole_of_a_dossier_meanwhile_passes_nothing_on(desk: Desk) -> None:
    sending = desk.ask(**PASSING_ON)
    desk.change(Dossier, desk.dossier.id, locked=True, clerk_id=desk.staff.other_clerk.id)
    work_off(desk.office)
    row = desk.row(sending)
    assert row.state is SendingState.REFUSED and "durfte es nicht mehr" in row.reasons[0]
    with desk.office.begin(now_(desk.office, desk.staff.other_clerk)) as work:
        found = sending_by_id(work, sending).sending
        assert files_of_sending(work, found) == []
    assert acts(desk)[-1][0] == "passing-on.refused"
