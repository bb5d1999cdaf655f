"""How does a program give and take rights, and learn who has them?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from flask.typing import ResponseReturnValue

from eakte.access.rights.deputising import deputies, end_deputy, name_deputy
from eakte.access.rights.glass import break_glass, end_glass, review_glass, to_review
from eakte.access.rights.granting import give_access, withdraw_access
from eakte.access.rights.locking import ask_to_lift, decide_lift, lock_dossier, open_request
from eakte.access.rights.notices import note_seen, unseen
from eakte.access.rights.people import colleague
from eakte.access.rights.reachers import holdings, reachers
from eakte.access.rights.sharing import coverage, duties_of, end_duty, led_units, share_out
from eakte.access.rights.taking_part import end_part, let_take_part
from eakte.errors import NotFound
from eakte.model.department import Department
from eakte.model.right import LAST_LETTER, Deputy, Duty, Grant, Participation
from eakte.retrieval.listing import case_by_id, dossier_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.right_schemas import (
    AccessOut,
    DeputiesOut,
    DeputyIn,
    DeputyOut,
    DutiesOut,
    DutyIn,
    DutyOut,
    GlassesOut,
    GlassIn,
    GlassOut,
    GrantOut,
    LiftIn,
    LiftRequestOut,
    LockDecisionIn,
    LockIn,
    NoticeOut,
    NoticesOut,
    ParticipationOut,
    ReacherOut,
    RightIn,
    VerdictIn,
)
from eakte.web.errors import fault_of, respond
from eakte.web.pages.glass import NOT_THERE
from eakte.web.per_request import current_work

rights = APIBlueprint("api_rights", __name__, url_prefix="/api/v1", tag="Rechte")

REFUSALS = [401, 403, 404, 409]


@rights.get("/dossiers/<uuid:dossier_id>/access")
@rights.output(AccessOut)
@rights.doc(summary="Wer an eine Akte kommt", security=LOCKED, responses=[401, 403, 404])
def access(dossier_id: UUID) -> AccessOut:
    """Say who reaches a dossier, by which right, and what shuts it."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    held = holdings(work, dossier)
    return AccessOut(
        locked=dossier.locked,
        staff=dossier.staff,
        lock_reason=dossier.lock_reason,
        reachers=[
            ReacherOut(
                person_id=one.person, name=one.name, why=one.why, about=one.about, until=one.until
            )
            for one in reachers(work, dossier, held)
        ],
        grants=[_grant_out(grant) for grant in held.grants],
        participations=[_part_out(part) for parts in held.parts.values() for part in parts],
        lift_requests=[
            LiftRequestOut(
                id=one.id,
                mark=one.mark,
                reason=one.reason,
                asked_by_id=one.asked_by_id,
                asked_at=one.asked_at,
            )
            for one in open_request(work, dossier)
        ],
    )


@rights.post("/dossiers/<uuid:dossier_id>/grants")
@rights.input(RightIn, arg_name="wanted")
@rights.output(GrantOut, status_code=201)
@rights.doc(summary="Eine Akte namentlich freigeben", security=LOCKED, responses=REFUSALS)
def give(dossier_id: UUID, wanted: RightIn) -> GrantOut:
    """Open a dossier to a person by name."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    person = colleague(work, wanted.person_id)
    return _grant_out(give_access(work, dossier, person, reason=wanted.reason, until=wanted.until))


@rights.delete("/dossiers/<uuid:dossier_id>/grants/<uuid:grant_id>")
@rights.output({}, status_code=204)
@rights.doc(summary="Eine Freigabe zurücknehmen", security=LOCKED, responses=REFUSALS)
def withdraw(dossier_id: UUID, grant_id: UUID) -> ResponseReturnValue:
    """Take a dossier away again; it is closed from the next request on."""
    work = current_work()
    withdraw_access(work, dossier_by_id(work, dossier_id), grant_id)
    return Response(status=204)


@rights.post("/dossiers/<uuid:dossier_id>/lock")
@rights.input(LockIn, arg_name="wanted")
@rights.output({}, status_code=204)
@rights.doc(summary="Eine Akte sperren", security=LOCKED, responses=REFUSALS)
def lock(dossier_id: UUID, wanted: LockIn) -> ResponseReturnValue:
    """Shut a dossier to everybody who is not named."""
    work = current_work()
    lock_dossier(
        work,
        dossier_by_id(work, dossier_id),
        mark=wanted.mark,
        reason=wanted.reason,
        clerk=colleague(work, wanted.clerk_id),
        keep=[colleague(work, one) for one in wanted.keep],
    )
    return Response(status=204)


@rights.post("/dossiers/<uuid:dossier_id>/lift-requests")
@rights.input(LiftIn, arg_name="wanted")
@rights.output(LiftRequestOut, status_code=201)
@rights.doc(summary="Die Aufhebung einer Sperre beantragen", security=LOCKED, responses=REFUSALS)
def ask(dossier_id: UUID, wanted: LiftIn) -> LiftRequestOut:
    """Ask that a lock be lifted; somebody else decides."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    made = ask_to_lift(work, dossier, mark=wanted.mark, reason=wanted.reason)
    return LiftRequestOut(
        id=made.id,
        mark=made.mark,
        reason=made.reason,
        asked_by_id=made.asked_by_id,
        asked_at=made.asked_at,
    )


