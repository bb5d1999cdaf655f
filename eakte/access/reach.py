"""Which dossiers, cases and documents does a person reach by their place in the office or by name?

Each question has two faces that must agree: one about a single thing, one as a condition in SQL.
Conditions ask by EXISTS, so that a list of a few rows costs a few lookups, however many dossiers
there are.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    False_,
    True_,
    and_,
    event,
    exists,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased, object_session

from eakte.model.batch import Batch
from eakte.model.case import Case
from eakte.model.columns import Among, Holds
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.file_plan import Access
from eakte.model.offer import Offer
from eakte.model.right import LAST_LETTER
from eakte.model.sending import Sending
from eakte.model.user import Actor, Role, Scope, Share

# Other names for the tables asked inside, since the query around may be about the same ones. They
# are made once: each name costs more time than the question. None is used below itself.
HOME, PART, HOME_OF_PART = aliased(Dossier), aliased(Case), aliased(Dossier)

# Under this name a transaction knows which dossiers it has found a case in that is reached.
COVERS = "covers"

Thing = Document | Dossier | Case | Batch | Sending | Offer | None
Table = type[Document] | type[Dossier] | type[Case] | type[Batch] | type[Sending] | type[Offer]


def any_of(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return that one of these holds; what is certain beforehand is not written down.

    SQLAlchemy keeps "false or false", which no longer shows that nobody has to ask.
    """
    asked = [one for one in conditions if not isinstance(one, False_)]
    if any(isinstance(one, True_) for one in asked):
        return true()
    return or_(*asked) if asked else false()


