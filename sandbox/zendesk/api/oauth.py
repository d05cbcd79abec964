"""OAuth: access tokens by client credentials, and the clients and tokens that an admin makes.

Source: reference pages "Grant-type tokens", "OAuth clients", "OAuth tokens". Refusals follow RFC 6749.
"""

import hmac
from datetime import timedelta
from typing import Any

from flask import Blueprint, request

from sandbox.zendesk import jsonviews
from sandbox.zendesk.api.bodies import GrantInput, OAuthClientInput, TokenInput
from sandbox.zendesk.api.routing import Answer, base, body, created, json_body, parsed, route, user
from sandbox.zendesk.errors import ApiError, bad_request
from sandbox.zendesk.model import OAuthClient
from sandbox.zendesk.paging import page
from sandbox.zendesk.state import State

blueprint = Blueprint("oauth", __name__)
SHORTEST, LONGEST = 300, 172_800  # seconds that an access token may live


@route(blueprint, "POST", "/oauth/tokens", open_to_all=True)
def grant(state: State) -> Answer:
    """Return an access token for a confidential client; there is no refresh token with this grant.

    A made-up scope still yields a token, whose calls then fail; more than the client's own scopes is refused.
    """
    raw = request.form.to_dict() if request.form else json_body()
    given = parsed(raw, GrantInput)
    client = next((c for c in state.oauth_clients.values() if c.identifier == given.client_id), None)
    if client is None or not hmac.compare_digest(client.secret.encode(), given.client_secret.encode()):
        text = "Client authentication failed due to unknown client, no client authentication included."
        raise _refusal(401, "invalid_client", text)
    if given.grant_type != "client_credentials":
        text = "The authorization grant type is not supported by the authorization server."
        raise _refusal(400, "unsupported_grant_type", text)
    scopes = given.scope.split() or ["read"]
    known = {"read", "write", "impersonate"}
    if any(scope in known and scope not in client.scopes for scope in scopes):
        raise _refusal(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    seconds = min(max(given.expires_in or state.switches.token_lifetime_seconds, SHORTEST), LONGEST)
    if given.expires_in is None:  # a test may want tokens that live shorter than anybody can ask for
        seconds = state.switches.token_lifetime_seconds
    token = state.add_access_token(state.users[client.user_id], scopes, timedelta(seconds=seconds))
    token.client_id = client.id
    return Answer(
        {"access_token": token.token, "token_type": "bearer", "scope": " ".join(scopes), "expires_in": seconds}, 201
    )


@route(blueprint, "GET", "/api/v2/oauth/clients", admin=True)
def list_clients(state: State) -> dict[str, Any]:
    """Return the clients, with their secrets cut short."""
    return page(list(state.oauth_clients.values()), "clients", lambda c: jsonviews.oauth_client(c, base()))


@route(blueprint, "POST", "/api/v2/oauth/clients", admin=True)
def create_client(state: State) -> Answer:
    """Create a client; its secret is shown in full this once."""
    given = body("client", OAuthClientInput)
    if any(client.identifier == given.identifier for client in state.oauth_clients.values()):
        raise bad_request("RecordInvalid", "Unique identifier has already been taken", 422)
    acts_as = state.get(state.users, given.user_id) if given.user_id else user()
    made = state.add_oauth_client(given.identifier, acts_as)
    made.name = given.name
    return created("client", jsonviews.oauth_client(made, base(), just_made=True))


@route(blueprint, "POST", "/api/v2/oauth/tokens", admin=True)
def create_token(state: State) -> Answer:
    """Make a token of the caller, by the client's numeric id (the older call)."""
    given = body("token", TokenInput)
    client: OAuthClient = state.get(state.oauth_clients, given.client_id)
    token = state.add_access_token(user(), given.scopes)
    return created(
        "token",
        {
            "url": f"{base()}/api/v2/oauth/tokens/{token.id}.json",
            "id": token.id,
            "user_id": token.user_id,
            "client_id": client.id,
            "token": token.token[:10],
            "full_token": token.token,
            "refresh_token": None,
            "scopes": list(token.scopes),
            "created_at": jsonviews.iso(token.created_at),
            "expires_at": jsonviews.iso(token.expires_at),
            "used_at": None,
        },
    )


def _refusal(status: int, code: str, text: str) -> ApiError:
    return ApiError(status, {"error": code, "error_description": text})
