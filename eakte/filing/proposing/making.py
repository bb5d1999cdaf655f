"""What becomes of a recognised text: from the job to the clues that are kept of it.

The five beats of the pipeline: rows are touched in ``begin`` and ``finish``; ``make`` reads the
text that lies in the store, in no transaction, and recognises nothing a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.filing.proposing.clues import Clues, clues_in, with_stated
from eakte.filing.proposing.rules import Rules, read_rules, version_of
from eakte.filing.proposing.shapes import Shape, plan_shape
from eakte.model.court_message import CourtMessage
from eakte.model.document import Document, DocumentState, Rendition, RenditionKind, Version
from eakte.model.file_plan import PlanEntry
from eakte.model.page_text import read_pages
from eakte.model.proposal import Recognised, RecognitionRules
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store

KIND = "propose"


@dataclass(frozen=True)
class Task:
    """The text that is to be read, and by which rules."""

    document_id: UUID
    version: int
    sha256: str
    rules: Rules
    own: tuple[Shape, ...]
    edition: str
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    """References that the message of a court says in fields of its own."""


def begin(work: UnitOfWork, document_id: UUID) -> Task | None:
    """Return what is to be read; None where nothing waits or there is no text."""
    require(work, Action.MAINTAIN)
    row = work.session.execute(
        select(Document, Rendition.sha256, CourtMessage)
        .outerjoin(CourtMessage, CourtMessage.document_id == Document.id)
        .join(Version, Version.document_id == Document.id)
        .join(Rendition, Rendition.version_id == Version.id)
        .where(
            Document.id == document_id,
            Document.state == DocumentState.INBOX,
            Version.number == Document.current_version,
            Rendition.kind == RenditionKind.TEXT,
        )
    ).first()
    if row is None:
        _forget(work, document_id)
        return None
    document, sha256, message = row
    rules, own, edition = rules_for(work, document.department_id)
    return Task(
        document.id,
        document.current_version,
        sha256,
        rules,
        own,
        edition,
        tuple(message.ours) if message else (),
        tuple(message.theirs) if message else (),
    )


def make(store: Store, sandbox: object, task: Task, *, folder: Path, progress: object) -> Clues:
    """Read the text and return what it says of where the document belongs."""
    with store.open(Digest(task.sha256)) as stream:
        pages = read_pages(stream.read())
    clues = clues_in([page.text for page in pages], task.rules, own=task.own)
    if task.ours or task.theirs:
        return with_stated(clues, task.ours, task.theirs, task.rules, own=task.own)
    return clues


def finish(work: UnitOfWork, task: Task, made: Clues) -> None:
    """Keep the clues instead of those that were kept before; filed meanwhile, it needs none."""
    require(work, Action.MAINTAIN)
    _forget(work, task.document_id)
    document = work.session.get(Document, task.document_id)
    if document is None or document.state is not DocumentState.INBOX:
        return
    work.session.add(
        Recognised(
            document_id=task.document_id,
            version=task.version,
            rules=task.edition,
            clues=made.kept(),
            made_at=work.clock.now(),
        )
    )
    # How many clues there are says nothing of any dossier: they are the document's own words.
    audit.note(
        work,
        "proposal.made",
        kind="document",
        subject=task.document_id,
        version=task.version,
        rules=task.edition,
        clues=len(made.references) + len(made.names) + len(made.births),
    )


def give_up(work: UnitOfWork, document_id: UUID, *, error: Exception) -> None:
    """Leave the document without proposals: it is filed by hand like any other."""
    require(work, Action.MAINTAIN)
    _forget(work, document_id)
    audit.note(
        work,
        "proposal.not-made",
        kind="document",
        subject=document_id,
        problem=getattr(error, "code", type(error).__name__),
    )


def wait_again(work: UnitOfWork, document_id: UUID) -> None:
    """Nothing shows that proposals are still being made, so nothing is to be set back."""
    require(work, Action.MAINTAIN)


def rules_for(work: UnitOfWork, department_id: UUID) -> tuple[Rules, tuple[Shape, ...], str]:
    """Return the rules of a unit, the forms of references of the plan, and a digest of both.

    A unit without rules, like the central inbox, reads by those of all units.
    """
    require(work, Action.MAINTAIN)
    tables: dict[UUID, str] = {
        unit: table
        for unit, table in work.session.execute(
            select(RecognitionRules.department_id, RecognitionRules.table).order_by(
                RecognitionRules.department_id
            )
        )
    }
    told = [tables[department_id]] if department_id in tables else list(tables.values())
    rules = Rules()
    for one in told:
        rules = rules.with_(read_rules(one.encode())[0])
    # Entries that ended count: their dossiers keep the references they were given.
    forms = sorted(
        {
            (pattern, number, prefix)
            for pattern, number, prefix in work.session.execute(
                select(
                    PlanEntry.reference_pattern, PlanEntry.number, PlanEntry.reference_prefix
                ).where(PlanEntry.takes_dossiers)
            )
        }
    )
    own = tuple(plan_shape(*form) for form in forms)
    return rules, own, version_of([*told, *("|".join(form) for form in forms)])


def _forget(work: UnitOfWork, document_id: UUID) -> None:
    work.session.execute(delete(Recognised).where(Recognised.document_id == document_id))
