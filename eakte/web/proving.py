"""Is this person who they say they are? Every try counts, also many at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import request

from eakte import audit
from eakte.access import accounts, attempts
from eakte.access.accounts import password_fits
from eakte.access.factors.codes import check_code
from eakte.access.factors.owned import has_factor
from eakte.access.factors.passkeys import check_passkey
from eakte.access.sessions import check_password
from eakte.model.login import SignInMethod
from eakte.model.user import User, UserKind
from eakte.web.addresses import relying_party
from eakte.web.per_request import the_office


@dataclass(frozen=True)
class Known:
    """Somebody whose password was right; ``half``: a second factor still has to be shown."""

    user: User
    half: bool


@dataclass(frozen=True)
class Try:
    """A try at an account, written down as failed before it is looked at.

    Many at once therefore get no more tries than one after the other.
    """

    login: str
    address: str

    def begin(self) -> tuple[UUID, ...]:
        """Write the try down and return where; nothing when there were too many."""
        office = the_office()
        with office.as_system() as work:
            told = (work.session, office.clock, office.settings)
            if attempts.locked_until(*told, login=self.login, address=self.address):
                return ()
            return attempts.note_failure(*told, login=self.login, address=self.address)

    def right(self, noted: tuple[UUID, ...], *, half: bool = False) -> None:
        """Take the try back; after half of the way, the failures before it still count."""
        office = the_office()
        with office.as_system() as work:
            if half:
                attempts.take_back(work.session, noted)
            else:
                attempts.forgive(work.session, office.settings, noted, login=self.login)

    def wrong(self, by: SignInMethod) -> None:
        """Put the failure into the log."""
        with the_office().as_system() as work:
            known = accounts.find_login(work.session, self.login)
            audit.note(
                work,
                "login.failed",
                kind="user",
                subject=known.id if known else None,
                method=by.value,
            )


def by_password(login: str, password: str, *, address: str) -> Known | None:
    """Return the person when name and password fit; the answer takes as long for every name."""
    tried = Try(login, address)
    noted = tried.begin()
    if not noted:
        return None
    with the_office().database.transaction(writes=False) as session:
        user = check_password(session, login=login, password=password)
        half = user is not None and has_factor(session, user.id)
    # Stations and the application itself have no desk to sign in at.
    if user is None or user.kind is not UserKind.PERSON:
        tried.wrong(SignInMethod.PASSWORD)
        return None
    tried.right(noted, half=half)
    return Known(user, half)


def by_code(user: User, typed: str, *, address: str) -> bool:
    """Say whether this is a code of the person's generator, or one of their recovery codes."""
    tried = Try(user.login, address)
    noted = tried.begin()
    if not noted:
        return False
    if not _code_fits(user, typed):
        tried.wrong(SignInMethod.PASSWORD_AND_FACTOR)
        return False
    tried.right(noted)
    return True


def by_passkey(token: str, credential: str) -> User | None:
    """Return whose passkey the browser has proved.

    Nobody guesses a key, so failures do not lock an account, and a locked one opens by passkey.
    """
    office = the_office()
    with office.as_system() as work:
        user = check_passkey(
            work.session,
            office.clock,
            office.settings,
            relying_party(),
            token=token,
            credential=credential,
        )
        if user is None and token:
            details = {"method": SignInMethod.PASSKEY.value}
            audit.note(work, "login.failed", kind="user", subject=None, **details)
        return user


def again(user: User, password: str, code: str) -> SignInMethod | None:
    """Return how somebody who is signed in has proved again who they are, None if they have not."""
    tried = Try(user.login, request.remote_addr or "")
    noted = tried.begin()
    if not noted:
        return None
    with the_office().database.transaction(writes=False) as session:
        fits = password_fits(session.get(User, user.id), password)
        half = has_factor(session, user.id)
    by = SignInMethod.PASSWORD_AND_FACTOR if half else SignInMethod.PASSWORD
    if not fits or (half and not _code_fits(user, code)):
        tried.wrong(by)
        return None
    tried.right(noted)
    return by


def _code_fits(user: User, typed: str) -> bool:
    office = the_office()
    with office.as_system() as work:
        fits = check_code(
            work.session, office.clock, office.settings, user_id=user.id, typed=typed[:100]
        )
        if fits == "recovery":
            audit.note(work, "factor.code-used", kind="user", subject=user.id)
        return fits is not None
