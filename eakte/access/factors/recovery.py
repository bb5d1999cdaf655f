"""How does somebody get in on the day on which the second factor is lost?"""

from __future__ import annotations

import secrets
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.sessions import digest_of
from eakte.clock import Clock
from eakte.config import Settings
from eakte.model.factor import RecoveryCode
from eakte.unit_of_work import UnitOfWork

CODES = 10
# Without letters that look like others on paper.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 3, 4


def renew_recovery_codes(work: UnitOfWork) -> tuple[str, ...]:
    """Make ten new codes and withdraw the old ones; they are shown this once."""
    require(work, Action.MANAGE_OWN_FACTORS)
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == work.actor.id))
    codes = tuple(_code() for _ in range(CODES))
    work.session.add_all(
        RecoveryCode(user_id=work.actor.id, code_digest=_digest(work.actor.id, code, work.settings))
        for code in codes
    )
    work.session.flush()
    audit.note(work, "factor.codes-made", kind="user", subject=work.actor.id)
    return codes


def codes_left(session: Session, user_id: UUID) -> int:
    """Return how many recovery codes of an account have not been used."""
    left = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(left) or 0


def use_recovery_code(
    session: Session, clock: Clock, settings: Settings, *, user_id: UUID, typed: str
) -> bool:
    """Say whether this is an unused code of the account, and use it up."""
    taken = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_digest == _digest(user_id, typed, settings),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
    )
    return session.scalar(taken) is not None


def _code() -> str:
    groups = ("".join(secrets.choice(SIGNS) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def _digest(user_id: UUID, typed: str, settings: Settings) -> str:
    plain = "".join(sign for sign in typed.casefold() if sign.isalnum())
    return digest_of(f"recovery:{user_id}:{plain}", settings)
