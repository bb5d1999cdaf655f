"""Which factors beside the password has an account, and what follows from having one?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.factors.recovery import codes_left, renew_recovery_codes
from eakte.errors import BadInput, RuleBroken
from eakte.model.factor import CodeGenerator, Passkey, RecoveryCode
from eakte.model.login import LoginSession, LoginStep, SignInMethod
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Owned:
    """What a person has set up for themselves."""

    code_app: CodeGenerator | None
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        """Say whether the password alone no longer opens the account."""
        return self.code_app is not None or bool(self.passkeys)


def own_factors(work: UnitOfWork) -> Owned:
    """Return what the actor has set up."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    return factors_of(work.session, work.actor.id)


def own_factor_counts(work: UnitOfWork) -> tuple[bool, int]:
    """Return whether the actor has a generator of codes, and how many passkeys."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    mine = work.actor.id
    generator = exists().where(
        CodeGenerator.user_id == mine, CodeGenerator.confirmed_at.is_not(None)
    )
    keys = select(func.count()).where(Passkey.user_id == mine).scalar_subquery()
    code_app, passkeys = work.session.execute(select(generator, keys)).one()
    return bool(code_app), int(passkeys)


def factors_of(session: Session, user_id: UUID) -> Owned:
    """Return what an account has set up."""
    kept = session.get(CodeGenerator, user_id)
    keys = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at)
    return Owned(
        kept if kept is not None and kept.confirmed_at is not None else None,
        session.scalars(keys).all(),
        codes_left(session, user_id),
    )


def has_factor(session: Session, user_id: UUID) -> bool:
    """Say whether the password alone does not open this account."""
    generator = exists().where(
        CodeGenerator.user_id == user_id, CodeGenerator.confirmed_at.is_not(None)
    )
    key = exists().where(Passkey.user_id == user_id)
    return bool(session.scalar(select(or_(generator, key))))


def settle(work: UnitOfWork, *, session_id: UUID | None) -> tuple[str, ...]:
    """Let a new factor count: this session is as strong as it, all others of the account end.

    Returns recovery codes when the account had none left.
    """
    require(work, Action.MANAGE_OWN_FACTORS)
    mine = LoginSession.user_id == work.actor.id
    work.session.execute(delete(LoginSession).where(mine, LoginSession.id != session_id))
    work.session.execute(
        update(LoginSession)
        .where(mine, LoginSession.method == SignInMethod.PASSWORD)
        .values(method=SignInMethod.PASSWORD_AND_FACTOR)
    )
    return () if codes_left(work.session, work.actor.id) else renew_recovery_codes(work)


def let_go(work: UnitOfWork) -> None:
    """See to what follows when a factor was taken away: the last one takes its codes along.

    Raises:
        RuleBroken: it was the last, and the office asks everybody for one.
    """
    require(work, Action.MANAGE_OWN_FACTORS)
    work.session.flush()
    if has_factor(work.session, work.actor.id):
        return
    if work.settings.second_factor == "required":
        raise RuleBroken(
            "In dieser Behörde braucht jedes Konto einen zweiten Faktor; dies ist Ihr letzter.",
            next_step="Bitte richten Sie zuerst einen anderen ein.",
        )
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == work.actor.id))


def reset_factors(work: UnitOfWork, user: User) -> None:
    """Take every factor from an account whose owner has lost them; its sessions end.

    Raises:
        BadInput: it is the actor's own account.
    """
    require(work, Action.MANAGE_USERS)
    if user.id == work.actor.id:
        raise BadInput(
            "Die eigenen Faktoren nehmen Sie unter „Mein Konto“ zurück.",
            next_step="Wenn sie verloren sind, bitte eine andere Person aus der Verwaltung darum.",
        )
    for table in (CodeGenerator, RecoveryCode, Passkey, LoginStep, LoginSession):
        work.session.execute(delete(table).where(table.user_id == user.id))
    audit.note(work, "factor.reset", kind="user", subject=user.id)