@rights.post("/dossiers/<uuid:dossier_id>/lift-requests/<uuid:request_id>")
@rights.input(LockDecisionIn, arg_name="wanted")
@rights.output({}, status_code=204)
@rights.doc(summary="Über eine Sperre entscheiden", security=LOCKED, responses=REFUSALS)
def decide(dossier_id: UUID, request_id: UUID, wanted: LockDecisionIn) -> ResponseReturnValue:
    """Lift a lock, or leave it, as somebody else has asked."""
    work = current_work()
    decide_lift(work, dossier_by_id(work, dossier_id), request_id, lift=wanted.lift)
    return Response(status=204)


@rights.post("/cases/<uuid:case_id>/participations")
@rights.input(RightIn, arg_name="wanted")
@rights.output(ParticipationOut, status_code=201)
@rights.doc(summary="Jemanden an einem Vorgang beteiligen", security=LOCKED, responses=REFUSALS)
def let_in(case_id: UUID, wanted: RightIn) -> ParticipationOut:
    """Let a person take part in one case."""
    work = current_work()
    case = case_by_id(work, case_id)
    person = colleague(work, wanted.person_id)
    return _part_out(let_take_part(work, case, person, reason=wanted.reason, until=wanted.until))


@rights.delete("/cases/<uuid:case_id>/participations/<uuid:participation_id>")
@rights.output({}, status_code=204)
@rights.doc(summary="Eine Beteiligung beenden", security=LOCKED, responses=REFUSALS)
def let_out(case_id: UUID, participation_id: UUID) -> ResponseReturnValue:
    """End a participation."""
    work = current_work()
    end_part(work, case_by_id(work, case_id), participation_id)
    return Response(status=204)


@rights.get("/units/<uuid:unit_id>/duties")
@rights.output(DutiesOut)
@rights.doc(summary="Wie die Arbeit verteilt ist", security=LOCKED, responses=[401, 403, 404])
def duties(unit_id: UUID) -> DutiesOut:
    """Say how the work of a unit is shared out, and which letters are open or given twice."""
    work = current_work()
    found = duties_of(work, _unit(work, unit_id))
    covered = coverage(found, work.clock.today())
    return DutiesOut(
        duties=[_duty_out(duty) for duty in found],
        uncovered=list(covered.uncovered),
        doubled=list(covered.doubled),
    )


@rights.post("/units/<uuid:unit_id>/duties")
@rights.input(DutyIn, arg_name="wanted")
@rights.output(DutyOut, status_code=201)
@rights.doc(summary="Eine Zuständigkeit geben", security=LOCKED, responses=REFUSALS)
def give_duty(unit_id: UUID, wanted: DutyIn) -> DutyOut:
    """Give a person a share of the work of a unit."""
    work = current_work()
    duty = share_out(
        work,
        _unit(work, unit_id),
        colleague(work, wanted.person_id),
        letters=(wanted.first_letter, wanted.last_letter),
        procedure=wanted.procedure,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
    )
    return _duty_out(duty)


@rights.delete("/duties/<uuid:duty_id>")
@rights.output({}, status_code=204)
@rights.doc(summary="Eine Zuständigkeit beenden", security=LOCKED, responses=REFUSALS)
def drop_duty(duty_id: UUID) -> ResponseReturnValue:
    """End a share of the work at once."""
    end_duty(current_work(), duty_id)
    return Response(status=204)


@rights.get("/deputies")
@rights.output(DeputiesOut)
@rights.doc(summary="Wer wen vertritt", security=LOCKED, responses=[401, 403])
def list_deputies() -> DeputiesOut:
    """List the deputies of today and later that concern the person."""
    return DeputiesOut(deputies=[_deputy_out(one) for one in deputies(current_work())])


@rights.post("/deputies")
@rights.input(DeputyIn, arg_name="wanted")
@rights.output(DeputyOut, status_code=201)
@rights.doc(summary="Eine Vertretung benennen", security=LOCKED, responses=REFUSALS)
def give_deputy(wanted: DeputyIn) -> DeputyOut:
    """Let somebody stand in for somebody else."""
    work = current_work()
    named = name_deputy(
        work,
        colleague(work, wanted.absent_id),
        colleague(work, wanted.deputy_id),
        first_day=wanted.first_day,
        last_day=wanted.last_day,
    )
    return _deputy_out(named)


