"""A sign-in service on loopback, as an office runs one: codes, PKCE, RS256, and ways to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from eakte.clock import Clock

CLIENT, CLIENT_SECRET = "e-akte", "ein Geheimnis: mit Zeichen"


@dataclass
class Provider:
    """The service; ``claims`` overrides what it says, ``unsigned`` and ``foreign`` how it signs."""

    clock: Clock
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    login: str = "clerk"
    claims: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    unsigned: bool = False
    foreign: bool = False
    called: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def walk(self, address: str) -> str:
        """Be the browser at the service: sign in there and return where it sends one back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        answers = {
            "/.well-known/openid-configuration": self._described,
            "/keys": lambda _: {"keys": [self.key.as_dict(private=False)]},
            "/token": self._token,
        }
        told = answers[request.path](request)
        status = 400 if "error" in told else 200
        return Response(json.dumps(told), status, mimetype="application/json")(environ, start)

    def _described(self, request: Request) -> dict[str, Any]:
        return {
            "issuer": self.called or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def _token(self, request: Request) -> dict[str, Any]:
        sent = {
            name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()
        }
        asked = self.codes.pop(sent.get("code", ""), None)
        proof = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        known = request.authorization
        if asked is None or asked["code_challenge"] != challenge or known is None:
            return {"error": "invalid_grant"}
        if (known.username, known.password) != (CLIENT, CLIENT_SECRET):
            return {"error": "invalid_client"}
        return {
            "access_token": "a",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self._identity(asked),
        }

    def _identity(self, asked: dict[str, str]) -> str:
        now = int(self.clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": "4711",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "preferred_username": self.login,
        }
        if asked.get("prompt") == "login":
            claims["auth_time"] = now
        claims |= self.claims
        claims = {name: value for name, value in claims.items() if name not in self.left_out}
        if self.unsigned:
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            coded = [
                base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in parts
            ]
            return ".".join(one.decode() for one in coded) + "."
        key = RSAKey.generate_key(2048, {"kid": "one"}) if self.foreign else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


@contextmanager
def running(clock: Clock) -> Iterator[Provider]:
    """Run the service on a free port of loopback."""
    provider = Provider(clock)
    server = make_server("127.0.0.1", 0, provider, threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
