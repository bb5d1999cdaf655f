"""Which keys on their devices have people registered, and is this one of them (WebAuthn)?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import webauthn
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.factors.owned import let_go, settle
from eakte.access.factors.steps import begin_step, take_step
from eakte.clock import Clock
from eakte.config import Settings
from eakte.errors import BadInput, NotFound, NotUnique
from eakte.model.factor import Passkey
from eakte.model.login import StepKind
from eakte.model.user import User, UserKind
from eakte.unit_of_work import UnitOfWork

MOST_PASSKEYS = 20
LONGEST_CREDENTIAL = 20_000
# What the library says about bytes that are no credential, of whatever kind they are.
NO_CREDENTIAL = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError)


@dataclass(frozen=True)
class RelyingParty:
    """For whom the keys are made: the host as the browser sees it, and the whole origin."""

    host: str
    origin: str


def registration_options(
    work: UnitOfWork, party: RelyingParty, *, address: str
) -> tuple[dict[str, Any], str]:
    """Return what the browser needs to make a key, and the token of the registration begun.

    Raises:
        BadInput: the account has as many passkeys as anybody needs.
    """
    require(work, Action.MANAGE_OWN_FACTORS)
    user = work.session.get_one(User, work.actor.id)
    known = work.session.scalars(
        select(Passkey.credential_id).where(Passkey.user_id == user.id)
    ).all()
    if len(known) >= MOST_PASSKEYS:
        raise BadInput("Mehr Passkeys sind nicht möglich; bitte entfernen Sie einen alten.")
    options = webauthn.generate_registration_options(
        rp_id=party.host,
        rp_name=f"e-Akte {work.settings.office_name}",
        user_name=user.login,
        user_display_name=user.name,
        user_id=user.id.bytes,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in known
        ],
    )
    token = begin_step(
        work.session,
        work.clock,
        work.settings,
        kind=StepKind.REGISTRATION,
        address=address,
        user_id=user.id,
        challenge=bytes_to_base64url(options.challenge),
    )
    return json.loads(webauthn.options_to_json(options)), token


def register_passkey(
    work: UnitOfWork,
    party: RelyingParty,
    *,
    token: str,
    credential: str,
    name: str,
    session_id: UUID | None,
) -> tuple[str, ...]:
    """Keep a key that the browser has made; return recovery codes when there were none.

    Every other session of the account ends.

    Raises:
        BadInput: the registration was not begun here, or the answer does not belong to it.
        NotUnique: this key is registered already.
    """
    require(work, Action.MANAGE_OWN_FACTORS)
    step = take_step(
        work.session, work.clock, work.settings, kind=StepKind.REGISTRATION, token=token
    )
    if step is None or step.user_id != work.actor.id:
        raise BadInput("Das Einrichten hat zu lange gedauert; bitte beginnen Sie noch einmal.")
    if not name.strip():
        raise BadInput("Bitte geben Sie dem Passkey einen Namen, etwa den des Geräts.")
    try:
        made = webauthn.verify_registration_response(
            credential=credential[:LONGEST_CREDENTIAL],
            expected_challenge=webauthn.base64url_to_bytes(step.challenge),
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except NO_CREDENTIAL as error:
        raise BadInput("Die Antwort des Geräts gehört nicht zu dieser Anmeldung.") from error
    known = bytes_to_base64url(made.credential_id)
    there = select(func.count()).where(Passkey.credential_id == known)
    if work.session.scalar(there):
        raise NotUnique("Dieser Passkey ist schon eingerichtet.")
    kept = Passkey(
        user_id=work.actor.id,
        credential_id=known,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name.strip()[:100],
        created_at=work.clock.now(),
    )
    work.session.add(kept)
    work.session.flush()
    codes = settle(work, session_id=session_id)
    audit.note(work, "factor.passkey-added", kind="passkey", subject=kept.id)
    return codes


def remove_passkey(work: UnitOfWork, passkey_id: UUID) -> None:
    """Take one of the actor's passkeys away; it opens nothing from now on.

    Raises:
        NotFound: it is not there, or somebody else's.
        RuleBroken: it is the last factor and the office asks for one.
    """
    require(work, Action.MANAGE_OWN_FACTORS)
    kept = work.session.get(Passkey, passkey_id)
    if kept is None or kept.user_id != work.actor.id:
        raise NotFound("Diesen Passkey gibt es nicht mehr.")
    work.session.delete(kept)
    let_go(work)
    audit.note(work, "factor.passkey-removed", kind="passkey", subject=passkey_id)


def sign_in_options(
    session: Session,
    clock: Clock,
    settings: Settings,
    party: RelyingParty,
    *,
    address: str,
    user_id: UUID | None = None,
) -> tuple[dict[str, Any], str]:
    """Return what the browser needs to prove a key, and the token of the sign-in begun.

    ``user_id``: the one person whose key it has to be; the keys themselves are never named, so
    that nobody learns from the answer who has any.
    """
    options = webauthn.generate_authentication_options(
        rp_id=party.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    token = begin_step(
        session,
        clock,
        settings,
        kind=StepKind.PASSKEY,
        address=address,
        user_id=user_id,
        challenge=bytes_to_base64url(options.challenge),
    )
    return json.loads(webauthn.options_to_json(options)), token


def check_passkey(
    session: Session,
    clock: Clock,
    settings: Settings,
    party: RelyingParty,
    *,
    token: str,
    credential: str,
) -> User | None:
    """Return whose key the browser has proved, None for everything else.

    The challenge works once. The device must have verified its user, and its counter must have
    gone on (WebAuthn Level 2, section 7.2): of a copied key one of the two is refused.
    """
    step = take_step(session, clock, settings, kind=StepKind.PASSKEY, token=token)
    answer = _read(credential)
    if step is None or answer is None:
        return None
    kept = session.scalar(select(Passkey).where(Passkey.credential_id == answer[0]))
    if kept is None or answer[1] != kept.user_id.bytes:
        return None
    if step.user_id is not None and step.user_id != kept.user_id:
        return None
    try:
        proved = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=webauthn.base64url_to_bytes(step.challenge),
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=kept.public_key,
            credential_current_sign_count=kept.sign_count,
            require_user_verification=True,
        )
    except NO_CREDENTIAL:
        return None
    kept.sign_count = proved.new_sign_count
    user = session.get_one(User, kept.user_id)
    return user if user.active and user.kind is UserKind.PERSON else None


def _read(credential: str) -> tuple[str, bytes] | None:
    """Return the key's id and its owner's as the browser names them; both are proved later."""
    if len(credential) > LONGEST_CREDENTIAL:
        return None
    try:
        told = json.loads(credential)
        owner = webauthn.base64url_to_bytes(str(told["response"]["userHandle"]))
        return str(told["id"]), owner
    except (*NO_CREDENTIAL, RecursionError):
        return None
