"""How are the pages of what waits to be filed put in order, split, joined, and put back again?

What came in is never changed: an order of pages is another version, or documents of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput, KeyUsed, NotFound, RuleBroken, Sentence, Signed
from eakte.filing.page_plan import Parts, Taken, as_it_is, refuse_impossible
from eakte.filing.page_ways import Origin, current_version, follow_pages, origins_of
from eakte.history import change
from eakte.model.arrangement import (
    Arrangement,
    ArrangementKind,
    ArrangementState,
    VersionPage,
)
from eakte.model.document import Document, DocumentState, ProcessingState, Version
from eakte.model.findings import Flag
from eakte.model.proposal import Recognised
from eakte.unit_of_work import UnitOfWork

ARRANGE = "arrange"
MOST_SOURCES = 20
PDF = "application/pdf"
UNDONE = "Zurückgenommen."
BUSY = (ProcessingState.WAITING, ProcessingState.RUNNING)


def arrange_pages(
    work: UnitOfWork,
    document: Document,
    parts: Parts,
    *,
    key: str,
    others: Sequence[Document] = (),
    although_signed: bool = False,
) -> Arrangement:
    """Promise another order of pages: of one document its next version, else new documents.

    One part of one source is its next version; several parts, or several sources, are documents of
    their own, and the sources stay behind as taken over. Pages left out stay in the versions they
    came with. The same ``key`` of the same person is the same promise. What was promised stands
    once it is done, and is not done when a source has changed until then.

    Raises:
        BadInput: the order names what is not there, or is the one there is.
        RuleBroken: naming every reason against it.
        Signed: a source bears a signature, and nobody said that they know what that means.
        KeyUsed: the key was used for another order.
    """
    require(work, Action.ARRANGE_PAGES, document)
    sources = [document, *others]
    for one in others:
        require(work, Action.ARRANGE_PAGES, one)
    known = _known(work, key)
    if known is not None:
        if known.sources and known.sources[0][0] == str(document.id):
            return known
        raise KeyUsed("Unter diesem Schlüssel wurde schon eine andere Reihenfolge verlangt.")
    _refuse_unfit(work, sources, parts)
    counts = [one.page_count or 0 for one in sources]
    refuse_impossible(parts, counts)
    if len(sources) == 1 and parts == as_it_is(counts):
        raise BadInput("Die Seiten liegen schon so.")
    signed = [one for one in sources if Flag.SIGNED in one.flags]
    if signed and not although_signed:
        raise Signed(
            "„%(title)s“ ist elektronisch signiert. Was hier geordnet wird, trägt die Signatur "
            "nicht mehr; sie gilt nur für die Fassung, die eingegangen ist.",
            title=signed[0].title,
        )
    kind = _kind_of(sources, parts)
    origins = [origins_of(work, one) for one in sources]
    arrangement = Arrangement(
        document_id=document.id,
        kind=kind,
        sources=[[str(one.id), one.current_version] for one in sources],
        parts=[[_told(origins, taken) for taken in part] for part in parts],
        remark=_remark(kind, sources, left=sum(counts) - sum(len(part) for part in parts)),
        key=key,
        asked_by_id=work.actor.id,
        asked_at=work.clock.now(),
    )
    work.session.add(arrangement)
    work.session.flush()
    audit.note(
        work,
        "document.arrangement-asked",
        kind="document",
        subject=document.id,
        what=kind.value,
        pages=sum(len(part) for part in parts),
        parts=len(parts),
        documents=[str(one.id) for one in others],
    )
    jobs.enqueue(work, ARRANGE, arrangement.id, priority=jobs.URGENT)
    return arrangement


def go_back(work: UnitOfWork, document: Document, *, number: int) -> Version:
    """Let an earlier version of a document that waits to be filed count again, as its newest.

    Raises:
        NotFound: there is no earlier version of this number.
        RuleBroken: it lies in a case, or is being worked on.
    """
    require(work, Action.ARRANGE_PAGES, document)
    if not 1 <= number < document.current_version:
        raise NotFound("Eine frühere Fassung %(number)s gibt es nicht.", number=number)
    reasons = _reasons_against(work, document)
    if reasons:
        raise RuleBroken("Die Seiten können nicht geordnet werden.", reasons=reasons)
    came_from = {origin.version_id for origin in origins_of(work, document)}
    earlier = work.session.scalars(
        select(Version).where(Version.document_id == document.id, Version.number == number)
    ).one()
    pages = work.session.scalars(
        select(VersionPage).where(VersionPage.version_id == earlier.id).order_by(VersionPage.place)
    ).all()
    version = Version(
        document_id=document.id,
        number=document.current_version + 1,
        sha256=earlier.sha256,
        media_type=earlier.media_type,
        name=earlier.name,
        created_at=work.clock.now(),
        created_by_id=work.actor.id,
        remark=f"Wie Fassung {number}.",
    )
    work.session.add(version)
    work.session.flush()
    write_pages(work, version, [Origin(page.source_id, page.page, page.turn) for page in pages])
    put_on_top(work, document, version, pages=len(pages) or None)
    audit.note(
        work,
        "document.went-back",
        kind="document",
        subject=document.id,
        version=version.number,
        follows=number,
    )
    came_from |= {page.source_id for page in pages}
    follow_pages(work, {document.id, *documents_of(work, came_from)})
    return version


def undo_taking_over(work: UnitOfWork, document: Document) -> list[Document]:
    """Take back a split or a join: its sources wait to be filed again, its results are cancelled.

    Raises:
        RuleBroken: nothing was taken over, or something was done with a result since.
    """
    require(work, Action.ARRANGE_PAGES, document, although_cancelled=True)
    if document.taken_over_id is None:
        raise RuleBroken("Die Seiten dieses Schreibens liegen in keinem anderen.")
    arrangement = work.session.get_one(Arrangement, document.taken_over_id)
    if arrangement.state is not ArrangementState.DONE:
        raise RuleBroken("Das ist schon zurückgenommen.")
    results = [work.session.get_one(Document, UUID(one)) for one in arrangement.results]
    reasons = [
        Sentence(
            "Nr. %(number)s liegt nicht mehr so im Posteingang.",
            number=f"{one.receipt_number:06d}",
        )
        for one in results
        if one.state is not DocumentState.INBOX or not may(work.actor, Action.ARRANGE_PAGES, one)
    ]
    if reasons:
        raise RuleBroken("Das lässt sich nicht zurücknehmen.", reasons=reasons)
    for one in results:
        # Its pages lie in the sources again, so it never comes back by itself.
        one.taken_over_id = arrangement.id
        back: dict[str, object] = {"state": DocumentState.CANCELLED, "cancel_reason": UNDONE}
        change(work, one, kind="document", act="document.cancelled", wanted=back)
        forget_clues(work, one)
        jobs.enqueue(work, "index", one.id)
    sources = [work.session.get_one(Document, UUID(one)) for one, _ in arrangement.sources]
    for one in sources:
        one.taken_over_id = None
        wanted: dict[str, object] = {"state": DocumentState.INBOX, "cancel_reason": None}
        change(work, one, kind="document", act="document.arrangement-undone", wanted=wanted)
        jobs.enqueue(work, "index", one.id)
        jobs.enqueue(work, "propose", one.id)
    arrangement.state = ArrangementState.UNDONE
    work.session.flush()
    roots = {origin.version_id for one in sources for origin in origins_of(work, one)}
    follow_pages(work, documents_of(work, roots))
    return sources


def put_on_top(
    work: UnitOfWork, document: Document, version: Version, *, pages: int | None
) -> None:
    """Let a version count as the newest of a document, and promise that it is read."""
    require(work, Action.ARRANGE_PAGES, document)
    document.current_version = version.number
    document.page_count = pages
    document.processing = ProcessingState.WAITING
    document.problem_code = document.problem = None
    work.session.flush()
    jobs.enqueue(work, "process", document.id, priority=jobs.URGENT)


def write_pages(work: UnitOfWork, version: Version, origins: Sequence[Origin]) -> None:
    """Write down where each page of a version came from."""
    require(work, Action.SEE_LISTS)
    work.session.add_all(
        VersionPage(
            version_id=version.id,
            place=place,
            source_id=origin.version_id,
            page=origin.page,
            turn=origin.turn,
        )
        for place, origin in enumerate(origins, start=1)
    )
    work.session.flush()


def forget_clues(work: UnitOfWork, document: Document) -> None:
    """What was read in it served to find its place, and is not kept longer."""
    require(work, Action.SEE_LISTS)
    work.session.execute(delete(Recognised).where(Recognised.document_id == document.id))


def documents_of(work: UnitOfWork, versions: set[UUID]) -> set[UUID]:
    """Return the documents of some versions."""
    require(work, Action.SEE_LISTS)
    return set(work.session.scalars(select(Version.document_id).where(Version.id.in_(versions))))


def waiting_for(work: UnitOfWork, document: Document) -> Arrangement | None:
    """Return the order of pages that was promised for a document and is not carried out yet."""
    require(work, Action.SEE_DOCUMENT, document)
    promised = work.session.scalars(
        select(Arrangement).where(Arrangement.state == ArrangementState.WAITING)
    )
    own = str(document.id)
    return next((one for one in promised if any(own == of for of, _ in one.sources)), None)


def _known(work: UnitOfWork, key: str) -> Arrangement | None:
    return work.session.scalar(
        select(Arrangement).where(Arrangement.asked_by_id == work.actor.id, Arrangement.key == key)
    )


def _kind_of(sources: Sequence[Document], parts: Parts) -> ArrangementKind:
    if len(sources) > 1:
        return ArrangementKind.JOINED
    return ArrangementKind.SPLIT if len(parts) > 1 else ArrangementKind.REARRANGED


def _told(origins: Sequence[Sequence[Origin]], taken: Taken) -> list[Any]:
    """A page as an arrangement keeps it: by the version in which it came in."""
    origin = origins[taken.source][taken.page - 1]
    return [str(origin.version_id), origin.page, (origin.turn + taken.turn) % 360]


def _remark(kind: ArrangementKind, sources: Sequence[Document], *, left: int) -> str:
    numbers = ", ".join(f"{one.receipt_number:06d}" for one in sources)
    said = {
        ArrangementKind.REARRANGED: "Seiten geordnet",
        ArrangementKind.SPLIT: f"Aus Nr. {numbers} geteilt",
        ArrangementKind.JOINED: f"Aus Nr. {numbers} zusammengefügt",
    }[kind]
    if left:
        said += f"; {left} Seite{'n' if left > 1 else ''} nicht übernommen"
    if any(Flag.SIGNED in one.flags for one in sources):
        said += "; ohne die elektronische Signatur der eingegangenen Fassung"
    return f"{said}."[:300]


def _refuse_unfit(work: UnitOfWork, sources: Sequence[Document], parts: Parts) -> None:
    reasons = [reason for one in sources for reason in _reasons_against(work, one)]
    reasons += [reason for one in sources for reason in _without_pages(work, one)]
    if len(sources) > MOST_SOURCES:
        reasons.append(
            Sentence("Mehr als %(most)s Schreiben auf einmal gehen nicht.", most=MOST_SOURCES)
        )
    if len({one.id for one in sources}) < len(sources):
        reasons.append(Sentence("Ein Schreiben ist zweimal genannt."))
    if len({one.department_id for one in sources}) > 1:
        reasons.append(Sentence("Die Schreiben liegen in den Posteingängen mehrerer Sachgebiete."))
    if _kind_of(sources, parts) is not ArrangementKind.REARRANGED:
        reasons += [reason for one in sources for reason in _tied(work, one)]
    if reasons:
        raise RuleBroken("Die Seiten können nicht geordnet werden.", reasons=reasons)


def _tied(work: UnitOfWork, document: Document) -> list[str]:
    attached = select(Document.id).where(Document.parent_id == document.id).limit(1)
    if document.parent_id is None and work.session.scalar(attached) is None:
        return []
    return [
        Sentence(
            "„%(title)s“ ist eine Anlage oder hat Anlagen; bitte lösen Sie sie zuerst.",
            title=document.title,
        )
    ]


def _reasons_against(work: UnitOfWork, document: Document) -> list[str]:
    """Say why no version may be put on top of a document now."""
    title = document.title
    reasons: dict[str, bool] = {
        Sentence("„%(title)s“ liegt nicht im Posteingang.", title=title): (
            document.state is not DocumentState.INBOX
        ),
        Sentence("„%(title)s“ ist ausgeliehen.", title=title): (
            document.checked_out_by_id is not None
        ),
        Sentence("„%(title)s“ wird noch verarbeitet.", title=title): document.processing in BUSY,
        Sentence("„%(title)s“ wird gerade geordnet.", title=title): (
            waiting_for(work, document) is not None
        ),
    }
    return [sentence for sentence, holds in reasons.items() if holds]


def _without_pages(work: UnitOfWork, document: Document) -> list[str]:
    """Say why there are no pages that could be arranged."""
    if Flag.ENCRYPTED in document.flags:
        return [Sentence("„%(title)s“ ist verschlüsselt.", title=document.title)]
    kind = current_version(work, document).media_type
    readable = kind == PDF or kind.startswith("image/")
    if document.processing in BUSY or (document.page_count and readable):
        return []
    return [Sentence("„%(title)s“ hat keine Seiten, die sich ordnen lassen.", title=document.title)]
