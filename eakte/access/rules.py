"""By which rules is an act allowed, to one person on one thing and as a condition over many?

Each rule has its faces side by side, so that the check of one thing and the filter of a list cannot
disagree: ``may(actor, thing)`` and ``visible(actor, table)``, a condition in SQL. The table at the
end is read as "any of (all of)".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from eakte.access import deliveries, reach, sendings, stacks, within
from eakte.access.actions import Action
from eakte.access.reach import Table, Thing
from eakte.access.within import Within
from eakte.model.batch import Batch
from eakte.model.case import Case
from eakte.model.columns import Among
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.offer import Offer
from eakte.model.sending import Sending
from eakte.model.user import Actor, Role, UserKind


@dataclass(frozen=True)
class Rule:
    """A reason why something is allowed, in one German sentence and its faces.

    ``within`` says the same as ``visible`` of rows that lie in known dossiers, where less has to be
    asked. ``role`` is set where the reason is a kind of work; the rules beside it then see the
    actor at that work alone, so that nobody does as a clerk what falls to a doctor they stand in
    for.
    """

    sentence: str
    may: Callable[[Actor, Thing], bool]
    visible: Callable[[Actor, Table], ColumnElement[bool]]
    within: Within
    role: Role | None = None


def _always(holds: bool) -> ColumnElement[bool]:
    return true() if holds else false()


def _does(role: Role, sentence: str) -> Rule:
    return Rule(
        sentence,
        lambda actor, thing: actor.has(role),
        lambda actor, table: _always(actor.has(role)),
        within.of_actor(lambda actor: actor.has(role)),
        role,
    )


def _is(kind: UserKind, sentence: str) -> Rule:
    return Rule(
        sentence,
        lambda actor, thing: actor.kind is kind,
        lambda actor, table: _always(actor.kind is kind),
        within.of_actor(lambda actor: actor.kind is kind),
    )


def _dossier_of(thing: Thing) -> Dossier | None:
    match thing:
        case Dossier():
            return thing
        case Case():
            return thing.dossier
        case Document() if thing.case is not None:
            return thing.case.dossier
        case _:
            return None


def _in_dossier(
    table: Table, condition: Callable[[type[Dossier]], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """A condition on the dossier to which rows of a table belong."""
    if table in (Batch, Sending, Offer):
        return false()
    if table is Dossier:
        return condition(Dossier)
    if table is Case:
        return exists().where(reach.HOME.id == Case.dossier_id, condition(reach.HOME))
    return reach.filed(exists().where(reach.HOME.id == Document.dossier_id, condition(reach.HOME)))


def _whole(actor: Actor, thing: Thing) -> bool:
    dossier = _dossier_of(thing)
    return dossier is not None and reach.whole(actor, dossier)


def _whole_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    return _in_dossier(table, lambda home: reach.whole_rows(actor, home))


def _of_the_unit(actor: Actor, thing: Thing) -> bool:
    """Of one of the actor's units, and neither locked nor about staff."""
    dossier = _dossier_of(thing)
    if dossier is None:
        return isinstance(thing, Document) and thing.department_id in actor.departments
    return dossier.department_id in actor.departments and not dossier.locked and not dossier.staff


def _of_the_unit_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    filed = _in_dossier(
        table,
        lambda home: and_(home.department_id.in_(actor.departments), ~home.locked, ~home.staff),
    )
    if table is not Document:
        return filed
    waiting = and_(Document.dossier_id.is_(None), Document.department_id.in_(actor.departments))
    return waiting | filed


def _takes_part(actor: Actor, thing: Thing) -> bool:
    match thing:
        case Document() if thing.case is not None:
            return reach.takes_part(actor, thing.case)
        case Case():
            return reach.takes_part(actor, thing)
        case Dossier():
            owners = {owner for scope in actor.scopes for _, owner in scope.cases}
            return thing.id in owners and not thing.locked and not thing.staff
        case _:
            return False


def _taking_part_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    if table is Case:
        return reach.taking_part_rows(actor)
    if table in (Batch, Sending, Offer):
        return false()
    if table is Dossier:
        owners = [owner for scope in actor.scopes for _, owner in scope.cases]
        return and_(Among(Dossier.id, owners), ~Dossier.locked, ~Dossier.staff)
    taken = reach.taking_part_rows(actor, reach.PART)
    return reach.filed(exists().where(reach.PART.id == Document.case_id, taken))


def _given(actor: Actor, thing: Thing) -> bool:
    dossier = _dossier_of(thing)
    return dossier is not None and dossier.id in actor.granted and not reach.barred(actor, dossier)


def _given_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    return _in_dossier(
        table, lambda home: and_(Among(home.id, actor.granted), reach.not_barred(actor, home))
    )


