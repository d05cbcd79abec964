"""A small OpenID Connect provider on a free port of this machine, which can be told to misbehave.

It checks what it is asked as a strict one would: the client, its secret, the address to come back to, PKCE, and that a
code is used once. It is reached as ``localhost``, so that for a browser it is another site than 127.0.0.1.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "sla-sidecar", "the-client's-secret"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
PERSON = {"sub": "7", "email": "Ann@Example.com", "email_verified": True, "groups": ["support", "staff"]}


@dataclass
class Misbehaviour:
    """What the provider does wrong.

    Attributes:
        token: changes to the claims of the ID token; None leaves one out.
        userinfo: changes to what the UserInfo endpoint says.
        only_userinfo: claims that are in the ID token no more.
        document: changes to the discovery document; None leaves one out.
        statuses: by path, the status that is answered instead.
        error: what the browser is sent back with in place of a code.
        alg: what the ID token says it is signed with: ``none`` or ``HS256`` by the public key as well.
        key: signs the ID token in place of the published one.
        no_id_token: the token's answer has none.
        others: keys that are published beside the right one.
    """

    token: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    only_userinfo: tuple[str, ...] = ()
    document: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    error: str | None = None
    alg: str = "RS256"
    key: RSAKey | None = None
    no_id_token: bool = False
    others: list[Any] = field(default_factory=list)


class OpenIdProvider:
    """The provider. ``person`` is who is signed in there; ``seen`` are the paths asked for, in order."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = dict(PERSON)
        self.wrong = Misbehaviour()
        self.key = KEY
        self.seen: list[str] = []
        self.form: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://localhost:{self._server.port}/realm"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Return the part ``console.openid`` that fits."""
        given = {"issuer": self.issuer, "client_id": CLIENT, "client_secret": "${OPENID}", "name": "Acme Login"}
        return given | {"operators": ["ann@example.com"], "viewers": ["ben@example.com"]} | changes

    def _app(self) -> Flask:
        app = Flask("op")
        app.add_url_rule("/realm/.well-known/openid-configuration", "discovery", self._discovery)
        app.add_url_rule("/realm/authorize", "authorize", self._authorize)
        app.add_url_rule("/realm/token", "token", self._token, methods=["POST"])
        app.add_url_rule("/realm/keys", "keys", self._keys)
        app.add_url_rule("/realm/userinfo", "userinfo", self._userinfo)

        @app.before_request
        def _status() -> Any:
            place = request.path.rpartition("/")[2]
            self.seen.append(place)
            return ("<h1>no</h1>", self.wrong.statuses[place]) if place in self.wrong.statuses else None

        return app

    def _discovery(self) -> Any:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        places["userinfo_endpoint"] = "userinfo"
        document = {"issuer": self.issuer} | {name: f"{self.issuer}/{place}" for name, place in places.items()}
        return jsonify(_changed(document, self.wrong.document))

    def _authorize(self) -> Any:
        asked = request.args
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if self.wrong.error:
            answer |= {"error": self.wrong.error, "error_description": "<b>no</b>"}
        else:
            code = hashlib.sha256(asked["state"].encode()).hexdigest()
            self._codes[code] = asked.to_dict()
            answer["code"] = code
        return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")

    def _token(self) -> Any:
        self.form = request.form.to_dict()
        basic = request.authorization
        given = (
            (basic.username, basic.password) if basic else (self.form.get("client_id"), self.form.get("client_secret"))
        )
        if given != (CLIENT, SECRET):
            return jsonify(error="invalid_client"), 401
        asked = self._codes.pop(self.form["code"], None)
        challenge = _base64(hashlib.sha256(self.form["code_verifier"].encode()).digest())
        if asked is None or asked["redirect_uri"] != self.form["redirect_uri"] or asked["code_challenge"] != challenge:
            return jsonify(error="invalid_grant"), 400
        answer = {"access_token": "an-access-token", "token_type": "Bearer", "expires_in": 60}
        if not self.wrong.no_id_token:
            answer["id_token"] = self._id_token(asked["nonce"])
        return jsonify(answer)

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        about = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        about |= {name: value for name, value in self.person.items() if name not in self.wrong.only_userinfo}
        header, claims = {"alg": self.wrong.alg, "kid": self.key.kid}, _changed(about, self.wrong.token)
        if self.wrong.alg == "RS256":
            return jwt.encode(header, claims, self.wrong.key or self.key)
        signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
        public = self.key.as_pem(private=False) if self.wrong.alg == "HS256" else None
        return f"{signed}.{_base64(hmac.digest(public, signed.encode(), 'sha256')) if public else ''}"

    def _keys(self) -> Any:
        published = KeySet([self.key]).as_dict(private=False)["keys"]
        return jsonify(keys=[*self.wrong.others, *published])

    def _userinfo(self) -> Any:
        if request.headers.get("Authorization") != "Bearer an-access-token":
            return jsonify(error="invalid_token"), 401
        return jsonify(_changed(self.person, self.wrong.userinfo))


def _base64(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).decode().rstrip("=")


def _changed(given: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (given | changes).items() if value is not None}
