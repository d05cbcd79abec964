"""The OpenID Connect provider: is asked who somebody is, by the authorization code flow with PKCE.

Follows OpenID Connect Core 1.0 (3.1.3.7, what is checked of an ID token; 5.3.2, UserInfo), Discovery 1.0 (4.3) and
RFC 7636. Authlib builds the requests and checks the claims, joserfc the signature.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import requests
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import RefusedError, RetryLaterError
from webhooks.console.claims import Claims, SignInError, find
from webhooks.console.openid_settings import OpenIdSettings
from webhooks.effects.breaker import Breaker
from webhooks.settings import Settings

CALLBACK = "/openid/callback"  # below the console's address
OPENID = "openid"  # the ``platform`` of the errors
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
LEEWAY_SECONDS = 60  # by which the provider's clock may differ from ours
FRESH_SECONDS = 3600.0  # for so long its discovery document is believed


class Discovery(BaseModel):
    """The fields of the discovery document that we read."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


@dataclass(frozen=True, slots=True)
class Question:
    """One sign-in that was begun: where to send the browser, and what its answer has to match."""

    url: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """One provider, for one client. Thread-safe.

    Args:
        callback: the address that the provider sends people back to, as it is registered there.
    """

    def __init__(self, settings: OpenIdSettings, callback: str) -> None:
        self.settings, self.callback = settings, callback
        self._breaker = Breaker(f"{settings.name}, the sign-in provider,")
        self._known: tuple[float, Discovery] | None = None

    def ask(self) -> Question:
        """Return a new question.

        Raises:
            RetryLaterError: the provider cannot be reached.
            RefusedError: it is not the provider that the settings describe; for an administrator.
        """
        with self._breaker.guarding(), translated():
            found = self._discovery()
        nonce, verifier = generate_token(32), generate_token(64)
        url, state = self._session(found).create_authorization_url(
            found.authorization_endpoint, nonce=nonce, code_verifier=verifier
        )
        return Question(url, state, nonce, verifier)

    def claims(self, code: str, nonce: str, verifier: str) -> Claims:
        """Return what the provider says about who came back with a code.

        Args:
            nonce, verifier: of the question.

        Raises:
            SignInError: its answer is not to be believed.
            RetryLaterError, RefusedError: as in :meth:`ask`.
        """
        with self._breaker.guarding(), translated():
            found = self._discovery()
            token = self._session(found).fetch_token(found.token_endpoint, code=code, code_verifier=verifier)
            claims = self._validated(token, nonce, self._keys(found))
            if found.userinfo_endpoint and any(find(claims, each) is None for each in self.settings.needed):
                claims = {**self._userinfo(found.userinfo_endpoint, token, claims["sub"]), **claims}
        return claims

    def check(self) -> None:
        """Read the discovery document and the keys anew.

        Raises:
            RetryLaterError, RefusedError: as in :meth:`ask`.
        """
        with translated():
            self._known = None
            self._keys(self._discovery())

    def _discovery(self) -> Discovery:
        if self._known is None or time.monotonic() - self._known[0] > FRESH_SECONDS:
            address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = self._checked(_json(requests.get(address, timeout=self._timeout)), address)
            self._known = (time.monotonic(), found)
        return self._known[1]

    def _checked(self, document: Any, address: str) -> Discovery:
        try:
            found = Discovery.model_validate(document)
        except ValidationError as err:
            fields = ", ".join(sorted({str(error["loc"][0]) if error["loc"] else "all" for error in err.errors()}))
            _refuse(f"{address} is no discovery document (look at: {fields}); correct `issuer`")
        if found.issuer != self.settings.issuer:
            _refuse(
                f"{address} names the issuer {found.issuer[:200]!r}; write exactly that as `issuer`, if you trust it"
            )
        endpoints = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint)
        if not self.settings.is_local and any(each and not each.startswith("https://") for each in endpoints):
            _refuse(f"{address} names an address without https; the provider has to offer https throughout")
        return found

    def _session(self, found: Discovery) -> OAuth2Session:
        offered = found.token_endpoint_auth_methods_supported
        secret = self.settings.client_secret
        basic = "client_secret_basic" in offered or "client_secret_post" not in offered
        return OAuth2Session(
            self.settings.client_id,
            secret.get_secret_value() if secret else None,
            token_endpoint_auth_method="none"
            if not secret
            else "client_secret_basic"
            if basic
            else "client_secret_post",
            scope=" ".join(self.settings.scopes),
            redirect_uri=self.callback,
            code_challenge_method="S256",
            default_timeout=self._timeout,
        )

    def _keys(self, found: Discovery) -> KeySet:
        """Return the provider's keys, fetched anew, so that a key may change at any time; of unknown kinds none."""
        keys = []
        for each in _json(requests.get(found.jwks_uri, timeout=self._timeout)).get("keys", ()):
            try:
                keys.append(JWKRegistry.import_key(each))
            except (JoseError, ValueError, TypeError, KeyError):
                continue  # RFC 7517, 5: what is not understood is ignored
        return KeySet(keys)

    def _validated(self, token: Mapping[str, Any], nonce: str, keys: KeySet) -> Claims:
        settings = self.settings
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        signed = jwt.decode(str(token.get("id_token", "")), keys, registry=registry)
        wanted = {
            "iss": {"essential": True, "value": settings.issuer},
            "aud": {"essential": True, "value": settings.client_id},
        }
        asked = {"nonce": nonce, "client_id": settings.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(signed.claims, signed.header, wanted, asked)
        claims.validate(leeway=LEEWAY_SECONDS)
        return dict(claims)

    def _userinfo(self, address: str, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Return what the UserInfo endpoint says, which has to be about the same person."""
        bearer = {"Authorization": f"Bearer {token.get('access_token')}"}
        found: dict[str, Any] = _json(requests.get(address, headers=bearer, timeout=self._timeout))
        if found.get("sub") != subject:
            raise SignInError(_UNBELIEVED, "userinfo is about somebody else")
        return found

    @property
    def _timeout(self) -> float:
        return self.settings.timeout_seconds


def provider_of(settings: Settings) -> Provider | None:
    """Return the provider of the settings; None where there is none. Makes no call."""
    if settings.console is None or settings.console.openid is None or settings.console_url is None:
        return None
    return Provider(settings.console.openid, settings.console_url + CALLBACK)


@contextmanager
def translated() -> Iterator[None]:
    """Raise our errors for the libraries', without what the provider said in them."""
    try:
        yield
    except ClaimError as err:
        raise SignInError(_UNBELIEVED, f"id token: {err.claim}") from err
    except JoseError as err:
        raise SignInError(_UNBELIEVED, f"id token: {err.error}") from err
    except AuthlibBaseError as err:
        if err.error in _OURS:
            _refuse(f"the provider answered {err.error}; correct `client_id` and `client_secret` of `console.openid`")
        raise SignInError(_UNBELIEVED, "the provider refused the code") from err
    except ValueError as err:
        raise RetryLaterError("the provider's answer cannot be read", platform=OPENID) from err
    except requests.RequestException as err:
        status = err.response.status_code if err.response is not None else None
        if status is not None and 400 <= status < 500 and status != 429:
            _refuse(
                f"the provider answered {status} to {_place(err)}; compare `console.openid` with what it gave you",
                status,
            )
        raise RetryLaterError(
            f"the provider cannot be reached: {status or type(err).__name__}", platform=OPENID
        ) from err


def _json(answer: requests.Response) -> Any:
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _refuse(message: str, status: int | None = None) -> NoReturn:
    raise RefusedError(message, platform=OPENID, status=status)


def _place(err: requests.RequestException) -> str:
    url = (err.request.url if err.request is not None else None) or ""
    return url.partition("?")[0]


_OURS = ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope")
_UNBELIEVED = "The provider's answer cannot be believed, so nobody is signed in. Start again from the button below."