def _behind_glass(actor: Actor, thing: Thing) -> bool:
    dossier = _dossier_of(thing)
    return dossier is not None and dossier.id in actor.glass and not dossier.staff


def _behind_glass_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    if not actor.glass:
        return false()
    return _in_dossier(table, lambda home: and_(Among(home.id, actor.glass), ~home.staff))


def _in_charge(actor: Actor, thing: Thing) -> bool:
    """In charge of a dossier from which the unit is shut out."""
    dossier = _dossier_of(thing)
    return (
        dossier is not None
        and dossier.clerk_id == actor.id
        and (dossier.locked or dossier.staff)
        and not reach.barred(actor, dossier)
    )


def _in_charge_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    return _in_dossier(
        table,
        lambda home: and_(
            home.clerk_id == actor.id,
            or_(home.locked, home.staff),
            reach.not_barred(actor, home),
        ),
    )


CLERK = _does(Role.CLERK, "Die Person bearbeitet Akten.")
LEAD = _does(Role.LEAD, "Die Person leitet ein Sachgebiet.")
SCANNING = _does(Role.SCANNING, "Die Person arbeitet an der Scanstelle.")
MEDICAL = _does(Role.MEDICAL, "Die Person gehört zum ärztlichen Dienst.")
EXPERT = _does(Role.EXPERT, "Die Person begutachtet von außen.")
AUDITOR = _does(Role.AUDITOR, "Die Person prüft für die Rechnungsprüfung.")
RECORDS = _does(Role.RECORDS_MANAGER, "Die Person führt die Schriftgutverwaltung.")
PROTECTION = _does(Role.DATA_PROTECTION, "Die Person wacht über den Datenschutz.")
ADMINISTRATOR = _does(Role.ADMINISTRATOR, "Die Person verwaltet die Anwendung.")
REACHED = Rule(
    "Es fällt in die Zuständigkeit der Person, ist ihr freigegeben, oder sie ist beteiligt.",
    reach.reaches,
    reach.reached_rows,
    within.REACHED,
)
WHOLE = Rule(
    "Die ganze Akte fällt in die Zuständigkeit der Person oder wurde ihr namentlich freigegeben.",
    _whole,
    _whole_rows,
    within.of_dossier(_whole),
)
OF_THE_UNIT = Rule(
    "Es gehört zu einem Sachgebiet der Person und ist weder gesperrt noch eine Personalakte.",
    _of_the_unit,
    _of_the_unit_rows,
    within.of_dossier(_of_the_unit),
)
TAKES_PART = Rule(
    "Die Person ist an dem Vorgang beteiligt.", _takes_part, _taking_part_rows, within.TAKING_PART
)
GIVEN = Rule(
    "Die Akte wurde der Person namentlich freigegeben.",
    _given,
    _given_rows,
    within.of_dossier(_given),
)
IN_CHARGE = Rule(
    "Die Person ist für die Akte zuständig, und sie ist gesperrt oder eine Personalakte.",
    _in_charge,
    _in_charge_rows,
    within.of_dossier(_in_charge),
)
BEHIND_GLASS = Rule(
    "Die Person hat die Akte mit einem Notfallzugriff geöffnet.",
    _behind_glass,
    _behind_glass_rows,
    within.of_dossier(_behind_glass),
)
DELIVERED = Rule(
    "Die Person hat es eingeliefert und es ist noch nicht abgelegt.",
    deliveries.waiting,
    deliveries.waiting_rows,
    within.of_rows(deliveries.waiting_rows),
)
SENT = Rule(
    "Die Person hat es eingeliefert.",
    deliveries.sent,
    deliveries.sent_rows,
    within.of_rows(deliveries.sent_rows),
)
BATCH_OF_UNIT = Rule(
    "Der Stapel wurde in ein Sachgebiet der Person geliefert.",
    stacks.of_unit,
    stacks.of_unit_rows,
    within.of_rows(stacks.of_unit_rows),
)
SENT_BATCH = Rule(
    "Die Person oder das Gerät hat den Stapel geliefert.",
    stacks.sent,
    stacks.sent_rows,
    within.of_rows(stacks.sent_rows),
)
OF_ANOTHER = Rule(
    "Eine andere Person hat das Paket zusammengestellt.",
    sendings.of_another,
    sendings.of_another_rows,
    within.of_rows(sendings.of_another_rows),
)
CONFIRMED = Rule(
    "Die Person hat sich eben noch einmal ausgewiesen.",
    lambda actor, thing: actor.confirmed,
    lambda actor, table: _always(actor.confirmed),
    within.of_actor(lambda actor: actor.confirmed),
)
THE_SYSTEM = _is(UserKind.SYSTEM, "Die Anwendung selbst handelt.")
A_STATION = _is(UserKind.STATION, "Eine angemeldete Scanstation.")
A_PERSON = _is(UserKind.PERSON, "Jede angemeldete Person.")

