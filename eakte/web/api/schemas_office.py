"""In which form do programs receive the office: its units, its inbox, and who acts?"""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from eakte.model.user import Role, UserKind
from eakte.retrieval.inbox import Choice, InboxRow
from eakte.web.api.schemas import Model, PageIn
from eakte.web.api.schemas_documents import DocumentRow, document_row


class DepartmentOut(Model):
    """A unit of the office."""

    id: UUID
    key: str
    name: str


class DepartmentsOut(Model):
    """The units of the office."""

    departments: list[DepartmentOut]


class AbsentOut(Model):
    """Somebody for whom one stands in today."""

    id: UUID
    name: str


class MeOut(Model):
    """Who acts, and by which rights at this moment."""

    id: UUID
    login: str
    name: str
    kind: UserKind
    roles: list[Role]
    departments: list[DepartmentOut] = Field(description="auch die der Vertretenen")
    stands_in_for: list[AbsentOut]


class InboxAsked(PageIn):
    """Which part of the inbox."""

    choice: Choice = Field(default=Choice.ALL, description="wie weit die Verarbeitung ist")


class ProgressOut(Model):
    """How far the processing of a document is; ``total`` 0 = not known yet."""

    step: str
    done: int
    total: int
    running: bool


class InboxRowOut(Model):
    """A document of the inbox."""

    document: DocumentRow
    size: int
    progress: ProgressOut | None
    duplicate_of: UUID | None


class InboxOut(Model):
    """One page of what waits to be filed, the newest first."""

    total: int
    page: int
    pages: int
    ready: int
    running: int
    failed: int
    rows: list[InboxRowOut]


def inbox_row_out(row: InboxRow) -> InboxRowOut:
    """Return a row of the inbox as programs read it."""
    progress = None
    if row.progress is not None:
        named = ProgressOut.model_fields
        progress = ProgressOut(**{name: getattr(row.progress, name) for name in named})
    return InboxRowOut(
        document=document_row(row.document),
        size=row.size,
        progress=progress,
        duplicate_of=row.duplicate_of.id if row.duplicate_of else None,
    )
