"""Does this person have the generator of codes that belongs to the account (TOTP, RFC 6238)?"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.factors.owned import let_go, settle
from eakte.access.factors.recovery import use_recovery_code
from eakte.access.factors.sealing import seal, unseal
from eakte.clock import Clock
from eakte.config import Settings
from eakte.errors import BadInput, NotFound, RuleBroken
from eakte.model.factor import CodeGenerator
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork

PURPOSE = "code generator"
DIGITS = 6
# A clock may go half a minute wrong in either direction.
STEPS_AROUND = 1

log = logging.getLogger("eakte.access")


@dataclass(frozen=True)
class Enrolment:
    """What the person's generator has to be given: the secret, and the same as an address."""

    secret: str
    address: str

    @property
    def grouped(self) -> str:
        """The secret in groups of four, as it is typed."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


def begin_codes(work: UnitOfWork) -> Enrolment:
    """Make the secret of a new generator; it counts after ``confirm_codes`` alone.

    Raises:
        RuleBroken: a generator is set up already.
    """
    require(work, Action.MANAGE_OWN_FACTORS)
    user_id = work.actor.id
    kept = work.session.get(CodeGenerator, user_id)
    if kept is not None and kept.confirmed_at is not None:
        raise RuleBroken(
            "Für dieses Konto ist schon eine Code-App eingerichtet.",
            next_step="Bitte entfernen Sie sie zuerst.",
        )
    secret = pyotp.random_base32()
    sealed = seal(secret.encode(), work.settings, owner=user_id, purpose=PURPOSE)
    if kept is None:
        kept = CodeGenerator(user_id=user_id, created_at=work.clock.now(), last_step=0)
        work.session.add(kept)
    kept.sealed_secret = sealed
    kept.created_at = work.clock.now()
    work.session.flush()
    return _enrolment(work, secret)


def begun_codes(work: UnitOfWork) -> Enrolment | None:
    """Return the generator that was begun and not confirmed, or None."""
    require(work, Action.MANAGE_OWN_FACTORS)
    kept = work.session.get(CodeGenerator, work.actor.id)
    if kept is None or kept.confirmed_at is not None:
        return None
    secret = _secret(kept, work.settings)
    return _enrolment(work, secret) if secret else None


def confirm_codes(work: UnitOfWork, typed: str, *, session_id: UUID | None) -> tuple[str, ...]:
    """Let the generator count, proved by a code of it; return recovery codes when there were none.

    Every other session of the account ends.

    Raises:
        NotFound: none was begun.
        BadInput: the code is wrong.
    """
    require(work, Action.MANAGE_OWN_FACTORS)
    kept = work.session.get(CodeGenerator, work.actor.id)
    if kept is None or kept.confirmed_at is not None:
        raise NotFound("Es wird gerade keine Code-App eingerichtet.")
    step = _step(kept, work.clock, work.settings, typed)
    if step is None:
        raise BadInput(
            "Der Code stimmt nicht.",
            next_step="Bitte warten Sie auf den nächsten Code und prüfen Sie die Uhr des Geräts.",
        )
    kept.confirmed_at = work.clock.now()
    kept.last_step = step
    work.session.flush()
    codes = settle(work, session_id=session_id)
    audit.note(work, "factor.codes-set-up", kind="user", subject=work.actor.id)
    return codes


def remove_codes(work: UnitOfWork) -> None:
    """Take the generator away from the account.

    Raises:
        NotFound: there is none.
        RuleBroken: it is the last factor and the office asks for one.
    """
    require(work, Action.MANAGE_OWN_FACTORS)
    gone = delete(CodeGenerator).where(CodeGenerator.user_id == work.actor.id)
    if work.session.scalar(gone.returning(CodeGenerator.user_id)) is None:
        raise NotFound("Für dieses Konto ist keine Code-App eingerichtet.")
    let_go(work)
    audit.note(work, "factor.codes-removed", kind="user", subject=work.actor.id)


def check_code(
    session: Session, clock: Clock, settings: Settings, *, user_id: UUID, typed: str
) -> str | None:
    """Return by what the typed code fits, ``code`` or ``recovery``, and use it up; else None."""
    plain = "".join(typed.split())
    if plain.isdecimal() and len(plain) == DIGITS:
        return "code" if _take(session, clock, settings, user_id, plain) else None
    used = use_recovery_code(session, clock, settings, user_id=user_id, typed=typed)
    return "recovery" if used else None


def _take(session: Session, clock: Clock, settings: Settings, user_id: UUID, typed: str) -> bool:
    kept = session.get(CodeGenerator, user_id)
    if kept is None or kept.confirmed_at is None:
        return False
    step = _step(kept, clock, settings, typed)
    if step is None:
        return False
    # Of two that bring the same code at once, the database lets one through.
    once = (
        update(CodeGenerator)
        .where(CodeGenerator.user_id == user_id, CodeGenerator.last_step < step)
        .values(last_step=step)
        .returning(CodeGenerator.user_id)
    )
    return session.scalar(once) is not None


def _step(kept: CodeGenerator, clock: Clock, settings: Settings, typed: str) -> int | None:
    secret = _secret(kept, settings)
    if secret is None:
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(
            "".join(typed.split()), for_time=clock.now(), valid_window=STEPS_AROUND
        )
    except OTPVerificationError:
        return None


def _secret(kept: CodeGenerator, settings: Settings) -> str | None:
    secret = unseal(kept.sealed_secret, settings, owner=kept.user_id, purpose=PURPOSE)
    if secret is None:
        log.error("a generator of codes was sealed with another secret of the application")
        return None
    return secret.decode()


def _enrolment(work: UnitOfWork, secret: str) -> Enrolment:
    login = work.session.get_one(User, work.actor.id).login
    issuer = f"e-Akte {work.settings.office_name}".replace(":", " ")
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer))