AnyOf = tuple[tuple[Rule, ...], ...]

READS: AnyOf = (
    (CLERK, REACHED),
    (LEAD, REACHED),
    (MEDICAL, TAKES_PART),
    (EXPERT, TAKES_PART),
    (AUDITOR, GIVEN),
    (CLERK, BEHIND_GLASS),
    (LEAD, BEHIND_GLASS),
    (MEDICAL, BEHIND_GLASS),
    (THE_SYSTEM,),
)
SEES: AnyOf = (*READS, (RECORDS, OF_THE_UNIT), (RECORDS, GIVEN))
WORKS: AnyOf = ((CLERK, REACHED), (LEAD, REACHED), (THE_SYSTEM,))
WORKS_ON_ALL: AnyOf = ((CLERK, WHOLE), (LEAD, WHOLE), (THE_SYSTEM,))
KEEPS_ORDER: AnyOf = (*WORKS_ON_ALL, (RECORDS, OF_THE_UNIT))
RULES_ON_ACCESS: AnyOf = ((LEAD, WHOLE), (RECORDS, OF_THE_UNIT), (RECORDS, GIVEN))
# What waits to be filed may be put in order by whoever brought it as well.
HANDLES: AnyOf = (*WORKS, (SCANNING, DELIVERED))
STACKS: AnyOf = ((SCANNING, BATCH_OF_UNIT), (CLERK, BATCH_OF_UNIT), (LEAD, BATCH_OF_UNIT))
# Nobody else may know of such a dossier, so without this one it could never be opened again.
GIVES_ACCESS: AnyOf = (*RULES_ON_ACCESS, (CLERK, IN_CHARGE))

