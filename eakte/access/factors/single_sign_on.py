"""Whom does the office's own sign-in service name (OpenID Connect, code flow with PKCE)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.clock import Clock
from eakte.config import LOOPBACK, Settings
from eakte.db import folded
from eakte.errors import BadInput, PartUnavailable
from eakte.model.login import LoginStep
from eakte.model.user import User, UserKind

# Signatures with a key that the service alone has: never "none", never a shared secret.
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
SECONDS = 8.0
LEEWAY = 60
DISCOVERY = "/.well-known/openid-configuration"
REFUSED = "Der Anmeldedienst hat die Anmeldung nicht bestätigt."


@dataclass(frozen=True)
class Provider:
    """The sign-in service, as it describes itself."""

    issuer: str
    authorization: str
    token: str
    keys: str


def discover(settings: Settings) -> Provider:
    """Ask the service for its addresses (OpenID Connect Discovery 1.0).

    Raises:
        PartUnavailable: it does not answer, or describes somebody else.
    """
    told = _fetch(settings.oidc_issuer + DISCOVERY)
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    places = [str(told.get(name, "")) for name in names]
    described = str(told.get("issuer", "")).rstrip("/")
    if described != settings.oidc_issuer or not all(_is_safe(place) for place in places):
        raise _away()
    return Provider(str(told["issuer"]), *places)


def authorization_address(
    provider: Provider,
    settings: Settings,
    *,
    redirect: str,
    state: str,
    nonce: str,
    verifier: str,
    again: bool,
) -> str:
    """Return where the browser is sent; ``again``: the person has to sign in there anew."""
    more: dict[str, str] = {"prompt": "login", "max_age": "0"} if again else {}
    address, _ = _client(settings, redirect).create_authorization_url(
        provider.authorization, state=state, nonce=nonce, code_verifier=verifier, **more
    )
    return str(address)


def identity(
    provider: Provider,
    settings: Settings,
    clock: Clock,
    step: LoginStep,
    *,
    redirect: str,
    code: str,
) -> Mapping[str, Any]:
    """Exchange the code and return the claims of the identity token, everything checked.

    Signature, issuer, audience, times and nonce (OpenID Connect Core 1.0, section 3.1.3.7); when
    somebody confirms who they are (the step names them), also that they have just signed in.

    Raises:
        BadInput: the service does not vouch for this sign-in.
        PartUnavailable: it does not answer.
    """
    try:
        token = _client(settings, redirect).fetch_token(
            provider.token,
            grant_type="authorization_code",
            code=code,
            code_verifier=step.verifier,
            timeout=SECONDS,
        )
    except AuthlibBaseError as error:
        raise BadInput(REFUSED) from error
    except (requests.RequestException, ValueError) as error:
        raise _away() from error
    try:
        keys = KeySet.import_key_set(_fetch(provider.keys))  # type: ignore[arg-type]  # checked there
        signed = jwt.decode(str(token.get("id_token", "")), keys, algorithms=SIGNATURES)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
            },
            {"nonce": step.challenge, "client_id": settings.oidc_client_id},
        )
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
    except (JoseError, AuthlibBaseError, ValueError, KeyError, TypeError) as error:
        raise BadInput(REFUSED) from error
    if step.user_id is not None and not _is_fresh(claims, step):
        raise BadInput("Der Anmeldedienst hat Sie nicht noch einmal nach dem Kennwort gefragt.")
    return dict(claims)


def account_of(session: Session, settings: Settings, claims: Mapping[str, Any]) -> User | None:
    """Return the active account of a person that the claims name; none is ever made by them."""
    named = claims.get(settings.oidc_claim)
    if not isinstance(named, str) or not named.strip():
        return None
    user = session.scalar(select(User).where(User.login == folded(named)))
    if user is None or not user.active or user.kind is not UserKind.PERSON:
        return None
    return user


def _is_fresh(claims: Mapping[str, Any], step: LoginStep) -> bool:
    signed_in = claims.get("auth_time")
    earliest = (step.begun_at - timedelta(seconds=LEEWAY)).timestamp()
    return isinstance(signed_in, int | float) and signed_in >= earliest


def _client(settings: Settings, redirect: str) -> OAuth2Session:
    client = OAuth2Session(
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() or None,
        scope="openid profile",
        redirect_uri=redirect,
        code_challenge_method="S256",
        default_timeout=SECONDS,
    )
    # A code and a secret go to the address that was named, and nowhere it points to.
    client.max_redirects = 0
    return client


def _fetch(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        told = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise _away() from error
    if answer.status_code != requests.codes.ok or not isinstance(told, dict):
        raise _away()
    return told


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _away() -> PartUnavailable:
    return PartUnavailable(
        "Der Anmeldedienst der Behörde ist zurzeit nicht erreichbar.",
        next_step="Bitte versuchen Sie es später, oder melden Sie sich mit dem Kennwort an.",
    )
