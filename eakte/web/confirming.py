"""How does somebody who is signed in prove again who they are, without losing what they typed?

Every form may carry the proof along: the guard takes it before the view is asked. Where a form did
not, its answer is a page that asks, and sends what was typed once more together with the proof.
"""

from __future__ import annotations

from flask import g, render_template, request, url_for
from flask import session as form_session

from eakte.access import sessions
from eakte.access.acting import actor_of
from eakte.access.factors.owned import factors_of
from eakte.errors import NeedsConfirmation, NotFound
from eakte.model.login import SignInMethod
from eakte.model.user import User
from eakte.web import proving
from eakte.web.per_request import SignedIn, the_office

PASSWORD, CODE, CREDENTIAL = "confirm_password", "confirm_code", "confirm_credential"  # noqa: S105  # names of fields
FIELDS = frozenset({PASSWORD, CODE, CREDENTIAL})
NOT_KEPT = FIELDS | {"csrf_token"}
PASSKEY_STEP = "passkey"


def takes_proof(who: SignedIn) -> bool:
    """Say whether the form that was sent carries a proof; programs with a key never can."""
    return (
        who.session is not None and request.method == "POST" and any(map(request.form.get, FIELDS))
    )


def confirm(who: SignedIn) -> SignedIn:
    """Return who is signed in, now confirmed; the session goes on under a new token.

    Raises:
        NeedsConfirmation: the proof is wrong, or there were too many wrong ones.
    """
    method = _proved(who)
    if method is None:
        raise NeedsConfirmation(
            "Das Ausweisen ist nicht gelungen. Nach mehreren Fehlversuchen ist es für einige "
            "Minuten gesperrt."
        )
    return confirmed(who, method)


def confirmed(who: SignedIn, method: SignInMethod) -> SignedIn:
    """Note in the rows, in the browser and for this request that ``who`` has proved it again.

    Raises:
        NotFound: the session has just ended, or it is a program that asks.
    """
    office = the_office()
    if who.session is None:
        raise NotFound("Ein Programm kann sich nicht ausweisen.")
    with office.begin(who.actor) as work:
        g.renewed_token = sessions.confirm_session(work, who.session.id, method=method)
        actor = actor_of(work.session, who.user, office.clock, confirmed=True)
    now = SignedIn(who.user, actor, who.session)
    g._login_user = now
    return now


def confirmation_page(who: SignedIn, *, action: str, onward: str = "", problem: str = "") -> str:
    """Return the page that asks for the proof and sends it to ``action``.

    What the form had said goes along, except to the page's own address.
    """
    with the_office().database.transaction(writes=False) as session:
        user = session.get_one(User, who.user.id)
        owned = factors_of(session, user.id)
    own = action == url_for("confirming.show")
    return render_template(
        "confirm.html",
        action=action,
        next=onward,
        problem=problem,
        kept=[] if own else _kept(),
        has_password=user.password_hash is not None,
        half=owned.any,
        passkeys=bool(owned.passkeys),
        single_sign_on=bool(the_office().settings.oidc_issuer),
    )


def _kept() -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in NOT_KEPT
    ]


def _proved(who: SignedIn) -> SignInMethod | None:
    credential = request.form.get(CREDENTIAL, "")
    if credential:
        user = proving.by_passkey(form_session.pop(PASSKEY_STEP, ""), credential)
        fits = user is not None and user.id == who.user.id
        return SignInMethod.PASSKEY if fits else None
    return proving.again(who.user, request.form.get(PASSWORD, ""), request.form.get(CODE, ""))