TABLE: dict[Action, AnyOf] = {
    Action.DELIVER_DOCUMENT: ((CLERK,), (LEAD,), (SCANNING,), (THE_SYSTEM,)),
    Action.SEE_DOCUMENT: (*SEES, (SCANNING, DELIVERED)),
    Action.SEE_RECEIPT: (*SEES, (SENT,)),
    Action.READ_CONTENT: (*READS, (SCANNING, DELIVERED)),
    Action.PLACE_DOCUMENT: WORKS,
    Action.DESCRIBE_DOCUMENT: WORKS,
    Action.CANCEL_DOCUMENT: ((CLERK, REACHED), (LEAD, REACHED)),
    Action.WRITE_DOCUMENT: ((CLERK, REACHED), (LEAD, REACHED)),
    Action.PROCESS_AGAIN: HANDLES,
    Action.ARRANGE_PAGES: HANDLES,
    Action.HAND_OVER: (*HANDLES, *STACKS),
    Action.CLARIFY_DOCUMENT: WORKS,
    Action.REDACT_DOCUMENT: ((CLERK, REACHED), (LEAD, REACHED)),
    Action.UNLOCK_DOCUMENT: ((CLERK, REACHED), (LEAD, REACHED)),
    Action.RELEASE_HELD: ((LEAD, REACHED), (LEAD, BATCH_OF_UNIT)),
    Action.DELIVER_BATCH: ((CLERK,), (LEAD,), (SCANNING,), (A_STATION,), (THE_SYSTEM,)),
    Action.SEE_BATCHES: ((SCANNING,), (CLERK,), (LEAD,), (RECORDS,), (A_STATION,), (THE_SYSTEM,)),
    Action.SEE_BATCH: (*STACKS, (RECORDS, BATCH_OF_UNIT), (SENT_BATCH,), (THE_SYSTEM,)),
    Action.SEPARATE_AGAIN: STACKS,
    Action.READ_BATCH: ((SCANNING, BATCH_OF_UNIT), (THE_SYSTEM,)),
    Action.CHECK_SCAN: ((SCANNING, BATCH_OF_UNIT),),
    Action.SEE_NOTE: (*((role, BATCH_OF_UNIT) for role in (SCANNING, LEAD, RECORDS)),),
    Action.SEE_PAPER: ((SCANNING,), (LEAD,), (RECORDS,)),
    Action.KEEP_PAPER: ((SCANNING, BATCH_OF_UNIT), (RECORDS, BATCH_OF_UNIT)),
    Action.PROPOSE_DESTRUCTION: ((SCANNING, BATCH_OF_UNIT), (RECORDS, BATCH_OF_UNIT)),
    Action.CONFIRM_DESTRUCTION: (
        (LEAD, BATCH_OF_UNIT, CONFIRMED),
        (RECORDS, BATCH_OF_UNIT, CONFIRMED),
    ),
    Action.SEE_INBOX: ((CLERK,), (LEAD,), (SCANNING,), (RECORDS,), (THE_SYSTEM,)),
    Action.SEE_DOSSIER: SEES,
    Action.OPEN_DOSSIER: ((CLERK,), (LEAD,), (THE_SYSTEM,)),
    **dict.fromkeys((Action.EDIT_DOSSIER, Action.CLOSE_DOSSIER), KEEPS_ORDER),
    Action.SEE_SENDINGS: ((CLERK, REACHED), (LEAD, REACHED)),
    Action.SEND_DOSSIER: ((CLERK, REACHED, CONFIRMED), (LEAD, REACHED, CONFIRMED)),
    Action.NOTE_OBJECTION: ((CLERK, REACHED), (LEAD, REACHED)),
    Action.OVERRIDE_STOP: ((CLERK, REACHED), (LEAD, REACHED)),
    Action.OVERRIDE_OBJECTION: ((LEAD, REACHED),),
    Action.RELEASE_SENDING: (
        (CLERK, REACHED, OF_ANOTHER, CONFIRMED),
        (LEAD, REACHED, OF_ANOTHER, CONFIRMED),
    ),
    Action.HAND_OVER_SENDING: ((CLERK, REACHED, CONFIRMED), (LEAD, REACHED, CONFIRMED)),
    Action.GRANT_INSPECTION: ((CLERK, REACHED, CONFIRMED), (LEAD, REACHED, CONFIRMED)),
    Action.HAND_DOSSIER_ON: ((CLERK, WHOLE, CONFIRMED), (LEAD, WHOLE, CONFIRMED)),
    Action.SEE_CASE: SEES,
    Action.OPEN_CASE: WORKS_ON_ALL,
    Action.EDIT_CASE: WORKS,
    Action.SEE_DEADLINES: ((CLERK,), (LEAD,), (MEDICAL,), (RECORDS,), (THE_SYSTEM,)),
    Action.SEE_PLAN: (
        *((role,) for role in (CLERK, LEAD, SCANNING, MEDICAL, AUDITOR, RECORDS)),
        (ADMINISTRATOR,),
        (THE_SYSTEM,),
    ),
    Action.EDIT_PLAN: ((RECORDS,), (THE_SYSTEM,)),
    Action.SEE_LISTS: (
        *((role,) for role in (CLERK, LEAD, SCANNING, MEDICAL, EXPERT, AUDITOR, RECORDS)),
        (ADMINISTRATOR,),
        (THE_SYSTEM,),
    ),
    Action.MAKE_LIST: ((CLERK,), (LEAD,), (RECORDS,)),
    Action.SEARCH: ((CLERK,), (LEAD,), (MEDICAL,), (AUDITOR,), (THE_SYSTEM,)),
    Action.SEE_ACCESS: (*GIVES_ACCESS, (CLERK, WHOLE)),
    Action.GIVE_ACCESS: GIVES_ACCESS,
    Action.TAKE_PART_IN_CASE: WORKS_ON_ALL,
    **dict.fromkeys((Action.LOCK_DOSSIER, Action.END_HOLD), RULES_ON_ACCESS),
    Action.SHARE_WORK: ((LEAD,), (THE_SYSTEM,)),
    Action.NAME_DEPUTY: ((LEAD,), (CLERK,), (MEDICAL,), (RECORDS,), (THE_SYSTEM,)),
    Action.BREAK_GLASS: ((CLERK, CONFIRMED), (LEAD, CONFIRMED), (MEDICAL, CONFIRMED)),
    Action.REVIEW_GLASS: ((PROTECTION,), (RECORDS,)),
    Action.SEE_AUDIT: ((PROTECTION,), (RECORDS,), (THE_SYSTEM,)),
    Action.MANAGE_USERS: ((ADMINISTRATOR,), (THE_SYSTEM,)),
    Action.MANAGE_STATIONS: ((ADMINISTRATOR,), (THE_SYSTEM,)),
    Action.LOAD_OFFICE: ((RECORDS,), (THE_SYSTEM,)),
    Action.MANAGE_OWN_ACCOUNT: ((A_PERSON,),),
    Action.MANAGE_OWN_FACTORS: ((A_PERSON, CONFIRMED),),
    Action.SEE_RETENTION: ((LEAD,), (RECORDS,)),
    Action.DECIDE_PERIOD: ((RECORDS, OF_THE_UNIT), (RECORDS, GIVEN)),
    Action.SET_HOLD: (*RULES_ON_ACCESS, (CLERK, WHOLE)),
    Action.MAINTAIN: ((THE_SYSTEM,),),
}