@rights.delete("/deputies/<uuid:deputy_id>")
@rights.output({}, status_code=204)
@rights.doc(summary="Eine Vertretung beenden", security=LOCKED, responses=REFUSALS)
def drop_deputy(deputy_id: UUID) -> ResponseReturnValue:
    """End a deputising at once."""
    end_deputy(current_work(), deputy_id)
    return Response(status=204)


@rights.get("/glass")
@rights.output(GlassesOut)
@rights.doc(summary="Notfallzugriffe, die zu prüfen sind", security=LOCKED, responses=[401, 403])
def waiting_glass() -> GlassesOut:
    """List the emergencies nobody has looked at yet."""
    return GlassesOut(waiting=[_glass_out(grant) for grant in to_review(current_work())])


@rights.post("/glass")
@rights.input(GlassIn, arg_name="wanted")
@rights.output(GlassOut, status_code=201)
@rights.doc(summary="Eine Akte im Notfall öffnen", security=LOCKED, responses=REFUSALS)
def open_glass(wanted: GlassIn) -> GlassOut | Response:
    """Open a dossier to read for some minutes; a second person is told at once."""
    grant = break_glass(current_work(), wanted.reference, reason=wanted.reason)
    # Answered and not raised, so that the attempt stays in the log.
    return _glass_out(grant) if grant is not None else respond(fault_of(NOT_THERE))


@rights.delete("/glass/<uuid:grant_id>")
@rights.output({}, status_code=204)
@rights.doc(summary="Einen Notfallzugriff beenden", security=LOCKED, responses=REFUSALS)
def close_glass(grant_id: UUID) -> ResponseReturnValue:
    """Close a dossier before its time."""
    end_glass(current_work(), grant_id)
    return Response(status=204)


@rights.post("/glass/<uuid:grant_id>/review")
@rights.input(VerdictIn, arg_name="wanted")
@rights.output({}, status_code=204)
@rights.doc(summary="Einen Notfallzugriff prüfen", security=LOCKED, responses=REFUSALS)
def review(grant_id: UUID, wanted: VerdictIn) -> ResponseReturnValue:
    """Write down what looking at an emergency has shown."""
    review_glass(current_work(), grant_id, verdict=wanted.verdict)
    return Response(status=204)


@rights.get("/notices")
@rights.output(NoticesOut)
@rights.doc(summary="Was zu sagen ist", security=LOCKED, responses=[401])
def notices() -> NoticesOut:
    """List what the person was told and has not seen yet."""
    return NoticesOut(
        notices=[
            NoticeOut(id=one.id, kind=one.kind, subject_id=one.subject_id, made_at=one.made_at)
            for one in unseen(current_work())
        ]
    )


@rights.post("/notices/<uuid:notice_id>/seen")
@rights.output({}, status_code=204)
@rights.doc(summary="Einen Hinweis als gesehen vermerken", security=LOCKED, responses=[401, 404])
def seen(notice_id: UUID) -> ResponseReturnValue:
    """Put a notice away."""
    note_seen(current_work(), notice_id)
    return Response(status=204)


def _unit(work: UnitOfWork, unit_id: UUID) -> Department:
    for unit in led_units(work):
        if unit.id == unit_id:
            return unit
    raise NotFound("Dieses Sachgebiet gibt es nicht, oder Sie leiten es nicht.")


def _grant_out(grant: Grant) -> GrantOut:
    return GrantOut(
        id=grant.id,
        person_id=grant.user_id,
        reason=grant.reason,
        given_at=grant.given_at,
        ends_at=grant.ends_at,
    )


def _part_out(part: Participation) -> ParticipationOut:
    return ParticipationOut(
        id=part.id,
        case_id=part.case_id,
        person_id=part.user_id,
        reason=part.reason,
        given_at=part.given_at,
        ends_at=part.ends_at,
    )


def _duty_out(duty: Duty) -> DutyOut:
    return DutyOut(
        id=duty.id,
        person_id=duty.user_id,
        first_letter=duty.first_letter,
        last_letter="" if duty.last_letter == LAST_LETTER else duty.last_letter,
        procedure=duty.procedure_key,
        valid_from=duty.valid_from,
        valid_until=duty.valid_until,
    )


def _deputy_out(named: Deputy) -> DeputyOut:
    return DeputyOut(
        id=named.id,
        absent_id=named.absent_id,
        deputy_id=named.deputy_id,
        first_day=named.first_day,
        last_day=named.last_day,
    )


def _glass_out(grant: Grant) -> GlassOut:
    return GlassOut(
        id=grant.id,
        dossier_id=grant.dossier_id,
        person_id=grant.user_id,
        reason=grant.reason,
        given_at=grant.given_at,
        ends_at=grant.ends_at,
        withdrawn_at=grant.withdrawn_at,
    )
