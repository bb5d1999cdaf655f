"""Which deadlines run, and how does a program add and end one?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field

from eakte.casework.deadlines import (
    Urgency,
    add_deadline,
    add_own_deadline,
    deadline_by_id,
    deadlines_of,
    drop_deadline,
    meet_deadline,
    running_deadlines,
)
from eakte.errors import BadInput
from eakte.model.case import Deadline, DeadlineState
from eakte.retrieval.listing import case_by_id
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Edits, EditsOut, Model, PageIn, SomeText, Text
from eakte.web.per_request import current_work

deadlines = APIBlueprint("api_deadlines", __name__, url_prefix="/api/v1", tag="Fristen")


class DeadlineOut(Model):
    """A deadline with how it was computed."""

    id: UUID
    case_id: UUID
    reference: str = Field(description="of the dossier")
    key: str = Field(description="of the rule, empty for one that was set")
    title: str
    basis: str
    event_on: date
    begins_on: date
    ends_on: date
    computation: str
    state: DeadlineState
    ended_on: date | None
    note: str
    edits: EditsOut


class DeadlinesOut(Model):
    """One page of running deadlines, the next end first."""

    total: int
    page: int
    pages: int
    deadlines: list[DeadlineOut]


class CaseDeadlinesOut(Model):
    """The deadlines of one case."""

    deadlines: list[DeadlineOut]


class AskedIn(PageIn):
    """Which of the running deadlines."""

    urgency: Urgency = Urgency.ALL


class DeadlineIn(Model):
    """A deadline of the law (key, event_on), or one that was set (title, basis, ends_on)."""

    key: SomeText | None = Field(default=None, max_length=60)
    event_on: date | None = None
    arrived_on: date | None = Field(default=None, description="when a posted notice arrived later")
    title: SomeText | None = Field(default=None, max_length=200)
    basis: SomeText | None = Field(default=None, max_length=400)
    ends_on: date | None = None


class EndIn(Model):
    """What became of a deadline; one that is dropped needs its reason."""

    state: DeadlineState
    note: Text = Field(default="", max_length=300)
    edits: Edits | None = None


@deadlines.get("/deadlines")
@deadlines.input(AskedIn, location="query", arg_name="wanted")
@deadlines.output(DeadlinesOut)
@deadlines.doc(summary="Laufende Fristen", security=LOCKED, responses=[401, 403])
def index(wanted: AskedIn) -> DeadlinesOut:
    """List what runs in the cases that may be seen."""
    found = running_deadlines(current_work(), urgency=wanted.urgency, page=wanted.page)
    return DeadlinesOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        deadlines=[_out(deadline) for deadline in found.rows],
    )


@deadlines.get("/cases/<uuid:case_id>/deadlines")
@deadlines.output(CaseDeadlinesOut)
@deadlines.doc(summary="Fristen eines Vorgangs", security=LOCKED, responses=[401, 404])
def of_case(case_id: UUID) -> CaseDeadlinesOut:
    """List the deadlines of a case, what is over at the end."""
    work = current_work()
    found = deadlines_of(work, case_by_id(work, case_id))
    return CaseDeadlinesOut(deadlines=[_out(deadline) for deadline in found])


@deadlines.post("/cases/<uuid:case_id>/deadlines")
@deadlines.input(DeadlineIn, arg_name="wanted")
@deadlines.output(DeadlineOut, status_code=201)
@deadlines.doc(summary="Eine Frist eintragen", security=LOCKED, responses=[401, 403, 404, 409])
def add(case_id: UUID, wanted: DeadlineIn) -> DeadlineOut:
    """Let a deadline run in a case."""
    work = current_work()
    case = case_by_id(work, case_id)
    if wanted.key is not None and wanted.event_on is not None:
        return _out(
            add_deadline(
                work,
                case,
                key=wanted.key,
                event_on=wanted.event_on,
                arrived_on=wanted.arrived_on,
            )
        )
    if wanted.title is None or wanted.basis is None or wanted.ends_on is None:
        raise BadInput("Es fehlt key mit event_on, oder title, basis und ends_on.")
    return _out(
        add_own_deadline(work, case, title=wanted.title, basis=wanted.basis, ends_on=wanted.ends_on)
    )


@deadlines.post("/deadlines/<uuid:deadline_id>/end")
@deadlines.input(EndIn, arg_name="wanted")
@deadlines.output(DeadlineOut)
@deadlines.doc(summary="Eine Frist beenden", security=LOCKED, responses=[401, 403, 404, 409])
def end(deadline_id: UUID, wanted: EndIn) -> DeadlineOut:
    """Note that a deadline was met, or let it go."""
    work = current_work()
    deadline = deadline_by_id(work, deadline_id)
    match wanted.state:
        case DeadlineState.MET:
            meet_deadline(work, deadline, note=wanted.note, edits=wanted.edits)
        case DeadlineState.DROPPED:
            drop_deadline(work, deadline, reason=wanted.note, edits=wanted.edits)
        case DeadlineState.RUNNING:
            raise BadInput("Eine Frist endet als „met“ oder „dropped“.")
    return _out(deadline)


def _out(deadline: Deadline) -> DeadlineOut:
    fields = {
        name: getattr(deadline, name) for name in DeadlineOut.model_fields if name != "reference"
    }
    return DeadlineOut(reference=deadline.case.dossier.reference, **fields)
