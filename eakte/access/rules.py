"""By which rules is an act allowed, to one person on one thing and as a condition over many?

Each rule has two faces, so that the check of one thing and the filter of a list cannot disagree:
``may(actor, thing)`` and ``visible(actor, table)``, a condition in SQL. The table at the end is
read as "any of (all of)".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select, true

from eakte.access.actions import Action
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier
from eakte.model.user import Actor, Role, UserKind

Thing = Document | Dossier | Case | None
Table = type[Document] | type[Dossier] | type[Case]


@dataclass(frozen=True)
class Rule:
    """A reason why something is allowed, in one German sentence and two faces."""

    sentence: str
    may: Callable[[Actor, Thing], bool]
    visible: Callable[[Actor, Table], ColumnElement[bool]]


def _always(holds: bool) -> ColumnElement[bool]:
    return true() if holds else false()


def _does(role: Role, sentence: str) -> Rule:
    return Rule(
        sentence,
        lambda actor, thing: actor.has(role),
        lambda actor, table: _always(actor.has(role)),
    )


def _own_unit(actor: Actor, thing: Thing) -> bool:
    if isinstance(thing, Case):
        return thing.dossier.department_id in actor.departments
    return thing is not None and thing.department_id in actor.departments


def _own_unit_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    if table is Case:
        mine = select(Dossier.id).where(Dossier.department_id.in_(actor.departments))
        return Case.dossier_id.in_(mine)
    if table is Dossier:
        return Dossier.department_id.in_(actor.departments)
    return Document.department_id.in_(actor.departments)


def _delivered(actor: Actor, thing: Thing) -> bool:
    return (
        isinstance(thing, Document)
        and thing.received_by_id == actor.id
        and thing.state is DocumentState.INBOX
    )


def _delivered_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    if table is not Document:
        return false()
    return (Document.received_by_id == actor.id) & (Document.state == DocumentState.INBOX)


def _sent(actor: Actor, thing: Thing) -> bool:
    return isinstance(thing, Document) and thing.received_by_id == actor.id


def _sent_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    return Document.received_by_id == actor.id if table is Document else false()


CLERK = _does(Role.CLERK, "Die Person bearbeitet Akten.")
SCANNING = _does(Role.SCANNING, "Die Person arbeitet an der Scanstelle.")
RECORDS = _does(Role.RECORDS_MANAGER, "Die Person führt die Schriftgutverwaltung.")
ADMINISTRATOR = _does(Role.ADMINISTRATOR, "Die Person verwaltet die Anwendung.")
OWN_UNIT = Rule("Es gehört zu einem Sachgebiet der Person.", _own_unit, _own_unit_rows)
DELIVERED = Rule(
    "Die Person hat es eingeliefert und es ist noch nicht abgelegt.", _delivered, _delivered_rows
)
SENT = Rule("Die Person hat es eingeliefert.", _sent, _sent_rows)
THE_SYSTEM = Rule(
    "Die Anwendung selbst handelt.",
    lambda actor, thing: actor.kind is UserKind.SYSTEM,
    lambda actor, table: _always(actor.kind is UserKind.SYSTEM),
)
A_PERSON = Rule(
    "Jede angemeldete Person.",
    lambda actor, thing: actor.kind is UserKind.PERSON,
    lambda actor, table: _always(actor.kind is UserKind.PERSON),
)

AnyOf = tuple[tuple[Rule, ...], ...]

TABLE: dict[Action, AnyOf] = {
    Action.DELIVER_DOCUMENT: ((CLERK,), (SCANNING,), (THE_SYSTEM,)),
    Action.SEE_DOCUMENT: (
        (CLERK, OWN_UNIT),
        (RECORDS, OWN_UNIT),
        (SCANNING, DELIVERED),
        (THE_SYSTEM,),
    ),
    Action.SEE_RECEIPT: ((CLERK, OWN_UNIT), (RECORDS, OWN_UNIT), (SENT,), (THE_SYSTEM,)),
    Action.READ_CONTENT: ((CLERK, OWN_UNIT), (SCANNING, DELIVERED), (THE_SYSTEM,)),
    Action.PLACE_DOCUMENT: ((CLERK, OWN_UNIT), (THE_SYSTEM,)),
    Action.DESCRIBE_DOCUMENT: ((CLERK, OWN_UNIT), (THE_SYSTEM,)),
    Action.CANCEL_DOCUMENT: ((CLERK, OWN_UNIT),),
    Action.PROCESS_AGAIN: ((CLERK, OWN_UNIT), (SCANNING, DELIVERED), (THE_SYSTEM,)),
    Action.SEE_INBOX: ((CLERK,), (SCANNING,), (RECORDS,), (THE_SYSTEM,)),
    Action.SEE_DOSSIER: ((CLERK, OWN_UNIT), (RECORDS, OWN_UNIT), (THE_SYSTEM,)),
    Action.OPEN_DOSSIER: ((CLERK,), (THE_SYSTEM,)),
    Action.SEE_CASE: ((CLERK, OWN_UNIT), (RECORDS, OWN_UNIT), (THE_SYSTEM,)),
    Action.OPEN_CASE: ((CLERK, OWN_UNIT), (THE_SYSTEM,)),
    Action.SEE_PLAN: ((CLERK,), (SCANNING,), (RECORDS,), (ADMINISTRATOR,), (THE_SYSTEM,)),
    Action.EDIT_PLAN: ((RECORDS,), (THE_SYSTEM,)),
    Action.SEARCH: ((CLERK,), (THE_SYSTEM,)),
    Action.SEE_AUDIT: ((RECORDS,), (THE_SYSTEM,)),
    Action.MANAGE_USERS: ((ADMINISTRATOR,), (THE_SYSTEM,)),
    Action.MANAGE_OWN_ACCOUNT: ((A_PERSON,),),
    Action.MAINTAIN: ((THE_SYSTEM,),),
}