def all_of(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return that all of these hold; what is certain beforehand is not written down."""
    asked = [one for one in conditions if not isinstance(one, True_)]
    if any(isinstance(one, False_) for one in asked):
        return false()
    return and_(*asked) if asked else true()


def barred(actor: Actor, dossier: Dossier) -> bool:
    """Say whether nothing at all opens the dossier: § 35 Abs. 1 Satz 3 SGB I."""
    return dossier.staff and actor.has(Role.PERSONNEL)


def not_barred(actor: Actor, home: type[Dossier] = Dossier) -> ColumnElement[bool]:
    """Return the condition on dossiers under which something may open them."""
    return ~home.staff if actor.has(Role.PERSONNEL) else true()


def named(actor: Actor, dossier: Dossier) -> bool:
    """Say whether the dossier was given to the actor by name, to work on it."""
    return not barred(actor, dossier) and (
        dossier.clerk_id == actor.id or dossier.id in actor.granted
    )


def whole(actor: Actor, dossier: Dossier) -> bool:
    """Say whether the actor reaches everything in the dossier."""
    if barred(actor, dossier):
        return False
    if named(actor, dossier):
        return True
    if dossier.locked or dossier.staff:
        return False
    return any(_falls_to(scope, dossier) for scope in actor.scopes)


def whole_rows(actor: Actor, home: type[Dossier] = Dossier) -> ColumnElement[bool]:
    """Return the condition on dossiers under which the actor reaches everything in them.

    What holds for most rows stands first: of many dossiers, the others are asked no further.
    """
    inherited = and_(~home.locked, ~home.staff, _fall_to(actor, home))
    by_name = or_(home.clerk_id == actor.id, Among(home.id, actor.granted))
    return all_of(not_barred(actor, home), or_(inherited, by_name))


def cover(actor: Actor, dossier: Dossier) -> bool:
    """Say whether the actor reaches the dossier itself or at least one case in it."""
    if whole(actor, dossier):
        return True
    if dossier.locked or dossier.staff:
        return False
    if any(dossier.id == owner for scope in actor.scopes for _, owner in scope.cases):
        return True
    keys = procedures(actor, dossier)
    session = object_session(dossier)
    if not keys or session is None:
        return False
    # A page asks for many acts on one dossier: what was found holds until something is written.
    known: set[tuple[UUID, frozenset[str]]] = session.info.setdefault(COVERS, set())
    asked = (dossier.id, frozenset(keys))
    unwritten = session.new or session.dirty or session.deleted
    if asked not in known or unwritten:
        found = select(Case.id).where(Case.dossier_id == dossier.id, Case.procedure_key.in_(keys))
        if session.scalar(found.limit(1)) is None:
            return False
        known.add(asked)
    return True


def procedures(actor: Actor, dossier: Dossier) -> set[str]:
    """Return the procedures whose cases in this dossier fall to the actor."""
    return {
        share.procedure
        for share in _procedure_shares(actor)
        if share.covers(dossier.department_id, dossier.letter)
    }


@event.listens_for(Session, "after_flush")
@event.listens_for(Session, "after_soft_rollback")
def _forget_covers(session: Session, _: object) -> None:
    session.info.pop(COVERS, None)


def reaches_case(actor: Actor, one: Case) -> bool:
    """Say whether the actor reaches the case with what lies in it."""
    return whole(actor, one.dossier) or _part(actor, one)


def takes_part(actor: Actor, one: Case) -> bool:
    """Say whether the actor, or somebody they stand in for, takes part in the case."""
    if one.dossier.locked or one.dossier.staff:
        return False
    return any((one.id, one.dossier_id) in scope.cases for scope in actor.scopes)


def reaches(actor: Actor, thing: Thing) -> bool:
    """Say whether the actor reaches a dossier's cover, a case or a document."""
    match thing:
        case Dossier():
            return cover(actor, thing)
        case Case():
            return reaches_case(actor, thing)
        case Document():
            return _document(actor, thing)
        case Sending():
            return cover(actor, thing.dossier)
        case _:
            return False


def reached_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Return the condition under which the actor reaches rows of a table."""
    if table is Dossier:
        return any_of(whole_rows(actor), _opened_by_a_part(actor))
    if table is Batch:
        return false()
    if table is Sending:
        covers = select(Dossier.id).where(reached_rows(actor, Dossier)).correlate(None)
        return Sending.dossier_id.in_(covers)
    if table is Case:
        everything = exists().where(HOME.id == Case.dossier_id, whole_rows(actor, HOME))
        return any_of(everything, _part_rows(actor, Case))
    somewhere = any_of(
        exists().where(HOME.id == Document.dossier_id, whole_rows(actor, HOME)),
        _in_part(actor),
    )
    return or_(
        and_(Document.dossier_id.is_(None), Document.department_id.in_(actor.departments)),
        filed(somewhere),
    )


def filed(where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition on documents that is asked of filed ones alone.

    PostgreSQL gathers all dossiers behind an EXISTS before the first document that needs them; what
    waits to be filed must never be one.
    """
    return all_of(Document.dossier_id.is_not(None), where)


def _document(actor: Actor, document: Document) -> bool:
    if document.case is None:
        return document.department_id in actor.departments
    return reaches_case(actor, document.case)


def _falls_to(scope: Scope, dossier: Dossier) -> bool:
    unit = dossier.access is Access.UNIT and dossier.department_id in scope.departments
    return (
        unit
        or dossier.clerk_id == scope.person
        or any(
            share.covers(dossier.department_id, dossier.letter)
            for share in scope.shares
            if not share.procedure
        )
    )


def _fall_to(actor: Actor, home: type[Dossier]) -> ColumnElement[bool]:
    """What `_falls_to` says for any of the actor's scopes, each part asked once."""
    shares = {share: None for scope in actor.scopes for share in scope.shares}
    return or_(
        and_(home.access == Access.UNIT, home.department_id.in_(actor.departments)),
        *(_covered(share, home) for share in shares if not share.procedure),
        home.clerk_id.in_({scope.person for scope in actor.scopes}),
    )


def _covered(share: Share, home: type[Dossier]) -> ColumnElement[bool]:
    unit = home.department_id == share.department
    if not share.first_letter and share.last_letter == LAST_LETTER:
        # Said as a range, PostgreSQL takes it for a few of them.
        return unit
    return and_(unit, home.letter >= share.first_letter, home.letter <= share.last_letter)


def _procedure_shares(actor: Actor) -> list[Share]:
    return [share for scope in actor.scopes for share in scope.shares if share.procedure]


def _part(actor: Actor, one: Case) -> bool:
    if one.dossier.locked or one.dossier.staff:
        return False
    return takes_part(actor, one) or any(
        share.procedure == one.procedure_key
        and share.covers(one.dossier.department_id, one.dossier.letter)
        for share in _procedure_shares(actor)
    )


def _opened_by_a_part(actor: Actor) -> ColumnElement[bool]:
    """The condition on dossiers of which at least one case is reached."""
    owners = [owner for scope in actor.scopes for _, owner in scope.cases]
    ways = [
        and_(_covered(share, Dossier), Holds(Dossier.procedures, share.procedure))
        for share in _procedure_shares(actor)
    ]
    if owners:
        ways.append(Among(Dossier.id, owners))
    return all_of(~Dossier.locked, ~Dossier.staff, any_of(*ways))


def _in_part(actor: Actor) -> ColumnElement[bool]:
    """The condition on documents in a case which is reached although its dossier is not."""
    condition = _part_rows(actor, PART)
    if isinstance(condition, False_):
        return condition
    return exists().where(PART.id == Document.case_id, condition)


def _part_rows(actor: Actor, part: type[Case]) -> ColumnElement[bool]:
    """The condition on cases that are reached although their dossier is not."""
    unsealed = and_(HOME_OF_PART.id == part.dossier_id, ~HOME_OF_PART.locked, ~HOME_OF_PART.staff)
    ways = [
        and_(
            part.procedure_key == share.procedure,
            exists().where(unsealed, _covered(share, HOME_OF_PART)),
        )
        for share in _procedure_shares(actor)
    ]
    return any_of(taking_part_rows(actor, part), *ways)


def taking_part_rows(actor: Actor, part: type[Case] = Case) -> ColumnElement[bool]:
    """Return the condition on cases in which the actor takes part."""
    taken = [one for scope in actor.scopes for one, _ in scope.cases]
    unsealed = exists().where(
        HOME_OF_PART.id == part.dossier_id, ~HOME_OF_PART.locked, ~HOME_OF_PART.staff
    )
    return and_(Among(part.id, taken), unsealed) if taken else false()
