"""What the account is and has switched on."""

from typing import Any

from flask import Blueprint

from sandbox.zendesk.api.routing import route
from sandbox.zendesk.state import State

blueprint = Blueprint("settings", __name__)


@route(blueprint, "GET", "/api/v2/account/settings")
def show(state: State) -> dict[str, Any]:
    """Return the settings that matter to an integration."""
    switches = state.switches
    return {
        "settings": {
            "active_features": {
                "ticket_forms": True,
                "business_hours": True,
                "on_hold_status": switches.hold_enabled,
                "user_tagging": switches.user_tagging,
                "light_agents": True,
                "ticket_tagging": True,
                "organization_access_enabled": True,
            },
            "api": {"api_token_access": str(bool(state.api_tokens)).lower(), "api_password_access": "false"},
            "tickets": {
                "comments_public_by_default": True,
                "status_hold": switches.hold_enabled,
                "is_first_comment_private_enabled": True,
                "tagging": True,
            },
            "user": {"tagging": switches.user_tagging, "time_zone_selection": True},
            "localization": {"locale_ids": [1]},
        }
    }


@route(blueprint, "GET", "/ips", open_to_all=True)
def addresses(_: State) -> dict[str, Any]:
    """Return where deliveries come from."""
    own = {"all": ["127.0.0.1/32"], "specific": ["127.0.0.1/32"]}
    return {"ips": {"ingress": own, "egress": own}}
