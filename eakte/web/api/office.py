"""Who acts, which units are there, what waits in the inbox, and what is found by its words?"""

from __future__ import annotations

from apiflask import APIBlueprint
from sqlalchemy import select

from eakte.access import accounts
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.department import Department
from eakte.model.user import User
from eakte.retrieval.inbox import inbox, inbox_counts
from eakte.retrieval.searching import search
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas_documents import HitsOut, SearchIn, hit_out
from eakte.web.api.schemas_office import (
    AbsentOut,
    DepartmentOut,
    DepartmentsOut,
    InboxAsked,
    InboxOut,
    MeOut,
    inbox_row_out,
)
from eakte.web.per_request import current_work

office = APIBlueprint("api_office", __name__, url_prefix="/api/v1", tag="Amt")


@office.get("/me")
@office.output(MeOut)
@office.doc(summary="Wer handelt, und mit welchen Rechten", security=LOCKED)
def me() -> MeOut:
    """Say who acts, in which roles and units, and for whom they stand in today."""
    work = current_work()
    actor = work.actor
    units = work.session.scalars(
        select(Department).where(Department.id.in_(actor.departments)).order_by(Department.key)
    )
    return MeOut(
        id=actor.id,
        login=work.session.get_one(User, actor.id).login,
        name=actor.name,
        kind=actor.kind,
        roles=sorted(actor.roles),
        departments=[_unit(unit) for unit in units],
        stands_in_for=[AbsentOut(id=one.person, name=one.name) for one in actor.deputising],
    )


@office.get("/departments")
@office.output(DepartmentsOut)
@office.doc(summary="Die Sachgebiete", security=LOCKED, responses=[403])
def departments() -> DepartmentsOut:
    """List the units of the office."""
    work = current_work()
    require(work, Action.SEE_PLAN)
    return DepartmentsOut(departments=[_unit(one) for one in accounts.departments(work.session)])


@office.get("/inbox")
@office.input(InboxAsked, location="query", arg_name="wanted")
@office.output(InboxOut)
@office.doc(summary="Was im Posteingang wartet", security=LOCKED, responses=[403])
def waiting(wanted: InboxAsked) -> InboxOut:
    """List what waits to be filed, the newest first, page by page."""
    work = current_work()
    found = inbox(work, wanted.choice, page=wanted.page)
    counts = inbox_counts(work)
    return InboxOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        ready=counts.ready,
        running=counts.running,
        failed=counts.failed,
        rows=[inbox_row_out(row) for row in found.rows],
    )


@office.post("/search")
@office.input(SearchIn, arg_name="asked")
@office.output(HitsOut)
@office.doc(summary="In den Inhalten suchen", security=LOCKED)
def find(asked: SearchIn) -> HitsOut:
    """Find documents by the words of their pages; the words are posted and kept nowhere."""
    found = search(current_work(), asked.words, page=asked.page)
    return HitsOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        hits=[hit_out(hit) for hit in found.found],
    )


def _unit(unit: Department) -> DepartmentOut:
    return DepartmentOut(id=unit.id, key=unit.key, name=unit.name)
