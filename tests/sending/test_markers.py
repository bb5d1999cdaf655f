"""A word is planted wherever nobody decided that it leaves: is it in the package, in any form?"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream, String
from sqlalchemy import select

from eakte.casework.sending.asking import Choice
from eakte.filing.placing import withdraw_document
from eakte.interchange.merging import annotate
from eakte.model.content import keep_content
from eakte.model.document import Document, Rendition, RenditionKind, Version, Writing
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, SendingState
from tests.builders import now_, opened
from tests.eakte.listing import work_off
from tests.sending.conftest import Desk, reading_copy

WORD = "Zwetschgendatschi"
SEEN = "Kennwort"
FORMS = (
    WORD.encode(),
    WORD.encode("utf-16-be"),
    WORD.encode("utf-16-le"),
    WORD.encode().hex().encode(),
)


def with_hidden(content: bytes) -> bytes:
    """The same pages with the word wherever a PDF can hold it and no page shows it."""
    first = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.docinfo["/Author"] = WORD
        with pdf.open_metadata(set_pikepdf_as_editor=False) as told:
            told["dc:title"] = WORD
        page = pdf.pages[0].obj
        page.PieceInfo = Dictionary(Private=Dictionary(Private=String(WORD)))
        page.Metadata = Stream(pdf, WORD.encode(), Type=Name.Metadata, Subtype=Name.XML)
        page.Thumb = Stream(pdf, WORD.encode(), Width=1, Height=1)
        pdf.Root.PieceInfo = Dictionary(Private=Dictionary(Private=String(WORD)))
        form = pdf.make_indirect(
            Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]))
        )
        form.Metadata = Stream(pdf, WORD.encode(), Type=Name.Metadata, Subtype=Name.XML)
        form.PieceInfo = Dictionary(Private=Dictionary(Private=String(WORD)))
        pdf.pages[0].add_resource(form, Name.XObject)
        annotate(pdf, page, (0, 0, 9, 9), to=Array([page, Name.Fit]))
        pdf.save(first, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    # An object that nothing leads to any more, as an earlier revision leaves it behind.
    written = first.getvalue()
    at = written.rindex(b"startxref")
    lost = f"99999 0 obj\n({WORD})\nendobj\n".encode()
    return written[:at] + b"% " + lost.replace(b"\n", b"\n% ") + b"\n" + written[at:]


def with_attached(content: bytes) -> bytes:
    """The same pages with the word in their text, in a note on them, and in what is attached."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.attachments[f"{WORD}.txt"] = WORD.encode()
        page = pdf.pages[0].obj
        annotate(pdf, page, (0, 0, 9, 9))
        page.Annots[0].Contents = String(WORD)
        pdf.pages[0].contents_add(f"% {WORD}".encode())
        pdf.save(made)
    return made.getvalue()


def give(desk: Desk, document: UUID, content: bytes) -> None:
    """Let a document have this reading copy."""
    with desk.office.as_system() as work:
        copies = (
            select(Rendition)
            .join(Version)
            .where(Version.document_id == document, Rendition.kind == RenditionKind.READING_COPY)
        )
        stored = work.store.put(io.BytesIO(content))
        keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
        work.session.scalars(copies).one().sha256 = str(stored.digest)


def everywhere(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Return a file in every form in which something could be read out of it."""
    yield name, content + name.encode()
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for one in packed.namelist():
                yield from everywhere(f"{name}/{one}", packed.read(one))
    if name.endswith(".pdf"):
        with pypdfium2.PdfDocument(content) as seen:
            for page in seen:
                yield name, page.get_textpage().get_text_bounded().encode()
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for thing in pdf.objects:
                yield name, thing.unparse(resolved=True)
                if isinstance(thing, Stream):
                    yield name, thing.read_raw_bytes()
                    yield name, thing.read_bytes(pikepdf.StreamDecodeLevel.generalized)


def test_nothing_leaves_that_nobody_decided_about(desk: Desk, tmp_path: Path) -> None:
    shown, left, withheld, attachment = desk.letters
    give(desk, shown, with_hidden(reading_copy("Antrag", 2)))
    spoilt = with_attached(reading_copy(WORD, 1))
    for one in (left, withheld):
        desk.change(Document, one, title=f"{WORD} {one}", page_count=1, sender=WORD)
        give(desk, one, spoilt)
    desk.change(Document, attachment, parent_id=left)
    draft, taken = desk.file(f"{WORD} Entwurf", 1), desk.file(f"{WORD} Irrläufer", 1)
    desk.change(Document, draft, writing=Writing.DRAFT)
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        withdraw_document(work, work.session.get_one(Document, taken), reason="Falsch abgelegt")
    locked, case = opened(desk.office, desk.staff, person=f"{WORD}, Ida")
    other = desk.file(f"{WORD} gesperrt", 1, case=case)
    desk.change(Dossier, locked.id, locked=True)
    with desk.office.database.transaction(writes=False) as session:
        for one in (left, withheld, draft, other):
            copies = select(Rendition.sha256).join(Version).where(Version.document_id == one)
            assert session.scalars(copies).first()
    choices = {
        left: Choice(Decision.LEAVE_OUT, "Nicht Gegenstand des Verfahrens"),
        withheld: Choice(Decision.WITHHOLD, "Angaben über Dritte, § 25 Abs. 3"),
    }
    sending = desk.ask(choices=choices)
    work_off(desk.office)
    row = desk.row(sending)
    assert row.state is SendingState.READY, row.reasons
    forms = [
        one for name, content in desk.fetched(sending).items() for one in everywhere(name, content)
    ]
    hits = {name for name, content in forms for form in FORMS if form in content}
    assert hits == set()
    ids = [str(one).encode() for one in (left, draft, other)]
    assert [name for name, content in forms for one in ids if one in content] == []
    # What was selected is there, so that the search can find something at all.
    assert {name for name, content in forms if SEEN.encode() in content}
    assert [one for one in everywhere("x.pdf", spoilt) if WORD.encode() in one[1]]
