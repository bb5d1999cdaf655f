"""Does a dossier go to a court as it was decided, whole or not at all, and stay the same after?"""

from __future__ import annotations

import hashlib
import io
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
from lxml import etree
from sqlalchemy import select

from eakte.casework.sending.asking import Choice, ask_for_sending
from eakte.casework.sending.desk import ROOM, folder_in, sweep_desks
from eakte.casework.sending.handing_over import note_handed_over
from eakte.casework.sending.writing import write_sending
from eakte.errors import BadInput, NeedsConfirmation, NotAllowed, NotFound, RuleBroken
from eakte.filing.placing import withdraw_document
from eakte.model.audit_entry import AuditEntry
from eakte.model.content import keep_content
from eakte.model.court_message import CourtMessage
from eakte.model.document import Document, Rendition, RenditionKind, Version, Writing
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, SendingState, SentFile
from eakte.retrieval.sendings import (
    answers_to,
    documents_of_sending,
    files_of_sending,
    sending_by_id,
    sendings_of,
)
from eakte.worker import Worker
from storage.directory import DirectoryStore
from tests.builders import now_
from tests.eakte.listing import stored, work_off
from tests.house.tree import ROOT
from tests.sending.conftest import COURT, Desk, furnished

XJ = "{http://www.xjustiz.de}"
MESSAGE = "xjustiz_nachricht.xml"
REASON = "Mit der Klage einverstanden"


def package(files: dict[str, bytes]) -> dict[str, bytes]:
    """What lies in the one message of a package."""
    (packed,) = (content for name, content in files.items() if name.endswith(".zip"))
    with zipfile.ZipFile(io.BytesIO(packed)) as opened_:
        assert opened_.testzip() is None
        return {name: opened_.read(name) for name in opened_.namelist()}


