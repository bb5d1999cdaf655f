"""Every dossier of the demo office goes to court: what say the schema and two public viewers?

The letters have the pages, titles, kinds and days of the demo office; only what stands on their
pages is not printed for this. A share of the dossiers is sent; ``EAKTE_TEST_DEMO_DOSSIERS`` says
how many.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import UUID

import pikepdf
import pypdfium2
import pytest
from lxml import etree
from pikepdf import pdfa
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.casework.sending.asking import Choice, Wanted, ask_for_sending, standards_of
from eakte.casework.sending.telling import tell
from eakte.demo.office import (
    _actors,
    _as_it_was_founded,
    _bring,
    _cases,
    _errands,
    _opened,
    load_office,
)
from eakte.interchange.package import Bound, FolioRange
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.model.delivery import Delivery
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, Sending, SendingState
from eakte.model.user import Actor
from eakte.retrieval.sendings import files_of_sending, read_sending, sending_by_id
from storage import Digest
from tests.builders import build_office
from tests.eakte.listing import work_off
from tests.interchange.viewers import (
    as_read,
    as_sent,
    listed_as,
    open_xjv_reads,
    xjustiz2pdf_lists,
)
from tests.sending.conftest import COURT, give_copy
from tests.sending.test_sending import MESSAGE, XJ

DOSSIERS = int(os.environ.get("EAKTE_TEST_DEMO_DOSSIERS", "5"))
REASON = "Vom Gericht nach § 104 SGG angefordert"


@dataclass(frozen=True)
class Sent:
    """A package of the demo office: its folder, and what was to be in it."""

    folder: Path
    version: str
    bound: tuple[Bound, ...]
    lists: CodeLists

    def pdf(self, title: str) -> Path:
        """The paper with this title."""
        (found,) = self.folder.glob(f"0000_{title}_*.pdf")
        return found


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory, schemas: Path) -> Iterator[list[Sent]]:
    folder = tmp_path_factory.mktemp("demo")
    office = build_office(folder, schemas=schemas)
    load_office(office)
    chosen = _file_letters(office, folder)
    asked = [(actor, _ask(office, actor, reference)) for reference, actor in chosen]
    work_off(office)
    yield [_fetched(office, actor, sending, folder) for actor, sending in asked]
    office.close()


def _file_letters(office: Office, folder: Path) -> list[tuple[str, Actor]]:
    """File the letters of a share of the dossiers; returns these with their clerks."""
    with office.database.transaction(writes=False) as session:
        actors = _actors(session, office.clock)
        planned = _as_it_was_founded(_opened(session), today=office.clock.today())
        cases = _cases(session)
    plans = [plan for plan in planned.dossiers if plan.letters]
    plans = plans[:: max(1, len(plans) // DOSSIERS)][:DOSSIERS]
    references = {plan.reference for plan in plans}
    ours = {case: id for case, id in cases.items() if case[0] in references}
    errands = [one for one in _errands(planned, ours) if one.case_id is not None]
    pages = {one.key: len(one.letter.sheets) for one in errands}
    for number, errand in enumerate(errands):
        path = folder / f"{number:04}.pdf"
        path.write_bytes(f"%PDF {errand.key}".encode())
        _bring(partial(office.begin, actors[errand.carrier]), path, errand)
    with office.database.transaction(writes=False) as session:
        rows = session.execute(select(Delivery.key, Delivery.document_id)).all()
    for key, document in rows:
        give_copy(office, document, "Demo", pages[key])
    return [(plan.reference, actors[plan.clerk]) for plan in plans]


def _ask(office: Office, actor: Actor, reference: str) -> UUID:
    wanted = Wanted(
        COURT,
        court_reference="S 12 SB 34/26",
        access_reason=REASON,
        otherwise=Choice(Decision.SEND, REASON),
    )
    with office.begin(replace(actor, confirmed=True)) as work:
        dossiers = select(Dossier).where(Dossier.reference == reference)
        return ask_for_sending(work, work.session.scalars(dossiers).one(), wanted).id


def _fetched(office: Office, actor: Actor, sending_id: UUID, folder: Path) -> Sent:
    with office.begin(actor) as work:
        row = work.session.get_one(Sending, sending_id)
        assert row.state is SendingState.READY, (row.dossier.reference, row.reasons)
        sending = sending_by_id(work, sending_id).sending
        (message,) = (one for one in files_of_sending(work, sending) if one.message_id)
        reading = read_sending(work, sending, message.id)
        with work.store.open(Digest(reading.sha256)) as stream:
            packed = zipfile.ZipFile(io.BytesIO(stream.read()))
        place = folder / f"sent-{sending_id}"
        packed.extractall(place)
        decided = {one.document_id: one for one in row.decided}
        bound = tuple(
            Bound(
                document,
                number,
                FolioRange(decided[document.id].first_folio, decided[document.id].last_folio),
                place / decided[document.id].name,
                decided[document.id].sent_sha256,
                0,
            )
            for number, document in enumerate(tell_again(work, row), 1)
        )
        return Sent(place, row.version, bound, standards_of(work).lists)


def tell_again(work, row: Sending):  # type: ignore[no-untyped-def]  # as the writer of packages is told it
    return tell(work, row).dossier.documents()


def test_every_message_holds_to_the_official_schema(sent: list[Sent], schemas: Path) -> None:
    assert len(sent) == DOSSIERS
    for one in sent:
        (main,) = (schemas / "xjustiz" / one.version / "xsd").glob("xjustiz_0005_nachrichten_*.xsd")
        schema = etree.XMLSchema(etree.parse(main))
        assert schema.validate(etree.parse(one.folder / MESSAGE)), schema.error_log


def test_xjustiz2pdf_lists_every_document_in_its_order(sent: list[Sent]) -> None:
    for one in sent:
        listed = xjustiz2pdf_lists(one.folder / MESSAGE)
        assert listed == [listed_as(bound) for bound in one.bound] and listed


def test_open_xjv_reads_every_document_field_by_field(sent: list[Sent]) -> None:
    read = open_xjv_reads([one.folder / MESSAGE for one in sent], sent[0].version)
    for one, told in zip(sent, read, strict=True):
        documents = [as_read(row) for row in told["documents"]]
        assert documents == [as_sent(bound, one.lists) for bound in one.bound]


def test_every_pdf_is_valid_and_every_page_bears_the_folio_that_is_told(sent: list[Sent]) -> None:
    for one in sent:
        for path in one.folder.glob("*.pdf"):
            assert pdfa.validate_written(path, "2b").passed, path.name
        with pypdfium2.PdfDocument(one.pdf("Gesamtakte")) as pdf:
            said = [page.get_textpage().get_text_bounded() for page in pdf]
        printed = [found for text in said for found in re.findall(r"^Bl\. (\d+)", text, re.M)]
        assert printed == [str(number) for number in range(1, one.bound[-1].folios.last + 1)]
        message = etree.parse(one.folder / MESSAGE)
        names = [told.text or "" for told in message.iter(f"{XJ}anzeigename")]
        assert [f"(Bl. {bound.folios})" for bound in one.bound] == [
            found[0] for name in names if (found := re.findall(r"\(Bl\. [\d-]+\)$", name))
        ]
        with pikepdf.open(one.pdf("Inhaltsverzeichnis")) as contents:
            led = [str(note["/A"]["/F"]) for page in contents.pages for note in page.obj.Annots]
        assert led == [bound.path.name for bound in one.bound]