def text_of(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(content) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def everything(inside: dict[str, bytes]) -> str:
    return "\n".join(
        "\n".join(text_of(content)) if name.endswith(".pdf") else content.decode()
        for name, content in inside.items()
    )


def done(desk: Desk) -> list[str]:
    with desk.office.database.transaction(writes=False) as session:
        query = select(AuditEntry.act).where(AuditEntry.act.like("sending.%"))
        return list(session.scalars(query.order_by(AuditEntry.sequence)))


def test_the_package_holds_to_the_official_schema_and_its_pages_add_up(
    desk: Desk, schemas: Path
) -> None:
    sending = desk.ask()
    work_off(desk.office)
    row = desk.row(sending)
    assert (row.state, row.reasons) == (SendingState.READY, [])
    inside = package(desk.fetched(sending))
    message = etree.fromstring(inside[MESSAGE])
    (main,) = (schemas / "xjustiz" / row.version / "xsd").glob("xjustiz_0005_nachrichten_*.xsd")
    schema = etree.XMLSchema(etree.parse(main))
    assert schema.validate(message), schema.error_log
    letters = sorted(name for name in inside if not name.startswith("0000_") and name != MESSAGE)
    pages = [text_of(inside[name]) for name in letters]
    assert [len(one) for one in pages] == [2, 3, 1, 2]
    assert (row.documents, row.pages) == (4, sum(len(one) for one in pages))
    stamped = [page for one in pages for page in one]
    assert all(f"Bl. {folio}" in page for folio, page in enumerate(stamped, start=1))
    filed = [one.text for one in message.iter(f"{XJ}veraktungsdatum")]
    assert filed == [desk.office.clock.today().isoformat()] * 4
    told = [one.text for one in message.iter(f"{XJ}dateiname")]
    assert set(letters) <= set(told) and len(told) == len(inside) - 1
    assert done(desk) == ["sending.asked", "sending.written", *["sending.read"] * 2]


def test_what_was_decided_about_leaves_as_it_was_decided_and_nothing_else_does(
    desk: Desk,
) -> None:
    draft = desk.file("Geheimentwurf", 1)
    desk.change(Document, draft, writing=Writing.DRAFT)
    taken = desk.file("Irrläufer", 2)
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        withdraw_document(
            work, work.session.get_one(Document, taken), reason="Gehört nicht hierher"
        )
    withheld, left = desk.letters[1], desk.letters[2]
    choices = {
        withheld: Choice(Decision.WITHHOLD, "Angaben über Dritte, § 25 Abs. 3"),
        left: Choice(Decision.LEAVE_OUT, "Nicht Gegenstand des Verfahrens"),
    }
    sending = desk.ask(choices=choices)
    work_off(desk.office)
    row = desk.row(sending)
    assert row.state is SendingState.READY and not row.whole
    said = everything(package(desk.fetched(sending)))
    kept_back = ("Befundbericht", "Anhörung", "Geheimentwurf", "Irrläufer")
    assert [name for name in kept_back if f"Kennwort-{name}" in said] == []
    assert "Angaben über Dritte" in said and "Gehört nicht hierher" in said
    assert "Kennwort-Feststellungsbescheid-2" in said
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        rows = documents_of_sending(work, sending_by_id(work, sending).sending)
        decided = [(one.title, one.decision.value, one.first_folio) for one in rows]
    assert decided == [
        ("Antrag", "send", 1),
        ("Befundbericht", "withhold", 3),
        ("Anhörung", "leave-out", 0),
        ("Feststellungsbescheid", "send", 4),
        ("Geheimentwurf", "leave-out", 0),
        ("Irrläufer", "withhold", 6),
    ]


def test_every_reason_against_it_is_told_at_once(desk: Desk) -> None:
    doctor, disputed, unread, fine = desk.letters
    desk.change(Document, doctor, from_doctor=True)
    desk.change(Document, disputed, disputed=True, disputed_note="")
    with desk.office.as_system() as work:
        copies = (
            select(Rendition)
            .join(Version)
            .where(Version.document_id == unread, Rendition.kind == RenditionKind.READING_COPY)
        )
        work.session.delete(work.session.scalars(copies).one())
    desk.change(Dossier, desk.dossier.id, clerk_id=desk.staff.clerk.id, locked=True)
    with pytest.raises(RuleBroken) as refused:
        desk.ask(court="X0000", choices={fine: Choice(Decision.LEAVE_OUT, "kurz")})
    said = "\n".join(refused.value.reasons)
    for word in ("X0000", "gesperrt", "§ 76", "bestritten vermerkt", "kein PDF", "hier bleibt"):
        assert word in said, word
    assert len(refused.value.reasons) == 6
    assert stored(desk.office) and done(desk) == []


def test_what_comes_from_a_doctor_goes_only_with_a_reason(desk: Desk) -> None:
    desk.change(Document, desk.letters[1], from_doctor=True)
    with pytest.raises(RuleBroken, match="so nicht"):
        desk.ask()
    sending = desk.ask(choices={desk.letters[1]: Choice(Decision.SEND, REASON)})
    work_off(desk.office)
    assert desk.row(sending).state is SendingState.READY


def test_what_was_filed_after_the_choice_does_not_leave_unseen(desk: Desk) -> None:
    chosen = {one: Choice(Decision.SEND) for one in desk.letters}
    desk.file("Nachzügler", 1)
    with pytest.raises(RuleBroken) as refused:
        desk.ask(choices=chosen, otherwise=None)
    assert refused.value.reasons == ("„Nachzügler“: Darüber wurde noch nicht entschieden.",)


def test_nobody_asks_for_a_package_without_proving_again_who_they_are(desk: Desk) -> None:
    clerk = now_(desk.office, desk.staff.clerk)
    with pytest.raises(NeedsConfirmation), desk.office.begin(clerk) as work:
        ask_for_sending(work, work.session.get_one(Dossier, desk.dossier.id), desk.wanted())
    with pytest.raises(NotFound):
        desk.ask(desk.staff.other_clerk)
    with pytest.raises(NotAllowed):
        desk.ask(desk.staff.records)


def test_a_package_stays_the_same_whatever_becomes_of_its_documents(desk: Desk) -> None:
    sending = desk.ask()
    work_off(desk.office)
    before = desk.fetched(sending)
    desk.change(Document, desk.letters[0], title="Anders", current_version=1)
    desk.file("Später", 1)
    work_off(desk.office)
    assert desk.fetched(sending) == before
    with desk.office.database.transaction(writes=False) as session:
        for kept in session.scalars(select(SentFile)):
            assert hashlib.sha256(before[kept.name]).hexdigest() == kept.sha256
    manifest = next(content for name, content in before.items() if name.endswith(".txt"))
    assert hashlib.sha256(manifest).hexdigest() == desk.row(sending).sha256
    inside = package(before)
    lines = dict(reversed(line.split("  ")) for line in manifest.decode().splitlines())
    assert lines == {
        f"teil-1/{name}": hashlib.sha256(content).hexdigest() for name, content in inside.items()
    }


@pytest.mark.parametrize("at", [1, 5, 8])
def test_a_right_that_is_withdrawn_while_it_is_written_stops_it(desk: Desk, at: int) -> None:
    sending = desk.ask()
    before = stored(desk.office)
    office, clerk = desk.office, desk.staff.clerk.id

    def shown(step: str, done: int, total: int) -> None:
        if done == at:
            with office.as_system() as work:
                dossier = work.session.get_one(Dossier, desk.dossier.id)
                dossier.locked, dossier.clerk_id = True, None

    with pytest.raises((NotAllowed, NotFound)):
        write_sending(lambda: office.on_behalf_of(clerk, writes=False), sending, show=shown)
    assert stored(office) == before
    work_off(office)
    row = desk.row(sending)
    assert row.state is SendingState.REFUSED and "durfte es nicht mehr" in row.reasons[0]
    assert done(desk)[-1] == "sending.refused"


def test_what_has_changed_since_the_choice_does_not_go(desk: Desk) -> None:
    sending = desk.ask()
    before = stored(desk.office)
    desk.change(Document, desk.letters[2], writing=Writing.DRAFT)
    work_off(desk.office)
    row = desk.row(sending)
    assert row.state is SendingState.REFUSED
    assert row.reasons == ["„Anhörung“ hat sich seit der Auswahl geändert."]
    assert stored(desk.office) == before


def test_a_document_that_is_no_valid_pdf_stops_the_package_with_its_name(desk: Desk) -> None:
    broken = desk.file("Kaputt", 1)
    with desk.office.as_system() as work:
        copy = work.session.scalars(
            select(Rendition).join(Version).where(Version.document_id == broken)
        ).one()
        stored_ = work.store.put(io.BytesIO(b"%PDF-1.7 no"))
        keep_content(work.session, str(stored_.digest), size=stored_.size, at=work.clock.now())
        copy.sha256 = str(stored_.digest)
    sending = desk.ask()
    work_off(desk.office)
    row = desk.row(sending)
    assert row.state is SendingState.REFUSED and row.reasons == [
        "„Kaputt“ ist als PDF nicht lesbar."
    ]
    assert not list((desk.office.settings.work_folder / ROOM).glob("sending-*"))


def test_who_may_not_read_a_document_of_it_does_not_know_of_the_package(desk: Desk) -> None:
    sending = desk.ask()
    work_off(desk.office)
    desk.change(Dossier, desk.dossier.id, locked=True, clerk_id=desk.staff.other_clerk.id)
    with pytest.raises(NotFound), desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        sending_by_id(work, sending)
    other = now_(desk.office, desk.staff.other_clerk)
    with desk.office.begin(other) as work:
        dossier = work.session.get_one(Dossier, desk.dossier.id)
        assert [one.sending.id for one in sendings_of(work, dossier)] == [sending]


def test_what_a_killed_worker_left_is_removed_unless_somebody_writes(tmp_path: Path) -> None:
    with folder_in(tmp_path) as held:
        (held / "half.pdf").write_bytes(b"half")
        left = tmp_path / ROOM / "sending-left.unfertig"
        left.mkdir()
        assert sweep_desks(tmp_path) == 0 and left.is_dir() and held.is_dir()
    assert not held.exists()
    assert sweep_desks(tmp_path) == 1 and not left.exists()


@pytest.mark.parametrize("at", [2, 6, 0])
def test_a_killed_worker_leaves_nothing_half_and_the_next_one_does_it(
    tmp_path: Path, schemas: Path, at: int
) -> None:
    kept = DirectoryStore(tmp_path / "store")
    with furnished(tmp_path, schemas=schemas, store=kept) as desk:
        sending = desk.ask()
        work_folder = desk.office.settings.work_folder
        given = [str(tmp_path), str(schemas), str(at)]
        struck = subprocess.run(
            [sys.executable, "-m", "tests.sending.struck", *given], cwd=ROOT, check=False
        )
        assert struck.returncode == -signal.SIGKILL
        assert desk.row(sending).state is SendingState.WAITING
        assert desk.fetched(sending) == {}
        assert list((work_folder / ROOM).glob("sending-*")) or at == 0
        Worker(desk.office).run(until_idle=True)
        assert desk.row(sending).state is SendingState.READY
        assert list((work_folder / ROOM).glob("sending-*")) == []
        assert MESSAGE in package(desk.fetched(sending))
        assert done(desk)[:2] == ["sending.asked", "sending.written"]


def test_the_day_of_the_hand_over_is_said_once_and_the_court_answers_beside_it(
    either_desk: Desk,
) -> None:
    desk = either_desk
    sending = desk.ask()
    office, clerk = desk.office, desk.staff.clerk
    with office.begin(now_(office, clerk)) as work, pytest.raises(RuleBroken, match="kein Paket"):
        row = sending_by_id(work, sending).sending
        note_handed_over(work, row, on=work.clock.today())
    work_off(office)
    with office.begin(now_(office, clerk)) as work:
        row = sending_by_id(work, sending).sending
        with pytest.raises(BadInput):
            note_handed_over(work, row, on=work.clock.today() + timedelta(days=1))
        note_handed_over(work, row, on=work.clock.today())
        with pytest.raises(RuleBroken, match="schon vermerkt"):
            note_handed_over(work, row, on=work.clock.today())
        assert (row.handed_over_by, answers_to(work, row)) == (clerk.name, [])
        (message,) = (one.message_id for one in files_of_sending(work, row) if one.message_id)
    assert done(desk)[-1] == "sending.handed-over"
    kinds = (
        "gds.fehler.0005007",
        "gds.verarbeitungsbestaetigung.0005008",
        "eeb.zuruecklaufend.2200007",
    )
    for place, kind in enumerate(kinds):
        answer(desk, desk.letters[place], f"nachricht.{kind}", str(message).upper())
    answer(desk, desk.letters[3], "nachricht.gds.fehler.0005007", "another")
    with office.begin(now_(office, clerk)) as work:
        found = answers_to(work, sending_by_id(work, sending).sending)
        assert {one.document.id: one.confirms for one in found} == dict(
            zip(desk.letters[:3], (False, True, True), strict=True)
        )


def answer(desk: Desk, document: UUID, kind: str, answers: str) -> None:
    """Let a letter be a message from a court that answers another message."""
    with desk.office.as_system() as work:
        work.session.add(
            CourtMessage(
                document_id=document,
                kind=kind,
                version="3.6.2",
                sender="Sozialgericht München",
                sender_code=COURT,
                message_id=f"message {document}",
                answers=answers,
                title="",
                confirmation_wanted=False,
            )
        )
